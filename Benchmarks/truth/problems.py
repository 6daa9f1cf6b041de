# SPDX-License-Identifier: Apache-2.0
"""Problems whose tail P(U >= t) is known in closed form or by quadrature: lists, and draws from a seed."""
import dataclasses
import functools
import math
import random
import typing

import laws


@dataclasses.dataclass(frozen=True)
class Problem:
    name: str
    # light, heavy, discrete, mixture, multimodal or network
    kind: str
    base: dict
    utility: str
    # t -> P(U >= t)
    tail: typing.Callable
    # The level of the event, and its probability.
    level: float
    p: float
    continuous: bool = True


def normals(dimension):
    return {"normal": {"dimension": dimension}}


def at(name, kind, base, utility, tail, p, low=-1e3, high=1e6):
    """A continuous problem at the level whose tail is p, rounded so that a formula has it."""
    t = float(f"{laws.level(tail, p, low, high):.12g}")
    return Problem(name, kind, base, utility, tail, t, tail(t))


# A part of a maximum: its formula of x, and its tail over a standard normal.
def linear(a, b):
    return f"{a}*X+{b}", lambda t: laws.normal((t - b) / a)


def square(a, b):
    return f"{a}*X^2+{b}", lambda t: 2 * laws.normal(math.sqrt((t - b) / a)) if t > b else 1.0


def cube(a, b):
    return f"{a}*abs(X)^3+{b}", lambda t: 2 * laws.normal(((t - b) / a) ** (1 / 3)) if t > b else 1.0


def exponential(a, b):
    return (f"{a}*(exp(0.5*X)-1)+{b}",
            lambda t: laws.normal(2 * math.log((t - b) / a + 1)) if (t - b) / a > -1 else 1.0)


def either(a, b):
    return f"{a}*abs(X)+{b}", lambda t: 2 * laws.normal((t - b) / a) if t > b else 1.0


PARTS = (linear, square, cube, exponential, either)
RANGES = {linear: (0.6, 1.2), square: (0.1, 0.4), cube: (0.03, 0.1), exponential: (0.5, 1.5), either: (0.6, 1.2)}


def largest(name, dimension, parts, p):
    """The largest of functions of a coordinate each: a mode or two for each of them."""
    formulas = [formula.replace("X", f"x[{i}]") for i, (formula, _) in enumerate(parts)]
    return at(name, "multimodal", normals(dimension), f"max({', '.join(formulas)})",
              lambda t: laws.any_of(tail(t) for _, tail in parts), p, -50, 1e4)


def network(name, seed, units, p):
    """A layer of tanh of two normals; its tail by quadrature."""
    random_ = random.Random(f"network {seed}")
    rows = [[round(random_.gauss(0, s), 3) for s in (1.2, 1.2, 1.5, 1.0)] for _ in range(units)]

    def f(x, y):
        return sum(o * math.tanh(a * x + b * y + c) for a, b, c, o in rows) + 0.01 * (x + y)

    formula = " + ".join(f"({o})*tanh(({a})*x[0] + ({b})*x[1] + ({c}))" for a, b, c, o in rows)
    # A first level from a grid of cells, then its tail by crossings.
    side, far = 160, 8.0
    step = 2 * far / side
    points = [-far + (i + 0.5) * step for i in range(side)]
    weights = [laws.normal(x - step / 2) - laws.normal(x + step / 2) if x > 0
               else laws.normal(-x - step / 2) - laws.normal(-x + step / 2) for x in points]
    cells = sorted(((f(x, y), v * w) for x, v in zip(points, weights) for y, w in zip(points, weights)), reverse=True)
    mass, t = 0.0, cells[0][0]
    for t, weight in cells:
        mass += weight
        if mass >= p:
            break
    t = float(f"{t:.9g}")
    return Problem(name, "network", normals(2), formula + " + 0.01*(x[0] + x[1])",
                   functools.cache(lambda level: laws.plane(f, level)), t, laws.plane(f, t))


