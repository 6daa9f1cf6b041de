// SPDX-License-Identifier: Apache-2.0

/// What `method: importance` samples in place of the base.
extension JobSpecReader {
    /// The proposal of `method: importance`, which must be weighed against the base.
    mutating func readProposal(
        _ base: (any BaseDistribution)?, _ resources: JobResources
    ) -> (any BaseDistribution)? {
        guard let node = proposalNode, let base else { return nil }
        let path = "\(methodPath).\(AskedImportance.proposalParameter.key)"
        return map.collect { () throws(JobError) -> any BaseDistribution in
            let proposal = try BaseRegistry.make(node, resources: resources, path: path)
            guard proposal.dimension == base.dimension else {
                throw JobError(
                    at: node.position, path: path,
                    "the proposal has \(proposal.dimension) values, the base \(base.dimension)")
            }
            guard let own = base.densityMeasures else {
                throw JobError(
                    at: node.position, path: path,
                    "the base has no density, being continuous in part and discrete in part at the "
                        + "same values: take `cross-entropy` or `splitting`")
            }
            guard let other = proposal.densityMeasures, own == other else {
                throw JobError(
                    at: node.position, path: path,
                    "the proposal must be continuous where the base is, and discrete where it is")
            }
            return proposal
        }
    }
}
