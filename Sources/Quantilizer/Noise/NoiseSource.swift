// SPDX-License-Identifier: Apache-2.0

/// Filling columns with the noise of consecutive samples.
///
/// **Complexity**: O(lanes · blocks), no allocation.
extension RandomStream {
    /// Fills lanes `0..<lanes` with the noise of samples `first`, `first + 1`, ….
    ///
    /// `block` is the first Philox block used: other than 0 where one index needs noise repeatedly.
    public func fill(
        _ noise: inout NoiseBlock, layout: NoiseLayout, from first: UInt64, lanes: Int,
        block: UInt32 = 0
    ) {
        fillNormals(&noise.normals, count: layout.normals, from: first, lanes: lanes, block: block)
        let start = block + UInt32(layout.normalBlocks)
        for j in 0..<(layout.words + 1) / 2 {
            if 2 * j + 1 < layout.words {
                Kernels.fillWords(
                    &noise.words, low: 2 * j, high: 2 * j + 1, stream: self,
                    block: start + UInt32(j),
                    from: first, lanes: lanes)
            } else {
                Kernels.fillLowWords(
                    &noise.words, low: 2 * j, stream: self, block: start + UInt32(j), from: first,
                    lanes: lanes)
            }
        }
    }

    /// The two standard normals of a block, the cosine's first.
    public func normals(index: UInt64, block: UInt32) -> (Double, Double) {
        let pair = words(index: index, block: block)
        return Kernels.normals(low: pair.low, high: pair.high)
    }

    /// Fills columns `column ..< column + count` with the normal slots `0..<count` of samples from
    /// `first` on: straight into the values where a base passes its normals through.
    public func fillNormals(
        _ columns: inout Columns, at column: Int = 0, count: Int, from first: UInt64, lanes: Int,
        block: UInt32 = 0
    ) {
        for i in 0..<(count + 1) / 2 {
            if 2 * i + 1 < count {
                Kernels.fillNormals(
                    &columns, even: column + 2 * i, odd: column + 2 * i + 1, stream: self,
                    block: block + UInt32(i), from: first, lanes: lanes)
            } else {
                Kernels.fillEvenNormals(
                    &columns, even: column + 2 * i, stream: self, block: block + UInt32(i),
                    from: first, lanes: lanes)
            }
        }
    }
}
