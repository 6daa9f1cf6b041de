// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import PoolCore
public import Quantilizer

/// A job with what was done of it, as a file keeps it.
///
///     var state = RunState(spec, resources, machine: machine)
///     try state.write(to: "a.qstate")
///     let same = try RunState(path: "a.qstate")
///
/// The file holds all that is needed to go on: the fingerprint of the arithmetic, text, tables, the
/// machine's snapshot, and a digest of them. It is exchanged as a whole, so that a reader finds the old one or the new one.
public struct RunState: Sendable {
    /// The job.
    public let spec: JobSpec
    /// Its tables.
    public let resources: JobResources
    /// SHA-256 of the normalised job and its tables.
    public let digest: String
    /// What was done.
    public var machine: JobMachine

    /// "qpoolrun", and the version of what follows.
    private static let magic = Array("qpoolrun".utf8)
    private static let version: UInt64 = 2
    /// The largest file that is read.
    static let maximumBytes = 4 << 30
    private static let digestBytes = 64

    /// A job and its machine.
    public init(_ spec: JobSpec, _ resources: JobResources, machine: JobMachine) {
        self.spec = spec
        self.resources = resources
        self.machine = machine
        digest = JobCompiler.digest(spec, resources)
    }

    // MARK: Going on

    /// The same work as part of a job of a larger extent.
    ///
    /// - Throws: `cannot-extend` where the method takes no more samples, or fewer were asked.
    public func extended(samples: UInt64?, draws: Int?) throws(PoolFailure) -> RunState {
        do {
            // Before a sample is issued there is nothing that anybody may have looked at.
            let looked = self.machine.progress.issued > 0
            let text = try spec.extended(samples: samples, draws: draws, looked: looked).text()
            let larger = try JobCompiler.compile(try JobText.parse(text), resources: resources)
            var machine = machine
            try machine.extend(to: larger.job.settings.extent)
            return RunState(larger, resources, machine: machine)
        } catch let failure as JobFailure {
            throw PoolFailure(.cannotExtend, failure.message, remedy: "")
        } catch {
            throw PoolFailure(.invalidJob, "the larger job is wrong: \(error)", remedy: "")
        }
    }

    /// Adds what another process did of the same job.
    ///
    /// - Throws: `cannot-merge`, naming the difference, where it is another job.
    public mutating func merge(_ other: RunState) throws(PoolFailure) {
        guard other.digest == digest else {
            throw PoolFailure(
                .cannotMerge, "they are of different jobs: \(difference(from: other.spec))",
                remedy: "only parts of one job can be merged")
        }
        do throws(JobFailure) {
            try machine.merge(other.machine)
        } catch {
            throw PoolFailure(.cannotMerge, error.message, remedy: "")
        }
    }

    /// What differs between this job and another, for people.
    public func difference(from other: JobSpec) -> String {
        guard case .object(let mine) = spec.normalised, case .object(let theirs) = other.normalised
        else { return "their text" }
        func short(_ value: JSON?) -> String {
            let text = value?.text() ?? "nothing"
            return text.count <= 60 ? text : text.prefix(57) + "…"
        }
        var names = mine.map(\.0)
        names += theirs.map(\.0).filter { !names.contains($0) }
        let different = names.compactMap { name -> String? in
            let values = (spec.normalised[name], other.normalised[name])
            guard values.0?.text() != values.1?.text() else { return nil }
            return "`\(name)` is \(short(values.0)) and \(short(values.1))"
        }
        return different.isEmpty ? "the data in their tables" : different.joined(separator: "; ")
    }

    // MARK: The file

    /// Writes the file: afterwards it is there as a whole, or as it was.
    ///
    /// - Throws: `PoolFailure` of code `state-file` where it cannot be written.
    public func write(to path: String) throws(PoolFailure) {
        try write(to: path, fingerprint: Sentinel.fingerprint)
    }

    /// - Parameter fingerprint: the arithmetic that the work is of.
    func write(to path: String, fingerprint: String) throws(PoolFailure) {
        let package = JobPackage(text: spec.normalised.text(), resources: resources)
        do {
            let (header, columns) = try package.storedParts()
            var bytes = Self.magic
            bytes.append(littleEndian: Self.version)
            for part in [Array(fingerprint.utf8), header, columns, machine.snapshot()] {
                bytes.append(littleEndian: UInt64(part.count))
                bytes += part
            }
            bytes += Array(Digest.hexadecimal(bytes).utf8)
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw PoolFailure(
                .stateFile, "\(path) cannot be written: \(FileProblem.describeWriting(error))",
                remedy: "name a file in a folder that exists, on a disk with room")
        }
    }

