// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantilizer
import Simulation
import TestMarks
import Testing

@testable import PoolCore
@testable import PoolRuntime

/// A coordinator with a dashboard, asked over TCP.
@Suite struct DashboardTests {
    /// A coordinator, and what it answers.
    final class Site {
        let coordinator: CoordinatorService
        let client: PoolClient
        let port: UInt16

        init(token: String? = nil, compiler: any JobCompiling = ModelCompiler()) throws {
            var configuration = CoordinatorService.Configuration(
                endpoint: "tcp://127.0.0.1:*", compiler: compiler, logger: Loopback.quiet)
            configuration.dashboard = try .init("127.0.0.1:0", token: token)
            coordinator = try CoordinatorService(configuration)
            client = try PoolClient(endpoint: coordinator.endpoint)
            let address = try #require(coordinator.dashboard?.address)
            port = try #require(URL(string: address)?.port.map { UInt16($0) })
        }

        deinit {
            coordinator.dashboard?.stop()
            coordinator.stop()
        }

        func connect() throws -> TestConnection { try TestConnection(port: port) }

        /// One request on a connection of its own: status, headers, body.
        func get(_ path: String, _ headers: String..., method: String = "GET") throws -> Answer {
            let connection = try connect()
            connection.send(
                "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + headers.map { $0 + "\r\n" }.joined() + "\r\n")
            return try #require(Answer(connection.readToEnd()))
        }

        func json(_ path: String) throws -> [String: Any] {
            let answer = try get(path)
            try #require(answer.status == 200, "\(path): \(answer.status) \(answer.body)")
            let object = try JSONSerialization.jsonObject(with: Data(answer.body.utf8))
            return try #require(object as? [String: Any])
        }
    }

    struct Answer {
        let status: Int
        let head: String
        let body: String

        init?(_ bytes: [UInt8]) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n"),
                let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
            else { return nil }
            self.status = status
            head = String(text[..<end.lowerBound])
            body = String(text[end.upperBound...])
        }
    }

