// SPDX-License-Identifier: Apache-2.0

extension SplittingPlan {
    func write(to writer: inout ByteWriter) {
        writer.write(count: levels.count)
        for (level, steps) in zip(levels, steps) {
            level.write(to: &writer)
            writer.write(steps.scaled)
            writer.write(steps.common)
            writer.write(count: steps.spread.count)
            for value in steps.spread { writer.write(value) }
        }
    }

    init(from reader: inout ByteReader) throws(DecodingFailure) {
        let count = try reader.count(limit: Limits.splittingLevels, bytesEach: 36, of: "levels")
        for _ in 0..<count {
            let level = try Level(from: &reader)
            var moves = MoveSteps(try reader.double())
            moves.common = try reader.double()
            guard moves.scaled > 0, moves.scaled <= MoveSteps.longest, moves.common > 0,
                moves.common <= 1, levels.last.map({ $0 <= level }) ?? true
            else {
                throw DecodingFailure(
                    "a plan's levels ascend and its steps are positive and bounded")
            }
            for _ in 0..<(try reader.count(limit: Self.mostSpread, bytesEach: 8, of: "slots")) {
                let value = try reader.double()
                guard value > 0, value <= 1 else {
                    throw DecodingFailure("a spread lies in (0, 1]")
                }
                moves.spread.append(value)
            }
            levels.append(level)
            steps.append(moves)
        }
    }

    /// Whether every spread has a number for each slot of the base, or none at all.
    func fits(_ base: any BaseDistribution) -> Bool {
        let slots = ParticleCloud.slots(of: base)
        return steps.allSatisfy { $0.spread.isEmpty || $0.spread.count == slots }
    }
}

extension SplittingPass: SlotTask {
    static let kind: UInt8 = 4
    static let domain = Domain.move
    /// Islands move their particles again and again.
    var exceedsIndices: Bool { true }

    func write(to writer: inout ByteWriter) {
        writer.write(phase.rawValue)
        plan.write(to: &writer)
    }

    init(
        from reader: inout ByteReader, job: CompiledJob, indices: Range<UInt64>
    ) throws(DecodingFailure) {
        guard let settings = job.settings.method.splitting else {
            throw DecodingFailure("a job of another method has no islands")
        }
        guard let phase = Phase(rawValue: try reader.byte()) else {
            throw DecodingFailure("no such phase of splitting")
        }
        let plan = try SplittingPlan(from: &reader)
        guard plan.fits(job.base),
            SplittingMethod.problem(job, settings, levels: plan.levels.count) == nil
        else {
            throw DecodingFailure("a plan too large for the job")
        }
        let islands = UInt64(Limits.splittingIslands)
        guard indices.upperBound <= islands * SlotWork.indices,
            indices.upperBound % SlotWork.indices == 0
        else { throw DecodingFailure("\(indices) is not a range of islands") }
        self.init(phase: phase, plan: plan)
    }

    func readRecord(
        from reader: inout ByteReader, job: CompiledJob, slot: UInt64
    ) throws(DecodingFailure) -> any SlotRecord {
        try IslandRecord(from: &reader, pass: self, job: job)
    }

    func run(
        _ slots: Range<UInt64>, job: CompiledJob, isCancelled: () -> Bool
    ) -> SlotFindings? {
        // Of a base whose samples others make, what failed is told of with the samples.
        let counts = !job.utilities[0].isExternal && !job.drawsOnce
        var found = SlotFindings()
        for island in slots {
            guard
                var record = IslandRecord.run(
                    self, island: island, job: job, isCancelled: isCancelled)
            else { return nil }
            if counts { found.failures &+= record.moments[0].failed }
            if let usage = record.usage { found.usage.add(usage) }
            record.usage = nil
            found.records.append(record)
        }
        return found
    }

    func evaluations(of record: any SlotRecord) -> UInt64 {
        (record as? IslandRecord)?.evaluations ?? 0
    }

    func evaluationsPerIndex(job: CompiledJob) -> Double {
        guard let settings = job.settings.method.splitting else { return 1 }
        let levels =
            phase == .pilot
            ? settings.firstAim(quantile: job.settings.quantiles[0]).levels : plan.levels.count
        return Double(settings.evaluations(levels: levels)) / Double(SlotWork.indices)
    }
}

extension IslandRecord: SlotRecord {
    /// An island goes down one utility, and measures the costs beside.
    var failed: [UInt64] { moments.map(\.failed) }

