# SPDX-License-Identifier: Apache-2.0
"""Estimates of probabilities, and the tail masses of draws by splitting, importance and cross-entropy."""
import math

import problems
from harness import Case, number

# The method of an estimate whose job names none but has a level function.
DEFAULT = "estimate, auto"


def job(problem):
    relation = ">" if problem.continuous else ">="
    return {"base": problem.base, "utility": f"({problem.utility}) - ({problem.level!r})",
            "event": f"({problem.utility}) {relation} ({problem.level!r})"}


def estimate(name, problem, method, runs):
    def claims(result):
        e = result["estimate"]
        yield (name, e["confidence"], *map(number, e["interval"]), problem.p)
        if name == DEFAULT:
            assert number(e["p"]) <= 1, e
            yield ("log p of it", e["confidence"], *map(number, e["log_p_interval"]), math.log(problem.p))
    return Case(problem.name, problem.kind, "estimate", {**job(problem), "method": method}, claims, runs, name)


def mass(name, problem, method, quantile, runs):
    """The mass above the threshold that a run printed."""
    def claims(result):
        t = result["threshold"]
        yield (name, t["confidence"], *map(number, t["tail_mass_interval"]), problem.tail(number(t["value"])))
    return Case(problem.name, problem.kind, "run",
                {"base": problem.base, "utility": problem.utility, "quantile": quantile, "draws": 1,
                 "method": method}, claims, runs, name)


def cases(size, seed):
    """`suite`: a few runs of all; `night`: many, and problems drawn from the seed."""
    suite = size == "suite"
    every = list(problems.listed()) + list(problems.drawn(seed, 8 if suite else 32))
    for problem in every:
        yield estimate(DEFAULT, problem, "auto", 3 if suite else 1_000)
    if suite:
        return
    for problem in every:
        yield estimate("estimate, splitting with moves", problem, {"splitting": {"moves": 3}}, 200)
        yield estimate("estimate, cross-entropy", problem, "cross-entropy", 200)
        yield estimate("estimate, plain", problem, "plain", 200)
        if problem.continuous and problem.kind != "network":
            q = float(f"{min(0.05, 3 * problem.p):.3g}")
            yield mass("tail mass, splitting", problem, "splitting", q, 100)
            yield mass("tail mass, cross-entropy", problem, "cross-entropy", q, 100)
