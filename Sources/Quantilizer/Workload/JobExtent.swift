// SPDX-License-Identifier: Apache-2.0

/// How far a job goes: all of a job that may be raised after it began.
///
/// A job whose extent was raised is the job that had the larger extent from the start: the samples
/// already issued are its first ones, and its answer has the same bits.
public struct JobExtent: Sendable, Hashable {
    /// `samples` of the job file: of `exact` N, of `threshold` the most, of `best-of-n` a group.
    public var samples: UInt64
    /// `draws` of the job file: of `best-of-n` the number of groups.
    public var draws: Int
    /// Smaller numbers of samples at which there was an answer to look at before the job went on,
    /// ascending: see ``Certificate``. None where the extent was fixed before anything was shown.
    public var looks: [UInt64]

    /// An extent.
    public init(samples: UInt64, draws: Int, looks: [UInt64] = []) {
        self.samples = samples
        self.draws = draws
        self.looks = looks
    }
}

extension JobSettings {
    /// How far the job goes.
    public var extent: JobExtent {
        get {
            // The most that `threshold` may take.
            if case .threshold(_, let maximum) = method {
                return JobExtent(samples: maximum, draws: draws, looks: looks)
            }
            return JobExtent(samples: samples, draws: draws, looks: looks)
        }
        set {
            samples = newValue.samples
            draws = newValue.draws
            looks = newValue.looks
            if case .threshold(let source, _) = method {
                method = .threshold(source, maximumSamples: newValue.samples)
            }
        }
    }

    /// Base samples that the job issues in all, or at most.
    var plannedSamples: UInt64 {
        method == .bestOfN ? samples &* UInt64(draws) : samples
    }

    /// Why the job's method takes no more samples; nil where it does.
    public var whyNotExtensible: JobFailure? {
        if isRecorded {
            return JobFailure(
                "cannot-extend",
                "samples of this base are drawn once and kept: submit a job with more `samples`; what "
                    + "a worker's journal holds is not drawn again")
        }
        return switch method {
        case .splitting:
            JobFailure(
                "cannot-extend",
                "`splitting` issues what its levels and islands need, there is no number of samples "
                    + "to raise: submit a job with more `draws` or `islands`")
        case .exact:
            if case .threshold = precision {
                JobFailure(
                    "cannot-extend",
                    "`precision: { threshold: … }` finds the number of samples by itself: submit a "
                        + "job with a narrower width, or with `samples`, which can be extended")
            } else {
                nil
            }
        case .bestOfN, .threshold: nil
        case .importance, .crossEntropy, .screened, .band, .tilt, .minimax,
            .impact:
            JobFailure(
                "cannot-extend",
                "`\(method.name)` plans its passes for the number of samples that it has: submit a job "
                    + "with more `samples`")
        case .search:
            JobFailure(
                "cannot-extend",
                "a search goes so many generations: submit one with more `generations`")
        case .attack:
            JobFailure(
                "cannot-extend",
                "an attack plans its passes for the samples that it has: submit one with more")
        case .plain:
            JobFailure(
                "cannot-extend", "an estimate is made at once: submit one with more `samples`")
        }
    }

    /// These settings with a larger extent; what is nil stays.
    ///
    /// - Parameter looked: whether there is an answer of these settings that may have been looked at. Of
    ///   `exact` the certificate then pays for it.
    /// - Throws: where the method cannot take up more, or the extent is not larger or equal.
    public func extended(
        samples: UInt64?, draws: Int?, looked: Bool = false
    ) throws(JobFailure) -> JobSettings {
        if let whyNotExtensible { throw whyNotExtensible }
        var result = self
        func refuse(_ message: String) -> JobFailure { JobFailure("cannot-extend", message) }
        switch method {
        case .bestOfN:
            guard samples == nil || samples == self.samples else {
                throw refuse(
                    "`samples` of best-of-n is the size of a group, and other groups are another "
                        + "job: ask for more draws with --draws")
            }
        case .exact, .threshold:
            guard draws == nil || draws == self.draws else {
                throw refuse(
                    "more draws of `\(method.name)` are another choice among the same samples: "
                        + "submit a job with more `draws`; only `samples` can be raised")
            }
        case .splitting, .importance, .crossEntropy, .screened, .band, .tilt, .minimax,
            .impact, .plain, .attack, .search:
            break
        }
        var wanted = JobExtent(
            samples: samples ?? self.samples, draws: draws ?? self.draws, looks: looks)
        if looked, method == .exact, wanted.samples > self.samples {
            guard looks.count < Limits.looks else {
                throw refuse(
                    "it was extended \(Limits.looks) times already: submit a job of so many")
            }
            wanted.looks.append(self.samples)
        }
        guard wanted.samples >= self.samples else {
            throw refuse(
                "the job has \(self.samples) samples already, \(wanted.samples) were asked: it can "
                    + "only be given more")
        }
        guard wanted.draws >= self.draws else {
            throw refuse(
                "the job has \(self.draws) draws already, \(wanted.draws) were asked: it can only "
                    + "be given more")
        }
        guard wanted.isAllowed(method) else {
            throw refuse("that is more than \(Limits.samples) samples or \(Limits.draws) draws")
        }
        result.extent = wanted
        // The number of samples is now said, not found.
        if wanted != extent { result.precision = nil }
        return result
    }
}

extension JobExtent {
    /// Whether a job of the method may have it.
    func isAllowed(_ method: MethodChoice) -> Bool {
        guard (1...Limits.samples).contains(samples), (1...Limits.draws).contains(draws) else {
            return false
        }
        guard looks.count <= Limits.looks, zip(looks, looks.dropFirst()).allSatisfy({ $0 < $1 }),
            looks.first ?? 1 > 0, looks.last ?? 0 < samples
        else { return false }
        return method != .bestOfN || samples <= Limits.samples / UInt64(draws)
    }

    func write(to writer: inout ByteWriter) {
        writer.write(samples)
        writer.write(count: draws)
        writer.write(count: looks.count)
        for look in looks { writer.write(look) }
    }

    init(from reader: inout ByteReader, of job: CompiledJob) throws(DecodingFailure) {
        samples = try reader.word()
        draws = try reader.count(limit: Limits.draws, bytesEach: 0, of: "draws")
        looks = []
        for _ in 0..<(try reader.count(limit: Limits.looks, bytesEach: 8, of: "looks")) {
            looks.append(try reader.word())
        }
        guard isAllowed(job.settings.method) else {
            throw DecodingFailure("an extent out of range")
        }
    }
}

extension JobSettings {
    /// The looks as a job file has them, if there are any.
    var writtenLooks: [(String, JSON)] {
        looks.isEmpty ? [] : [("looks", .array(looks.map { .integer($0) }))]
    }
}

extension JobSpec {
    /// The job file, every default filled in, of the job with a larger extent.
    ///
    /// - Parameter looked: whether there may be an answer already.
    /// - Throws: where the method cannot take up more, or the extent is smaller.
    public func extended(
        samples: UInt64?, draws: Int?, looked: Bool = true
    ) throws(JobFailure) -> JSON {
        let settings = try job.settings.extended(samples: samples, draws: draws, looked: looked)
        guard settings.extent != job.settings.extent, case .object(let members) = normalised else {
            return normalised
        }
        return .object(
            members.flatMap { name, value -> [(String, JSON)] in
                switch name {
                case "samples", "precision":
                    [("samples", .integer(settings.samples))] + settings.writtenLooks
                case "looks": []
                case "draws": [("draws", .integer(UInt64(settings.draws)))]
                default: [(name, value)]
                }
            })
    }
}
