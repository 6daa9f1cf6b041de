// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
    name: "own-worker",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "quantilizer-pool", path: "../..")],
    targets: [
        .executableTarget(
            name: "own-worker",
            dependencies: [
                .product(name: "Quantilizer", package: "quantilizer-pool"),
                .product(name: "PoolRuntime", package: "quantilizer-pool"),
            ])
    ])
