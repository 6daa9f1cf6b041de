// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `qpool completions`: what lets a shell complete verbs, flags, files, pools and ids of jobs.
struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print the script with which a shell completes verbs, flags and job ids.",
        discussion: """
            Examples:
              qpool completions bash > ~/.local/share/bash-completion/completions/qpool
              qpool completions zsh > ~/.zfunc/_qpool      # with fpath+=~/.zfunc before compinit
              qpool completions fish > ~/.config/fish/completions/qpool.fish

            Ids of jobs are asked of the coordinator as you press the key; where none answers within a
            second, nothing is offered.
            """)

    /// The shells that are known.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        var kind: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        try Terminal.writeOutput(QPool.completionScript(for: shell.kind) + "\n")
    }
}
