// SPDX-License-Identifier: Apache-2.0
import Quantilizer

/// `qpool help bases` and `qpool help base NAME`: what the job language says of itself.
///
/// Every other `qpool help WORD` is the argument parser's.
enum LanguageHelp {
    /// The page that a command line asks for; nil where it asks for none of these.
    ///
    /// - Throws: wrong usage, where there is no such base.
    static func page(_ arguments: ArraySlice<String>) throws -> String? {
        let words = Array(arguments)
        guard words.count >= 2, words[0] == "help" else { return nil }
        switch (words[1], words.count) {
        case ("bases", 2), ("base", 2): return BaseRegistry.help
        case ("base", 3):
            if let declaration = BaseRegistry.declaration(of: words[2]) { return declaration.help }
            Terminal.say(
                "qpool: there is no base `\(words[2])`: "
                    + NearestName.hint(words[2], among: BaseRegistry.names))
            throw ExitStatus.wrongUsage
        default: return nil
        }
    }
}
