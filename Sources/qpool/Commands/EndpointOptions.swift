// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Endpoints
import Foundation
import PoolRuntime

/// How a program that draws texts does so.
struct EndpointOptions: ParsableArguments {
    @Option(help: "A file of lines `URL KEY`, mode 0600; or QPOOL_ENDPOINT_KEYS names it.")
    var endpointKeys: String?

    @Option(
        help: ArgumentHelp(
            "Where texts that were paid for are kept, so that none is paid for twice.",
            discussion: "Default: QPOOL_JOURNAL, else ~/.local/state/qpool/journal."))
    var journal: String?

    @Option(help: "Requests in flight at an endpoint, at most, whatever a job says.")
    var endpointConcurrency: Int?

    @Option(help: "Requests a second at an endpoint, at most, whatever a job says.")
    var endpointRate: Double?

    func validate() throws {
        if let endpointConcurrency, !(1...1_024).contains(endpointConcurrency) {
            throw ValidationError("--endpoint-concurrency takes 1 to 1024")
        }
        if let endpointRate, !(endpointRate > 0 && endpointRate < 1e9) {
            throw ValidationError("--endpoint-rate takes a number above 0")
        }
    }

    /// A drawer of texts from some URLs; nil for all of them.
    func texts(
        allowing rules: [String]?, log: @escaping @Sendable (String) -> Void
    ) throws -> EndpointTexts {
        var configuration = EndpointTexts.Configuration(
            journal: try Settings.journal(flag: journal).value)
        configuration.endpointRules = rules ?? []
        configuration.allowsAll = rules == nil
        configuration.concurrency = endpointConcurrency
        configuration.rate = endpointRate
        if let path = try Settings.endpointKeys(flag: endpointKeys).value {
            let text = try SecretFile.text(path)
            do {
                configuration.keys = try EndpointKeys(text: text)
            } catch {
                throw ValidationError("\(path): \(error)")
            }
        }
        // One key for one place: it is sent nowhere that was not named.
        if let key = Settings.environment["QPOOL_ENDPOINT_KEY"], let only = rules?.first,
            rules?.count == 1
        {
            configuration.keys.add(only, key: key)
        }
        return EndpointTexts(configuration, log: log)
    }
}
