#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a clean build of qpool costs, and which package costs it: Benchmarks/build.py --rounds 3

Each round runs `ops/qpool demo` in a fresh clone of this checkout's HEAD, as a newcomer does, from getting the
packages to the demonstration's answer, and prints wall and processor seconds. Compilers are watched in /proc; their processor time is
counted for the package or target that they compile. Run it on an otherwise idle machine.
"""
import argparse
import collections
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")


def owner(arguments: list[str], folder: str) -> str | None:
    """The package (of a dependency) or target (of ours) that a compiler's command line is for."""
    program = os.path.basename(arguments[0]) if arguments else ""
    if program not in ("swift-frontend", "clang", "clang-21", "ld.gold", "ld.lld", "ld"):
        return None
    if program.startswith("ld"):
        return "linking"
    if "-module-name" in arguments:
        module = arguments[arguments.index("-module-name") + 1]
        return f"{module} (ours)" if (pathlib.Path(folder) / "Sources" / module).is_dir() else module
    sources = [argument for argument in arguments if argument.endswith((".c", ".cc", ".S"))]
    found = re.search(r"/\.build/checkouts/([^/ ]+)/", sources[0]) if sources else None
    if found:
        return f"{found[1]} (C)"
    found = re.search(r"/Sources/([^/ ]+)/", sources[0]) if sources else None
    return f"{found[1]} (ours)" if found else "other"


def watch(folder: str, stop: threading.Event, seconds: dict[int, tuple[str, float]]) -> None:
    while not stop.is_set():
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    arguments = file.read().decode(errors="replace").split("\0")
                if folder not in " ".join(arguments) and os.readlink(f"/proc/{entry}/cwd") != folder:
                    continue
                name = owner(arguments, folder)
                with open(f"/proc/{entry}/stat") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if name is not None:
                seconds[int(entry)] = (name, (int(fields[11]) + int(fields[12])) / TICK)
        stop.wait(0.1)


def build(folder: str) -> tuple[float, float, dict[str, float]]:
    seconds: dict[int, tuple[str, float]] = {}
    stop = threading.Event()
    watcher = threading.Thread(target=watch, args=(folder, stop, seconds))
    watcher.start()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(["ops/qpool", "demo"], cwd=folder, check=True, capture_output=True)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    stop.set()
    watcher.join()
    total = collections.Counter()
    for name, value in seconds.values():
        total[name] += value
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, processor, dict(total)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--touch", action="append", default=[], metavar="FILE",
        help="after the clean build, add a comment to FILE and build again (repeatable)")
    options = parser.parse_args()
    walls, processors, parts = [], [], collections.defaultdict(list)
    again = collections.defaultdict(list)
    for round_number in range(1, options.rounds + 1):
        scratch = tempfile.mkdtemp(prefix="qpool-build-")
        folder = f"{scratch}/clone"
        try:
            subprocess.run(["git", "clone", "-q", str(ROOT), folder], check=True)
            wall, processor, by_package = build(folder)
            walls.append(wall)
            processors.append(processor)
            for name, value in by_package.items():
                parts[name].append(value)
            print(f"round {round_number}: {wall:.0f} s wall, {processor:.0f} s of processor time", flush=True)
            for file in options.touch:
                with open(f"{folder}/{file}", "a") as handle:
                    handle.write("// touched\n")
                again[file].append(build(folder)[:2])
        finally:
            shutil.rmtree(scratch)
    print(f"\nmedian of {options.rounds}: {statistics.median(walls):.0f} s wall, "
          f"{statistics.median(processors):.0f} s of processor time\n")
    print("| part | seconds of processor time |\n|---|---|")
    for name, values in sorted(parts.items(), key=lambda item: -statistics.median(item[1])):
        print(f"| {name} | {statistics.median(values):.0f} |")
    for file, pairs in again.items():
        wall = statistics.median(pair[0] for pair in pairs)
        processor = statistics.median(pair[1] for pair in pairs)
        print(f"\nafter a change in {file}: {wall:.0f} s wall, {processor:.0f} s of processor time")


if __name__ == "__main__":
    main()
