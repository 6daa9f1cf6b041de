// SPDX-License-Identifier: Apache-2.0
import Foundation
import PoolCore
import PoolRuntime
import ZeroMQ

/// Whether a pool can be reached, and works.
struct PoolChecks {
    var options: ConnectOptions
    /// Where a coordinator would listen.
    var listen: String
    /// A coordinator's folder of keys.
    var keys: String?

    func run(into findings: inout Findings) async {
        findings.add(configuration)
        if let keys { findings.add(folder(of: keys)) }
        let setting: CoordinatorSetting
        let connection: Connection
        do {
            setting = try Settings.coordinator(of: options)
            connection = try setting.resolve()
        } catch let error as SecurityError {
            let place = error.place.isEmpty ? "" : error.place + ": "
            findings.add(
                Finding(
                    check: "connection", state: .fault, words: place + error.message,
                    remedy: error.remedy))
            return
        } catch {
            findings.add(
                Finding(
                    check: "connection", state: .fault, words: "\(error)",
                    remedy: "`qpool config` shows what is set"))
            return
        }
        let who = connection.identity.map { ", encrypted, as \($0)" } ?? ", plain TCP"
        findings.add(
            Finding(
                check: "connection", state: connection.warning == nil ? .ok : .warning,
                words: "\(connection.endpoint)\(who), by \(setting.connect.source)",
                remedy: connection.warning == nil
                    ? "" : "make connection files with `qpool keygen`: plain TCP has no protection")
        )
        await coordinator(connection, setting, into: &findings)
    }

    private var configuration: Finding {
        do {
            let file = try Settings.configuration()
            guard file.isThere else {
                return Finding(
                    check: "configuration", state: .absent, words: "there is no \(file.path)",
                    remedy: "")
            }
            let names = file.pools.map(\.name).joined(separator: ", ")
            return .ok("configuration", file.path + (names.isEmpty ? "" : ", pools: \(names)"))
        } catch {
            return Finding(
                check: "configuration", state: .fault, words: "\(error)",
                remedy: "mend it; `qpool config --help` shows such a file")
        }
    }

    private func folder(of keys: String) -> Finding {
        do throws(SecurityError) {
            let loaded = try CoordinatorKeys.load(keys)
            let peers = loaded.allowList.peers.count
            guard peers > 0 else {
                return Finding(
                    check: "keys", state: .warning, words: "\(keys) lets nobody in",
                    remedy: "qpool keygen \(keys) --worker NAME --client NAME")
            }
            return .ok("keys", "\(keys) lets in \(peers)")
        } catch {
            return Finding(
                check: "keys", state: .fault, words: "\(error.place): \(error.message)",
                remedy: error.remedy)
        }
    }

    private func coordinator(
        _ connection: Connection, _ setting: CoordinatorSetting, into findings: inout Findings
    ) async {
        do {
            try Reachability.check(connection.endpoint, within: .zero)
            if connection.role == .worker {
                // A worker may not ask what a client may: that it is let in is all there is to know.
                try Handshake.check(
                    connection.endpoint, security: connection.security,
                    within: .seconds(min(setting.timeout.value, 5)))
                findings.add(
                    .ok("coordinator", "it lets \(connection.identity ?? "the worker") in"))
                return
            }
            let client = try PoolClient(
                endpoint: connection.endpoint, security: connection.security,
                timeout: .seconds(min(setting.timeout.value, 5)))
            let (jobs, count) = try await client.jobs(limit: 1)
            findings.add(
                .ok(
                    "coordinator",
                    "it answers; \(count) job\(count == 1 ? "" : "s")"
                        + (jobs.first.map { ", the last is \($0.id)" } ?? "")))
            findings.add(workers(try await client.workers().workers))
        } catch let failure as PoolFailure {
            // Nobody said that there is one.
            if failure.code == .unreachable, setting.connect.source == "default" {
                findings.add(
                    Finding(
                        check: "coordinator", state: .absent,
                        words: "nobody listens at \(connection.endpoint), and none is named",
                        remedy: "only a pool needs one: qpool coordinator, qpool worker"))
                findings.add(port)
                return
            }
            findings.add(
                Finding(
                    check: "coordinator", state: .fault, words: failure.message,
                    remedy: failure.remedy))
        } catch {
            findings.add(
                Finding(check: "coordinator", state: .fault, words: "\(error)", remedy: ""))
        }
    }

    private func workers(_ workers: [WorkerStatus]) -> Finding {
        func warning(_ words: String, _ remedy: String) -> Finding {
            Finding(check: "workers", state: .warning, words: words, remedy: remedy)
        }
        let shutOut = workers.filter { $0.quarantine != nil }
        let connected = workers.filter { $0.quarantine == nil }
        if let first = shutOut.first {
            return warning(
                "\(shutOut.count) shut out, as \(first.id): \(first.quarantine ?? "")",
                "docs/security.md says when workers are shut out, and how they come back")
        }
        guard !connected.isEmpty else {
            return warning("none is connected: jobs wait", "start some: qpool worker")
        }
        let others = connected.filter { $0.version != Release.version }
        if let first = others.first {
            return warning(
                "\(others.count) of \(connected.count) are another release, as \(first.id) on "
                    + "\(first.host): \(first.version), here \(Release.version)",
                "install one release on all machines; workers of other bits are refused")
        }
        let cores = connected.reduce(0) { $0 + $1.cores }
        return .ok("workers", "\(connected.count) with \(cores) cores, all \(Release.version)")
    }

    /// Whether a coordinator could listen here.
    private var port: Finding {
        do {
            let endpoint = try PoolRuntime.Endpoint.listening(listen, place: "--listen")
            let context = try Context()
            let socket = try Socket(.router, in: context, security: .plain(exposed: true))
            try socket.bind(endpoint)
            return .ok("port", "a coordinator can listen at \(endpoint)")
        } catch {
            return Finding(
                check: "port", state: .fault, words: "nobody can listen at \(listen): \(error)",
                remedy: "take another: qpool coordinator --listen tcp://127.0.0.1:0")
        }
    }
}
