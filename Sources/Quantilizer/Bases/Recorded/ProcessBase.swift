// SPDX-License-Identifier: Apache-2.0

/// Samples that another process makes from noise: a map T(ω) in any language.
///
/// The process gets each sample's noise, standard normals and then uniform numbers in (0, 1), which
/// come from the job's seed and the sample's index. A process whose samples depend on nothing else is
/// replayable: any worker can make them, again and again, to the same bits. One that adds chance of
/// its own says `replayable: false`, and its samples are drawn once and kept.
///
/// Only workers have the process, so the values of samples that are kept travel with partials.
/// Where it is, it is a base like any other: methods that move noise ask it for the samples.
public struct ProcessBase: RecordedBase {
    /// `process`.
    public static let name = "process"

    /// The program.
    public let source: ProcessSource
    /// Values a sample.
    public let dimension: Int
    /// The components' names, or none.
    public let componentNames: [String]
    /// Standard normals that a sample gets.
    public let normals: Int
    /// Uniform numbers that a sample gets.
    public let uniforms: Int
    /// Whether it makes the same samples of the same noise.
    public let isReplayable: Bool
    private let generator: (any SampleGenerator)?

    /// A base that makes samples by a generator; by none where it is only read, as on a coordinator.
    public init(
        _ source: ProcessSource, dimension: Int, names: [String] = [], normals: Int, uniforms: Int,
        isReplayable: Bool = true, generator: (any SampleGenerator)?
    ) {
        self.source = source
        self.dimension = dimension
        componentNames = names
        self.normals = normals
        self.uniforms = uniforms
        self.isReplayable = isReplayable
        self.generator = generator
    }

    /// Normals, and a word for each uniform number.
    public var noise: NoiseLayout { NoiseLayout(normals: normals, words: uniforms) }
    /// The process.
    public var sources: [ExternalSource] { [.process(source)] }
    /// That of the generator.
    public var trouble: String? { generator?.trouble }
    /// The process's batch.
    public var batchLanes: Int { source.batch }

    /// Asks the process, and counts a batch that it cannot answer as failed.
    public func draw(
        domain: Domain, start: UInt64, lanes: Int, noise: borrowing NoiseBlock,
        values: inout Columns
    ) -> (records: [SampleRecord], usage: RecordUsage) {
        var usage = RecordUsage()
        guard make(lanes: lanes, noise: noise, values: &values, at: Placement()) else {
            usage.failures[Int(RecordFailure.process.rawValue)] = UInt64(lanes)
            let failed = SampleRecord.failed(.process, dimension: dimension)
            return ([SampleRecord](repeating: failed, count: lanes), usage)
        }
        var records: [SampleRecord] = []
        records.reserveCapacity(lanes)
        for lane in 0..<lanes {
            records.append(SampleRecord(value: (0..<dimension).map { values[$0, lane] }))
        }
        return (records, usage)
    }

    /// Asks the process; ``FailedSample/marker`` where it cannot answer, or there is none.
    public func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        _ = make(lanes: lanes, noise: noise, values: &values, at: place)
    }

    private func make(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, at place: Placement
    ) -> Bool {
        var made = Columns(count: dimension, capacity: lanes)
        var isThere = false
        if let generator {
            var given = Columns(count: normals + uniforms, capacity: lanes)
            for column in 0..<normals {
                for lane in 0..<lanes {
                    given[column, lane] = noise.normals[place.normal + column, lane]
                }
            }
            for column in 0..<uniforms {
                for lane in 0..<lanes {
                    given[normals + column, lane] =
                        (Double(noise.words[place.word + column, lane] >> 11) + 0.5) * 0x1p-53
                }
            }
            isThere = generator.fill(lanes: lanes, noise: given, values: &made)
        }
        for column in 0..<dimension {
            if !isThere { FailedSample.fill(&made, column: column, lanes: lanes) }
            for lane in 0..<lanes { values[place.value + column, lane] = made[column, lane] }
        }
        return isThere
    }
}

