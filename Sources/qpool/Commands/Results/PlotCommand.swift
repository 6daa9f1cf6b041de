// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PoolRuntime
import Quantilizer
import Reports

/// `qpool plot`: one picture of a result.
struct PlotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Write a picture of a result, as SVG or PNG.",
        discussion: """
            Examples:
              qpool plot result.json -o utility.svg
              qpool plot result.json --list                    which pictures it has
              qpool plot result.json --picture costs -o costs.png
              qpool plot curve.json -o curve.png --ground dark --width 2000

            An SVG follows the reader's system, light or dark, unless --ground says which. PNG is made
            by rsvg-convert (apt-get install librsvg2-bin; brew install librsvg).
            """)

    @Argument(help: "The result, as `-o json` printed it; - is standard input.")
    var file: String

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            "The picture's file, which ends in .svg or .png. Default: SVG to standard output.",
            valueName: "file"))
    var output: String?

    @Option(help: "Which picture, by its name in --list. Default: the first.")
    var picture: String?

    @Flag(help: "Print the names and titles of the result's pictures.")
    var list = false

    @Option(
        help: "auto, light or dark. Default: auto for SVG, light for PNG.",
        transform: { word in
            guard let ground = Ground(rawValue: word) else {
                throw ValidationError("--ground takes auto, light or dark")
            }
            return ground
        })
    var ground: Ground?

    @Option(help: "Width of a PNG in pixels, 100 to 10000.")
    var width = 1440

    @OptionGroup var others: OtherResults

    private var isPNG: Bool { output?.lowercased().hasSuffix(".png") == true }

    func validate() throws {
        guard (100...10_000).contains(width) else {
            throw ValidationError("--width takes 100 to 10000")
        }
        guard let output else { return }
        guard isPNG || output.lowercased().hasSuffix(".svg") else {
            throw ValidationError("-o \(output): its ending says what it is, .svg or .png")
        }
        guard !isPNG || ground != .automatic else {
            throw ValidationError("a PNG is light or dark: --ground light, --ground dark")
        }
        try OutputTarget.check(output, flag: "-o")
    }

    /// Names and titles; where the terminal has no room for a table, with titles that go on below.
    private static func text(_ pictures: [Picture]) -> String {
        var table = Table(["picture", "title"], numeric: [])
        table.rows = pictures.map { [$0.name, $0.title] }
        let columns = OutputTarget(.table).tableColumns
        guard let columns, table.width > columns else { return table.text }
        var lines = LabelledLines(columns: columns)
        for picture in pictures { lines.add(picture.name, picture.title) }
        return lines.text
    }

    func run() async throws {
        try await reporting(file: file) {
            let pictures = try ResultReading.report(file, beside: others.beside).pictures
            if list {
                return try Terminal.writeOutput(Self.text(pictures))
            }
            let names = pictures.map(\.name)
            guard let wanted = picture ?? names.first,
                let chosen = pictures.first(where: { $0.name == wanted })
            else {
                throw JobError(
                    at: nil, path: "",
                    "has no picture `\(picture ?? "")`: "
                        + NearestName.hint(picture ?? "", among: names))
            }
            let svg = chosen.svg(on: ground ?? (isPNG ? .light : .automatic))
            guard let output else { return try Terminal.writeOutput(svg) }
            try OutputTarget.write(
                isPNG ? try PictureConverter.png(of: svg, width: width) : Array(svg.utf8),
                to: output)
        }
    }
}
