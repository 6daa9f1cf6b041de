// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Where an operand of an emitted operation lives, before registers are given out.
enum FormulaPlace: Sendable, Hashable {
    case none
    /// A value that gets a register.
    case virtual(Int)
    /// A column of the sample's values.
    case column(Int)
    /// That column plus the loop's counter.
    case row(Int)
    case result
}

/// One emitted operation; for a loop, `rows` and `length` instead of operands.
struct FormulaDraft: Sendable {
    var code: Int
    var d = FormulaPlace.none
    var a = FormulaPlace.none
    var b = FormulaPlace.none
    var c = FormulaPlace.none
    var k0 = 0.0
    var k1 = 0.0
    var rows = 0
    var length = 0
}

/// Turns a graph into the machine's program.
///
/// Numbers are computed in the order of the source, each once; each reduction is a loop over its
/// vector's elements that computes what the element needs and accumulates, so the program's length
/// does not depend on the dimension and vectors are never stored. An arithmetic operation used once
/// fuses with its user into one step that still rounds each of the two.
struct FormulaEmitter {
    private let graph: FormulaGraph
    private let needed: [Bool]
    private var drafts: [FormulaDraft] = []
    private var virtuals = 0
    /// The place of each number that has been emitted.
    private var places: [Int: FormulaPlace] = [:]

    static func emit(_ graph: FormulaGraph, root: Int) -> FormulaMachine {
        var emitter = FormulaEmitter(graph: graph, needed: reachable(graph, root: root))
        emitter.run(root)
        return FormulaRegisters.assign(FormulaPairing.paired(emitter.drafts))
    }

    /// The columns that the root depends on, ascending.
    static func columns(_ graph: FormulaGraph, root: Int) -> [Int] {
        var used: Set<Int> = []
        for (id, isNeeded) in reachable(graph, root: root).enumerated() where isNeeded {
            let node = graph[id]
            if node.operation == .column { used.insert(node.a) }
            if node.operation == .slice { used.formUnion(node.a..<node.a + node.length) }
        }
        return used.sorted()
    }

    private init(graph: FormulaGraph, needed: [Bool]) {
        self.graph = graph
        self.needed = needed
    }

    /// What a node is computed from.
    static func operands(_ node: FormulaGraph.Node) -> [Int] {
        switch node.operation {
        case .constant, .column, .slice: []
        default: [node.a, node.b, node.c].filter { $0 >= 0 }
        }
    }

    /// Whether the root depends on each node.
    static func reachable(_ graph: FormulaGraph, root: Int) -> [Bool] {
        var needed = [Bool](repeating: false, count: graph.nodes.count)
        needed[root] = true
        for id in (0...root).reversed() where needed[id] {
            for operand in operands(graph[id]) { needed[operand] = true }
        }
        return needed
    }

    private func isComputed(_ id: Int) -> Bool {
        graph[id].operation.rawValue > FormulaOperation.slice.rawValue
    }

    // MARK: - Blocks

    private mutating func run(_ root: Int) {
        let numbers = needed.indices.filter {
            needed[$0] && graph[$0].length == 0 && isComputed($0)
        }
        var uses: [Int: Int] = [:]
        for id in needed.indices where needed[id] {
            // A number that a vector's elements need is kept: it must not be computed in the loop.
            let weight = graph[id].length == 0 ? 1 : 2
            for operand in Self.operands(graph[id]) { uses[operand, default: 0] += weight }
        }
        let fused = fusions(numbers, uses: uses)
        let skipped = Set(fused.values)
        for id in numbers where !skipped.contains(id) {
            if graph[id].operation.isReduction {
                loop(id)
            } else {
                drafts.append(draft(id, fused[id], [:]))
                places[id] = drafts[drafts.count - 1].d
            }
        }
        finish(root)
    }

    /// The root's register becomes the result column.
    private mutating func finish(_ root: Int) {
        guard case .virtual(let last)? = places[root], isComputed(root) else {
            if let value = graph.constant(root) {
                drafts = [FormulaDraft(code: QK_OP_FILL, d: .result, k0: value)]
            } else {
                let copy = FormulaOperation.step(QK_INNER_A)
                drafts = [FormulaDraft(code: copy, d: .result, a: .column(graph[root].a))]
            }
            return
        }
        for index in drafts.indices {
            if drafts[index].d == .virtual(last) { drafts[index].d = .result }
            if drafts[index].a == .virtual(last) { drafts[index].a = .result }
        }
    }

