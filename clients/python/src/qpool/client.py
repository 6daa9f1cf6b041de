# SPDX-License-Identifier: Apache-2.0
"""Jobs from Python: the command line's verbs, with NumPy arrays back."""
import json
import os
import subprocess

import numpy as np


class Failed(Exception):
    """What `qpool` said, and its exit status (docs/cli.md)."""

    def __init__(self, status, message):
        super().__init__(message.strip() or f"qpool ended with status {status}")
        self.status = status


class Result:
    """A result document (docs/results.md): `result["certificate"]`, and arrays of its draws."""

    def __init__(self, document):
        self.document = document

    def __getitem__(self, name):
        return self.document[name]

    @property
    def values(self):
        """The draws' values, a row each; not a number stands for what JSON has no number for."""
        rows = [[float(x) for x in draw["value"]] for draw in self["draws"]]
        return np.array(rows, dtype=float)

    @property
    def utilities(self):
        """The draws' utilities."""
        return np.array([float(draw["utility"]) for draw in self["draws"]])

    @property
    def indices(self):
        """The draws' indices: with the seed, their receipts."""
        return np.array([draw["index"] for draw in self["draws"]], dtype=np.uint64)

    @property
    def texts(self):
        """The draws' texts, where the base draws texts."""
        return [draw.get("text") for draw in self["draws"]]


def _call(arguments, job=None, connect=None):
    command = [os.environ.get("QPOOL", "qpool"), *arguments]
    if connect:
        command += ["--connect", connect]
    given = None if job is None or isinstance(job, (str, os.PathLike)) else json.dumps(job)
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(done.returncode, done.stderr)
    return done.stdout


def _file(job):
    """A path as it is; a dictionary goes through standard input."""
    return os.fspath(job) if isinstance(job, (str, os.PathLike)) else "-"


def run(job, *options):
    """Answers a job, a path or a dictionary, on this machine."""
    return Result(json.loads(_call(["run", _file(job), "-o", "json", "--quiet", *options], job)))


def submit(job, id=None, connect=None):
    """Hands a job to a pool, and gives its id."""
    named = ["--id", id] if id else []
    return _call(["submit", _file(job), *named], job, connect).strip()


def wait(id, connect=None):
    """Waits until a job of a pool is done, and gives its result."""
    _call(["wait", id, "--quiet"], connect=connect)
    return result(id, connect)


def result(id, connect=None):
    """The result of a job of a pool that is done."""
    return Result(json.loads(_call(["result", id, "-o", "json"], connect=connect)))
