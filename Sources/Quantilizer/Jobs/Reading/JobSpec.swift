// SPDX-License-Identifier: Apache-2.0

/// A job file that was understood: its name, its numbers, and the job ready to run.
///
///     let spec = try JobSpec.parse(node, resources: resources)
///     var machine = JobMachine(job: spec.job)
///
/// Everything that decides the answer is in it; the keys are listed in `docs/jobs.md`.
public struct JobSpec: Sendable {
    /// The job's name.
    public let name: String
    /// The job, compiled.
    public let job: CompiledJob
    /// What `method: auto` came to; nil of a job that names its method.
    public let chosen: ChosenMethod?
    /// The job with every default filled in, in the order of the job file's schema.
    public let normalised: JSON

    /// The normalised job without what cannot change the answer, `verify`: two jobs are the same
    /// job where this is the same.
    public var identity: JSON {
        guard case .object(let members) = normalised else { return normalised }
        return .object(members.filter { $0.0 != "verify" })
    }

    /// The keys a job file may have, in their usual order.
    public static let keys = JobKeys.all.map(\.key)

    /// Reads a job.
    ///
    /// - Throws: everything wrong with it at once, each with its place and the nearest valid name.
    public static func parse(
        _ node: JobNode, resources: JobResources = JobResources()
    ) throws(JobError) -> JobSpec {
        var reader = JobSpecReader(node)
        return try reader.read(resources)
    }
}

/// The order in which the keys are read: names before what uses them.
extension JobSpecReader {
    mutating func read(_ resources: JobResources) throws(JobError) -> JobSpec {
        if case .null = map.node.content { map.note(nil, "the job is empty") }
        tables = resources.tables
        usualNames.added = Set(resources.extensions.bases.keys)
        readVersion()
        let name = readName()
        let seed = map.whole(JobKeys.seed) ?? 0
        readSearch()
        let bases = readVariants(resources)
        let base = bases?.base
        readDefinitions(base)
        var utilities =
            isEstimate ? readEvent(base, resources) : readUtilities(base, resources)
        if !isEstimate, !isSearch { defineUtilities(utilities, base) }
        var costs =
            isSearch ? readCriterion(base, utilities, resources) : readCosts(base, resources)
        (utilities, costs) = spread(utilities, costs, dimension: base?.dimension ?? 0)
        let audited = readAudit(base, costs, resources)
        costs = audited.costs
        let draws = map.whole(JobKeys.draws) ?? 1
        let confidence = map.number(JobKeys.confidence) ?? 0.95
        let memory = readMemory()
        let verify = map.number(JobKeys.verify) ?? 0
        if let base, !utilities.isEmpty { circumstances = (base, utilities, draws) }
        let numbers = readNumbers(draws: draws, confidence: confidence)
        let proposal = readProposal(base, resources)
        let auxiliary = readAuxiliary(base, resources)
        let screens = readScreens(base, utilities, numbers?.method, resources)
        if let method = numbers?.method, method.room.takesFormulasAlone {
            refusePlugins(utilities + costs, "`\(method.name)` takes formulas, no plugins")
        }
        if let numbers { checkLooks(numbers) }
        let histogram = readHistogram(numbers, functions: utilities.count + costs.count)
        let measured = readStatistics(numbers, base, functions: utilities + costs)
        if let numbers, let recorded = base?.recorded {
            if recorded.isReplayable {
                checkReplayed(numbers)
            } else {
                checkRecorded(numbers, verify, isText: recorded.writing != nil)
                if numbers.method.traits.losesForGood,
                    let problem = recorded.writing?.whyNotInStages
                {
                    map.note("base", problem)
                }
            }
        }
        if map.diagnostics.count > Limits.diagnostics {
            throw JobError(Array(map.diagnostics.prefix(Limits.diagnostics)))
        }
        try map.finish()
        guard let base, let numbers, !utilities.isEmpty else {
            throw JobError(at: map.node.position, path: "", "the job is not complete")
        }
        var settings = JobSettings(
            seed: UInt64(seed), samples: numbers.samples, quantiles: numbers.quantiles,
            draws: draws, method: numbers.method, confidence: confidence, memoryBytes: memory)
        settings.precision = numbers.precision
        settings.looks = looks
        settings.verify = verify
        settings.histogram = histogram
        settings.measured = measured
        let job = fitting(
            CompiledJob(
                settings: settings, base: bases?.family ?? audited.base ?? base,
                utilities: utilities, costs: costs, auxiliary: auxiliary, screens: screens,
                proposal: proposal, isEstimate: isEstimate, sweep: sweep, audit: audit,
                search: search))
        return JobSpec(
            name: name, job: job, chosen: chooser?.reason(numbers),
            normalised: normalised(name, job, asked: numbers.asked))
    }

    /// Notes what cannot be asked of samples that only workers can make.
    private mutating func checkReplayed(_ numbers: MethodNumbers) {
        guard !numbers.method.room.nature.takesReplayed else { return }
        let others = MethodRegistry.names(isEstimate: isEstimate) { $0.takesReplayed }
        map.note(
            "method",
            "`\(numbers.method.name)` takes samples where they are at hand, or their density; those "
                + "of this base are made by a process: use \(Self.list(others, "or"))")
    }

