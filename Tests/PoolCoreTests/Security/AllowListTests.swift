// SPDX-License-Identifier: Apache-2.0
import PoolCore
import Testing

@Suite struct AllowListTests {
    static let one = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
    static let two = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

    func read(_ text: String) throws -> AllowList {
        try AllowList(Array(text.utf8), place: "allow-list")
    }

    func failure(_ text: String) -> SecurityError? {
        do throws(SecurityError) {
            _ = try AllowList(Array(text.utf8), place: "allow-list")
        } catch { return error }
        return nil
    }

    @Test func linesCommentsAndBlanksAreRead() throws {
        let list = try read(
            "# ours\n\n  worker\track1  \(Self.one)\r\n   # indented\nclient ann \(Self.two)")
        #expect(list.peers.count == 2)
        #expect(list.peer(named: "rack1")?.role == .worker)
        #expect(list.peer(named: "rack1")?.key.description == Self.one)
        #expect(list.peer(named: "nobody") == nil)
        #expect(try read("").peers.isEmpty)
        #expect(try read(AllowList.header).peers.isEmpty)
    }

    @Test func aLineIsTheUserID() throws {
        let peer = try #require(try read("worker a \(Self.one)").peer(named: "a"))
        #expect(try read(peer.userID).peers.values.first == peer)
        #expect(peer.line == peer.userID)
    }

    @Test func aClientMayHaveTheJobsOfKeysBeforeIts() throws {
        let three = PublicKey(bytes: [UInt8](repeating: 3, count: 32))!
        let list = try read("client ann-3 \(Self.one)\towns  \(Self.two) \(three)\r\n")
        let ann = try #require(list.peer(named: "ann-3"))
        #expect(ann.earlier == [PublicKey(Self.two)!, three])
        // An earlier key alone lets nobody in.
        #expect(list.peers.count == 1 && list.peers[three] == nil)
        #expect(try read(ann.line) == list)
        #expect(ann.userID == "client ann-3 \(Self.one)")
    }

    @Test(arguments: [
        ("worker a", "2 words"), ("worker a \(one) # me", "5 words"),
        ("wroker a \(one)", "unknown role"), ("worker ../a \(one)", "not a name"),
        ("worker \(String(repeating: "a", count: 65)) \(one)", "not a name"),
        ("worker a \(one.dropLast())", "not a public key"),
        ("worker a \(one.dropLast())\"", "not a public key"),
        ("worker a \(String(repeating: "#", count: 40))", "not a public key"),
        ("client a \(one) owns", "4 words"), ("client a \(one) has \(two)", "5 words"),
        ("client a \(one) owns \(two) bob", "not a public key after `owns`"),
        ("worker a \(one) owns \(two)", "the role worker owns no jobs"),
        ("administrator a \(one) owns \(two)", "the role administrator owns no jobs"),
        (
            "client a \(one) owns" + String(repeating: " " + two, count: 17),
            "17 keys after `owns`"
        ),
        ("worker b \(one)\nworker a \(one)", "the key of a stands on line 2 already"),
        ("worker a \(one)\nclient a \(two)", "a stands on line 2 already"),
    ])
    func wrongLinesAreNamed(text: String, message: String) throws {
        let error = try #require(failure("# first\n" + text))
        #expect(error.message.contains(message))
        #expect(error.line == 1 + text.split(separator: "\n").count)
        #expect(error.description.hasPrefix("allow-list:\(error.line ?? 0): "))
        #expect(!error.remedy.isEmpty)
    }

    /// RFC 32's example.
    @Test func z85HasItsKnownAnswer() throws {
        let bytes: [UInt8] = [0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B]
        let key = try #require(PublicKey(bytes: bytes + bytes + bytes + bytes))
        #expect(key.description == String(repeating: "HelloWorld", count: 4))
        #expect(PublicKey(key.description) == key)
        #expect(PublicKey(bytes: bytes) == nil && PublicKey("HelloWorld") == nil)
    }

    @Test func z85OfExtremesRoundTrips() throws {
        for byte in UInt8.min...UInt8.max {
            let key = try #require(PublicKey(bytes: [UInt8](repeating: byte, count: 32)))
            #expect(PublicKey(key.description) == key)
        }
        #expect(
            PublicKey(String(repeating: "%nSc0", count: 8))?.bytes.allSatisfy { $0 == 255 } == true)
        #expect(PublicKey(String(repeating: "%nSc1", count: 8)) == nil)
    }

    /// Damaged lists are read or refused; they never trap, and never let in a key that no undamaged
    /// line named unless the damage itself spells a line.
    @Test func damagedListsNeverTrap() throws {
        let good = Array("# x\nworker a \(Self.one)\nclient b \(Self.two)\n".utf8)
        var random = SeededBits(state: 7)
        var (read, refused) = (0, 0)
        for _ in 0..<50_000 {
            var bytes = good
            for _ in 0...random.below(4) where !bytes.isEmpty {
                let at = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
                default: bytes = Array(bytes.prefix(at))
                }
            }
            do throws(SecurityError) {
                let list = try AllowList(bytes, place: "x")
                #expect(list.peers.count <= 2)
                read += 1
            } catch { refused += 1 }
        }
        #expect(read > 1_000 && refused > 10_000)
    }
}