    /// A reduction: what its elements need, in a loop that ends with the accumulation.
    private mutating func loop(_ id: Int) {
        let reduction = graph[id]
        let vector = reduction.a
        var members: Set<Int> = [vector]
        var waiting = [vector]
        while let node = waiting.popLast() {
            for operand in Self.operands(graph[node]) where graph[operand].length > 0 {
                if members.insert(operand).inserted { waiting.append(operand) }
            }
        }
        let ids = members.filter(isComputed).sorted()
        var uses = [vector: 1]
        for node in ids {
            for operand in Self.operands(graph[node]) { uses[operand, default: 0] += 1 }
        }
        let ending = accumulation(reduction, uses)
        let inner = ids.filter { !ending.absorbed.contains($0) }
        let fused = fusions(inner, uses: uses)
        let skipped = Set(fused.values)

        let sum = fresh()
        var fill = FormulaDraft(code: QK_OP_FILL, d: sum)
        fill.k0 = reduction.operation.identity
        drafts.append(fill)
        var body: [FormulaDraft] = []
        var local: [Int: FormulaPlace] = [:]
        for node in inner where !skipped.contains(node) {
            body.append(draft(node, fused[node], local))
            local[node] = body[body.count - 1].d
        }
        body.append(accumulate(ending, into: sum, local))
        drafts.append(
            FormulaDraft(code: QK_OP_LOOP, rows: graph[vector].length, length: body.count))
        drafts += body
        places[id] = sum
    }

    private mutating func fresh() -> FormulaPlace {
        virtuals += 1
        return .virtual(virtuals - 1)
    }

    // MARK: - Accumulation

    /// How a reduction's last operation takes its element.
    private struct Ending {
        var operation: FormulaOperation
        /// The element, or what the inner operation is.
        var element: Int
        var outer: Int
        var absorbed: Set<Int> = []
    }

    /// Sums take a square and one arithmetic operation along.
    private func accumulation(_ reduction: FormulaGraph.Node, _ uses: [Int: Int]) -> Ending {
        let vector = reduction.a
        var ending = Ending(operation: reduction.operation, element: vector, outer: QK_OUTER_INTO)
        guard reduction.operation == .sumOf else { return ending }
        let node = graph[vector]
        if node.operation == .multiply, node.a == node.b, uses[vector] == 1 {
            ending.absorbed.insert(vector)
            ending.element = node.a
            ending.outer = QK_OUTER_SQUARE_INTO
            if graph[node.a].operation.isArithmetic, uses[node.a] == 2 {
                ending.absorbed.insert(node.a)
            }
        } else if node.operation.isArithmetic, uses[vector] == 1 {
            ending.absorbed.insert(vector)
        }
        return ending
    }

    private mutating func accumulate(
        _ ending: Ending, into sum: FormulaPlace, _ local: [Int: FormulaPlace]
    ) -> FormulaDraft {
        if ending.operation == .sumOf {
            var draft = FormulaDraft(code: 0, d: sum)
            let inner: Int
            if ending.absorbed.contains(ending.element) {
                inner = arithmetic(ending.element, &draft, local)
            } else {
                inner = QK_INNER_A
                draft.a = place(ending.element, local)
            }
            draft.code = FormulaOperation.step(inner, ending.outer)
            return draft
        }
        let element = place(ending.element, local)
        return FormulaDraft(code: ending.operation.code, d: sum, a: sum, b: element)
    }

    // MARK: - Operations

    /// The operand each of these takes into its own step: one arithmetic operation used nowhere else.
    private func fusions(_ ids: [Int], uses: [Int: Int]) -> [Int: Int] {
        let members = Set(ids)
        var fused: [Int: Int] = [:]
        var taken: Set<Int> = []
        for id in ids.reversed() where !taken.contains(id) && graph[id].operation.isArithmetic {
            let node = graph[id]
            let square = node.operation == .multiply && node.a == node.b
            for operand in square ? [node.a] : [node.a, node.b] {
                guard members.contains(operand), graph[operand].operation.isArithmetic,
                    uses[operand] == (square ? 2 : 1)
                else { continue }
                fused[id] = operand
                taken.insert(operand)
                break
            }
        }
        return fused
    }

    /// Where an operand is; a constant gets a register, filled once.
    private mutating func place(_ id: Int, _ local: [Int: FormulaPlace]) -> FormulaPlace {
        let node = graph[id]
        if node.operation == .column { return .column(node.a) }
        if node.operation == .slice { return .row(node.a) }
        if let place = local[id] ?? places[id] { return place }
        precondition(node.operation == .constant, "operands come before their users")
        let filled = fresh()
        drafts.append(FormulaDraft(code: QK_OP_FILL, d: filled, k0: graph.constant(id) ?? 0))
        places[id] = filled
        return filled
    }

