// SPDX-License-Identifier: Apache-2.0
internal import CKernels

/// Which build of the kernels a machine runs. The bits do not depend on it.
public enum InstructionSet: String, Sendable, CaseIterable {
    /// What every machine of the architecture has.
    case baseline
    /// AVX2 with fused multiply-add.
    case avx2
    /// AVX-512.
    case avx512

    /// The best that this machine has.
    public static var current: InstructionSet {
        switch qk_level() {
        case 2: .avx512
        case 1: .avx2
        default: .baseline
        }
    }

    /// The name that people know it by.
    public var title: String {
        switch self {
        case .baseline: "baseline"
        case .avx2: "AVX2"
        case .avx512: "AVX-512"
        }
    }
}
