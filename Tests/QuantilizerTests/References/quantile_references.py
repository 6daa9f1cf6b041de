# SPDX-License-Identifier: Apache-2.0
"""Quantiles at given 64-bit words, and the words where counts begin, at 60 digits.

    python3 quantile_references.py > quantiles.txt

A line is: base and parameters | word | value, or of a discrete law: … | k | the first word of k + 1.
A word w below 2^63 names the lower tail (w + 1/2) / 2^64, another one the upper (2^64 - w - 1/2) / 2^64.
Continuous laws by their closed quantile functions, or by roots of their distribution functions (DLMF 8.2,
7.2; Johnson, Kotz and Balakrishnan 1994, 15.4); counts by sums of their masses. Needs mpmath only.
"""
from mpmath import *

mp.dps = 60
LOWER = [0, 1, 1000, 2**40 + 12345, 2**60, 2**62 + 7, 3 * 2**61, 2**63 - 1]
WORDS = sorted(LOWER + [2**64 - 1 - w for w in LOWER])


def tail(w):
    upper = w >= 2**63
    n = 2**64 - 1 - w if upper else w
    return (mpf(n) + mpf(1) / 2) / mpf(2) ** 64, upper


def continuous(name, quantile):
    for w in WORDS:
        p, upper = tail(w)
        print(f"{name} | {w} | {nstr(quantile(p, upper), 20)}")


def exponential(p, upper):
    return -log(p) if upper else -log1p(-p)


def logit(p, upper):
    size = log((1 - p) / p)
    return size if upper else -size


def signed(size, upper):
    return size if upper else -size


def boxcox(y, xi):
    return expm1(xi * y) / xi if xi else y


def gumbel(p, upper):
    return -log(-log1p(-p) if upper else -log(p))


def triangular(a, m, b):
    def quantile(p, upper):
        u, v = (1 - p, p) if upper else (p, 1 - p)
        if u <= (m - a) / (b - a):
            return a + sqrt(u * (b - a) * (m - a))
        return b - sqrt(v * (b - a) * (b - m))
    return quantile


def root(f, low, high):
    """The zero of an increasing f by Illinois steps in so many bits."""
    fl, fh = f(low), f(high)
    assert fl < 0 < fh
    side = 0
    for _ in range(400):
        x = (low * fh - high * fl) / (fh - fl)
        if not low < x < high:
            x = (low + high) / 2
        fx = f(x)
        if fx == 0 or high - low < mpf(10) ** -40 * max(1, abs(x)) or abs(fx) < mpf(10) ** -45:
            return x
        if fx < 0:
            low, fl = x, fx
            if side == -1:
                fh /= 2
            side = -1
        else:
            high, fh = x, fx
            if side == 1:
                fl /= 2
            side = 1
    return x


def log_gamma_quantile(a, p, upper):
    target = log(p)
    def f(u):
        x = exp(u)
        t = gammainc(a, x, inf, regularized=True) if upper else gammainc(a, 0, x, regularized=True)
        return target - log(t) if upper else log(t) - target
    low = (log(mpf(1) / 2 if upper else p) - abs(log(a))) / a - 5
    high = log(a + 60) + 2 if upper else log(a) + 3
    return root(f, low, high)


def phi(z):
    return erfc(-z / sqrt(mpf(2))) / 2


def inverse_gaussian(mean, lam):
    def quantile(p, upper):
        mp.dps = 120
        r = lam / mean
        def f(u):
            x = exp(u)
            a, b = sqrt(r / x) * (x - 1), sqrt(r / x) * (x + 1)
            if upper:
                return log(p) - log(phi(-a) - exp(2 * r) * phi(-b))
            return log(phi(a) + exp(2 * r) * phi(-b)) - log(p)
        low, high = mpf(0), mpf(0)
        while f(low) > 0:
            low = 2 * low - mpf(1) / 16
        while f(high) < 0:
            high = 2 * high + mpf(1) / 16
        u = root(f, low, high)
        mp.dps = 60
        return mean * exp(u)
    return quantile