def projection(name, seed, dimension, p):
    """A layer of tanh with positive weights of one direction of many dimensions: its tail is that of a normal."""
    random_ = random.Random(f"projection {seed}")
    rows = [[round(random_.uniform(*r), 3) for r in ((0.5, 2), (-2, 2), (0.3, 1.5))] for _ in range(4)]
    s = f"(sum(x)/sqrt({dimension}))"
    formula = " + ".join(f"{o}*tanh({a}*{s} + ({c}))" for a, c, o in rows) + f" + 0.1*{s}"

    def g(z):
        return sum(o * math.tanh(a * z + c) for a, c, o in rows) + 0.1 * z

    @functools.cache
    def tail(t):
        low, high = -40.0, 40.0
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if g(middle) < t else (low, middle)
        return laws.normal(low)
    return at(name, "network", normals(dimension), formula, tail, p, -100, 100)


def mixture(name, components, utility, tails, p):
    """A mixture of normals; `tails` are those of the utility under each component."""
    total = math.fsum(w for w, _, _ in components)
    base = {"mixture": [{"weight": w, "label": f"m{i}", "normal": {"mean": m, "sd": s}}
                        for i, (w, m, s) in enumerate(components)]}
    return at(name, "mixture", base, utility,
              lambda t: math.fsum(w / total * tail(t) for (w, _, _), tail in zip(components, tails)), p)


def mixed_sum(name, components, p):
    """The sum of a mixture of normals in the plane or beyond."""
    def tail(m, s):
        return lambda t: laws.normal((t - sum(m)) / (s * math.sqrt(len(m))))
    return mixture(name, components, "sum(x)", [tail(m, s) for _, m, s in components], p)


def discrete(name, base, utility, tail, p, step=1.0, high=10_000):
    """The least level on a lattice whose tail is at most p, or the last one that is reached."""
    t = next(k * step for k in range(high) if tail(k * step) <= p)
    while tail(t) == 0:
        t -= step
    return Problem(name, "discrete", base, utility, tail, t, tail(t), continuous=False)


def categoricals(name, values, weights, copies, p):
    law = laws.sum_of_outcomes(values, weights, copies)
    return discrete(name, {"categorical": {"values": values, "weights": weights, "dimension": copies}}, "sum(x)",
                    lambda t: math.fsum(q for v, q in law.items() if v >= t), p)


