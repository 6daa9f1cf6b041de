# SPDX-License-Identifier: Apache-2.0
"""Derives every polynomial and split constant of the elementary kernels, and prints them.

    python3 elementary_coefficients.py c     > ../../../Sources/CKernels/qk_coefficients.h
    python3 elementary_coefficients.py swift > ../Kernels/ElementaryCoefficients.swift

Each polynomial is the Chebyshev interpolant of its function at 120 digits, rounded once to double;
its largest error before that rounding stands beside it. Needs mpmath only.
"""
import sys
from mpmath import mp, mpf, chebyfit, pi, log, exp, sin, cos, atan, asin, erf, erfc, sqrt
from mpmath import loggamma, cbrt, floor, nint, ldexp

mp.dps = 120


def lead(function, order, terms):
    """function(x) minus its leading terms, over x**order."""
    return lambda x: (function(x) - sum(c * x**i for i, c in enumerate(terms))) / x**order


def atanh2(z):  # log((1+s)/(1-s))/s as a function of z = s*s
    if z == 0:
        return mpf(2)
    s = sqrt(z)
    return log((1 + s) / (1 - s)) / s


def log1p_rest(f):
    return (log(1 + f) - f) / f**2 if abs(f) > tiny else -mpf(1) / 2


def of_square(function):
    """function(x)/x as a function of z = x*x."""
    return lambda z: function(sqrt(z)) / sqrt(z)


def stirling(y):
    x = 1 / sqrt(y)
    return (loggamma(x) - ((x - mpf(1) / 2) * log(x) - x + log(2 * pi) / 2)) * x


def erfcx_shaped(t):
    x = 4 * (1 + t) / (1 - t)
    if x > 10**6:
        y = 1 / (2 * x * x)
        scaled = (1 - y + 3 * y**2 - 15 * y**3 + 105 * y**4 - 945 * y**5 + 10395 * y**6) / (x * sqrt(pi))
    else:
        scaled = exp(x * x) * erfc(x)
    return scaled * (1 + 2 * x)


tiny = mpf(10) ** -30
z_log = (sqrt(mpf(2)) - 1) ** 4 * mpf("1.0000001")
POLYNOMIALS = [
    # name, what, function, low, high, coefficients
    ("log1p", "(log(1+f) - f)/f^2", log1p_rest, sqrt(mpf(1) / 2) - mpf("1.0000001"), sqrt(mpf(2)) - mpf("0.9999999"), 21),
    ("log", "(log(1+r) - r)/r^2", log1p_rest, -mpf("0.02945"), mpf("0.03126"), 9),
    ("powlog", "(log((1+s)/(1-s))/s - 2 - 2z/3)/z^2", lead(atanh2, 2, [2, mpf(2) / 3]), tiny, z_log, 8),
    ("exp", "(exp(r) - 1 - r)/r^2", lead(exp, 2, [1, 1]), -log(mpf(2)) / 2 * mpf("1.0002"), log(mpf(2)) / 2 * mpf("1.0001"), 11),
    ("sin", "(sin(r)/r - 1)/z, z = r*r", lead(of_square(sin), 1, [1]), tiny, (pi / 4) ** 2 * mpf("1.0001"), 6),
    ("cos", "(cos(r) - 1 + z/2)/z^2", lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, tiny, (pi / 4) ** 2 * mpf("1.0001"), 6),
    ("sinquarter", "sin(pi t/2)/t, z = t*t", of_square(lambda t: sin(pi * t / 2)), tiny, mpf(1) / 4, 7),
    ("cosquarter", "(cos(pi t/2) - 1)/z", lambda z: (cos(pi * sqrt(z) / 2) - 1) / z, tiny, mpf(1) / 4, 7),
    ("atan", "(atan(u)/u - 1)/z, z = u*u", lead(of_square(atan), 1, [1]), tiny, (sqrt(mpf(2)) - 1) ** 2 * mpf("1.0001"), 12),
    ("asin", "(asin(x)/x - 1)/z, z = x*x", lead(of_square(asin), 1, [1]), tiny, mpf(1) / 4, 13),
    ("erf", "erf(x)/x - 1, z = x*x", lambda z: of_square(erf)(z) - 1, tiny, mpf(1), 12),
    ("erfcx", "(1 + 2x) exp(x*x) erfc(x), t = (x-4)/(x+4)", erfcx_shaped, mpf(-1), 1 - tiny, 25),
    ("lgamma", "lgamma(2 + d)/d", lambda d: loggamma(2 + d) / d if abs(d) > tiny else 1 - mp.euler, -mpf(1) / 2, mpf(1) / 2, 18),
    ("stirling", "(lgamma(x) - (x-1/2) log x + x - log(2 pi)/2) x, y = 1/(x*x)", stirling, mpf(10) ** -12, mpf(1) / 64, 8),
    ("cbrt", "cbrt(m)", cbrt, mpf(1) / 2, mpf(1), 5),
]


