// SPDX-License-Identifier: Apache-2.0

extension JobSpec {
    /// The job file, every default filled in, of the job with a larger extent.
    ///
    /// - Parameters:
    ///   - samples: how many there are to be in all; nil leaves them.
    ///   - draws: the same of draws.
    ///   - looked: whether there may be an answer already.
    /// - Throws: where the method cannot take up more, or the extent is smaller.
    public func extended(
        samples: UInt64?, draws: Int?, looked: Bool = true
    ) throws(JobFailure) -> JSON {
        let settings = try job.settings.extended(samples: samples, draws: draws, looked: looked)
        guard settings.extent != job.settings.extent, case .object(let members) = normalised else {
            return normalised
        }
        return .object(
            members.flatMap { name, value -> [(String, JSON)] in
                switch name {
                case "samples", "precision":
                    [("samples", .integer(settings.samples))] + settings.writtenLooks
                case "looks": []
                case "draws": [("draws", .integer(UInt64(settings.draws)))]
                default: [(name, value)]
                }
            })
    }
}