    func write(to writer: inout ByteWriter) {
        writer.write(evaluations)
        writer.write(count: survivors.count)
        for number in survivors { writer.write(number) }
        writer.write(count: accepted.count)
        for number in accepted { writer.write(number) }
        writer.write(distinctAncestors)
        writer.write(tied)
        for column in moments { column.write(to: &writer) }
        plan.write(to: &writer)
        writer.write(count: levels.count)
        for level in levels { level.write(to: &writer) }
        writer.write(count: particles.count)
        for particle in particles {
            writer.write(particle.number)
            writer.write(particle.utility)
            for value in particle.value { writer.write(value) }
            particle.record?.write(to: &writer)
        }
        writer.write(count: top.count)
        for column in top { column.write(to: &writer) }
        if let living { writer.write(living) }
    }

    /// Reads the record of an island of a pass; what does not fit it is refused.
    init(
        from reader: inout ByteReader, pass: SplittingPass, job: CompiledJob
    ) throws(DecodingFailure) {
        guard let settings = job.settings.method.splitting else {
            throw DecodingFailure("a job of another method has no islands")
        }
        let columns = 1 + job.costs.count
        let count = settings.particles
        let most = pass.phase == .pilot ? 0 : pass.plan.levels.count
        evaluations = try reader.word()
        guard evaluations <= Limits.samples / UInt64(Limits.splittingIslands) else {
            throw DecodingFailure("an island of too many evaluations")
        }
        for _ in 0..<(try reader.count(limit: most, bytesEach: 4, of: "levels")) {
            let number = try reader.word32()
            guard number <= count, survivors.last != 0 else {
                throw DecodingFailure("an island has \(count) particles, and dies out once")
            }
            survivors.append(number)
        }
        let isDead = survivors.last == 0
        let lived = survivors.count - (isDead || job.isEstimate && !survivors.isEmpty ? 1 : 0)
        guard isDead || survivors.count == most else {
            throw DecodingFailure("an island that ends before its last level")
        }
        for _ in 0..<(try reader.count(limit: most, bytesEach: 8, of: "moves")) {
            let number = try reader.word()
            guard number <= UInt64(settings.proposals) else {
                throw DecodingFailure("more moves accepted than made")
            }
            accepted.append(number)
        }
        guard accepted.count == lived else { throw DecodingFailure("moves of other levels") }
        distinctAncestors = try reader.word32()
        tied = try reader.word32()
        guard distinctAncestors <= count, tied <= count else {
            throw DecodingFailure("more ancestors or ties than particles")
        }
        for _ in 0..<columns {
            moments.append(try Moments(from: &reader, samples: UInt64(count)))
        }
        plan = try SplittingPlan(from: &reader)
        guard pass.phase == .pilot || plan.levels.isEmpty, plan.fits(job.base) else {
            throw DecodingFailure("only a pilot finds levels, and spreads of each slot")
        }
        let levelCount = try reader.count(limit: count, bytesEach: 16, of: "particles")
        guard levelCount == (pass.phase == .calibration && !isDead ? count : 0) else {
            throw DecodingFailure("levels of \(levelCount) particles")
        }
        for _ in 0..<levelCount { levels.append(try Level(from: &reader)) }
        let isProductive = pass.phase == .production && !isDead && !job.isEstimate
        let kept = isProductive ? Self.particlesKept(job, settings) : 0
        let particleCount = try reader.count(
            limit: count, bytesEach: 12 + 8 * job.base.dimension, of: "particles")
        guard particleCount == kept else {
            throw DecodingFailure("\(particleCount) particles where \(kept) were asked for")
        }
        for _ in 0..<particleCount {
            let number = try reader.word32()
            guard number < count else { throw DecodingFailure("no particle \(number)") }
            let utility = try reader.double()
            var value: [Double] = []
            for _ in 0..<job.base.dimension { value.append(try reader.double()) }
            var particle = Particle(number: number, utility: utility, value: value)
            if job.drawsOnce {
                particle.record = try SampleRecord(
                    from: &reader, dimension: job.base.dimension)
            }
            particles.append(particle)
        }
        let topCount = try reader.count(limit: columns, bytesEach: 1, of: "sums")
        guard topCount == (isProductive ? columns : 0) else {
            throw DecodingFailure("sums of \(topCount) columns")
        }
        for _ in 0..<topCount {
            let column = try TopMoments(from: &reader)
            let parts = [
                column.finite, column.nan, column.positiveInfinite, column.negativeInfinite,
            ]
            guard parts.reduce(0, +) == UInt64(count) else {
                throw DecodingFailure("sums of too many or too few particles")
            }
            top.append(column)
        }
        guard job.drawsOnce else { return }
        let living = try reader.word32()
        guard living <= count, living > 0 || isDead || most == 0 else {
            throw DecodingFailure("an island that is dead and alive")
        }
        self.living = living
    }
}
