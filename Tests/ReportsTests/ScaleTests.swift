// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Reports

/// Places and ticks of axes.
@Suite struct ScaleTests {
    @Test func ticksAreRoundAndInside() {
        for (low, high) in [(0.0, 1.0), (-3.2, 7.9), (1e-9, 3e-9), (-1e12, 1e12), (5, 5.0001)] {
            let scale = Scale.linear(low, high)
            let ticks = scale.ticks(6)
            #expect((2...13).contains(ticks.count), "\(low) \(high): \(ticks)")
            #expect(ticks.allSatisfy { $0.value >= low - 1e-9 && $0.value <= high * 1.001 + 1e-9 })
            #expect(Set(ticks.map(\.label)).count == ticks.count, "\(ticks)")
        }
    }

    @Test func decadesAreThinnedOut() {
        let labels = Scale.log(1e-12, 1).ticks(5).map(\.label)
        #expect(labels.contains("10⁻⁹") && labels.count <= 6, "\(labels)")
        #expect(
            Scale.log(0.02, 0.9).ticks(6).map(\.label) == ["0.02", "0.05", "0.1", "0.2", "0.5"])
    }

    @Test func placesOfWhatHasNone() {
        let log = Scale.log(0.1, 10)
        #expect(log.place(1) == 0.5)
        #expect(log.place(0) == 0 && log.place(-3) == 0)
        #expect(log.place(.nan) == nil)
        #expect(Scale.linear(0, 1).place(.infinity) == 1.5)
    }

    @Test func aScaleFitsWhateverComes() {
        for values in [[], [.nan], [.infinity], [0], [3], [0, 0], [-1, 1e9], [1e-300, 1e300]] {
            for scale in [
                Scale.linear(holding: values), Scale.log(holding: values), Scale.fitting(values),
            ] {
                for value in values where value.isFinite {
                    let place = scale.place(value)
                    #expect(place.map { (0...1).contains($0) } ?? false, "\(values) \(scale)")
                }
                _ = scale.ticks(5)
            }
        }
        #expect(Scale.fitting([0.001, 5]).isLogarithmic)
        #expect(!Scale.fitting([-0.001, 5]).isLogarithmic)
    }

    @Test func digitsAsPeopleReadThem() {
        #expect(Figures.exact(0.1) == "0.1" && Figures.exact(1e300) == "1e+300")
        #expect(Figures.exact(999.9999999999999) == "999.9999999999999")
        #expect(Figures.typeset(-0.000012345) == "−1.2345e-05")
        #expect(Figures.grouped(1_234_567) == "1,234,567" && Figures.grouped(12) == "12")
        #expect(Figures.power(2, -5) == "2·10⁻⁵" && Figures.power(1, 3) == "1000")
    }
}
