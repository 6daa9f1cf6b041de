// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Gives registers to a program's values: each lives from its operation to its last use, and an
/// operation never writes a register that it reads, but for a loop's accumulator.
///
/// **Complexity**: O(operations · registers).
enum FormulaRegisters {
    static func assign(_ drafts: [FormulaDraft]) -> FormulaMachine {
        let freed = lastUses(drafts)
        var registers: [Int: Int] = [:]
        var isTaken: [Bool] = []
        var operations: [qk_op] = []
        operations.reserveCapacity(drafts.count)
        for (index, draft) in drafts.enumerated() {
            if case .virtual(let value) = draft.d, registers[value] == nil {
                let free = isTaken.firstIndex(of: false) ?? isTaken.count
                if free == isTaken.count { isTaken.append(true) } else { isTaken[free] = true }
                registers[value] = free
            }
            operations.append(encoded(draft, registers))
            for value in freed[index] {
                if let register = registers[value] { isTaken[register] = false }
            }
        }
        return FormulaMachine(operations: operations, registers: isTaken.count)
    }

    /// The values that are free after each operation. What a loop uses from outside lives to its end.
    private static func lastUses(_ drafts: [FormulaDraft]) -> [[Int]] {
        var last: [Int: Int] = [:]
        var born: [Int: Int] = [:]
        var loopStart = 0
        var loopEnd = -1
        for (index, draft) in drafts.enumerated() {
            if draft.code == QK_OP_LOOP {
                loopStart = index
                loopEnd = index + draft.length
            }
            for place in [draft.d, draft.a, draft.b, draft.c] {
                guard case .virtual(let value) = place else { continue }
                let birth = born[value] ?? index
                born[value] = birth
                last[value] = index <= loopEnd && birth < loopStart ? loopEnd : index
            }
        }
        var freed = [[Int]](repeating: [], count: drafts.count)
        for (value, index) in last { freed[index].append(value) }
        return freed
    }

    private static func encoded(_ draft: FormulaDraft, _ registers: [Int: Int]) -> qk_op {
        if draft.code == QK_OP_LOOP {
            return qk_op(
                code: UInt32(draft.code), d: 0, a: UInt32(draft.rows), b: UInt32(draft.length),
                c: 0, k0: 0, k1: 0)
        }
        func place(_ place: FormulaPlace) -> UInt32 {
            switch place {
            case .none, .result: QK_IN_RESULT << UInt32(QK_PLACE_SHIFT)
            case .virtual(let value): UInt32(registers[value] ?? 0)
            case .column(let column): QK_IN_VALUES << UInt32(QK_PLACE_SHIFT) | UInt32(column)
            case .row(let column): QK_IN_ROW << UInt32(QK_PLACE_SHIFT) | UInt32(column)
            }
        }
        return qk_op(
            code: UInt32(draft.code), d: place(draft.d), a: place(draft.a), b: place(draft.b),
            c: place(draft.c), k0: draft.k0, k1: draft.k1)
    }
}
