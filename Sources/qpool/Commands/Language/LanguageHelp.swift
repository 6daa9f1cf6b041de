// SPDX-License-Identifier: Apache-2.0
import Quantilizer

/// `qpool help methods`, `qpool help method NAME` and their like: what the job language says of itself.
///
/// Every other `qpool help WORD` is the argument parser's.
enum LanguageHelp {
    /// A part of the language that has a list, and a page for each of its names.
    private struct Part: Sendable {
        var one: String
        var several: String
        var list: @Sendable () -> String
        var names: @Sendable () -> [String]
        var page: @Sendable (String) -> String?
    }

    private static let parts = [
        Part(
            one: "base", several: "bases", list: { BaseRegistry.help },
            names: { BaseRegistry.names }, page: { BaseRegistry.declaration(of: $0)?.help }),
        Part(
            one: "method", several: "methods", list: { JobLanguage.methodsHelp },
            names: { JobLanguage.methods.map(\.name) },
            page: { JobLanguage.find($0, in: JobLanguage.methods)?.help }),
        Part(
            one: "analysis", several: "analyses", list: { JobLanguage.analysesHelp },
            names: { JobLanguage.analyses.map(\.name) },
            page: { JobLanguage.find($0, in: JobLanguage.analyses)?.help }),
        Part(
            one: "setting", several: "settings", list: { JobLanguage.settingsHelp },
            names: { JobLanguage.settings.map(\.key) + JobLanguage.functions.map(\.name) },
            page: { JobLanguage.setting($0)?.help }),
    ]

    /// The page that a command line asks for; nil where it asks for none of these.
    ///
    /// - Throws: wrong usage, where there is no such name.
    static func page(_ arguments: ArraySlice<String>) throws -> String? {
        let words = Array(arguments)
        guard words.count >= 2, words.count <= 3, words[0] == "help",
            let part = parts.first(where: { $0.one == words[1] || $0.several == words[1] })
        else { return nil }
        guard words.count == 3 else { return part.list() }
        guard part.one == words[1] else { return nil }
        if let page = part.page(words[2]) { return page }
        Terminal.say(
            "qpool: there is no \(part.one) `\(words[2])`: "
                + NearestName.hint(words[2], among: part.names()))
        throw ExitStatus.wrongUsage
    }
}
