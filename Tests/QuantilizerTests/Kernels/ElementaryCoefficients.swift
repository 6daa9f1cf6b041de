// SPDX-License-Identifier: Apache-2.0

/// Printed by References/elementary_coefficients.py.
enum Coefficients {
    static let log1p: [Double] = [
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
    ]
    static let log: [Double] = [
        -0x1.0000000000000p-1,
        0x1.555555555552dp-2,
        -0x1.000000000061fp-2,
        0x1.9999999ab493fp-3,
        -0x1.5555554260c4cp-3,
        0x1.2492381fe0accp-3,
        -0x1.00008efc31867p-3,
        0x1.c7df2d204749cp-4,
        -0x1.97481a8bd39b7p-4,
    ]
    static let powlog: [Double] = [
        0x1.999999999999ap-2,
        0x1.2492492492521p-2,
        0x1.c71c71c6eaa8dp-3,
        0x1.745d177a8f21cp-3,
        0x1.3b1395d4f9296p-3,
        0x1.1118c7484bb57p-3,
        0x1.df7ce99e5a6c1p-4,
        0x1.e02d19d3af851p-4,
    ]
    static let exp: [Double] = [
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
    ]
    static let sin: [Double] = [
        -0x1.5555555555555p-3,
        0x1.1111111110bb2p-7,
        -0x1.a01a019e83816p-13,
        0x1.71de379654304p-19,
        -0x1.ae600aca92c64p-26,
        0x1.5e0b05bff20f2p-33,
    ]
    static let cos: [Double] = [
        0x1.5555555555555p-5,
        -0x1.6c16c16c16967p-10,
        0x1.a01a019f4e9b4p-16,
        -0x1.27e4fa17bf139p-22,
        0x1.1eeb68cd22f56p-29,
        -0x1.907d8f29fe831p-37,
    ]
    static let sinquarter: [Double] = [
        0x1.921fb54442d18p+0,
        -0x1.4abbce625be41p-1,
        0x1.466bc677587f8p-4,
        -0x1.32d2cce2e5b19p-8,
        0x1.50782fda12d96p-13,
        -0x1.e30071afc3e59p-19,
        0x1.e3f38399551bfp-25,
    ]
    static let cosquarter: [Double] = [
        -0x1.3bd3cc9be45dep+0,
        0x1.03c1f081b5ac0p-2,
        -0x1.55d3c7e3cb241p-6,
        0x1.e1f5068688d5bp-11,
        -0x1.a6d1eef479be1p-16,
        0x1.f9ce245cada0bp-22,
        -0x1.b2f3eb054afcdp-28,
    ]
    static let atan: [Double] = [
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
    ]
    static let asin: [Double] = [
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
    ]
    static let erf: [Double] = [
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
    ]
    static let erfcx: [Double] = [
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
    ]
    static let lgamma: [Double] = [
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
    ]
    static let stirling: [Double] = [
        0x1.5555555555555p-4,
        -0x1.6c16c16c16b29p-9,
        0x1.a01a019ee0dbep-11,
        -0x1.38137ec070146p-11,
        0x1.b94f6d659214dp-11,
        -0x1.f5ff2fdcde511p-10,
        0x1.96db406143a31p-8,
        -0x1.55b3a71b46db0p-6,
    ]
    static let cbrt: [Double] = [
        0x1.9de41e10339a5p-2,
        0x1.213bec78240adp+0,
        -0x1.ddd27090b219bp-1,
        0x1.0e16f83034a03p-1,
        -0x1.06bcf5bc6e5a0p-3,
    ]
    static let logInverse: [Double] = [
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
    ]
    static let logPart: [Double] = [
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
    ]
    static let ln2_hi: Double = 0x1.62e42fefa3800p-1
    static let ln2_lo: Double = 0x1.ef35793c76730p-45
    static let ln2_full: Double = 0x1.62e42fefa39efp-1
    static let ln2_rest: Double = 0x1.abc9e3b39803fp-56
    static let ln2_lo_rest: Double = 0x1.f97b57a079a19p-103
    static let log2e: Double = 0x1.71547652b82fep+0
    static let log2e_lo: Double = 0x1.777d0ffda0d24p-56
    static let log10e: Double = 0x1.bcb7b1526e50ep-2
    static let log10e_lo: Double = 0x1.95355baaafad3p-57
    static let log10_2_hi: Double = 0x1.34413509f7800p-2
    static let log10_2_lo: Double = 0x1.fef311f12b358p-46
    static let two_thirds: Double = 0x1.5555555555555p-1
    static let two_thirds_lo: Double = 0x1.5555555555555p-55
    static let two_over_pi: Double = 0x1.45f306dc9c883p-1
    static let pi_half_1: Double = 0x1.921fb54442d18p+0
    static let pi_half_2: Double = 0x1.1a62633145c07p-54
    static let pi_half_3: Double = -0x1.f1976b7ed8fbcp-110
    static let pi_quarter: Double = 0x1.921fb54442d18p-1
    static let pi_quarter_lo: Double = 0x1.1a62633145c07p-55
    static let pi: Double = 0x1.921fb54442d18p+1
    static let pi_lo: Double = 0x1.1a62633145c07p-53
    static let ln_pi: Double = 0x1.250d048e7a1bdp+0
    static let half_ln_2pi: Double = 0x1.d67f1c864beb5p-1
    static let half_ln_2pi_lo: Double = -0x1.65b5a1b7ff5dfp-55
    static let cbrt2: Double = 0x1.428a2f98d728bp+0
    static let cbrt4: Double = 0x1.965fea53d6e3dp+0
    static let tan_pi_8: Double = 0x1.a827999fcef32p-2
    static let tan_3pi_8: Double = 0x1.3504f333f9de6p+1
    static let twoOverPi: [UInt64] = [
        0xa2f9836e4e441529,
        0xfc2757d1f534ddc0,
        0xdb6295993c439041,
        0xfe5163abdebbc561,
        0xb7246e3a424dd2e0,
        0x06492eea09d1921c,
        0xfe1deb1cb129a73e,
        0xe88235f52ebb4484,
        0xe99c7026b45f7e41,
        0x3991d639835339f4,
        0x9c845f8bbdf9283b,
        0x1ff897ffde05980f,
        0xef2f118b5a0a6d1f,
        0x6d367ecf27cb09b7,
        0x4f463f669e5fea2d,
        0x7527bac7ebe5f17b,
        0x3d0739f78a5292ea,
        0x6bfb5fb11f8d5d08,
        0x56033046fc7b6bab,
        0xf0cfbc209af4361d,
    ]
}
