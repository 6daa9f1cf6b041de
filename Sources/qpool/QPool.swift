// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct QPool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qpool", abstract: "Draw from the top q of a base distribution.",
        subcommands: [KeygenCommand.self])
}
