// SPDX-License-Identifier: Apache-2.0

extension Round {
    // Rounds of the first version rank by the utilities.
    private static let version: UInt8 = 1
    private static let stagedVersion: UInt8 = 2

    /// The round as bytes, to travel with a lease.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        write(to: &writer)
        return writer.bytes
    }

    func write(to writer: inout ByteWriter) {
        writer.write(stage == .utility ? Round.version : Round.stagedVersion)
        writer.write(UInt32(number))
        writer.write(domain.rawValue)
        writer.write(range.lowerBound)
        writer.write(range.upperBound)
        writer.write(measures)
        stage.write(to: &writer)
        switch task {
        case .select(let sieves):
            writer.write(UInt8(0))
            writer.write(count: sieves.count)
            for sieve in sieves {
                writer.write(UInt32(sieve.utility))
                writer.write(UInt32(sieve.selection))
                writer.write(sieve.floor)
                writer.write(sieve.ceiling)
                writer.write(count: sieve.capacity)
                writer.write(count: sieve.picks)
            }
        case .accept(let acceptances):
            writer.write(UInt8(1))
            writer.write(count: acceptances.count)
            for acceptance in acceptances {
                writer.write(UInt32(acceptance.utility))
                writer.write(acceptance.floor)
                writer.write(count: acceptance.count)
            }
        case .groups(let size):
            writer.write(UInt8(2))
            writer.write(size)
        case .digits(let windows):
            writer.write(UInt8(3))
            writer.write(count: windows.count)
            for window in windows {
                writer.write(UInt32(window.utility))
                writer.write(window.low)
                writer.write(window.high)
            }
        case .slots(let work):
            writer.write(type(of: work.task).kind)
            work.task.write(to: &writer)
        case .admit(let admissions):
            writer.write(UInt8(6))
            writer.write(count: admissions.count)
            for admission in admissions { admission.write(to: &writer) }
        case .cells(let width):
            writer.write(UInt8(7))
            writer.write(width != nil)
            writer.write(width ?? 0)
        }
    }

    /// Reads a round of a job; bytes that do not fit the job are refused.
    ///
    /// - Throws: ``DecodingFailure`` where the bytes are cut short, have bytes left over, or do not
    ///   fit the job.
    public init(decoding bytes: some Collection<UInt8>, job: CompiledJob) throws(DecodingFailure) {
        var reader = ByteReader(bytes)
        try self.init(from: &reader, job: job)
        try reader.finish()
    }

    init(from reader: inout ByteReader, job: CompiledJob) throws(DecodingFailure) {
        let version = try reader.byte()
        guard (Round.version...Round.stagedVersion).contains(version) else {
            throw DecodingFailure("a round of another version")
        }
        number = Int(try reader.word32())
        let rawDomain = try reader.word32()
        guard let domain = Domain(rawValue: rawDomain),
            [.base, .pilot, .move, .proposal].contains(domain)
        else {
            throw DecodingFailure("domain \(rawDomain) has no samples")
        }
        self.domain = domain
        let lower = try reader.word()
        let upper = try reader.word()
        guard lower < upper, lower % 256 == 0, upper <= Limits.samples else {
            throw DecodingFailure("\(lower)..<\(upper) is not a range of samples")
        }
        range = lower..<upper
        measures = try reader.bool()
        stage =
            version == Round.version ? .utility : try RoundStage(from: &reader, job: job)
        let utilities = job.utilities.count
        func utility(_ number: UInt32) throws(DecodingFailure) -> Int {
            guard number < utilities else { throw DecodingFailure("no utility \(number)") }
            return Int(number)
        }
        let kind = try reader.byte()
        switch kind {
        case 0:
            let count = try reader.count(limit: Limits.selections, bytesEach: 72, of: "sieves")
            var sieves: [Sieve] = []
            for _ in 0..<count {
                let number = try utility(try reader.word32())
                let selection = Int(try reader.word32())
                let sieve = Sieve(
                    utility: number, selection: selection, floor: try reader.key(),
                    ceiling: try reader.key(),
                    capacity: try reader.count(
                        limit: Limits.candidates, bytesEach: 0, of: "candidates"),
                    picks: try reader.count(limit: Limits.draws, bytesEach: 0, of: "picks"))
                guard sieve.capacity > 0 else { throw DecodingFailure("a sieve without room") }
                sieves.append(sieve)
            }
            task = .select(sieves)
        case 1:
            let count = try reader.count(limit: Limits.utilities, bytesEach: 36, of: "acceptances")
            var acceptances: [Acceptance] = []
            for _ in 0..<count {
                acceptances.append(
                    Acceptance(
                        utility: try utility(try reader.word32()), floor: try reader.key(),
                        count: try reader.count(limit: Limits.draws, bytesEach: 0, of: "draws")))
            }
            task = .accept(acceptances)
        case 2:
            let size = try reader.word()
            guard size >= 1, upper / size <= UInt64(Limits.draws) else {
                throw DecodingFailure("groups of \(size) do not fit the round")
            }
            task = .groups(size: size)
        case 3:
            let count = try reader.count(limit: Limits.selections, bytesEach: 52, of: "windows")
            var windows: [DigitWindow] = []
            for _ in 0..<count {
                let window = DigitWindow(
                    utility: try utility(try reader.word32()), low: try reader.key(),
                    high: try reader.key())
                guard window.low < window.high else { throw DecodingFailure("an empty window") }
                windows.append(window)
            }
            task = .digits(windows)
        case 6:
            let count = try reader.count(
                limit: 2 * Limits.selections, bytesEach: 25, of: "admissions")
            var admissions: [Admission] = []
            for _ in 0..<count {
                admissions.append(try Admission(from: &reader, utilities: utilities))
            }
            task = .admit(admissions)
        case 7:
            let isBinned = try reader.bool()
            let width = try reader.double()
            guard job.settings.method.traits.hasCells, domain == .base, !isBinned || width > 0
            else {
                throw DecodingFailure("the job has no cells")
            }
            task = .cells(width: isBinned ? width : nil)
        default:
            guard let slots = job.settings.method.traits.slots, slots.kind == kind else {
                throw DecodingFailure("no round of kind \(kind) in a job of this method")
            }
            guard domain == slots.domain, !measures else {
                throw DecodingFailure("slots of another domain, or with sums of samples")
            }
            task = .slots(SlotWork(try slots.init(from: &reader, job: job, indices: range)))
        }
        if domain == .move || domain == .proposal, self.slots == nil {
            throw DecodingFailure("moves and proposals are no samples of the base")
        }
        try checkStage()
    }
}