def rounded(x, bits=53):
    """x to so many significant bits, half to even."""
    if x == 0:
        return mpf(0)
    shift = bits - 1 - int(floor(log(abs(x), 2)))
    return ldexp(nint(ldexp(x, shift)), -shift)


def hexadecimal(x):
    return float(x).hex()


def parts(x, *bits):
    """x as a sum of parts of so many bits each."""
    out = []
    for b in bits:
        p = rounded(x, b)
        out.append(p)
        x -= p
    return out


ln2, log2e = log(mpf(2)), 1 / log(mpf(2))
CONSTANTS = [
    ("ln2_hi", parts(ln2, 42, 53)[0]), ("ln2_lo", parts(ln2, 42, 53)[1]),
    ("ln2_full", parts(ln2, 53, 53)[0]), ("ln2_rest", parts(ln2, 53, 53)[1]),
    ("ln2_lo_rest", parts(ln2, 42, 53, 53)[2]),
    ("log2e", rounded(log2e)), ("log2e_lo", parts(log2e, 53, 53)[1]),
    ("log10e", rounded(1 / log(mpf(10)))), ("log10e_lo", parts(1 / log(mpf(10)), 53, 53)[1]),
    ("log10_2_hi", parts(log(mpf(2), 10), 42, 53)[0]), ("log10_2_lo", parts(log(mpf(2), 10), 42, 53)[1]),
    ("two_thirds", parts(mpf(2) / 3, 53, 53)[0]), ("two_thirds_lo", parts(mpf(2) / 3, 53, 53)[1]),
    ("two_over_pi", rounded(2 / pi)),
    ("pi_half_1", parts(pi / 2, 53, 53, 53)[0]), ("pi_half_2", parts(pi / 2, 53, 53, 53)[1]),
    ("pi_half_3", parts(pi / 2, 53, 53, 53)[2]),
    ("pi_quarter", parts(pi / 4, 53, 53)[0]), ("pi_quarter_lo", parts(pi / 4, 53, 53)[1]),
    ("pi", parts(pi, 53, 53)[0]), ("pi_lo", parts(pi, 53, 53)[1]),
    ("ln_pi", rounded(log(pi))),
    ("half_ln_2pi", parts(log(2 * pi) / 2, 53, 53)[0]), ("half_ln_2pi_lo", parts(log(2 * pi) / 2, 53, 53)[1]),
    ("cbrt2", rounded(cbrt(mpf(2)))), ("cbrt4", rounded(cbrt(mpf(4)))),
    ("tan_pi_8", rounded(sqrt(mpf(2)) - 1)), ("tan_3pi_8", rounded(sqrt(mpf(2)) + 1)),
]


