// SPDX-License-Identifier: Apache-2.0
import Quantilizer
import Simulation
import Testing

@testable import PoolCore

/// Frames from anywhere: nothing may trap, and the coordinator's invariants hold.
@Suite struct RandomFrameTests {
    struct Chance: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
        }
        mutating func bytes(_ most: Int) -> [UInt8] {
            (0..<Int.random(in: 0...most, using: &self)).map { _ in
                UInt8.random(in: 0...255, using: &self)
            }
        }
    }

    /// Some message of every kind that a coordinator or a worker takes.
    static func samples() -> [PoolMessage] {
        var hello = WireHello()
        hello.worker = "w"
        hello.cores = 2
        hello.slots = 2
        hello.fingerprint = Sentinel.fingerprint
        hello.leases = [1 << 32 + 1, 7]
        var submit = WireSubmit()
        submit.job = "fuzz"
        submit.text = ModelJob(seed: 1, samples: 3_000, quantile: 0.1).text
        var table = WireTable()
        table.path = "a.csv"
        table.columns = 2
        table.rows = 3
        submit.tables = [table]
        var lease = WireLease()
        lease.lease = 1 << 32 + 1
        lease.job = "fuzz"
        lease.range = DyadicRange(start: 0, level: 9)!.wire
        let machine = JobMachine(job: ModelJob(seed: 1, samples: 3_000, quantile: 0.1).compiled)
        let round = machine.currentRound!.encode()
        lease.roundBytes = UInt32(round.count)
        var partial = WirePartial()
        partial.lease = 1 << 32 + 1
        partial.job = "fuzz"
        partial.range = lease.range
        let bytes = RangeEvaluator(job: machine.job).evaluate(
            round: machine.currentRound!, range: DyadicRange(start: 0, level: 9)!
        ).encode()
        var watch = WireWatch()
        watch.job = "f"
        watch.request = 3
        var status = WireStatusRequest()
        status.job = "fuzz"
        var cancelled = WireCancelLease()
        cancelled.leases = [1 << 32 + 1]
        var text = WireJobText()
        text.job = "fuzz"
        text.text = submit.text
        var welcome = WireWelcome()
        welcome.heartbeatNanoseconds = 1
        return [
            .hello(hello), .submit(submit, [UInt8](repeating: 1, count: 48)),
            .lease(lease, round + machine.hints.encode()), .partial(partial, bytes),
            .heartbeat(.with([1, 2])), .drain(.init()), .handBack(.init()), .fetch(.init()),
            .goodbye(.init()), .watch(watch), .statusRequest(status), .resultRequest(.init()),
            .listRequest(.init()), .workersRequest(.init()), .priority(.init()),
            .cancelLease(cancelled), .jobText(text, []), .welcome(welcome), .refused(.init()),
            .acknowledged(.init()), .errorReply(.init()), .update(.init()),
            .submitted(.init()), .statusReply(.init()), .resultReply(.init(), []),
            .jobList(.init()), .workerList(.init()), .cancel(.init()),
            .extend(.init()), .retry(.init()), .forget(.init()),
        ]
    }

    /// A message's frames with something wrong, or nothing.
    static func mutated(_ message: PoolMessage, _ chance: inout Chance) -> [[UInt8]] {
        var frames = Frames.encode(message)
        for _ in 0..<Int.random(in: 0...3, using: &chance) {
            guard !frames.isEmpty else { break }
            let frame = Int.random(in: 0..<frames.count, using: &chance)
            let size = frames[frame].count
            switch Int.random(in: 0..<5, using: &chance) {
            case 0 where size > 0:
                frames[frame][Int.random(in: 0..<size, using: &chance)] =
                    UInt8.random(in: 0...255, using: &chance)
            case 1: frames[frame] = Array(frames[frame].prefix(size / 2))
            case 2: frames[frame] += chance.bytes(20)
            case 3: frames[frame] = chance.bytes(40)
            default: frames.remove(at: frame)
            }
        }
        return frames
    }

    @Test func everyMessageComesBackFromItsFrames() throws {
        for message in Self.samples() {
            #expect(try Frames.decode(Frames.encode(message)) == message)
        }
        #expect(Set(Self.samples().map(\.kind)).count == WireKind.allCases.count)
    }

    @Test func randomFramesAreMessagesOrFaults() {
        var chance = Chance(state: 1)
        for _ in 0..<5_000 {
            let frames = (0..<Int.random(in: 0...5, using: &chance)).map { _ in chance.bytes(30) }
            #expect(throws: Frames.Fault.self) { try Frames.decode(frames) }
        }
    }

    @Test func aCoordinatorLivesThroughAnyFrames() {
        var chance = Chance(state: 2)
        let samples = Self.samples()
        let pool = CoordinatorDriver()
        pool.hello(1)
        pool.submit(ModelJob(seed: 1, samples: 3_000, quantile: 0.1), id: "fuzz")
        for round in 0..<3_000 {
            let route = CoordinatorDriver.route(UInt8.random(in: 1...4, using: &chance))
            let frames = Self.mutated(samples.randomElement(using: &chance)!, &chance)
            do throws(Frames.Fault) {
                pool.step(.received(route, try Frames.decode(frames)))
            } catch {
                pool.step(.malformed(route, error))
            }
            if round % 16 == 0 { pool.advance(seconds: 0.3) }
            pool.sent = []
        }
    }

    @Test func aWorkersSessionLivesThroughAnyFrames() {
        var chance = Chance(state: 3)
        let samples = Self.samples()
        var now = Instant.zero
        var endings = 0
        for _ in 0..<40 {
            var session = WorkerSession(
                identity: WorkerIdentity(
                    id: "w", host: "h", process: 1, cores: 1, memoryBytes: 1, slots: 2,
                    version: "v", fingerprint: Sentinel.fingerprint))
            var effects = WorkerEffects()
            session.step(.connected, at: now, into: &effects)
            session.step(.received(.welcome(.init())), at: now, into: &effects)
            for _ in 0..<100 {
                effects = WorkerEffects()
                let frames = Self.mutated(samples.randomElement(using: &chance)!, &chance)
                do throws(Frames.Fault) {
                    session.step(.received(try Frames.decode(frames)), at: now, into: &effects)
                } catch {
                    session.step(.malformed(error), at: now, into: &effects)
                }
                for task in effects.tasks {
                    var next = WorkerEffects()
                    switch task {
                    case .compile(let job, let package):
                        session.step(
                            .compiled(job: job, ModelJob.compile(package).map(\.job)), at: now,
                            into: &next)
                    case .compute(let lease):
                        session.step(
                            .computed(lease: lease.id, partial: [1], busyNanoseconds: 1), at: now,
                            into: &next)
                    case .stop, .hint: break
                    }
                }
                if effects.ending != nil {
                    endings += 1
                    break
                }
                now = now + 100_000_000
                session.step(.tick, at: now, into: &effects)
                #expect(session.held.count <= 4)
            }
        }
        #expect(endings > 0)
    }

    @Test func aClientsSessionLivesThroughAnyFrames() {
        var chance = Chance(state: 4)
        let samples = Self.samples()
        var session = ClientSession(endpoint: "fuzz")
        var now = Instant.zero
        var answered = 0
        for number in 0..<2_000 as Range<UInt64> {
            var effects = ClientEffects()
            session.step(
                .ask(number % 3, .listRequest(.init()), timeoutNanoseconds: 1_000_000_000), at: now,
                into: &effects)
            session.step(
                .watch(3, job: "j", intervalNanoseconds: 1, timeoutNanoseconds: 1_000_000_000),
                at: now, into: &effects)
            let frames = Self.mutated(samples.randomElement(using: &chance)!, &chance)
            do throws(Frames.Fault) {
                session.step(.received(try Frames.decode(frames)), at: now, into: &effects)
            } catch {
                session.step(.malformed(error), at: now, into: &effects)
            }
            now = now + 10_000_000
            session.step(.tick, at: now, into: &effects)
            answered += effects.answers.count
        }
        #expect(answered > 100)
    }

    @Test func tablesTravelUnchangedAndWrongShapesAreRefused() throws {
        let table = DataTable(
            columnNames: ["a", "b"], columns: [[1, -0.0, .nan], [4, 5, .infinity]])
        let package = JobPackage(text: "x", resources: JobResources(tables: ["t.csv": table]))
        let (headers, payload) = package.tables
        let back = try JobPackage(text: "x", headers: headers, payload: payload)
        let columns = try #require(back.resources.tables["t.csv"]).columns
        #expect(columns.map { $0.map(\.bitPattern) } == table.columns.map { $0.map(\.bitPattern) })
        for change in [
            { (header: inout WireTable) in header.rows = 1 << 62 },
            { $0.columns = .max }, { $0.columnNames = ["a"] }, { $0.rows = 2 },
        ] {
            var wrong = headers
            change(&wrong[0])
            #expect(throws: PoolFailure.self) {
                try JobPackage(text: "x", headers: wrong, payload: payload)
            }
        }
    }
}
