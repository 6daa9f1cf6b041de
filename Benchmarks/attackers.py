# SPDX-License-Identifier: Apache-2.0
"""Messages that no honest peer sends, and who sends them; for malformed.py.

libzmq through ctypes, messages of every kind as honest peers send them, damage to them, bare TCP
connections that break ZMTP itself, and processes of attackers.
"""
import collections
import ctypes
import ctypes.util
import os
import random
import socket
import struct
import subprocess
import sys
import time

import poolwire as wire

clock = time.perf_counter

DRAIN, HAND_BACK, FETCH, JOB_TEXT, GOODBYE = 7, 9, 10, 11, 12
CANCEL_JOB, LIST, JOB_LIST, WORKERS, WORKER_LIST = 40, 42, 43, 44, 45
PRIORITY, EXTEND, RETRY, FORGET = 46, 48, 49, 50
OF_WORKERS = (wire.HELLO, wire.PARTIAL, wire.HEARTBEAT, DRAIN, HAND_BACK, FETCH, GOODBYE)
OF_CLIENTS = (wire.SUBMIT, wire.STATUS, wire.WATCH, wire.RESULT, CANCEL_JOB, LIST, WORKERS, PRIORITY, EXTEND,
              RETRY, FORGET)
OF_COORDINATORS = (wire.WELCOME, wire.REFUSED, wire.LEASE, wire.CANCEL, JOB_TEXT, wire.ACKNOWLEDGED,
                   wire.SUBMITTED, wire.STATUS_REPLY, wire.UPDATE, wire.RESULT_REPLY, JOB_LIST, WORKER_LIST,
                   wire.ERROR_REPLY)

SMALL = 'seed: 3\nbase: { normal: { dimension: 1 } }\nutility: "x[0]"\nquantile: 0.1\nsamples: 3e3\n'
# Runs as long as the attack does; nobody honest waits for it.
LONG = SMALL.replace("3e3", "1e13").replace("0.1", "1e-6")
TABLE = SMALL.replace("{ normal: { dimension: 1 } }", "{ empirical: { file: a.csv, columns: [a, b] } }")


# ---- libzmq

class Library:
    """libzmq through ctypes: what is needed of it, and no package."""

    def __init__(self):
        for name in ("libzmq.so.5", ctypes.util.find_library("zmq")):
            try:
                self.zmq = ctypes.CDLL(name) if name else None
            except OSError:
                continue
            break
        else:
            sys.exit("libzmq is not there: install libzmq5")
        pointer, number, size = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
        for name, result, arguments in (
                ("ctx_new", pointer, ()), ("ctx_term", number, (pointer,)),
                ("socket", pointer, (pointer, number)), ("close", number, (pointer,)),
                ("connect", number, (pointer, ctypes.c_char_p)),
                ("setsockopt", number, (pointer, number, pointer, size)),
                ("getsockopt", number, (pointer, number, pointer, pointer)),
                ("send", number, (pointer, pointer, size, number)),
                ("recv", number, (pointer, pointer, size, number)),
                ("poll", number, (pointer, number, ctypes.c_long)),
                ("curve_keypair", number, (pointer, pointer))):
            function = getattr(self.zmq, "zmq_" + name)
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        self.context = self.ctx_new()
        self.buffer = ctypes.create_string_buffer(1 << 16)

    def end(self):
        """Waits for what sockets that are closed may still send."""
        self.ctx_term(self.context)

    def pair(self):
        public, secret = (ctypes.create_string_buffer(41) for _ in range(2))
        self.curve_keypair(public, secret)
        return public.raw[:40], secret.raw[:40]


class PollItem(ctypes.Structure):
    _fields_ = [("socket", ctypes.c_void_p), ("fd", ctypes.c_int),
                ("events", ctypes.c_short), ("revents", ctypes.c_short)]


