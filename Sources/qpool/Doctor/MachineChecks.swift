// SPDX-License-Identifier: Apache-2.0
import Endpoints
import Foundation
import PoolCore
import PoolRuntime
import Reports

/// What a machine must have, whatever pool it belongs to.
struct MachineChecks {
    /// The coordinator's file, as `--store` would name it.
    var store: String
    /// The command that runs plug-ins.
    var python: String

    /// Memory below which jobs of usual size do not fit.
    private static let leastMemory: UInt64 = 256 << 20
    /// Descriptors below which a coordinator serves few workers.
    private static let fewDescriptors = 1_024
    /// Bytes of disk below which a store soon stands still.
    private static let leastDisk: UInt64 = 1_000_000_000
    /// File systems over a network: their locks are not to be relied on.
    private static let remoteKinds = ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "lustre"]

    func run(into findings: inout Findings) {
        for finding in [
            program, cores, memory, descriptors, clock, locale, storeFolder, plugins, texts,
        ] {
            findings.add(finding)
        }
    }

    /// The program that a shell would find.
    private var program: Finding {
        let own = Machine.executablePath
        let words = "qpool \(Release.version), \(own)"
        let folders = (Settings.variable("PATH") ?? "").split(separator: ":")
        let first = folders.map { "\($0)/qpool" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        func whole(_ path: String) -> String {
            URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        }
        guard let first, whole(first) != whole(own) else { return .ok("program", words) }
        return Finding(
            check: "program", state: .warning, words: "\(words); a shell starts \(first)",
            remedy: "remove one of the two, or put the right folder first in PATH")
    }

    private var cores: Finding {
        let cores = Machine.coreCount
        do {
            let threads = try Settings.threads(flag: nil)
            guard threads.value > cores else {
                return .ok("cores", "\(threads.value) threads, by \(threads.source)")
            }
            return Finding(
                check: "cores", state: .warning,
                words: "\(threads.value) threads on \(cores) cores, by \(threads.source)",
                remedy: "more threads than cores make nothing faster")
        } catch {
            return Finding(
                check: "cores", state: .fault, words: "\(error)",
                remedy: "mend QPOOL_THREADS or the configuration")
        }
    }

    private var memory: Finding {
        let bytes = Machine.memoryBytes
        let words = "\(Figures.bytes(Double(bytes))) may be used"
        guard bytes < Self.leastMemory else { return .ok("memory", words) }
        return Finding(
            check: "memory", state: .warning, words: words,
            remedy: "give the container or control group more, or keep `memory:` of jobs small")
    }

    private var descriptors: Finding {
        let count = Descriptors.raiseLimit()
        let words = "\(count) files and connections at once"
        guard count < Self.fewDescriptors else { return .ok("descriptors", words) }
        return Finding(
            check: "descriptors", state: .warning, words: words,
            remedy: "a coordinator needs one a worker: raise the hard limit (`ulimit -Hn`)")
    }

    /// A clock that was never set stands before the program was built.
    private var clock: Finding {
        let now = Date()
        let built =
            (try? FileManager.default.attributesOfItem(atPath: Machine.executablePath))?[
                .modificationDate] as? Date
        let words = now.formatted(.iso8601)
        // A day: file times may come from another machine's zone.
        guard let built, now < built.addingTimeInterval(-86_400) else { return .ok("clock", words) }
        return Finding(
            check: "clock", state: .fault,
            words: "\(words) is before this program was made, \(built.formatted(.iso8601))",
            remedy:
                "set it (`timedatectl set-ntp true`): certificates of endpoints are refused else")
    }

    private var locale: Finding {
        let named = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { Settings.variable($0) }.first
        let isUTF8 =
            named.map { $0.uppercased().replacing("-", with: "").contains("UTF8") } ?? false
        let terminal = Settings.variable("TERM") ?? "not set"
        let words = "\(named ?? "no locale"), TERM \(terminal), \(Terminal.width) columns"
        guard Terminal.isInteractive, !isUTF8 else { return .ok("terminal", words) }
        return Finding(
            check: "terminal", state: .warning, words: words,
            remedy: "export LANG=C.UTF-8, or bars and intervals are drawn as garbage")
    }

    /// A store is made where the coordinator's would be, and used.
    private var storeFolder: Finding {
        let folder = URL(fileURLWithPath: store).deletingLastPathComponent().path
        func fault(_ words: String, _ remedy: String) -> Finding {
            Finding(check: "store", state: .fault, words: words, remedy: remedy)
        }
        let trial = folder + "/.qpool-doctor-" + Machine.newID() + ".sqlite"
        defer {
            for ending in ["", "-wal", "-shm", ".lock", ".commits", ".working"] {
                try? FileManager.default.removeItem(atPath: trial + ending)
            }
        }
        do throws(PoolFailure) {
            try SQLiteStore(path: trial).close()
        } catch {
            return fault(
                "no store can be made in \(folder): \(error.message)",
                "let this user write there, or name another file: qpool coordinator --store FILE")
        }
        if let kind = Mounts.kind(of: folder), Self.remoteKinds.contains(kind) {
            return fault(
                "\(folder) is on a network file system (\(kind)), whose locks are not to be relied on",
                "put the store on a disk of this machine")
        }
        let free =
            (try? FileManager.default.attributesOfFileSystem(forPath: folder))?[.systemFreeSize]
            as? NSNumber
        let bytes = free?.uint64Value ?? 0
        let words = "\(folder) can be written, \(Figures.bytes(Double(bytes))) are free"
        guard bytes < Self.leastDisk else { return .ok("store", words) }
        return Finding(
            check: "store", state: .warning, words: words,
            remedy: "make room: a coordinator whose disk is full hands out no work")
    }

    /// Python with NumPy, which plug-ins of the client need.
    private var plugins: Finding {
        let outcome = Trial.run(
            [
                python, "-c",
                "import sys, numpy; print('Python', sys.version.split()[0], 'with NumPy', numpy.__version__)",
            ])
        switch outcome {
        case .ended(0, let said): return .ok("plug-ins", said)
        case .ended(_, let said) where said.contains("numpy"):
            return Finding(
                check: "plug-ins", state: .warning, words: "\(python) has no NumPy",
                remedy: "functions in Python need it: pip install numpy")
        default:
            return Finding(
                check: "plug-ins", state: .absent, words: "there is no \(python)",
                remedy: "only jobs with functions in Python need it")
        }
    }

    private var texts: Finding {
        guard EndpointTexts.canAsk else {
            return Finding(
                check: "texts", state: .absent, words: "libcurl cannot be loaded",
                remedy: "jobs that draw texts need it (Debian: apt-get install libcurl4)")
        }
        do {
            let journal = try Settings.journal(flag: nil)
            // The folder is made when the first text is kept: the nearest one that is there decides.
            var folder = URL(fileURLWithPath: journal.value)
            while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
                folder = folder.deletingLastPathComponent()
            }
            guard FileManager.default.isWritableFile(atPath: folder.path) else {
                return Finding(
                    check: "texts", state: .warning,
                    words: "\(folder.path) cannot be written, and paid texts would be kept in it",
                    remedy: "name another folder: --journal or QPOOL_JOURNAL")
            }
            return .ok("texts", "libcurl is there; paid texts are kept in \(journal.value)")
        } catch {
            return Finding(
                check: "texts", state: .fault, words: "\(error)",
                remedy: "mend the configuration")
        }
    }
}

/// What is mounted where.
enum Mounts {
    /// The kind of the file system that a folder is on, as `ext4`; nil where the system does not say.
    static func kind(of folder: String) -> String? {
        guard let bytes = FileManager.default.contents(atPath: "/proc/self/mounts") else {
            return nil
        }
        let whole = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        var best: (length: Int, kind: String)?
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 3 else { continue }
            let point = words[1].replacing("\\040", with: " ")
            let isAbove = whole == point || point == "/" || whole.hasPrefix(point + "/")
            // Of equal ones the later lies over the earlier.
            if isAbove, point.count >= best?.length ?? 0 { best = (point.count, String(words[2])) }
        }
        return best?.kind
    }
}

/// A command that is tried.
enum Trial {
    enum Outcome {
        case ended(Int32, String)
        case notStarted
    }

    /// Runs a command and gives its status with the last line that it said.
    static func run(_ command: [String]) -> Outcome {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        do { try process.run() } catch { return .notStarted }
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let line = said.split(separator: "\n").last.map(String.init) ?? ""
        return .ended(process.terminationStatus, line)
    }
}