def listed():
    """The list: well-known ones, and those on which something failed once."""
    r2 = math.sqrt(2)
    yield at("normal, p=.9", "light", normals(2), "x[0]", laws.normal, 0.9)
    yield Problem("nearly all", "light", normals(2), "4.2-x[0]", lambda t: laws.normal(t - 4.2), 0.0,
                  laws.normal(-4.2))
    for d, p in ((2, 1e-3), (10, 1e-6), (100, 1e-6), (10, 1e-9)):
        yield at(f"linear, d={d}, {p:g}", "light", normals(d), f"sum(x)/sqrt({d})", laws.normal, p)
    for d, p in ((2, 1e-4), (10, 1e-6), (100, 1e-5)):
        yield at(f"chi-squared, d={d}, {p:g}", "light", normals(d), "sum(x^2)",
                 lambda t, d=d: laws.chi_squared(d, t), p, 0)
    yield at("exponentials, d=20", "light", {"exponential": {"dimension": 20}}, "sum(x)",
             lambda t: laws.gamma(20, t), 1e-6, 0)
    yield largest("two modes", 2, [linear(1, 0), square(0.2, 0)], 1e-6)
    yield largest("two modes, d=20", 20, [linear(1, 0), square(0.2, 0)], 1e-6)
    yield largest("three modes, d=5", 5, [linear(1, 0), cube(0.05, 0.2), either(0.8, 0)], 1e-5)
    yield largest("late mode", 2, [linear(1, 0), square(0.25, -1.5)], 1e-6)
    yield largest("a corner", 2, [either(1, 0), either(1, 0)], 1e-4)
    for d, p in ((2, 1e-4), (10, 1e-6)):
        yield at(f"largest of t(3), d={d}", "heavy", {"student-t": {"df": 3, "dimension": d}}, "max(x)",
                 lambda t, d=d: laws.any_of([laws.student(3, t)] * d), p)
    yield at("sum of ten t(3)", "heavy", {"student-t": {"df": 3, "dimension": 10}}, "sum(x)",
             functools.cache(lambda t: laws.sum_of_student3(10, t)), 1e-5, 0, 2_000)
    yield at("sum of five Cauchys", "heavy", {"cauchy": {"dimension": 5}}, "sum(x)",
             lambda t: math.atan2(1, t / 5) / math.pi, 1e-4, 0)
    yield at("lognormal products, d=8", "heavy", {"lognormal": {"dimension": 8}}, "prod(x)",
             lambda t: laws.normal(math.log(t) / math.sqrt(8)) if t > 0 else 1.0, 1e-5, 0, 1e9)
    yield discrete("ten binomials", {"binomial": {"trials": 20, "probability": 0.3, "dimension": 10}}, "sum(x)",
                   lambda t: laws.binomial(200, 0.3, t), 1e-6)
    yield discrete("five Poissons", {"poisson": {"mean": 2, "dimension": 5}}, "sum(x)",
                   lambda t: laws.poisson(10, t), 1e-5)
    yield categoricals("20 categoricals", [0, 1, 5], [6, 3, 1], 20, 1e-5)
    yield mixed_sum("mixture of 5", [(4, [0, 0], 1), (2, [3, 0], 0.5), (2, [0, 3], 0.5), (1, [-3, -3], 0.7),
                                     (1, [2, 2], 0.3)], 1e-6)
    yield mixed_sum("a rare wide component", [(99, [0, 0, 0], 1), (1, [0, 0, 0], 2.5)], 1e-6)
    yield largest("two of ten", 10, [linear(1, 0), linear(0.9, 0.3)], 1e-5)
    yield network("network 1", 1, 8, 1e-4)
    yield network("network 2", 2, 8, 1e-5)
    yield projection("network of 50", 1, 50, 1e-5)
    yield projection("network of 100", 2, 100, 1e-4)
    yield at("two normals' product sum", "light", normals(2), f"(x[0]+x[1])/{r2!r}", laws.normal, 3e-4)


def drawn(seed, count):
    """Problems that nobody has seen before the seed was chosen."""
    for number in range(count):
        random_ = random.Random(f"problem {seed} {number}")
        kind = number % 8
        p = 10 ** -random_.uniform(3, 6.5)
        name = f"drawn {seed}.{number}"
        if kind in (0, 1, 2):
            dimension = random_.choice([2, 3, 4, 5, 8, 20])
            parts = []
            for _ in range(random_.randint(2, min(4, dimension))):
                part = random_.choice(PARTS)
                low, high = RANGES[part]
                parts.append(part(round(random_.uniform(low, high), 3), round(random_.uniform(-0.5, 0.5), 3)))
            yield largest(name, dimension, parts, p)
        elif kind == 3:
            yield network(name, f"{seed} {number}", random_.choice([4, 6, 8]), max(p, 1e-5))
        elif kind == 4:
            df, d = random_.choice([2.5, 3, 5]), random_.choice([2, 5, 10])
            yield at(name, "heavy", {"student-t": {"df": df, "dimension": d}}, "max(x)",
                     lambda t, df=df, d=d: laws.any_of([laws.student(df, t)] * d), p)
        elif kind == 5:
            d = random_.choice([2, 3, 6])
            yield mixed_sum(name, [(random_.choice([1, 2, 5, 20]), [round(random_.gauss(0, 1.5), 2) for _ in range(d)],
                                    round(random_.uniform(0.4, 2), 2)) for _ in range(random_.randint(2, 5))], p)
        elif kind == 6:
            values = sorted(random_.sample(range(0, 9), 3))
            yield categoricals(name, values, [random_.randint(1, 9) for _ in range(3)], random_.choice([8, 20, 40]), p)
        else:
            yield projection(name, f"{seed} {number}", random_.choice([10, 30, 100]), p)
