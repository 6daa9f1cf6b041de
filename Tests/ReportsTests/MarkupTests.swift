// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Reports

/// What somebody wrote never becomes markup.
@Suite struct MarkupTests {
    @Test func whatIsWrittenIsEscaped() {
        let text = "</script><b>\"&'\n\u{1B}\u{202E}\u{FFFE}🙂]]>"
        #expect(
            Markup.node("p", [("title", text)], text).text
                == "<p title=\"&lt;/script&gt;&lt;b&gt;&quot;&amp;'&#10;\\u{1b}\\u{202e}\\u{fffe}🙂]]&gt;\">"
                + "&lt;/script&gt;&lt;b&gt;\"&amp;'\n\\u{1b}\\u{202e}\\u{fffe}🙂]]&gt;</p>\n")
    }

    @Test func backticksAreCode() {
        #expect(
            Markup.node("p", [], [.prose("a `<b>` c")]).text
                == "<p>a <code>&lt;b&gt;</code> c</p>\n")
        #expect(Markup.prose("one ` alone").text == "one ` alone")
        #expect(Markup.prose("").text.isEmpty)
    }

    /// XML reads the inside of `script` and `style`, HTML does not: there may be nothing that they read
    /// differently.
    @Test func scriptAndStyleMeanTheSameInBoth() {
        for text in [
            "\(PageScript.text)", "\(PageStyle.rules)", Palette.rules(.automatic),
            Palette.rules(.light), Palette.rules(.dark),
        ] {
            #expect(!text.contains { "<&".contains($0) } && !text.contains("]]>"))
            #expect(!text.contains("//") && !text.contains("url(") && !text.contains("@import"))
        }
    }

    @Test func longNamesAreCut() {
        let name = String(repeating: "W", count: 200)
        let cut = Layout.cut(name, 300)
        #expect(cut.hasSuffix("…") && Layout.length(cut) <= 300)
        #expect(Layout.cut("short", 300) == "short")
        #expect(Layout.wrapped("one two three", 60).count > 1)
    }
}
