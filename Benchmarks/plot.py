#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws docs/figures from the tables of docs/methods/measured.md, docs/performance.md and docs/early.md.

    python3 Benchmarks/plot.py                 makes its own venv for matplotlib
    python3 Benchmarks/plot.py --check         whether the figures are those of today's tables

A figure says nothing that a table does not: what is drawn is read from the page.
"""
import argparse
import csv
import hashlib
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "rivals"))
from processes import make_venv  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "figures"
BLUE, ORANGE, GREY, GREEN = "#2f6db3", "#d9822b", "#8a8f98", "#3c9d6b"


def table(page, first):
    """The rows of the first table whose heading begins with `first`, as lists of cells."""
    rows, inside = [], False
    for line in (ROOT / "docs" / page).read_text().splitlines():
        if line.startswith("| " + first):
            inside = True
        elif inside and line.startswith("|---"):
            continue
        elif inside and line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif inside:
            break
    if not rows:
        sys.exit(f"docs/{page} has no table that begins with '| {first}'")
    return rows


def number(cell):
    found = re.match(r"\**([\d.,e+-]+)", cell)
    return float(found[1].replace(",", "")) if found else None


def price(plt):
    """Evaluations of the utility for 100 draws from the top q."""
    seen = {}
    for problem, q, _, splitting, _, cross, *_ in table("methods/measured.md", "problem | q |"):
        seen.setdefault(problem, []).append((float(q), number(splitting), number(cross)))
    figure, axes = plt.subplots(figsize=(7, 4.2))
    quantiles = [row[0] for row in next(iter(seen.values()))]
    axes.plot(quantiles, [100 / q for q in quantiles], color=GREY, linewidth=2, label="plain: 100/q")
    for index, rows in enumerate(seen.values()):
        for column, colour, name in ((1, BLUE, "splitting"), (2, ORANGE, "cross-entropy")):
            axes.plot(quantiles, [row[column] for row in rows], color=colour, alpha=0.6, linewidth=1,
                      marker="o", markersize=3, label=f"{name}, {len(seen)} problems" if index == 0 else None)
    axes.set(xscale="log", yscale="log", xlabel="quantile q", ylabel="evaluations for 100 draws")
    axes.invert_xaxis()
    axes.legend(frameon=False)
    return figure


def pools(plt):
    """Million samples a second on two workers, beside the Python pools."""
    figure, both = plt.subplots(1, 2, figsize=(8, 3.4), sharey=True)
    for axes, workload in zip(both, "GE"):
        rows = table("performance.md", f"{workload}, N =")[::-1]
        names, rates = [row[0] for row in rows], [number(row[1]) for row in rows]
        bars = axes.barh(names, rates, color=[BLUE if name == "qpool" else GREY for name in names])
        axes.bar_label(bars, fmt="%.1f", padding=3)
        axes.set(xlabel="million samples/s", title=f"workload {workload}", xlim=(0, 1.18 * max(rates)))
    return figure


def long(plt):
    """The rate of one long job, and the memory of its processes, over time."""
    rows = table("performance.md", "done | seconds |")
    times = [number(row[1]) for row in rows]
    figure, (rate, memory) = plt.subplots(2, 1, figsize=(7, 4.6), sharex=True)
    rate.plot(times, [number(row[2]) for row in rows], color=BLUE, marker="o", markersize=4)
    rate.set(ylabel="million samples/s")
    rate.set_ylim(0, 1.15 * max(number(row[2]) for row in rows))
    for column, colour, name in ((3, GREEN, "coordinator"), (4, BLUE, "largest worker")):
        memory.plot(times, [number(row[column]) for row in rows], color=colour, marker="o", markersize=4, label=name)
    memory.axhline(256, color=GREY, linestyle="--", linewidth=1, label="limit of 256 MB")
    memory.set(xlabel="seconds", ylabel="resident MB")
    memory.set_ylim(0, 1.25 * max(number(row[3]) for row in rows))
    memory.legend(frameon=False, ncols=3)
    return figure


def truth(plt):
    """How often the intervals of each claim held, problem by problem, beside what they promise."""
    shares = {}
    with open(FIGURES / "truth.csv", newline="") as file:
        for row in csv.DictReader(file):
            held = 100 * float(row["held"]) / float(row["intervals"])
            quiet = float(row["quiet"])
            shares.setdefault(row["claim"], []).append(
                (held, 100 * float(row["quiet_held"]) / quiet if quiet else None))
    figure, axes = plt.subplots(figsize=(7, 1 + 0.42 * len(shares)))
    for row, rows in enumerate(shares.values()):
        for column, colour, size, name in ((0, GREY, 9, "all"), (1, BLUE, 14, "without a warning")):
            seen = [pair[column] for pair in rows if pair[column] is not None]
            offset = 0.14 * (2 * column - 1)
            axes.scatter(seen, [row + offset] * len(seen), s=size, color=colour, alpha=0.5, linewidth=0,
                         label=name if row == 0 else None)
    axes.axvline(95, color=ORANGE, linewidth=1)
    axes.set_yticks(range(len(shares)), list(shares))
    axes.invert_yaxis()
    axes.set(xlabel="intervals of 95 % that held, %; a dot a problem", xlim=(-2, 102))
    axes.legend(frameon=False, loc="center left")
    return figure


def early(plt):
    """How many samples are not decided yet when a share of their values is drawn."""
    rows = table("early.md", "drawn of a sample |")
    drawn = [number(row[0]) for row in rows]
    figure, axes = plt.subplots(figsize=(7, 3.6))
    for column, colour, name in ((1, BLUE, "10 values"), (2, ORANGE, "100 values")):
        axes.plot(drawn, [number(row[column]) for row in rows], color=colour, marker="o", markersize=4, label=name)
    axes.set(yscale="log", xlabel="drawn of a sample, %", ylabel="samples not decided, %")
    axes.legend(frameon=False, title="workload G in")
    return figure


def draw():
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    # The same tables give the same bytes.
    plt.rcParams.update({
        "svg.hashsalt": "qpool", "svg.fonttype": "none", "font.family": "sans-serif",
        "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.25,
        "axes.axisbelow": True})
    FIGURES.mkdir(exist_ok=True)
    for plot in (price, pools, long, truth, early):
        figure = plot(plt)
        figure.tight_layout()
        path = FIGURES / f"{plot.__name__}.svg"
        figure.savefig(path, metadata={"Date": None})
        print(path.relative_to(ROOT))


def digests():
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(FIGURES.glob("*.svg"))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=pathlib.Path, default=pathlib.Path("/tmp/qpool-plots"))
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    python = make_venv(options.venv, {"matplotlib": "matplotlib"})
    before = digests()
    code = f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r}); import plot; plot.draw()"
    subprocess.run([python, "-c", code], check=True)
    if options.check and digests() != before:
        sys.exit("the figures were not those of the tables; they are now")


if __name__ == "__main__":
    main()
