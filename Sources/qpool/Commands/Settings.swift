// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Endpoints
import Foundation
import PoolCore
import PoolRuntime

/// A value, and where it comes from, for people.
struct Sourced<Value> {
    var value: Value
    var source: String

    init(_ value: Value, _ source: String) {
        self.value = value
        self.source = source
    }
}

/// What every command takes from flags, the environment and the user's configuration, in this order.
enum Settings {
    static let environment = ProcessInfo.processInfo.environment
    private static let loaded = Result { () throws(SecurityError) in
        try UserConfiguration(environment: environment)
    }

    /// The user's configuration.
    static func configuration() throws(SecurityError) -> UserConfiguration { try loaded.get() }

    /// The value of an environment variable that is not empty.
    static func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Threads to compute on.
    static func threads(flag: Int?) throws -> Sourced<Int> {
        if let flag { return Sourced(flag, "--threads") }
        if let text = variable("QPOOL_THREADS") {
            guard let count = Int(text) else {
                throw ValidationError("QPOOL_THREADS is `\(text)`, and takes 1 to 4096")
            }
            return Sourced(count, "QPOOL_THREADS")
        }
        let file = try configuration()
        if let count = file.threads { return Sourced(count, file.path) }
        return Sourced(Machine.coreCount, "the cores that this process may use")
    }

    /// The folder of paid texts.
    static func journal(flag: String?) throws -> Sourced<String> {
        if let flag { return Sourced(flag, "--journal") }
        if let variable = variable("QPOOL_JOURNAL") { return Sourced(variable, "QPOOL_JOURNAL") }
        let file = try configuration()
        if let journal = file.journal { return Sourced(journal, file.path) }
        return Sourced(EndpointTexts.usualJournal, "default")
    }

    /// The file with keys of endpoints; nil where there is none.
    static func endpointKeys(flag: String?) throws -> Sourced<String?> {
        if let flag { return Sourced(flag, "--endpoint-keys") }
        if let variable = variable("QPOOL_ENDPOINT_KEYS") {
            return Sourced(variable, "QPOOL_ENDPOINT_KEYS")
        }
        let file = try configuration()
        return Sourced(file.endpointKeys, file.endpointKeys == nil ? "default" : file.path)
    }

    /// Which coordinator is meant.
    static func coordinator(of options: ConnectOptions) throws -> CoordinatorSetting {
        let pool = try pool(of: options)
        var setting = CoordinatorSetting(
            pool: pool.map { Sourced($0.value.name, $0.source) },
            connect: Sourced(Endpoint.usual, "default"),
            allowsPlaintext: Sourced(false, "default"), timeout: Sourced(10, "default"))
        if let flag = options.connect {
            setting.connect = Sourced(flag, "--connect")
        } else if let pool {
            let file = try configuration().path
            let place = "pool \(pool.value.name) of \(file)"
            setting.connect = Sourced(pool.value.connect, place)
            if let allows = pool.value.allowsPlaintext {
                setting.allowsPlaintext = Sourced(allows, place)
            }
            if let timeout = pool.value.timeout { setting.timeout = Sourced(timeout, place) }
        } else if let variable = variable("QPOOL_CONNECT") {
            setting.connect = Sourced(variable, "QPOOL_CONNECT")
        }
        if options.allowPlaintext {
            setting.allowsPlaintext = Sourced(true, "--allow-plaintext")
        } else if environment["QPOOL_ALLOW_PLAINTEXT"] == "1" {
            setting.allowsPlaintext = Sourced(true, "QPOOL_ALLOW_PLAINTEXT")
        }
        if let timeout = options.timeout { setting.timeout = Sourced(timeout, "--timeout") }
        return setting
    }

    /// The pool that is named: by the flag; else, unless the environment has an endpoint, by the
    /// environment; else by the configuration.
    private static func pool(
        of options: ConnectOptions
    ) throws -> Sourced<UserConfiguration.Pool>? {
        if options.connect != nil { return nil }
        func find(_ name: String, _ place: String) throws -> Sourced<UserConfiguration.Pool> {
            Sourced(try configuration().pool(named: name, place: place), place)
        }
        if let flag = options.pool { return try find(flag, "--pool") }
        if variable("QPOOL_CONNECT") != nil { return nil }
        if let variable = variable("QPOOL_POOL") { return try find(variable, "QPOOL_POOL") }
        let file = try configuration()
        return try file.pool.map { try find($0, file.path) }
    }
}

/// Which coordinator is meant, and how it is reached.
struct CoordinatorSetting {
    /// nil where none is named.
    var pool: Sourced<String>?
    /// A connection file or an endpoint.
    var connect: Sourced<String>
    var allowsPlaintext: Sourced<Bool>
    /// Seconds.
    var timeout: Sourced<Double>

    /// Reads the connection file, where it is one.
    func resolve() throws(SecurityError) -> Connection {
        try ConnectionFile.resolve(
            flag: connect.value, environment: [:], allowPlaintext: allowsPlaintext.value,
            origin: connect.source)
    }
}
