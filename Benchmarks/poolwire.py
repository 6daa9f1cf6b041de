# SPDX-License-Identifier: Apache-2.0
"""The pool's wire protocol (docs/protocol.md) in plain Python: no library is needed.

ZMTP 3 without encryption, Protocol Buffers headers, and connections that never block.
"""
import os
import re
import socket
import struct
import subprocess
import threading

HELLO, WELCOME, REFUSED, PARTIAL, LEASE, HEARTBEAT, CANCEL, HAND_BACK = 1, 2, 3, 4, 5, 6, 8, 9
ACKNOWLEDGED, SUBMIT, SUBMITTED, STATUS, STATUS_REPLY = 13, 32, 33, 34, 35
WATCH, UPDATE, RESULT, RESULT_REPLY, ERROR_REPLY = 36, 37, 38, 39, 47
STATES = ("unspecified", "queued", "running", "finishing", "done", "failed", "cancelled")


# ---- Protocol Buffers

def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def header(*fields):
    """(number, value) pairs: integers as varints, text and bytes by length, None left out."""
    out = bytearray()
    for number, value in fields:
        if value is None:
            continue
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return bytes(out)


def fields(data):
    """The last value of each field; a field of numbers that is packed stays bytes."""
    found, place = {}, 0

    def read():
        nonlocal place
        shift = value = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    while place < len(data):
        tag = read()
        if tag & 7 == 0:
            found[tag >> 3] = read()
        elif tag & 7 == 1:
            found[tag >> 3] = struct.unpack_from("<d", data, place)[0]
            place += 8
        elif tag & 7 == 2:
            length = read()
            found[tag >> 3] = data[place:place + length]
            place += length
        else:
            raise ValueError(f"wire type {tag & 7}")
    return found


def numbers(data):
    """A packed field of integers."""
    out, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            out.append(value)
            value = shift = 0
    return out


# ---- ZMTP 3

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31)


def frame(data, flags=0):
    if len(data) < 256:
        return bytes([flags, len(data)]) + data
    return bytes([flags | 2]) + struct.pack(">Q", len(data)) + data


READY = frame(b"\x05READY\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER", 4)


def message(kind, head, payload=b""):
    return (frame(struct.pack("<2sHH", b"QP", 1, kind), 1) + frame(head, 1) + frame(payload))


class Stream:
    """Bytes of one direction as they come, cut into messages (kind, header, payload)."""

    def __init__(self, on_command=lambda command: None):
        self.buffer = bytearray()
        self.greeted = False
        self.parts = []
        self.on_command = on_command

    def feed(self, data):
        buffer = self.buffer
        buffer += data
        place = 0
        if not self.greeted:
            if len(buffer) < 64:
                return
            self.greeted = True
            place = 64
        while len(buffer) - place >= 2:
            flags = buffer[place]
            if flags & 2:
                if len(buffer) - place < 9:
                    break
                length, start = struct.unpack_from(">Q", buffer, place + 1)[0], place + 9
            else:
                length, start = buffer[place + 1], place + 2
            if len(buffer) < start + length:
                break
            part = bytes(buffer[start:start + length])
            place = start + length
            if flags & 4:
                self.on_command(part)
                continue
            self.parts.append(part)
            if not flags & 1:
                parts, self.parts = self.parts, []
                if len(parts) == 3 and parts[0][:2] == b"QP":
                    yield struct.unpack("<2sHH", parts[0])[2], parts[1], parts[2]
        del buffer[:place]


class Connection:
    """A DEALER: `send` a message, `receive` what has come. The socket does not block; connections with
    something left to send are in `waiting`."""

    waiting = set()

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.out = bytearray()
        # Messages wait for the other side's READY: before it they are an error.
        self.early = bytearray()
        self.stream = Stream(self.command)
        self.push(GREETING + READY)

    def command(self, command):
        if command.startswith(b"\x04PING"):
            self.push(frame(b"\x04PONG" + command[7:], 4))
        elif command.startswith(b"\x05READY"):
            early, self.early = self.early, None
            self.push(early or b"")

    def fileno(self):
        return self.socket.fileno()

    def push(self, data):
        self.out += data
        self.flush()

    def flush(self):
        while self.out:
            try:
                sent = self.socket.send(self.out)
            except BlockingIOError:
                Connection.waiting.add(self)
                return
            del self.out[:sent]
        Connection.waiting.discard(self)

    def send(self, kind, *pairs, payload=b""):
        data = message(kind, header(*pairs), payload)
        if self.early is None:
            self.push(data)
        else:
            self.early += data

    def receive(self):
        """What has come; raises ConnectionError where the other side has closed."""
        while True:
            try:
                data = self.socket.recv(1 << 16)
            except BlockingIOError:
                return
            if not data:
                raise ConnectionError("the coordinator closed a connection")
            yield from self.stream.feed(data)


class Tap(threading.Thread):
    """A relay before a coordinator. `hear(connection, upward, kind, header, payload)` is told every
    message, before it is passed on; `upward` where a worker sent it. The coordinator may be away."""

    def __init__(self, address, hear):
        super().__init__(daemon=True)
        self.address, self.hear = address, hear
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.endpoint = f"tcp://127.0.0.1:{self.port}"
        self.count = 0
        self.start()

    def run(self):
        while True:
            inner, _ = self.listener.accept()
            try:
                outer = socket.create_connection(self.address, timeout=10)
            except OSError:
                inner.close()
                continue
            outer.settimeout(None)
            self.count += 1
            for source, sink, upward in ((inner, outer, True), (outer, inner, False)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(
                    target=self.relay, args=(self.count, source, sink, upward),
                    daemon=True).start()

    def relay(self, connection, source, sink, upward):
        stream = Stream()
        try:
            while data := source.recv(1 << 18):
                for kind, head, payload in stream.feed(data):
                    self.hear(connection, upward, kind, head, payload)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()


# ---- processes

def find_qpool():
    here = os.path.dirname(os.path.abspath(__file__))
    return os.environ.get("QPOOL", os.path.join(here, "..", ".build", "release", "qpool"))


def processor_seconds(path):
    with open(path) as stat:
        parts = stat.read().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


class Coordinator:
    """`qpool coordinator` as a process; `address` is where it listens."""

    def __init__(self, folder, *arguments, port=0, environment=None, **more):
        self.log = open(os.path.join(folder, "coordinator.log"), "ab")
        place = self.log.tell()
        self.process = subprocess.Popen(
            [find_qpool(), "coordinator", "--listen", f"tcp://127.0.0.1:{port}", *arguments],
            stderr=self.log, env={**os.environ, **(environment or {})}, **more)
        while True:
            with open(self.log.name, "rb") as log:
                log.seek(place)
                found = re.search(rb"listening on tcp://127.0.0.1:(\d+)", log.read())
            if found:
                break
            if self.process.poll() is not None:
                raise RuntimeError(f"the coordinator did not start: see {self.log.name}")
        self.address = ("127.0.0.1", int(found[1]))
        self.endpoint = f"tcp://127.0.0.1:{self.address[1]}"

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @property
    def resident_megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024

    @property
    def processor_seconds(self):
        return processor_seconds(f"/proc/{self.process.pid}/stat")

    @property
    def thread_seconds(self):
        """Processor time of each thread that there is, by its number."""
        tasks = f"/proc/{self.process.pid}/task"
        return {task: processor_seconds(f"{tasks}/{task}/stat") for task in os.listdir(tasks)}
