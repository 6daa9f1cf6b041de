// SPDX-License-Identifier: Apache-2.0

/// A level of splitting: a place in the order of (utility, label).
///
/// With atoms in U a level on the utility alone keeps a whole atom or none of it, and the mass above
/// it is then not what was aimed at; the label divides the atom.
public struct Level: Comparable, Hashable, Sendable {
    /// The utility as monotone bits, see ``Key/orderedBits(_:)``.
    public var bits: UInt64
    /// The label, a uniform 64-bit word.
    public var label: UInt64

    /// A level from its parts.
    public init(bits: UInt64, label: UInt64) {
        self.bits = bits
        self.label = label
    }

    /// Below or equal to everything.
    public static let lowest = Level(bits: 0, label: 0)

    /// The event of an estimate job: its outcomes have utility +∞.
    static let event = Level(bits: Key.orderedBits(.infinity), label: 0)

    /// The utility of the level.
    public var utility: Double { Key.utility(ofBits: bits) }

    /// Whether `a` is below `b`.
    public static func < (a: Level, b: Level) -> Bool {
        a.bits != b.bits ? a.bits < b.bits : a.label < b.label
    }
}

extension Level {
    func write(to writer: inout ByteWriter) {
        writer.write(bits)
        writer.write(label)
    }

    init(from reader: inout ByteReader) throws(DecodingFailure) {
        self.init(bits: try reader.word(), label: try reader.word())
    }
}
