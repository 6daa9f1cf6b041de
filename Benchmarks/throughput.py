#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`qpool run` beside NumPy and a hand-written kernel, and a pool of two workers beside `qpool run`.

    python3 Benchmarks/throughput.py                      G and E, one core and two, in one run
    python3 Benchmarks/throughput.py --overhead 1e9       the pool's overhead over `run`
    python3 Benchmarks/throughput.py --level avx2         the kernels alone, called from C, beside the hand-written
                                                          ones for AVX2 (or avx512), whatever else the machine has

Whole processes are timed, start-up included, in alternated rounds; medians, ratios, peak memory.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
QPOOL = os.environ.get("QPOOL", str(HERE.parent / ".build/release/qpool"))


def timed(command):
    """Seconds, peak resident MB and output of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{command} ended with status {status}")
    return seconds, usage.ru_maxrss / 1024, output


def job(name, samples):
    text = (HERE / "jobs" / f"{name}.yaml").read_text()
    path = pathlib.Path("/tmp") / f"qpool-bench-{os.getpid()}-{name}.yaml"
    path.write_text(re.sub(r"samples: .*", f"samples: {int(samples)}", text))
    return str(path)


def compiled(name, *arguments):
    binary = f"/tmp/qpool-bench-{name}-{os.getpid()}"
    subprocess.run(["clang", *arguments, "-lm", "-lpthread", "-o", binary], check=True)
    return binary


def reference(level=None):
    """The hand-written kernel, built; without a level None where the machine has no AVX-512."""
    if level is None and "avx512dq" not in pathlib.Path("/proc/cpuinfo").read_text():
        return None
    target = "x86-64-v3" if level == "avx2" else "native"
    return compiled("reference", "-O3", f"-march={target}", str(HERE / "reference.c"))


def digest(output):
    return re.search(r'"digest": "([0-9a-f]+)"', output)[1]


def beside_numpy(samples, numpy_samples, rounds, workloads):
    cases = {}
    by_hand = reference()
    for name in workloads:
        path = job(name, samples)
        for threads in (1, 2):
            cases["qpool", name, threads] = (
                [QPOOL, "run", path, "--threads", str(threads), "--quiet", "-o", "json"], samples)
            if by_hand:
                cases["by hand", name, threads] = (
                    [by_hand, name, str(samples), str(threads)], samples)
            if name == "G100":
                continue
            cases["NumPy", name, threads] = (
                [sys.executable, str(HERE / "numpy_workloads.py"), "--samples", str(numpy_samples),
                 "--rounds", "1", "--workload", name, "--processes", str(threads)], numpy_samples)
    rates, memory, digests = {c: [] for c in cases}, {c: 0 for c in cases}, {}
    for _ in range(rounds):
        for case, (command, count) in cases.items():
            seconds, peak, output = timed(command)
            if case[0] == "NumPy":
                # Its own clock, which leaves out the interpreter's start.
                rates[case].append(float(re.search(r"best=([0-9.]+)", output)[1]))
            else:
                rates[case].append(count / seconds / 1e6)
            if case[0] == "qpool":
                digests.setdefault(case[1], set()).add(digest(output))
            memory[case] = max(memory[case], peak)
    print(f"{'':8}{'threads':>8}{'qpool M/s':>12}{'NumPy M/s':>12}{'ratio':>8}{'by hand M/s':>13}{'ratio':>8}"
          f"{'qpool MB':>10}{'NumPy MB':>10}")
    for name in workloads:
        for threads in (1, 2):
            q, n = (statistics.median(rates.get((x, name, threads), [float("nan")])) for x in ("qpool", "NumPy"))
            hand = statistics.median(rates["by hand", name, threads]) if by_hand else float("nan")
            print(f"{name:8}{threads:>8}{q:>12.1f}{n:>12.1f}{q / n:>8.2f}{hand:>13.1f}{q / hand:>8.2f}"
                  f"{memory['qpool', name, threads]:>10.0f}{memory.get(('NumPy', name, threads), 0):>10.0f}")
    assert all(len(d) == 1 for d in digests.values()), "the digests differ"


def same_answers(samples, workloads):
    """Whether draws, thresholds and what is said of the kept are those of drawing every sample whole."""
    for name in workloads:
        path = job(name, samples)
        seen = []
        for measured in ("part", "all"):
            command = [QPOOL, "run", path, "--set", f"statistics={measured}", "--quiet", "-o", "json"]
            result = json.loads(timed(command)[2])
            for member in ("mean", "sd", "measured"):
                result["utility"].pop(member, None)
            seen.append([result[member] for member in ("draws", "threshold", "kept", "utility", "certificate")])
        assert seen[0] == seen[1], f"{name}: giving up early changed the answer"
        print(f"{name}: the draws, the threshold and the top of {samples:g} samples are those of drawing all whole")


def kernels(level, samples, rounds):
    """The project's kernels and the hand-written ones with the same instructions, one thread, by their own clocks."""
    sources = HERE.parent / "Sources/CKernels"
    ours = compiled("kernels", "-O2", "-DKERNELS", f"-I{sources / 'include'}", str(HERE / "reference.c"),
                    *map(str, sorted(sources.glob("*.c"))))
    by_hand = reference(level)
    number = {"avx2": "1", "avx512": "2"}[level]
    print(f"{level:8}{'kernels M/s':>13}{'by hand M/s':>13}{'ratio':>8}{'of rounds':>14}")
    for name in ("G", "E"):
        arguments = [name, str(int(samples)), "1"]
        rates, thresholds = ([], []), set()
        for _ in range(rounds):
            for seen, command in zip(rates, ([ours, *arguments, number], [by_hand, *arguments])):
                report = json.loads(timed(command)[2])
                seen.append(report["samples"] / report["seconds"] / 1e6)
                thresholds.add(f"{report['threshold']:.11g}")
        ratios = [q / h for q, h in zip(*rates)]
        q, h = map(statistics.median, rates)
        print(f"{name:8}{q:>13.1f}{h:>13.1f}{statistics.median(ratios):>8.2f}"
              f"{min(ratios):>8.2f}{max(ratios):>6.2f}")
        assert len(thresholds) == 1, f"the thresholds differ: {thresholds}"
    os.remove(ours)
    os.remove(by_hand)