/// Makes samples of noise, elsewhere. It blocks whoever asks.
public protocol SampleGenerator: Sendable {
    /// Why it is given up, nil while it is not.
    var trouble: String? { get }
    /// Fills all value columns; false where it cannot.
    func fill(lanes: Int, noise: borrowing Columns, values: inout Columns) -> Bool
}

extension ProcessBase: DeclaredBase {
    static let declaration = BaseDeclaration(
        name, "Samples that a program of any language makes of noise.",
        parameters: ProcessSource.parameters + [
            JobParameter(
                "dimension", .whole(1...BaseLimits.dimension), "Values a sample.", also: ["size"]),
            JobParameter(
                "names", .texts(most: BaseLimits.dimension), default: .nothing("no names"),
                "The components' names, for formulas."),
            JobParameter(
                "normals", .whole(0...BaseLimits.dimension), default: .whole(0),
                "Standard normals that a sample gets."),
            JobParameter(
                "uniforms", .whole(0...BaseLimits.dimension), default: .whole(0),
                "Uniform numbers that a sample gets; with `normals` at least one."),
            JobParameter(
                "replayable", .flag, default: .flag(true),
                "Whether the noise decides the sample. If not, samples are drawn once and kept."),
        ],
        example: "{ command: [python3, maker.py], dimension: 2, normals: 2 }",
        source: "docs/plugins.md"
    ) { r, declaration throws(JobError) in
        try read(r, declaration)
    }

    private static func read(
        _ r: BaseRegistry.Request, _ declaration: BaseDeclaration
    ) throws(JobError) -> any BaseDistribution {
        guard r.depth == 0 else {
            throw JobError(
                at: r.node.position, path: r.path,
                "samples of a process are made by workers, so they stand alone as a job's base")
        }
        guard case .mapping(let entries) = r.node.content else {
            throw r.node.expected("a mapping with a `command`", path: r.path)
        }
        // Unknown keys are told of once, with all that there are.
        var map = JobMapping(r.node, path: r.path, parameters: declaration.parameters)
        let common = ProcessSource.parameters.map(\.key)
        let program = JobNode(
            .mapping(entries.filter { common.contains($0.key) }), at: r.node.position)
        let source = map.collect { () throws(JobError) in
            try JobSpecReader.process(program, r.path, r.resources)
        }
        let dimension = map.whole(declaration.parameter("dimension"))
        var names: [String] = []
        if case .texts(let given)? = map.value(of: declaration.parameter("names")) {
            names = given
            if !names.allSatisfy({ BaseRegistry.isName($0) }) || Set(names).count != names.count {
                map.note("names", "expected names that formulas can use, each once")
            } else if let dimension, !names.isEmpty, names.count != dimension {
                map.note("names", "\(names.count) names for \(dimension) values")
            }
        }
        let normals = map.whole(declaration.parameter("normals")) ?? 0
        let uniforms = map.whole(declaration.parameter("uniforms")) ?? 0
        if normals + uniforms == 0 {
            map.note(
                nil, "expected `normals` or `uniforms`: a sample's noise, from which it is made")
        }
        let replayable = map.flag(declaration.parameter("replayable")) ?? true
        if let source, source.format != .frames {
            map.note("format", "a process that makes samples speaks frames")
        }
        try map.finish()
        guard let source, let dimension else { throw JobError(map.diagnostics) }
        let extensions = r.resources.extensions
        var generator: (any SampleGenerator)?
        if extensions.evaluates {
            guard let provider = extensions.provider else {
                throw JobError(
                    at: r.node.position, path: r.path, "plugins do not run here")
            }
            do throws(FunctionRefusal) {
                generator = try provider.generator(
                    source, noise: normals + uniforms, dimension: dimension)
            } catch {
                throw JobError(at: r.node.position, path: r.path, error.message)
            }
        }
        return ProcessBase(
            source, dimension: dimension, names: names, normals: normals,
            uniforms: uniforms, isReplayable: replayable, generator: generator)
    }
}
