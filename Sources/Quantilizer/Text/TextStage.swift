// SPDX-License-Identifier: Apache-2.0

/// A stage of texts that are written in stages.
public struct TextStage: Sendable, Hashable {
    /// Tokens that a text has at most at the stage's end.
    public var tokens: Int
    /// The share of the stage's texts that go on.
    public var keep: Double

    /// A stage.
    public init(tokens: Int, keep: Double) {
        self.tokens = tokens
        self.keep = keep
    }
}
