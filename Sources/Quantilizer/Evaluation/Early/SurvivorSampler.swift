// SPDX-License-Identifier: Apache-2.0

/// Samples of which only those are drawn whole that can still be wanted: the others are given up as soon as a bound
/// of their utility is below a floor.
///
/// A block of samples is drawn a part at a time. First the words of the first part are looked up in cells, of which
/// some are shut; then, after a few parts each, what is known bounds the utility, and the lanes that are left are
/// moved together. Those left at the end are evaluated as any other sample: the same values, the same bits.
///
/// It is for one thread, and for a job with one utility, a formula, and a base whose components are made apart from
/// one another.
///
/// **Determinism**: a sample is given up only where its utility, as computed, is below the floor or no number;
/// which of those are given up early decides the time alone.
struct SurvivorSampler: ~Copyable {
    /// Lanes of a block where samples are short; always a power of two.
    private static let mostLanes = 2_048
    /// Samples that a plan is chosen by.
    private static let trialLanes = 512
    /// Samples between two plans, so that choosing takes less than a hundredth of the time.
    private static let between = 1 << 18
    /// Parts of which the best is looked for to be the first.
    private static let mostSorted = 64

    private let seed: UInt64
    private let functions: [any Utility]
    private let utility: any BoundedUtility
    private let parts: SampleParts
    private let ranges: [ValueRange]
    private let passesNormalsThrough: Bool
    private let spareNormal: Int
    /// Lanes of a block.
    let lanes: Int

    private var noise: NoiseBlock
    private var words: WordColumns
    private var values: Columns
    private var scratch: Columns
    private var bounds: Columns
    private var compact: Columns
    /// The lanes that are left, as places in the block.
    private(set) var left: LaneList
    private var chosen: LaneList
    private var trial: BlockSampler
    /// What a channel looks at of a block: lists and words of its lanes.
    private var seen: LaneList
    private var labels: WordColumns

    /// Every lane's results: of those given up, not a number.
    var results: Columns
    /// Lanes that were begun, and of each part how many were drawn.
    private(set) var begun: UInt64 = 0
    private(set) var drawn: [UInt64] = []

    private var plan: EarlyPlan?
    private var order: [SampleParts.Part]
    /// How many of them, the first ones, the utility reads.
    private let reads: Int
    private var isSorted = false
    /// Of places in the order, the bound of what is known there; nil where there is none.
    private var programs: [Int: FormulaMachine?] = [:]
    private var cells: CellBounds?
    private var cellsOf: UInt32?
    private var open: OpenCells?
    /// The floors that the plan and the open cells are for, and samples since.
    private var planFloor = -Double.infinity
    private var cellFloor = -Double.infinity
    private var sincePlan = 0
    private var sinceCells = 0

    /// Nil where nothing can be decided early.
    init?(_ work: Workload, functions: [any Utility]) {
        guard work.recorded == nil, work.utilities.count == 1,
            let utility = work.utilities[0].utility as? any BoundedUtility,
            let parts = SampleParts(work.base)
        else { return nil }
        self.utility = utility
        self.parts = parts
        self.functions = functions
        seed = work.seed
        ranges = parts.ranges()
        passesNormalsThrough = work.base.passesNormalsThrough
        let used = Set(utility.usedColumns)
        // What the utility does not read is drawn last.
        let read = parts.parts.filter { !used.isDisjoint(with: $0.components) }
        reads = read.count
        order = read + parts.parts.filter { used.isDisjoint(with: $0.components) }
        let dimension = work.base.dimension
        lanes = dimension <= 32 ? Self.mostLanes : dimension <= 256 ? 1_024 : Self.trialLanes
        // One slot more, for a last normal that is nobody's.
        let layout = work.base.noise
        spareNormal = layout.normals
        noise = NoiseBlock(
            passesNormalsThrough
                ? NoiseLayout() : NoiseLayout(normals: layout.normals + 1, words: layout.words),
            capacity: lanes)
        words = WordColumns(count: 2, capacity: lanes)
        values = Columns(count: dimension + 1, capacity: lanes)
        let registers = functions.reduce(work.base.scratchColumns) { max($0, $1.scratchColumns) }
        scratch = Columns(count: registers, capacity: lanes)
        bounds = Columns(count: 1, capacity: lanes)
        drawn = [UInt64](repeating: 0, count: parts.parts.count)
        compact = Columns(count: functions.count, capacity: lanes)
        left = LaneList(capacity: lanes)
        chosen = LaneList(capacity: lanes)
        seen = LaneList(capacity: lanes)
        labels = WordColumns(count: 2, capacity: lanes)
        results = Columns(count: functions.count, capacity: lanes)
        for column in 0..<functions.count {
            for lane in 0..<lanes { results[column, lane] = .nan }
        }
        trial = BlockSampler(
            seed: seed, base: work.base, columns: functions, capacity: Self.trialLanes)
    }

