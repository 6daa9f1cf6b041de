# SPDX-License-Identifier: Apache-2.0
"""The plugin's side of the frames that docs/plugins.md describes."""
from __future__ import annotations

import io
import json
import os
import struct
import sys
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np

Batch = Callable[["np.ndarray[Any, Any]"], Any]
"""Of an array with a column for each sample."""
Frame = tuple[int, memoryview, bytearray]
Raw = io.RawIOBase

PROTOCOL = 1
MAGIC = b"QPLG"
HEADER = struct.Struct("<4sHHQ")
BATCH = struct.Struct("<QII")
HELLO, READY, BATCH_KIND, RESULTS, ERROR = 1, 2, 3, 4, 5

_functions: dict[str, Batch] = {}
_bases: list[Batch] = []


def utility(function: Batch) -> Batch:
    """Registers a function of an array with a row for each component and a column for each sample.

    It returns a number for each sample. A sample's result may depend on nothing but that sample: not
    on the others of the batch, nor on random numbers or time.
    """
    _functions[function.__name__] = function
    return function


def base(function: Batch) -> Batch:
    """Registers a map from noise to samples: an array with a row for each number of noise, standard
    normals first and then uniform numbers, and a column for each sample.

    It returns an array with a row for each value. To be replayable, a sample may depend on nothing but
    its own noise.
    """
    _bases.append(function)
    return function


def serve(function: Batch | None = None) -> None:
    """Answers batches on the standard streams until they end.

    Without a function, the one that `utility` registered; where there are several, the one that is
    named like the job's utility or cost. What is printed goes to standard error.
    """
    # The streams of the protocol are ours alone: a print in a utility must not break a frame.
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    sink = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    sys.stdout = sys.stderr

    frame = _receive(source, bytearray())
    if frame is None:
        return
    kind, payload, buffer = frame
    if kind != HELLO:
        sys.exit("qpool: the first frame is no greeting")
    hello = json.loads(bytes(payload))
    if hello.get("protocol") != PROTOCOL:
        sys.exit(f"qpool: protocol {hello.get('protocol')} is asked for, this is {PROTOCOL}")
    # Results a sample: of a utility one, in a plain array.
    width = hello.get("results") if hello.get("role") == "base" else None
    if width is not None and not function and not _bases:
        sys.exit("qpool: no function is marked with @qpool.base")
    chosen = function or (_bases[-1] if width is not None else _choose(hello.get("name")))
    _send(sink, READY, json.dumps({"protocol": PROTOCOL, "name": chosen.__name__}).encode())

    while True:
        frame = _receive(source, buffer)
        if frame is None:
            return
        kind, payload, buffer = frame
        if kind != BATCH_KIND:
            sys.exit(f"qpool: a frame of kind {kind} is not expected")
        sequence, count, dimension = BATCH.unpack_from(payload)
        x = np.frombuffer(payload, dtype="<f8", offset=BATCH.size, count=count * dimension)
        try:
            results = np.asarray(chosen(x.reshape(dimension, count)), dtype="<f8")
            if results.shape != ((count,) if width is None else (width, count)):
                raise ValueError(
                    f"{chosen.__name__} gave an array of shape {results.shape} for {count} samples")
        except Exception as error:
            traceback.print_exc()
            sys.stderr.flush()
            _send(sink, ERROR, f"{type(error).__name__}: {error}".encode())
            continue
        data = results.tobytes()
        head = HEADER.pack(MAGIC, RESULTS, PROTOCOL, BATCH.size + len(data))
        _write(sink, head + BATCH.pack(sequence, count, width or 0) + data)


def _choose(name: str | None) -> Batch:
    if not _functions:
        sys.exit("qpool: no function is marked with @qpool.utility")
    if len(_functions) == 1:
        return next(iter(_functions.values()))
    if name not in _functions:
        sys.exit(f"qpool: no function is named {name}; there are {', '.join(sorted(_functions))}")
    return _functions[name]


def _receive(source: Raw, buffer: bytearray) -> Frame | None:
    """A frame's kind, its payload and the buffer that holds it; None at the end of the stream."""
    header = _read(source, memoryview(bytearray(HEADER.size)))
    if header is None:
        return None
    magic, kind, version, length = HEADER.unpack(header)
    if magic != MAGIC or version != PROTOCOL:
        sys.exit("qpool: what comes is not a frame of this protocol")
    if len(buffer) < length:
        # Not resized: arrays of the batch before may still look into it.
        buffer = bytearray(length)
    payload = _read(source, memoryview(buffer)[:length])
    return None if payload is None else (kind, payload, buffer)


def _read(source: Raw, view: memoryview) -> memoryview | None:
    position = 0
    while position < len(view):
        got = source.readinto(view[position:])
        if not got:
            return None
        position += got
    return view


def _send(sink: Raw, kind: int, payload: bytes) -> None:
    _write(sink, HEADER.pack(MAGIC, kind, PROTOCOL, len(payload)) + payload)


def _write(sink: Raw, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[sink.write(view):]
