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
            JobExtent(samples: method.traits.mostSamples ?? samples, draws: draws, looks: looks)
        }
        set {
            samples = newValue.samples
            draws = newValue.draws
            looks = newValue.looks
            if method.traits.mostSamples != nil { method.traits.mostSamples = newValue.samples }
        }
    }

    /// Base samples that the job issues in all, or at most.
    var plannedSamples: UInt64 {
        method.traits.isInGroups ? samples &* UInt64(draws) : samples
    }

    /// Why the job's method takes no more samples; nil where it does.
    public var whyNotExtensible: JobFailure? {
        if isRecorded {
            return JobFailure(
                "cannot-extend",
                "samples of this base are drawn once and kept: submit a job with more `samples`; what "
                    + "a worker's journal holds is not drawn again")
        }
        return method.traits.whyNotExtensible(self)
    }

    /// These settings with a larger extent; what is nil stays.
    ///
    /// - Parameters:
    ///   - samples: how many there are to be in all.
    ///   - draws: the same of draws.
    ///   - looked: whether there is an answer of these settings that may have been looked at. Of `exact`
    ///     the certificate then pays for it.
    /// - Throws: where the method cannot take up more, or the extent is not larger or equal.
    public func extended(
        samples: UInt64?, draws: Int?, looked: Bool = false
    ) throws(JobFailure) -> JobSettings {
        if let whyNotExtensible { throw whyNotExtensible }
        var result = self
        func refuse(_ message: String) -> JobFailure { JobFailure("cannot-extend", message) }
        if method.traits.isInGroups {
            guard samples == nil || samples == self.samples else {
                throw refuse(
                    "`samples` of best-of-n is the size of a group, and other groups are another "
                        + "job: ask for more draws with --draws")
            }
        } else {
            guard draws == nil || draws == self.draws else {
                throw refuse(
                    "more draws of `\(method.name)` are another choice among the same samples: "
                        + "submit a job with more `draws`; only `samples` can be raised")
            }
        }
        var wanted = JobExtent(
            samples: samples ?? self.samples, draws: draws ?? self.draws, looks: looks)
        if looked, method.traits.paysForLooks, wanted.samples > self.samples {
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
        return !method.traits.isInGroups || samples <= Limits.samples / UInt64(draws)
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
