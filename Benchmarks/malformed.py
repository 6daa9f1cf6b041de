#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A million malformed messages against a coordinator, over plain TCP and over CURVE, while honest peers work.

    python3 Benchmarks/malformed.py                             1,000,000 messages over each
    python3 Benchmarks/malformed.py --frames 20000              a quick look
    python3 Benchmarks/malformed.py --transport curve --seed 7
    QPOOL=/usr/bin/qpool nice -n 10 python3 Benchmarks/malformed.py

For each transport: a coordinator on a store, a worker, and a client that has one job after another
computed and asks for its status 20 times a second. Two processes with 20 connections each send messages
of every kind, damaged in header, payload and framing; some stay below a client's budget, some flood,
some never read, some hang up in the middle. Bare TCP connections break the handshake and the frames
themselves. With keys the attackers are clients and workers that were let in, and strangers.

A message has three frames on the way; on bare TCP every frame counts as one message. Only what a
connection took is counted. At the end a second coordinator meets peers that choose the routing ids which
its libzmq would give to others next.

It fails where a coordinator ended, a job had another digest than `qpool run` gives, status took more
than 250 ms in the middle or 5 s at worst, memory passed 1.5 GB, the honest worker counted as gone, or
the log grew by more than 5 MB. It needs libzmq (ctypes), and Linux for /proc.
"""
import argparse
import collections
import ctypes
import ctypes.util
import multiprocessing
import os
import random
import re
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

import poolwire as wire

clock = time.perf_counter
MOST_MEDIAN, MOST_WORST = 0.25, 5.0
MOST_MEMORY, MOST_LOG = 1.5e9, 5e6
CALM = 8
PROCESSES = 2
EVERY = 0.05

DRAIN, HAND_BACK, FETCH, JOB_TEXT, GOODBYE = 7, 9, 10, 11, 12
CANCEL_JOB, LIST, JOB_LIST, WORKERS, WORKER_LIST = 40, 42, 43, 44, 45
PRIORITY, EXTEND, RETRY, FORGET = 46, 48, 49, 50
OF_WORKERS = (wire.HELLO, wire.PARTIAL, wire.HEARTBEAT, DRAIN, HAND_BACK, FETCH, GOODBYE)
OF_CLIENTS = (wire.SUBMIT, wire.STATUS, wire.WATCH, wire.RESULT, CANCEL_JOB, LIST, WORKERS, PRIORITY, EXTEND,
              RETRY, FORGET)
OF_COORDINATORS = (wire.WELCOME, wire.REFUSED, wire.LEASE, wire.CANCEL, JOB_TEXT, wire.ACKNOWLEDGED,
                   wire.SUBMITTED, wire.STATUS_REPLY, wire.UPDATE, wire.RESULT_REPLY, JOB_LIST, WORKER_LIST,
                   wire.ERROR_REPLY)

JOB = """
seed: 5
base: { normal: { dimension: 2 } }
utility: "sin(x[0]) + x[1]^2"
quantile: 1e-4
samples: 3e8
draws: 3
"""
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

NUMBERS = (0, 1, 127, 128, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 5, 2**64 - 1)
DOUBLES = (float("nan"), float("inf"), -float("inf"), -0.0, 5e-324, 1.8e308)
TEXTS = (b"", b"\xff\xfe\x80", b"\xed\xa0\x80", b"\0", b"\x1b[2J\x1b]0;title\x07", b"a\r\nlistening on tcp://x\r\n",
         "\u202e\u2028\ufeff".encode(), b"../../../etc/passwd", b"%s%n%s%n", b"'; drop table jobs; --",
         b"A" * 65, b"mutant-" + b"9" * 57, b"e" * 300, b"\xc3\x28" * 700, b"&a [*a, *a]", b"{" * 400)
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
        body = bytes([len(name)]) + name + self.damage.some(self.damage.random.choice((0, 1, 64, 194, 200, 1000)))
        return [self.greeting, wire.frame(self.damage.bytes(self.opening), 4) if len(name) > 7
                else wire.frame(body, 4)]

    def wrong_properties(self):
        def one(name, value, length=None):
            return bytes([len(name)]) + name + struct.pack(">I", len(value) if length is None else length) + value
        random, some = self.damage.random, self.damage.some
        # An id that begins with 0 is the ROUTER's to give.
        ready = b"\x05READY" + one(b"Socket-Type", random.choice((b"DEALER", b"PUB", b"ROUTER", b"REQ", b"", some(300))))
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
        return self.inside([self.good(), self.good()[:-1], ])

    def flipped(self):
        return self.inside([self.good() for _ in range(10)] + [self.damage.bytes(self.good()) for _ in range(10)])

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
    library.ctx_term(library.context)
    return data[64:64 + 202]


# ---- who attacks

MESSAGES, BYTES, BARE, VISITS, LARGE, STRANGERS, OPENED, ANSWERS, LIES = range(9)


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
        self.pack.counts[OPENED] += 1
        if self.role == "worker":
            fields, _ = self.pack.damage.honest[wire.HELLO][0]
            self.waiting = (self.hello() if self.manner == "liar"
                            else [prelude(wire.HELLO), b"".join(fields), b""])

    def turn(self, now):
        """Sends what it may; True where it got something rid."""
        pack = self.pack
        if self.dealer is None:
            self.open()
        if self.manner == "stranger":
            if now >= self.next:
                self.next = now + 0.1
                self.dealer.close()
                self.open()
                pack.counts[STRANGERS] += 1
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
            pack.counts[ANSWERS] += self.dealer.drain(200) // 3
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
            pack.counts[ANSWERS] += 1
            kind = struct.unpack("<2sHH", frames[0])[2]
            if kind == wire.LEASE:
                lease = wire.fields(frames[1])
                _, payload = pack.damage.random.choice(pack.damage.honest[wire.PARTIAL])
                head = wire.header((1, lease[1]), (2, lease[2]), (3, lease.get(3, 0)), (4, lease[4]), (5, 10**9))
                # Never a whole one: what passes for a partial of somebody's job would be merged.
                sent += self.tell([prelude(wire.PARTIAL), head, pack.damage.random.choice(
                    (b"", payload[:-1], payload[:40], payload + b"\0", bytes(len(payload))))])
                pack.counts[LIES] += 1
            elif kind == wire.REFUSED:
                sent += self.tell(self.hello())
        return sent > 0

    def hello(self):
        """A worker that wants leases, under a name of its own."""
        self.pack.counts[OPENED] += 1
        _, *rest = self.pack.damage.honest[wire.HELLO][0][0]
        return [prelude(wire.HELLO), b"".join([wire.header((1, f"liar-{random.getrandbits(40)}"))] + rest[1:]), b""]

    def tell(self, frames):
        if not self.dealer.send(frames):
            return False
        self.pack.counts[MESSAGES] += 1
        self.pack.counts[BYTES] += sum(map(len, frames))
        return True


class Pack:
    """A process of attackers."""

    def __init__(self, endpoint, address, honest, seed, people, pause, hello):
        self.library = Library()
        self.endpoint, self.pause = endpoint, pause
        self.damage = Damage(seed, honest)
        self.counts = [0] * 9
        self.people = [Attacker(self, *person) for person in people]
        self.bare = Bare(self.damage, address, hello)

    def run(self, quota, share, report):
        """Until so many messages are sent, of which a share on bare connections."""
        while (done := self.counts[MESSAGES] + self.counts[BARE]) < quota:
            now = clock()
            busy = False
            for person in self.people:
                busy |= person.turn(now)
            while self.counts[BARE] < share * done:
                frames, sent = self.bare.visit()
                self.counts[BARE] += frames
                self.counts[BYTES] += sent
                self.counts[VISITS] += 1
                if not frames:
                    break
            self.counts[LARGE] = self.damage.large
            report(self.counts)
            if not busy:
                time.sleep(0.001)
        for person in self.people:
            if person.dealer:
                person.dealer.close(5000)
        self.library.ctx_term(self.library.context)


def pack_process(arguments, quota, share, shared, go):
    # What makes the load leaves the processors to what is measured.
    os.nice(10)
    pack = Pack(*arguments)

    def report(counts):
        shared[:] = counts

    go.wait()
    pack.run(quota, share, report)


# ---- who is honest

class Honest:
    """A client: one job after another, and 20 questions a second."""

    def __init__(self, endpoint, keys, priority, digest, patience):
        self.patience, self.since = patience, 0.0
        self.dealer = Dealer(Library(), endpoint, keys)
        self.priority, self.digest = priority, digest
        self.name = f"Honest-{os.getpid()}-{random.getrandbits(32):08x}-"
        self.asked, self.times, self.failures = {}, [], collections.Counter()
        self.right, self.wrong, self.request, self.job = 0, [], 0, 0
        self.phase, self.next_submit = "submit", 0.0

    def send(self, kind, *pairs):
        """The request's number; 0 where there is no connection yet, or no room."""
        self.request += 1
        taken = self.dealer.send([prelude(kind), wire.header((1, self.request), *pairs), b""])
        return self.request if taken else 0

    def id(self):
        return f"{self.name}{self.job}"

    def run(self, pipe):
        next_ask, ending = clock(), False
        while True:
            now = clock()
            if pipe.poll():
                pipe.recv()
                ending = True
            if ending and self.phase == "submit":
                break
            if self.phase != "run" and now >= self.next_submit:
                # Both may be asked again: nothing is done twice.
                self.next_submit = now + 3
                if self.phase == "submit":
                    self.phase, self.since = "submitting", now
                    self.job += 1
                if self.phase == "submitting":
                    self.send(wire.SUBMIT, (2, self.id()), (3, JOB), (5, self.priority))
                else:
                    self.send(wire.RESULT, (2, self.id()))
            if self.phase != "submit" and now - self.since > self.patience:
                self.wrong.append(f"{self.id()} did not end within {self.patience:.0f} s")
                self.send(CANCEL_JOB, (2, self.id()))
                self.phase, self.next_submit = "submit", 0.0
            if now >= next_ask:
                next_ask = max(next_ask + EVERY, now)
                if request := self.send(wire.STATUS, (2, self.id())):
                    self.asked[request] = now
            frames = self.dealer.receive(max(0.0, min(next_ask - clock(), EVERY)))
            if frames and len(frames) == 3:
                self.take(struct.unpack("<2sHH", frames[0])[2], wire.fields(frames[1]))
        now = clock()
        unanswered = [(sent, now - sent) for sent in self.asked.values() if now - sent > 1]
        pipe.send((self.times + unanswered, len(unanswered), self.right, self.wrong, dict(self.failures)))

    def take(self, kind, found):
        now, request = clock(), found.get(1, 0)
        if (sent := self.asked.pop(request, None)) is not None:
            self.times.append((sent, now - sent))
            if kind == wire.STATUS_REPLY and self.phase == "run":
                status = wire.fields(found[2])
                state = wire.STATES[status.get(3, 0)]
                if status.get(1, b"").decode() == self.id():
                    if state == "done":
                        self.phase, self.next_submit = "fetch", 0.0
                    elif state in ("failed", "cancelled"):
                        self.wrong.append(f"{self.id()} {state}: {status.get(13)}")
                        self.phase, self.next_submit = "submit", now + 0.2
            elif kind == wire.ERROR_REPLY and self.phase == "run":
                self.failures[wire.fields(found[2])[1].decode()] += 1
        elif kind == wire.SUBMITTED and self.phase == "submitting":
            self.phase = "run"
        elif kind == wire.RESULT_REPLY and self.phase == "fetch":
            digest = found[3].decode()
            if digest == self.digest:
                self.right += 1
            else:
                self.wrong.append(f"{self.id()} has the digest {digest}")
            self.phase, self.next_submit = "submit", 0.0
        elif kind == wire.ERROR_REPLY:
            failure = wire.fields(found[2])
            self.failures[failure[1].decode()] += 1
            self.next_submit = min(self.next_submit, now + 0.1)


