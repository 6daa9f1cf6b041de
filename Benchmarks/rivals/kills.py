#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of a worker or of the coordinator, 0.7 s into a job of 32 tasks: qpool beside its rivals.

    python3 Benchmarks/rivals/kills.py                     makes its own venv, prints a table
    python3 Benchmarks/rivals/kills.py --only qpool dask   some of them

Two workers of one thread each; a task takes about 0.2 s. After the job another small one shows whether
the pool still lives: a cell says so where it does not. Each case is a process of its own, ended with
all its descendants after 90 s. What dies:

- worker: the process that computes (for Dask the one under the nanny, for Parsl a worker of the pool);
- coordinator: Dask's scheduler, Ray's GCS, ipyparallel's controller with its schedulers, Parsl's
  interchange, qpool's coordinator. Dask's scheduler and qpool's coordinator are started again after a
  second at the same address; the others are children of the user's own process and have no such command.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

from processes import end, make_venv

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = {"dask[distributed]": "dask.distributed", "ray": "ray", "ipyparallel": "ipyparallel",
            "parsl": "parsl", "psutil": "psutil"}
RIVALS = ["qpool", "dask", "ray", "ipyparallel", "parsl"]
CASES = ["worker", "worker-retries", "coordinator"]
LIMIT = 90


def run(python, rival, case, folder):
    environment = {key: value for key, value in os.environ.items() if key != "QPOOL_CONNECT"}
    environment["PATH"] = f"{pathlib.Path(python).parent}:{environment['PATH']}"
    log = folder / f"{rival}-{case}.log"
    with open(log, "wb") as errors:
        # The case marks itself: what it leaves behind is found by that.
        process = subprocess.Popen(
            ["/bin/sh", "-c", 'QPOOL_RIVAL_CASE=$$ exec "$@"', "sh", str(python),
             str(HERE / "kill_case.py"), rival, case],
            stdout=subprocess.PIPE, stderr=errors, env=environment, start_new_session=True)
        start = time.perf_counter()
        lines = []
        os.set_blocking(process.stdout.fileno(), False)
        first = answer = None
        while time.perf_counter() - start < LIMIT and answer is None:
            data = process.stdout.read()
            if data:
                lines.append(data)
            text = b"".join(lines).decode(errors="replace")
            for line in text.splitlines(keepends=True):
                if line.startswith("CASE ") and line.endswith("\n"):
                    found = json.loads(line[5:])
                    if found.pop("more", False):
                        first = found
                    else:
                        answer = found
            if answer is None and process.poll() is not None and not data:
                answer = {"outcome": f"ended the user's process (status {process.returncode})",
                          "seconds": time.perf_counter() - start}
            time.sleep(0.05)
        if answer is None:
            started = "STARTED" in b"".join(lines).decode(errors="replace")
            answer = {"outcome": "hung" if started else "did not start", "seconds": LIMIT}
        end(process)
    cell = f"{answer['outcome']}, {answer['seconds']:.1f} s"
    if first is None:
        return cell
    text = f"{first['outcome']}, {first['seconds']:.1f} s"
    return text if answer["outcome"] == "the next job finished" else f"{text}; then {cell}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=RIVALS, default=RIVALS)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES)
    parser.add_argument("--venv", type=pathlib.Path, default=pathlib.Path("/tmp/qpool-rivals"))
    chosen = parser.parse_args()
    python = sys.executable if chosen.only == ["qpool"] else make_venv(chosen.venv, PACKAGES)
    folder = pathlib.Path(f"/tmp/qpool-kills-{os.getpid()}")
    folder.mkdir()
    print("| | " + " | ".join(
        {"worker": "a worker, defaults", "worker-retries": "a worker, retries = 3",
         "coordinator": "the coordinator"}[case] for case in chosen.cases) + " |")
    print("|---" * (len(chosen.cases) + 1) + "|", flush=True)
    for rival in chosen.only:
        cells = []
        for case in chosen.cases:
            cells.append(run(python, rival, case, folder))
        print(f"| {rival} | " + " | ".join(cells) + " |", flush=True)
    print(f"logs: {folder}", file=sys.stderr)


if __name__ == "__main__":
    main()
