#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts instructions under callgrind and holds them against the numbers in instructions.json.

    python3 Benchmarks/instructions.py             status 1 where something takes notably more
    python3 Benchmarks/instructions.py --update    records what is counted now

Counts do not depend on what else the machine does, so they show a slow-down that no clock in a shared
place could. A sample's count is the difference of two runs of the whole program, so start-up drops
out. callgrind knows no AVX-512: what is counted is the AVX2 build of the kernels.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
QPOOL = os.environ.get("QPOOL", str(HERE.parent / ".build/release/qpool"))
RECORD = HERE / "instructions.json"
TOLERANCE = 0.05

# callgrind writes to the mask that sigsuspend is given; Dispatch's lies in read-only memory.
SIGSUSPEND = """
#include <signal.h>
#include <unistd.h>
int sigsuspend(const sigset_t *mask) { (void)mask; return pause(); }
"""


class Counter:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        source = self.folder / "sigsuspend.c"
        source.write_text(SIGSUSPEND)
        self.preload = str(self.folder / "sigsuspend.so")
        subprocess.run(["clang", "-shared", "-fPIC", "-O1", str(source), "-o", self.preload], check=True)
        # callgrind 3.19 cannot read the debug information of this compiler.
        self.binary = str(self.folder / "qpool")
        subprocess.run(["strip", "-o", self.binary, QPOOL], check=True)

    def run(self, *arguments):
        """Instructions of one run, and its output."""
        environment = dict(os.environ, LD_PRELOAD=self.preload, SWIFT_DETERMINISTIC_HASHING="1")
        process = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", self.binary, *arguments],
            capture_output=True, text=True, env=environment)
        found = re.search(r"Collected : (\d+)", process.stderr)
        if process.returncode != 0 or not found:
            sys.exit(f"qpool {' '.join(arguments)} under callgrind: {process.stderr[-2000:]}")
        return int(found[1]), process.stdout

    def sample(self, name, samples):
        """Instructions that one more sample of a job takes."""
        text = (HERE / "jobs" / f"{name}.yaml").read_text()
        counts = []
        for count in (samples, 2 * samples):
            path = self.folder / f"{name}-{count}.yaml"
            path.write_text(re.sub(r"samples: .*", f"samples: {count}", text))
            counts.append(self.run("run", str(path), "--threads", "1", "--quiet")[0])
        return (counts[1] - counts[0]) / samples


def measure(counter):
    cases = {
        "qpool --help": lambda: counter.run("--help")[0],
        "G, a sample": lambda: counter.sample("G", 50_000),
        "E, a sample": lambda: counter.sample("E", 200_000),
        "ten formulas, a sample": lambda: counter.sample("formulas", 20_000),
        "a simulated pool": lambda: counter.run(
            "simulate", "--seed", "1", "--faults", "none", "--threads", "1", "--quiet")[0],
    }
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return {name: round(count, 1) for name, count in zip(cases, pool.map(lambda f: f(), cases.values()))}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--update", action="store_true", help="record what is counted now")
    update = arguments.parse_args().update
    with tempfile.TemporaryDirectory() as folder:
        counter = Counter(folder)
        _, output = counter.run("bench", "--samples", "1e3", "--rounds", "1", "--threads", "1", "-o", "json")
        instructions = json.loads(output)["instruction_set"]
        if instructions != "avx2":
            sys.exit(print(f"skipped: callgrind shows {instructions} here; the record is of avx2"))
        counts = measure(counter)
    if update:
        RECORD.write_text(json.dumps(counts, indent=2) + "\n")
    recorded = json.loads(RECORD.read_text())
    worse = []
    for name, count in counts.items():
        ratio = count / recorded[name]
        print(f"{name}: {count:,.1f} instructions, recorded {recorded[name]:,.1f}, ratio {ratio:.3f}")
        if ratio > 1 + TOLERANCE:
            worse.append(name)
        elif ratio < 1 - TOLERANCE:
            print(f"  better by {1 - ratio:.0%}: record it with --update")
    if worse:
        sys.exit(f"more instructions than recorded: {', '.join(worse)}; mend it, or say why in a commit "
                 "that runs Benchmarks/instructions.py --update")


if __name__ == "__main__":
    main()
