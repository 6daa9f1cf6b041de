// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Joins steps of Horner's rule, which then keep what is between them in registers.
enum FormulaPairing {
    /// The same operations, of which two steps of Horner's rule that follow each other are one.
    static func paired(_ drafts: [FormulaDraft]) -> [FormulaDraft] {
        var uses: [Int: Int] = [:]
        for draft in drafts {
            for case .virtual(let value) in [draft.a, draft.b, draft.c] {
                uses[value, default: 0] += 1
            }
        }
        var result: [FormulaDraft] = []
        var bodyEnd = 0
        for (index, draft) in drafts.enumerated() {
            // A loop's body keeps its length.
            if draft.code == QK_OP_LOOP { bodyEnd = index + 1 + draft.length }
            if index > bodyEnd, let last = result.last, let both = paired(last, draft, uses) {
                result[result.count - 1] = both
            } else {
                result.append(draft)
            }
        }
        return result
    }

    /// (a·b ± k)·b ± k, where nothing else takes what is between the two steps.
    private static func paired(
        _ first: FormulaDraft, _ second: FormulaDraft, _ uses: [Int: Int]
    ) -> FormulaDraft? {
        guard case .virtual(let value) = first.d, uses[value] == 1,
            let k0 = addend(first), let k1 = addend(second)
        else { return nil }
        let factor =
            second.a == first.d ? second.b : second.b == first.d ? second.a : FormulaPlace.none
        guard factor != .none, first.a == factor || first.b == factor else { return nil }
        return FormulaDraft(
            code: QK_OP_HORNER, d: second.d, a: first.a == factor ? first.b : first.a, b: factor,
            k0: k0, k1: k1)
    }

    /// What a step a·b ± k adds; subtracting is adding what has the other sign.
    private static func addend(_ draft: FormulaDraft) -> Double? {
        switch draft.code {
        case FormulaOperation.step(QK_INNER_MUL_AB, QK_OUTER_ADD_K): return draft.k1
        case FormulaOperation.step(QK_INNER_MUL_AB, QK_OUTER_SUB_K): return -draft.k1
        default: return nil
        }
    }
}
