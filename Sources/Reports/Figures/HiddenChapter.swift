// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// What no interval covers: parts that no sample may have met.
struct HiddenChapter {
    private let hidden: [HiddenPart]

    init(_ hidden: [HiddenPart]) { self.hidden = hidden }

    var chapter: Chapter {
        Chapter(
            title: "What could hide",
            blocks: [
                .words(
                    "Parts of the base, or of a level on the way, that no sample may have met. A larger part than this would have been missed with a chance of \(Figures.typeset(HiddenPart.risk * 100)) % at most. No interval above covers them."
                ),
                .listing(
                    Listing(
                        title: "Parts that may have been missed",
                        columns: ["of a level with mass", "share of it", "could add at most"],
                        rows: hidden.map {
                            [.number($0.mass), .number($0.share), .number($0.adds)]
                        })
                ),
            ])
    }
}
