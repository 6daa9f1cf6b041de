# SPDX-License-Identifier: Apache-2.0
"""Bounds of an audit, a precision that was asked for, a pilot's amplification, what a search found."""
import math
import re

import laws
import means
import ranks
from harness import Case, copied, number


def audit(p, samples, runs):
    """The base's rate of harm has an upper limit; the output's is at most A times that."""
    low, high = -5.0, 10.0
    for _ in range(100):
        level = (low + high) / 2
        low, high = (level, high) if laws.normal(level) > p else (low, level)
    level = float(f"{level:.12g}")
    truth = laws.normal(level)

    def claims(result):
        table = result["audit"]
        for cells in table["rows"]:
            row = dict(zip(table["columns"], cells))
            yield "base rate of an audit", 0.95, -math.inf, number(row["base_bound"]), truth
            # Harm is not looked for by the utility, so the output has it as often as the base.
            yield "output rate of an audit", 0.95, -math.inf, number(row["output_bound"]), truth
    return Case(f"harm of {p:g}, {samples} samples", "light", "audit", {
        "base": {"normal": {"dimension": 2}}, "utility": "x[1]", "quantile": 0.1, "samples": samples,
        "audit": {"harm": f"x[0] > {level!r}"}}, claims, runs)


def precise(problem, precision, runs):
    """Stopping by an interval's width must not cost what the interval says."""
    name, kind, base, utility, quantile_function, _ = problem
    tail, threshold = ranks.tail_of(quantile_function), quantile_function(ranks.Q)

    def claims(result):
        t = result["threshold"]
        yield from means.interval("threshold of a precision", t["interval"], threshold, t["confidence"])
        yield from means.interval("tail mass of a precision", t["tail_mass_interval"], tail(number(t["value"])),
                                  t["confidence"])
    return Case(name, kind, "run", {"base": base, "utility": utility, "quantile": ranks.Q,
                                    "precision": precision}, claims, runs,
                beside=frozenset({"heavy-tail", "few-kept"}))


def pilot(problem, size, runs):
    """The mass above a threshold that a pilot found; and how much likelier a draw may be, this pilot given."""
    name, kind, base, utility, quantile_function, _ = problem
    tail = ranks.tail_of(quantile_function)

    def claims(result):
        t = result["threshold"]
        mass = tail(number(t["value"]))
        yield from means.interval(f"tail mass by a pilot of {size}", t["tail_mass_interval"], mass, t["confidence"])
        most = re.search(r"at most ([0-9.e+]+) times with confidence", result["certificate"]["statement"])
        yield (f"amplification by a pilot of {size}", t["confidence"], 1 / mass, math.inf, float(most[1]))
    copies = means.COPIES if runs > means.COPIES else 1
    return Case(name, kind, "run", {"base": means.wide(base, copies), "utilities": copied(utility, copies),
                                    "quantile": ranks.Q, "method": {"threshold": {"pilot": size}}}, claims, runs, copies=copies,
                beside=frozenset({"heavy-tail", "few-kept"}))


def search(spread, runs):
    """What is said of the parameters that were found, which the search did not choose it by."""
    top = math.exp(-means.normal_quantile(0.1) ** 2 / 2) / math.sqrt(2 * math.pi) / 0.1

    def claims(result):
        found = result["search"]["facts"]
        for prefix, first in (("", 1.0), ("shifted_", 3.0)):
            w = number(found["w"])
            sd = math.sqrt(1 + ((1 - w) * first) ** 2 + (w * spread) ** 2)
            truths = {"criterion": top / sd, "reward": top * sd, "gap": top * sd - top / sd, "base_criterion": 0.0}
            for what, truth in truths.items():
                ends = [found[f"{prefix}{what}_{end}"] for end in ("lower", "upper")]
                yield from means.interval(f"search, {(prefix + what).replace('_', ' ')}",
                                          None if None in ends else ends, truth, 0.95)

    def base(sd):
        return {"product": {"value": {"normal": {}}, "first": {"normal": {"sd": sd}},
                            "second": {"normal": {"sd": spread}}}}
    return Case(f"two measurements, {spread:g}", "light", "search", {
        "base": base(1), "utility": "(1 - w)*(value + first) + w*(value + second)", "quantile": 0.1,
        "search": {"parameters": {"w": [-1, 1]}, "criterion": "value", "generations": 4, "population": 8,
                   "samples": 400, "replicates": 24, "shifted": base(3)}}, claims, runs)


def cases(size, seed):
    suite = size == "suite"
    runs = 4 if suite else 200
    for p in (0.001, 0.02, 0.3):
        for samples in (300,) if suite else (100, 1_000):
            yield audit(p, samples, runs)
    chosen = [p for p in means.listed() if p[0] in ("normal", "exponential", "lognormal of 2", "Pareto of 1")]
    for problem in chosen + ([] if suite else list(means.drawn(seed + 1, 8))):
        yield precise(problem, {"tail_mass": 0.1}, runs)
        if problem[0] in ("normal", "exponential"):
            yield precise(problem, {"threshold": 0.2}, runs)
        yield pilot(problem, 200, 4 if suite else 1_000)
    for spread in (2.0,) if suite else (1.0, 2.0, 3.0):
        yield search(spread, 2 if suite else 300)
