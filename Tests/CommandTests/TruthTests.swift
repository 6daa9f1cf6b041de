// SPDX-License-Identifier: Apache-2.0
import TestMarks
import Testing

/// Intervals hold the truth, on problems whose truth is known: a few runs of each, all together.
///
/// Benchmarks/truth makes many runs of each at its nightly size; docs/truth.md has their table.
@Suite(.disabled(if: isQuick, "counts intervals over many jobs")) struct TruthTests {
    @Test(uninstrumented) func intervalsHold() throws {
        #if DEBUG
            // A debug build takes an hour for it.
        #else
            let bench = try output(
                ["python3", repository + "/Benchmarks/truth/truth.py", "--size", "suite"],
                environment: ["QPOOL": qpoolPath])
            #expect(bench.status == 0, "\(bench.text)")
            #expect(bench.text.contains("| estimate, auto | 95.0 | "), "\(bench.text)")
        #endif
    }

    /// The counting itself finds intervals that hold too seldom.
    @Test func theCountCanFail() throws {
        let code = """
            import sys; sys.path.insert(0, "\(repository)/Benchmarks/truth")
            import harness
            def counted(held, runs):
                c = harness.Count("c", "p", "k", 0.95)
                for i in range(runs): c.add(0, 1, 0.5 if i < held else 2.5, False)
                return c
            assert counted(860, 1000).fails() and not counted(940, 1000).fails()
            assert counted(860, 1000).silent == 140 and counted(860, 1000).far == 140
            assert abs(harness.at_most(90, 100, 0.95) - 0.02819) < 1e-5
            import laws
            assert abs(laws.student(3, 10) / 0.0010641995292070757 - 1) < 1e-11
            assert abs(laws.sum_of_student3(1, 10) / 0.0010641995292070757 - 1) < 1e-9
            assert abs(laws.chi_squared(10, 40) / 1.694474393006738e-05 - 1) < 1e-11
            assert abs(laws.binomial(10, 0.5, 9) / (11 / 1024) - 1) < 1e-12
            a, b = laws.plane(lambda x, y: max(x, y), 3.0), laws.any_of([laws.normal(3)] * 2)
            assert abs(a / b - 1) < 1e-3, (a, b)
            """
        let check = try output(["python3", "-c", code])
        #expect(check.status == 0, "\(check.text)")
    }
}