def overhead(samples, rounds):
    """The same job through a coordinator and two one-thread workers, and through `run` with two threads."""
    path = job("G", samples)
    seen = {"run": [], "pool": []}
    digests = set()
    coordinator = subprocess.Popen(
        [QPOOL, "coordinator", "--listen", "tcp://127.0.0.1:0", "--in-memory"]
        if "--in-memory" in subprocess.run([QPOOL, "coordinator", "--help"], capture_output=True, text=True).stdout
        else [QPOOL, "coordinator", "--listen", "tcp://127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    endpoint = None
    while endpoint is None:
        found = re.search(r"listening on (tcp://\S+)", coordinator.stderr.readline())
        endpoint = found and found[1]
    os.set_blocking(coordinator.stderr.fileno(), False)
    workers = [subprocess.Popen([QPOOL, "worker", "--connect", endpoint, "--threads", "1", "--quiet"]) for _ in range(2)]
    time.sleep(1)
    try:
        for _ in range(rounds):
            seconds, _, output = timed([QPOOL, "run", path, "--threads", "2", "--quiet", "-o", "json"])
            seen["run"].append(seconds)
            digests.add(digest(output))
            seconds, _, output = timed([QPOOL, "submit", "--wait", "--quiet", "-o", "json", "--connect", endpoint, path])
            seen["pool"].append(seconds)
            digests.add(digest(output))
    finally:
        for process in workers + [coordinator]:
            process.send_signal(signal.SIGTERM)
        for process in workers + [coordinator]:
            process.wait()
    run, pool = statistics.median(seen["run"]), statistics.median(seen["pool"])
    print(f"G, N={samples:.0e}: run {run:.2f} s, pool {pool:.2f} s, ratio {pool / run:.3f}; digests equal: {len(digests) == 1}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=float, default=1e8)
    parser.add_argument("--numpy-samples", type=float, default=2e7, help="fewer, as its rate does not depend on it")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workloads", nargs="+", default=["G", "E"], choices=("G", "E", "G100"))
    parser.add_argument("--overhead", type=float, help="samples of the pool's overhead comparison")
    parser.add_argument("--level", choices=("avx2", "avx512"), help="the kernels of this instruction set alone")
    options = parser.parse_args()
    if options.level:
        kernels(options.level, options.samples, options.rounds)
    elif options.overhead:
        overhead(options.overhead, options.rounds)
    else:
        beside_numpy(options.samples, options.numpy_samples, options.rounds, options.workloads)
        same_answers(min(options.samples, 1e8), options.workloads)


if __name__ == "__main__":
    main()
