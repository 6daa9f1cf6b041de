// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
public import Quantilizer

/// A result document as it lies on disk, with the job that stands in it, ready to be checked.
///
/// It has no limit of size but memory's: what was computed can be read.
public struct ResultFile: Sendable {
    /// The document's text, byte for byte.
    public let text: String
    /// The document, without its signature.
    public let document: JSON
    /// Who signed it; nil where nobody did.
    public let signature: ResultSignature?
    private let written: JSON
    /// The job in it, with the data files that it names, relative to the document's folder.
    public var job: JobFile

    /// Reads a result document; `-` is standard input.
    ///
    /// - Throws: `JobError` where it is no JSON document with a job.
    public init(path: String) throws(JobError) {
        try self.init(text: try JobFile.text(path: path), path: path)
    }

    /// A document whose text is at hand; `path` says where it lies.
    init(text: String, path: String) throws(JobError) {
        self.text = text
        written = try Self.document(text)
        if case .object(let members) = written {
            signature = ResultSignature(in: members)
            document = .object(members.filter { $0.0 != ResultSignature.member })
        } else {
            signature = nil
            document = written
        }
        guard let job = document["job"] else {
            throw JobError(
                at: nil, path: "",
                "not a result document: expected what `-o json` prints, with `job` and `digest`")
        }
        self.job = try JobFile(node: JobNode(job), text: job.text(), path: path)
    }

    /// The document that a text is.
    ///
    /// - Throws: `JobError` where it is no JSON.
    public static func document(_ text: String) throws(JobError) -> JSON {
        do throws(JSONFault) {
            return try JSON(parsing: text.utf8)
        } catch {
            throw JobError(
                at: nil, path: "",
                "not a result document: expected what `-o json` prints, but \(error)"
            )
        }
    }

    /// The document in a file, without what its job names; `-` is standard input.
    ///
    /// - Throws: `JobError` where it has more than `most` bytes or is no JSON.
    public static func document(path: String, most: Int) throws(JobError) -> JSON {
        let data: Data
        do {
            let file =
                path == "-"
                ? FileHandle.standardInput
                : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try file.read(upToCount: most + 1) ?? Data()
        } catch {
            throw JobError(
                at: nil, path: "", "cannot be read: \(FileProblem.describe(error, path))")
        }
        guard data.count <= most else {
            throw JobError(
                at: nil, path: "",
                "has more than \(most >> 20) MB, which is more than a page can show; ask for fewer "
                    + "`draws`, or look at its numbers by -o csv")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw JobError(at: nil, path: "", "is not UTF-8 text")
        }
        return try document(text)
    }

    /// Checks the text itself: that it is written as this release writes it, to the byte, that the
    /// members above the digest are those that the job has, and that the digest is that of what stands
    /// below it. Whatever character was changed outside `timings`, one of these fails.
    ///
    /// - Parameters:
    ///   - spec: the job that it says it is of, compiled.
    ///   - anyLayout: takes another program's blanks, line ends and ways to write a number.
    /// - Returns: what is wrong, in words; nothing where all holds.
    public func findings(_ spec: JobSpec, anyLayout: Bool = false) -> [String] {
        guard case .object(let members) = document, case .object(let all) = written else {
            return ["it is no JSON object"]
        }
        var findings: [String] = []
        let names = members.map(\.0)
        if let signature {
            let place = all.firstIndex { $0.0 == ResultSignature.member }
            if place != Self.head.count || all.count != members.count + 1 {
                findings.append("signature: it does not stand behind the digest, once")
            }
            if !signature.isValid {
                findings.append("signature: it is not that of this document by the key it names")
            }
        }
        if Array(names.prefix(Self.head.count)) != Self.head || names.last != "timings" {
            findings.append(
                "its members must begin with \(Self.head.joined(separator: ", ")) and end with timings"
            )
        }
        func compare(_ name: String, _ made: JSON) {
            let said = document[name]?.text() ?? "nothing"
            let made = made.text()
            if !said.utf8.elementsEqual(made.utf8) {
                findings.append(
                    "\(name): \(said.prefix(200)) is said, \(made.prefix(200)) it is")
            }
        }
        compare("version", .integer(1))
        compare("state", .string("done"))
        // A job that says the same in other words would be another text.
        if document["job"]?.text().utf8.elementsEqual(spec.identity.text().utf8) != true {
            findings.append("job: it is not written out as a result has it")
        }
        // A job's digest covers the digests of plugin files that were read with the job file; those that
        // stand in it as they are in the document were not. Either may be where the document came from.
        let ids = [pinned(spec), job.resources].map {
            String(JobCompiler.digest(spec, $0).prefix(JobCompiler.idDigits))
        }
        if document["id"]?.text() != JSON.string(ids[1]).text() { compare("id", .string(ids[0])) }
        compare("digest", .string(Self.digest(of: members)))
        if !anyLayout, let place = Self.firstForeignByte(text, written) {
            let line = text.utf8.prefix(place).count { $0 == UInt8(ascii: "\n") } + 1
            findings.append(
                "line \(line) is not written as qpool writes it; where another program laid the "
                    + "document out anew, --any-layout looks at what it says alone")
        }
        return findings
    }

    /// What was read with the job, with the digests of all files that its functions name.
    private func pinned(_ spec: JobSpec) -> JobResources {
        var resources = job.resources
        for source in spec.job.externalSources {
            switch source {
            case .process(let process):
                for file in process.files {
                    resources.setFileDigest(file.path, sha256: file.sha256)
                }
            case .library(let library):
                resources.setFileDigest(library.path, sha256: library.sha256)
            case .swift, .endpoint: break
            }
        }
        return resources
    }

    /// Members that stand above what the digest is of, with it.
    private static let head = ["version", "job", "id", "state", "digest"]

    /// SHA-256 of all members below the digest but `timings`, on one line.
    private static func digest(of members: [(String, JSON)]) -> String {
        let below = members.filter { !head.contains($0.0) && $0.0 != "timings" }
        return Digest.hexadecimal(JSON.object(below).text().utf8)
    }

    /// The first byte, timings apart, at which a text differs from how the document is written.
    private static func firstForeignByte(_ text: String, _ document: JSON) -> Int? {
        guard case .object(let members) = document else { return 0 }
        let body = members.filter { $0.0 != "timings" } + [("timings", .object([]))]
        let ending = "{}\n}\n"
        let written = Array(JSON.object(body).text(pretty: true).utf8.dropLast(4))
        let said = Array(text.utf8)
        for (place, byte) in written.enumerated() where place >= said.count || said[place] != byte {
            return place
        }
        return said.suffix(4).elementsEqual(ending.utf8.suffix(4)) ? nil : said.count
    }
}
