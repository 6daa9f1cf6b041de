// SPDX-License-Identifier: Apache-2.0

/// After which parts of a sample is asked whether it can still be wanted, and by what program.
///
/// It decides what an answer costs, never what it is: a sample is given up only where the bound of its utility is
/// below the floor.
struct EarlyPlan: Sendable {
    /// Parts up to a place in the order, and the bound that is asked for then; nil after the last.
    struct Stage: Sendable {
        var end: Int
        var bound: FormulaMachine?
    }

    /// The parts, in the order in which they are drawn.
    var order: [SampleParts.Part]
    /// Whether the words of the first part are looked at before anything is made of them.
    var usesCells: Bool
    var stages: [Stage]
    /// The work of a sample beside that of one that is drawn whole, as foreseen.
    var cost: Double

    /// Plans that save less than this are not worth their trouble.
    static let worthwhile = 0.85

    /// What the plan is chosen by.
    struct Trial {
        /// Places in the order at which a bound is known, ascending, with it and its work.
        var ends: [(end: Int, bound: FormulaMachine)] = []
        /// For each of those, the share of samples that the bound does not rule out; those that the cells rule out
        /// are not among them.
        var alive: [Double] = []
        /// The share that the cells of the first part do not rule out; nil where there are none.
        var open: Double?
        /// The work of each part, in the order, and of all functions.
        var parts: [Double] = []
        var functions = 0.0
    }

    /// Work of asking, beside the program: listing the lanes and moving them together.
    private static let asking = 2.0
    /// Work of looking words up in cells.
    private static let lookup = 2.0

    /// The cheapest plan by a trial: which of the bounds are worth asking for.
    ///
    /// **Complexity**: O(ends²).
    init(_ order: [SampleParts.Part], _ trial: Trial) {
        self.order = order
        let whole = trial.parts.reduce(0, +) + trial.functions
        var sums = [0.0]
        for work in trial.parts { sums.append(sums[sums.count - 1] + work) }
        // What is still to be done after an end, from the last to the first, and which end is next.
        var rest = [Double](repeating: 0, count: trial.ends.count + 1)
        var next = [Int](repeating: trial.ends.count, count: trial.ends.count + 1)
        func best(from drawn: Int, after place: Int, alive: Double) -> (work: Double, next: Int) {
            var found = (
                work: alive * (sums[order.count] - sums[drawn] + trial.functions),
                next: trial.ends.count
            )
            for later in place..<trial.ends.count {
                let (end, bound) = trial.ends[later]
                let work =
                    alive * (sums[end] - sums[drawn] + bound.weight + Self.asking) + rest[later]
                if work < found.work { found = (work, later) }
            }
            return found
        }
        for place in trial.ends.indices.reversed() {
            (rest[place], next[place]) = best(
                from: trial.ends[place].end, after: place + 1, alive: trial.alive[place])
        }
        let plain = best(from: 0, after: 0, alive: 1)
        var first = plain.next
        usesCells = false
        cost = plain.work / whole
        if let open = trial.open {
            // The words of the first part are made in any case, and take half of its work.
            let words = trial.parts[0] / 2
            let looked = best(from: 0, after: 0, alive: open)
            let work = words * (1 - open) + Self.lookup + looked.work
            if work < plain.work {
                usesCells = true
                cost = work / whole
                first = looked.next
            }
        }
        stages = []
        var place = first
        while place < trial.ends.count {
            stages.append(Stage(end: trial.ends[place].end, bound: trial.ends[place].bound))
            place = next[place]
        }
        stages.append(Stage(end: order.count, bound: nil))
    }
}
