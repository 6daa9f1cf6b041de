# SPDX-License-Identifier: Apache-2.0
"""Answers: the result document of docs/results.md, with arrays, frames, cards and plots."""

from __future__ import annotations

import html
import json
import os
import pathlib
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ._call import call
from ._frames import Table, figure, number
from ._job import Job

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Result:
    """An answer. `result["certificate"]` is a member of its document (docs/results.md).

    >>> import qpool
    >>> result = qpool.run({"base": "normal", "utility": "x[0]", "quantile": 0.01, "draws": 5})
    >>> result.values.shape, result.amplification
    ((5, 1), 100.0)
    """

    def __init__(self, text: str) -> None:
        self.text = text
        """The document as `qpool` wrote it, to the byte: what `qpool verify` reads."""
        self.document: dict[str, Any] = json.loads(text)
        """The document."""

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Result:
        """The result that a file holds."""
        return result_of(pathlib.Path(path).read_text())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the document as it came, for `qpool verify` and :meth:`load`."""
        pathlib.Path(path).write_text(self.text)

    def __getitem__(self, name: str) -> Any:
        return self.document[name]

    def __contains__(self, name: str) -> bool:
        return name in self.document

    # The whole

    @property
    def id(self) -> str:
        """The job's id: it does not depend on who ran it."""
        return str(self["id"])

    @property
    def digest(self) -> str:
        """Equal for equal answers."""
        return str(self["digest"])

    @property
    def job(self) -> Job:
        """The job, to be asked again or changed."""
        return Job.of(self["job"])

    @property
    def warnings(self) -> list[str]:
        """What whoever reads the answer should know."""
        return [f"{warning['code']}: {warning['message']}" for warning in self["warnings"]]

    def histogram(self, name: str | None = None) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Counts and edges, as of `numpy.histogram`, of a utility or a cost over all base samples.

        The job must ask for it: `"histogram": True`.

        >>> import qpool
        >>> job = {"base": "normal", "utility": "x[0]", "quantile": 0.1, "samples": 1e4}
        >>> result = qpool.run({**job, "histogram": True})
        >>> counts, edges = result.histogram()
        >>> int(counts.sum()), len(edges) - len(counts)
        (10000, 1)

        Args:
            name: The utility's or the cost's. Not given: the first utility.
        """
        if "histograms" not in self:
            raise KeyError("the job asks for no histograms: give it histogram: True")
        kinds = self["histograms"]
        found = {**kinds["costs"], **kinds["utilities"]}
        entry = found[next(iter(kinds["utilities"])) if name is None else name]
        counts = np.array(entry["counts"], dtype=np.int64)
        return counts, number(entry["width"]) * (entry["first"] + np.arange(len(counts) + 1))

    @property
    def seconds(self) -> float | None:
        """What it took; None of an answer that a pool gave."""
        value = self["timings"].get("seconds")
        return None if value is None else float(value)

    def verify(self, *, full: bool = False, key: str | None = None) -> str:
        """Checks the answer as `qpool verify` does, and gives what that said.

        Args:
            full: Compute the whole job again and compare every member.
            key: The public key that must have signed it, or its file.

        Raises:
            JobFailed: where anything differs.
        """
        more = ["--full"] if full else []
        more += ["--key", key] if key else []
        return call(["verify", "-", *more], given=self.text).decode()

    def report(self, path: str | os.PathLike[str]) -> None:
        """Writes a page that explains the answer to people, by `qpool report`."""
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "result.json"
            self.save(file)
            call(["report", str(file), "-o", os.fspath(path)], has_stream=False)

    # Draws

    @property
    def draws(self) -> Table:
        """The draws: index, utility, components by their names, and texts where the base has them."""
        draws = self.document.get("draws", [])
        width = max((len(draw["value"]) for draw in draws), default=0)
        names = self.document.get("components") or [f"x[{i}]" for i in range(width)]
        columns = ["index", "utility", *names, "fallback"]
        more = [name for name in ("text", "tokens") if draws and name in draws[0]]
        return Table(columns + more, [
            [draw["index"], draw["utility"], *draw["value"], draw["fallback"]]
            + [draw.get(name) for name in more]
            for draw in draws])

    @property
    def table(self) -> Table:
        """What :attr:`df` and :meth:`to_parquet` give: the draws; of an analysis, its rows."""
        return self.draws

    @property
    def df(self) -> Any:
        """The draws as a frame of pandas, or of polars; of an analysis, its rows."""
        return self.table.df

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes the draws, or an analysis's rows, as a Parquet file, by pyarrow."""
        self.table.to_parquet(path)

    @property
    def values(self) -> np.ndarray[Any, Any]:
        """The draws' values, a row each."""
        rows = [[number(x) for x in draw["value"]] for draw in self.document.get("draws", [])]
        return np.array(rows, dtype=float)

    @property
    def utilities(self) -> np.ndarray[Any, Any]:
        """The draws' utilities."""
        return np.array([number(draw["utility"]) for draw in self.document.get("draws", [])], float)

    @property
    def indices(self) -> np.ndarray[Any, Any]:
        """The draws' indices: with the seed, their receipts."""
        return np.array([draw["index"] for draw in self.document.get("draws", [])], np.uint64)

    @property
    def texts(self) -> list[str | None]:
        """The draws' texts, where the base draws texts."""
        return [draw.get("text") for draw in self.document.get("draws", [])]

    # What is known of them

    @property
    def amplification(self) -> float | None:
        """No cost has more than so many times its mean over the base; None where nothing is promised."""
        value = self.document.get("certificate", {}).get("amplification")
        return None if value is None else float(value)

    @property
    def statement(self) -> str:
        """The promise in words."""
        return str(self.document.get("certificate", {}).get("statement", ""))

    @property
    def threshold(self) -> float | None:
        """The utility that every draw reaches."""
        value = number(self.document.get("threshold", {}).get("value"))
        return None if value is None else float(value)

    @property
    def threshold_interval(self) -> tuple[float, float] | None:
        """Where the base's upper quantile lies; None where the threshold was given."""
        return interval(self.document.get("threshold", {}).get("interval"))

    @property
    def costs(self) -> Mapping[str, Any]:
        """Each cost's means over base and top, and its bound."""
        return dict(self.document.get("costs", {}))

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """The draws' utilities with the threshold and its interval; needs matplotlib."""
        from ._plots import plot_draws

        return plot_draws(self, ax)

    # For people

    def _facts(self) -> list[tuple[str, str]]:
        facts = []
        if "threshold" in self:
            facts.append(("threshold", _with(self.threshold, self.threshold_interval)))
        top = self.document.get("utility", {})
        if top.get("top_mean") is not None:
            facts.append(("mean utility above it", _with(
                number(top["top_mean"]), interval(top.get("top_mean_interval")))))
        for name, cost in self.costs.items():
            bound = cost.get("bound")
            facts.append((f"cost {name}", f"{figure(number(cost['base']))} in the base, "
                          f"{figure(number(cost['top']))} in the top" + (
                              "" if bound is None else f", at most {figure(number(bound))}")))
        if self.amplification is not None:
            facts.append(("certificate", f"× {figure(self.amplification)} ("
                          f"{self['certificate']['kind']})"))
        facts.append(("samples", f"{self['issued']:,} issued".replace(",", " ")))
        return facts

    _kind = "answer"

    def __repr__(self) -> str:
        lines = [f"{self._kind} {self.id}"] + [f"  {name}: {text}" for name, text in self._facts()]
        return "\n".join(lines + [f"  warning: {warning}" for warning in self.warnings])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(name)}</td>"
            f"<td style='text-align:left'>{html.escape(text)}</td></tr>"
            for name, text in self._facts())
        warnings = "".join(
            f"<div style='border-left:3px solid #b45309;padding-left:.5em'>"
            f"{html.escape(warning)}</div>" for warning in self.warnings)
        name = str(self["job"].get("name", ""))
        promise = f"<div style='max-width:44em'><small>{html.escape(self.statement)}</small></div>"
        return (
            f"<div style='border:1px solid #8884;border-radius:6px;padding:.6em .9em;"
            f"display:inline-block'><b>{html.escape(name)}</b> {self._kind} "
            f"<code>{html.escape(self.id)}</code><table>{rows}</table>{warnings}"
            f"{promise if self.statement else ''}</div>")