class Dealer:
    """A DEALER. It queues for finished handshakes only, so that whoever is refused sends nothing."""

    def __init__(self, library, endpoint, keys=None, most=100, routing_id=None):
        self.library = library
        self.socket = library.socket(library.context, 5)
        for option, value in ((17, 0), (23, most), (24, 1000), (18, 50), (39, 1)):
            self.set(option, struct.pack("i", value))
        if keys:
            server, public, secret = keys
            self.set(50, server + b"\0")
            self.set(48, public + b"\0")
            self.set(49, secret + b"\0")
        if routing_id:
            self.set(5, routing_id)
        library.connect(self.socket, endpoint.encode())
        self.item = PollItem(self.socket, 0, 1, 0)

    def set(self, option, value):
        if self.library.setsockopt(self.socket, option, value, len(value)) != 0:
            raise ValueError(f"libzmq does not take option {option}")

    def send(self, frames):
        """False where there is no room or no connection."""
        send, last = self.library.send, len(frames) - 1
        for place, data in enumerate(frames):
            if send(self.socket, data, len(data), 1 if place == last else 3) < 0:
                return False
        return True

    def drain(self, most):
        """Frames that had come."""
        recv, buffer = self.library.recv, self.library.buffer
        for count in range(most):
            if recv(self.socket, buffer, 64, 1) < 0:
                return count
        return most

    def receive(self, seconds):
        """The frames of a message, the first 64 KiB of each; None where none comes in time."""
        library = self.library
        if library.poll(ctypes.byref(self.item), 1, max(0, int(seconds * 1e3 + 0.999))) <= 0:
            return None
        frames, more, size = [], ctypes.c_int(1), ctypes.c_size_t(4)
        while more.value:
            count = library.recv(self.socket, library.buffer, 1 << 16, 1)
            if count < 0:
                return None
            frames.append(library.buffer.raw[:min(count, 1 << 16)])
            library.getsockopt(self.socket, 13, ctypes.byref(more), ctypes.byref(size))
        return frames

    def close(self, milliseconds=0):
        self.set(17, struct.pack("i", milliseconds))
        self.library.close(self.socket)


# ---- honest messages, of which the others are made

def prelude(kind, version=1):
    return struct.pack("<2sHH", b"QP", version, kind & 0xffff)


def parts(head):
    """A header's fields, each as its bytes."""
    out, place = [], 0
    while place < len(head):
        start, values = place, []
        for _ in range(2 if head[place] & 7 == 2 else 1):
            value = shift = 0
            while True:
                byte = head[place]
                place += 1
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
            values.append(value)
        wire_type = values[0] & 7
        if wire_type == 0:
            while head[place] > 127:
                place += 1
            place += 1
        else:
            place += {1: 8, 2: values[-1], 5: 4}[wire_type]
        out.append(head[start:place])
    return out


def record(folder):
    """What a real worker says and hears: {kind: [(header, payload)]}."""
    seen = collections.defaultdict(list)
    coordinator = wire.Coordinator(folder, "--in-memory", "--quiet", "--lease-samples", "256..256")
    tap = wire.Tap(coordinator.address, lambda _, upward, kind, *rest: seen[kind].append(rest))
    worker = subprocess.Popen([wire.find_qpool(), "worker", "--quiet", "--threads", "1", "--connect",
                               tap.endpoint], stderr=subprocess.DEVNULL)
    try:
        client = wire.Connection(coordinator.address)
        client.send(wire.SUBMIT, (1, 1), (2, "mutant-long"), (3, LONG))
        end = clock() + 30
        while not (len(seen[wire.PARTIAL]) > 60 and seen[wire.HEARTBEAT] and seen[wire.ACKNOWLEDGED]):
            if clock() > end:
                raise RuntimeError("a worker did not begin within 30 s")
            # What was sent early goes out when the other side's READY is read.
            collections.deque(client.receive(), 0)
            time.sleep(0.05)
    finally:
        for process in (worker, coordinator.process):
            process.kill()
            process.wait()
    return {kind: sorted(messages, key=lambda message: len(message[1]))[:8] for kind, messages in seen.items()}


def templates(recorded):
    """{kind: [(fields, payload)]}, of every kind there is."""
    field = wire.header
    failure = field((1, "invalid-job"), (2, "it is wrong"), (3, "mend it"))
    status = field((1, "mutant-0"), (2, "name"), (3, 2), (5, 1000), (6, 3000))
    table = field((1, "a.csv"), (2, "a"), (2, "b"), (3, 2), (4, 16))
    values = struct.pack("<32d", *range(32))
    ask = lambda *more: field((1, 7), (2, "mutant-0"), *more)
    made = {
        DRAIN: [field((1, "reason"))], HAND_BACK: [field((1, 7)), field((1, 7), (2, failure))],
        FETCH: [field((1, "mutant-long")), field((1, "mutant-0"))], GOODBYE: [field((1, "mutant"))],
        wire.STATUS: [ask(), field((1, 7), (2, "mutant-long"))],
        wire.WATCH: [ask((3, 10**9), (4, 10**10)), field((1, 7), (2, "mutant-long"), (3, 10**9), (4, 10**10))],
        wire.RESULT: [ask(), ask((3, 100))], CANCEL_JOB: [ask()], LIST: [field((1, 7), (2, 10))],
        WORKERS: [field((1, 7), (2, 10))], PRIORITY: [ask((3, 2))], EXTEND: [ask((3, 6000)), ask((4, 9))],
        RETRY: [ask(), ask((3, 1))], FORGET: [ask()],
        wire.REFUSED: [field((1, failure), (2, 1), (3, 1))], wire.CANCEL: [field((1, b"\7\10"))],
        wire.SUBMITTED: [field((1, 7), (2, status))], wire.STATUS_REPLY: [field((1, 7), (2, status))],
        wire.UPDATE: [field((1, 7), (2, status))], wire.RESULT_REPLY: [field((1, 7), (2, status))],
        JOB_LIST: [field((1, 7), (2, status), (3, 1))], WORKER_LIST: [field((1, 7), (2, status), (3, 1))],
        wire.ERROR_REPLY: [field((1, 7), (2, failure))],
    }
    found = {kind: [(parts(head), b"") for head in heads] for kind, heads in made.items()}
    found[wire.SUBMIT] = [
        (parts(ask((3, SMALL))), b""), (parts(ask((3, SMALL), (5, 2**64 - 3))), b""),
        (parts(field((1, 7), (2, "mutant-table"), (3, TABLE), (4, table))), values),
        (parts(ask((3, SMALL.replace("\n", " # a comment\n" * 8)))), b"")]
    for kind, messages in recorded.items():
        found.setdefault(kind, [])
        found[kind] += [(parts(head), payload) for head, payload in messages]
    # Whoever joins wants no leases: a worker that takes them and computes nothing is another matter.
    found[wire.HELLO] = [(parts(field((11, 1)) + head), b"") for head, _ in recorded[wire.HELLO]]
    missing = set(OF_WORKERS + OF_CLIENTS + OF_COORDINATORS) - {kind for kind in found if found[kind]}
    if missing:
        raise RuntimeError(f"no message of the kinds {missing} was recorded")
    return found


