# SPDX-License-Identifier: Apache-2.0
"""Thresholds, the mass above them and the tail's index: of one selection, of a sweep, of a given threshold."""
import math

import means
from harness import Case, copied, number

Q = 0.1
# What a sweep is asked for.
QUANTILES = (0.5, 0.1, 0.02)


def tail_of(quantile_function):
    """t -> P(U >= t)."""
    return lambda t: means.mass_from(quantile_function, t)


def selection(problem, samples, runs):
    """Order statistics are exact for every law; the tail's index is asked where the law has one at every level."""
    name, kind, base, utility, quantile_function, _ = problem
    tail, threshold = tail_of(quantile_function), quantile_function(Q)
    index = means.index_of(problem)

    def claims(result):
        t = result["threshold"]
        yield from means.interval("threshold", t["interval"], threshold, t["confidence"])
        yield from means.interval("tail mass above a sample's threshold", t["tail_mass_interval"],
                                  tail(number(t["value"])), t["confidence"])
        if index is not None:
            yield from means.interval("tail index", result["utility"].get("tail_index_interval"), index,
                                      t["confidence"])
    copies = means.COPIES if runs > means.COPIES else 1
    return Case(name, kind, "run", {"base": means.wide(base, copies), "utilities": copied(utility, copies),
                                    "quantile": Q, "samples": samples}, claims, runs, copies=copies,
                beside=frozenset({"heavy-tail", "draws-repeat"}))


def given(problem, runs):
    """The mass above a threshold that was given, from the samples that it took to find so many above it."""
    name, kind, base, utility, quantile_function, _ = problem
    level = quantile_function(Q)
    truth = tail_of(quantile_function)(level)

    def claims(result):
        t = result["threshold"]
        yield from means.interval("tail mass above a given threshold", t["tail_mass_interval"], truth,
                                  t["confidence"])
    copies = means.COPIES if runs > means.COPIES else 1
    return Case(name, kind, "run", {"base": means.wide(base, copies), "utilities": copied(utility, copies),
                                    "draws": 10, "method": {"threshold": {"value": level}}}, claims, runs, copies=copies,
                beside=frozenset({"heavy-tail", "few-kept"}))


def sweep(problem, samples, runs):
    """Each interval of a row, and the bands that hold for all rows at once."""
    name, kind, base, utility, quantile_function, has_mean = problem
    tail = tail_of(quantile_function)
    truths = {q: means.mean_above(quantile_function, q, 4_000) if has_mean else math.inf for q in QUANTILES}

    def claims(result):
        sweep = result["sweep"]
        inside = {}
        for cells in sweep["rows"]:
            row = dict(zip(sweep["columns"], cells))
            name = row.get("utility")
            truth = {"threshold": quantile_function(row["quantile"]), "mean": truths[row["quantile"]]}
            if row["threshold"] is not None:
                truth["tail_mass"] = tail(number(row["threshold"]))
            for what, value in truth.items():
                if row[f"{what}_lower"] is not None:
                    yield (f"{what.replace('_', ' ')} of a sweep", 0.95, number(row[f"{what}_lower"]),
                           number(row[f"{what}_upper"]), value, name)
                if row.get(f"{what}_band_lower") is not None:
                    low, high = number(row[f"{what}_band_lower"]), number(row[f"{what}_band_upper"])
                    inside.setdefault((what, name), []).append(low <= value <= high)
        for (what, name), held in inside.items():
            yield (f"bands of a sweep, {what.replace('_', ' ')}", 0.95, 0.0, 1.0, 1.0 if all(held) else 2.0, name)
    copies = means.COPIES if runs > means.COPIES else 1
    return Case(name, kind, "run", {"base": means.wide(base, copies), "utilities": copied(utility, copies),
                                    "samples": samples, "sweep": {"quantiles": list(QUANTILES)}}, claims, runs, copies=copies)


def cases(size, seed):
    suite = size == "suite"
    problems = list(means.listed()) + list(means.drawn(seed, 4 if suite else 24))
    for problem in problems:
        for samples in (500,) if suite else (200, 2_000):
            yield selection(problem, samples, 4 if suite else 1_000)
        if not suite:
            yield given(problem, 500)
        yield sweep(problem, 2_000, 2 if suite else 500)
