# SPDX-License-Identifier: Apache-2.0
"""The system's libzmq through ctypes, for malformed.py: a DEALER with or without keys."""
import ctypes
import ctypes.util
import struct
import sys


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
