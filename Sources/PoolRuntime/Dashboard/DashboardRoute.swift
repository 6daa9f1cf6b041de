// SPDX-License-Identifier: Apache-2.0

/// What the server answers, by path. `Page/openapi.json` describes each, and a test compares the two.
enum DashboardRoute: String, CaseIterable, Hashable, Sendable {
    case page = "/"
    case style = "/dashboard.css"
    case script = "/dashboard.js"
    case charts = "/charts.js"
    case health = "/healthz"
    case readiness = "/readyz"
    case metrics = "/metrics"
    case pool = "/api/v1/pool"
    case jobs = "/api/v1/jobs"
    case job = "/api/v1/jobs/{id}"
    case workers = "/api/v1/workers"
    case events = "/api/v1/events"
    case description = "/api/v1/openapi.json"

    /// The route of a path, with the id in it where it has one.
    static func find(_ path: String) -> (DashboardRoute, id: String)? {
        if path != job.rawValue, let route = DashboardRoute(rawValue: path) { return (route, "") }
        let prefix = jobs.rawValue + "/"
        guard path.hasPrefix(prefix) else { return nil }
        let id = path.dropFirst(prefix.count)
        return id.isEmpty || id.contains("/") ? nil : (job, String(id))
    }

    /// Whether it is answered without asking who reads: it tells whether the coordinator works, and
    /// nothing of what it does.
    var isOpen: Bool { self == .health || self == .readiness }

    /// Whether the answer is made of a view of the coordinator.
    var needsView: Bool {
        switch self {
        case .page, .style, .script, .charts, .description: false
        default: true
        }
    }
}