    /// The operation of one node, with the operand that fuses into it.
    private mutating func draft(
        _ id: Int, _ fused: Int?, _ local: [Int: FormulaPlace]
    ) -> FormulaDraft {
        let node = graph[id]
        var draft = FormulaDraft(code: node.operation.code)
        if let fused {
            let inner = arithmetic(fused, &draft, local)
            draft.code = FormulaOperation.step(inner, outer(node, fused, &draft, local))
        } else if node.operation == .multiply, node.a == node.b {
            draft.a = place(node.a, local)
            draft.code = FormulaOperation.step(QK_INNER_A, QK_OUTER_SQUARE)
        } else if node.operation.isArithmetic {
            draft.code = FormulaOperation.step(arithmetic(id, &draft, local))
        } else if node.operation.takesConstants {
            ordered(node, &draft, local)
        } else if node.operation == .choose, graph.isBoolean[node.a] {
            choose(node, &draft, local)
        } else {
            draft.a = place(node.a, local)
            if node.b >= 0 { draft.b = place(node.b, local) }
            if node.c >= 0 { draft.c = place(node.c, local) }
        }
        draft.d = fresh()
        return draft
    }

    /// The inner code of + − ×; constants are not both operands, and come second but for `k − a`.
    private mutating func arithmetic(
        _ id: Int, _ draft: inout FormulaDraft, _ local: [Int: FormulaPlace]
    ) -> Int {
        let node = graph[id]
        if let constant = graph.constant(node.a) {
            draft.k0 = constant
            draft.a = place(node.b, local)
            return QK_INNER_SUB_KA
        }
        draft.a = place(node.a, local)
        if let constant = graph.constant(node.b) {
            draft.k0 = constant
            return node.operation == .add
                ? QK_INNER_ADD_AK : node.operation == .subtract ? QK_INNER_SUB_AK : QK_INNER_MUL_AK
        }
        draft.b = place(node.b, local)
        return node.operation == .add
            ? QK_INNER_ADD_AB : node.operation == .subtract ? QK_INNER_SUB_AB : QK_INNER_MUL_AB
    }

    private mutating func outer(
        _ node: FormulaGraph.Node, _ fused: Int, _ draft: inout FormulaDraft,
        _ local: [Int: FormulaPlace]
    ) -> Int {
        if node.a == node.b { return QK_OUTER_SQUARE }
        let other = node.a == fused ? node.b : node.a
        if let constant = graph.constant(other) {
            draft.k1 = constant
        } else {
            draft.c = place(other, local)
        }
        let isConstant = graph.constant(other) != nil
        switch node.operation {
        case .add: return isConstant ? QK_OUTER_ADD_K : QK_OUTER_ADD_C
        case .multiply: return isConstant ? QK_OUTER_MUL_K : QK_OUTER_MUL_C
        default:
            if node.a == fused { return isConstant ? QK_OUTER_SUB_K : QK_OUTER_SUB_C }
            return isConstant ? QK_OUTER_K_SUB : QK_OUTER_C_SUB
        }
    }

    private mutating func ordered(
        _ node: FormulaGraph.Node, _ draft: inout FormulaDraft, _ local: [Int: FormulaPlace]
    ) {
        if let constant = graph.constant(node.b) {
            draft.code += 1
            draft.k0 = constant
            draft.a = place(node.a, local)
        } else if let constant = graph.constant(node.a) {
            draft.code += 2
            draft.k0 = constant
            draft.a = place(node.b, local)
        } else {
            draft.a = place(node.a, local)
            draft.b = place(node.b, local)
        }
    }

    private mutating func choose(
        _ node: FormulaGraph.Node, _ draft: inout FormulaDraft, _ local: [Int: FormulaPlace]
    ) {
        draft.a = place(node.a, local)
        switch (graph.constant(node.b), graph.constant(node.c)) {
        case (let yes?, let no?):
            draft.code = QK_OP_CHOOSE_KK
            (draft.k0, draft.k1) = (yes, no)
        case (let yes?, nil):
            draft.code = QK_OP_CHOOSE_KC
            draft.k0 = yes
            draft.c = place(node.c, local)
        case (nil, let no?):
            draft.code = QK_OP_CHOOSE_BK
            draft.k0 = no
            draft.b = place(node.b, local)
        case (nil, nil):
            draft.code = QK_OP_CHOOSE_BC
            draft.b = place(node.b, local)
            draft.c = place(node.c, local)
        }
    }
}
