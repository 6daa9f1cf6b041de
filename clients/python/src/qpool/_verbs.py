# SPDX-License-Identifier: Apache-2.0
"""The verbs of `qpool` that answer a job on this machine."""

from __future__ import annotations

import html
import json
import math
import os
import pathlib
from collections.abc import Mapping
from typing import Any, cast

from ._call import call
from ._errors import Interrupted
from ._frames import Table, figure, number
from ._job import Job, JobLike, as_job
from ._program import state_folder
from ._progress import Shown, display_for
from ._results import Attack, Audit, Estimate, Result, Search, Sweep, result_of
from ._values import Formulas, Number, Numbers


def run(
    job: JobLike, *, progress: Shown = "auto", threads: int | None = None,
    state: str | os.PathLike[str] | bool = True,
) -> Result:
    """Answers a job on this machine, on all cores.

    Ctrl-C, or a notebook's stop button, keeps what is done where the method allows it
    (:attr:`Job.can_be_kept`): the same call goes on from there. What is kept is removed with the answer.

    Args:
        job: A :class:`Job`, a mapping as a job file has it, or a job file's path.
        progress: "auto" (a bar in terminals and notebooks), False, or a function that gets each
            :class:`Progress`.
        threads: Threads to compute on. Not given: `QPOOL_THREADS`, else all cores.
        state: A file that keeps what is done, which stays, for `qpool extend` and the next call; True
            (a file of ours until it is done) or False (nothing is kept).

    Returns:
        A :class:`Result`; of a job with an event, a sweep and so on, the class of that.

    Raises:
        JobError: The job is wrong; `problems` says where and how.
        JobFailed: It cannot be answered.
        Interrupted: Ctrl-C.

    Example:
        >>> result = run({"base": "normal", "utility": "x[0]", "quantile": "1%", "draws": 3})
        >>> result.values.shape
        (3, 1)
    """
    made = as_job(job)
    arguments = ["run", "-", "-o", "json"]
    if threads is not None:
        arguments += ["--threads", str(threads)]
    kept = None if isinstance(state, bool) else pathlib.Path(state).absolute()
    ours = None
    if state is True and made.can_be_kept:
        kept = ours = state_folder("runs") / f"{made.id}.qstate"
    if kept is not None:
        arguments += ["--state", str(kept)]
    try:
        text = call(
            arguments, given=made.text, folder=made.folder,
            display=display_for(progress))
    except Interrupted as stopped:
        if ours is not None and ours.exists():
            raise Interrupted(
                "interrupted; what is done is kept: the same call goes on from there "
                f"({ours})") from None
        raise stopped
    if ours is not None:
        ours.unlink(missing_ok=True)
    return result_of(text.decode())


