#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many threads on few cores: what they wait for one another shows, though there are no cores to be faster on.

    python3 Benchmarks/crowd.py --samples 2e10 --threads 2 8 64 --rounds 2

E with as many threads as asked, in alternated rounds: wall time, processor time and how often a thread gave its
core away to wait (voluntary context switches, two for each thread and batch where nobody waits for a lock).
Where a lock were in the way, 64 threads would take longer than two, and wait as often as there are pieces.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
QPOOL = os.environ.get("QPOOL", str(HERE.parent / ".build/release/qpool"))


def run(path, threads):
    """Wall seconds, processor seconds, waits and the answer's digest."""
    start = time.perf_counter()
    process = subprocess.Popen([QPOOL, "run", path, "--threads", str(threads), "--quiet", "-o", "json"],
                               stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"qpool run --threads {threads} ended with status {status}")
    digest = re.search(r'"digest": "([0-9a-f]+)"', output)[1]
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_nvcsw, digest


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--samples", type=float, default=2e10)
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 8, 64])
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    text = (HERE / "jobs/E.yaml").read_text()
    path = pathlib.Path("/tmp") / f"qpool-crowd-{os.getpid()}.yaml"
    path.write_text(re.sub(r"samples: .*", f"samples: {int(options.samples)}", text))
    seen = {threads: [] for threads in options.threads}
    for _ in range(options.rounds):
        for threads in options.threads:
            seen[threads].append(run(str(path), threads))
    path.unlink()
    pieces = int(options.samples) >> 16
    print(f"E, N={options.samples:.0e}, {pieces} pieces of 65,536, {os.cpu_count()} cores\n")
    print("| threads | wall, s | processor, s | waits | waits a piece |\n|---|---|---|---|---|")
    for threads, runs in seen.items():
        wall, busy, waits = (statistics.median(run[place] for run in runs) for place in range(3))
        print(f"| {threads} | {wall:.2f} | {busy:.2f} | {waits:.0f} | {waits / pieces:.3f} |")
    digests = {digest for runs in seen.values() for *_, digest in runs}
    print(f"\ndigests equal: {len(digests) == 1}")


if __name__ == "__main__":
    main()
