#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many times as fast a job is on many cores: lanes, lock and batches in virtual time.

    python3 Benchmarks/cores.py lanes.txt         # what LaneMeasurement printed, or - for standard input
    python3 Benchmarks/cores.py --parts '{"piece": 218, "own": 4.4, "shared": 9, "batch": 150}'

Parts are microseconds of one core: `piece` evaluates 65,536 samples, `own` merges them into the lane's state,
`shared` merges 16 of them into the range's state under the lock, `batch` is what one thread does at the end of a
batch, waking the others included. Lanes take pieces as `PieceCursor` gives them; a piece takes up to a
twentieth more or less than the mean, by a seed. The core's own rate is taken to stay the same however many
compute: what cores share, power and memory, is not in it. `before` is the program without the lanes' own states:
each piece under the lock, and batches of 2^24 samples.
"""
import argparse
import heapq
import json
import random
import re
import sys

SAMPLES_OF_A_PIECE = 1 << 16
LONGEST_RUN = 16


def next_run(start, count, lanes):
    """The pieces of a run, as PieceCursor has them."""
    share = max(1, (count - start) // (4 * lanes))
    aligned = start & -start if start else LONGEST_RUN
    most = min(share, aligned, LONGEST_RUN)
    return 1 << (most.bit_length() - 1)


def batch_pieces(lanes, sharded):
    level = max(24, 23 + (lanes - 1).bit_length()) if sharded else 24
    return (1 << level) // SAMPLES_OF_A_PIECE


def batch(lanes, parts, sharded, chance):
    """Microseconds until a batch is done, its end included."""
    count = batch_pieces(lanes, sharded)
    taken, lock, end = 0, 0.0, 0.0
    # When a lane is ready, which one, and how many pieces wait in it for the lock.
    ready = [(0.0, lane, 0) for lane in range(lanes)]
    while ready:
        now, lane, held = heapq.heappop(ready)
        if held >= (LONGEST_RUN if sharded else 1) or held and taken == count:
            # In the order in which lanes come to it.
            lock = max(now, lock) + parts["shared" if sharded else "own"]
            end = max(end, lock)
            heapq.heappush(ready, (lock, lane, 0))
        elif taken < count:
            run = next_run(taken, count, lanes) if sharded else 1
            taken += run
            work = sum(parts["piece"] * chance.uniform(0.95, 1.05) for _ in range(run))
            if sharded:
                work += run * parts["own"]
            heapq.heappush(ready, (now + work, lane, held + run))
    return end + parts["batch"]


def rate(lanes, parts, sharded, batches):
    """Pieces a microsecond."""
    chance = random.Random(lanes)
    time = sum(batch(lanes, parts, sharded, chance) for _ in range(batches))
    return batches * batch_pieces(lanes, sharded) / time


def measured(path):
    text = sys.stdin.read() if path == "-" else open(path).read()
    found = re.findall(r"^lanes: (\{.*\})$", text, re.M)
    if not found:
        sys.exit("cores.py: no line `lanes: {…}`; run LaneMeasurement with QPOOL_MEASURE=1")
    return json.loads(found[-1])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("path", nargs="?", help="output of LaneMeasurement")
    arguments.add_argument("--parts", type=json.loads, help="the parts, as JSON")
    arguments.add_argument("--work", type=float, default=1, help="times E's work a sample (G: 7)")
    arguments.add_argument("--batches", type=int, default=20)
    given = arguments.parse_args()
    if (given.path is None) == (given.parts is None):
        arguments.error("give a file or --parts")
    parts = given.parts or measured(given.path)
    parts["piece"] *= given.work
    print(" ".join(f"{name} {value:g} us" for name, value in parts.items()))
    one = {sharded: rate(1, parts, sharded, given.batches) for sharded in (False, True)}
    print("\n| cores | before | with states of their own |\n|---|---|---|")
    for lanes in (1, 2, 4, 8, 16, 32, 64, 128):
        before, now = (rate(lanes, parts, sharded, given.batches) / one[sharded]
                       for sharded in (False, True))
        print(f"| {lanes} | {before:.1f} | {now:.1f} |")


if __name__ == "__main__":
    main()
