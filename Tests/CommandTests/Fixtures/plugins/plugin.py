# SPDX-License-Identifier: Apache-2.0
"""A plugin that speaks the frames of docs/plugins.md by hand, and misbehaves as its argument says.

The folder that MISCHIEF_FOLDER or the working folder names keeps what processes remember of others.
"""
import json
import os
import random
import struct
import sys
import time

mode = sys.argv[1] if len(sys.argv) > 1 else "well"
source, sink = sys.stdin.buffer, sys.stdout.buffer


def receive():
    header = source.read(16)
    if len(header) < 16:
        sys.exit(0)
    magic, kind, version, length = struct.unpack("<4sHHQ", header)
    assert magic == b"QPLG" and version == 1
    return kind, source.read(length)


def send(kind, payload):
    sink.write(struct.pack("<4sHHQ", b"QPLG", kind, 1, len(payload)) + payload)
    sink.flush()


def once(name):
    """True for the first process that asks."""
    try:
        os.close(os.open(name, os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False


if mode == "silent-start":
    sys.stderr.write("the model file is missing\n")
    sys.exit(3)
with open("pids", "a") as pids:
    pids.write(f"{os.getpid()}\n")
kind, payload = receive()
assert kind == 1 and json.loads(payload)["protocol"] == 1
send(2, b'{"protocol": 1}')
served = 0
while True:
    kind, payload = receive()
    sequence, count, dimension = struct.unpack_from("<QII", payload)
    x = struct.unpack_from(f"<{count * dimension}d", payload, 16)
    results = [x[i] * x[i] - x[count + i] for i in range(count)]
    served += 1
    if mode == "crash-sometimes" and random.random() < 0.25:
        sys.stderr.write("out of luck\n")
        os._exit(7)
    if mode == "crash-once" and once("crashed"):
        os.kill(os.getpid(), 11)
    if mode in ("crash-at-first", "hang-at-first", "short-at-first", "garbage-at-first",
                "long-at-first", "error-at-first"):
        # The batch that holds sample 0 always fails: it is told by its first value.
        with open("first", "a+") as first:
            first.seek(0)
            known = first.read()
            if not known:
                first.write(repr(x[0]))
                known = repr(x[0])
        if known == repr(x[0]):
            what = mode.split("-")[0]
            if what == "crash":
                sys.stderr.write("sample 0 is too much\n")
                sys.exit(9)
            if what == "hang":
                time.sleep(3600)
            if what == "short":
                results = results[:-1]
            if what == "long":
                results = results + [0.0]
            if what == "garbage":
                sink.write(b"Traceback: this is no frame at all, whatever it may look like" * 100)
                sink.flush()
                continue
            if what == "error":
                send(5, "sample 0 is not to my taste".encode())
                continue
    if mode == "shout":
        sys.stderr.write("x" * (1 << 20) + "\n")
        sys.stderr.flush()
    if mode == "nan":
        results = [float("nan") if r < 0 else r for r in results]
    if mode == "random":
        results = [random.random() for _ in results]
    if mode == "always-crash":
        sys.exit(9)
    if os.environ.get("PLUGIN_LIES"):
        results = [r + 1 for r in results]
    if mode == "slow":
        time.sleep(0.05)
    send(4, struct.pack("<QII", sequence, len(results), 0) + struct.pack(f"<{len(results)}d", *results))
