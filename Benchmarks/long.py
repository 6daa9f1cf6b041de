#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One long job on a pool: its rate and the memory of each process over time.

    python3 Benchmarks/long.py                            E, 1e11 samples, two one-thread workers
    python3 Benchmarks/long.py --samples 1e10 -o long.json
    python3 Benchmarks/long.py --memory 64MB --seconds 15     only the peaks of its beginning

Prints a line for each tenth of the samples: the rate in it, and the resident memory of the coordinator
and of the largest worker at its end. Fails where a process took more than --most megabytes.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import poolwire as wire

HERE = pathlib.Path(__file__).resolve().parent


def resident(process):
    """Megabytes now, and at most so far."""
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return tuple(int(re.search(rf"^{key}:\s+(\d+)", text, re.M)[1]) / 1024 for key in ("VmRSS", "VmHWM"))


def report(peaks, most):
    print(f"peak: coordinator {peaks[0]:.0f} MB, workers {', '.join(f'{p:.0f}' for p in peaks[1:])} MB")
    if max(peaks) > most:
        sys.exit(f"more than {most:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=float, default=1e11)
    parser.add_argument("--workload", choices=["E", "G"], default="E")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", default="32MB", help="the job's `memory`, for candidates in one process")
    parser.add_argument("--every", type=float, default=2, help="seconds between looks")
    parser.add_argument("--seconds", type=float, help="stop then, and print the peaks alone")
    parser.add_argument("--most", type=float, default=256, help="megabytes that a process may take")
    parser.add_argument("-o", "--output", type=pathlib.Path, help="also keep every look, as JSON")
    options = parser.parse_args()
    qpool = wire.find_qpool()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        text = (HERE / "jobs" / f"{options.workload}.yaml").read_text()
        text = re.sub(r"samples: .*", f"samples: {int(options.samples)}\nmemory: {options.memory}", text)
        (folder / "job.yaml").write_text(text)
        coordinator = wire.Coordinator(str(folder), "--store", str(folder / "store.sqlite"))
        processes, endpoint = [coordinator.process], coordinator.endpoint
        try:
            processes += [
                subprocess.Popen([qpool, "worker", "--connect", endpoint, "--threads", "1", "--quiet"])
                for _ in range(options.workers)]

            def client(*arguments):
                return subprocess.run([qpool, *arguments, "--connect", endpoint], check=True,
                                      capture_output=True, text=True).stdout

            client("submit", str(folder / "job.yaml"), "--id", "long", "--quiet")
            start, looks = time.monotonic(), []
            while True:
                status = json.loads(client("status", "long", "-o", "json"))
                sizes = [resident(process) for process in processes]
                looks.append({
                    "seconds": time.monotonic() - start, "samples": status["issued"],
                    "coordinator": sizes[0][0], "worker": max(size[0] for size in sizes[1:])})
                if status["state"] not in ("queued", "running", "finishing"):
                    break
                if options.seconds and time.monotonic() - start > options.seconds:
                    break
                time.sleep(options.every)
            peaks = [resident(process)[1] for process in processes]
        finally:
            for process in processes[::-1]:
                process.terminate()
            for process in processes:
                process.wait()
    if options.seconds:
        print(f"{looks[-1]['samples']:.3g} samples in {looks[-1]['seconds']:.1f} s, ", end="")
        return report(peaks, options.most)
    if status["state"] != "done":
        sys.exit(f"the job is {status['state']}")
    print("| done | seconds | million samples/s | coordinator, MB | worker, MB |\n|---|---|---|---|---|")
    last = looks[0]
    for tenth in range(1, 11):
        look = next(l for l in looks if l["samples"] >= options.samples * tenth / 10)
        if look is last:
            continue
        rate = (look["samples"] - last["samples"]) / (look["seconds"] - last["seconds"]) / 1e6
        print(f"| {look['samples'] / options.samples:.0%} | {look['seconds']:.0f} | {rate:.0f} "
              f"| {look['coordinator']:.0f} | {look['worker']:.0f} |")
        last = look
    print()
    if options.output:
        options.output.write_text(json.dumps({"looks": looks, "peaks": peaks}, indent=1) + "\n")
    report(peaks, options.most)


if __name__ == "__main__":
    main()
