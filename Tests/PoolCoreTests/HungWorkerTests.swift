// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// No text is drawn in these tests: a coordinator reads jobs alone.
private struct NoDrawer: TextDrawer, TextProvider {
    var trouble: String? { nil }
    var endpointRules: [String] { [] }
    var allowsAll: Bool { true }

    func draw(_ requests: [TextRequest], _ call: TextCall) -> [TextOutcome] {
        requests.map { _ in TextOutcome(failure: .server) }
    }

    func drawer(
        _ source: TextSource, functions: (any FunctionProvider)?
    ) throws(FunctionRefusal) -> any TextDrawer { self }
}

/// A worker that beats and delivers nothing does not hold a job whose samples are drawn once.
@Suite struct HungWorkerTests {
    private static let texts = #"""
        {"seed": 1, "base": {"text": {"endpoint": "http://127.0.0.1:8000/v1", "model": "m",
        "prompt": "p", "max_tokens": 4}}, "utility": "logprob", "quantile": 0.5, "samples": 512}
        """#

    @Sendable private static func compile(
        _ package: JobPackage
    ) -> Result<Compilation, PoolFailure> {
        do {
            var resources = JobResources()
            resources.extensions.texts = NoDrawer()
            let spec = try JobSpec.parse(
                JobNode(JSON(parsing: package.text.utf8)), resources: resources)
            return .success(Compilation(job: spec.job, digest: "texts", name: "texts"))
        } catch {
            return .failure(PoolFailure(.invalidJob, "\(error)", remedy: ""))
        }
    }

    @Test func itsLeasesGoToOthersAndItGetsNoMore() throws {
        let pool = CoordinatorDriver {
            $0.hungNanoseconds = 60_000_000_000
            $0.allowsPlugins = true
        }
        pool.compile = Self.compile
        var submit = WireSubmit()
        submit.request = 1
        submit.job = "j"
        submit.text = Self.texts
        let capabilities = ["plugins *"]
        pool.hello(1, slots: 4, capabilities: capabilities)
        pool.step(.received(CoordinatorDriver.client, .submit(submit, [])))
        let held = pool.leases(1)
        try #require(held.count == 2, "\(pool.take(CoordinatorDriver.client))")

        // Another one comes; nothing is doubled, so it gets nothing yet.
        pool.hello(2, slots: 4, capabilities: capabilities)
        func wait(_ seconds: Int) {
            for _ in 0..<seconds {
                pool.advance(seconds: 1)
                for number in 1...2 as ClosedRange<UInt8> {
                    var beat = WireHeartbeat()
                    if number == 1 { beat.leases = held.map(\.lease) }
                    pool.step(.received(CoordinatorDriver.route(number), .heartbeat(beat)))
                }
            }
        }
        wait(50)
        #expect(pool.leases(2).isEmpty && pool.leases(1).isEmpty)

        wait(20)
        let order = { (lease: WireLease) in lease.range.start }
        #expect(
            pool.leases(2).sorted { order($0) < order($1) }.map(\.range)
                == held.sorted { order($0) < order($1) }.map(\.range))
        #expect(pool.leases(1).isEmpty)
        #expect(pool.status("j")?.state == .running)
    }
}
