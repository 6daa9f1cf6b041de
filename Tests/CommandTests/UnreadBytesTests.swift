// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import PoolCore
import PoolRuntime
import Quantilizer
import TestMarks
import Testing

/// Bytes that a peer sent and nobody can read yet.
@Suite(.disabled(if: isQuick, "fills a coordinator's buffers")) struct UnreadBytesTests {
    private static let quiet: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    /// A long frame that says that another follows, a mebibyte at a time; how many were taken.
    private static func send(to port: UInt16, most: Int) -> Int? {
        guard let connection = RawConnection(port: port),
            connection.send(RawConnection.greeting(mechanism: "NULL") + RawConnection.ready)
        else { return nil }
        let length = (0..<8).map { UInt8(truncatingIfNeeded: (most << 20) >> (56 - 8 * $0)) }
        guard connection.send([3] + length) else { return nil }
        let piece = [UInt8](repeating: 0, count: 1 << 20)
        for sent in 0..<most {
            guard connection.send(piece) else { return sent }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return most
    }

    @Test(.timeLimit(.minutes(3))) func aMessageWithoutEndIsCutOff() async throws {
        var configuration = CoordinatorService.Configuration(
            endpoint: "tcp://127.0.0.1:*", compiler: JobCompiler(), logger: Self.quiet)
        configuration.unreadBytes = 8 << 20
        let coordinator = try CoordinatorService(configuration)
        defer { coordinator.stop() }
        let client = try PoolClient(endpoint: coordinator.endpoint)
        let package = JobPackage(text: HostileTests.job, resources: JobResources())
        _ = try await client.submit(package, id: "before")
        let port = try #require(
            coordinator.endpoint.split(separator: ":").last.flatMap { UInt16($0) })
        let sent = await Task.detached { Self.send(to: port, most: 240) }.value
        #expect(try #require(sent) < 240)
        #expect(try #require(sent) >= 1)
        // Whoever is honest notices nothing.
        _ = try await client.submit(package, id: "after")
        #expect(try await client.jobs().total == 2)
    }
}
