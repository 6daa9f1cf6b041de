// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Testing

@testable import Reports

/// Numbers as a terminal and as a page have them.
@Suite struct FiguresTests {
    @Test func digitsFollowTheInterval() {
        #expect(
            Figures.estimate(0.123456789, Interval(0.119, 0.127)) == "0.1235  in [0.119, 0.127]")
        #expect(Figures.estimate(4.95, nil) == "4.95")
        #expect(Figures.typeset(-0.123456789, within: Interval(-0.127, -0.119)) == "−0.1235")
        #expect(Figures.interval(Interval(-.infinity, 2.5)) == "[−∞, 2.5]")
    }

    @Test func boundsAreRoundedUp() {
        #expect(Figures.bound(449.8512345) == "449.9")
        #expect(Figures.bound(1000) == "1000")
        #expect(Figures.typesetBound(449.8512345) == "449.9")
        #expect(Figures.typesetBound(123_456) == "123,456")
        #expect(
            Figures.brief("at most 449.87349872123 times, over 1500 issued.")
                == "at most 449.9 times, over 1500 issued.")
    }

    @Test func signsOfPrintAreForPages() {
        #expect(Figures.short(-1.5e-9) == "-1.5e-09" && Figures.typeset(-1.5e-9) == "−1.5e-09")
        #expect(Figures.short(1_234_567) == "1.23457e+06")
        #expect(Figures.typeset(1_234_567) == "1,234,567")
        #expect(Figures.short(.nan) == "nan" && Figures.typeset(.nan) == "unknown")
    }
}
