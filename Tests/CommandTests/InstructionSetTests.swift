// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Emulators cannot run a program that a sanitizer instrumented, and its instructions are other ones.
let uninstrumented: ConditionTrait = .disabled(
    if: ProcessInfo.processInfo.environment["QPOOL_SANITIZE"] != nil,
    "the program is instrumented by a sanitizer")

/// The same bits on machines with other instructions, which user-mode emulation stands in for.
@Suite(.disabled(if: isQuick, "emulates other processors")) struct InstructionSetTests {
    /// Every kind of transform, and functions whose results would differ with a system's own.
    static let job = """
        name: instructions
        seed: 20261121
        base:
          product:
            a: normal
            b: { gamma: { shape: 2.5, rate: 1 } }
            c: { student-t: { df: 3 } }
            d: { beta: { a: 0.5, b: 2 } }
            e: { poisson: { mean: 4 } }
            f: { weibull: { shape: 1.5, scale: 2 } }
            g: { mixture: [{ weight: 1, cauchy: {} }, { weight: 2, gumbel: {} }] }
        utility: "sin(3*a) + lgamma(b) - tanh(c/9) + exp(-d) + erf(e - 4) + atan2(f, g) + a^2*d"
        quantiles: [1e-2, 1e-3]
        samples: 3e4
        draws: 20
        costs: { size: "norm(x)", far: "abs(g) > 10" }
        """

    private func finish(_ process: QPoolProcess) throws -> String {
        let finished = process.finish(seconds: 600)
        try #require(finished.status == 0, "\(finished.error)")
        return finished.output
    }

    #if arch(x86_64)
        @Test(uninstrumented, arguments: [("Nehalem", "baseline"), ("Haswell", "avx2")])
        func theWholeProgramGivesTheSameBytes(_ processor: String, _ instructions: String) throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(Self.job, to: "job.yaml")
            let run = ["run", file, "-o", "json", "--threads", "1", "--quiet"]
            let emulated = ["qemu-x86_64", "-cpu", processor]
            let here = try finish(QPoolProcess(run))
            let there = try finish(QPoolProcess(run, prefix: emulated))
            #expect(here.contains("\"digest\""))
            #expect(withoutTimings(there) == withoutTimings(here))
            // It was another build of the kernels that gave them.
            let bench = [
                "bench", "--samples", "1e3", "--rounds", "1", "--threads", "1", "-o", "json",
            ]
            let told = try finish(QPoolProcess(bench, prefix: emulated))
            #expect(told.contains("\"instruction_set\": \"\(instructions)\""), "\(told)")
        }
    #endif

    /// `Fixtures/kernel_bits.c`, built for both, prints a digest for every kernel.
    @Test func armGivesTheSameBits() throws {
        let folder = try TemporaryFolder()
        func digests(_ name: String, _ flags: [String], _ emulator: [String]) throws -> String {
            let program = folder.path + "/" + name
            let kernels = repository + "/Sources/CKernels"
            let sources = try FileManager.default.contentsOfDirectory(atPath: kernels)
                .filter { $0.hasSuffix(".c") }.map { kernels + "/" + $0 }
            let build = try output(
                ["clang", "-O2", "-Wno-pass-failed", "-I" + kernels + "/include"] + flags + sources
                    + [
                        repository + "/Tests/CommandTests/Fixtures/kernel_bits.c", "-lm", "-o",
                        program,
                    ])
            try #require(build.status == 0, "\(build.text)")
            let run = try output(emulator + [program])
            try #require(run.status == 0, "\(run.text)")
            return run.text
        }
        let here = try digests("here", [], [])
        let arm = try digests(
            "arm", ["--target=aarch64-linux-gnu", "-static", "-fuse-ld=lld"], ["qemu-aarch64"])
        #expect(here.split(separator: "\n").count > 150)
        #expect(arm == here)
    }
}

/// The random kernels written for one instruction set, against the plain ones.
@Suite struct KernelLevelTests {
    /// `Fixtures/kernel_levels.c` holds every build this machine runs against the plain one.
    @Test(.disabled(if: isQuick, "millions of words")) func everyBuildGivesTheSameBits() throws {
        let folder = try TemporaryFolder()
        let program = folder.path + "/levels"
        let kernels = repository + "/Sources/CKernels"
        let sources = try FileManager.default.contentsOfDirectory(atPath: kernels)
            .filter { $0.hasSuffix(".c") }.map { kernels + "/" + $0 }
        let build = try output(
            ["clang", "-O2", "-Wno-pass-failed", "-I" + kernels + "/include", "-I" + kernels]
                + sources
                + [
                    repository + "/Tests/CommandTests/Fixtures/kernel_levels.c", "-lm", "-o",
                    program,
                ])
        try #require(build.status == 0, "\(build.text)")
        let run = try output([program, "400"])
        #expect(run.status == 0 && run.text.contains("compared"), "\(run.text)")
    }
}

/// Instructions that a sample, a start and a simulated pool take, held against recorded numbers.
@Suite(.disabled(if: isQuick, "counts what an optimised program does")) struct InstructionCountTests
{
    @Test(uninstrumented) func nothingTakesNotablyMoreThanRecorded() throws {
        #if DEBUG
            // Recorded for release builds.
        #else
            let check = try output(
                ["python3", repository + "/Benchmarks/instructions.py"],
                environment: ["QPOOL": qpoolPath])
            #expect(check.status == 0, "\(check.text)")
            #expect(check.text.contains("instructions") || check.text.contains("skipped"))
        #endif
    }
}
