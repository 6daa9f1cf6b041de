// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Quantilizer

/// Draws texts from endpoints, as far as an operator allows.
public struct EndpointTexts: TextProvider {
    /// How texts are drawn on this machine.
    public struct Configuration: Sendable {
        /// URLs that may be asked, or that end in `/` and allow all below them.
        public var endpointRules: [String] = []
        /// Whether every URL may be asked.
        public var allowsAll = false
        /// Secrets.
        public var keys = EndpointKeys()
        /// The folder of the journal.
        public var journal: String
        /// Requests in flight at an endpoint at most, whatever jobs say.
        public var concurrency: Int?
        /// Requests a second at an endpoint at most, whatever jobs say.
        public var rate: Double?

        /// Nothing is allowed.
        public init(journal: String) { self.journal = journal }
    }

    private let configuration: Configuration
    private let gate: EndpointGate
    private let log: @Sendable (String) -> Void

    /// A provider.
    ///
    /// - Parameter log: told of failures, from any thread.
    public init(_ configuration: Configuration, log: @escaping @Sendable (String) -> Void) {
        self.configuration = configuration
        self.log = log
        gate = EndpointGate(concurrency: configuration.concurrency, rate: configuration.rate)
    }

    /// URLs that may be asked.
    public var endpointRules: [String] { configuration.endpointRules }
    /// Whether every URL may be asked.
    public var allowsAll: Bool { configuration.allowsAll }

    /// A drawer of a source. Nothing is asked yet.
    public func drawer(
        _ source: TextSource, functions: (any FunctionProvider)?
    ) throws(FunctionRefusal) -> any TextDrawer {
        var policy = PluginPolicy()
        policy.endpoints = configuration.endpointRules
        for url in source.urls where !configuration.allowsAll && !policy.allows(.endpoint(url)) {
            throw FunctionRefusal(
                "the endpoint \(url) is not allowed here: the operator of a worker decides, with "
                    + "`--allow-endpoint`")
        }
        var scorers: [any TextScorer] = []
        for feature in source.features {
            guard case .process(let process) = feature.kind else { continue }
            guard let functions else { throw FunctionRefusal("plugins do not run here") }
            scorers.append(try functions.scorer(process, name: feature.name))
        }
        return EndpointDrawer(
            source,
            caller: EndpointCaller(
                gate: gate, keys: configuration.keys, manners: source.manners),
            journal: try TextJournal(folder: configuration.journal), scorers: scorers,
            log: EndpointLog(log))
    }

    /// Whether requests can be made here: libcurl is there, and starts.
    public static var canAsk: Bool { Web.isUsable }

    /// Where the journal is where nobody says: the folder for state of the user's programs.
    public static var usualJournal: String {
        let environment = ProcessInfo.processInfo.environment
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            return state + "/qpool/journal"
        }
        return FileManager.default.homeDirectoryForCurrentUser.path + "/.local/state/qpool/journal"
    }
}