    /// Reads a file. Files may hold anything: what is damaged, of another version or no state at all
    /// is one clear error.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - extensions: what computes the job where it goes on; by default nothing does.
    /// - Throws: `PoolFailure` of code `state-file`, with the path and the remedy.
    public init(path: String, extensions: JobExtensions = .absent) throws(PoolFailure) {
        func wrong(_ what: String, _ remedy: String) -> PoolFailure {
            PoolFailure(.stateFile, "\(path) \(what)", remedy: remedy)
        }
        let damaged = "run the job again, or take a copy of the file that is whole"
        var reader = Reader(bytes: try Self.contents(path))
        guard reader.take(Self.magic.count).map(Array.init) == Self.magic else {
            throw wrong("is no state of a run", "name a file that `--state` wrote")
        }
        guard let version = reader.word() else { throw wrong("is cut short", damaged) }
        guard version == Self.version else {
            throw wrong(
                "has version \(version) of the format; this qpool knows \(Self.version)",
                "use the release of qpool that wrote it")
        }
        guard let fingerprint = reader.part(), let header = reader.part(),
            let columns = reader.part(), let snapshot = reader.part()
        else { throw wrong("is cut short", damaged) }
        guard reader.left == Self.digestBytes,
            Digest.hexadecimal(reader.before).utf8.elementsEqual(reader.take(reader.left) ?? [])
        else { throw wrong("is damaged: its bytes do not have its digest", damaged) }
        let isOfToday = fingerprint.elementsEqual(Sentinel.fingerprint.utf8)
        let otherBits = wrong(
            "is work of a qpool that computes other bits",
            "go on with the release that wrote it, or run the job again")
        guard isOfToday || fingerprint.elementsEqual(Sentinel.beforeParts.utf8) else {
            throw otherBits
        }
        let spec: JobSpec
        let package: JobPackage
        var resources: JobResources
        let machine: JobMachine
        do {
            package = try JobPackage(storedHeader: Array(header), columns: Array(columns))
            resources = package.resources
            resources.extensions = extensions
            spec = try JobCompiler.compile(try JobText.parse(package.text), resources: resources)
            guard isOfToday || !spec.job.measuresPart else { throw otherBits }
            machine = try JobMachine(job: spec.job, snapshot: snapshot)
        } catch let failure as DecodingFailure {
            throw wrong("cannot be gone on from: \(failure.reason)", damaged)
        } catch let failure as PoolFailure {
            throw failure.code == .stateFile
                ? failure : wrong("holds no job: \(failure.message)", damaged)
        } catch {
            throw wrong("holds a job that is wrong: \(error)", damaged)
        }
        guard machine.extent == spec.job.settings.extent else {
            throw wrong("holds the work of another job", damaged)
        }
        self.init(spec, resources, machine: machine)
    }

    private static func contents(_ path: String) throws(PoolFailure) -> [UInt8] {
        func wrong(_ what: String) -> PoolFailure {
            PoolFailure(
                .stateFile, "\(path) cannot be read: \(what)",
                remedy: "name a file that `--state` wrote")
        }
        do {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                throw wrong("it is not a file")
            }
            guard let size = attributes[.size] as? Int, size <= maximumBytes else {
                throw wrong("it has more than \(maximumBytes) bytes")
            }
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let failure as PoolFailure {
            throw failure
        } catch {
            throw wrong(FileProblem.describe(error, path))
        }
    }

    /// Takes parts of bytes, nil where there are not enough.
    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var left: Int { bytes.count - position }
        var before: ArraySlice<UInt8> { bytes[..<position] }

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count <= left else { return nil }
            defer { position += count }
            return bytes[position..<position + count]
        }

        mutating func word() -> UInt64? {
            take(8).map { $0.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        }

        mutating func part() -> ArraySlice<UInt8>? {
            guard let count = word(), count <= UInt64(left) else { return nil }
            return take(Int(count))
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}

extension PoolFailure.Code {
    /// A file of a run that cannot be read or written.
    public static let stateFile = PoolFailure.Code(rawValue: "state-file")
    /// Parts that do not fit together.
    public static let cannotMerge = PoolFailure.Code(rawValue: "cannot-merge")
}
