# SPDX-License-Identifier: Apache-2.0
"""Makes samples of noise, by the frames of docs/plugins.md: what the argument says."""
import json
import os
import random
import struct
import sys

mode = sys.argv[1] if len(sys.argv) > 1 else "same"
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


kind, payload = receive()
hello = json.loads(payload)
assert hello["role"] == "base"
with open("pids", "a") as pids:
    pids.write(f"{os.getpid()}\n")
send(2, b'{"protocol": 1}')
served = 0
while True:
    kind, payload = receive()
    sequence, count, dimension = struct.unpack_from("<QII", payload)
    noise = struct.unpack_from(f"<{count * dimension}d", payload, 16)
    columns = [noise[i * count:(i + 1) * count] for i in range(dimension)]
    served += 1
    if mode == "chance":
        columns = [[random.random() for _ in column] for column in columns]
    if mode == "crash" or mode == "crash-second" and served == 2:
        sys.stderr.write("no more samples\n")
        sys.exit(9)
    columns = columns[: hello["results"]]
    data = b"".join(struct.pack(f"<{count}d", *column) for column in columns)
    send(4, struct.pack("<QII", sequence, count, len(columns)) + data)
