// SPDX-License-Identifier: Apache-2.0
// swiftc -O -emit-library -parse-as-library -module-name FourBranch -o libfourbranch.so FourBranch.swift

/// The version of the plugin interface, `clients/c/qpool_plugin.h`.
@_cdecl("qpool_plugin_version")
public func version() -> Int32 { 1 }

/// The four-branch system: how far a sample is beyond the nearest of four limit states.
@_cdecl("four_branch")
public func fourBranch(
    _ count: UInt64, _ dimension: UInt32,
    _ x: UnsafePointer<UnsafePointer<Double>>, _ results: UnsafeMutablePointer<Double>
) -> Int32 {
    guard dimension == 2 else { return 1 }
    let root = 2.0.squareRoot()
    for i in 0..<Int(count) {
        let d = x[0][i] - x[1][i]
        let s = (x[0][i] + x[1][i]) / root
        let bend = 3 + 0.1 * (d * d)
        results[i] = -min(min(bend - s, bend + s), min(d + 7 / root, 7 / root - d))
    }
    return 0
}
