# SPDX-License-Identifier: Apache-2.0
"""Means above a threshold, limits of costs, the value that minimax guarantees, and epsilon by a measured cost."""
import math
import random

import laws
from harness import Case, copied, number



def mean_above(quantile_function, q, steps=40_000):
    """The mean of the best share q: the integral of the upper quantile function over (0, q), over q."""
    h = 80.0 / steps
    return math.fsum(quantile_function(q * math.exp(-(j + 0.5) * h)) * math.exp(-(j + 0.5) * h) * h
                     for j in range(steps))


def mass_from(quantile_function, t):
    """P(U >= t), by halving the logarithm of the tail's mass."""
    low, high = -60.0, 0.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if quantile_function(math.exp(middle)) >= t else (low, middle)
    return math.exp(low)


def from_tail(tail, low=-1e3, high=1e12):
    return lambda v: laws.level(tail, v, low, high)


def normal_quantile(v):
    low, high = -9.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if laws.normal(middle) > v else (low, middle)
    return low


def discrete(masses):
    """The upper quantile function of value -> mass."""
    ordered = sorted(masses.items(), reverse=True)

    def quantile(v):
        total = 0.0
        for value, mass in ordered:
            total += mass
            if total > v:
                return value
        return ordered[-1][0]
    return quantile


def listed():
    """Name, kind, base, utility, upper quantile function, whether there is a mean."""
    binomial = {j: math.comb(10, j) / 1024 for j in range(11)}
    yield "normal", "light", {"normal": {}}, "x[0]", normal_quantile, True
    yield "uniform", "light", {"uniform": {}}, "x[0]", lambda v: 1 - v, True
    yield "exponential", "light", {"exponential": {}}, "x[0]", lambda v: -math.log(v), True
    yield "lognormal of 1", "heavy", {"normal": {}}, "exp(x[0])", lambda v: math.exp(normal_quantile(v)), True
    yield "lognormal of 2", "heavy", {"normal": {}}, "exp(2*x[0])", lambda v: math.exp(2 * normal_quantile(v)), True
    yield "Pareto of 3", "heavy", {"uniform": {}}, "(1 - x[0])^(-1/3)", lambda v: v ** (-1 / 3), True
    yield "Pareto of 2.5", "heavy", {"uniform": {}}, "(1 - x[0])^(-0.4)", lambda v: v ** -0.4, True
    yield "Pareto of 1.5", "heavy", {"uniform": {}}, "(1 - x[0])^(-1/1.5)", lambda v: v ** (-1 / 1.5), True
    yield "Pareto of 1", "heavy", {"uniform": {}}, "1/(1 - x[0])", lambda v: 1 / v, False
    yield "binomial", "discrete", {"binomial": {"trials": 10, "probability": 0.5}}, "x[0]", discrete(binomial), True
    yield "tiny numbers", "light", {"exponential": {}}, "1e-200*x[0]", lambda v: -1e-200 * math.log(v), True
    yield "huge numbers", "light", {"exponential": {}}, "1e200*x[0]", lambda v: -1e200 * math.log(v), True


def drawn(seed, count):
    dice = random.Random(seed)
    for j in range(count):
        kind = dice.choice(["power", "lognormal", "weibull", "outcomes"])
        a = round(dice.uniform(0.05, 0.45), 3)
        if kind == "power":
            yield (f"drawn {j}: power {a}", "heavy", {"uniform": {}}, f"(1 - x[0])^(-{a})",
                   lambda v, a=a: v ** -a, True)
        elif kind == "lognormal":
            yield (f"drawn {j}: lognormal {3 * a:.3f}", "heavy", {"normal": {}}, f"exp({3 * a}*x[0])",
                   lambda v, a=a: math.exp(3 * a * normal_quantile(v)), True)
        elif kind == "weibull":
            yield (f"drawn {j}: power of an exponential {4 * a:.3f}", "light", {"exponential": {}},
                   f"x[0]^{4 * a}", lambda v, a=a: (-math.log(v)) ** (4 * a), True)
        else:
            values = sorted(dice.sample(range(20), dice.randint(3, 6)))
            weights = [dice.randint(1, 20) for _ in values]
            total = sum(weights)
            yield (f"drawn {j}: outcomes {values}", "discrete",
                   {"categorical": {"weights": weights, "values": values}}, "x[0]",
                   discrete({value: weight / total for value, weight in zip(values, weights)}), True)


def index_of(problem):
    """The tail's index where the law of the excesses is generalised Pareto above every level, else nothing."""
    name = problem[0]
    if "Pareto of " in name:
        return 1 / float(name.split()[-1])
    if ": power 0" in name:
        return float(name.split()[-1])
    return {"uniform": -1.0, "exponential": 0.0, "tiny numbers": 0.0, "huge numbers": 0.0}.get(name)


