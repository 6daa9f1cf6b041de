// SPDX-License-Identifier: Apache-2.0

/// The chance, by its utility, that a sample is admitted: a weight over the weight at `top`, at most 1.
///
/// Samples admitted by it have the law dP/dγ ∝ min(w(U), w(top)), whatever else is drawn.
///
/// **Determinism**: the project's own exponential; whole powers by repeated multiplication.
public struct Tempering: Sendable, Hashable {
    /// The weight as a function of the utility.
    public enum Weight: Sendable, Hashable {
        /// exp(U/β).
        case exponential(beta: Double)
        /// (U − t)₊^p.
        case power(level: Double, exponent: Int)
    }

    /// The weight.
    public var weight: Weight
    /// The utility from which on every sample is admitted.
    public var top: Double

    /// The chance of a utility; 0 for what is not a number.
    @inline(__always)
    func chance(_ utility: Double) -> Double {
        if utility.isNaN { return 0 }
        if utility >= top { return 1 }
        switch weight {
        case .exponential(let beta): return Elementary.exp((utility - top) / beta)
        case .power(let level, let exponent):
            guard utility > level else { return 0 }
            return Self.power((utility - level) / (top - level), exponent)
        }
    }

    /// Whether a sample with this random word is admitted.
    @inline(__always)
    func admits(_ utility: Double, word: UInt64) -> Bool {
        Double(word >> 11) * 0x1p-53 < chance(utility)
    }

    static func power(_ x: Double, _ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<exponent { result *= x }
        return result
    }

}

extension Tempering {
    func write(to writer: inout ByteWriter) {
        switch weight {
        case .exponential(let beta):
            writer.write(UInt8(0))
            writer.write(beta)
        case .power(let level, let exponent):
            writer.write(UInt8(UInt8(exponent)))
            writer.write(level)
        }
        writer.write(top)
    }

    init(from reader: inout ByteReader) throws(DecodingFailure) {
        let kind = try reader.byte()
        let number = try reader.double()
        top = try reader.double()
        guard kind < MinimaxSettings.mostOrder, number.isFinite, !top.isNaN else {
            throw DecodingFailure("a tempering out of range")
        }
        weight =
            kind == 0
            ? .exponential(beta: number) : .power(level: number, exponent: Int(kind))
    }
}
