# SPDX-License-Identifier: Apache-2.0
"""Upper tails of laws in plain Python, for truths in closed form or by quadrature: about 12 digits, in the tail too."""
import math


def normal(x):
    """P(N(0, 1) > x)."""
    return 0.5 * math.erfc(x / math.sqrt(2))


def gamma(shape, x):
    """P(Gamma(shape, 1) > x), by the series or the continued fraction."""
    if x <= 0:
        return 1.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        n = shape
        while abs(term) > 1e-17 * total:
            n += 1
            term *= x / n
            total += term
        return 1 - front * total
    b = x + 1 - shape
    c, d = 1e300, 1 / b
    h = d
    for i in range(1, 10_000):
        a = -i * (i - shape)
        b += 2
        d = 1 / (a * d + b)
        c = b + a / c
        h *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return front * h


def chi_squared(degrees, x):
    return gamma(degrees / 2, x / 2)


def beta(x, a, b):
    """The regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
                     + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    h = d
    for m in range(1, 10_000):
        for top in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                    -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / (1 + top * d)
            c = 1 + top / c
            h *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return front * h


def student(df, x):
    """P(t_df > x)."""
    half = 0.5 * beta(df / (df + x * x), df / 2, 0.5)
    return half if x >= 0 else 1 - half


def binomial(trials, p, k):
    """P(Bin(trials, p) >= k)."""
    return math.fsum(math.comb(trials, j) * p ** j * (1 - p) ** (trials - j)
                     for j in range(max(0, math.ceil(k)), trials + 1))


def poisson(mean, k):
    """P(Poisson(mean) >= k)."""
    k = max(0, math.ceil(k))
    if k <= mean:
        return 1 - math.fsum(math.exp(j * math.log(mean) - mean - math.lgamma(j + 1)) for j in range(k))
    return math.fsum(math.exp(j * math.log(mean) - mean - math.lgamma(j + 1)) for j in range(k, k + 400))


def any_of(tails):
    """P(at least one of independent events)."""
    return -math.expm1(math.fsum(math.log1p(-min(p, 1 - 1e-16)) for p in tails))


def sum_of_outcomes(values, weights, copies):
    """The law of a sum of independent outcomes, value -> probability."""
    one = {v: w / math.fsum(weights) for v, w in zip(values, weights)}
    law = {0: 1.0}
    for _ in range(copies):
        following = {}
        for a, p in law.items():
            for b, q in one.items():
                following[a + b] = following.get(a + b, 0) + p * q
        law = following
    return law


def sum_of_student3(copies, x):
    """P(sum of t(3) > x) from the characteristic function ((1 + √3|s|)·exp(−√3|s|))^copies: the tail's
    Gil-Pelaez integral, by Simpson's rule on a grid that resolves its oscillation."""
    r = math.sqrt(3) * copies
    end = 45.0 / r
    n = 2 * max(4_000, int(end * x * 40))
    h = end / n

    def f(s):
        return x if s == 0 else math.sin(s * x) / s * math.exp(copies * math.log1p(math.sqrt(3) * s) - r * s)
    total = f(0) + f(end) + math.fsum((4 if i % 2 else 2) * f(i * h) for i in range(1, n))
    return 0.5 - total * h / 3 / math.pi


def plane(f, t, cells=400, far=8.0):
    """P(f(x, y) > t) for two standard normals: in y by the crossings of each row, in x by the rule of
    midpoints. Features narrower than 2·far/cells are missed."""
    h = 2 * far / cells
    ys = [-far + j * h for j in range(cells + 1)]
    total = 0.0
    for i in range(cells):
        x = -far + (i + 0.5) * h
        weight = normal(x - h / 2) - normal(x + h / 2) if x > 0 else normal(-x - h / 2) - normal(-x + h / 2)
        values = [f(x, y) - t for y in ys]
        inside = 0.0
        for j in range(cells):
            a, b = values[j], values[j + 1]
            low, high = ys[j], ys[j + 1]
            if a <= 0 and b <= 0:
                continue
            if a <= 0 or b <= 0:
                left, right = low, high
                for _ in range(40):
                    middle = (left + right) / 2
                    if (f(x, middle) - t > 0) == (a > 0):
                        left = middle
                    else:
                        right = middle
                low, high = (low, left) if a > 0 else (left, high)
            inside += normal(low) - normal(high) if low > 0 else normal(-high) - normal(-low)
        total += weight * inside
    return total


def level(tail, p, low=-1e3, high=1e9):
    """Where a continuous tail is p."""
    for _ in range(400):
        middle = (low + high) / 2
        if tail(middle) > p:
            low = middle
        else:
            high = middle
        if high - low <= 1e-13 * max(1, abs(low)):
            break
    return (low + high) / 2
