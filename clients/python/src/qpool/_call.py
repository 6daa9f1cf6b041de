# SPDX-License-Identifier: Apache-2.0
"""One call of `qpool`: its stream of progress read as it comes, its answer, its failures."""

from __future__ import annotations

import ctypes
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from ._errors import Interrupted, Problem, ProgramMissing, QpoolWarning, failure
from ._progress import Display, Progress
from ._program import program

Event = Mapping[str, Any]
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """In the child: where this Python ends in whatever way, a killed kernel's too, the program is asked
    to stop, as by Ctrl-C."""
    assert _LIBC is not None
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


class Call:
    """A verb of `qpool`, from its start to its end.

    The program runs in a session of its own, so that a Ctrl-C in a terminal reaches Python alone, which
    hands it on once: a second one would make the program drop what it keeps.
    """

    def __init__(
        self, arguments: Sequence[str], *, given: str | None = None,
        folder: str | os.PathLike[str] | None = None, has_stream: bool = True,
    ) -> None:
        command = [*arguments] + (["--progress", "json"] if has_stream else [])
        self.problems: list[Problem] = []
        self.end: Event = {}
        self._said: list[str] = []
        self._output: IO[bytes] = tempfile.TemporaryFile()
        try:
            with tempfile.TemporaryFile() as source:
                source.write((given or "").encode())
                source.seek(0)
                self._process = subprocess.Popen(
                    [program(), *command], stdin=source, stdout=self._output,
                    stderr=subprocess.PIPE, cwd=folder, env=_environment(), start_new_session=True,
                    preexec_fn=_end_with_parent if _LIBC is not None else None)
        except OSError as error:
            raise ProgramMissing(f"qpool does not start: {error}", status=127) from error

    def events(self) -> Iterator[Event]:
        """What it tells, as it tells it; to be read to the end. Left early, it is asked to stop."""
        assert self._process.stderr is not None
        try:
            for line in self._process.stderr:
                event = self._event(line.decode("utf-8", "replace").rstrip("\n"))
                if event is not None:
                    yield event
        finally:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGINT)
                for line in self._process.stderr:
                    self._event(line.decode("utf-8", "replace").rstrip("\n"))
            self._process.stderr.close()
            self._process.wait()

    def _event(self, line: str) -> Event | None:
        if not line.startswith('{"event":'):
            # What plugins and the system's loader write there.
            self._said.append(line)
            return None
        event: dict[str, Any] = json.loads(line)
        kind = event["event"]
        if kind == "problem":
            self.problems.append(Problem(
                event.get("path") or "", event.get("text") or "", event.get("line"),
                event.get("column"), event.get("suggestion"), event.get("file") or "job"))
        elif kind == "end":
            self.end = event
        return event

    def run(self, display: Display) -> bytes:
        """Runs it to its end and gives what it wrote to standard output."""
        look: Progress | None = None
        try:
            for event in self.events():
                if event["event"] == "progress":
                    look = Progress.of(event)
                    display.show(look)
                elif event["event"] == "message":
                    self._tell(event, display)
        except KeyboardInterrupt:
            display.finish()
            raise Interrupted(self._last_words()) from None
        if look is not None and self.end.get("state") == "done":
            display.show(look.at_its_end())
        display.finish()
        return self.answer()

    @staticmethod
    def _tell(event: Event, display: Display) -> None:
        if event.get("level") == "warning":
            warnings.warn(str(event["text"]), QpoolWarning, stacklevel=5)
        elif event.get("level") == "info":
            display.say(str(event["text"]))

    def _last_words(self) -> str:
        return str(self.end.get("text") or "interrupted")

    def answer(self) -> bytes:
        """What it wrote to standard output; its failure as an exception."""
        status = self._process.returncode
        if self.end.get("state") == "detached":
            raise Interrupted(self._last_words())
        if status != 0:
            text = str(self.end.get("text") or "\n".join(self._said).strip())
            if status < 0:
                text = f"qpool was ended by {signal.Signals(-status).name}: {text}"
            raise failure(
                status, text, self.problems, self.end.get("code"), self.end.get("remedy"))
        self._output.seek(0)
        return self._output.read()


def call(
    arguments: Sequence[str], *, given: str | None = None,
    folder: str | os.PathLike[str] | None = None, display: Display | None = None,
    has_stream: bool = True,
) -> bytes:
    """Runs a verb to its end and gives what it wrote to standard output."""
    return Call(arguments, given=given, folder=folder, has_stream=has_stream).run(
        display or Display())


def _environment() -> dict[str, str]:
    """This process's environment, with this Python as the `python3` of plugins."""
    environment = dict(os.environ)
    own = str(pathlib.Path(sys.executable).parent) if sys.executable else ""
    if own:
        environment["PATH"] = own + os.pathsep + environment.get("PATH", "")
    return environment