# Independent copies of a problem in one job.
COPIES = 50


def wide(base, dimension):
    """The base with so many components."""
    (name, parameters), = base.items()
    return {name: {**parameters, "dimension": dimension}}


def interval(name, pair, truth, nominal):
    if pair is not None:
        yield (name, nominal, number(pair[0]), number(pair[1]), truth)


def top_mean(problem, q, kept, runs):
    name, kind, base, utility, quantile_function, has_mean = problem
    truth = mean_above(quantile_function, q) if has_mean else math.inf

    def claims(result):
        yield from interval(f"top mean, {kept} kept", result["utility"]["top_mean_interval"], truth,
                            result["threshold"]["confidence"])
    copies = COPIES if runs > COPIES else 1
    return Case(name, kind, "run", {"base": wide(base, copies), "utilities": copied(utility, copies), "quantile": q,
                                    "samples": math.ceil(kept / q)}, claims, runs, copies=copies)


def given(problem, draws, runs):
    name, kind, base, utility, quantile_function, has_mean = problem
    level = quantile_function(0.1)
    # Outcomes at the level are above it too.
    truth = mean_above(quantile_function, mass_from(quantile_function, level)) if has_mean else math.inf

    def claims(result):
        yield from interval(f"mean above a given threshold, {draws} draws",
                            result["utility"]["top_mean_interval"], truth, 0.95)
    copies = COPIES if runs > COPIES else 1
    return Case(name, kind, "run", {"base": wide(base, copies), "utilities": copied(utility, copies), "draws": draws,
                                    "method": {"threshold": {"value": level}}}, claims, runs, copies=copies)


def costs(runs):
    truths = {"rare": laws.normal(3.2), "bounded": 0.3989422804014327, "skewed": math.exp(0.5)}

    def claims(result):
        for name, truth in truths.items():
            cost = result["costs"][name]
            if cost["bound"] is not None:
                amplification = number(result["certificate"]["amplification"])
                yield (f"bound of a cost, {cost['bound_kind']}", 0.95, -math.inf, number(cost["bound"]),
                       amplification * truth)
    return Case("three costs of a normal", "light", "run", {
        "base": {"normal": {}}, "utility": "x[0]", "quantile": 0.1, "samples": 400,
        "costs": {"rare": "x[0] > 3.2", "bounded": "min(max(x[0], 0), 9)", "skewed": "exp(x[0])"}}, claims, runs)


def minimax(order, best, runs):
    def claims(result):
        yield (f"guaranteed value, order {order}", 0.95, number(result["diagnostics"]["guaranteed_value"]),
               math.inf, best)
    return Case(f"minimax of a normal, order {order}", "light", "run", {
        "base": {"normal": {}}, "utility": "x[0]", "samples": 20_000,
        "method": {"minimax": {"epsilon": 0.1, "order": order, "pilot": 4096}}}, claims, runs)


def epsilon(heavy, runs):
    # E(U - V)+ for U - V = the cost's own noise, light or heavy.
    noise, truth = (("exp(0.5*x[1])", math.exp(0.125)) if heavy else ("abs(x[1])", math.sqrt(2 / math.pi)))

    def claims(result):
        yield ("epsilon by a cost", 0.95, -math.inf, number(result["diagnostics"]["epsilon"]), truth)
    return Case("skewed noise" if heavy else "light noise", "light", "run", {
        "base": {"normal": {"dimension": 2}}, "utility": "9*x[0]", "samples": 4_000,
        "costs": {"true": f"9*x[0] - {noise}"},
        "method": {"minimax": {"epsilon": {"cost": "true"}, "pilot": 4096}}}, claims, runs)


def level_of_order_two(e=0.1):
    """t with E[(X - t)+^2] = e^2 for a standard normal X."""
    low, high = -5.0, 10.0
    for _ in range(200):
        t = (low + high) / 2
        tail = laws.normal(t)
        density = math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
        low, high = (t, high) if (1 + t * t) * tail - t * density > e * e else (low, t)
    return low


def cases(size, seed):
    suite = size == "suite"
    problems = list(listed()) + list(drawn(seed, 6 if suite else 24))
    runs = 4 if suite else 1_000
    for problem in problems:
        for kept in (20, 100) if suite else (20, 50, 100, 1_000):
            # So many kept take as long as all the others together.
            yield top_mean(problem, 0.1, kept, min(runs, 250) if kept == 1_000 else runs)
        if not suite:
            yield top_mean(problem, 0.01, 20, runs)
            yield given(problem, 50, runs)
    yield costs(20 if suite else 500)
    yield minimax(1, 0.9023463475, 10 if suite else 200)
    yield minimax(2, level_of_order_two(), 10 if suite else 200)
    for heavy in (False, True):
        yield epsilon(heavy, 6 if suite else 200)
