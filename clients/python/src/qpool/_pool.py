# SPDX-License-Identifier: Apache-2.0
"""A pool: jobs handed to a coordinator, followed, changed and fetched."""

from __future__ import annotations

import asyncio
import html
import json
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from ._call import Call, call
from ._errors import Interrupted
from ._frames import Table, figure
from ._job import JobLike, as_job
from ._progress import Progress, Shown, display_for
from ._results import Result, result_of


class Pool:
    """A coordinator, by a connection file (`qpool keygen`) or an address.

    Args:
        connect: The file, or `HOST:PORT`. Not given: `QPOOL_CONNECT`, else what the program's
            configuration says.
        allow_plaintext: Whether plain TCP may be used beyond this machine.
        timeout: Seconds to wait for an answer.

    Example:
        >>> pool = Pool("client.yaml")                                # doctest: +SKIP
        >>> result = pool.submit(job).wait()                          # doctest: +SKIP
    """

    def __init__(
        self, connect: str | os.PathLike[str] | None = None, *, allow_plaintext: bool = False,
        timeout: float | None = None,
    ) -> None:
        self._options: list[str] = []
        if connect is not None:
            named = os.fspath(connect)
            # Jobs run in the folder of their files.
            self._options += ["--connect", os.path.abspath(named) if os.path.exists(named) else named]
        if allow_plaintext:
            self._options += ["--allow-plaintext"]
        if timeout is not None:
            self._options += ["--timeout", str(timeout)]

    def submit(self, job: JobLike, *, id: str | None = None, priority: int = 0) -> PoolJob:
        """Hands a job in, and gives a handle to it at once.

        Args:
            job: A :class:`Job`, a mapping as a job file has it, or a job file's path.
            id: An id of your choice: the same job twice under one id is one job.
            priority: -10 to 10; higher is served first.
        """
        made = as_job(job)
        arguments = ["submit", "-", f"--priority={priority}", *self._options]
        if id is not None:
            arguments += ["--id", id]
        name = call(arguments, given=made.text, folder=made.folder).decode().strip()
        return PoolJob(self, name)

    def run(self, job: JobLike, *, id: str | None = None, progress: Shown = "auto") -> Result:
        """Hands a job in, follows it to its end, and gives its answer."""
        return self.submit(job, id=id).wait(progress=progress)

    def job(self, id: str) -> PoolJob:
        """A handle to a job that the pool has; any beginning that only one id has will do."""
        return PoolJob(self, id)

    def jobs(self, *, limit: int = 100) -> Table:
        """The pool's jobs, newest first; `pool.jobs().df` is a frame."""
        return self._list("jobs", limit)

    def workers(self, *, limit: int = 1000) -> Table:
        """The workers that are connected."""
        return self._list("workers", limit)

    def _list(self, verb: str, limit: int) -> Table:
        rows = json.loads(self._call([verb, "-o", "json", "--limit", str(limit)]))
        columns = list(rows[0]) if rows else ["id"]
        return Table(columns, [[row[name] for name in columns] for row in rows])

    def _call(self, arguments: Sequence[str], **more: Any) -> bytes:
        return call([*arguments, *self._options], **more)

    def __repr__(self) -> str:
        return f"Pool({' '.join(self._options)})"


class PoolJob:
    """A job of a pool. `await job` gives its answer where there is an event loop, as in notebooks."""

    def __init__(self, pool: Pool, id: str) -> None:
        self.pool = pool
        self.id = id
        """Its id in the pool."""

    def status(self) -> Status:
        """Where it stands."""
        return Status(json.loads(self.pool._call(["status", self.id, "-o", "json"])))

    def progress(self) -> Iterator[Progress]:
        """Looks at it until it ends.

        Example:
            >>> for look in job.progress():                           # doctest: +SKIP
            ...     print(look.fraction, look.threshold)
        """
        watched = Call(["watch", self.id, *self.pool._options])
        for event in watched.events():
            if event["event"] == "progress":
                yield Progress.of(event)
        watched.answer()

    def wait(
        self, *, precision: float | None = None, within: float | None = None,
        progress: Shown = "auto",
    ) -> Result:
        """Waits until it is done and gives its answer. Ctrl-C leaves the job alone: it goes on.

        Args:
            precision: Return as soon as the running threshold's interval is narrower; then there may
                be no answer yet, which is :class:`UsageError`. Rather :meth:`wait_for` that.
            within: Seconds to wait at most.

        Raises:
            TimedOut: It is not done within that time.
            JobFailed: It failed.
            Cancelled: It was cancelled.
        """
        self.wait_for(precision=precision, within=within, progress=progress)
        return self.result()

    def wait_for(
        self, *, precision: float | None = None, within: float | None = None,
        progress: Shown = "auto",
    ) -> None:
        """Waits until it is done, or its threshold's interval is narrower than `precision`."""
        arguments = ["wait", self.id]
        if precision is not None:
            arguments += ["--for", f"precision<{precision!r}"]
        if within is not None:
            arguments += ["--within", f"{within!r}s"]
        try:
            self.pool._call(arguments, display=display_for(progress))
        except Interrupted:
            raise Interrupted(
                f"interrupted; the job goes on: pool.job({self.id!r}).wait()") from None

    def result(self) -> Result:
        """The answer of a job that is done."""
        return result_of(self.pool._call(["result", self.id, "-o", "json"]).decode())

    def __await__(self) -> Generator[Any, None, Result]:
        return asyncio.to_thread(self.wait, progress=False).__await__()

    def logs(self) -> Table:
        """What happened to it: the number, the time and the words of each event."""
        lines = self.pool._call(["logs", self.id, "-o", "jsonl"]).decode().splitlines()
        columns = ["number", "time", "text"]
        events = [json.loads(line) for line in lines]
        return Table(columns, [[event[name] for name in columns] for event in events])

    def extend(self, samples: float | str) -> PoolJob:
        """Lets it go on at its next index, to so many samples in all."""
        self.pool._call(["extend", self.id, "--samples", str(samples)])
        return self

    def retry(self, *, anew: bool = False) -> PoolJob:
        """Lets a job that failed or was cancelled go on with what it lacks; or from nothing."""
        self.pool._call(["retry", self.id, *(["--anew"] if anew else [])])
        return self

    def cancel(self) -> None:
        """Stops it; one that is over stays as it is."""
        self.pool._call(["cancel", self.id])

    def forget(self) -> None:
        """Removes it, and its result, once it has ended."""
        self.pool._call(["forget", self.id])

    def __repr__(self) -> str:
        return f"PoolJob({self.id!r})"


class Status(Mapping[str, Any]):
    """Where a job of a pool stands; `status["workers"]` is a member of what `qpool status` says."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = dict(document)

    def __getitem__(self, name: str) -> Any:
        return self.document[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.document)

    def __len__(self) -> int:
        return len(self.document)

    @property
    def state(self) -> str:
        """queued, running, finishing, done, failed or cancelled."""
        return str(self["state"])

    @property
    def fraction(self) -> float | None:
        """The share of its samples that is done."""
        return self["issued"] / self["expected"] if self["expected"] else None

    def __repr__(self) -> str:
        return f"{self['id']} is {self.state}: {self['issued']} of {self['expected']} samples"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(name)}</td>"
            f"<td style='text-align:left'>{html.escape(figure(value))}</td></tr>"
            for name, value in self.items() if value not in (None, [], ""))
        return f"<table>{rows}</table>"
