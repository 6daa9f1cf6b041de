#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same job on qpool and on the Python pools, two workers each, and tasks that do nothing.

    python3 Benchmarks/rivals/throughput.py                      makes its own venv, prints tables
    python3 Benchmarks/rivals/throughput.py --only qpool dask --rounds 3

Workloads G and E: exact top 0.1 % with indices. The Python pools run NumPy in eight tasks, each with a
seed of its own (so their answers change with the number of tasks; qpool's does not). Rounds are
alternated, medians count; memory is the largest sum over all processes, shared pages divided.
`numba` is one process with two threads, `processes` is multiprocessing.Pool.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

from processes import end, make_venv, memory

HERE = pathlib.Path(__file__).resolve().parent
SYSTEMS = ["qpool", "processes", "dask", "ray", "ipyparallel", "parsl", "numba"]
PACKAGES = {"dask[distributed]": "dask.distributed", "ray": "ray", "ipyparallel": "ipyparallel",
            "parsl": "parsl", "psutil": "psutil", "numba": "numba", "numpy": "numpy"}
LIMIT = 300


def run(python, system, workload, samples, log):
    """What a case reports, with `peak` megabytes."""
    environment = {key: value for key, value in os.environ.items() if key != "QPOOL_CONNECT"}
    environment["PATH"] = f"{pathlib.Path(python).parent}:{environment['PATH']}"
    environment["OMP_NUM_THREADS"] = "1"
    with open(log, "ab") as errors:
        process = subprocess.Popen(
            ["/bin/sh", "-c", 'QPOOL_RIVAL_CASE=$$ exec "$@"', "sh", str(python),
             str(HERE / "throughput_case.py"), system, workload, str(samples)],
            stdout=subprocess.PIPE, stderr=errors, env=environment, start_new_session=True)
        os.set_blocking(process.stdout.fileno(), False)
        begin, text, peak, looked = time.monotonic(), "", 0, 0
        answer = None
        while answer is None and time.monotonic() - begin < LIMIT:
            ended = process.poll() is not None
            data = process.stdout.read()
            text += (data or b"").decode(errors="replace")
            for line in text.splitlines(keepends=True):
                if line.startswith("CASE ") and line.endswith("\n"):
                    answer = json.loads(line[5:])
            if time.monotonic() - looked > 0.25:
                peak, looked = max(peak, memory(process.pid)), time.monotonic()
            if answer is None and ended and not data:
                break
            time.sleep(0.01)
        end(process)
    if answer is None:
        sys.exit(f"{system} gave no answer on {workload}: see {log}")
    return {**answer, "peak": peak}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=SYSTEMS, default=SYSTEMS)
    parser.add_argument("--workloads", nargs="+", choices=["G", "E", "tasks"], default=["G", "E", "tasks"])
    parser.add_argument("--samples", type=float, default=1e8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--venv", type=pathlib.Path, default=pathlib.Path("/tmp/qpool-rivals"))
    parser.add_argument("-o", "--output", type=pathlib.Path, help="also keep the numbers, as JSON")
    chosen = parser.parse_args()
    python = make_venv(chosen.venv, PACKAGES)
    log = pathlib.Path(f"/tmp/qpool-rivals-{os.getpid()}.log")
    results = {}
    for workload in chosen.workloads:
        systems = [s for s in chosen.only if not (s == "numba" and workload == "tasks")]
        seen = {system: [] for system in systems}
        for _ in range(chosen.rounds):
            for system in systems:
                seen[system].append(run(python, system, workload, int(chosen.samples), log))
        results[workload] = middle = {
            system: {key: statistics.median(case[key] for case in cases) for key in cases[0]}
            for system, cases in seen.items()}
        base = middle.get("qpool")
        if workload == "tasks":
            print("\n| tasks that do nothing | a second | round trip, median µs | p99 µs | start, s |\n|---|---|---|---|---|")
            for system, m in middle.items():
                print(f"| {system} | {m['rate']:,.0f} | {m['median']:,.0f} | {m['p99']:,.0f} | {m['start']:.2f} |")
        else:
            print(f"\n| {workload}, N = {chosen.samples:.0e} | million samples/s | qpool is faster by | start, s "
                  "| qpool is faster by, start included | peak MB |\n|---|---|---|---|---|---|")
            for system, m in middle.items():
                alone = m["seconds"] / base["seconds"] if base else float("nan")
                whole = (m["seconds"] + m["start"]) / (base["seconds"] + base["start"]) if base else float("nan")
                print(f"| {system} | {m['rate'] / 1e6:.1f} | {alone:.2f} | {m['start']:.2f} | {whole:.2f} "
                      f"| {m['peak']:.0f} |")
        sys.stdout.flush()
    if chosen.output:
        chosen.output.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
