#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long a coordinator's steps take with many workers, in the simulator: nobody else is answered meanwhile.

    python3 Benchmarks/steps.py --workers 1e3 1e4 1e5

Processor time of the steps alone, one schedule each without faults, every law checked. The status is 1 where the
longest step took more than `--most` milliseconds.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
QPOOL = os.environ.get("QPOOL", str(HERE.parent / ".build/release/qpool"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--workers", type=float, nargs="+", default=[1e3, 1e4, 1e5])
    parser.add_argument("--most", type=float, default=20, help="milliseconds of the longest step")
    options = parser.parse_args()
    print("| workers | steps | leases | half within, us | 99 % within, us | longest, ms | memory, MB |")
    print("|---|---|---|---|---|---|---|", flush=True)
    longest = 0
    for workers in options.workers:
        done = subprocess.run(
            [QPOOL, "simulate", "--workers", f"{workers:g}", "--faults", "none", "--schedules", "1",
             "--threads", "1", "--quiet", "-o", "json"], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"steps.py: {workers:g} workers: a law broke")
        report = json.loads(done.stdout)
        steps = report["coordinator"]
        longest = max(longest, steps["longest_nanoseconds"] / 1e6)
        print(f"| {workers:,.0f} | {steps['steps']:,} | {report['leases']['handed_out']:,} "
              f"| {steps['median_nanoseconds'] / 1e3:.1f} | {steps['p99_nanoseconds'] / 1e3:.1f} "
              f"| {steps['longest_nanoseconds'] / 1e6:.1f} | {(report['peak_bytes'] or 0) / 1e6:,.0f} |", flush=True)
    return 0 if longest <= options.most else 1


if __name__ == "__main__":
    sys.exit(main())
