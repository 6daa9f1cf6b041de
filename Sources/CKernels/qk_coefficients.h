// SPDX-License-Identifier: Apache-2.0
// Printed by Tests/QuantilizerTests/References/elementary_coefficients.py.
#ifndef QK_COEFFICIENTS_H
#define QK_COEFFICIENTS_H
#include <stdint.h>

// (log(1+f) - f)/f^2 on [-0.29289, 0.41421], error 1.0e-17
static const double qk_c_log1p[21] = {
    -0x1.0000000000000p-1,
    0x1.555555555555cp-2,
    -0x1.fffffffffff34p-3,
    0x1.999999999772bp-3,
    -0x1.5555555561ddep-3,
    0x1.249249261f2d5p-3,
    -0x1.fffffff7e9557p-4,
    0x1.c71c70c12ff0ep-4,
    -0x1.99999a63646d1p-4,
    0x1.745d460eb7f1fp-4,
    -0x1.55556c38a050ep-4,
    0x1.3b0eda8e758bcp-4,
    -0x1.248b2a763a777p-4,
    0x1.115b4db6a0db4p-4,
    -0x1.00b0e84622c0cp-4,
    0x1.dd30936ce00b9p-5,
    -0x1.b635a9f5087f2p-5,
    0x1.bb08df856b80fp-5,
    -0x1.fc84a6a9cefb0p-5,
    0x1.ceab48e5597c9p-5,
    -0x1.8e8f6808753a3p-6,
};
// (log(1+r) - r)/r^2 on [-0.02945, 0.03126], error 7.9e-18
static const double qk_c_log[9] = {
    -0x1.0000000000000p-1,
    0x1.555555555552dp-2,
    -0x1.000000000061fp-2,
    0x1.9999999ab493fp-3,
    -0x1.5555554260c4cp-3,
    0x1.2492381fe0accp-3,
    -0x1.00008efc31867p-3,
    0x1.c7df2d204749cp-4,
    -0x1.97481a8bd39b7p-4,
};
// (log((1+s)/(1-s))/s - 2 - 2z/3)/z^2 on [1.0e-30, 0.029437], error 1.9e-18
static const double qk_c_powlog[8] = {
    0x1.999999999999ap-2,
    0x1.2492492492521p-2,
    0x1.c71c71c6eaa8dp-3,
    0x1.745d177a8f21cp-3,
    0x1.3b1395d4f9296p-3,
    0x1.1118c7484bb57p-3,
    0x1.df7ce99e5a6c1p-4,
    0x1.e02d19d3af851p-4,
};
// (exp(r) - 1 - r)/r^2 on [-0.34664, 0.34661], error 1.4e-18
static const double qk_c_exp[11] = {
    0x1.0000000000000p-1,
    0x1.5555555555557p-3,
    0x1.5555555555556p-5,
    0x1.11111111100dap-7,
    0x1.6c16c16c16359p-10,
    0x1.a01a01abe8e06p-13,
    0x1.a01a01a6a13bdp-16,
    0x1.71de022ec84f2p-19,
    0x1.27e4dbf81ed2bp-22,
    0x1.af4def521e6f9p-26,
    0x1.1f71f279c7956p-29,
};
// (sin(r)/r - 1)/z, z = r*r on [1.0e-30, 0.61691], error 2.0e-17
static const double qk_c_sin[6] = {
    -0x1.5555555555555p-3,
    0x1.1111111110bb2p-7,
    -0x1.a01a019e83816p-13,
    0x1.71de379654304p-19,
    -0x1.ae600aca92c64p-26,
    0x1.5e0b05bff20f2p-33,
};
// (cos(r) - 1 + z/2)/z^2 on [1.0e-30, 0.61691], error 1.3e-18
static const double qk_c_cos[6] = {
    0x1.5555555555555p-5,
    -0x1.6c16c16c16967p-10,
    0x1.a01a019f4e9b4p-16,
    -0x1.27e4fa17bf139p-22,
    0x1.1eeb68cd22f56p-29,
    -0x1.907d8f29fe831p-37,
};
// sin(pi t/2)/t, z = t*t on [1.0e-30, 0.25], error 4.9e-18
static const double qk_c_sinquarter[7] = {
    0x1.921fb54442d18p+0,
    -0x1.4abbce625be41p-1,
    0x1.466bc677587f8p-4,
    -0x1.32d2cce2e5b19p-8,
    0x1.50782fda12d96p-13,
    -0x1.e30071afc3e59p-19,
    0x1.e3f38399551bfp-25,
};
// (cos(pi t/2) - 1)/z on [1.0e-30, 0.25], error 4.9e-19
static const double qk_c_cosquarter[7] = {
    -0x1.3bd3cc9be45dep+0,
    0x1.03c1f081b5ac0p-2,
    -0x1.55d3c7e3cb241p-6,
    0x1.e1f5068688d5bp-11,
    -0x1.a6d1eef479be1p-16,
    0x1.f9ce245cada0bp-22,
    -0x1.b2f3eb054afcdp-28,
};
// (atan(u)/u - 1)/z, z = u*u on [1.0e-30, 0.17159], error 1.2e-18
static const double qk_c_atan[12] = {
    -0x1.5555555555555p-2,
    0x1.9999999999953p-3,
    -0x1.249249248d7dcp-3,
    0x1.c71c71c303dbbp-4,
    -0x1.745d165dc9713p-4,
    0x1.3b1392d519db1p-4,
    -0x1.110e87b4357d2p-4,
    0x1.e19a0bfa3eef9p-5,
    -0x1.ac7a5a79b3f26p-5,
    0x1.74dccfb93fff0p-5,
    -0x1.1b311bb48c215p-5,
    0x1.0acd9e91a5a35p-6,
};
// (asin(x)/x - 1)/z, z = x*x on [1.0e-30, 0.25], error 1.5e-17
static const double qk_c_asin[13] = {
    0x1.5555555555556p-3,
    0x1.3333333332ecap-4,
    0x1.6db6db6e31f13p-5,
    0x1.f1c71c1db0623p-6,
    0x1.6e8bb1c8209a2p-6,
    0x1.1c4d35cf95421p-6,
    0x1.c9cf07674736ap-7,
    0x1.782651caa6547p-7,
    0x1.52420b04b37bep-7,
    0x1.65a9c4dfcf8b2p-8,
    0x1.1d189408314eep-6,
    -0x1.e6aaa8a0a04ccp-7,
    0x1.d72b2bc8155f8p-6,
};
// erf(x)/x - 1, z = x*x on [1.0e-30, 1.0], error 7.4e-18
static const double qk_c_erf[12] = {
    0x1.06eba8214db68p-3,
    -0x1.812746b0379c1p-2,
    0x1.ce2f21a040f66p-4,
    -0x1.b82ce31203772p-6,
    0x1.565bccfa44156p-8,
    -0x1.c02db0665e53dp-11,
    0x1.f9a2be4f731a1p-14,
    -0x1.f4ca838adb73bp-17,
    0x1.b981d78881a5dp-20,
    -0x1.5c131500d3f88p-23,
    0x1.d76af6ca49787p-27,
    -0x1.ac9585a44fe29p-31,
};
// (1 + 2x) exp(x*x) erfc(x), t = (x-4)/(x+4) on [-1.0, 1.0], error 1.0e-17
static const double qk_c_erfcx[25] = {
    0x1.3ba5916e9fd7fp+0,
    -0x1.1df1ad154a286p-3,
    0x1.f7f5df66fd797p-7,
    0x1.16ecefcfa4d10p-4,
    -0x1.9ddb23c3e8f13p-4,
    0x1.7fee004e1eefep-4,
    -0x1.0fb06dfe4c6c0p-4,
    0x1.3079edf5181dfp-5,
    -0x1.09623884747dbp-6,
    0x1.49c672e199469p-8,
    -0x1.8d4a9a6465372p-11,
    -0x1.a1df5e81f57b4p-13,
    0x1.3be0432bfa860p-13,
    -0x1.99537515467bep-16,
    -0x1.7884d2487d5efp-17,
    0x1.7ef644c7815aap-18,
    0x1.393f4d359a7fdp-22,
    -0x1.b8ce493292da5p-21,
    0x1.4dcd6b6d85452p-24,
    0x1.c8a212189b424p-24,
    -0x1.64110b1736fb3p-26,
    -0x1.a7f4a11380e73p-27,
    0x1.bc41def3d5cc5p-29,
    0x1.ff247156a53a2p-31,
    -0x1.2feb115e10ff8p-32,
};
// lgamma(2 + d)/d on [-0.5, 0.5], error 5.0e-18
static const double qk_c_lgamma[18] = {
    0x1.b0ee6072093cep-2,
    0x1.4a34cc4a60fa6p-2,
    -0x1.13e001a557555p-4,
    0x1.51322ac7d8333p-6,
    -0x1.e404fc21d8fe7p-8,
    0x1.7add6eadfcc7bp-9,
    -0x1.38ac5bfce42c1p-10,
    0x1.0b36af5972ed1p-11,
    -0x1.d3fd6a9087d23p-13,
    0x1.a127cd91ac95bp-14,
    -0x1.78d8f868f383fp-15,
    0x1.5808af19fa483p-16,
    -0x1.3d4ce65b1d70bp-17,
    0x1.2620de1c78d97p-18,
    -0x1.08fccc794a9c7p-19,
    0x1.f038cb2f6a913p-21,
    -0x1.37fd97eeee99dp-21,
    0x1.2703c6effc4ebp-22,
};
// (lgamma(x) - (x-1/2) log x + x - log(2 pi)/2) x, y = 1/(x*x) on [1.0e-12, 0.015625], error 1.3e-20
static const double qk_c_stirling[8] = {
    0x1.5555555555555p-4,
    -0x1.6c16c16c16b29p-9,
    0x1.a01a019ee0dbep-11,
    -0x1.38137ec070146p-11,
    0x1.b94f6d659214dp-11,
    -0x1.f5ff2fdcde511p-10,
    0x1.96db406143a31p-8,
    -0x1.55b3a71b46db0p-6,
};
// cbrt(m) on [0.5, 1.0], error 9.8e-6
static const double qk_c_cbrt[5] = {
    0x1.9de41e10339a5p-2,
    0x1.213bec78240adp+0,
    -0x1.ddd27090b219bp-1,
    0x1.0e16f83034a03p-1,
    -0x1.06bcf5bc6e5a0p-3,
};
// Sixteen parts of [45/64, 45/32): 1/m at about the middle
static const double qk_c_log_inverse[16] = {
    0x1.642c859f6200ep+0,
    0x1.5555557ea817ap+0,
    0x1.47ae148eeba53p+0,
    0x1.3b13b155014a2p+0,
    0x1.2f684bec5393bp+0,
    0x1.249249469ed13p+0,
    0x1.1a7b961c32b7bp+0,
    0x1.11111122a8066p+0,
    0x1.0842108efdcc4p+0,
    0x1.0000000000000p+0,
    0x1.e1e1e1f97ef37p-1,
    0x1.c71c71d2be936p-1,
    0x1.af286be327d70p-1,
    0x1.999999b6d853ap-1,
    0x1.8618619cfe9edp-1,
    0x1.745d174cb055ep-1,
};
// Sixteen parts of [45/64, 45/32): its -log, rounded to 2^-42
static const double qk_c_log_part[16] = {
    -0x1.522ae09dc4000p-2,
    -0x1.2696218f46000p-2,
    -0x1.f991c7487c000p-3,
    -0x1.a93ed47136000p-3,
    -0x1.5bf4073078000p-3,
    -0x1.1178e910d6000p-3,
    -0x1.9335e66e74000p-4,
    -0x1.08598c61bc000p-4,
    -0x1.0415d9ef30000p-5,
    0x0.0p+0,
    0x1.f0a30a6fa8000p-5,
    0x1.e2707679fc000p-4,
    0x1.5ff306937c000p-3,
    0x1.c8ff7be770000p-3,
    0x1.1675ca7e9e000p-2,
    0x1.4618bc0ee1000p-2,
};
#define QK_LN2_HI (0x1.62e42fefa3800p-1)
#define QK_LN2_LO (0x1.ef35793c76730p-45)
#define QK_LN2_FULL (0x1.62e42fefa39efp-1)
#define QK_LN2_REST (0x1.abc9e3b39803fp-56)
#define QK_LN2_LO_REST (0x1.f97b57a079a19p-103)
#define QK_LOG2E (0x1.71547652b82fep+0)
#define QK_LOG2E_LO (0x1.777d0ffda0d24p-56)
#define QK_LOG10E (0x1.bcb7b1526e50ep-2)
#define QK_LOG10E_LO (0x1.95355baaafad3p-57)
#define QK_LOG10_2_HI (0x1.34413509f7800p-2)
#define QK_LOG10_2_LO (0x1.fef311f12b358p-46)
#define QK_TWO_THIRDS (0x1.5555555555555p-1)
#define QK_TWO_THIRDS_LO (0x1.5555555555555p-55)
#define QK_TWO_OVER_PI (0x1.45f306dc9c883p-1)
#define QK_PI_HALF_1 (0x1.921fb54442d18p+0)
#define QK_PI_HALF_2 (0x1.1a62633145c07p-54)
#define QK_PI_HALF_3 (-0x1.f1976b7ed8fbcp-110)
#define QK_PI_QUARTER (0x1.921fb54442d18p-1)
#define QK_PI_QUARTER_LO (0x1.1a62633145c07p-55)
#define QK_PI (0x1.921fb54442d18p+1)
#define QK_PI_LO (0x1.1a62633145c07p-53)
#define QK_LN_PI (0x1.250d048e7a1bdp+0)
#define QK_HALF_LN_2PI (0x1.d67f1c864beb5p-1)
#define QK_HALF_LN_2PI_LO (-0x1.65b5a1b7ff5dfp-55)
#define QK_CBRT2 (0x1.428a2f98d728bp+0)
#define QK_CBRT4 (0x1.965fea53d6e3dp+0)
#define QK_TAN_PI_8 (0x1.a827999fcef32p-2)
#define QK_TAN_3PI_8 (0x1.3504f333f9de6p+1)
// The bits of 2/pi after the binary point, most significant word first.
static const uint64_t qk_c_two_over_pi[20] = {
    0xa2f9836e4e441529u,
    0xfc2757d1f534ddc0u,
    0xdb6295993c439041u,
    0xfe5163abdebbc561u,
    0xb7246e3a424dd2e0u,
    0x06492eea09d1921cu,
    0xfe1deb1cb129a73eu,
    0xe88235f52ebb4484u,
    0xe99c7026b45f7e41u,
    0x3991d639835339f4u,
    0x9c845f8bbdf9283bu,
    0x1ff897ffde05980fu,
    0xef2f118b5a0a6d1fu,
    0x6d367ecf27cb09b7u,
    0x4f463f669e5fea2du,
    0x7527bac7ebe5f17bu,
    0x3d0739f78a5292eau,
    0x6bfb5fb11f8d5d08u,
    0x56033046fc7b6babu,
    0xf0cfbc209af4361du,
};
#endif
