#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""NumPy on the two workloads of the throughput comparison: the rival's best plain form.

G: ten standard normals, U = -(x0-1)^2 - sum((x-1/2)^2) + sin(3 x1). E: exponential(1), U = x.
Both return the exact top q = 1e-3 of N samples with their indices. PCG64 with NumPy's ziggurat,
drawn in chunks that stay in cache; candidates above the running threshold are kept and cut back by
argpartition. With two processes each takes half of the samples under a seed of its own, so the
answer depends on the number of processes.

    python3 numpy_workloads.py --samples 1e7 --rounds 5
"""
import argparse
import multiprocessing
import statistics
import time

import numpy as np

CHUNK = 1 << 14


def utility_g(generator, count):
    x = generator.standard_normal((10, count))
    u = np.sin(3 * x[1])
    u -= np.square(x[0] - 1)
    x -= 0.5
    np.square(x, out=x)
    u -= x.sum(axis=0)
    return u


def utility_e(generator, count):
    return generator.standard_exponential(count)


UTILITIES = {"G": utility_g, "E": utility_e}


def cut(values, indices, kept):
    best = np.argpartition(values, values.size - kept)[values.size - kept:]
    return values[best], indices[best]


def top(name, seed, first, count, kept):
    """The best `kept` of samples first ..< first + count: values and indices."""
    generator = np.random.Generator(np.random.PCG64(seed))
    utility = UTILITIES[name]
    values, indices, held = [], [], 0
    threshold = -np.inf
    for start in range(0, count, CHUNK):
        u = utility(generator, min(CHUNK, count - start))
        above = np.flatnonzero(u > threshold)
        values.append(u[above])
        indices.append(above + (first + start))
        held += above.size
        if held >= 4 * kept:
            v, i = cut(np.concatenate(values), np.concatenate(indices), kept)
            values, indices, held, threshold = [v], [i], kept, v.min()
    v, i = np.concatenate(values), np.concatenate(indices)
    return cut(v, i, kept) if v.size > kept else (v, i)


def task(arguments):
    return top(*arguments)


def run(name, samples, processes, pool):
    kept = -(-samples // 1000)
    if processes == 1:
        return top(name, 1, 0, samples, kept)
    share = -(-samples // processes)
    tasks = [(name, 1 + p, p * share, min(share, samples - p * share), kept) for p in range(processes)]
    parts = pool.map(task, tasks)
    return cut(np.concatenate([v for v, _ in parts]), np.concatenate([i for _, i in parts]), kept)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=float, default=1e7)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workload", choices=sorted(UTILITIES), action="append")
    parser.add_argument("--processes", type=int, action="append")
    options = parser.parse_args()
    samples, processes = int(options.samples), options.processes or [1, 2]
    with multiprocessing.Pool(max(processes)) as pool:
        pool.map(abs, range(max(processes)))  # started before the clock runs
        cases = [(w, p) for w in options.workload or ["G", "E"] for p in processes]
        rates = {case: [] for case in cases}
        for _ in range(options.rounds):
            for case in cases:
                start = time.perf_counter()
                values, indices = run(case[0], samples, case[1], pool)
                rates[case].append(samples / (time.perf_counter() - start) / 1e6)
                assert values.size == indices.size == -(-samples // 1000)
                assert np.unique(indices).size == indices.size
    for (workload, count), seen in rates.items():
        print(f"{workload} processes={count} median={statistics.median(seen):.1f} best={max(seen):.1f} million samples a second")


if __name__ == "__main__":
    main()
