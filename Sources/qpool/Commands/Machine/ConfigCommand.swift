// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolCore
import PoolRuntime
import Quantilizer

/// `qpool config`: what every command takes as given, and who said so.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show what is set, and where each value comes from.",
        discussion: """
            Examples:
              qpool config
              qpool config --pool lab       as commands with --pool lab would see it
              qpool config -o json

            Flags win over the environment, that over the file, which is ~/.config/qpool/config.yaml
            or what QPOOL_CONFIG names. All of it may be left out:

              pool: lab                     # where nobody says --pool or --connect
              pools:
                lab: { connect: client-ann.yaml }     # a connection file beside this one
                bench: { connect: "tcp://10.0.0.5:7411", allow-plaintext: true, timeout: 30 }
              threads: 8
              journal: ~/texts              # where paid texts are kept
              endpoint-keys: ~/keys.txt     # of language models
            """)

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var output: OutputOptions

    /// A setting as it is shown.
    private struct Row {
        var name: String
        var value: JSON
        var source: String

        init(_ name: String, _ value: JSON, _ source: String) {
            self.name = name
            self.value = value
            self.source = source
        }
    }

    func run() async throws {
        try await reporting {
            let rows = try rows()
            guard output.output.format == .table else {
                let records = rows.map { row -> [(String, JSON)] in
                    [
                        ("setting", .string(row.name)), ("value", row.value),
                        ("source", .string(row.source)),
                    ]
                }
                return try output.output.write(RecordList(records).text(output.output.format))
            }
            try output.output.write(Self.text(rows, columns: output.output.tableColumns))
        }
    }

    /// A table; where the terminal has no room for it, each setting on lines of its own.
    private static func text(_ rows: [Row], columns: Int?) -> String {
        var table = Table(["setting", "value", "from"])
        for row in rows { table.rows.append([row.name, RecordList.cell(row.value), row.source]) }
        guard let columns, table.width > columns else { return table.text }
        var lines = LabelledLines(columns: columns)
        for row in rows {
            lines.add(row.name, RecordList.cell(row.value))
            lines.add("", "(\(row.source))")
        }
        return lines.text
    }

    private func rows() throws -> [Row] {
        let file = try Settings.configuration()
        let coordinator = try Settings.coordinator(of: connection)
        let threads = try Settings.threads(flag: threads.threads)
        let journal = try Settings.journal(flag: nil)
        let keys = try Settings.endpointKeys(flag: nil)
        return [
            Row(
                "configuration", .string(file.path),
                file.isThere
                    ? (Settings.variable("QPOOL_CONFIG") == nil ? "default" : "QPOOL_CONFIG")
                    : "is not there"),
            Row("pools", .string(file.pools.map(\.name).joined(separator: " ")), file.path),
            Row(
                "pool", coordinator.pool.map { .string($0.value) } ?? .null,
                coordinator.pool?.source ?? "none is named"),
            Row("connect", .string(coordinator.connect.value), coordinator.connect.source),
            Row(
                "allow-plaintext", .bool(coordinator.allowsPlaintext.value),
                coordinator.allowsPlaintext.source),
            Row("timeout", .number(coordinator.timeout.value), coordinator.timeout.source),
            Row("threads", .integer(UInt64(threads.value)), threads.source),
            Row("journal", .string(journal.value), journal.source),
            Row("endpoint-keys", keys.value.map { .string($0) } ?? .null, keys.source),
        ]
    }
}