    /// Notes what cannot be asked of samples that are drawn once and kept.
    private mutating func checkRecorded(_ numbers: MethodNumbers, _ verify: Double, isText: Bool) {
        let isInGroups = numbers.method.traits.isInGroups
        if !numbers.method.room.takesRecorded(isText: isText, isEstimate: isEstimate) {
            let all = MethodRegistry.names(isEstimate: false) { $0.takesRecorded == .always }
            map.note(
                map.has("method") ? "method" : nil,
                "samples of this base are drawn once and kept: of the methods only "
                    + "\(Self.list(all, "and")) can use them, of texts \(Self.ofTexts) too; there are no "
                    + "estimates")
        }
        if numbers.precision != nil {
            map.note("precision", "samples of this base are drawn once: give `samples`")
        } else if numbers.asked?.key == "samples", !isInGroups,
            !map.has("samples")
        {
            map.note(nil, "missing key `samples`: each is asked of an endpoint, so say how many")
        }
        let draws = isInGroups ? map.whole(JobKeys.draws) ?? 1 : 1
        // Each setting of a sweep has a text of its own.
        let each = UInt64(draws * (sweep?.variants ?? 1))
        if numbers.samples > RecordLimits.samples / each {
            map.note(
                map.has("samples") ? "samples" : nil,
                "of a base whose samples are drawn once and kept at most \(RecordLimits.samples) "
                    + "samples can be had, over all settings")
        }
        if verify > 0 {
            map.note("verify", "samples of this base cannot be drawn again to be compared")
        }
    }

    /// The methods that can use texts and nothing else that is drawn once, each with the setting it needs.
    private static var ofTexts: String {
        var parts: [String] = []
        for method in MethodRegistry.methods {
            guard case .ofTexts(let setting) = method.nature.takesRecorded else { continue }
            parts.append("`\(method.name)`" + (setting.map { " with `\($0)`" } ?? ""))
        }
        return inWords(parts, "and")
    }

    /// Names as code, with a word before the last: `a`, `b` or `c`.
    static func list(_ names: [String], _ word: String) -> String {
        inWords(names.map { "`\($0)`" }, word)
    }

    private static func inWords(_ parts: [String], _ word: String) -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.joined() }
        return parts.dropLast().joined(separator: ", ") + " \(word) " + last
    }

    private mutating func readVersion() {
        guard map.has("version") else { return }
        if let version = map.integer("version", in: 0...Int.max), version != 1 {
            map.note("version", "this program reads job files of version 1, not \(version)")
        }
    }

    private mutating func readName() -> String {
        guard let name = map.text(JobKeys.name) else { return "job" }
        if name.isEmpty || name.count > Limits.nameCharacters {
            map.note("name", "expected a name of 1 to \(Limits.nameCharacters) characters")
        }
        return name
    }

    // MARK: Functions

    private mutating func readUtilities(
        _ base: (any BaseDistribution)?, _ resources: JobResources
    ) -> [NamedUtility] {
        map.exactlyOne(of: ["utility", "utilities"])
        let key = map.has("utilities") ? "utilities" : "utility"
        return readFunctions(key, base, resources, limit: Limits.utilities, single: "utility")
    }

    private mutating func readCosts(
        _ base: (any BaseDistribution)?, _ resources: JobResources
    ) -> [NamedUtility] {
        map.exactlyOne(of: ["cost", "costs"], optional: true)
        let key = map.has("costs") ? "costs" : "cost"
        return readFunctions(key, base, resources, limit: Limits.costs, single: "cost")
    }

    // MARK: Memory

    /// Where a job says nothing, from this on as much as it needs, up to ``Limits/usualMemoryBytes``.
    private static let leastUsualMemory = 64_000_000

    /// The job with enough memory to begin, where it says nothing of that: it changes no answer.
    private func fitting(_ job: CompiledJob) -> CompiledJob {
        var job = job
        guard !map.has("memory") else { return job }
        while 2 * job.settings.memoryBytes <= Limits.usualMemoryBytes,
            JobMachine(job: job).failure?.code == "memory-too-small"
        {
            job.settings.memoryBytes *= 2
        }
        return job
    }

    private mutating func readMemory() -> Int {
        let fallback = Self.leastUsualMemory
        return map.read("memory", default: fallback) { (node, path) throws(JobError) in
            guard case .scalar(let text, _) = node.content, let bytes = Self.bytes(text),
                bytes >= Double(Limits.leastMemoryBytes), bytes <= Double(Limits.mostMemoryBytes)
            else {
                throw node.expected("an \(JobKeys.memory.words)", path: path)
            }
            return Int(bytes)
        } ?? fallback
    }

    /// Bytes of `64MB`, `64 Mb`, `64M`, `1.5GiB`, `2e8`: letters large or small.
    private static func bytes(_ text: String) -> Double? {
        let units: [(String, Double)] = [
            ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("tib", 1_099_511_627_776),
            ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12), ("b", 1), ("k", 1e3), ("m", 1e6),
            ("g", 1e9), ("t", 1e12),
        ]
        for (suffix, factor) in units where text.lowercased().hasSuffix(suffix) {
            var number = text.dropLast(suffix.count)
            while number.last == " " { number.removeLast() }
            return DecimalText(String(number))?.double.map { $0 * factor }
        }
        return DecimalText(text)?.double
    }
}
