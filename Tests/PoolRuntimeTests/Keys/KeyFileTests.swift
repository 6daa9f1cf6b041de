// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import Testing
import ZeroMQ

@testable import PoolRuntime

/// A folder that goes with the test.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "qpool-keys-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }

    func setMode(_ mode: Int, _ name: String) throws {
        try FileManager.default.setAttributes(
            [.posixPermissions: mode], ofItemAtPath: "\(path)/\(name)")
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }

    func write(_ text: String, _ name: String, mode: Int = 0o600) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        try setMode(mode, name)
    }

    func keys(endpoint: String? = "tcp://pool.example.org:7411") throws -> CoordinatorKeys {
        try CoordinatorKeys.create(folder: path + "/keys", endpoint: endpoint)
        return try CoordinatorKeys.load(path + "/keys")
    }
}

func securityError<R>(_ body: () throws -> R) -> SecurityError? {
    do { _ = try body() } catch { return error as? SecurityError }
    return nil
}

@Suite struct KeyFileTests {
    @Test func madeFilesAreReadBackAndClosedToOthers() throws {
        let folder = try Folder()
        let keys = try folder.keys()
        #expect(keys.endpoint == "tcp://pool.example.org:7411" && keys.allowList.peers.isEmpty)
        let path = try keys.admit(.worker, name: "rack1")
        #expect(path == folder.path + "/keys/worker-rack1.yaml")
        let file = try ConnectionFile(path: path)
        #expect(file.role == .worker && file.name == "rack1" && file.endpoint == keys.endpoint)
        #expect(file.serverKey == keys.keys.publicKey)
        let peer = try CoordinatorKeys.load(folder.path + "/keys").allowList.peer(named: "rack1")
        #expect(peer?.key.bytes == file.keys.publicKey.bytes)
        #expect(peer?.key.description == file.keys.publicKey.z85)
        #expect(try folder.mode("keys") == 0o700)
        #expect(try folder.mode("keys/coordinator.yaml") == 0o600)
        #expect(try folder.mode("keys/worker-rack1.yaml") == 0o600)
        #expect(try folder.mode("keys/allow-list") & 0o022 == 0)
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o666, 0o644])
    func secretsOthersMayReadAreRefusedWithTheRemedy(mode: Int) throws {
        let folder = try Folder()
        let path = try folder.keys().admit(.client, name: "ann")
        try folder.setMode(mode, "keys/client-ann.yaml")
        let error = securityError { try ConnectionFile(path: path) }
        #expect(error?.code == .mode && error?.remedy == "chmod 600 \(path)")
        try folder.setMode(mode, "keys/coordinator.yaml")
        let other = securityError { try CoordinatorKeys.load(folder.path + "/keys") }
        #expect(other?.code == .mode && other?.remedy.hasPrefix("chmod 600 ") == true)
    }

    @Test func anAllowListOthersMayWriteIsRefused() throws {
        let folder = try Folder()
        let keys = try folder.keys()
        try folder.setMode(0o664, "keys/allow-list")
        #expect(securityError { try CoordinatorKeys.load(keys.folder) }?.code == .mode)
        #expect(securityError { try keys.admit(.worker, name: "a") }?.code == .mode)
    }

    @Test func nothingIsOverwrittenAndAFailureLeavesNothing() throws {
        let folder = try Folder()
        let keys = try folder.keys()
        let before = try folder.read("keys/coordinator.yaml")
        #expect(
            securityError { try CoordinatorKeys.create(folder: keys.folder, endpoint: nil) }?.code
                == .taken)
        #expect(try folder.read("keys/coordinator.yaml") == before)
        _ = try keys.admit(.worker, name: "a")
        let list = try folder.read("keys/allow-list")
        #expect(securityError { try keys.admit(.client, name: "a") }?.code == .taken)
        #expect(
            securityError {
                try keys.admit(.worker, name: "b", path: keys.folder + "/worker-a.yaml")
            }?
            .code == .taken)
        #expect(
            securityError { try keys.admit(.worker, name: "b", path: "/nowhere/b") }?.code == .file)
        #expect(securityError { try keys.admit(.worker, name: "../b") }?.code == .usage)
        #expect(try folder.read("keys/allow-list") == list)
        #expect(!FileManager.default.fileExists(atPath: keys.folder + "/client-a.yaml"))
        #expect(securityError { try CoordinatorKeys.load(folder.path + "/none") }?.code == .file)
        #expect(securityError { try ConnectionFile(path: folder.path) }?.code == .file)
    }

    @Test func aHandEditedListWithoutItsLastNewlineGrowsByALine() throws {
        let folder = try Folder()
        let keys = try folder.keys()
        _ = try keys.admit(.worker, name: "a")
        let list = try folder.read("keys/allow-list")
        try folder.write(String(list.dropLast()), "keys/allow-list", mode: 0o644)
        _ = try keys.admit(.worker, name: "b")
        #expect(try CoordinatorKeys.load(keys.folder).allowList.peers.count == 2)
    }

    @Test func aKeyWithoutEndpointNeedsOneForItsPeers() throws {
        let folder = try Folder()
        let keys = try folder.keys(endpoint: nil)
        #expect(
            securityError { try keys.admit(.worker, name: "a") }?.remedy.contains("--endpoint")
                == true)
        let path = try keys.admit(.worker, name: "a", endpoint: "tcp://10.1.2.3:99")
        #expect(try ConnectionFile(path: path).endpoint == "tcp://10.1.2.3:99")
    }

    @Test func aNewKeyIsMadeWithTheJobsOfEarlierOnes() throws {
        let folder = try Folder()
        let keys = try folder.keys()
        func peer(_ name: String) throws -> PeerIdentity {
            try #require(try CoordinatorKeys.load(keys.folder).allowList.peer(named: name))
        }
        _ = try keys.admit(.client, name: "ann")
        let first = try peer("ann").key
        _ = try keys.admit(.client, name: "ann-2", owns: ["ann"])
        let second = try peer("ann-2").key
        #expect(try peer("ann-2").earlier == [first])
        // The first one's line is gone; what it owned comes along all the same.
        let list = try folder.read("keys/allow-list")
        try folder.write(
            list.split(separator: "\n").filter { !$0.hasPrefix("client ann ") }
                .joined(separator: "\n"), "keys/allow-list", mode: 0o644)
        _ = try keys.admit(.client, name: "ann-3", owns: ["ann-2"])
        #expect(try peer("ann-3").earlier == [second, first])
        _ = try keys.admit(.client, name: "ann-4", owns: ["\(first)", "\(second)"])
        #expect(try peer("ann-4").earlier == [first, second])

        _ = try keys.admit(.worker, name: "w")
        let before = try folder.read("keys/allow-list")
        for (role, owns) in [
            (Role.client, "nobody"), (.client, "w"), (.client, "\(try peer("w").key)"),
            (.worker, "ann-2"),
        ] {
            let error = securityError { try keys.admit(role, name: "x", owns: [owns]) }
            #expect(error?.remedy.isEmpty == false, "\(role) owns \(owns)")
        }
        #expect(try folder.read("keys/allow-list") == before)
        #expect(!FileManager.default.fileExists(atPath: keys.folder + "/client-x.yaml"))
    }

    @Test func theSamePeerByAnotherWay() throws {
        let folder = try Folder()
        let path = try folder.keys().admit(.client, name: "ann")
        let file = try ConnectionFile(path: path)
        var other = file
        other.endpoint = "tcp://127.0.0.1:9"
        try other.write(to: folder.path + "/here.yaml")
        let read = try ConnectionFile(path: folder.path + "/here.yaml")
        #expect(read == other && read.keys == file.keys && read.endpoint != file.endpoint)
        #expect(try folder.mode("here.yaml") == 0o600)
        #expect(securityError { try other.write(to: folder.path + "/here.yaml") }?.code == .taken)
        other.endpoint = "tcp://*:9"
        #expect(securityError { try other.write(to: folder.path + "/no.yaml") }?.code == .usage)
    }

    @Test(arguments: [
        "tcp://*:1", "tcp://0.0.0.0:5", "tcp://host", "tcp://:5", "tcp://host:0", "tcp://h:65536",
        "tcp://h:x", "http://h:1", "tcp://h\":1", "tcp://h h:1", "", "tcp://", "tcp://h:１",
    ])
    func whatNobodyCanConnectToIsNoEndpoint(text: String) throws {
        #expect(securityError { try Endpoint.check(text, place: "x") }?.code == .usage)
    }

    @Test func mixedUpKeysAreSeen() throws {
        let folder = try Folder()
        let keys = try folder.keys()
        _ = try keys.admit(.worker, name: "a")
        let text = try folder.read("keys/worker-a.yaml")
        let file = try ConnectionFile(path: keys.folder + "/worker-a.yaml")
        let other = try CurveKeyPair.generate().publicKey.z85
        try folder.write(
            text.replacingOccurrences(of: file.keys.publicKey.z85, with: other), "mixed.yaml")
        let error = securityError { try ConnectionFile(path: folder.path + "/mixed.yaml") }
        #expect(error?.message.contains("does not belong") == true && error?.line == 8)
    }

    @Test func jsonIsAConnectionFileToo() throws {
        let folder = try Folder()
        let pair = try CurveKeyPair.generate()
        try folder.write(
            """
            {"version": 1, "role": "client", "name": "ann", "endpoint": "tcp://h:1",
             "server-key": "\(pair.publicKey.z85)", "public-key": "\(pair.publicKey.z85)",
             "secret-key": "\(pair.revealSecretZ85())"}
            """, "ann.json")
        #expect(try ConnectionFile(path: folder.path + "/ann.json").keys == pair)
    }

    /// Damaged key files are read or refused with a place; they never trap, and no error shows
    /// the secret.
    @Test func damagedKeyFilesNeverTrapNorTell() throws {
        let folder = try Folder()
        let path = try folder.keys().admit(.worker, name: "a")
        let good = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        let secret = try ConnectionFile(path: path).keys.revealSecretZ85()
        var random = Damage(state: 20_261_120)
        var (read, refused) = (0, 0)
        for _ in 0..<5_000 {
            let bytes = random.damage(good)
            do throws(SecurityError) {
                _ = try ConnectionFile(bytes, path: "x")
                read += 1
            } catch {
                refused += 1
                #expect(error.place == "x" && !error.remedy.isEmpty)
                #expect(!error.description.contains(secret.prefix(8)))
            }
        }
        #expect(read > 100 && refused > 1_000)
    }
}