    /// Whether it pays to look for samples of at least `least` from `start` on.
    mutating func isWorthwhile(_ domain: Domain, from start: UInt64, least: Double) -> Bool {
        guard least > -.infinity else { return false }
        if plan == nil || sincePlan >= Self.between && least != planFloor {
            choose(domain, from: start, least: least)
        }
        guard let plan, plan.cost < EarlyPlan.worthwhile else { return false }
        // A higher floor shuts more cells, which can wait; a lower one opens some, which cannot.
        if plan.usesCells, least < cellFloor || least > cellFloor && sinceCells >= Self.between {
            shutCells(least)
        }
        return true
    }

    private mutating func shutCells(_ least: Double) {
        guard let cells else { return }
        open?.open(cells.bounds, notBelow: least)
        cellFloor = least
        sinceCells = 0
    }

    /// Samples that were drawn whole elsewhere count too, for when to choose again.
    mutating func passed(_ samples: Int) {
        sincePlan += samples
        sinceCells += samples
    }

    /// Fills ``left`` with the lanes of `count` samples from `start` that may have a utility of `least` or more, and
    /// their ``results``; ``forget()`` has to follow. `start` is a multiple of 256, and the block does not go beyond
    /// a multiple of ``lanes``.
    mutating func evaluate(domain: Domain, start: UInt64, count: Int, least: Double) {
        guard let plan else { preconditionFailure("no plan for the floor") }
        passed(count)
        begun += UInt64(count)
        drawn[0] += UInt64(count)
        let stream = RandomStream(seed: seed, domain: domain)
        let first = plan.order[0]
        fillWords(stream, first, from: start, lanes: count)
        if plan.usesCells, let open {
            Kernels.selectOpen(words, open, lanes: count, into: &left)
            guard left.count > 0 else { return }
            if left.count < count {
                Kernels.gather(&words, column: 0, left)
                if first.isNormal || first.hasBoth { Kernels.gather(&words, column: 1, left) }
            }
        } else {
            left.fill(count)
        }
        var place = 0
        for stage in plan.stages {
            while place < stage.end {
                let part = plan.order[place]
                if place > 0 {
                    drawn[place] += UInt64(left.count)
                    Kernels.fillWords(
                        &words, low: 0, high: 1, stream: stream, block: part.block, from: start,
                        lanes: left)
                }
                make(part)
                place += 1
            }
            guard let bound = stage.bound else { break }
            run(bound)
            Kernels.selectNotBelow(
                bounds, column: 0, lanes: left.count, least: least, into: &chosen)
            if chosen.count < left.count {
                for part in plan.order[..<place] {
                    for component in part.components {
                        Kernels.gather(&values, column: component, chosen)
                    }
                }
                Kernels.gather(&left, chosen)
                guard left.count > 0 else { return }
            }
        }
        for (column, function) in functions.enumerated() {
            function.evaluate(
                lanes: left.count, values: values, scratch: &scratch, results: &compact,
                column: column)
            for lane in 0..<left.count { results[column, left[lane]] = compact[column, lane] }
        }
    }

    /// Whether no lane is left.
    var isEmpty: Bool { left.count == 0 }

    /// Gives a channel the block, as if it had been evaluated.
    mutating func give(to channel: inout ChannelEvaluator, start: UInt64, count: Int) {
        channel.take(results, start: start, count: count, lanes: &seen, words: &labels)
    }

    /// Makes ``results`` not a number again.
    mutating func forget() {
        for column in 0..<functions.count {
            for place in 0..<left.count { results[column, left[place]] = .nan }
        }
    }

    // MARK: - Parts

    private mutating func fillWords(
        _ stream: RandomStream, _ part: SampleParts.Part, from start: UInt64, lanes: Int
    ) {
        if part.isNormal || part.hasBoth {
            Kernels.fillWords(
                &words, low: 0, high: 1, stream: stream, block: part.block, from: start,
                lanes: lanes)
        } else {
            Kernels.fillLowWords(
                &words, low: 0, stream: stream, block: part.block, from: start, lanes: lanes)
        }
    }

