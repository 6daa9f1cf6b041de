// SPDX-License-Identifier: Apache-2.0

import CKernels

/// A law with a closed quantile function, from words by inversion.
enum WordLaw: Sendable, Hashable {
    case uniform(lower: Double, width: Double)
    case exponential(rate: Double)
    case weibull(power: Double, scale: Double)
    case pareto(power: Double, scale: Double)
    case gumbel(location: Double, scale: Double)
    case cauchy(location: Double, scale: Double)
    case laplace(location: Double, scale: Double)
    case logistic(location: Double, scale: Double)
    case logLogistic(power: Double, scale: Double)
    case triangular(lower: Double, mode: Double, upper: Double)
    case generalizedPareto(shape: Double, location: Double, scale: Double)
    case extremeValue(shape: Double, location: Double, scale: Double)
}

/// What is done to a quantile table's polynomial; the raw values are the kernel's.
enum TableMap: Int32, Sendable, Hashable {
    case identity, exp, logistic, sinh
}

/// Words to values, and the few column operations that base distributions need.
///
/// **Complexity**: O(lanes) each, no allocation.
extension Kernels {
    /// Values of a closed law.
    static func apply(
        _ law: WordLaw, _ words: borrowing WordColumns, _ slot: Int, to values: inout Columns,
        _ column: Int, lanes: Int
    ) {
        check(words, values, lanes)
        let (w, d) = unsafe (words.pointer(slot), values.pointer(column))
        switch law {
        case .uniform(let a, let width): unsafe qk_word_uniform(d, w, lanes, a, width)
        case .exponential(let rate): unsafe qk_word_exponential(d, w, lanes, rate)
        case .weibull(let power, let scale): unsafe qk_word_weibull(d, w, lanes, power, scale)
        case .pareto(let power, let scale): unsafe qk_word_pareto(d, w, lanes, power, scale)
        case .gumbel(let m, let scale): unsafe qk_word_gumbel(d, w, lanes, m, scale)
        case .cauchy(let m, let scale): unsafe qk_word_cauchy(d, w, lanes, m, scale)
        case .laplace(let m, let scale): unsafe qk_word_laplace(d, w, lanes, m, scale)
        case .logistic(let m, let scale): unsafe qk_word_logistic(d, w, lanes, m, scale)
        case .logLogistic(let power, let scale):
            unsafe qk_word_log_logistic(d, w, lanes, power, scale)
        case .triangular(let a, let mode, let b):
            unsafe qk_word_triangular(d, w, lanes, a, mode, b)
        case .generalizedPareto(let shape, let m, let scale):
            unsafe qk_word_generalized_pareto(d, w, lanes, shape, m, scale)
        case .extremeValue(let shape, let m, let scale):
            unsafe qk_word_extreme_value(d, w, lanes, shape, m, scale)
        }
    }

    /// Buckets a tail, and coefficients a bucket, of a quantile table.
    static let tableBuckets = Int(QK_TABLE_BUCKETS)
    static let tableTerms = Int(QK_TABLE_TERMS)

    /// location + scale · map(polynomial of the word's bucket).
    static func applyTable(
        _ table: [Double], _ map: TableMap, location: Double, scale: Double,
        _ words: borrowing WordColumns, _ slot: Int, to values: inout Columns, _ column: Int,
        lanes: Int
    ) {
        check(words, values, lanes)
        precondition(table.count == 2 * tableBuckets * tableTerms)
        let (w, d) = unsafe (words.pointer(slot), values.pointer(column))
        unsafe table.withUnsafeBufferPointer { t in
            unsafe qk_word_table(d, w, lanes, t.baseAddress!, map.rawValue, location, scale)
        }
    }

    /// How many entries of `cumulative` are at most the word.
    static func applyIndex(
        _ cumulative: [UInt64], guide: [UInt32], shift: UInt32, _ words: borrowing WordColumns,
        _ slot: Int, to values: inout Columns, _ column: Int, lanes: Int
    ) {
        check(words, values, lanes)
        precondition(guide.count == 1 << (64 - shift) + 1 && shift > 0 && shift < 64)
        let (w, d) = unsafe (words.pointer(slot), values.pointer(column))
        unsafe cumulative.withUnsafeBufferPointer { c in
            unsafe guide.withUnsafeBufferPointer { g in
                // An empty table is never read: its guide is all zeros.
                guard let base = g.baseAddress else { return }
                let entries = unsafe c.baseAddress ?? UnsafePointer(w)
                unsafe qk_word_index(d, w, lanes, entries, base, shift)
            }
        }
    }

    /// A row of `count`, each equally likely.
    static func applyRow(
        count: Int, _ words: borrowing WordColumns, _ slot: Int, to values: inout Columns,
        _ column: Int, lanes: Int
    ) {
        check(words, values, lanes)
        unsafe qk_word_row(
            values.pointer(column), words.pointer(slot), lanes, UInt64(count))
    }

    /// Values of `table` at the indices in column `from` of `indices`, all of them inside it.
    static func gather(
        _ table: [Double], _ indices: borrowing Columns, _ from: Int, to values: inout Columns,
        _ column: Int, lanes: Int
    ) {
        precondition(lanes >= 0 && lanes <= indices.capacity && lanes <= values.capacity)
        let (s, d) = unsafe (indices.pointer(from), values.pointer(column))
        unsafe table.withUnsafeBufferPointer { t in
            guard let base = t.baseAddress else { return }
            unsafe qk_gather(d, s, lanes, base)
        }
    }

    /// shift + Σ coefficients[j] · column `first + j`, fused, in the order of j.
    static func combine(
        _ source: borrowing Columns, first: Int, coefficients: [Double], shift: Double,
        to values: inout Columns, _ column: Int, lanes: Int
    ) {
        precondition(lanes >= 0 && lanes <= source.capacity && lanes <= values.capacity)
        precondition(first >= 0 && first + coefficients.count <= source.count)
        let (s, d) = unsafe (source.pointer(first), values.pointer(column))
        let stride = source.capacity
        unsafe coefficients.withUnsafeBufferPointer { c in
            guard let base = c.baseAddress else { return }
            unsafe qk_combine(d, s, stride, base, c.count, shift, lanes)
        }
    }

    /// Copies a column into column `to` of `scratch`, in the lanes whose label there is `wanted`.
    static func store(
        _ values: borrowing Columns, _ from: Int, in scratch: inout Columns, _ to: Int,
        label: Int, wanted: Double, lanes: Int
    ) {
        precondition(lanes >= 0 && lanes <= scratch.capacity && lanes <= values.capacity)
        precondition(to != label)
        let (d, l) = unsafe (scratch.pointer(to), scratch.pointer(label))
        unsafe qk_blend(d, values.pointer(from), l, wanted, 0, lanes)
    }

    /// Copies column `from` of `scratch` back, in the lanes whose label there is not `kept`.
    static func restore(
        _ scratch: borrowing Columns, _ from: Int, label: Int, unless kept: Double,
        to values: inout Columns, _ column: Int, lanes: Int
    ) {
        precondition(lanes >= 0 && lanes <= scratch.capacity && lanes <= values.capacity)
        let (s, l) = unsafe (scratch.pointer(from), scratch.pointer(label))
        unsafe qk_blend(values.pointer(column), s, l, kept, 1, lanes)
    }

    private static func check(
        _ words: borrowing WordColumns, _ values: borrowing Columns, _ lanes: Int
    ) {
        precondition(lanes >= 0 && lanes <= words.capacity && lanes <= values.capacity)
    }
}
