// SPDX-License-Identifier: Apache-2.0

/// Histograms as a result document has them.
extension Histogram {
    /// Width, number of the first bin, counts: bin j of them begins at (first + j)·width.
    ///
    /// The number is written and not the edge, which doubles of the largest magnitude do not have.
    public var json: JSON {
        .object([
            ("width", .number(width)), ("first", .number(Double(first))),
            ("counts", .array(counts.map { .integer($0) })),
            ("minus_infinite", .integer(negativeInfinite)),
            ("infinite", .integer(positiveInfinite)), ("invalid", .integer(nan)),
        ])
    }

    /// Reads one of a document; whether it fits the rest of that is for others to say.
    init(_ node: DocumentNode) throws(JobError) {
        func fault(_ member: String, _ what: String) -> JobError {
            JobError(
                at: nil, path: "\(node.path).\(member)", "not a result document: expected \(what)")
        }
        self.init(most: Self.bins.upperBound)
        let width = try node.member("width").double()
        guard width > 0, width.isFinite, width.isNormal, width.significand == 1 else {
            throw fault("width", "a power of two")
        }
        exponent = Int(width.exponent)
        let first = try node.member("first").double()
        guard first.magnitude <= Double(1 << Self.placeBits), first == first.rounded() else {
            throw fault("first", "the number of a bin")
        }
        self.first = Int(first)
        let counts = try node.member("counts").elements()
        guard counts.count <= most else { throw fault("counts", "at most \(most) bins") }
        for count in counts { self.counts.append(try count.count()) }
        negativeInfinite = try node.member("minus_infinite").count()
        positiveInfinite = try node.member("infinite").count()
        nan = try node.member("invalid").count()
        guard isSound else { throw fault("counts", "bins of which the first and last hold some") }
    }
}

extension ParsedResult {
    /// The histogram of a utility over the base; nil where the document has none.
    public func histogram(ofUtility name: String) -> Histogram? {
        utilityHistograms.first { $0.name == name }?.histogram
    }

    /// The histogram of a cost over the base; nil where the document has none.
    public func histogram(ofCost name: String) -> Histogram? {
        costHistograms.first { $0.name == name }?.histogram
    }

    /// Reads a document's histograms of utilities or of costs.
    static func histograms(
        _ kind: String, of document: DocumentNode
    ) throws(JobError) -> [(name: String, histogram: Histogram)] {
        guard let node = document.optional("histograms") else { return [] }
        var found: [(name: String, histogram: Histogram)] = []
        for (name, value) in try node.member(kind).members() {
            found.append((name, try Histogram(value)))
        }
        return found
    }
}
