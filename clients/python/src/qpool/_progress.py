# SPDX-License-Identifier: Apache-2.0
"""How far a job is: a bar in a terminal, a card in a notebook, nothing elsewhere."""

from __future__ import annotations

import dataclasses
import html
import shutil
import sys
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Union


@dataclasses.dataclass(frozen=True)
class Progress:
    """A look at a job that runs."""

    stage: str
    """queued, running, finishing, done, failed or cancelled."""
    done: int
    """Samples done, of all passes."""
    total: int | None
    """Samples in all, as far as is known; may grow."""
    fraction: float | None
    rate: float | None
    """Samples a second."""
    elapsed_seconds: float | None
    remaining_seconds: float | None
    round: int | None
    workers: int | None
    """Workers at it, of a pool."""
    threshold: Mapping[str, Any] | None
    """`value`, `interval`, `confidence` and `samples` of the running threshold."""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Progress:
        """The look that an event of the stream tells of."""
        members: dict[str, Any] = {
            field.name: event.get(field.name) for field in dataclasses.fields(cls)}
        return cls(**members)

    def at_its_end(self) -> Progress:
        """The last look, at a job that is done: it may have taken less than was expected."""
        return dataclasses.replace(
            self, stage="done", total=self.done, fraction=1.0, remaining_seconds=None)

    def line(self) -> str:
        """What a person wants to know, in a line."""
        words = []
        if self.fraction is not None:
            words.append(f"{100 * self.fraction:3.0f} %")
        words.append(_count(self.done) + (f" of {_count(self.total)}" if self.total else ""))
        if self.rate:
            words.append(_count(self.rate) + "/s")
        if self.remaining_seconds is not None and self.stage == "running":
            words.append(_duration(self.remaining_seconds) + " left")
        if self.stage not in ("running", "done"):
            words.append(self.stage)
        elif self.workers == 0:
            words.append("no worker is at it")
        threshold = self.threshold
        if threshold and threshold.get("value") is not None:
            interval = threshold.get("interval")
            words.append(f"threshold {threshold['value']:.5g}" + (
                f" [{_end(interval[0])}, {_end(interval[1])}]" if interval else ""))
        return " · ".join(words)


Shown = Union[bool, str, Callable[[Progress], None]]
"""How progress is shown: "auto" (a bar in terminals and notebooks), False (not at all), or a function
that gets each :class:`Progress`."""


def _count(value: float) -> str:
    for size, sign in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {sign}"
    return f"{value:.3g}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _end(value: float | None) -> str:
    return "…" if value is None else f"{value:.5g}"


class Display:
    """Shows nothing; others show more."""

    def show(self, progress: Progress) -> None:
        """Another look."""

    def say(self, text: str) -> None:
        """Something that people should read."""

    def finish(self) -> None:
        """No more is coming."""


class Calling(Display):
    """Hands each look to a function."""

    def __init__(self, function: Callable[[Progress], None]) -> None:
        self._function = function

    def show(self, progress: Progress) -> None:
        self._function(progress)


class TerminalBar(Display):
    """A line that is drawn over itself."""

    def __init__(self) -> None:
        self._is_drawn = False

    def show(self, progress: Progress) -> None:
        width = max(20, shutil.get_terminal_size().columns) - 1
        words = progress.line()
        room = min(24, width - len(words) - 3)
        if progress.fraction is not None and room >= 8:
            full = round(room * min(1.0, progress.fraction))
            words = "▕" + "█" * full + " " * (room - full) + "▏ " + words
        sys.stderr.write("\r\x1b[K" + words[:width])
        sys.stderr.flush()
        self._is_drawn = True

    def say(self, text: str) -> None:
        self.finish()
        sys.stderr.write(text + "\n")

    def finish(self) -> None:
        if self._is_drawn:
            sys.stderr.write("\n")
            sys.stderr.flush()
        self._is_drawn = False


class NotebookBar(Display):
    """An output of the cell that is exchanged."""

    def __init__(self) -> None:
        self._id = "qpool-" + uuid.uuid4().hex
        self._is_shown = False

    def show(self, progress: Progress) -> None:
        from IPython.display import display, update_display

        value = "" if progress.fraction is None else f' value="{progress.fraction:.4f}"'
        bar = {
            "text/html": f'<progress max="1"{value} style="width:16em"></progress> '
            f"<small>{html.escape(progress.line())}</small>",
            "text/plain": progress.line(),
        }
        if self._is_shown:
            update_display(bar, raw=True, display_id=self._id)
        else:
            display(bar, raw=True, display_id=self._id)
        self._is_shown = True

    def say(self, text: str) -> None:
        print(text, file=sys.stderr)


def display_for(shown: Shown) -> Display:
    """What shows progress here."""
    if callable(shown):
        return Calling(shown)
    if shown is False:
        return Display()
    if _is_notebook():
        return NotebookBar()
    return TerminalBar() if sys.stderr.isatty() else Display()


def _is_notebook() -> bool:
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell is not None and hasattr(shell, "kernel")
