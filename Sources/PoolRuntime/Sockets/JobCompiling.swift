// SPDX-License-Identifier: Apache-2.0
public import PoolCore
public import Quantilizer

/// Reads jobs and writes results: the part of a coordinator and a worker that knows job files.
///
/// Called off the socket threads, several at once.
public protocol JobCompiling: Sendable {
    /// What two processes must share to be trusted with the same job: a digest of sample bits.
    var fingerprint: String { get }

    /// What a worker that reads jobs with it can do beyond formulas: the rules of its policy.
    var capabilities: [String] { get }

    /// Reads a job's text.
    func compile(_ package: JobPackage) -> Result<Compilation, PoolFailure>

    /// Makes the text of a job with a larger extent, and reads it: the compilation brings its package.
    func extend(
        _ package: JobPackage, samples: UInt64?, draws: Int?
    ) -> Result<Compilation, PoolFailure>

    /// Writes the result of a job that has ended, and how far it was compared.
    func document(
        of machine: JobMachine, package: JobPackage, jobDigest: String, assurance: Assurance?
    ) -> Result<ResultDocument, PoolFailure>
}

extension JobCompiling {
    /// Nothing.
    public var capabilities: [String] { [] }
}
