// SPDX-License-Identifier: Apache-2.0
// Of reference.c: the sine, for vectors `numbers` of doubles and `whole` of their bits.

/// Sine of a few radians: one step of reduction by pi, then a polynomial.
INLINE numbers sine(numbers y) {
    const numbers magic = SET(0x1.8p52);
    const numbers shifted = FMA(y, SET(0.318309886183790672), magic);
    const numbers n = shifted - magic;
    numbers r = FMA(n, SET(-3.14159265358979312), y);
    r = FMA(n, SET(-1.22464679914735321e-16), r);
    const numbers z = r * r;
    static const double terms[] = {-7.6471637318198165e-13, 1.6059043836821613e-10,
                                   -2.5052108385441720e-08, 2.7557319223985893e-06,
                                   -1.9841269841269841e-04, 8.3333333333333332e-03,
                                   -1.6666666666666666e-01};
    numbers p = SET(2.8114572543455206e-15);
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 7; i++) p = FMA(p, z, SET(terms[i]));
    p = FMA(p * z, r, r);
    return (numbers)((whole)p ^ ((whole)shifted << 63));
}
