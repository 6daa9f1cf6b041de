// SPDX-License-Identifier: Apache-2.0

/// Makes drawers: the part that touches the network.
public protocol TextProvider: Sendable {
    /// URLs that may be asked; a worker announces them.
    var endpointRules: [String] { get }
    /// Whether every URL may be asked, as for a job of one's own on one's own machine.
    var allowsAll: Bool { get }
    /// A drawer of a source.
    ///
    /// - Parameters:
    ///   - source: where texts come from.
    ///   - functions: gives the processes that score texts.
    /// - Throws: ``FunctionRefusal``, with the remedy, where an endpoint or a process that scores
    ///   is not allowed here.
    func drawer(
        _ source: TextSource, functions: (any FunctionProvider)?
    ) throws(FunctionRefusal) -> any TextDrawer
}

/// Draws texts. It blocks whoever asks, and asks endpoints as many at once as it may.
public protocol TextDrawer: Sendable {
    /// Why it is given up, nil while it is not.
    var trouble: String? { get }
    /// An outcome for each request, in order.
    func draw(_ requests: [TextRequest], _ call: TextCall) -> [TextOutcome]
}
