// SPDX-License-Identifier: Apache-2.0

/// Checks draws before they are given away: what others computed is made again here.
public enum DrawCheck {

    static func fault(in record: SampleRecord, work: Workload) -> String? {
        guard record.value.count == work.base.dimension else { return "has too few values" }
        return work.recorded?.fault(in: record)
    }

    /// The utility of a record; nil where it is computed elsewhere.
    static func utility(_ number: Int, of record: SampleRecord, work: Workload) -> Double? {
        let function = work.utilities[number]
        if function.isExternal { return nil }
        let marker = record.value[function.utility.failureColumn].bitPattern
        if record.failure != nil || marker == FailedSample.marker.bitPattern { return .nan }
        var values = Columns(count: work.base.dimension, capacity: 1)
        for (column, value) in record.value.enumerated() { values[column, 0] = value }
        var scratch = Columns(count: function.utility.scratchColumns, capacity: 1)
        var results = Columns(count: 1, capacity: 1)
        function.utility.evaluate(
            lanes: 1, values: values, scratch: &scratch, results: &results, column: 0)
        return results[0, 0]
    }
}
