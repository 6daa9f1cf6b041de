# SPDX-License-Identifier: Apache-2.0
"""Who sends malformed messages, for malformed.py: connections of libzmq, bare TCP that breaks ZMTP itself, and
processes of both."""
import collections
import os
import socket
import struct
import time

import poolwire as wire
from damage import Damage, OF_CLIENTS, OF_COORDINATORS, OF_WORKERS, prelude
from libzmq import Dealer, Library

clock = time.perf_counter

class Bare:
    """Bare TCP: what breaks ZMTP itself."""

    def __init__(self, damage, address, hello):
        self.damage, self.address = damage, address
        # With keys: a CURVE client's first command, as libzmq sent it once.
        self.hello = hello
        self.greeting = wire.GREETING.replace(b"NULL\0", b"CURVE") if hello else wire.GREETING
        self.opening = hello or wire.READY
        self.held = collections.deque()

    def visit(self):
        """One connection; returns frames and bytes that were taken."""
        chance, choice = self.damage.random.random, self.damage.random.choice
        try:
            peer = socket.create_connection(self.address, timeout=2)
        except OSError:
            return 0, 0
        if chance() < 0.5:
            # Hang up with a reset rather than an end.
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.settimeout(0.2)
        pieces = choice(self.WAYS)(self)
        frames = sent = 0
        try:
            for data in pieces:
                peer.sendall(data)
                frames += 1
                sent += len(data)
        except OSError:
            pass
        if chance() < 0.1:
            self.held.append(peer)
            if len(self.held) > 8:
                self.held.popleft().close()
        else:
            peer.close()
        return frames, sent

    def no_greeting(self):
        return [self.damage.some(self.damage.random.choice((1, 9, 10, 63, 64, 65, 700)))]

    def old_greeting(self):
        return [self.damage.random.choice((
            b"\x01\x00", b"\x09\x00" + b"identity" + b"\x02\x00a",
            b"\xff" + bytes(8) + b"\x7f\x01\x05\x00\x00", b"\xff" + bytes(8) + b"\x7f\x01\x06\x00\x05abcde",
            b"\xff" + b"\xff" * 8 + b"\x7f\x02", b"GET / HTTP/1.1\r\nHost: pool\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)))]

    def wrong_greeting(self):
        return [self.damage.bytes(self.greeting), self.opening]

    def other_mechanism(self):
        name = self.damage.random.choice((b"NULL", b"PLAIN", b"CURVE", b"GSSAPI", b"", b"X" * 20))
        plain = wire.frame(b"\x05HELLO\x01a\x01b", 4)
        return [wire.GREETING[:12] + name.ljust(20, b"\0") + wire.GREETING[32:], plain, wire.READY]

    def half(self):
        whole = self.greeting + self.opening
        return [whole[:self.damage.random.randrange(len(whole))]]

    def wrong_opening(self):
        names = (b"READY", b"HELLO", b"INITIATE", b"WELCOME", b"ERROR", b"MESSAGE", b"", b"N" * 255)
        name = self.damage.random.choice(names)
        rest = self.damage.some(self.damage.random.choice((0, 1, 64, 194, 200, 1000)))
        body = self.damage.bytes(self.opening) if len(name) > 7 else bytes([len(name)]) + name + rest
        return [self.greeting, wire.frame(body, 4)]

    def wrong_properties(self):
        def one(name, value, length=None):
            length = len(value) if length is None else length
            return bytes([len(name)]) + name + struct.pack(">I", length) + value
        random, some = self.damage.random, self.damage.some
        socket_type = random.choice((b"DEALER", b"PUB", b"ROUTER", b"REQ", b"", some(300)))
        ready = b"\x05READY" + one(b"Socket-Type", socket_type)
        # An id that begins with 0 is the ROUTER's to give.
        ready += random.choice((
            one(b"Identity", some(random.choice((1, 255, 256, 4000)))), one(b"Identity", b"\0" + some(4)),
            one(b"Identity", b"x", random.choice((0, 2, 2**31 - 1, 2**31, 2**32 - 1))), one(b"", b"") * 300,
            one(b"Resource", some(900)), one(b"Socket-Type", b"PAIR"), b"\xff", some(50)))
        return [self.greeting, wire.frame(ready, 4)] + [self.good() for _ in range(3)]

    def good(self):
        frames = self.damage.message(OF_CLIENTS + OF_WORKERS)
        return b"".join(wire.frame(data[:2000], 1 if place < len(frames) - 1 else 0)
                        for place, data in enumerate(frames))

    def inside(self, pieces):
        """After the handshake; with keys that is before it, where frames are no better."""
        return [self.greeting + self.opening] + pieces

    def long_length(self):
        length = self.damage.random.choice((2**28 + 1, 2**31, 2**32, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 1))
        return self.inside([self.good(), b"\x02" + struct.pack(">Q", length) + self.damage.some(500)])

    def wrong_flags(self):
        flags = self.damage.random.choice((5, 7, 8, 16, 32, 64, 128, 255))
        return self.inside([self.good(), wire.frame(b"abc", flags), self.good()])

    def commands(self):
        random, some = self.damage.random, self.damage.some
        names = (b"\x04PING\xff\xff", b"\x04PING\0\0" + some(200), b"\x04PONG", b"\x05ERROR\xff", b"\x05READY",
                 b"\x09SUBSCRIBEabc", b"\x06CANCELabc", b"\xffshort", b"", b"\x07MESSAGE\0" + some(40))
        return self.inside([wire.frame(random.choice(names), 4) for _ in range(12)])

    def cut_short(self):
        return self.inside([self.good(), self.good()[:-1]])

    def flipped(self):
        return self.inside([self.good() for _ in range(10)]
                           + [self.damage.bytes(self.good()) for _ in range(10)])

    def no_end(self):
        count = self.damage.random.choice((10, 60))
        return self.inside([wire.frame(self.damage.some(200), 1)] * count)

    def one_by_one(self):
        return self.inside([bytes([byte]) for byte in self.good()[:60]])

    WAYS = (no_greeting, old_greeting, wrong_greeting, other_mechanism, half, wrong_opening, wrong_properties,
            long_length, wrong_flags, commands, cut_short, flipped, flipped, no_end, one_by_one)


def curve_hello(keys):
    """A CURVE client's first command, recorded at a listener that says no more than its greeting."""
    library = Library()
    listener = socket.create_server(("127.0.0.1", 0))
    dealer = Dealer(library, f"tcp://127.0.0.1:{listener.getsockname()[1]}", keys)
    peer, _ = listener.accept()
    peer.settimeout(10)
    peer.sendall(wire.GREETING[:12] + b"CURVE".ljust(20, b"\0") + b"\1" + bytes(31))
    data = b""
    while len(data) < 64 + 202:
        data += peer.recv(4096)
    for end in (peer, listener):
        end.close()
    dealer.close()
    library.end()
    return data[64:64 + 202]


# ---- who attacks

COUNTS = ("messages", "bytes", "bare", "visits", "large", "opened", "strangers", "answers", "lies")


class Attacker:
    """One connection at a time, under the rules of its kind."""

    def __init__(self, pack, manner, role, keys):
        self.pack, self.manner, self.keys = pack, manner, keys
        own, other = (OF_WORKERS, OF_CLIENTS) if role == "worker" else (OF_CLIENTS, OF_WORKERS)
        # Mostly what its role may send; some that it may not, and what only a coordinator sends.
        self.kinds = own * 8 + other + OF_COORDINATORS
        self.role = role
        self.next = 0.0
        self.dealer = None
        self.waiting = None

    def open(self):
        self.dealer = Dealer(self.pack.library, self.pack.endpoint, self.keys)
        self.pack.counts["opened"] += 1
        if self.role == "worker":
            fields, _ = self.pack.damage.honest[wire.HELLO][0]
            self.waiting = (self.hello() if self.manner == "liar"
                            else [prelude(wire.HELLO), b"".join(fields), b""])

    def turn(self, now):
        """Sends what it may; True where it got rid of something."""
        pack = self.pack
        if self.dealer is None:
            self.open()
        if self.manner == "stranger":
            if now >= self.next:
                self.next = now + 0.1
                self.dealer.close()
                self.open()
                pack.counts["strangers"] += 1
            self.waiting = None
            return self.dealer.send(pack.damage.message(self.kinds))
        if self.manner in ("gentle", "liar"):
            if now < self.next:
                return False
            self.next = now + pack.pause
        if self.manner == "liar":
            return self.lie()
        sent = 0
        for _ in range(1 if self.manner == "gentle" else 16):
            frames = self.waiting or pack.damage.message(self.kinds)
            if not self.tell(frames):
                self.waiting = frames
                break
            self.waiting = None
            sent += 1
        if self.manner != "deaf":
            pack.counts["answers"] += self.dealer.drain(200) // 3
        if sent and pack.damage.random.random() < (0.002 if self.manner == "gentle" else 0.01):
            # What is queued is still sent, where there is a second for it.
            self.dealer.close(1000)
            self.dealer = None
        return sent > 0


    def lie(self):
        """Takes leases, and answers each with a partial that cannot be read."""
        pack, sent = self.pack, 0
        if self.waiting and not self.tell(self.waiting):
            return False
        self.waiting = None
        for _ in range(16):
            frames = self.dealer.receive(0)
            if not frames or len(frames) != 3:
                break
            pack.counts["answers"] += 1
            kind = struct.unpack("<2sHH", frames[0])[2]
            if kind == wire.LEASE:
                lease = wire.fields(frames[1])
                _, payload = pack.damage.random.choice(pack.damage.honest[wire.PARTIAL])
                head = wire.header(
                    (1, lease[1]), (2, lease[2]), (3, lease.get(3, 0)), (4, lease[4]), (5, 10**9))
                # Never a whole one: what passes for a partial of somebody's job would be merged.
                sent += self.tell([prelude(wire.PARTIAL), head, pack.damage.random.choice(
                    (b"", payload[:-1], payload[:40], payload + b"\0", bytes(len(payload))))])
                pack.counts["lies"] += 1
            elif kind == wire.REFUSED:
                sent += self.tell(self.hello())
        return sent > 0

    def hello(self):
        """A worker that wants leases, under a name of its own."""
        _, *rest = self.pack.damage.honest[wire.HELLO][0][0]
        name = wire.header((1, f"liar-{self.pack.damage.random.getrandbits(40)}"))
        return [prelude(wire.HELLO), b"".join([name] + rest[1:]), b""]

    def tell(self, frames):
        if not self.dealer.send(frames):
            return False
        self.pack.counts["messages"] += 1
        self.pack.counts["bytes"] += sum(map(len, frames))
        return True


class Pack:
    """A process of attackers."""

    def __init__(self, endpoint, address, honest, seed, people, pause, hello):
        self.library = Library()
        self.endpoint, self.pause = endpoint, pause
        self.damage = Damage(seed, honest)
        self.counts = dict.fromkeys(COUNTS, 0)
        self.people = [Attacker(self, *person) for person in people]
        self.bare = Bare(self.damage, address, hello)

    def run(self, quota, share, report):
        """Until so many messages are sent, of which a share on bare connections."""
        while (done := self.counts["messages"] + self.counts["bare"]) < quota:
            now = clock()
            busy = False
            for person in self.people:
                busy |= person.turn(now)
            while self.counts["bare"] < share * done:
                frames, sent = self.bare.visit()
                self.counts["bare"] += frames
                self.counts["bytes"] += sent
                self.counts["visits"] += 1
                if not frames:
                    break
            self.counts["large"] = self.damage.large
            report(self.counts)
            if not busy:
                time.sleep(0.001)
        for person in self.people:
            if person.dealer:
                person.dealer.close(5000)
        self.library.end()


def pack_process(arguments, quota, share, shared, go):
    # What makes the load leaves the processors to what is measured.
    os.nice(10)
    pack = Pack(*arguments)

    def report(counts):
        shared[:] = list(counts.values())

    go.wait()
    pack.run(quota, share, report)
