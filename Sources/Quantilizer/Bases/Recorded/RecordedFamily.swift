// SPDX-License-Identifier: Apache-2.0

/// Several recorded bases of one dimension side by side, of the same noise: what ``FamilyBase`` is to
/// bases that anybody can make.
///
/// Each variant draws a sample of its own for every index, so an index costs as many draws as there
/// are variants. One that fails is missing in its variant alone.
///
/// **Determinism**: variant v of a sample fills the columns from v · dimension.
struct RecordedFamily: RecordedBase {
    let variants: [any RecordedBase]

    init(_ variants: [any RecordedBase]) {
        precondition(
            variants.allSatisfy { $0.dimension == variants[0].dimension },
            "variants have one dimension")
        self.variants = variants
    }

    var dimension: Int { variants.count * variants[0].dimension }
    var noise: NoiseLayout {
        NoiseLayout(
            normals: variants.reduce(0) { max($0, $1.noise.normals) },
            words: variants.reduce(0) { max($0, $1.noise.words) })
    }
    var sources: [ExternalSource] {
        var result: [ExternalSource] = []
        for source in variants.flatMap(\.sources) where !result.contains(source) {
            result.append(source)
        }
        return result
    }
    var trouble: String? { variants.lazy.compactMap(\.trouble).first }
    var isReplayable: Bool { variants.allSatisfy(\.isReplayable) }
    var batchLanes: Int { variants.reduce(0) { max($0, $1.batchLanes) } }
    var attempts: Int { variants.map(\.attempts).max() ?? 1 }
    var drawsPerSample: Int { variants.reduce(0) { $0 + $1.drawsPerSample } }

    func draw(
        domain: Domain, start: UInt64, lanes: Int, noise: borrowing NoiseBlock,
        values: inout Columns
    ) -> (records: [SampleRecord], usage: RecordUsage) {
        var usage = RecordUsage()
        var records = [SampleRecord](repeating: SampleRecord(value: []), count: lanes)
        let width = variants[0].dimension
        for (number, variant) in variants.enumerated() {
            var part = Columns(count: width, capacity: lanes)
            let drawn = variant.draw(
                domain: domain, start: start, lanes: lanes, noise: noise, values: &part)
            usage.add(drawn.usage)
            for lane in 0..<lanes {
                for column in 0..<width {
                    values[number * width + column, lane] = part[column, lane]
                    records[lane].value.append(part[column, lane])
                }
            }
        }
        return (records, usage)
    }

    func spend(_ usage: RecordUsage) -> Double? { variants[0].spend(usage) }
}

extension CompiledJob {
    /// The text bases that each sample is drawn from: one, or one for each setting of a sweep.
    public var texts: [TextBase] {
        let family = (base as? RecordedFamily)?.variants ?? recorded.map { [$0] } ?? []
        return family.compactMap { $0 as? TextBase }
    }
}

extension Utility {
    /// The column whose marker says that the sample failed: the first of what the function reads.
    var failureColumn: Int { (self as? VariantFormula)?.first ?? 0 }
}
