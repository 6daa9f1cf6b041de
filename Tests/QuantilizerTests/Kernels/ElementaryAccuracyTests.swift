// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Testing

/// A text file beside the scripts that made it.
func referenceLines(_ name: String, file: String = #filePath) throws -> [[Substring]] {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: folder.appending(path: "References/\(name)"), encoding: .utf8)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
        $0.split(separator: " ")
    }
}

@Suite("Elementary kernels against high-precision values")
struct ElementaryAccuracyTests {
    /// The largest error allowed, in units of the last place: what the documentation states.
    static let limits: [String: Double] = [
        "exp": 1, "exp2": 0.8, "expm1": 1, "log": 1, "log1p": 0.9, "log2": 0.51, "log10": 0.51,
        "sin": 0.8, "cos": 0.8, "tan": 2, "asin": 0.8, "acos": 0.8, "atan": 0.8, "sinh": 1.8,
        "cosh": 1.3, "tanh": 2, "sqrt": 0.501, "cbrt": 0.51, "erf": 1.1, "erfc": 3.5, "lgamma": 6,
        "tgamma": 4, "pow": 0.8, "atan2": 1, "hypot": 0.51,
    ]

    @Test("Errors stay within what is stated")
    func errors() throws {
        var worst: [String: (ulps: Double, at: [Double])] = [:]
        var points = 0
        for line in try referenceLines("elementary.txt") {
            let name = String(line[0])
            let words = try line[1..<(line.count - 1)].map { word in
                Double(bitPattern: try #require(UInt64(word, radix: 16)))
            }
            let (arguments, nearest) = (Array(words.dropLast()), try #require(words.last))
            let rest = try #require(Double(line[line.count - 1]))
            let value: Double
            if let function = UnaryFunction.allCases.first(where: { "\($0)" == name }) {
                value = Kernels.apply(function, arguments[0])
            } else {
                let function = try #require(BinaryFunction.allCases.first { "\($0)" == name })
                value = Kernels.apply(function, arguments[0], arguments[1])
            }
            let unit = max(nearest.magnitude.ulp, .leastNonzeroMagnitude)
            let ulps = ((value - nearest) / unit - rest).magnitude
            points += 1
            if !(ulps <= worst[name]?.ulps ?? -1) { worst[name] = (ulps, arguments) }
        }
        #expect(points > 3000 && worst.count == Self.limits.count)
        for (name, limit) in Self.limits {
            let found = try #require(worst[name])
            #expect(found.ulps <= limit, "\(name) of \(found.at): \(found.ulps) ulp")
        }
    }
}
