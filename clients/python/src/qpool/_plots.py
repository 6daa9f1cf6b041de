# SPDX-License-Identifier: Apache-2.0
"""Plots of answers, by matplotlib. Each draws on the axes given, or on new ones, and gives them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import MissingPackage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._results import Attack, Audit, Estimate, Result, Search, Sweep

# Okabe and Ito's colours, told apart by everybody.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_STYLES = ("-", "--", ":", "-.")


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingPackage("a plot needs a package: pip install matplotlib") from error
    _, made = pyplot.subplots(figsize=(6.4, 4), layout="constrained")
    return made


def plot_draws(result: Result, ax: Axes | None) -> Axes:
    ax = _axes(ax)
    utilities = result.utilities[np.isfinite(result.utilities)]
    if len(utilities) >= 30:
        ax.hist(utilities, bins="auto", color=_COLOURS[0], alpha=0.75, label="draws")
        ax.set_ylabel("draws")
    else:
        ax.plot(utilities, np.zeros(len(utilities)), "|", ms=28, color=_COLOURS[0], label="draws")
        ax.set_yticks([])
    if result.threshold is not None and np.isfinite(result.threshold):
        ax.axvline(result.threshold, color=_COLOURS[1], label="threshold")
        ends = result.threshold_interval
        if ends is not None and all(np.isfinite(ends)):
            ax.axvspan(*ends, color=_COLOURS[1], alpha=0.2, lw=0)
    ax.set_xlabel(str(result.document.get("utility_name", "utility")))
    quantile = result.document.get("quantile")
    if quantile is not None:
        ax.set_title(f"draws from the top {quantile:g}")
    ax.legend(frameon=False)
    return ax


def plot_estimate(result: Estimate, ax: Axes | None) -> Axes:
    ax = _axes(ax)
    low, high = result.interval
    ax.errorbar(
        [result.p], [0], xerr=[[result.p - low], [high - result.p]], fmt="o", capsize=4,
        color=_COLOURS[0], label="estimate")
    ax.axvline(result.naive_floor, color=_COLOURS[1], ls="--", label="plain samples see nothing below")
    ax.set_xscale("log")
    ax.set_yticks([])
    ax.set_xlabel("probability of the event")
    ax.legend(frameon=False)
    return ax


def _curves(sweep: Sweep) -> list[tuple[str, list[int]]]:
    """The rows of each curve: of each utility, and of each setting where there are several."""
    table = sweep.table
    # The settings, and the utility where there are several, stand before the quantile.
    keys = table.columns[: table.columns.index("quantile")]
    keys = [key for key in keys if len({str(value) for value in table.column(key)}) > 1]
    found: dict[str, list[int]] = {}
    for number, row in enumerate(table):
        words = [str(row[key]) if key == "utility" else f"{key} {row[key]}" for key in keys]
        found.setdefault(", ".join(words), []).append(number)
    return list(found.items())


def plot_sweep(
    sweep: Sweep, columns: Sequence[str], x: str, ax: Axes | None, labels: Mapping[str, str]
) -> Axes:
    ax = _axes(ax)
    table = sweep.table
    names = list(columns) or ["mean", *(
        name for name in table.columns if f"{name}_bound" in table.columns and name != "mean")]
    across = np.array(table.column(x), float)

    def of(name: str, rows: list[int]) -> np.ndarray[Any, Any]:
        return np.array(table.column(name), dtype=float)[rows]

    for number, (curve, rows) in enumerate(_curves(sweep)):
        order = [rows[place] for place in np.argsort(across[rows])]
        for place, name in enumerate(names):
            key = f"{curve} {name}".strip()
            colour = _COLOURS[number % len(_COLOURS)]
            ax.plot(
                across[order], of(name, order), _STYLES[place % len(_STYLES)], color=colour,
                label=labels.get(key, labels.get(name, key)))
            if f"{name}_band_lower" in table.columns:
                low, high = of(f"{name}_band_lower", order), of(f"{name}_band_upper", order)
                shown = np.isfinite(low) & np.isfinite(high)
                ax.fill_between(
                    across[order][shown], low[shown], high[shown], color=colour, alpha=0.18, lw=0)
    if x in ("quantile", "amplification"):
        ax.set_xscale("log")
    if x == "quantile" and not ax.xaxis_inverted():
        # The harder the selection, the farther to the right; axes that are shared are turned once.
        ax.invert_xaxis()
    ax.set_xlabel({"quantile": "quantile q", "bits": "bits of selection, log₂ A",
                   "amplification": "amplification A"}.get(x, x))
    ax.set_ylabel("mean over the top q")
    ax.legend(frameon=False)
    return ax


def plot_audit(audit: Audit, ax: Axes | None) -> Axes:
    ax = _axes(ax)
    table = audit.table
    names = table.column("harm")
    places = np.arange(len(names))
    for column, label, marker, colour in (
        ("base_rate", "in the base", "o", _COLOURS[0]), ("output", "in this output", "s", _COLOURS[2]),
        ("output_bound", "bound of the output", "|", _COLOURS[1]),
    ):
        values = np.array([np.nan if v is None else v for v in table.column(column)], float)
        ax.plot(values, places, marker, color=colour, label=label, ms=12 if marker == "|" else 7, mew=2)
    ax.set_xscale("log")
    ax.set_yticks(places, names)
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.set_xlabel("share that is harmful")
    ax.legend(frameon=False)
    return ax


def plot_attack(attack: Attack, ax: Axes | None) -> Axes:
    ax = _axes(ax)
    table = attack.table
    column = "theta" if "theta" in table.columns else "factor"
    names = [f"{slot} {number}" for slot, number in zip(table.column(table.columns[0]), table.column("number"))]
    ax.bar(names, table.column(column), color=_COLOURS[0])
    ax.axhline(0, color="black", lw=0.8)
    ax.set_ylabel("shift" if column == "theta" else "factor of the mass")
    ax.tick_params(axis="x", rotation=45)
    return ax


def plot_search(search: Search, ax: Axes | None) -> Axes:
    ax = _axes(ax)
    table = search.table
    across = table.column("generation")
    ax.plot(across, table.column("criterion_mean"), color=_COLOURS[0], label="criterion, mean")
    ax.plot(across, table.column("criterion_best"), "--", color=_COLOURS[0], label="criterion, best")
    ax.plot(across, table.column("reward_mean"), color=_COLOURS[1], label="reward, mean")
    ax.set_xlabel("generation")
    ax.legend(frameon=False)
    return ax
