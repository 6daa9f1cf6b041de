// SPDX-License-Identifier: Apache-2.0
internal import PoolCore
internal import ZeroMQ

/// The server's thread: takes connections, reads requests, sends answers and updates.
struct DashboardLoop {
    private let listener: Int32
    private let pipe: WakePipe
    private let feed: DashboardFeed
    private let access: HTTPAccess
    private let ask: @Sendable () -> Void
    private var answers: DashboardAnswers
    private var connections: [Int32: HTTPConnection] = [:]
    private var set = DescriptorSet()
    /// Answers sent, by status.
    private var counts: [HTTPStatus: UInt64] = [:]
    /// Connections and streams that found no room.
    private var refused: UInt64 = 0
    /// The view that answers are made of.
    private var number: UInt64 = 0
    private var viewedAt = Int64.min / 2
    private var fingerprint = 0
    /// Since when a view is asked for; nil while none is.
    private var askedAt: Int64?

    /// A view that is younger answers without another one.
    private static let freshNanoseconds: Int64 = 250_000_000
    /// A stream that has nothing to tell says so, or nobody would see that it is dead.
    private static let breathNanoseconds: Int64 = 15_000_000_000

    init(
        listener: Int32, pipe: WakePipe, feed: DashboardFeed, access: HTTPAccess,
        store: any JobStore, endpoint: String?, ask: @escaping @Sendable () -> Void
    ) {
        self.listener = listener
        self.pipe = pipe
        self.feed = feed
        self.access = access
        self.ask = ask
        answers = DashboardAnswers(store: store, endpoint: endpoint)
    }

    private var streams: Int { connections.values.count { $0.isStreaming } }

    /// Waits for something, and does it.
    mutating func turn() {
        set.removeAll()
        set.add(pipe.readEnd, reads: true, writes: false)
        set.add(listener, reads: true, writes: false)
        for connection in connections.values {
            set.add(
                connection.descriptor, reads: connection.reads, writes: !connection.isFlushed)
        }
        let ready = set.wait(milliseconds: patience(MonotonicClock.nanoseconds))
        let now = MonotonicClock.nanoseconds
        for (descriptor, reads, writes) in ready {
            if descriptor == pipe.readEnd {
                pipe.clear()
            } else if descriptor == listener {
                welcome(now)
            } else if let connection = connections[descriptor] {
                if writes { send(connection, now) }
                if reads { receive(connection, now) }
            }
        }
        takeView(now)
        keepTime(now)
    }

    /// Ends every connection.
    mutating func close() {
        for connection in connections.values { HTTPSocket.close(connection.descriptor) }
        connections = [:]
    }

    /// Milliseconds until something is due; -1 for never.
    private func patience(_ now: Int64) -> Int32 {
        var due = Int64.max
        var hasStreams = false
        var isWaiting = false
        for connection in connections.values {
            due = min(due, connection.deadline)
            hasStreams = hasStreams || connection.isStreaming
            isWaiting = isWaiting || connection.isWaiting
        }
        if let askedAt {
            if isWaiting { due = min(due, askedAt + PoolLimits.httpPatienceNanoseconds) }
        } else if hasStreams {
            due = min(due, viewedAt + PoolLimits.httpUpdateNanoseconds)
        }
        guard due < .max else { return -1 }
        return Int32(clamping: max(0, (due - now) / 1_000_000 + 1))
    }

    private mutating func welcome(_ now: Int64) {
        for _ in 0..<64 {
            guard let descriptor = HTTPSocket.accept(listener) else { return }
            // Few are told why, or a flood would take every descriptor.
            guard connections.count < PoolLimits.httpConnections + 32 else {
                refused += 1
                HTTPSocket.close(descriptor)
                continue
            }
            let connection = HTTPConnection(descriptor, now: now)
            connections[descriptor] = connection
            if connections.count > PoolLimits.httpConnections {
                refused += 1
                finish(
                    connection,
                    HTTPResponse(
                        .unavailable, "\(PoolLimits.httpConnections) connections are open"), now)
            }
        }
    }

    private mutating func drop(_ connection: HTTPConnection) {
        connections[connection.descriptor] = nil
        HTTPSocket.close(connection.descriptor)
    }

