# SPDX-License-Identifier: Apache-2.0
"""Writes special_functions.txt: distribution functions to 17 digits, from mpmath at 40 digits.

Lines: name, arguments, lower tail, upper tail. The arguments are exact doubles. The tails are
integrals of the density in log (gamma), log-odds (beta) or as it is, outwards from the point, so
that no algorithm is shared with the code under test.
"""
import random

from mpmath import mp, mpf, exp, log, loggamma, quad, erfc, sqrt, log1p, betainc

mp.dps = 40
random.seed(20261120)


def tails(log_density, u, mode, width):
    """Lower and upper tail at u of a log-concave density."""
    def tail(sign):
        # From u outwards; where the mode lies on the way, through it.
        points = [u]
        if (mode - u) * sign > 0:
            steps = min(200, int(abs(mode - u) / width) + 1)
            points += [u + (mode - u) * (k + 1) / steps for k in range(steps)]
        end, step, top = points[-1], width, max(log_density(u), log_density(points[-1]))
        while True:
            slope = abs(mp.diff(log_density, end)) if end != mode else mpf(0)
            move = min(step, 8 / slope) if slope > 0 else step
            end += sign * move
            points.append(end)
            if log_density(end) < top - 100:
                break
            step *= mpf(3) / 2
        total = mpf(0)
        for p, q in zip(points, points[1:]):
            total += quad(lambda t: exp(log_density(t) - top), [p, q])
        return total * sign * exp(top)
    lower, upper = tail(-1), tail(1)
    assert abs(lower + upper - 1) < mpf(10) ** -25, (lower + upper - 1, u)
    return (lower, 1 - lower) if lower < upper else (1 - upper, upper)


def beta(a, b, x):
    a, b, x = mpf(a), mpf(b), mpf(x)
    norm = loggamma(a) + loggamma(b) - loggamma(a + b)
    f = lambda u: -a * log1p(exp(-u)) - b * log1p(exp(u)) - norm
    return tails(f, log(x) - log1p(-x), log(a / b), sqrt(1 / a + 1 / b))


def gamma(a, x):
    a, x = mpf(a), mpf(x)
    norm = loggamma(a)
    f = lambda u: a * u - exp(u) - norm
    return tails(f, log(x), log(a), min(1 / sqrt(a), mpf(2)))


def student(n, t):
    n, t = mpf(n), mpf(t)
    x = n / (n + t * t)
    lower, upper = beta(n / 2, mpf(1) / 2, x) if t != 0 else (mpf(1), mpf(0))
    return (lower / 2, 1 - lower / 2) if t < 0 else (1 - lower / 2, lower / 2)


def show(name, arguments, both):
    words = [name] + [repr(float(v)) for v in arguments]
    out.write(" ".join(words + [mp.nstr(v, 17, min_fixed=0, max_fixed=0) for v in both]) + "\n")


out = open("special_functions.txt", "w")
for z in [-38.0, -30.5, -20.0, -9.25, -6.0, -3.3, -1.5, -1.0, -0.3, 0.0, 0.1, 1.1, 2.5, 8.0, 37.1]:
    show("normal", [z], [erfc(-mpf(z) / sqrt(mpf(2))) / 2, erfc(mpf(z) / sqrt(mpf(2))) / 2])

for a in [0.01, 0.3, 1.0, 2.5, 12.0, 29.5, 31.0, 200.0, 1e4, 1e7, 1e10]:
    for z in [-8.5, -4.0, -1.0, 0.0, 0.7, 3.0, 8.5]:
        # Wilson and Hilferty's approximation to that many standard deviations.
        w = 1 - 1 / (9 * a) + z / (3 * a**0.5)
        x = a * w**3 if w > 0.02 else a * 10**z
        show("gamma", [a, x], gamma(a, x))

SHAPES = [0.01, 0.5, 1.0, 3.0, 29.0, 40.0, 1e3, 1e6, 1e10]
for a in SHAPES:
    for b in SHAPES:
        middle, sd = float(log(mpf(a) / b)), float(sqrt(1 / mpf(a) + 1 / mpf(b)))
        for z in random.sample([-8.0, -5.0, -2.0, -0.5, 0.0, 0.3, 1.5, 4.0, 9.0], 2):
            scale = z * sd if max(sd, 0) < 3 else z
            x = float(1 / (1 + exp(-mpf(middle + scale))))
            if 0 < x < 1:
                show("beta", [a, b, x], beta(a, b, x))
for k, n, x in [(100000, 1e8, 9.9e-4), (100000, 1e8, 1.01e-3), (1e8, 1e11, 9.9999e-4),
                (1e8, 1e11, 1.0005e-3), (1, 1e11, 1e-12), (30, 1e11, 6e-10)]:
    show("beta", [k, n - k + 1, x], beta(k, n - k + 1, x))

for n in [0.05, 0.5, 1.0, 2.0, 3.0, 7.5, 30.0, 59.0, 61.0, 1e3, 1e6, 1e10]:
    for t in random.sample([-30.0, -9.0, -4.0, -1.0, -1e-3, 0.0, 0.2, 1.5, 3.0, 6.0, 12.0], 5):
        show("student", [n, t], student(n, t))
