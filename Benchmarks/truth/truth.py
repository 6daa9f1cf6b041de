#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How often the intervals that qpool prints hold the truth, on problems whose truth is known.

    python3 Benchmarks/truth/truth.py                       the size of the suite, about a minute
    python3 Benchmarks/truth/truth.py --size night --write  all of docs/truth.md, hours
    python3 Benchmarks/truth/truth.py --seed 7              other problems, drawn from another seed

`--only TEXT` takes the problems and `--claim TEXT` the jobs whose names hold it, `--runs N` so many runs of each. `--keep FILE` keeps what was
counted, so that a night that was cut goes on where it stood. Ends
with status 1 where intervals without a warning hold too seldom, by more than three standard errors
(`--size suite`: four, of all problems together). Needs a built qpool (QPOOL) and Python 3.9, nothing else.
"""
import argparse
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import analyses  # noqa: E402
import estimates  # noqa: E402
import harness  # noqa: E402
import means  # noqa: E402
import ranks  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "truth.md"
ROWS = ROOT / "docs" / "figures" / "truth.csv"
# Counts that the page tells of one by one.
LEAST = 15
# A family has cases(size, seed).
FAMILIES = {"estimates": estimates, "means": means, "ranks": ranks, "analyses": analyses}
BEGIN, END = "<!-- measured -->", "<!-- end -->"


def chosen(options):
    for name, family in FAMILIES.items():
        if options.family in ("", name):
            for case in family.cases(options.size, options.seed):
                if options.only in case.problem and options.claim in case.name:
                    if options.runs:
                        case.runs = options.runs
                    yield case


def together(counts):
    """All problems of a claim as one, for few runs of each."""
    sums = {}
    for c in counts:
        s = sums.setdefault(c.claim, harness.Count(c.claim, "all together", "", c.nominal))
        for field in ("printed", "held", "warned", "quiet", "quiet_held", "far"):
            setattr(s, field, getattr(s, field) + getattr(c, field))
    return list(sums.values())


def page(counts):
    """The summary, and where quiet intervals held least for their number."""
    least = sorted((c for c in counts if c.quiet), key=lambda c: c.chance())[:LEAST]
    return "\n".join([harness.summary(counts), "", f"### The {LEAST} counts that chance explains least", "",
                      harness.table(least)])


def rows(counts):
    """Every claim of every problem, as a table that the picture is made of."""
    lines = ["claim,problem,kind,nominal,intervals,held,quiet,quiet_held,far"]
    for c in counts:
        lines.append(",".join(f'"{cell}"' if isinstance(cell, str) else f"{cell:g}" for cell in (
            c.claim, c.problem, c.kind, c.nominal, c.printed, c.held, c.quiet, c.quiet_held, c.far)))
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qpool", default=os.environ.get("QPOOL", str(ROOT / ".build/release/qpool")))
    parser.add_argument("--size", choices=["suite", "night"], default="suite")
    parser.add_argument("--seed", type=int, default=1, help="of the problems drawn, and of the jobs")
    parser.add_argument("--only", default="")
    parser.add_argument("--family", default="", choices=["", *FAMILIES])
    parser.add_argument("--claim", default="")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--processes", type=int)
    parser.add_argument("--keep", metavar="FILE", help="results that the same program gave before are taken from it")
    parser.add_argument("--write", action="store_true", help="puts the tables into docs/truth.md and docs/figures/truth.csv")
    options = parser.parse_args()
    cases = [case for case in chosen(options)]
    counts = harness.count(options.qpool, cases, options.seed * 1_000_000, options.processes,
                           lambda text: print(text, file=sys.stderr, flush=True), options.keep)
    print(page(counts))
    if options.write:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{page(counts)}\n{END}{after}")
        ROWS.write_text(rows(counts))
    judged = together(counts) if options.size == "suite" else counts
    level = 3e-5 if options.size == "suite" else 0.00135
    failed = [c for c in judged if c.fails(level)]
    for c in failed:
        print(f"too low: {c.claim}, {c.problem}: {c.quiet_held} of {c.quiet}", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
