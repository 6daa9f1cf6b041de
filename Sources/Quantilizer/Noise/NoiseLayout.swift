// SPDX-License-Identifier: Apache-2.0

/// How many slots of randomness one sample takes, and of which kind.
///
/// A sample's noise is `normals` standard normals followed by `words` uniform 64-bit words. Both are
/// functions of (seed, domain, index) alone:
/// normals `2i` and `2i+1` come from Philox block `i` (Box–Muller: cosine, then sine);
/// words `2j` and `2j+1` are the low and high half of block `normalBlocks + j`.
public struct NoiseLayout: Sendable, Hashable {
    /// Slots that hold standard normals.
    public var normals: Int
    /// Slots that hold uniform 64-bit words.
    public var words: Int

    /// A layout of so many slots.
    public init(normals: Int = 0, words: Int = 0) {
        precondition(normals >= 0 && words >= 0, "slots cannot be negative")
        self.normals = normals
        self.words = words
    }

    /// Philox blocks that the normals take: two normals a block.
    public var normalBlocks: Int { (normals + 1) / 2 }
    /// Philox blocks one sample takes in all.
    public var blocks: Int { normalBlocks + (words + 1) / 2 }
}

/// The noise of up to `capacity` samples, a lane each, as ``NoiseLayout`` describes.
public struct NoiseBlock: ~Copyable {
    /// Standard normals, one column a slot.
    public var normals: Columns
    /// Uniform words, one column a slot.
    public var words: WordColumns

    /// Zeroed noise for `capacity` lanes.
    public init(_ layout: NoiseLayout, capacity: Int) {
        normals = Columns(count: layout.normals, capacity: capacity)
        words = WordColumns(count: layout.words, capacity: capacity)
    }
}
