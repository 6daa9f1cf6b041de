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
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ["dask[distributed]", "ray", "ipyparallel", "parsl", "psutil"]
RIVALS = ["qpool", "dask", "ray", "ipyparallel", "parsl"]
CASES = ["worker", "worker-retries", "coordinator"]
LIMIT = 90


def make_venv(folder):
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    probe = [python, "-c", "import dask.distributed, ray, ipyparallel, parsl, psutil"]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        print(f"installing {', '.join(PACKAGES)} into {folder}", file=sys.stderr)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return python


def descendants(root):
    """Every process below one, of its session, or with this case's mark, by number."""
    parents, marked = {}, set()
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as stat:
                parts = stat.read().rpartition(")")[2].split()
            parents[int(entry)] = int(parts[1])
            # Some change their title, which overwrites the mark; some begin a session.
            if int(parts[3]) == root:
                marked.add(int(entry))
            with open(f"/proc/{entry}/environ", "rb") as environ:
                if f"QPOOL_KILLS_CASE={root}".encode() in environ.read().split(b"\0"):
                    marked.add(int(entry))
        except OSError:
            continue
    found = {root}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return (found | marked) - {os.getpid()}
        found |= more


def end(process):
    for _ in range(5):
        left = descendants(process.pid)
        if process.poll() is not None:
            left.discard(process.pid)
        if not left:
            return
        for number in left:
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.poll()
        time.sleep(0.2)


def run(python, rival, case, folder):
    environment = {key: value for key, value in os.environ.items() if key != "QPOOL_CONNECT"}
    environment["PATH"] = f"{pathlib.Path(python).parent}:{environment['PATH']}"
    log = folder / f"{rival}-{case}.log"
    with open(log, "wb") as errors:
        # The case marks itself: what it leaves behind is found by that.
        process = subprocess.Popen(
            ["/bin/sh", "-c", 'QPOOL_KILLS_CASE=$$ exec "$@"', "sh", str(python),
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
    python = sys.executable if chosen.only == ["qpool"] else make_venv(chosen.venv)
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
