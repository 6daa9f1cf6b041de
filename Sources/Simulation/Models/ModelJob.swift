// SPDX-License-Identifier: Apache-2.0
public import PoolCore
public import Quantilizer

/// A small job whose text is one line, for simulations and tests of the pool.
///
///     ModelJob(seed: 7, samples: 100_000, quantile: 0.01).text   // "model 7 100000 0.01 4"
///
/// Its base is one uniform word a sample and its utility the identity, so that it costs little.
public struct ModelJob: Sendable, Hashable {
    /// The key of its random streams.
    public var seed: UInt64
    /// Samples.
    public var samples: UInt64
    /// The quantile.
    public var quantile: Double
    /// Draws.
    public var draws: Int
    /// Share of the ranges that a second worker checks.
    public var verify: Double
    /// Whether a pilot of half as many samples finds the threshold first: a job of several rounds.
    public var hasPilot: Bool

    /// A job.
    public init(
        seed: UInt64, samples: UInt64, quantile: Double, draws: Int = 4, verify: Double = 0,
        hasPilot: Bool = false
    ) {
        self.hasPilot = hasPilot
        self.seed = seed
        self.samples = samples
        self.quantile = quantile
        self.draws = draws
        self.verify = verify
    }

    /// The job in a line of text.
    public var text: String {
        identity + (verify > 0 ? " \(verify)" : "")
    }

    /// What decides its answer.
    var identity: String {
        "\(hasPilot ? "pilot" : "model") \(seed) \(samples) \(quantile) \(draws)"
    }

    /// As a client submits it.
    public var package: JobPackage { JobPackage(text: text, resources: JobResources()) }

    /// Reads a line of text.
    public init(text: String) throws(PoolFailure) {
        let words = text.split(separator: " ")
        guard (5...6).contains(words.count), words[0] == "model" || words[0] == "pilot",
            let seed = UInt64(words[1]),
            let samples = UInt64(words[2]), (1...Limits.samples).contains(samples),
            let quantile = Double(words[3]), quantile > 0, quantile <= 1,
            let draws = Int(words[4]), (1...1_000).contains(draws),
            let verify = words.count == 6 ? Double(words[5]) : 0, verify >= 0, verify <= 1
        else {
            throw PoolFailure(
                .invalidJob, "'\(text)' is not a model job",
                remedy: "write: model (or pilot) SEED SAMPLES QUANTILE DRAWS VERIFY")
        }
        self.init(
            seed: seed, samples: samples, quantile: quantile, draws: draws, verify: verify,
            hasPilot: words[0] == "pilot")
    }

    /// What was compiled, but for what does not decide its answer.
    init(of job: CompiledJob) {
        let settings = job.settings
        self.init(
            seed: settings.seed, samples: settings.samples, quantile: settings.quantiles[0],
            draws: settings.draws, hasPilot: settings.method != .exact)
    }

    /// The job, ready to run.
    public var compiled: CompiledJob {
        var settings = JobSettings(
            seed: seed, samples: samples, quantiles: [quantile], draws: draws,
            method: hasPilot
                ? .threshold(.pilot((samples + 1) / 2), maximumSamples: samples) : .exact)
        settings.verify = verify
        return CompiledJob(
            settings: settings, base: WordBase(),
            utilities: [NamedUtility(name: "x", source: "x", utility: FirstValue())])
    }

    /// The job as a liar computes it: the same samples and random words, other utilities. Nothing but
    /// computing a range again shows it.
    public func falsified(by shift: Double) -> CompiledJob { compiled.falsified(by: shift) }

    /// Reads a package as a coordinator or worker would.
    public static func compile(_ package: JobPackage) -> Result<Compilation, PoolFailure> {
        do throws(PoolFailure) {
            let job = try ModelJob(text: package.text)
            return .success(
                Compilation(
                    job: job.compiled,
                    digest: Digest.job(normalised: job.identity, resources: package.resources),
                    name: "model-\(job.seed)"))
        } catch {
            return .failure(error)
        }
    }

    /// Reads a package as one of a larger extent.
    public static func extend(
        _ package: JobPackage, samples: UInt64?, draws: Int?
    ) -> Result<Compilation, PoolFailure> {
        do {
            var job = try ModelJob(text: package.text)
            job.samples = try job.compiled.settings.extended(samples: samples, draws: draws).samples
            let larger = job.package
            return compile(larger).map {
                var compilation = $0
                compilation.package = larger
                return compilation
            }
        } catch let failure as JobFailure {
            return .failure(PoolFailure(.cannotExtend, failure.message, remedy: ""))
        } catch {
            return .failure(PoolFailure(.invalidJob, "\(error)", remedy: ""))
        }
    }

    /// The result as text with every bit of it, and its digest.
    public static func document(of machine: JobMachine) -> Result<ResultDocument, PoolFailure> {
        guard var result = machine.result else {
            return .failure(
                PoolFailure(
                    .jobFailed, "\(machine.failure?.description ?? "not ended")", remedy: ""))
        }
        // What it took is no part of the answer.
        result.work = []
        let text = "\(result)"
        return .success(
            ResultDocument(text: text, digest: Digest.hexadecimal(text.utf8)))
    }
}

/// One uniform number a sample.
private struct WordBase: BaseDistribution {
    var dimension: Int { 1 }
    var noise: NoiseLayout { NoiseLayout(words: 1) }

    func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        for lane in 0..<lanes {
            values[place.value, lane] = Double(noise.words[place.word, lane] >> 11) * 0x1p-53
        }
    }
}

/// The first value as utility.
private struct FirstValue: Utility {
    var scratchColumns: Int { 0 }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        for lane in 0..<lanes { results[column, lane] = values[0, lane] }
    }
}

/// The first value, moved round the unit interval.
private struct ShiftedValue: Utility {
    let shift: Double
    var scratchColumns: Int { 0 }

    func evaluate(
        lanes: Int, values: borrowing Columns, scratch: inout Columns, results: inout Columns,
        column: Int
    ) {
        for lane in 0..<lanes {
            let moved = values[0, lane] + shift
            results[column, lane] = moved - moved.rounded(.down)
        }
    }
}

extension CompiledJob {
    /// The job with utilities that are another's.
    func falsified(by shift: Double) -> CompiledJob {
        CompiledJob(
            settings: settings, base: base,
            utilities: utilities.map {
                NamedUtility(name: $0.name, source: $0.source, utility: ShiftedValue(shift: shift))
            })
    }
}
