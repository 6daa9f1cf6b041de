// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The probability of an event as people and tables read it.
enum EstimateText {
    /// A few lines, the naive floor beside the estimate.
    static func table(_ estimate: ResultView.Estimate, of view: ResultView) -> String {
        let ends = estimate.interval.map(\.text).joined(separator: ", ")
        let percent = Figures.short(estimate.confidence.value * 100)
        let evaluations = Figures.grouped(view.evaluations ?? view.issued)
        let lines = [
            ("p", "\(estimate.p.text)  in [\(ends)]  (\(percent) %)"),
            (
                "log p",
                "\(estimate.log_p.text)  in "
                    + "[\(estimate.log_p_interval.map(\.text).joined(separator: ", "))] "
                    + "\(estimate.log_p_unit)s"
            ),
            ("error", "\(Figures.short(estimate.cv.value * 100)) % of p, one standard deviation"),
            (
                "says as much",
                "as \(estimate.effective_samples.text) samples in the event"
            ),
            ("evaluations", "\(evaluations), by \(estimate.method)"),
            (
                "naive floor",
                "\(estimate.naive_floor.text): what as many plain samples without a hit would tell"
            ),
        ]
        return lines.reduce(into: "") { out, line in
            out += line.0 + String(repeating: " ", count: max(1, 13 - line.0.count)) + line.1 + "\n"
        }
    }

    /// One record: p, its interval and its coefficient of variation.
    static func record(_ estimate: ResultView.Estimate, format: OutputFormat) -> Data {
        let ends = estimate.interval.map(\.value)
        let numbers = [
            estimate.p.value, ends.first ?? .nan, ends.last ?? .nan, estimate.cv.value,
        ]
        switch format {
        case .npy: return NumPyFile.encode(rows: [numbers], columns: numbers.count)
        case .csv:
            return Data(
                ("p,lower,upper,cv\n" + numbers.map { "\($0)" }.joined(separator: ",") + "\n").utf8)
        default:
            let cells = zip(["p", "lower", "upper", "cv"], numbers).map { name, value in
                "\"\(name)\":" + (value.isFinite ? "\(value)" : "\"\(Figures.short(value))\"")
            }
            return Data(("{" + cells.joined(separator: ",") + "}\n").utf8)
        }
    }
}