    private mutating func send(_ connection: HTTPConnection, _ now: Int64) {
        guard connection.flush(now: now) else { return drop(connection) }
        // Another request may have come with the last one.
        if case .reading = connection.state, connection.isFlushed, !connection.input.isEmpty {
            serve(connection, now)
        }
    }

    private mutating func receive(_ connection: HTTPConnection, _ now: Int64) {
        switch HTTPSocket.receive(connection.descriptor, most: PoolLimits.httpRequestBytes) {
        case .nothing: return
        case .ended: return drop(connection)
        case .bytes(let bytes):
            // Nothing more is read of whom nothing more is expected.
            guard case .reading = connection.state else { return }
            if connection.input.isEmpty {
                connection.deadline = now + PoolLimits.httpRequestNanoseconds
            }
            connection.input += bytes
            serve(connection, now)
        }
    }

    /// Serves the request at the head of what came, if it is whole.
    private mutating func serve(_ connection: HTTPConnection, _ now: Int64) {
        switch HTTPRequest.read(connection.input) {
        case .incomplete: return
        case .wrong(let status):
            var response = HTTPResponse(status, status.words)
            if status == .methodNotAllowed { response.headers.append(("Allow", "GET, HEAD")) }
            finish(connection, response, now)
        case .request(let request, let bytes):
            connection.input.removeFirst(bytes)
            answer(request, connection, now)
        }
    }

    private mutating func answer(
        _ request: HTTPRequest, _ connection: HTTPConnection, _ now: Int64
    ) {
        guard let (route, id) = DashboardRoute.find(request.path) else {
            return reply(HTTPResponse(.notFound, "there is nothing"), request, connection, now)
        }
        switch access.verdict(request) {
        case .granted: break
        case .login: return reply(access.login, request, connection, now)
        case .refused where route.isOpen: break
        case .refused(let status):
            return reply(refusal(status, route), request, connection, now)
        }
        switch route {
        case .page, .style, .script, .charts, .description:
            reply(DashboardPage.response(route), request, connection, now)
        case .events: stream(request, connection, now)
        default:
            connection.state = .waiting(route, id: id, request: request)
            connection.deadline = .max
            // A job that the view does not know may have been submitted since.
            let isKnown = route != .job || answers.knows(id)
            if now - viewedAt < Self.freshNanoseconds, isKnown {
                fulfil(connection, now)
            } else {
                askForView(now)
            }
        }
    }

    private func refusal(_ status: HTTPStatus, _ route: DashboardRoute) -> HTTPResponse {
        guard status == .unauthorized else {
            return HTTPResponse(
                status, "this server answers as localhost or 127.0.0.1, and under no other name")
        }
        if route == .page { return DashboardPage.login }
        var response = HTTPResponse(
            status, "a token is needed: Authorization: Bearer TOKEN (--http-token)")
        response.headers = [("WWW-Authenticate", "Bearer")]
        return response
    }

    private mutating func stream(
        _ request: HTTPRequest, _ connection: HTTPConnection, _ now: Int64
    ) {
        guard streams < PoolLimits.httpStreams else {
            refused += 1
            var response = HTTPResponse(
                .unavailable, "\(PoolLimits.httpStreams) streams of updates are open")
            response.headers = [("Retry-After", "10")]
            return reply(response, request, connection, now)
        }
        var head = HTTPResponse(.ok, "")
        head.type = "text/event-stream"
        counts[.ok, default: 0] += 1
        connection.queue(head.streamHead)
        guard !request.isHead else {
            connection.state = .closing
            return send(connection, now)
        }
        connection.queue(Array("retry: 1000\n\n".utf8))
        connection.input = []
        connection.sentAt = now
        connection.state = .streaming(request.parameters["job"].map { .job($0) } ?? .pool)
        if now - viewedAt < Self.freshNanoseconds {
            update(connection, now)
        } else {
            askForView(now)
        }
        send(connection, now)
    }

