// SPDX-License-Identifier: Apache-2.0
public import PoolCore
public import Quantilizer

/// Reads job texts and writes result documents: the same in `qpool run`, coordinators and workers.
public struct JobCompiler: JobCompiling {
    /// Digits of the job's digest that name it in a result.
    static let idDigits = 16

    /// A digest of sample bits: processes that differ in it must not share a job.
    public let fingerprint: String
    private let extensions: JobExtensions

    /// A compiler. By default it reads jobs without their plugins, as coordinators and clients do.
    public init(extensions: JobExtensions = .absent) {
        fingerprint = Sentinel.fingerprint
        self.extensions = extensions
    }

    /// What the extensions allow.
    public var capabilities: [String] { extensions.capabilities }

    private func spec(_ package: JobPackage) throws(JobError) -> JobSpec {
        var resources = package.resources
        resources.extensions = extensions
        return try Self.compile(try JobText.parse(package.text), resources: resources)
    }

    /// Reads a job's tree.
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

    /// Writes the result of a machine that has ended.
    public func document(
        of machine: JobMachine, package: JobPackage, jobDigest: String
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
            return .success(Self.document(result, spec, jobDigest: jobDigest))
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
        _ result: JobResult, _ spec: JobSpec, jobDigest: String, timings: [(String, JSON)] = []
    ) -> ResultDocument {
        let json = ResultJSON(result, spec: spec)
        let digest = Digest.hexadecimal(json.canonicalText.utf8)
        let text = json.document(
            id: String(jobDigest.prefix(idDigits)), digest: digest,
            timings: timings + result.work.map { ($0.name, .integer($0.value)) }
        ).text(pretty: true)
        return ResultDocument(text: text + "\n", digest: digest)
    }
}

/// Samples whose bits tell the arithmetic of this release: parts of one answer have it in common.
enum Sentinel {
    private static let job = """
        seed: 20261120
        base:
          product:
            a: { normal: {} }
            z: { normal: {} }
            b: { exponential: { rate: 1 } }
            c: { gamma: { shape: 2.5, scale: 1 } }
            d: { student-t: { df: 3 } }
            e: { poisson: { mean: 4 } }
        utility: >-
          sin(a) + exp(-b) + log1p(c) + atan(d) + erf(z) + lgamma(1 + e) + pow(b, 1.5) + tanh(c)
        quantile: 0.5
        """

    /// Counts up where a method draws or stores otherwise than before and the samples below stay.
    private static let revision: UInt64 = 3

    /// SHA-256 over the revision and the utilities' bits of 1,024 samples.
    ///
    /// Traps where its own job is wrong: a fingerprint that says nothing lets everybody in.
    static let fingerprint: String = {
        let spec: JobSpec
        do throws(JobError) {
            spec = try JobSpec.parse(try JobText.parse(job))
        } catch {
            preconditionFailure("the sentinel's job is wrong: \(error)")
        }
        let evaluator = RangeEvaluator(job: spec.job)
        var bytes: [UInt8] = []
        append(revision, to: &bytes)
        for sample in evaluator.evaluate(indices: 0..<1024) {
            for value in sample.utilities {
                append(value.bitPattern, to: &bytes)
            }
        }
        return Digest.hexadecimal(bytes)
    }()

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }
}
