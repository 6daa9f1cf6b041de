# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, as exceptions: one for each exit status of `qpool` (docs/cli.md)."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a job.

    >>> Problem("base.normal.sd", "must be above 0", line=3, column=9)
    Problem(path='base.normal.sd', text='must be above 0', line=3, column=9, suggestion=None, file='job')
    """

    path: str
    """Where in the job, as `base.normal.sd`; empty for the whole job."""
    text: str
    """What is wrong, for people."""
    line: int | None = None
    """Its line in the file, from 1; None where there is no place."""
    column: int | None = None
    """Its column, from 1."""
    suggestion: str | None = None
    """What was perhaps meant."""
    file: str = "job"
    """The file."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: " if self._is_placed else ""
        path = f"{self.path}: " if self.path else ""
        return place + path + self.text

    @property
    def _is_placed(self) -> bool:
        # A job that was made in Python has no lines that its author ever saw.
        return self.line is not None and self.file not in ("job", "standard input")


class QpoolError(Exception):
    """`qpool` did not give an answer; the subclasses say why."""

    def __init__(
        self, text: str, *, status: int, code: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        """The exit status (docs/cli.md)."""
        self.code = code
        """The failure's name, as `unreachable`; None where it has none."""
        self.remedy = remedy
        """What to do about it."""


class JobError(QpoolError):
    """The job is wrong; `problems` says each thing that is, with its place."""

    def __init__(self, problems: list[Problem], **more: Any) -> None:
        super().__init__("\n".join(str(problem) for problem in problems), **more)
        self.problems = problems
        """Everything that is wrong, as :class:`Problem`."""


class UsageError(QpoolError):
    """Wrong arguments, an unknown job, or a file that is no run's (exit status 2)."""


class JobFailed(QpoolError):
    """The job failed, or its result differs (exit status 1)."""


class Cancelled(QpoolError):
    """The job was cancelled (exit status 3)."""


class TimedOut(QpoolError):
    """It did not happen in time (exit status 4); the job goes on."""


class Unreachable(QpoolError):
    """No coordinator answers (exit status 5)."""


class Refused(QpoolError):
    """The key, or a limit, does not allow it (exit status 6)."""


class ProgramMissing(QpoolError):
    """There is no program `qpool`, or it does not start."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, or a notebook's stop button; the message says what is kept and how to go on."""


class MissingPackage(ImportError):
    """An optional package is wanted; the message has the line that installs it."""


class QpoolWarning(UserWarning):
    """Something that whoever reads the answer should know."""


_BY_STATUS: dict[int, type[QpoolError]] = {
    1: JobFailed, 2: UsageError, 3: Cancelled, 4: TimedOut, 5: Unreachable, 6: Refused,
}


def failure(
    status: int, text: str, problems: list[Problem], code: str | None = None,
    remedy: str | None = None,
) -> QpoolError:
    """The exception for how a call ended."""
    if problems:
        return JobError(problems, status=status, code=code, remedy=remedy)
    kind = _BY_STATUS.get(status, QpoolError)
    return kind(
        text or f"qpool ended with status {status}", status=status, code=code, remedy=remedy)
