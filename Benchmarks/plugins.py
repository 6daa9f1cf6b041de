#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What it costs to compute a utility outside: beside a formula, and beside NumPy alone.

    python3 Benchmarks/plugins.py --samples 1e7 --rounds 5

Whole processes are timed, start-up included, in alternated rounds; medians.
"""
import argparse
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
QPOOL = os.environ.get("QPOOL", str(HERE.parent / ".build/release/qpool"))
G = '"-(x[0]-1)^2 - sum((x-0.5)^2) + sin(3*x[1])"'


def process(name):
    return f"{{ process: {{ command: [{sys.executable}, {HERE}/plugins/{name}.py], files: {{}} }} }}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=float, default=1e7)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    samples = int(options.samples)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="qpool-bench-"))
    subprocess.run(
        ["clang", "-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC", f"-I{HERE.parent}/clients/c",
         str(HERE / "plugins/plugin.c"), "-lm", "-o", str(folder / "libplugin.so")], check=True)

    def library(name):
        return f"{{ library: {{ path: libplugin.so, function: {name} }} }}"

    cases = {}
    for dimension in (1, 10):
        for name, utility in (("formula", '"x[0]"'), ("library", library("first")), ("process", process("first"))):
            cases[f"first, d={dimension}", name] = job(folder, samples, dimension, utility)
    for name, utility in (("formula", G), ("library", library("g")), ("process", process("numpy_g"))):
        cases["G", name] = job(folder, samples, 10, utility)
    commands = {}
    for case, path in cases.items():
        for threads in (1, 2):
            commands[(*case, threads)] = [QPOOL, "run", path, "--threads", str(threads), "--quiet", "-o", "json"]
    numpy = [sys.executable, str(HERE / "plugins/numpy_g.py")]
    for batch in (8192, 65536):
        commands["G", f"NumPy alone, batches of {batch}", 1] = numpy + ["--alone", str(samples), str(batch)]
    commands["G", "NumPy's utility alone", 1] = numpy + ["--utility", str(samples), "8192"]
    seconds = {case: [] for case in commands}
    for _ in range(options.rounds):
        for case, command in commands.items():
            start = time.perf_counter()
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            spent = time.perf_counter() - start
            # NumPy's own clock leaves out the interpreter's start; qpool's time has everything.
            own = re.match(r"seconds=([0-9.]+)", output)
            seconds[case].append(float(own[1]) if own else spent)
    shutil.rmtree(folder)
    print(f"N = {samples}, medians of {options.rounds} alternated rounds")
    print(f"{'':14}{'computed by':36}{'threads':>8}{'seconds':>9}{'ns/sample':>11}{'over formula':>14}")
    for case, values in seconds.items():
        median = statistics.median(values)
        formula = seconds.get((case[0], "formula", case[2]))
        over = f"{(median - statistics.median(formula)) / samples * 1e9:14.1f}" if formula else ""
        print(f"{case[0]:14}{case[1]:36}{case[2]:>8}{median:>9.2f}{median / samples * 1e9:>11.1f}{over}")
    alone = min(statistics.median(v) for c, v in seconds.items() if c[1].startswith("NumPy alone"))
    through = statistics.median(seconds["G", "process", 1])
    print(f"\nNumPy through `process`, one thread, over NumPy alone: {through / alone:.2f}")


def job(folder, samples, dimension, utility):
    path = folder / f"{len(list(folder.iterdir()))}.yaml"
    path.write_text(
        f"seed: 1\nbase: {{ normal: {{ dimension: {dimension} }} }}\nutility: {utility}\n"
        f"quantile: 1e-3\nsamples: {samples}\n")
    return str(path)


main()
