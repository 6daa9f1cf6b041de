// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Quantilizer

/// `qpool schema`: the job file's schema.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the job file's JSON Schema, for editors and generators.",
        discussion: """
            Examples:
              qpool schema > job.schema.json
              qpool schema --page bases > bases.md      what every base takes, as Markdown
            """)

    /// A page of the reference.
    enum Page: String, ExpressibleByArgument, CaseIterable {
        case settings, methods, analyses, bases

        var text: String {
            switch self {
            case .settings: JobLanguage.settingsReference
            case .methods: JobLanguage.methodsReference
            case .analyses: JobLanguage.analysesReference
            case .bases: BaseRegistry.reference
            }
        }
    }

    @Option(
        help:
            "Print a page of the reference instead, as Markdown: \(Page.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var page: Page?

    func run() throws {
        try Terminal.writeOutput(page?.text ?? JobLanguage.schema.text(pretty: true) + "\n")
    }
}
