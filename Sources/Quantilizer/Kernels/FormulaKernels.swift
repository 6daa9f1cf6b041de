// SPDX-License-Identifier: Apache-2.0
import CKernels

/// A compiled formula: operations on registers that are columns of lanes.
struct FormulaMachine: Sendable {
    let operations: [qk_op]
    /// Scratch columns it uses.
    let registers: Int

    /// Fills lanes `0..<lanes` of one results column. Traps where a column is missing or too short.
    ///
    /// The formula's column 0 is `first` of the values. `level` names a build of the kernels (0 plain, 1 AVX2, 2 AVX-512); nil takes the best.
    /// **Complexity**: O(lanes · operations), no allocation.
    func run(
        lanes: Int, values: borrowing Columns, from first: Int = 0, scratch: inout Columns,
        results: inout Columns, column: Int, level: Int32? = nil
    ) {
        precondition(lanes >= 0 && lanes <= results.capacity, "too many lanes for the results")
        precondition(values.count == 0 || lanes <= values.capacity, "too many lanes for the values")
        precondition(
            scratch.count >= registers && (registers == 0 || lanes <= scratch.capacity),
            "too little scratch")
        precondition(column >= 0 && column < results.count, "no such results column")
        let best = qk_level()
        unsafe operations.withUnsafeBufferPointer { buffer in
            unsafe qk_program_run_at(
                min(level ?? best, best), buffer.baseAddress, buffer.count, values.pointer(first),
                values.capacity, scratch.pointer(0), scratch.capacity, results.pointer(column),
                lanes)
        }
    }

    /// One operation on numbers, by the same kernels that run on columns.
    static func fold(_ operation: FormulaOperation, _ operands: [Double]) -> Double {
        var result = 0.0
        var values = operands + [0, 0, 0]
        let one = qk_op(
            code: UInt32(operation.code), d: 3 << 30, a: 1 << 30, b: 1 << 30 | 1, c: 1 << 30 | 2,
            k0: 0, k1: 0)
        unsafe withUnsafePointer(to: one) { program in
            unsafe values.withUnsafeMutableBufferPointer { buffer in
                unsafe qk_program_run(program, 1, buffer.baseAddress, 1, nil, 0, &result, 1)
            }
        }
        return result
    }
}

extension FormulaMachine {
    /// The work of its program for a lane, an addition being 1: about, to choose by.
    var weight: Double {
        var sum = 0.0
        var factor = 1.0
        var left = 0
        for operation in operations {
            if operation.isLoop {
                factor = Double(operation.a)
                left = Int(operation.b)
                continue
            }
            sum += factor * operation.weight
            if left > 0 {
                left -= 1
                if left == 0 { factor = 1 }
            }
        }
        return sum
    }
}

extension qk_op {
    /// Whether it runs the operations after it again and again.
    var isLoop: Bool { code == UInt32(QK_OP_LOOP) }

    /// Its work for a lane, an addition being 1.
    var weight: Double {
        switch Int(code) {
        case ..<QK_OP_LOOP: 1
        case QK_OP_FILL: 0.5
        case QK_OP_DIV_AB...QK_OP_MOD_KA, QK_OP_SQRT: 4
        case QK_OP_SIN...: 12
        default: 1.5
        }
    }
}