# ---- damage

NUMBERS = (0, 1, 127, 128, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 5,
           2**64 - 1)
DOUBLES = (float("nan"), float("inf"), -float("inf"), -0.0, 5e-324, 1.8e308)
TEXTS = (b"", b"\xff\xfe\x80", b"\xed\xa0\x80", b"\0", b"\x1b[2J\x1b]0;title\x07",
         b"a\r\nlistening on tcp://x\r\n", "\u202e\u2028\ufeff".encode(), b"../../../etc/passwd",
         b"%s%n%s%n", b"'; drop table jobs; --",
         b"A" * 65, b"mutant-" + b"9" * 57, b"e" * 300, b"\xc3\x28" * 700, b"&a [*a, *a]",
         b"{" * 400)
LENGTHS = (2**31 - 1, 2**31, 2**32, 2**40, 2**63 - 1, 2**63, 2**64 - 1)


def limited(value):
    return wire.varint(value & 2**64 - 1)


class Damage:
    """Messages from a seeded generator: lists of frames, mostly below 2 KiB."""

    def __init__(self, seed, honest):
        self.random = random.Random(seed)
        self.honest = honest
        self.block = self.random.getrandbits(8 << 20).to_bytes(1 << 20, "little") * 16
        self.large = self.names = 0

    def message(self, kinds):
        """Frames of one message of these kinds, damaged or, one in twenty, not."""
        choice, chance = self.random.choice, self.random.random
        kind = choice(kinds)
        fields, payload = choice(self.honest[kind])
        fields = list(fields)
        if kind == wire.HELLO and chance() < 0.9:
            self.names += 1
            fields[1] = wire.header((1, f"mutant-{self.names % 64}"))
        if chance() < 0.05:
            return [prelude(kind), b"".join(fields), payload]
        if chance() < 0.0003:
            return self.huge(kind, fields)
        head = None
        version = 1
        for _ in range(choice((1, 1, 1, 2, 3))):
            roll = chance()
            if roll < 0.5:
                choice(self.OF_FIELDS)(self, fields)
            elif roll < 0.75:
                head = self.bytes(b"".join(fields) if head is None else head)
            elif roll < 0.85:
                payload = self.bytes(payload) if payload else self.some(choice((1, 8, 24, 100, 1000)))
            elif roll < 0.9:
                kind = choice((0, 14, 31, 41, 51, 255, 256, 65535, self.random.getrandbits(16)))
            elif roll < 0.92:
                version = choice((0, 2, 255, 256, 65535))
            else:
                if head is None:
                    head = b"".join(fields)
                return self.frames([prelude(kind, version), head, payload])
        return [prelude(kind, version), b"".join(fields) if head is None else head, payload]

    def some(self, count):
        start = self.random.randrange(1 << 20)
        return self.block[start:start + count]

    # Damage to fields.

    def number(self, fields):
        return (self.random.choice(fields)[0] >> 3 if fields else 1) or 1

    def extreme(self, fields):
        self.put(fields, self.number(fields), 0, limited(self.random.choice(NUMBERS)))

    def double(self, fields):
        self.put(fields, self.number(fields), 1, struct.pack("<d", self.random.choice(DOUBLES)))

    def text(self, fields):
        data = self.random.choice(TEXTS)
        self.put(fields, self.number(fields), 2, wire.varint(len(data)) + data)

    def unknown(self, fields):
        number = self.random.choice((15, 16, 19, 99, 1000, 19000, 2**29 - 1, 2**29, 2**32, 0))
        self.put(fields, number, self.random.choice((0, 1, 2, 3, 4, 5, 6, 7)), self.some(9), new=True)

    def wrong_type(self, fields):
        if fields:
            place = self.random.randrange(len(fields))
            data = fields[place]
            fields[place] = bytes([data[0] & 0xf8 | self.random.randrange(8)]) + data[1:]

    def endless(self, fields):
        self.put(fields, self.number(fields), 0, b"\xff" * self.random.choice((9, 10, 11, 40, 1000)), new=True)

    def long_length(self, fields):
        self.put(fields, self.number(fields), 2, limited(self.random.choice(LENGTHS)) + b"abc", new=True)

    def repeated(self, fields):
        if fields:
            data = self.random.choice(fields)
            fields += [data] * min(self.random.choice((1, 2, 60, 300, 2047, 2049)), 1 + 4096 // len(data))

    def dropped(self, fields):
        if fields:
            del fields[self.random.randrange(len(fields))]

    def shuffled(self, fields):
        self.random.shuffle(fields)

    def deep(self, fields):
        number, inner = self.number(fields), b""
        for _ in range(self.random.choice((3, 60, 101, 250))):
            inner = wire.header((number, inner))
        fields.append(inner)

    def empty_messages(self, fields):
        fields.append(wire.header((self.number(fields), b"")) * self.random.choice((1, 65, 1000, 2100)))

    def packed(self, fields):
        number = self.random.choice((1, 2, 10))
        data = b"".join(limited(self.random.choice(NUMBERS)) for _ in range(self.random.choice((1, 257, 300))))
        fields.append(wire.header((number, data)))

    def put(self, fields, number, wire_type, data, new=False):
        made = wire.varint(number << 3 | wire_type) + data
        if fields and not new:
            places = [place for place, field in enumerate(fields) if field[0] >> 3 == number]
            fields[self.random.choice(places) if places else -1] = made
        else:
            fields.insert(self.random.randrange(len(fields) + 1), made)

    OF_FIELDS = (extreme, extreme, extreme, double, text, text, text, unknown, wrong_type, endless, long_length,
                 repeated, dropped, shuffled, deep, empty_messages, packed)

    # Damage to bytes, and to frames.

    def bytes(self, data):
        chance, below = self.random.random, self.random.randrange
        roll = chance()
        if not data or roll < 0.1:
            return self.some(below(64))
        if roll < 0.4:
            changed = bytearray(data)
            for _ in range(self.random.choice((1, 1, 2, 8))):
                changed[below(len(changed))] ^= 1 << below(8)
            return bytes(changed)
        if roll < 0.7:
            return data[:below(len(data))]
        place = below(len(data) + 1)
        if roll < 0.85:
            return data[:place] + self.some(self.random.choice((1, 2, 8, 200))) + data[place:]
        return data[:place] + data[below(len(data)):]

    def frames(self, frames):
        roll = self.random.randrange(8)
        if roll == 0:
            return frames[:self.random.randrange(1, 3)]
        if roll == 1:
            return frames + [self.some(5)] * self.random.choice((1, 2, 60))
        if roll == 2:
            return [b""] * self.random.choice((1, 2, 3, 4))
        if roll == 3:
            return [self.bytes(frames[0])] + frames[1:]
        if roll == 4:
            return [frames[0] + b"\0"] + frames[1:]
        if roll == 5:
            return [frames[2], frames[1], frames[0]]
        if roll == 6:
            return [self.some(self.random.randrange(200)) for _ in range(3)]
        return [frames[0], b"", b""]

    def huge(self, kind, fields):
        """Beyond or near a limit: a header of 64 KiB, a job's text, a payload; at most 16 MiB."""
        self.large += 1
        head, choice = b"".join(fields), self.random.choice
        size = choice((65_536, 65_537, 1 << 17, 1 << 20, 1 << 22, 16 << 20))
        roll = self.random.randrange(4)
        if roll == 0:
            return [prelude(kind), wire.header((choice((2, 3, 99)), self.block[:size])) + head, b""]
        if roll == 1:
            return [prelude(kind), head, self.block[:size]]
        if roll == 2:
            return [prelude(wire.SUBMIT), wire.header((1, 7), (2, "mutant-huge"), (3, b"#" * size)), b""]
        rows = size // 8
        table = wire.header((1, "a.csv"), (2, "a"), (3, 1), (4, choice((rows, rows - 1, 2**61, 2**64 - 1))))
        return [prelude(wire.SUBMIT), wire.header((1, 7), (2, "mutant-huge"), (3, TABLE), (4, table)),
                self.block[:rows * 8]]


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
