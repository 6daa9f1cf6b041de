// SPDX-License-Identifier: Apache-2.0

/// The dashboard's files, which are part of the program.
enum DashboardPage {
    /// The answer to a route of a file.
    static func response(_ route: DashboardRoute) -> HTTPResponse {
        switch route {
        case .page:
            HTTPResponse(type: "text/html; charset=utf-8", PackageResources.dashboard_html)
        case .style:
            HTTPResponse(type: "text/css; charset=utf-8", PackageResources.dashboard_css)
        case .script:
            HTTPResponse(type: "text/javascript; charset=utf-8", PackageResources.dashboard_js)
        case .charts:
            HTTPResponse(type: "text/javascript; charset=utf-8", PackageResources.charts_js)
        case .description:
            HTTPResponse(type: "application/json", PackageResources.openapi_json)
        default: HTTPResponse(.notFound, "there is nothing")
        }
    }

    /// What a reader without a token sees in place of the page.
    static var login: HTTPResponse {
        HTTPResponse(
            .unauthorized, type: "text/html; charset=utf-8",
            Array(
                """
                <!doctype html>
                <html lang="en"><meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>Quantilizer Pool</title>
                <h1>Quantilizer Pool</h1>
                <form action="/" autocomplete="off"><label>Token of this coordinator
                <input name="token" type="password" required autofocus></label>
                <button>Show the dashboard</button></form>
                <p>It stands in the file that the coordinator got with <code>--http-token</code>.</p>
                </html>

                """.utf8))
    }
}
