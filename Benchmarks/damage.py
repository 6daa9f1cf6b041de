# SPDX-License-Identifier: Apache-2.0
"""Messages of every kind as honest peers send them, and damage to them, from a seed; for malformed.py."""
import collections
import random
import struct
import subprocess
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
