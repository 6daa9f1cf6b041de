# SPDX-License-Identifier: Apache-2.0
"""A job: built from what the program says of its language, checked by the program at once."""

from __future__ import annotations

import html
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any, Union

from ._call import call
from ._declared import JobKeys
from ._values import plain, written


class Job(JobKeys):
    """A job, checked when it is made.

    >>> import qpool
    >>> job = qpool.Job(qpool.normal(dimension=2), utility="x[0]", quantile=0.01)
    >>> job.method, len(job.id)
    ('exact', 16)
    >>> qpool.Job(qpool.normal(dimensoin=2), utility="x[0]", quantile=0.01)
    Traceback (most recent call last):
    TypeError: normal() got an unexpected keyword argument 'dimensoin'
    """

    node: dict[str, Any]
    """The job as a job file writes it."""
    folder: pathlib.Path
    """The folder that the files it names are relative to."""
    normalised: dict[str, Any]
    """The job with every default filled in and its usual names."""
    id: str
    """The beginning of the job's digest: equal jobs on equal data have equal ids."""
    method: str
    """How it is answered: exact, splitting and so on."""
    can_be_kept: bool
    """Whether `qpool run --state` can keep what is done of it."""
    samples: int
    """The samples that it takes, as far as the method knows beforehand."""

    def _build(self, node: dict[str, Any]) -> None:
        self._check(node, pathlib.Path.cwd(), "-")

    def _check(self, node: dict[str, Any] | None, folder: pathlib.Path, file: str) -> None:
        given = None if node is None else written(node)
        found = json.loads(call(
            ["check", file, "--samples", "0", "-o", "json"], given=given, folder=folder))
        self.folder = folder
        self.normalised = found["job"]
        self.node = self.normalised if node is None else node
        self.id = found["id"]
        self.method = found["method"]
        self.can_be_kept = found["can_be_kept"]
        self.samples = found["samples"]

    @classmethod
    def of(cls, node: Mapping[str, Any], folder: str | os.PathLike[str] = ".") -> Job:
        """The job that a mapping describes, as a job file has it.

        >>> Job.of({"base": "normal", "utility": "x[0]", "quantile": "1%"}).method
        'exact'
        """
        job = cls.__new__(cls)
        job._check(plain(node), pathlib.Path(folder).absolute(), "-")
        return job

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Job:
        """The job of a file; the places of its problems are the file's."""
        job = cls.__new__(cls)
        file = pathlib.Path(path).absolute()
        # Named as the caller names it, so that messages do.
        job._check(None, file.parent, os.fspath(path) if pathlib.Path(path).is_absolute() else str(file))
        return job

    def replace(self, **keys: Any) -> Job:
        """The job with other keys; None leaves one out.

        >>> Job.of({"base": "normal", "utility": "x[0]", "quantile": "1%"}).replace(seed=7).node["seed"]
        7
        """
        changed = {name: value for name, value in self.node.items() if name not in keys}
        changed |= {name: value for name, value in keys.items() if value is not None}
        return type(self).of(changed, self.folder)

    @property
    def text(self) -> str:
        """The job as a job file."""
        return written(self.node) + "\n"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a job file, for `qpool run` and for other people."""
        pathlib.Path(path).write_text(self.text)

    def __repr__(self) -> str:
        return f"Job({self.normalised.get('name')!r}, id={self.id!r}, method={self.method!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Job) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(key)}</td>"
            f"<td style='text-align:left'><code>{html.escape(_short(value))}</code></td></tr>"
            for key, value in self.node.items())
        return f"<b>job</b> <code>{html.escape(self.id)}</code> by {self.method}<table>{rows}</table>"


JobLike = Union[Job, Mapping[str, Any], str, "os.PathLike[str]"]
"""A job, a mapping as a job file has it, or a job file's path."""


def as_job(job: JobLike) -> Job:
    """The job, whatever it is given as."""
    if isinstance(job, Job):
        return job
    if isinstance(job, Mapping):
        return Job.of(job)
    return Job.load(job)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:199] + "…"
