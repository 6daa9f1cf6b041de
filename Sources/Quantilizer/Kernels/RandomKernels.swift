// SPDX-License-Identifier: Apache-2.0

import CKernels

/// Random words and normals by columns; lane `i` belongs to sample `first + i`.
extension Kernels {
    /// The two standard normals of a block's words (Box–Muller): the radius comes from `low`, the
    /// angle 2π·high/2⁶⁴ from `high`; the cosine's normal first.
    ///
    /// Box, Muller: *A note on the generation of random normal deviates*, 1958,
    /// doi:10.1214/aoms/1177706645.
    public static func normals(low: UInt64, high: UInt64) -> (Double, Double) {
        let pair = qk_normals_1(low, high)
        return (pair.even, pair.odd)
    }

    static func fillWords(
        _ words: inout WordColumns, low: Int, high: Int, stream: RandomStream, block: UInt32,
        from first: UInt64, lanes: Int
    ) {
        precondition(low != high && lanes >= 0 && lanes <= words.capacity)
        unsafe qk_words(
            words.pointer(low), words.pointer(high), source(stream, block, first), lanes)
    }

    static func fillLowWords(
        _ words: inout WordColumns, low: Int, stream: RandomStream, block: UInt32,
        from first: UInt64, lanes: Int
    ) {
        precondition(lanes >= 0 && lanes <= words.capacity)
        unsafe qk_low_words(words.pointer(low), source(stream, block, first), lanes)
    }

    static func fillNormals(
        _ columns: inout Columns, even: Int, odd: Int, stream: RandomStream, block: UInt32,
        from first: UInt64, lanes: Int
    ) {
        precondition(even != odd && lanes >= 0 && lanes <= columns.capacity)
        unsafe qk_normals(
            columns.pointer(even), columns.pointer(odd), source(stream, block, first), lanes)
    }

    static func fillEvenNormals(
        _ columns: inout Columns, even: Int, stream: RandomStream, block: UInt32,
        from first: UInt64, lanes: Int
    ) {
        precondition(lanes >= 0 && lanes <= columns.capacity)
        unsafe qk_even_normals(columns.pointer(even), source(stream, block, first), lanes)
    }

    static func source(
        _ stream: RandomStream, _ block: UInt32, _ first: UInt64
    ) -> qk_source {
        qk_source(
            seed: stream.seed, first: first, block: block, domain: stream.domain.rawValue)
    }
}
