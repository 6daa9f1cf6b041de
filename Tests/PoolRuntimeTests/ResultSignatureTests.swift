// SPDX-License-Identifier: Apache-2.0
import PoolCore
import Quantilizer
import Sodium
import Testing

@testable import PoolRuntime

/// Signed results: by whom, of what, and what no longer fits.
@Suite struct ResultSignatureTests {
    private static let signer = ResultSigner(secret: "secret")

    private static func signed(_ job: ResultJob, by signer: ResultSigner = signer) throws -> JSON {
        signer.sign(try ResultFile.document(job.text))
    }

    private static func text(_ document: JSON) -> String { document.text(pretty: true) + "\n" }

    private static func file(_ document: JSON) throws -> ResultFile {
        try ResultFile(text: text(document), path: "-")
    }

    private static func findings(_ document: JSON) throws -> [String] {
        let file = try file(document)
        return file.findings(
            try JobCompiler.compile(file.job.node, resources: file.job.resources))
    }

    private static func bytes(_ digits: String) -> [UInt8] {
        stride(from: 0, to: digits.utf8.count, by: 2).compactMap { place in
            let start = digits.index(digits.startIndex, offsetBy: place)
            return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)
        }
    }

    /// RFC 8032, section 7.1, tests 1 and 2.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ])
    func knownSignatures(_ secret: String, _ key: String, _ message: String, _ made: String) {
        let signing = SigningKey(seed: Self.bytes(secret))
        #expect(signing.publicKey == Self.bytes(key))
        #expect(signing.signature(of: Self.bytes(message)) == Self.bytes(made))
        #expect(
            SigningKey.isValid(Self.bytes(made), of: Self.bytes(message), by: Self.bytes(key)))
        #expect(
            !SigningKey.isValid(
                Self.bytes(made), of: Self.bytes(message) + [0], by: Self.bytes(key)))
        #expect(!SigningKey.isValid([], of: [], by: Self.bytes(key)))
        #expect(!SigningKey.isValid(Self.bytes(made), of: Self.bytes(message), by: []))
    }

    @Test(arguments: ResultJob.all) func aSignedDocumentIsRight(_ job: ResultJob) throws {
        let document = try Self.signed(job)
        #expect(try Self.findings(document) == [])
        let file = try Self.file(document)
        #expect(file.signature?.isValid == true && file.signature?.key == Self.signer.publicKey)
        // What it says is what it said unsigned.
        #expect(file.document.text() == (try ResultFile.document(job.text).text()))
        #expect(ResultSignature.isKey(Self.signer.publicKey))
        #expect(ResultSigner(secret: "other").publicKey != Self.signer.publicKey)
    }

    /// A member changed and the digest made right again: the signature is of another document.
    @Test func whatWasChangedSinceIsFound() throws {
        let job = ResultJob.all[0]
        guard case .object(var members) = try ResultFile.document(job.text) else {
            Issue.record("no object")
            return
        }
        for place in members.indices where members[place].0 == "issued" {
            members[place].1 = .integer(1_501)
        }
        let below = members.dropFirst(5).filter { $0.0 != "timings" }
        let digest = Digest.hexadecimal(JSON.object(Array(below)).text().utf8)
        members[4].1 = .string(digest)
        let changed = JSON.object(members)
        #expect(try Self.findings(changed) == [])
        guard case .object(let honest) = try Self.signed(job) else { return }
        var forged = members
        forged.insert(honest[5], at: 5)
        #expect(honest[5].0 == "signature")
        #expect(
            try Self.findings(.object(forged)).contains { $0.hasPrefix("signature: it is not") })
        // Signed by whoever changed it: valid, by another key.
        let own = try Self.file(ResultSigner(secret: "other").sign(changed))
        #expect(own.signature?.isValid == true && own.signature?.key != Self.signer.publicKey)
    }

    /// One place, one signature, three members, digits that are digits.
    @Test func signaturesOfNoForm() throws {
        guard case .object(let honest) = try Self.signed(ResultJob.all[0]) else { return }
        var moved = honest
        moved.append(moved.remove(at: 5))
        #expect(try !Self.findings(.object(moved)).isEmpty)
        for value: JSON in [
            .null, .string("x"), .object([]),
            .object([("algorithm", .string("ed25519")), ("key", .string("zz")), ("value", .null)]),
            .object([
                ("algorithm", .string("none")), ("key", honest[5].1["key"] ?? .null),
                ("value", honest[5].1["value"] ?? .null),
            ]),
        ] {
            var wrong = honest
            wrong[5].1 = value
            let findings = try Self.findings(.object(wrong))
            #expect(findings.contains { $0.hasPrefix("signature: it is not") }, "\(value)")
        }
    }
}
