// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Quantilizer

/// What plugins are told and tell in JSON: greetings, and batches where lines are asked for.
enum PluginText {
    /// The version of the protocol.
    static let version = 1

    static func hello(
        name: String, dimension: Int, batch: Int, format: ProcessSource.Format, results: Int?
    ) -> [UInt8] {
        var members: [(String, JSON)] = [
            ("protocol", .integer(UInt64(version))), ("format", .string(format.rawValue)),
            ("name", .string(name)), ("dimension", .integer(UInt64(dimension))),
            ("batch", .integer(UInt64(batch))),
        ]
        if let results {
            members += [("role", .string("base")), ("results", .integer(UInt64(results)))]
        }
        return Array(JSON.object(members).text().utf8)
    }

    /// Whether a plugin's greeting speaks this version.
    static func isReady(_ text: [UInt8]) -> Bool {
        object(text)?["protocol"] as? Int == version
    }

    private static func object(_ text: some Collection<UInt8>) -> [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(text)) as? [String: Any]
    }

    /// A batch as a line: the samples one after the other.
    static func batch(
        _ sequence: UInt64, values: borrowing Columns, dimension: Int, offset: Int, lanes: Int
    ) -> [UInt8] {
        var text = "{\"id\":\(sequence),\"samples\":["
        for lane in offset..<offset + lanes {
            text += lane == offset ? "[" : ",["
            for component in 0..<dimension {
                if component > 0 { text += "," }
                let value = values[component, lane]
                text += value.isFinite ? "\(value)" : "\"\(value)\""
            }
            text += "]"
        }
        text += "]}\n"
        return Array(text.utf8)
    }

    /// A batch of texts as a line.
    static func texts(
        _ sequence: UInt64, _ samples: ArraySlice<(text: String, context: String)>
    ) -> [UInt8] {
        let line = JSON.object([
            ("id", .integer(sequence)), ("texts", .array(samples.map { .string($0.text) })),
            ("contexts", .array(samples.map { .string($0.context) })),
        ]).text()
        return Array((line + "\n").utf8)
    }

    /// The results of a line; the failure's message is empty where the line makes no sense.
    static func results(
        _ line: some Collection<UInt8>, sequence: UInt64, lanes: Int
    ) -> Result<[Double], FunctionRefusal> {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let answer = try? decoder.decode(Answer.self, from: Data(line)) else {
            return .failure(FunctionRefusal(""))
        }
        if let error = answer.error { return .failure(FunctionRefusal("it says: \(error)")) }
        guard answer.id == sequence, let results = answer.results, results.count == lanes else {
            return .failure(FunctionRefusal(""))
        }
        return .success(results.map { $0 ?? .nan })
    }

    /// A line of results. Its numbers are read to the nearest double.
    private struct Answer: Decodable {
        var id: UInt64?
        var results: [Double?]?
        var error: String?
    }
}
