// SPDX-License-Identifier: Apache-2.0

/// A later stage of texts that are written in stages: who goes on, and from what.
///
/// Texts cannot be made again from their index, so their beginnings travel: a job's round names all who
/// go on, and what is handed out with a range has the beginnings of those in it.
public struct TextPass: Sendable, Hashable {
    /// The stage, from 1; after the last of the job's stages, the rest of the text.
    var number: Int
    /// The samples that go on, ascending.
    var survivors: [UInt64]
    /// The beginnings that travel with a range.
    var drafts: [UInt64: SampleRecord] = [:]

    /// What is handed out with a range.
    func part(of range: DyadicRange, records: [UInt64: SampleRecord]) -> TextPass {
        var result = TextPass(number: number, survivors: [])
        result.survivors = survivors.filter { range.start <= $0 && $0 < range.end }
        result.drafts = result.drafts(of: records)
        return result
    }

    /// The records of those who go on.
    func drafts(of records: [UInt64: SampleRecord]) -> [UInt64: SampleRecord] {
        var result: [UInt64: SampleRecord] = [:]
        for index in survivors { result[index] = records[index] }
        return result
    }

    func write(to writer: inout ByteWriter) {
        writer.write(count: number)
        writer.write(count: survivors.count)
        for index in survivors { writer.write(index) }
        drafts.write(to: &writer)
    }

    init(from reader: inout ByteReader, job: CompiledJob) throws(DecodingFailure) {
        guard let stages = job.settings.method.traits.stages else {
            throw DecodingFailure("the job has no stages")
        }
        number = try reader.count(limit: stages.count, bytesEach: 0, of: "stages")
        guard number > 0 else { throw DecodingFailure("the first stage continues nothing") }
        survivors = []
        let most = Int(RecordLimits.samples)
        for _ in 0..<(try reader.count(limit: most, bytesEach: 8, of: "samples")) {
            let index = try reader.word()
            guard survivors.last.map({ $0 < index }) ?? true, index < job.settings.samples else {
                throw DecodingFailure("samples that go on are not in order")
            }
            survivors.append(index)
        }
        drafts = try [UInt64: SampleRecord](
            from: &reader, dimension: job.base.dimension, indices: 0..<job.settings.samples)
    }

    init(number: Int, survivors: [UInt64]) {
        self.number = number
        self.survivors = survivors
    }
}