class Plan:
    """What a job will cost and promise; `plan["selections"]` is a member of what `qpool plan` says."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = dict(document)
        """What `qpool plan -o json` wrote."""

    def __getitem__(self, name: str) -> Any:
        return self.document[name]

    @property
    def method(self) -> str:
        """How the job will be answered."""
        return str(self["method"])

    @property
    def samples(self) -> int:
        """Samples that will be issued."""
        return int(self["samples"])

    @property
    def seconds(self) -> float | None:
        """What it will take here, predicted from a short run; None where nothing was tried."""
        value = number(self["seconds"])
        return None if value is None or not math.isfinite(value) else float(value)

    @property
    def selections(self) -> Table:
        """What is kept, and the certificate of it, for each utility and quantile."""
        rows = self["selections"]
        columns = list(rows[0]) if rows else []
        return Table(columns, [[row[name] for name in columns] for row in rows])

    def __repr__(self) -> str:
        words = [f"plan: {self.method}", f"{self.samples} samples"]
        if self.seconds is not None:
            words.append(f"{figure(self.seconds)} s")
        words += [
            f"{figure(number(value))} {name}" for name, value in (self["texts"] or {}).items()
            if isinstance(value, (int, float))]
        return ", ".join(words)

    def _repr_html_(self) -> str:
        return f"{html.escape(repr(self))}{self.selections._repr_html_()}"


def plan(job: JobLike, *, threads: int | None = None) -> Plan:
    """What a job will cost and promise, before it runs.

    Example:
        >>> plan({"base": "normal", "utility": "x[0]", "quantile": "1%", "samples": 1e6}).samples
        1000000
    """
    made = as_job(job)
    arguments = ["plan", "-", "-o", "json"]
    if threads is not None:
        arguments += ["--threads", str(threads)]
    return Plan(json.loads(call(arguments, given=made.text, folder=made.folder)))


def check(job: JobLike, *, samples: int = 4096) -> Table:
    """Tries whether a job's functions are replayable: same sample, same bits.

    Raises:
        JobFailed: where one is not, or fails.

    Example:
        >>> check({"base": "normal", "utility": "x[0]", "quantile": "1%"}).column("is_replayable")
        [True]
    """
    made = as_job(job)
    found = json.loads(call(
        ["check", "-", "--samples", str(samples), "-o", "json"], given=made.text,
        folder=made.folder))
    columns = ["name", "kind", "is_replayable", "failed", "invalid"]
    return Table(columns, [[row[name] for name in columns] for row in found["functions"]])


_SELECTION = ("quantile", "quantiles", "draws", "precision")
"""Keys of a job that gives draws, and of no other."""


def _changed(job: JobLike, keys: Mapping[str, Any], left: tuple[str, ...] = ()) -> Job:
    """The job with more keys, and without some; checked once, as a whole."""
    if isinstance(job, Mapping):
        kept = {key: value for key, value in job.items() if key not in left}
        return Job.of({**kept, **keys})
    return as_job(job).replace(**{**dict.fromkeys(left), **keys})


def _given(**keys: Any) -> dict[str, Any]:
    return {name: value for name, value in keys.items() if value is not None}


def sweep(
    job: JobLike, *, quantiles: Numbers | Mapping[str, Any] | None = None,
    over: Mapping[str, Any] | None = None, value: str | None = None,
    reference: Any | None = None, progress: Shown = "auto", threads: int | None = None,
) -> Sweep:
    """What every quantile gives, from one pass: utility, costs, bits, with bands.

    Args:
        job: A job with `sweep`, which is answered as it stands; or an `exact` job, of which quantile,
            draws and precision are left out. A mapping needs no quantile.
        quantiles: A list; or `{"from": 1e-4, "to": 1, "steps": 25}`, which are the defaults.
        over: A second axis: settings of the base, as `{"base.normal.sd": [0.5, 1, 2]}`.
        value: The cost that is what is wanted in truth.
        reference: A setting with whose base costs are compared.

    Example:
        >>> curve = sweep({"base": {"product": {"value": {"normal": {}}, "error": {"normal": {}}}},
        ...     "utility": "value + error", "cost": {"value": "value"}, "samples": 100000},
        ...     quantiles=[0.01, 0.1, 1], value="value")
        >>> len(curve.table)
        3
    """
    keys = _given(quantiles=quantiles, over=over, value=value, reference=reference)
    made = job if isinstance(job, Mapping) else as_job(job)
    if "sweep" in (made.node if isinstance(made, Job) else made):
        if keys:
            raise ValueError(f"the job says what is swept: leave out {', '.join(keys)}")
    else:
        made = _changed(made, {"sweep": keys}, _SELECTION)
    return cast(Sweep, run(made, progress=progress, threads=threads))


def estimate(
    job: JobLike, *, event: str | None = None, method: Any | None = None,
    progress: Shown = "auto", threads: int | None = None,
) -> Estimate:
    """The probability of an event, however small.

    Args:
        job: A job with an `event`; or a mapping without one.
        event: A formula, true where it is neither 0 nor NaN.
        method: plain, splitting, importance or cross-entropy, or one with its settings.

    Example:
        >>> found = estimate({"base": {"normal": {"dimension": 2}}, "utility": "x[0]"},
        ...     event="x[0] > 6", method="cross-entropy")
        >>> found.interval[0] < 9.87e-10 < found.interval[1]
        True
    """
    keys = _given(event=event, method=method)
    made = _changed(job, keys, _SELECTION if event is not None else ()) if keys else job
    return cast(Estimate, run(made, progress=progress, threads=threads))


def audit(
    job: JobLike, *, harm: Formulas | None = None, labels: Mapping[str, Any] | None = None,
    components: bool | None = None, progress: Shown = "auto", threads: int | None = None,
) -> Audit:
    """Bounds the risk of the output by what base draws show.

    Args:
        job: A job with `audit`; or any that gives draws.
        harm: A formula that is true of harm, or names with such.
        labels: `{"file": …, "column": …}`: base draws that somebody looked at, 1 for harm.
        components: Whether to bound the shares of a mixture's components.

    Example:
        >>> found = audit({"base": "normal", "utility": "x[0]", "quantile": 0.1, "samples": 10000},
        ...     harm="x[0] > 3")
        >>> found.table[0]["output_bound"] < 0.05
        True
    """
    keys = _given(harm=harm, labels=labels, components=components)
    made = _changed(job, {"audit": keys}) if keys else job
    return cast(Audit, run(made, progress=progress, threads=threads))


def attack(
    job: JobLike, *, kl: Number | None = None, progress: Shown = "auto",
    threads: int | None = None, **settings: Any,
) -> Attack:
    """The shift of the base within a budget that makes an event most likely.

    Args:
        job: A job with an `event` and a `utility` that leads towards it.
        kl: The budget, in nats.
        settings: More of `attack`, as `rounds` and `samples`.

    Example:
        >>> found = attack({"base": {"normal": {"dimension": 2}}, "event": "x[0] > 3",
        ...     "utility": "x[0]"}, kl=2)
        >>> 1.9 < found.table[0]["theta"] < 2.01
        True
    """
    keys = _given(kl=kl, **settings)
    made = _changed(job, {"attack": keys}) if keys else job
    return cast(Attack, run(made, progress=progress, threads=threads))


def search(
    job: JobLike, *, parameters: Mapping[str, Any] | None = None, criterion: str | None = None,
    progress: Shown = "auto", threads: int | None = None, **settings: Any,
) -> Search:
    """Parameters of a reward, judged by a criterion that its quantilizer never sees.

    Args:
        job: A job whose `utility` has free names.
        parameters: Their ranges, as `{"w": [0, 1]}`.
        criterion: A formula that judges what was kept.
        settings: More of `search`, as `by`, `generations` and `shifted`.

    Example:
        >>> found = search({"base": {"normal": {"dimension": 2}}, "utility": "w*x[0] + (1 - w)*x[1]",
        ...     "quantile": 0.1}, parameters={"w": [0, 1]}, criterion="x[0]", generations=5)
        >>> found.facts["w"] > 0.6
        True
    """
    keys = _given(parameters=parameters, criterion=criterion, **settings)
    made = _changed(job, {"search": keys}) if keys else job
    return cast(Search, run(made, progress=progress, threads=threads))
