// SPDX-License-Identifier: Apache-2.0
public import PoolCore
public import Quantilizer

/// Reads job texts and writes result documents: the same in `qpool run`, coordinators and workers.
public struct JobCompiler: JobCompiling {
    /// Digits of the job's digest that name it in a result.
    public static let idDigits = 16

    /// A digest of sample bits: processes that differ in it must not share a job.
    public var fingerprint: String { Sentinel.fingerprint }
    private let extensions: JobExtensions
    private let signer: ResultSigner?

    /// A compiler. By default it reads jobs without their plugins, as coordinators and clients do.
    ///
    /// - Parameters:
    ///   - extensions: bases and functions from outside, and who computes them.
    ///   - signer: signs the results that are written; nil where nobody does.
    public init(extensions: JobExtensions = .absent, signer: ResultSigner? = nil) {
        self.extensions = extensions
        self.signer = signer
    }

    /// What the extensions allow.
    public var capabilities: [String] { extensions.capabilities }

    private func spec(_ package: JobPackage) throws(JobError) -> JobSpec {
        var resources = package.resources
        resources.extensions = extensions
        return try Self.compile(try JobText.parse(package.text), resources: resources)
    }

    /// Reads a job's tree.
    ///
    /// - Throws: `JobError` with everything wrong with it at once, each with its place.
    public static func compile(
        _ node: JobNode, resources: JobResources
    ) throws(JobError) -> JobSpec {
        try JobSpec.parse(node, resources: resources)
    }

    /// Reads a job's text and tables; what is wrong with it comes back as `invalid-job`.
    public func compile(_ package: JobPackage) -> Result<Compilation, PoolFailure> {
        do throws(JobError) {
            let spec = try spec(package)
            return .success(
                Compilation(
                    job: spec.job, digest: Self.digest(spec, package.resources), name: spec.name))
        } catch {
            return .failure(
                PoolFailure(
                    .invalidJob, "the job is wrong: \(error.description)",
                    remedy: "qpool plan FILE shows what"))
        }
    }

    /// Makes the text of a job with a larger extent, and reads it. What the job's method does not
    /// allow comes back as `cannot-extend`.
    public func extend(
        _ package: JobPackage, samples: UInt64?, draws: Int?
    ) -> Result<Compilation, PoolFailure> {
        let text: String
        do {
            let spec = try spec(package)
            text = try spec.extended(samples: samples, draws: draws).text(pretty: true)
        } catch let failure as JobFailure {
            return .failure(PoolFailure(.cannotExtend, failure.message, remedy: ""))
        } catch {
            return .failure(
                PoolFailure(.invalidJob, "the job is wrong: \(error)", remedy: "submit it anew"))
        }
        let larger = JobPackage(text: text + "\n", resources: package.resources)
        return compile(larger).map {
            var compilation = $0
            compilation.package = larger
            return compilation
        }
    }

    /// Writes the result of a machine that has ended. How far it was compared stands among the timings,
    /// which no digest covers: the answer does not depend on it.
    public func document(
        of machine: JobMachine, package: JobPackage, jobDigest: String, assurance: Assurance?
    ) -> Result<ResultDocument, PoolFailure> {
        if let failure = machine.failure {
            return .failure(PoolFailure(.jobFailed, failure.code, remedy: failure.message))
        }
        guard let result = machine.result else {
            return .failure(
                PoolFailure(.fault, "the job has no result yet", remedy: "report this"))
        }
        // A worker's word is not enough for what is given away.
        if let draw = DrawCheck.falseDraw(in: result, job: machine.job) {
            return .failure(
                PoolFailure(
                    .fault,
                    "sample \(draw.index) does not have the utility \(draw.utility) that a worker sent",
                    remedy: "a worker computes wrongly: submit the job again with `verify: 10%`, "
                        + "which finds out which one"))
        }
        do throws(JobError) {
            let spec = try spec(package)
            let compared: [(String, JSON)] =
                assurance.map {
                    [
                        ("compared_ranges", .integer(UInt64($0.compared))),
                        ("liar_caught", .number($0.chance)),
                    ]
                } ?? []
            return .success(
                Self.document(
                    result, spec, jobDigest: jobDigest, signer: signer, timings: compared))
        } catch {
            return .failure(
                PoolFailure(.invalidJob, "the job is wrong: \(error.description)", remedy: ""))
        }
    }

    /// The digest of a job: its normalised form, `verify` apart, and its tables.
    public static func digest(_ spec: JobSpec, _ resources: JobResources) -> String {
        Digest.job(normalised: spec.identity.text(), resources: resources)
    }

    /// The document of a result.
    ///
    /// Its `id` is the beginning of the job's digest, so that it does not depend on who ran the job.
    public static func document(
        _ result: JobResult, _ spec: JobSpec, jobDigest: String, signer: ResultSigner? = nil,
        timings: [(String, JSON)] = []
    ) -> ResultDocument {
        let json = ResultJSON(result, spec: spec)
        let digest = Digest.hexadecimal(json.canonicalText.utf8)
        let document = json.document(
            id: String(jobDigest.prefix(idDigits)), digest: digest,
            timings: timings + result.work.map { ($0.name, .integer($0.value)) })
        let text = (signer?.sign(document) ?? document).text(pretty: true)
        return ResultDocument(text: text + "\n", digest: digest)
    }
}
