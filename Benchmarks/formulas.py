#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ten formulas as `qpool` evaluates them and compiled from C by hand: the utility alone, one thread.

    python3 Benchmarks/formulas.py [--rounds 5]

Both work on columns of 256 samples in the cache. Alternated rounds, medians, ratios. The C is built
with -O3 -march=native and calls the vector mathematics library of glibc; `qpool` interprets, and calls its own functions.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
QPOOL = os.environ.get("QPOOL", str(HERE.parent / ".build/release/qpool"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--rounds", type=int, default=5)
    rounds = arguments.parse_args().rounds
    by_hand = f"/tmp/qpool-bench-formulas-{os.getpid()}"
    subprocess.run(["clang", "-O3", "-march=native", "-fno-math-errno", "-fveclib=libmvec", str(HERE / "formulas.c"), "-lmvec", "-lm",
                    "-o", by_hand], check=True)
    ours, theirs = {}, {}
    for _ in range(rounds):
        report = json.loads(subprocess.run(
            [QPOOL, "bench", str(HERE / "jobs/formulas.yaml"), "--threads", "1", "--rounds", "3",
             "-o", "json"], check=True, capture_output=True, text=True).stdout)
        for utility in report["utilities"]:
            ours.setdefault(utility["name"], []).append(statistics.median(utility["nanoseconds"]))
        for line in subprocess.run([by_hand, "3"], check=True, capture_output=True,
                                   text=True).stdout.splitlines():
            name, nanoseconds = line.split()[:2]
            theirs.setdefault(name, []).append(float(nanoseconds))
    os.remove(by_hand)
    print("| formula | qpool, ns | by hand in C, ns | ratio |\n|---|---|---|---|")
    for name in ours:
        mine, other = statistics.median(ours[name]), statistics.median(theirs[name])
        print(f"| {name} | {mine:.3f} | {other:.3f} | {mine / other:.2f} |")


if __name__ == "__main__":
    main()