continuous("laplace location=0 scale=2", lambda p, up: signed(-2 * log(2 * p), up))
continuous("logistic location=0 scale=2", lambda p, up: 2 * logit(p, up))
for shape in ["0.1", "3", "1000"]:
    continuous(f"log-logistic shape={shape} scale=2",
               lambda p, up: 2 * exp(logit(p, up) / mpf(shape)))
for a, m, b in [(0, "0.25", 1), (0, 0, 1), (0, 1, 1), (-3, 2, 2.5)]:
    continuous(f"triangular lower={a} mode={m} upper={b}", triangular(mpf(a), mpf(m), mpf(b)))
for xi in ["0.2", "0", "-0.5", "-3", "1e-12", "15"]:
    continuous(f"generalized-pareto shape={xi} scale=2",
               lambda p, up: 2 * boxcox(exponential(p, up), mpf(xi)))
for xi in ["0.2", "0", "-0.5", "-3", "1e-12", "15"]:
    continuous(f"generalized-extreme-value shape={xi} scale=2",
               lambda p, up: 2 * boxcox(gumbel(p, up), mpf(xi)))
continuous("rayleigh scale=2", lambda p, up: 2 * sqrt(2 * exponential(p, up)))
for df in ["0.1", "1", "4", "101"]:
    continuous(f"chi-squared df={df}",
               lambda p, up: 2 * exp(log_gamma_quantile(mpf(df) / 2, p, up)))
for shape in ["0.1", "3", "40"]:
    continuous(f"inverse-gamma shape={shape} scale=2",
               lambda p, up: 2 * exp(-log_gamma_quantile(mpf(shape), p, not up)))
continuous("half-normal scale=2",
           lambda p, up: 2 * sqrt(2 * exp(log_gamma_quantile(mpf(1) / 2, p, up))))
for mean, lam in [("1", "0.001"), ("2", "0.1"), ("1", "1"), ("2", "3"), ("1", "100")]:
    continuous(f"inverse-gaussian mean={mean} shape={lam}",
               inverse_gaussian(mpf(mean), mpf(lam)))


def counts(name, first, masses):
    """First words of k + 1, for every few of the k that have words."""
    total, kept = mpf(0), []
    for k, mass in enumerate(masses, first):
        total += mass
        kept.append((k, total, mass))
    assert abs(total - 1) < mpf(2) ** -80, (name, total)
    # Where both neighbours of the end have words.
    kept = [(k, c) for k, c, mass in kept if mass > mpf(2) ** -58 and c < 1 - mpf(2) ** -58]
    for k, c in kept[:: max(1, len(kept) // 8)]:
        print(f"{name} | {k} | {int(floor(c * mpf(2) ** 64 + mpf(1) / 2))}")


def geometric(p):
    p = mpf(p)
    return [(1 - p) ** k * p for k in range(int(70 / p))]


def negative_binomial(r, p, n):
    r, p = mpf(r), mpf(p)
    return [exp(loggamma(k + r) - loggamma(k + 1) - loggamma(r) + r * log(p) + k * log(1 - p))
            for k in range(n)]


def hypergeometric(total, marked, drawn):
    low = max(0, drawn - (total - marked))
    whole = binomial(total, drawn)
    return low, [binomial(marked, k) * binomial(total - marked, drawn - k) / whole
                 for k in range(low, min(marked, drawn) + 1)]


# Probabilities that a double holds exactly.
counts("geometric probability=0.25", 1, geometric("0.25"))
counts("geometric probability=0.0078125", 1, geometric("0.0078125"))
counts("negative-binomial successes=3 probability=0.25", 0, negative_binomial(3, "0.25", 400))
counts("negative-binomial successes=0.5 probability=0.125", 0, negative_binomial("0.5", "0.125", 700))
counts("negative-binomial successes=1000 probability=0.5", 0, negative_binomial(1000, "0.5", 2500))
for t, m, d in [(50, 5, 10), (1000, 400, 300), (20, 15, 12)]:
    low, masses = hypergeometric(t, m, d)
    counts(f"hypergeometric population={t} successes={m} draws={d}", low, masses)