@Suite struct ConnectionTests {
    @Test func flagThenEnvironmentThenTheUsualAddress() throws {
        let usual = try ConnectionFile.resolve(flag: nil, environment: [:])
        #expect(usual.endpoint == Endpoint.usual && usual.security == .plain())
        #expect(usual.identity == nil && usual.warning == nil)
        let both = try ConnectionFile.resolve(
            flag: "tcp://127.0.0.1:1", environment: ["QPOOL_CONNECT": "tcp://127.0.0.1:2"])
        #expect(both.endpoint == "tcp://127.0.0.1:1")
        let variable = try ConnectionFile.resolve(
            flag: nil, environment: ["QPOOL_CONNECT": "tcp://127.0.0.1:2"])
        #expect(variable.endpoint == "tcp://127.0.0.1:2")
        #expect(
            try ConnectionFile.resolve(flag: nil, environment: ["QPOOL_CONNECT": ""]) == usual)
    }

    @Test func aFileMeansEncryption() throws {
        let folder = try Folder()
        let keys = try folder.keys()
        let path = try keys.admit(.administrator, name: "root")
        let connection = try ConnectionFile.resolve(
            flag: nil, environment: ["QPOOL_CONNECT": path])
        let file = try ConnectionFile(path: path)
        #expect(connection.endpoint == keys.endpoint)
        #expect(connection.identity == "administrator root" && connection.role == .administrator)
        #expect(
            connection.security
                == .curveClient(CurveClient(serverKey: keys.keys.publicKey, keys: file.keys)))
    }

    @Test func plainTCPBeyondThisMachineMustBeWantedAndWarns() throws {
        let far = "tcp://coordinator:7411"
        let error = securityError { try ConnectionFile.resolve(flag: far, environment: [:]) }
        #expect(error?.code == .plaintext && error?.remedy.contains("--allow-plaintext") == true)
        for connection in [
            try ConnectionFile.resolve(flag: far, environment: [:], allowPlaintext: true),
            try ConnectionFile.resolve(flag: far, environment: ["QPOOL_ALLOW_PLAINTEXT": "1"]),
        ] {
            #expect(connection.endpoint == far && connection.warning?.contains("plain TCP") == true)
        }
        #expect(
            securityError { try ConnectionFile.resolve(flag: "nowhere.yaml", environment: [:]) }?
                .code == .file)
    }
}

/// A seeded source of damage.
struct Damage {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(3) where !bytes.isEmpty {
            let at = below(bytes.count)
            switch below(5) {
            case 0: bytes[at] = UInt8(truncatingIfNeeded: next())
            case 1: bytes.remove(at: at)
            case 2: bytes.insert(Array("{}[]&*!|>\"'%@`#:- \n\t\0".utf8)[below(20)], at: at)
            case 3:
                bytes.insert(contentsOf: bytes[at...].prefix(below(200)), at: below(bytes.count))
            default: bytes = Array(bytes.prefix(at))
            }
        }
        return bytes
    }
}
