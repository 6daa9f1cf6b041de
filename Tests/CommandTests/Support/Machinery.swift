// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Runs a program of the system; true where it ended with status 0.
@discardableResult
func system(_ command: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}

/// Runs a program of the system to its end: its status, and what it wrote, both streams together.
func output(
    _ command: [String], environment: [String: String] = [:]
) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}

/// A file system of a few megabytes in memory, unmounted with the value.
final class SmallDisk {
    static let isAllowed = geteuid() == 0 && system("unshare", "--mount", "true")
    static let reason: Comment = "mounting needs root and CAP_SYS_ADMIN"

    let path: String

    init(_ path: String, megabytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try #require(system("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path))
    }

    /// Takes all that is left.
    func fill() { system("dd", "if=/dev/zero", "of=\(path)/filler", "bs=4k", "count=1000000") }

    func free() throws { try FileManager.default.removeItem(atPath: path + "/filler") }

    /// No more writing.
    func makeReadOnly() throws { try #require(system("mount", "-o", "remount,ro", path)) }

    deinit { system("umount", "--lazy", path) }
}

/// Two network namespaces with a cable between them, removed with the value.
///
/// No packet leaves them: the cable joins nothing else.
final class NetworkPair {
    static let isAllowed: Bool = {
        guard geteuid() == 0, let pair = try? NetworkPair() else { return false }
        return system("ip", "netns", "exec", pair.near, "true")
    }()
    static let reason: Comment =
        "network namespaces need root, CAP_NET_ADMIN and iproute2 (`ops/setup --tests`)"

    struct NotMade: Error {}

    let near: String
    let far: String
    /// The near end's address.
    let address = "10.213.7.1"

    init() throws {
        let name = "qpool-\(getpid())-\(UUID().uuidString.prefix(4))"
        near = name + "-a"
        far = name + "-b"
        guard system("ip", "netns", "add", near), system("ip", "netns", "add", far),
            system(
                "ip", "-n", near, "link", "add", "cable", "type", "veth", "peer", "name", "cable",
                "netns", far),
            system("ip", "-n", near, "address", "add", "10.213.7.1/30", "dev", "cable"),
            system("ip", "-n", far, "address", "add", "10.213.7.2/30", "dev", "cable")
        else { throw NotMade() }
        for end in [near, far] {
            guard system("ip", "-n", end, "link", "set", "lo", "up"),
                system("ip", "-n", end, "link", "set", "cable", "up")
            else { throw NotMade() }
        }
    }

    /// What goes before a command that runs at one end.
    func at(_ end: String) -> [String] { ["ip", "netns", "exec", end] }

    /// Pulls the far plug: packets are lost without a word.
    func cut() throws { try #require(system("ip", "-n", far, "link", "set", "cable", "down")) }

    func mend() throws { try #require(system("ip", "-n", far, "link", "set", "cable", "up")) }

    deinit {
        system("ip", "netns", "delete", near)
        system("ip", "netns", "delete", far)
    }
}
