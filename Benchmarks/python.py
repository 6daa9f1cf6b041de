#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the Python client takes beyond the program, and a notebook's function beyond one in a file.

    PYTHONPATH=clients/python/src python3 Benchmarks/python.py --qpool PATH [--runs 9]

Each pair is run in turn, so that both see the same machine; medians are told.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("--qpool", required=True)
parser.add_argument("--runs", type=int, default=9)
options = parser.parse_args()
options.qpool = os.path.abspath(options.qpool)
os.environ["QPOOL"] = options.qpool
# Plugins run in the job's folder.
os.environ["PYTHONPATH"] = os.pathsep.join(
    os.path.abspath(folder) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder)
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]

import numpy as np  # noqa: E402

import qpool  # noqa: E402

FILE = """
import numpy as np
import qpool

@qpool.utility
def bowl(x):
    return -np.sqrt((x ** 2).sum(axis=0)) + np.sin(x[0])

if __name__ == "__main__":
    qpool.serve()
"""


def bowl(x):
    return -np.sqrt((x ** 2).sum(axis=0)) + np.sin(x[0])


def program(folder, job):
    """The program alone, as a shell would call it."""
    path = folder / "job.json"
    path.write_text(json.dumps(job))
    return subprocess.run(
        [options.qpool, "run", path, "-o", "json", "--quiet"], check=True, capture_output=True).stdout


def seconds(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def compare(name, one, first, other, second):
    """Two ways in turn, the first of each left out."""
    pairs = [(seconds(first), seconds(second)) for _ in range(options.runs + 1)][1:]
    a, b = (statistics.median(times) for times in zip(*pairs))
    print(f"{name}: {one} {1e3 * a:.0f} ms, {other} {1e3 * b:.0f} ms; "
          f"{1e3 * (b - a):+.0f} ms, ratio {b / a:.2f}", flush=True)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "bowl.py").write_text(FILE)
    base = {"base": {"normal": {"dimension": 4}}, "quantile": 0.01, "draws": 5}
    for samples in (1e4, 1e8):
        job = {**base, "utility": "norm(x)", "samples": samples}
        checked = qpool.Job.of(job)
        compare(f"formula, {samples:g} samples", "program", lambda: program(folder, job),
                "client", lambda: qpool.run(checked, progress=False))
    compare("to make a job", "program's check", lambda: subprocess.run(
        [options.qpool, "check", folder / "job.json", "--samples", "0"], check=True, capture_output=True),
        "Job", lambda: qpool.Job.of(job))
    file_job = {**base, "utility": {"process": {"command": ["python3", "bowl.py"]}}, "samples": 4e6}
    sent = qpool.Job.of({**base, "utility": bowl, "samples": 4e6})
    file = json.loads(program(folder, file_job))
    assert [draw["index"] for draw in file["draws"]] == list(qpool.run(sent, progress=False).indices)
    compare("NumPy function, 4e6 samples", "in a file", lambda: program(folder, file_job),
            "of a notebook", lambda: qpool.run(sent, progress=False))