def honest_process(pipe, *arguments):
    Honest(*arguments).run(pipe)


# ---- the campaign

class Memory(threading.Thread):
    """The coordinator's resident bytes, ten times a second."""

    def __init__(self, coordinator):
        super().__init__(daemon=True)
        self.coordinator, self.peak, self.ended = coordinator, 0.0, threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(0.1):
            try:
                self.peak = max(self.peak, self.coordinator.resident_megabytes)
            except (OSError, TypeError):
                return


class Keys:
    """A coordinator's folder of keys, and connection files."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "keys")
        names = ["honest", "gentle-0", "gentle-1"] + [f"flood-{number}" for number in range(6)]
        # A name stands for one key, whatever its role.
        options = [word for role in ("worker", "client") for name in names
                   for word in (f"--{role}", f"{role}-{name}")]
        made = subprocess.run(
            [wire.find_qpool(), "keygen", self.folder, "--endpoint", "tcp://127.0.0.1:7411", *options],
            capture_output=True, text=True)
        if made.returncode != 0:
            raise RuntimeError(made.stderr)

    def path(self, role, name):
        return os.path.join(self.folder, f"{role}-{role}-{name}.yaml")

    def move(self, role, name, endpoint):
        """A connection file for where the coordinator listens now."""
        with open(self.path(role, name)) as file:
            text = file.read()
        with open(self.path(role, name), "w") as file:
            file.write(re.sub(r"endpoint: .*", f'endpoint: "{endpoint}"', text))
        return self.path(role, name)

    def keys(self, role, name):
        with open(self.path(role, name)) as file:
            text = file.read()
        return tuple(re.search(rf'^{field}: "(.*)"$', text, re.M)[1].encode()
                     for field in ("server-key", "public-key", "secret-key"))


def people(keys, number):
    """Who is in an attacking process: manner, role, keys."""
    crowd = []
    for place in range(18):
        role = ("client", "worker")[place % 2]
        manner = ("gentle" if place in (2, 3, 8, 9) else "deaf" if place in (4, 5)
                  else "liar" if place == 1 else "flood")
        own = None
        if keys:
            name = f"gentle-{number}" if manner in ("gentle", "liar") else f"flood-{(place // 2 + number) % 6}"
            own = keys.keys(role, name)
        crowd.append((manner, role, own))
    if keys:
        server, public, secret = keys.keys("client", "flood-0")
        library = Library()
        unknown, other = library.pair(), library.pair()
        library.ctx_term(library.context)
        crowd += [("stranger", "client", (server, *unknown)), ("stranger", "client", (other[0], public, secret)),
                  ("stranger", "client", None)]
    return crowd


def percentile(values, share):
    return values[min(len(values) - 1, int(share * len(values)))] * 1e3


def latencies(times):
    values = sorted(taken for _, taken in times)
    if not values:
        return "none", 0.0, 0.0
    return (f"{statistics.median(values) * 1e3:.1f} / {percentile(values, .99):.1f} / {values[-1] * 1e3:.1f} ms",
            statistics.median(values), values[-1])


def log_lines(coordinator, start):
    with open(coordinator.log.name, "rb") as log:
        log.seek(start)
        return log.read()


def print_table(name, rows):
    print(f"\n| {name} | |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")
    sys.stdout.flush()


def campaign(transport, chosen, folder, honest, digest):
    """One transport; returns what was wrong."""
    folder = os.path.join(folder, transport)
    os.mkdir(folder)
    keys = Keys(folder) if transport == "curve" else None
    more = ["--keys", keys.folder] if keys else []
    coordinator = wire.Coordinator(folder, "--store", os.path.join(folder, "pool.sqlite"), *more)
    processes = []
    try:
        connect = keys.move("worker", "honest", coordinator.endpoint) if keys else coordinator.endpoint
        worker = subprocess.Popen([wire.find_qpool(), "worker", "--quiet", "--threads", "1", "--connect", connect],
                                  stderr=subprocess.DEVNULL)
        processes.append(worker)
        return attack(transport, chosen, coordinator, worker, keys, honest, digest, processes)
    finally:
        for process in processes + [coordinator.process]:
            process.kill()
            process.wait() if isinstance(process, subprocess.Popen) else process.join()


def attack(transport, chosen, coordinator, worker, keys, honest, digest, processes):
    problems = []
    end = clock() + 30
    while not (joined := re.search(rb"worker (\S+) of .* joined", log_lines(coordinator, 0))):
        if clock() > end:
            raise RuntimeError("the worker did not join within 30 s")
        time.sleep(0.05)
    pipe, far = multiprocessing.Pipe()
    client = multiprocessing.Process(
        target=honest_process, daemon=True,
        args=(far, coordinator.endpoint, keys and keys.keys("client", "honest"), 0 if keys else 10, digest,
              chosen.patience))
    client.start()
    processes.append(client)
    hello = wire.frame(curve_hello(keys.keys("client", "flood-0"))[2:], 4) if keys else None
    go, packs = multiprocessing.Event(), []
    for number in range(PROCESSES):
        shared = multiprocessing.Array("d", 9)
        arguments = (coordinator.endpoint, coordinator.address, honest, f"{chosen.seed}-{transport}-{number}",
                     people(keys, number), 0.01 if keys else 0.003, hello)
        quota = chosen.frames // PROCESSES + (number < chosen.frames % PROCESSES)
        packs.append((multiprocessing.Process(
            target=pack_process, daemon=True, args=(arguments, quota, chosen.bare, shared, go)), shared))
        packs[-1][0].start()
        processes.append(packs[-1][0])
    # A job of theirs that runs all the while, so that partials, watches and the like meet something.
    long_job(coordinator, keys)
    begin = clock()
    time.sleep(CALM)
    before, log_start = coordinator.resident_megabytes, os.path.getsize(coordinator.log.name)
    processor = coordinator.processor_seconds
    memory = Memory(coordinator)
    start = clock()
    go.set()
    last = start
    while any(process.is_alive() for process, _ in packs) and coordinator.process.poll() is None:
        if clock() - start > chosen.most:
            problems.append(f"the attack was not over after {chosen.most:.0f} s")
            for process, _ in packs:
                process.kill()
        if clock() - last > 15:
            last = clock()
            sent = sum(shared[MESSAGES] + shared[BARE] for _, shared in packs)
            print(f"{transport}: {sent:.0f} messages after {last - start:.0f} s, "
                  f"{coordinator.resident_megabytes:.0f} MB", file=sys.stderr)
        time.sleep(0.05)
    over = clock()
    alive = coordinator.process.poll() is None
    seconds = over - start
    processor = coordinator.processor_seconds - processor if alive else float("nan")
    pipe.send("end")
    times, unanswered, right, wrong, failures = [], 0, 0, [], {}
    if alive and pipe.poll(chosen.patience + 60):
        times, unanswered, right, wrong, failures = pipe.recv()
    else:
        problems.append("the honest client's last job did not end\n" + picture(coordinator, keys))
    alive = coordinator.process.poll() is None
    if alive:
        time.sleep(3)
    memory.ended.set()
    after = coordinator.resident_megabytes if alive else float("nan")
    counts = [sum(shared[place] for _, shared in packs) for place in range(9)]
    log = log_lines(coordinator, log_start)
    calm, _, _ = latencies([pair for pair in times if begin + 1 < pair[0] < start])
    during, median, worst = latencies([pair for pair in times if start <= pair[0] < over])
    name = re.escape(joined[1])
    lost = len(re.findall(rb"worker " + name + rb" (?:is silent|is gone|of \S+ is turned out)", log))
    sent = counts[MESSAGES] + counts[BARE]
    print_table({"plain": "plain TCP", "curve": "CURVE"}[transport], [
        ("messages sent", f"{sent:,.0f}, {counts[BYTES] / 1e6:,.0f} MB, in {seconds:.0f} s"),
        ("a second", f"{sent / seconds:,.0f}, {counts[BYTES] / seconds / 1e6:.1f} MB"),
        ("of them on bare TCP", f"{counts[BARE]:,.0f} frames of {counts[VISITS]:,.0f} connections"),
        ("answers that they read", f"{counts[ANSWERS]:,.0f}; false partials for leases {counts[LIES]:,.0f}"),
        ("of 64 KiB to 16 MiB", f"{counts[LARGE]:.0f}"),
        ("connections of libzmq", f"{counts[OPENED]:.0f}, of strangers {counts[STRANGERS]:.0f}"),
        ("memory before / highest / after", f"{before:.0f} / {max(memory.peak, before):.0f} / {after:.0f} MB"),
        ("status, median / 99 % / worst: calm", calm),
        ("the same under attack", during),
        ("questions unanswered", f"{unanswered} of {len(times)}; refused: {failures or 'none'}"),
        ("honest jobs, digest right", f"{right}; wrong: {'; '.join(wrong) or 'none'}"),
        ("honest worker lost", f"{lost} times"),
        ("log", f"{log.count(bytes([10])):,} lines, {len(log) / 1e3:,.0f} KB"),
        ("coordinator", f"{'runs on' if alive else 'ENDED'}; {processor / seconds:.2f} cores"),
    ])
    if chosen.keep_log:
        shutil.copy(coordinator.log.name, f"{chosen.keep_log}-{transport}.log")
    if not alive:
        problems.append(f"the coordinator ended: {log[-2000:].decode(errors='replace')}")
    if worker.poll() is not None:
        problems.append("the honest worker ended")
    problems += wrong
    if alive and not right:
        problems.append("no honest job was done")
    if alive and (median > MOST_MEDIAN or worst > MOST_WORST or not times):
        problems.append(f"status took {median:.3f} s in the middle, {worst:.3f} s at worst")
    if memory.peak * 2**20 > MOST_MEMORY:
        problems.append(f"memory reached {memory.peak:.0f} MB")
    if len(log) > MOST_LOG:
        problems.append(f"the log grew by {len(log) / 1e6:.1f} MB: {usual(log)}")
    if lost:
        problems.append(f"the honest worker counted as gone {lost} times")
    return problems


def picture(coordinator, keys):
    """Jobs and workers, as the honest client sees them."""
    connect = keys.move("client", "honest", coordinator.endpoint) if keys else coordinator.endpoint
    return "\n".join(
        subprocess.run([wire.find_qpool(), verb, "--connect", connect, "--timeout", "5"], text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout[:4000] for verb in ("jobs", "workers"))


def usual(log):
    """What the log is full of."""
    lines = collections.Counter(
        re.sub(rb"mutant\S*|'[^']*'|\d+", b"#", line.partition(b"] ")[2])[:80] for line in log.splitlines())
    return "; ".join(f"{count} x {line.decode(errors='replace')}" for line, count in lines.most_common(3))


def long_job(coordinator, keys):
    library = Library()
    dealer = Dealer(library, coordinator.endpoint, keys and keys.keys("client", "flood-0"))
    for kind, fields in ((wire.SUBMIT, ((1, 1), (2, "mutant-long"), (3, LONG), (5, 2**64 - 10))),
                         (wire.SUBMIT, ((1, 2), (2, "mutant-0"), (3, SMALL)))):
        end = clock() + 10
        while not dealer.send([prelude(kind), wire.header(*fields), b""]):
            if clock() > end:
                raise RuntimeError("the coordinator takes no messages")
            time.sleep(0.01)
        answer = dealer.receive(10)
        if not answer or struct.unpack("<2sHH", answer[0])[2] != wire.SUBMITTED:
            raise RuntimeError(f"a job for the attackers was not taken: {answer}")
    dealer.close()
    library.ctx_term(library.context)


def claim(transport, folder):
    """Peers that choose the routing ids which a ROUTER would make next; whether the coordinator runs on.

    libzmq counts routing ids up from a number that the C library's rand() gives, and ends the process
    where one of them is taken. Unless somebody seeded it, that number is always the same.
    """
    folder = os.path.join(folder, f"claim-{transport}")
    os.mkdir(folder)
    keys = Keys(folder) if transport == "curve" else None
    coordinator = wire.Coordinator(folder, "--in-memory", *(["--keys", keys.folder] if keys else []))
    library, peers = Library(), []
    try:
        libc = ctypes.CDLL(None)
        libc.srand(1)
        drawn = [libc.rand() for _ in range(40)]
        for low, high in zip(drawn, drawn[1:]):
            first = (low | high << 31) & 2**32 - 1
            peers.append(Dealer(library, coordinator.endpoint, keys and keys.keys("client", "flood-0"),
                                routing_id=b"\0" + struct.pack(">I", first + 30 & 2**32 - 1)))
        time.sleep(2)
        for _ in range(80):
            peers.append(Dealer(library, coordinator.endpoint, keys and keys.keys("client", "flood-1")))
        end = clock() + 5
        while coordinator.process.poll() is None and clock() < end:
            time.sleep(0.1)
        alive = coordinator.process.poll() is None
    finally:
        coordinator.process.kill()
        coordinator.process.wait()
        for peer in peers:
            peer.close()
        library.ctx_term(library.context)
    print(f"\nrouting ids claimed, {transport}: the coordinator {'runs on' if alive else 'ENDED'}")
    return [] if alive else [f"{transport}: a peer that claims the next routing id ends the coordinator"]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=lambda text: int(float(text)), default=1_000_000,
                        help="messages over each transport")
    parser.add_argument("--transport", choices=["plain", "curve"], nargs="+", default=["plain", "curve"])
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--bare", type=float, default=0.1, help="the share of frames on bare TCP")
    parser.add_argument("--most", type=float, default=3600, help="seconds an attack may take")
    parser.add_argument("--patience", type=float, default=120, help="seconds an honest job may take")
    parser.add_argument("--keep-log", metavar="PATH", help="keep the coordinators' logs, as PATH-TRANSPORT.log")
    chosen = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="qpool-malformed-")
    problems = []
    try:
        text = os.path.join(folder, "job.yaml")
        with open(text, "w") as file:
            file.write(JOB)
        local = subprocess.run([wire.find_qpool(), "run", text, "-o", "json", "--quiet"], check=True,
                               capture_output=True, text=True).stdout
        digest = re.search(r'"digest"\s*:\s*"([0-9a-f]+)"', local)[1]
        honest = templates(record(folder))
        for transport in chosen.transport:
            problems += campaign(transport, chosen, folder, honest, digest)
            problems += claim(transport, folder)
    finally:
        shutil.rmtree(folder)
    for problem in problems:
        print("FAILED:", problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
