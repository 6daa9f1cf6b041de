# SPDX-License-Identifier: Apache-2.0
"""Workload G's utility in NumPy: as a plugin of qpool, or alone with NumPy's own normals.

    python3 numpy_g.py --alone 1e7 8192      draws, evaluates, keeps the best 1e-3; prints seconds
    python3 numpy_g.py --utility 1e7 8192    evaluates batches that are there already
"""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients/python/src"))

import numpy as np
import qpool


@qpool.utility
def g(x):
    return -((x[0] - 1) ** 2) - ((x - 0.5) ** 2).sum(axis=0) + np.sin(3 * x[1])


def alone(samples, batch, draws_too):
    """Seconds of the whole job, or of the utility."""
    generator = np.random.Generator(np.random.PCG64(1))
    kept = samples // 1000
    best = np.empty(0)
    indices = np.empty(0, dtype=np.int64)
    floor = -np.inf
    spent = 0.0
    x = generator.standard_normal((10, batch))
    start = time.perf_counter()
    for first in range(0, samples, batch):
        if draws_too:
            x = generator.standard_normal((10, batch))
        begin = time.perf_counter()
        u = g(x)
        spent += time.perf_counter() - begin
        above = np.nonzero(u > floor)[0]
        best = np.concatenate([best, u[above]])
        indices = np.concatenate([indices, above + first])
        if len(best) > 2 * kept:
            order = np.argpartition(best, -kept)[-kept:]
            best, indices = best[order], indices[order]
            floor = best.min()
    return (time.perf_counter() - start) if draws_too else spent


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        print(f"seconds={alone(int(float(sys.argv[2])), int(sys.argv[3]), True)}")
    elif sys.argv[1:2] == ["--utility"]:
        print(f"seconds={alone(int(float(sys.argv[2])), int(sys.argv[3]), False)}")
    else:
        qpool.serve()