class Estimate(Result):
    """The probability of an event."""

    _kind = "estimate"

    @property
    def p(self) -> float:
        """The probability."""
        return float(number(self["estimate"]["p"]))

    @property
    def interval(self) -> tuple[float, float]:
        """Its interval, at the job's confidence."""
        found = interval(self["estimate"]["interval"])
        assert found is not None
        return found

    @property
    def naive_floor(self) -> float:
        """What as many plain samples without a hit would show: 3/N."""
        return float(number(self["estimate"]["naive_floor"]))

    @property
    def table(self) -> Table:
        """One row: the estimate."""
        low, high = self.interval
        return Table(["p", "p_lower", "p_upper", "naive_floor", "method"], [
            [self.p, low, high, self.naive_floor, self["estimate"]["method"]]])

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """The probability with its interval, beside what plain samples would show."""
        from ._plots import plot_estimate

        return plot_estimate(self, ax)

    def _facts(self) -> list[tuple[str, str]]:
        return [
            ("probability", _with(self.p, self.interval)),
            ("plain samples would show", f"no more than {figure(self.naive_floor)}"),
            ("by", f"{self['estimate']['method']}, {self['evaluations']:,} evaluations"),
        ]


class Analysis(Result):
    """An analysis: findings and rows (docs/analyses.md)."""

    @property
    def _body(self) -> Mapping[str, Any]:
        return dict(self[self._kind])

    @property
    def facts(self) -> dict[str, Any]:
        """Single findings, by name."""
        return {name: number(value) for name, value in self._body["facts"].items()}

    @property
    def table(self) -> Table:
        """The analysis's rows."""
        return Table(self._body["columns"], self._body["rows"])

    def _facts(self) -> list[tuple[str, str]]:
        return [(name.replace("_", " "), figure(value)) for name, value in self.facts.items()] + [
            ("rows", str(len(self.table)))]


