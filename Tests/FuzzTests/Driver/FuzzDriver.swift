// SPDX-License-Identifier: Apache-2.0
import CFuzzer
import Foundation

/// `qpool-fuzz NAME [libFuzzer's arguments]`, `qpool-fuzz list`, `qpool-fuzz seeds FOLDER`.
///
/// Built by `ops/fuzz` alone, instrumented.
@main
struct FuzzDriver {
    nonisolated(unsafe) static var target = FuzzTarget.all[0]

    static func main() throws {
        let arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case "list": for target in FuzzTarget.all { print(target.name) }
        case "seeds" where arguments.count == 3: try writeSeeds(arguments[2])
        case let name?:
            guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
                say("no target \(name); `qpool-fuzz list` names them\n")
                exit(2)
            }
            self.target = target
            exit(fuzz([arguments[0], "-max_len=\(target.maximumBytes)"] + arguments.dropFirst(2)))
        case nil:
            say("usage: qpool-fuzz NAME|list|seeds FOLDER\n")
            exit(2)
        }
    }

    static func say(_ line: String) { FileHandle.standardError.write(Data(line.utf8)) }

    static func writeSeeds(_ folder: String) throws {
        for target in FuzzTarget.all {
            let path = folder + "/" + target.name
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            for name in try FileManager.default.contentsOfDirectory(atPath: path)
            where name.hasPrefix("seed-") {
                try FileManager.default.removeItem(atPath: path + "/" + name)
            }
            for seed in try target.seeds() {
                try Data(seed.bytes).write(to: URL(fileURLWithPath: "\(path)/seed-\(seed.name)"))
            }
        }
    }

    static func fuzz(_ arguments: [String]) -> Int32 {
        var count = Int32(arguments.count)
        // libFuzzer keeps the pointers.
        let copies = arguments.map { strdup($0) } + [nil]
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: copies.count)
        list.initialize(from: copies, count: copies.count)
        var pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = list
        return LLVMFuzzerRunDriver(&count, &pointer) { data, size in
            do {
                _ = try FuzzDriver.target.run(Array(UnsafeBufferPointer(start: data, count: size)))
            } catch {
                fatalError("\(error)")
            }
            return 0
        }
    }
}