extension Round {
    /// A screen ranks base samples, and survivors and audited ones have a channel each.
    private func checkStage() throws(DecodingFailure) {
        switch stage {
        case .utility: return
        case .screen:
            switch task {
            case .select, .digits: if domain == .base { return }
            default: break
            }
        case .survivors:
            if case .select(let sieves) = task, sieves.count == 2, domain == .base, !measures {
                return
            }
        case .drafts:
            if case .select(let sieves) = task, sieves.count == 1, domain == .base { return }
        case .continued:
            if case .select(let sieves) = task, sieves.count == 1, domain == .base, !measures {
                return
            }
        }
        throw DecodingFailure("a stage that does not fit its round")
    }
}

extension Hints {
    /// The hints as bytes: 24 a channel.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt32(round))
        writer.write(count: floors.count)
        for floor in floors { writer.write(floor) }
        return writer.bytes
    }

    /// Reads hints.
    ///
    /// - Throws: ``DecodingFailure`` where the bytes are cut short, have bytes left over, or are no
    ///   hints.
    public init(decoding bytes: some Collection<UInt8>) throws(DecodingFailure) {
        var reader = ByteReader(bytes)
        round = Int(try reader.word32())
        let count = try reader.count(limit: Limits.selections, bytesEach: 24, of: "hints")
        floors = []
        for _ in 0..<count { floors.append(try reader.key()) }
        try reader.finish()
    }
}
