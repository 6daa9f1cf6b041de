# SPDX-License-Identifier: Apache-2.0
"""High-precision values of the elementary functions, for the tests of their accuracy.

    python3 elementary_references.py > elementary.txt

A line: function, argument(s) and the nearest double of the result as hexadecimal bits, then the true
value's distance from that double in units of its last place. Needs mpmath only.
"""
import random
import struct
import mpmath as mp

mp.mp.prec = 1400  # sin of 2^1000 needs them
random.seed(20261120)
COUNT = 48


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def uniform(a, b):
    return lambda: random.uniform(a, b)


def scales(a, b, signed=False):
    return lambda: 2.0 ** random.uniform(a, b) * (random.choice([-1, 1]) if signed else 1)


def near_one(a, b):
    return lambda: 1 + random.choice([-1, 1]) * 2.0 ** random.uniform(a, b)


whole, half_pi = scales(-1074, 1023.9), lambda: random.randrange(1, 10**6) * float(mp.pi / 2)
angles = [uniform(-10, 10), scales(-40, 30, True), scales(30, 1023, True), half_pi]
FUNCTIONS = {
    "exp": (mp.exp, [uniform(-745, 709.7), uniform(-1, 1), scales(-60, 0, True)]),
    "exp2": (lambda x: mp.mpf(2) ** x, [uniform(-1074, 1023.9), uniform(-1, 1)]),
    "expm1": (mp.expm1, [uniform(-50, 709.7), uniform(-1.5, 1.5), scales(-60, 2, True)]),
    "log": (mp.log, [whole, uniform(0.4, 2.5), near_one(-52, -2)]),
    "log1p": (mp.log1p, [whole, uniform(-0.99, 3), scales(-60, -1, True)]),
    "log2": (lambda x: mp.log(x, 2), [whole, uniform(0.4, 2.5), near_one(-52, -2)]),
    "log10": (mp.log10, [whole, uniform(0.4, 2.5), near_one(-52, -2)]),
    "sin": (mp.sin, angles), "cos": (mp.cos, angles), "tan": (mp.tan, angles),
    "asin": (mp.asin, [uniform(-1, 1), scales(-60, 0, True)]),
    "acos": (mp.acos, [uniform(-1, 1), lambda: 1 - 2.0 ** random.uniform(-50, 0)]),
    "atan": (mp.atan, [uniform(-3, 3), scales(-60, 60, True)]),
    "sinh": (mp.sinh, [uniform(-30, 30), scales(-60, 9.4, True)]),
    "cosh": (mp.cosh, [uniform(-30, 30), scales(-60, 9.4, True)]),
    "tanh": (mp.tanh, [uniform(-3, 3), scales(-60, 6, True)]),
    "sqrt": (mp.sqrt, [whole]),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), [scales(-1074, 1023.9, True), uniform(0.4, 9)]),
    "erf": (mp.erf, [uniform(-6, 6), scales(-60, 2, True)]),
    "erfc": (mp.erfc, [uniform(-6, 6), uniform(0, 27.2), scales(-60, 2, True)]),
    "lgamma": (mp.loggamma, [uniform(0, 12), uniform(0.5, 3), scales(-900, 900)]),
    "tgamma": (mp.gamma, [uniform(0, 12), uniform(0, 171.6), uniform(-12, 0), uniform(-178, 0)]),
    "pow": (mp.power, [(whole, uniform(-0.99, 0.99)), (uniform(0, 3), uniform(-300, 300)),
                       (near_one(-40, -2), scales(0, 42, True)), (scales(-10, 10), uniform(-70, 70))]),
    "atan2": (mp.atan2, [(scales(-1000, 1000, True), scales(-1000, 1000, True)), (uniform(-3, 3), uniform(-3, 3))]),
    "hypot": (mp.hypot, [(scales(-1070, 1023, True), scales(-1070, 1023, True)), (uniform(-3, 3), uniform(-3, 3))]),
}

for name, (function, domains) in FUNCTIONS.items():
    print(f"# {name}")
    for domain in domains:
        for _ in range(COUNT):
            arguments = [d() for d in (domain if isinstance(domain, tuple) else (domain,))]
            value = mp.mpf(function(*map(mp.mpf, arguments)))
            if value == 0 or abs(value) >= mp.mpf(2) ** 1023.999 or abs(value) < mp.mpf(2) ** -1074:
                continue
            unit = mp.mpf(2) ** max(-1074, int(mp.floor(mp.log(abs(value), 2))) - 52)
            nearest = float(value)
            rest = (value - mp.mpf(nearest)) / unit
            words = " ".join(f"{bits(x):016x}" for x in [*arguments, nearest])
            print(f"{name} {words} {float(rest):.3f}")
