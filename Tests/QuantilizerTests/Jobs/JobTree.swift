// SPDX-License-Identifier: Apache-2.0

@testable import Quantilizer

/// Job trees written in Swift, as a reader of files would make them; places are made up.
extension JobNode: ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral
{
    private static var here: SourcePosition { SourcePosition(line: 1, column: 1) }

    init(stringLiteral value: String) {
        self.init(.scalar(value, quoted: false), at: Self.here)
    }
    init(floatLiteral value: Double) {
        self.init(.scalar("\(value)", quoted: false), at: Self.here)
    }
    init(integerLiteral value: Int) {
        self.init(.scalar("\(value)", quoted: false), at: Self.here)
    }
    init(arrayLiteral elements: JobNode...) { self.init(.sequence(elements), at: Self.here) }
    init(dictionaryLiteral elements: (String, JobNode)...) {
        self.init(
            .mapping(
                elements.enumerated().map {
                    ($1.0, SourcePosition(line: $0 + 1, column: 1), $1.1)
                }), at: Self.here)
    }

    /// The same mapping with one key replaced, added or (nil) removed.
    func with(_ key: String, _ value: JobNode?) -> JobNode {
        guard case .mapping(var entries) = content else { return self }
        let old = entries.firstIndex { $0.key == key }
        if let value {
            if let old {
                entries[old].value = value
            } else {
                entries.append((key, SourcePosition(line: 9, column: 3), value))
            }
        } else if let old {
            entries.remove(at: old)
        }
        return JobNode(.mapping(entries), at: position)
    }
}

/// Checks a result document as `qpool verify` does: by running the job again where draws have no receipt
/// of their own.
func verify(_ document: JSON, _ spec: JobSpec) throws -> VerificationReport {
    guard ResultVerification.takesWholeJob(spec.job) else {
        return try ResultVerification.check(document, spec: spec)
    }
    guard let result = run(spec.job).result, case .string(let digest)? = document["digest"] else {
        throw JobError(at: nil, path: "", "the job has no result")
    }
    let id: String? = if case .string(let id)? = document["id"] { id } else { nil }
    return ResultVerification.compare(
        document, with: ResultJSON(result, spec: spec).document(id: id, digest: digest))
}