class Sweep(Analysis):
    """What every quantile gives, from one pass: Goodhart's curve."""

    _kind = "sweep"

    def plot(
        self, *columns: str, x: str = "quantile", ax: Axes | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Axes:
        """Curves of columns over the quantile, with their bands, a colour for each utility or setting.

        Args:
            columns: Such as "mean" (the utility's) or a cost's name. Not given: "mean" and the costs.
            x: What is on the horizontal axis: quantile, amplification or bits.
            labels: Words for the legend, by column, or by utility and column as "heavy mean".
        """
        from ._plots import plot_sweep

        return plot_sweep(self, columns, x, ax, labels or {})


class Audit(Analysis):
    """What base draws say about the risk of the output."""

    _kind = "audit"

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Each harm's share in the base, its share in this run's output, and its bound."""
        from ._plots import plot_audit

        return plot_audit(self, ax)


class Attack(Analysis):
    """The shift of the base within a budget that makes an event most likely."""

    _kind = "attack"

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """The shift of each slot of noise."""
        from ._plots import plot_attack

        return plot_attack(self, ax)


class Search(Analysis):
    """Parameters of a reward, judged by a criterion that it never sees."""

    _kind = "search"

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """The criterion and the reward, generation by generation."""
        from ._plots import plot_search

        return plot_search(self, ax)


def interval(ends: Any) -> tuple[float, float] | None:
    """An interval of a document; an end that is not known is infinite."""
    return None if not ends else (float(number(ends[0])), float(number(ends[1])))


def _with(value: float | None, ends: tuple[float, float] | None) -> str:
    return figure(value) + ("" if ends is None else f" {figure(list(ends))}")


def result_of(text: str) -> Result:
    """The answer that a document holds."""
    members = json.loads(text)
    kinds: dict[str, type[Result]] = {
        "sweep": Sweep, "audit": Audit, "attack": Attack, "search": Search, "estimate": Estimate}
    for member, kind in kinds.items():
        if member in members:
            return kind(text)
    return Result(text)
