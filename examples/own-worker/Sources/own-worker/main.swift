// SPDX-License-Identifier: Apache-2.0
import PoolRuntime
import Quantilizer

// A base distribution: uniform on the circle of radius 1, from one word of randomness a sample.
struct Circle: BaseDistribution {
    let dimension = 2
    let noise = NoiseLayout(words: 1)
    func transform(
        lanes: Int, noise: borrowing NoiseBlock, values: inout Columns, scratch: inout Columns,
        at place: Placement
    ) {
        for lane in 0..<lanes {
            let turns = (Double(noise.words[place.word, lane] >> 11) + 0.5) * 0x1p-53
            values[place.value, lane] = Kernels.cos(2 * Double.pi * turns)
            values[place.value + 1, lane] = Kernels.sin(2 * Double.pi * turns)
        }
    }
}

var extensions = JobExtensions()
extensions.bases["circle"] = { _, _ in Circle() }
extensions.functions["east"] = SampleFunction { x, lane in x[0, lane] }
let compiler = JobCompiler(extensions: extensions)

switch CommandLine.arguments.dropFirst().first {
case "run":
    var job = try JobFile(path: CommandLine.arguments[2])
    job.resources.extensions = extensions
    print(try await LocalRun.document(of: job).text)
case "coordinator":
    let coordinator = try CoordinatorService(
        .init(endpoint: CommandLine.arguments[2], compiler: compiler))
    try await coordinator.ended()
case "worker":
    let worker = try WorkerService(.init(endpoint: CommandLine.arguments[2], compiler: compiler))
    try await worker.ended()
default: print("own-worker run JOB | coordinator ENDPOINT | worker ENDPOINT")
}