    private static func description() throws -> [String: Any] {
        let bytes = Data(DashboardPage.response(.description).body)
        return try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    /// The description names every route, and no other.
    @Test func everyRouteIsDescribed() throws {
        let paths = try #require(Self.description()["paths"] as? [String: Any])
        #expect(Set(paths.keys) == Set(DashboardRoute.allCases.map(\.rawValue)))
        let site = try Site()
        for route in DashboardRoute.allCases where route != .job && route != .events {
            let answer = try site.get(route.rawValue)
            #expect(answer.status == 200, "\(route): \(answer.status)")
            let said =
                (((paths[route.rawValue] as? [String: Any])?["get"] as? [String: Any])?[
                    "responses"] as? [String: Any])?["200"] as? [String: Any]
            let type = try #require((said?["content"] as? [String: Any])?.keys.first)
            #expect(answer.head.contains("Content-Type: \(type)"), "\(route): \(answer.head)")
            let head = try site.get(route.rawValue, method: "HEAD")
            #expect(head.status == 200 && head.body.isEmpty, "\(route)")
        }
        #expect(try site.get("/nothing").status == 404)
        #expect(try site.get("/api/v1/jobs/{id}").status == 404)
        #expect(try site.get("/api/v1/jobs/a/b").status == 404)
    }

    /// Where an answer and its schema have other members.
    private func differences(
        _ value: Any, _ schema: [String: Any], _ place: String
    ) throws -> [String] {
        var schema = schema
        if let name = (schema["$ref"] as? String)?.split(separator: "/").last,
            let all = (try Self.description()["components"] as? [String: Any])?["schemas"]
                as? [String: Any]
        {
            schema = all[String(name)] as? [String: Any] ?? [:]
        }
        if let items = value as? [Any] {
            guard let inner = schema["items"] as? [String: Any] else {
                return ["\(place): no list"]
            }
            return try items.prefix(3).flatMap { try differences($0, inner, place + "[]") }
        }
        guard let object = value as? [String: Any] else { return [] }
        let described = schema["properties"] as? [String: Any] ?? [:]
        guard Set(object.keys) == Set(described.keys) else {
            return ["\(place): \(Set(object.keys).symmetricDifference(described.keys).sorted())"]
        }
        return try object.flatMap {
            try differences($1, described[$0] as? [String: Any] ?? [:], "\(place).\($0)")
        }
    }

    @Test func answersHaveTheMembersThatAreDescribed() async throws {
        let site = try Site()
        let worker = try WorkerService(
            .init(
                endpoint: site.coordinator.endpoint, threads: 1, compiler: ModelCompiler(),
                logger: Loopback.quiet))
        let job = ModelJob(seed: 7, samples: 1 << 18, quantile: 0.01)
        _ = try await site.client.submit(JobPackage(text: job.text, resources: .init()), id: "j")
        for try await _ in site.client.watch("j", interval: .milliseconds(50)) {}
        for (path, name) in [
            ("/api/v1/pool", "Pool"), ("/api/v1/jobs", "Jobs"), ("/api/v1/workers", "Workers"),
            ("/api/v1/jobs/j", "Job"),
        ] {
            let found = try differences(
                site.json(path), ["$ref": "#/components/schemas/\(name)"], name)
            #expect(found.isEmpty, "\(path): \(found)")
        }
        let shown = try site.json("/api/v1/jobs/j")
        let course = try #require(shown["course"] as? [String: Any])
        #expect((course["leases"] as? [Any])?.isEmpty == false)
        #expect((course["thresholds"] as? [Any])?.isEmpty == false)
        #expect(shown["text"] as? String == job.text)
        #expect(try site.get("/api/v1/jobs/none").status == 404)
        worker.kill()
    }

    /// The histogram of a job that asks for one is that of its result, as its description says.
    @Test func histogramsAreThoseOfTheResult() async throws {
        let site = try Site(compiler: JobCompiler())
        let worker = try WorkerService(
            .init(
                endpoint: site.coordinator.endpoint, threads: 1, compiler: JobCompiler(),
                logger: Loopback.quiet))
        let text =
            "base: normal\nutilities: { u: 'x[0]', v: '1/x[0]' }\nquantile: 0.01\nsamples: 1e5\n"
        for (id, more) in [("with", "histogram: 100\n"), ("without", "")] {
            let package = JobPackage(text: text + more, resources: .init())
            _ = try await site.client.submit(package, id: id)
            for try await _ in site.client.watch(id, interval: .milliseconds(50)) {}
            let shown = try site.json("/api/v1/jobs/\(id)")
            let found = try differences(shown, ["$ref": "#/components/schemas/Job"], "Job")
            #expect(found.isEmpty, "\(found)")
            let course = try #require(shown["course"] as? [String: Any])
            guard id == "with" else {
                #expect(course["histogram"] is NSNull)
                continue
            }
            let histogram = try #require(course["histogram"] as? [String: Any])
            let spec = try JobSpec.parse(try JobText.parse(package.text))
            let result = try ParsedResult(
                ResultFile.document(try ResultJob.document(spec).text))
            let expected = try #require(result.histogram(ofUtility: "u"))
            #expect(histogram["utility"] as? String == "u")
            #expect(histogram["counts"] as? [Int] == expected.counts.map { Int($0) })
            #expect(histogram["width"] as? Double == expected.width)
            #expect(histogram["first"] as? Int == expected.first)
        }
        worker.kill()
    }

    @Test func everyAnswerIsGuarded() throws {
        let site = try Site()
        for path in ["/", "/api/v1/pool", "/nothing", "/healthz"] {
            let head = try site.get(path).head
            for line in [
                "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src",
                "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY",
                "Cache-Control: no-store",
                "Referrer-Policy: no-referrer", "Cross-Origin-Resource-Policy: same-origin",
            ] { #expect(head.contains(line), "\(path): \(line)") }
            #expect(!head.contains("Access-Control"))
        }
        let connection = try site.connect()
        connection.send("GET /api/v1/jobs HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        #expect(connection.read(until: "\r\n").hasPrefix("HTTP/1.1 421 "))
        let post = try site.get("/api/v1/jobs", method: "POST")
        #expect(post.status == 405 && post.head.contains("Allow: GET, HEAD"))
    }

    @Test func tokensGuardAllButHealth() throws {
        let token = "a-token-of-some-length"
        let site = try Site(token: token)
        for route in DashboardRoute.allCases where route != .job {
            let answer = try site.get(route.rawValue)
            #expect(answer.status == (route.isOpen ? 200 : 401), "\(route)")
            #expect(!answer.body.contains(token))
        }
        #expect(try site.get("/metrics", "Authorization: Bearer \(token)").status == 200)
        #expect(try site.get("/metrics", "Authorization: Bearer \(token)x").status == 401)
        #expect(try site.get("/?token=\(token)").status == 303)
        #expect(try site.get("/api/v1/pool", "Cookie: qpool_token=\(token)").status == 200)
        #expect(try site.get("/").body.contains("<form action=\"/\""))
    }

    /// Requests that come in one packet, and one that comes in pieces.
    @Test func requestsMayComeAnyHow() throws {
        let site = try Site()
        let connection = try site.connect()
        let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.send(request + request + request)
        for _ in 0..<3 {
            #expect(connection.read(until: "\r\n\r\nok\n").hasPrefix("HTTP/1.1 200 OK"))
        }
        for byte in request.utf8 {
            connection.send(String(UnicodeScalar(byte)))
            usleep(500)
        }
        #expect(connection.read(until: "\r\n\r\nok\n").hasPrefix("HTTP/1.1 200 OK"))
    }

    /// Who sends a byte now and then is cut, and so is who says nothing: both within the time that a
    /// request has.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func slowRequestsAreCut() throws {
        let site = try Site()
        let dripping = try site.connect()
        let silent = try site.connect()
        let begin = Date()
        dripping.send("GET / HTTP/1.1\r\n")
        var isCut = false
        while !isCut, Date().timeIntervalSince(begin) < 15 {
            dripping.send("X")
            usleep(200_000)
            isCut = dripping.hasInput
        }
        #expect(dripping.read(until: "\r\n").hasPrefix("HTTP/1.1 408 "))
        #expect(Date().timeIntervalSince(begin) < 10)
        #expect(silent.readToEnd().isEmpty)
        // Others were served meanwhile, and are now.
        #expect(try site.get("/healthz").status == 200)
    }

    @Test(.disabled(if: isQuick, "slow without an optimiser"))
    func connectionsAndStreamsAreBounded() throws {
        let site = try Site()
        var streams: [TestConnection] = []
        for _ in 0..<PoolLimits.httpStreams {
            let connection = try site.connect()
            connection.send("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            streams.append(connection)
        }
        for stream in streams {
            #expect(stream.read(until: "event: pool\ndata: {").contains("200 OK"))
        }
        let full = try site.get("/api/v1/events")
        #expect(full.status == 503 && full.head.contains("Retry-After"))
        #expect(try site.get("/healthz").status == 200)
        var idle: [TestConnection] = []
        for _ in streams.count..<PoolLimits.httpConnections { idle.append(try site.connect()) }
        let late = try site.connect()
        #expect(late.read(until: "\r\n").hasPrefix("HTTP/1.1 503 "))
        // Room comes back with whoever leaves.
        streams.removeLast(20)
        usleep(200_000)
        #expect(try site.get("/healthz").status == 200)
    }

    /// A stream that nobody reads is not written to without end, and holds up nobody.
    @Test(.disabled(if: isQuick, "slow without an optimiser")) func updatesComeToWhoReadsThem()
        async throws
    {
        let site = try Site()
        let reader = try site.connect()
        reader.send("GET /api/v1/events?job=j HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(reader.read(until: "event: gone\n").contains("text/event-stream"))
        _ = reader.read(until: "data: {\"id\":\"j\"}\n\n")
        let job = ModelJob(seed: 7, samples: 1 << 16, quantile: 0.01)
        _ = try await site.client.submit(JobPackage(text: job.text, resources: .init()), id: "j")
        let frame = reader.read(until: "\n\n")
        #expect(frame.hasPrefix("event: job\ndata: {") && frame.contains("\"id\":\"j\""))
        #expect(frame.split(separator: "\n").count == 2)
    }

    @Test func aTakenPortIsToldOrLeft() throws {
        let site = try Site()
        let error = #expect(throws: SecurityError.self) {
            try DashboardServer(.init("127.0.0.1:\(site.port)"))
        }
        #expect(error?.remedy.contains("--http") == true)
        let other = try DashboardServer(.init("127.0.0.1:\(site.port)", yields: true))
        #expect(other.hasYielded && !other.address.contains(":\(site.port)/"))
    }

    /// Prometheus would take it: each family once, with its words before its numbers.
    @Test func metricsAreWellFormed() throws {
        let site = try Site()
        let text = try site.get("/metrics").body
        var families: Set<String> = []
        var current = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# HELP ") {
                current = String(words[2])
                #expect(families.insert(current).inserted, "\(current) twice")
            } else if line.hasPrefix("# TYPE ") {
                #expect(words[2] == current)
                #expect((words[3] == "counter") == current.hasSuffix("_total"), "\(line)")
            } else {
                #expect(line.hasPrefix(current) && Double(words.last!) != nil, "\(line)")
            }
        }
        #expect(families.count > 30)
        for name in ["qpool_http_used", "qpool_http_limit", "process_cpu_seconds_total"] {
            #expect(families.contains(name))
        }
    }
}
