// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// Every Swift target: Swift 6 mode, strict concurrency, strict memory safety.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
]

/// Test targets: the same, but tests may hold raw pointers to compare kernels with their twins.
let testing: [SwiftSetting] = Array(strict.dropLast())

/// What the fuzz targets call.
let fuzzed: [Target.Dependency] = [
    "Quantilizer", "PoolCore", "PoolRuntime", "Simulation", "SQLite", "ZeroMQ",
    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
]

let package = Package(
    name: "quantilizer-pool",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "Quantilizer", targets: ["Quantilizer"]),
        .library(name: "PoolRuntime", targets: ["PoolRuntime"]),
        .executable(name: "qpool", targets: ["qpool"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // The inner loops, in C, dispatched by instruction set.
        .target(
            name: "CKernels", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
        // The deterministic core: no I/O, clock, threads or global state.
        .target(name: "Quantilizer", dependencies: ["CKernels"], swiftSettings: strict),
        // Child processes with a guard that ends them when this process ends.
        .target(name: "CProcess"),
        .systemLibrary(
            name: "CZeroMQ",
            providers: [.apt(["libzmq3-dev"]), .brew(["zeromq"])]),
        .target(name: "ZeroMQ", dependencies: ["CZeroMQ"], swiftSettings: strict),
        // Hashes, by the library that libzmq brings along.
        .systemLibrary(
            name: "CSodium",
            providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),
        .target(name: "Sodium", dependencies: ["CSodium"], swiftSettings: strict),
        // The store's file.
        .systemLibrary(
            name: "CSQLite",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite3"])]),
        .target(name: "SQLite", dependencies: ["CSQLite"], swiftSettings: strict),
        // Wire messages and pure state machines.
        .target(
            name: "PoolCore",
            dependencies: [
                "Quantilizer",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                "Sodium",
            ],
            swiftSettings: strict),
        // The shells: sockets, threads, files, clocks.
        .target(
            name: "PoolRuntime",
            dependencies: [
                "PoolCore", "ZeroMQ", "CProcess", "Sodium", "SQLite",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            // The dashboard is part of the program.
            resources: [
                "dashboard.html", "dashboard.css", "dashboard.js", "charts.js", "openapi.json",
            ]
            .map { .embedInCode("Dashboard/Page/\($0)") },
            swiftSettings: strict),
        // Requests over HTTP, by libcurl, loaded when the first is made.
        .target(name: "CWeb", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        // Language models and scorers behind HTTP.
        .target(
            name: "Endpoints",
            dependencies: ["Quantilizer", "CWeb", "Sodium"], swiftSettings: strict),
        .target(
            name: "Simulation", dependencies: ["PoolCore", "Quantilizer"], swiftSettings: strict),
        // Results as pages and pictures, without I/O.
        .target(name: "Reports", dependencies: ["Quantilizer"], swiftSettings: strict),
        .executableTarget(
            name: "qpool",
            dependencies: [
                "Quantilizer", "PoolCore", "PoolRuntime", "Endpoints", "Simulation", "ZeroMQ",
                "Reports",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        // The example of a package of one's own, compiled and run by the tests.
        .executableTarget(
            name: "OwnWorkerExample", dependencies: ["Quantilizer", "PoolRuntime"],
            path: "examples/own-worker/Sources/own-worker", swiftSettings: []),
        // Which tests stand aside in `ops/test --quick`.
        .target(name: "TestMarks", path: "Tests/Marks", swiftSettings: strict),
        .testTarget(
            name: "QuantilizerTests", dependencies: ["Quantilizer", "CKernels", "TestMarks"],
            exclude: ["References"], swiftSettings: testing),
        .testTarget(name: "SQLiteTests", dependencies: ["SQLite"], swiftSettings: testing),
        .testTarget(name: "ZeroMQTests", dependencies: ["ZeroMQ"], swiftSettings: testing),
        .testTarget(
            name: "PoolCoreTests", dependencies: ["PoolCore", "Simulation", "TestMarks"],
            swiftSettings: testing),
        .testTarget(
            name: "PoolRuntimeTests",
            dependencies: ["PoolRuntime", "Simulation", "Sodium", "SQLite", "TestMarks"],
            swiftSettings: testing),
        .testTarget(
            name: "SimulationTests", dependencies: ["Simulation", "TestMarks"],
            swiftSettings: testing),
        .testTarget(
            name: "EndpointsTests", dependencies: ["Endpoints", "Quantilizer"],
            swiftSettings: testing),
        .testTarget(
            name: "ReportsTests", dependencies: ["Reports", "Quantilizer"], swiftSettings: testing),
        // What reads bytes from outside, with its corpus; `ops/fuzz` builds the same files into a
        // libFuzzer program.
        .testTarget(
            name: "FuzzTests", dependencies: fuzzed, exclude: ["CFuzzer", "Corpus", "Driver"],
            swiftSettings: testing),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "qpool", "OwnWorkerExample", "PoolRuntime", "PoolCore", "ZeroMQ", "TestMarks",
            ],
            exclude: ["Fixtures"],
            swiftSettings: testing),
    ]
)

// `ops/fuzz`: this package's own code, and nothing else, instrumented for libFuzzer.
if Context.environment["QPOOL_FUZZ"] != nil {
    package.targets.removeAll { $0.type == .test || $0.name == "qpool" }
    package.products.removeAll { $0.name == "qpool" }
    let sanitizers = "fuzzer,address"
    for target in package.targets where target.type == .regular {
        if target.name == "CKernels" {
            target.cSettings = [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]
        } else {
            target.swiftSettings? += [
                .unsafeFlags(["-sanitize=\(sanitizers)", "-parse-as-library"])
            ]
        }
    }
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/FuzzTests/CFuzzer"),
        .executableTarget(
            name: "qpool-fuzz", dependencies: fuzzed + ["CFuzzer"], path: "Tests/FuzzTests",
            exclude: ["CFuzzer", "Corpus", "CorpusTests.swift"],
            swiftSettings: testing + [
                .unsafeFlags(["-sanitize=\(sanitizers)", "-parse-as-library"])
            ],
            linkerSettings: [
                // gold, the usual linker here, fails on the debug information.
                .unsafeFlags(["-sanitize=\(sanitizers)", "-use-ld=lld"])
            ]),
    ]
}

// `ops/sanitize thread`: Swift's own Mutex, made visible to the thread sanitizer.
if Context.environment["QPOOL_SANITIZE"] == "thread" {
    package.targets.append(
        .target(
            name: "Sanitizers", path: "Tests/Sanitizers", exclude: ["thread.suppressions"]))
    for target in package.targets where target.name == "ZeroMQ" {
        target.dependencies.append("Sanitizers")
    }
}

// `ops/packaging/program`: the program alone, so that an image is built from `Sources`; and an empty table
// of ICU data, under the name that this toolchain's Foundation has for it.
if let entry = Context.environment["QPOOL_PACKAGE_ICU"] {
    let others = ["OwnWorkerExample", "TestMarks"]
    package.targets.removeAll { $0.type == .test || others.contains($0.name) }
    package.targets.append(
        .target(
            name: "CICUData", path: "ops/packaging/icu",
            cSettings: [.define("ICU_ENTRY", to: entry)]))
    for target in package.targets where target.name == "qpool" {
        target.dependencies.append("CICUData")
    }
}
