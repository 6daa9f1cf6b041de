// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import Quantilizer

/// Workers that send what they did not compute.
extension Simulator {
    /// What a liar sends in place of a range's partial; now and then the truth.
    mutating func lie(_ honest: [UInt8], _ lease: HeldLease, _ worker: ModelWorker) -> [UInt8] {
        guard random.chance(options.lieShare) else { return honest }
        let names = options.lies
        let kinds = Lie.allCases.filter { names.isEmpty || names.contains($0.rawValue) }
        guard let kind = kinds.randomElement(using: &random),
            let lie = kind.told(of: honest, lease.job, lease.round, lease.range, &random),
            lie != honest
        else { return honest }
        liarIDs.insert(worker.id)
        report.lies[kind.rawValue, default: 0] += 1
        return lie
    }
}
