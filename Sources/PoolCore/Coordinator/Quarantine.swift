// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer

/// A party that sent wrong results: nothing of it is taken any more.
public struct Quarantine: Sendable, Hashable {
    /// Whom it binds: a key, or where there are no keys the id of a worker.
    public var party: String
    /// The worker that was caught.
    public var worker: String
    /// Its host, as it said.
    public var host: String
    /// What it did, for people.
    public var reason: String

    /// A quarantine.
    public init(party: String, worker: String, host: String, reason: String) {
        self.party = party
        self.worker = worker
        self.host = host
        self.reason = reason
    }
}

/// Which ranges of a job are checked.
enum VerificationSample {
    /// Whether a range is in the sample of `share`: a hash of the job, its seed, the range and a
    /// secret of the coordinator's, so that no worker knows beforehand which of its ranges are.
    ///
    /// **Determinism**: one secret, one sample, whoever asks and when.
    static func contains(
        _ range: DyadicRange, round: Int, of job: JobRecord, share: Double, secret: [UInt8]
    ) -> Bool {
        if share >= 1 { return true }
        if share <= 0 { return false }
        let seed = job.compiled?.settings.seed ?? 0
        let text =
            "\(job.digest) \(seed) \(job.attempt) \(round) \(range.start) \(range.level)"
        let digits = Digest.hexadecimal(secret + Array(text.utf8)).prefix(16)
        let word = UInt64(digits, radix: 16) ?? 0
        // 53 bits, exact: a share of v takes the words below v.
        return Double(word >> 11) * 0x1p-53 < share
    }
}