    /// Answers and goes on with the connection as its request wants it.
    private mutating func reply(
        _ response: HTTPResponse, _ request: HTTPRequest, _ connection: HTTPConnection,
        _ now: Int64
    ) {
        counts[response.status, default: 0] += 1
        connection.queue(
            response.bytes(isHead: request.isHead, keepsAlive: request.keepsAlive))
        connection.state = request.keepsAlive ? .reading : .closing
        connection.deadline = now + PoolLimits.httpIdleNanoseconds
        send(connection, now)
    }

    /// Answers what is no request, and ends the connection.
    private mutating func finish(
        _ connection: HTTPConnection, _ response: HTTPResponse, _ now: Int64
    ) {
        counts[response.status, default: 0] += 1
        connection.input = []
        connection.queue(response.bytes(isHead: false, keepsAlive: false))
        connection.state = .closing
        connection.deadline = now + PoolLimits.httpIdleNanoseconds
        send(connection, now)
    }

    private mutating func askForView(_ now: Int64) {
        guard askedAt == nil else { return }
        askedAt = now
        ask()
    }

    private mutating func takeView(_ now: Int64) {
        guard let published = feed.published, published.number != number else { return }
        number = published.number
        viewedAt = now
        askedAt = nil
        fingerprint = published.view.fingerprint
        answers.take(published)
        for connection in Array(connections.values) {
            if connection.isWaiting {
                fulfil(connection, now)
            } else if connection.isStreaming {
                update(connection, now)
                send(connection, now)
            }
        }
    }

    /// Answers a request that waited for the view.
    private mutating func fulfil(_ connection: HTTPConnection, _ now: Int64) {
        guard case .waiting(let route, let id, let request) = connection.state else { return }
        let (counts, refused) = (counts, refused)
        let (open, streams) = (connections.count, streams)
        let response = answers.response(route, id: id) { metrics in
            metrics.add(
                "qpool_http_responses_total", .counter, "Answers of the HTTP server, by status.",
                by: "code",
                HTTPStatus.allCases.map { ("\($0.rawValue)", Double(counts[$0] ?? 0)) })
            metrics.add(
                "qpool_http_refused_total", .counter,
                "Connections and streams of the HTTP server that found no room.", Double(refused))
            metrics.add(
                "qpool_http_used", .gauge, "What is taken of the HTTP server.", by: "of",
                [("connections", Double(open)), ("streams", Double(streams))])
            metrics.add(
                "qpool_http_limit", .gauge, "The bounds of the HTTP server.", by: "of",
                [
                    ("connections", Double(PoolLimits.httpConnections)),
                    ("streams", Double(PoolLimits.httpStreams)),
                ])
        }
        reply(response, request, connection, now)
    }

    /// Queues an update for a stream that has sent the last one: who is slow gets fewer.
    private mutating func update(_ connection: HTTPConnection, _ now: Int64) {
        guard case .streaming(let topic) = connection.state,
            connection.isFlushed || connection.seen == nil
        else { return }
        guard connection.seen != fingerprint else {
            guard now - connection.sentAt >= Self.breathNanoseconds else { return }
            connection.queue(Array(": nothing new\n\n".utf8))
            connection.sentAt = now
            return
        }
        connection.seen = fingerprint
        connection.sentAt = now
        connection.queue(answers.frame(topic))
        connection.deadline = now + PoolLimits.httpIdleNanoseconds
    }

    /// What is due without anything having come.
    private mutating func keepTime(_ now: Int64) {
        if let asked = askedAt, now - asked >= PoolLimits.httpPatienceNanoseconds {
            askedAt = nil
            for connection in Array(connections.values) where connection.isWaiting {
                guard case .waiting(_, _, let request) = connection.state else { continue }
                reply(
                    HTTPResponse(.unavailable, "the coordinator does not answer"), request,
                    connection, now)
            }
        }
        if askedAt == nil, now - viewedAt >= PoolLimits.httpUpdateNanoseconds, streams > 0 {
            askForView(now)
        }
        for connection in Array(connections.values) where connection.deadline <= now {
            if case .reading = connection.state, !connection.input.isEmpty {
                finish(connection, HTTPResponse(.timeout, HTTPStatus.timeout.words), now)
            } else {
                drop(connection)
            }
        }
    }
}