def log_tables():
    """The sixteen parts of [45/64, 45/32), equal in the bits of a double: an inverse c of about each
    middle, and -log c as a multiple of 2^-42 (so that adding k ln2_hi is exact) to within 2^-64. The
    part around 1 has c = 1, so that log keeps its precision there."""
    inverses, logarithms = [], []
    for part in range(16):
        low, high = (mpf(45 + 2 * i) / 64 if i < 10 else 1 + mpf(2 * i - 19) / 32
                     for i in (part, part + 1))
        if low < 1 < high:
            inverses.append(mpf(1))
            logarithms.append(mpf(0))
            continue
        first = rounded(2 / (low + high))
        unit = ldexp(mpf(1), -52 if first >= 1 else -53)
        # Of successive doubles the first whose logarithm is close enough to a multiple.
        place, step = float(-log(first) * 2**42 % 1), float(unit / first * 2**42)
        bend = step * step / 2**43
        j = 0
        while True:
            x = place - j * step + j * j * bend
            if abs(x - round(x)) < 2.0**-22.5:
                break
            j += 1
        inverses.append(first + j * unit)
        logarithms.append(nint(-log(inverses[-1]) * 2**42) / 2**42)
        assert abs(logarithms[-1] + log(inverses[-1])) < mpf(2) ** -64
    return [("log_inverse", inverses), ("log_part", logarithms)]


def two_over_pi_words(count):
    mp.prec = 64 * count + 100
    x, words = 2 / mp.pi, []
    for _ in range(count):
        x *= 2**64
        w = int(floor(x))
        words.append(w)
        x -= w
    return words


def main(language):
    out = []
    c = language == "c"
    if c:  # qk_coefficients.h
        out += ["// SPDX-License-Identifier: Apache-2.0",
                "// Printed by Tests/QuantilizerTests/References/elementary_coefficients.py.",
                "#ifndef QK_COEFFICIENTS_H", "#define QK_COEFFICIENTS_H", "#include <stdint.h>", ""]
    else:
        out += ["// SPDX-License-Identifier: Apache-2.0", "",
                "/// Printed by References/elementary_coefficients.py.", "enum Coefficients {"]
    for name, what, function, low, high, count in POLYNOMIALS:
        coefficients, error = chebyfit(function, [low, high], count, error=True)
        values = [hexadecimal(x) for x in reversed(coefficients)]
        sys.stderr.write(f"{name}: {count} coefficients, largest error {mp.nstr(error, 3)}\n")
        if c:
            out.append(f"// {what} on [{mp.nstr(low, 5)}, {mp.nstr(high, 5)}], error {mp.nstr(error, 2)}")
            out.append(f"static const double qk_c_{name}[{count}] = {{")
            out += [f"    {v}," for v in values] + ["};"]
        else:
            out += [f"    static let {name}: [Double] = ["] + [f"        {v}," for v in values] + ["    ]"]
    for name, table in log_tables():
        values = [hexadecimal(x) for x in table]
        if c:
            out.append("// Sixteen parts of [45/64, 45/32): " + ("1/m at about the middle" if name == "log_inverse" else "its -log, rounded to 2^-42"))
            out.append(f"static const double qk_c_{name}[16] = {{")
            out += [f"    {v}," for v in values] + ["};"]
        else:
            swift = "logInverse" if name == "log_inverse" else "logPart"
            out += [f"    static let {swift}: [Double] = ["] + [f"        {v}," for v in values] + ["    ]"]
    for name, value in CONSTANTS:
        out.append(f"#define QK_{name.upper()} ({hexadecimal(value)})" if c
                   else f"    static let {name}: Double = {hexadecimal(value)}")
    words = two_over_pi_words(20)
    if c:
        out.append("// The bits of 2/pi after the binary point, most significant word first.")
        out.append("static const uint64_t qk_c_two_over_pi[20] = {")
        out += [f"    0x{w:016x}u," for w in words] + ["};", "#endif"]
    else:
        out += ["    static let twoOverPi: [UInt64] = ["] + [f"        0x{w:016x}," for w in words] + ["    ]", "}"]
    print("\n".join(out))


main(sys.argv[1])