    /// The components of the part whose words are there, for the lanes that are left.
    private mutating func make(_ part: SampleParts.Part) {
        let count = left.count
        if part.isNormal {
            if passesNormalsThrough {
                Kernels.fillNormals(
                    &values, even: part.slot, odd: part.slot + 1, words: words, lanes: count)
                return
            }
            Kernels.fillNormals(
                &noise.normals, even: part.slot,
                odd: part.hasBoth ? part.slot + 1 : spareNormal, words: words, lanes: count)
        } else {
            Kernels.copy(words, 0, to: &noise.words, part.slot, lanes: count)
            if part.hasBoth {
                Kernels.copy(words, 1, to: &noise.words, part.slot + 1, lanes: count)
            }
        }
        for component in part.components {
            parts.base.transform(
                component: component, lanes: count, noise: noise, values: &values,
                scratch: &scratch, at: Placement())
        }
    }

    // MARK: - Plans

    private mutating func choose(_ domain: Domain, from start: UInt64, least: Double) {
        sincePlan = 0
        planFloor = least
        trial.evaluate(domain: domain, start: start, lanes: Self.trialLanes)
        if !isSorted {
            sortParts(least)
            isSorted = true
        }
        var found = EarlyPlan.Trial()
        let last = reads < order.count || functions.count > 1 ? reads : reads - 1
        var end = 1
        while end <= last {
            if let bound = program(end) {
                found.ends.append((end, bound))
                found.alive.append(Double(alive(bound, least)) / Double(Self.trialLanes))
            }
            // 1, 2, 3, 4, 6, 8, 12, 16, …
            end += max(1, end & (end - 1) == 0 ? end / 2 : end / 3)
        }
        found.parts = order.map { ($0.isNormal ? 20 : 10 + 10 * Double($0.components.count)) }
        found.functions = utility.weight + 10 * Double(functions.count - 1)
        if cellsOf != order[0].block {
            cellsOf = order[0].block
            cells = CellBounds(of: order[0], parts, ranges: ranges, utility)
            open = cells.map { OpenCells(lowBits: $0.lowBits, highBits: $0.highBits) }
        }
        shutCells(least)
        found.open = open.map { Double($0.count) / Double($0.cells) }
        plan = EarlyPlan(order, found)
    }

    /// The bound where the parts up to a place in the order are known.
    private mutating func program(_ end: Int) -> FormulaMachine? {
        if let known = programs[end] { return known }
        let known = Set(order[..<end].lazy.flatMap(\.components))
        let ranges = ranges
        let made = utility.upperBound { known.contains($0) ? .exact : .range(ranges[$0]) }
        programs[end] = made
        return made
    }

    /// How many samples of the trial a bound leaves.
    private mutating func alive(_ bound: FormulaMachine, _ least: Double) -> Int {
        var registers = Columns(count: bound.registers, capacity: Self.trialLanes)
        bound.run(
            lanes: Self.trialLanes, values: trial.values, scratch: &registers, results: &bounds,
            column: 0)
        Kernels.selectNotBelow(
            bounds, column: 0, lanes: Self.trialLanes, least: least, into: &chosen)
        return chosen.count
    }

    /// Those parts first that decide most alone; where there is little between them they stay in their order, in
    /// which vectors are added up.
    private mutating func sortParts(_ least: Double) {
        guard reads > 1, reads <= Self.mostSorted else { return }
        var left: [Int] = []
        for part in order[..<reads] {
            let known = Set(part.components)
            let ranges = ranges
            let bound = utility.upperBound { known.contains($0) ? .exact : .range(ranges[$0]) }
            left.append(bound.map { alive($0, least) } ?? Self.trialLanes)
        }
        guard let best = left.min(), Double(best) < 0.9 * Double(left[0]) else { return }
        let rank = left.map { $0 / 32 }
        let sorted = (0..<reads).sorted { (rank[$0], $0) < (rank[$1], $1) }
        order = sorted.map { order[$0] } + order[reads...]
    }

    private mutating func run(_ bound: FormulaMachine) {
        if bound.registers > scratch.count {
            scratch = Columns(count: bound.registers, capacity: lanes)
        }
        bound.run(
            lanes: left.count, values: values, scratch: &scratch, results: &bounds, column: 0)
    }
}
