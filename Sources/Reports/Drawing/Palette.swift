// SPDX-License-Identifier: Apache-2.0

/// On which ground a picture is drawn.
public enum Ground: String, Sendable, CaseIterable {
    /// As the reader's system has it.
    case automatic = "auto"
    /// On white.
    case light
    /// On near black.
    case dark
}

/// Colours that people with any kind of colour vision can tell apart: those of Okabe and Ito, a shade
/// darker on white and a shade lighter on black where the contrast asks for it. Series also differ in the
/// shape of their points and in their dashes.
///
/// Reference: M. Okabe, K. Ito, *Color Universal Design*, 2008.
enum Palette {
    /// The name of a series' colour: blue, vermilion, green, purple, orange, sky; then from the start.
    static func name(_ series: Int) -> Int { series % light.count }

    private static let light = ["#0072b2", "#d55e00", "#00835f", "#b0568c", "#a86f00", "#2f8fc4"]
    private static let dark = ["#56b4e9", "#ff8f42", "#2cc79b", "#e39ac4", "#f0b93a", "#8fd0f5"]

    /// The rules of a picture's classes.
    static func rules(_ ground: Ground) -> String {
        let bright = rules(
            light, ink: "#1c2126", faint: "#d5dade", axis: "#7b858d", paper: "#ffffff")
        let dim = rules(dark, ink: "#e8ecef", faint: "#3a4249", axis: "#939da5", paper: "#14181b")
        return switch ground {
        case .light: bright
        case .dark: dim
        case .automatic: bright + "@media (prefers-color-scheme:dark){\n" + dim + "}\n"
        }
    }

    private static func rules(
        _ colours: [String], ink: String, faint: String, axis: String, paper: String
    ) -> String {
        var out =
            ".ink{fill:\(ink)}\n.paper{fill:\(paper)}\n.grid{stroke:\(faint)}\n.axis{stroke:\(axis)}\n"
            + ".quiet{fill:\(axis)}\n"
        for (number, colour) in colours.enumerated() {
            out += ".l\(number){stroke:\(colour)}\n.f\(number){fill:\(colour)}\n"
        }
        return out
    }
}
