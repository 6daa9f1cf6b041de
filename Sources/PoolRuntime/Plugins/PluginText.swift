// SPDX-License-Identifier: Apache-2.0
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
        guard let greeting = object(text), let said = greeting["protocol"] else { return false }
        return number(said) == UInt64(version)
    }

    /// What a line or a greeting says; nil where it is no JSON object, which its sender is told.
    private static func object(_ text: some Collection<UInt8>) -> JSON? {
        do throws(JSONFault) {
            let value = try JSON(parsing: text)
            if case .object = value { return value }
            return nil
        } catch {
            return nil
        }
    }

    /// A whole number; some languages write it with a point.
    private static func number(_ value: JSON) -> UInt64? {
        switch value {
        case .integer(let number): number
        case .number(let number): UInt64(exactly: number)
        default: nil
        }
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

    /// The results of a line; the failure's message is empty where the line makes no sense. A result that
    /// is no number is NaN, whatever stands there, and the others of its batch are what they are.
    static func results(
        _ line: some Collection<UInt8>, sequence: UInt64, lanes: Int
    ) -> Result<[Double], FunctionRefusal> {
        guard let answer = object(line) else { return .failure(FunctionRefusal("")) }
        switch answer["error"] {
        case .string(let error)?: return .failure(FunctionRefusal("it says: \(error)"))
        case .null?, nil: break
        case let error?: return .failure(FunctionRefusal("it says: \(error.text())"))
        }
        guard let id = answer["id"], number(id) == sequence,
            case .array(let results)? = answer["results"], results.count == lanes
        else { return .failure(FunctionRefusal("")) }
        return .success(results.map(\.sampleResult))
    }
}
