// SPDX-License-Identifier: Apache-2.0
internal import SwiftProtobuf

/// What the protocol says of one kind of message: who may send it, how long it may be, what it costs.
///
/// Framing, roles, budgets and refusals derive from it: there is no message without a row, and none
/// of a peer's without a cost.
package struct WireRow: Sendable {
    /// Who sends it.
    package enum Sender: Sendable, Hashable {
        case worker, client, administrator, coordinator
        /// Workers and the coordinator.
        case both

        /// Whether it comes from a client, carries a number, and is answered with that number.
        package var asks: Bool { self == .client || self == .administrator }
    }

    /// Who sends it.
    package let sender: Sender
    /// Bytes of its header, at most.
    package let headerBytes: Int
    /// Bytes of its payload, at most; 0 where it has none.
    package let payloadBytes: Int
    /// What reading and answering it costs a peer's budget, in status requests; its bytes come on top.
    package let cost: Double
    /// The number of its field that holds messages with many fields of their own.
    let nested: UInt64
    let decode: @Sendable ([UInt8], [UInt8]) throws(Frames.Fault) -> PoolMessage

    /// What so many bytes cost, in status requests.
    package func cost(header: Int, payload: Int) -> Double {
        let share =
            sender.asks ? PoolLimits.payloadBytesPerRequest : PoolLimits.partialBytesPerRequest
        return cost + Double(header) / Double(PoolLimits.headerBytesPerRequest)
            + Double(payload) / Double(share)
    }

    /// A kind without a payload.
    static func row<Header: SwiftProtobuf.Message>(
        _ sender: Sender, _ make: @escaping @Sendable (Header) -> PoolMessage, cost: Double,
        header: Int = PoolLimits.headerBytes
    ) -> WireRow {
        WireRow(
            sender: sender, headerBytes: header, payloadBytes: 0, cost: cost, nested: 0
        ) { (bytes, _) throws(Frames.Fault) in make(try read(bytes)) }
    }

    /// A kind with a payload of at most so many bytes.
    static func row<Header: SwiftProtobuf.Message>(
        _ sender: Sender, _ make: @escaping @Sendable (Header, [UInt8]) -> PoolMessage,
        cost: Double, payload: Int, header: Int = PoolLimits.headerBytes, nested: UInt64 = 0
    ) -> WireRow {
        WireRow(
            sender: sender, headerBytes: header, payloadBytes: payload, cost: cost, nested: nested
        ) { (bytes, payload) throws(Frames.Fault) in make(try read(bytes), payload) }
    }

    private static func read<Header: SwiftProtobuf.Message>(
        _ bytes: [UInt8]
    ) throws(Frames.Fault) -> Header {
        do {
            return try Header(serializedBytes: bytes)
        } catch {
            throw .malformed("the header cannot be read")
        }
    }
}

/// The table: a row for each kind.
extension WireKind {
    func makeRow() -> WireRow {
        let most = Int(PoolLimits.frameBytes)
        let text = PoolLimits.jobTextBytes + PoolLimits.headerBytes
        let tables = Int(PoolLimits.tableValues) * 8
        return switch self {
        // From workers.
        case .hello: .row(.worker, PoolMessage.hello, cost: 4)
        case .partial: .row(.worker, PoolMessage.partial, cost: 0.05, payload: most)
        case .heartbeat: .row(.both, PoolMessage.heartbeat, cost: 0.05)
        case .drain: .row(.both, PoolMessage.drain, cost: 0.05)
        case .handBack: .row(.worker, PoolMessage.handBack, cost: 0.05)
        case .fetch: .row(.worker, PoolMessage.fetch, cost: 2)
        case .goodbye: .row(.worker, PoolMessage.goodbye, cost: 0.05)
        // To workers.
        case .welcome: .row(.coordinator, PoolMessage.welcome, cost: 1)
        case .refused: .row(.coordinator, PoolMessage.refused, cost: 1)
        case .lease: .row(.coordinator, PoolMessage.lease, cost: 1, payload: most)
        case .cancelLease: .row(.coordinator, PoolMessage.cancelLease, cost: 1)
        case .jobText:
            .row(
                .coordinator, PoolMessage.jobText, cost: 1, payload: tables, header: text,
                nested: 3)
        case .acknowledged: .row(.coordinator, PoolMessage.acknowledged, cost: 1)
        // From clients.
        case .submit:
            .row(.client, PoolMessage.submit, cost: 4, payload: tables, header: text, nested: 4)
        case .statusRequest: .row(.client, PoolMessage.statusRequest, cost: 1)
        case .watch: .row(.client, PoolMessage.watch, cost: 2)
        case .resultRequest: .row(.client, PoolMessage.resultRequest, cost: 2)
        case .cancel: .row(.client, PoolMessage.cancel, cost: 2)
        case .listRequest: .row(.client, PoolMessage.listRequest, cost: 4)
        case .workersRequest: .row(.client, PoolMessage.workersRequest, cost: 4)
        case .priority: .row(.administrator, PoolMessage.priority, cost: 2)
        case .extend: .row(.client, PoolMessage.extend, cost: 4)
        case .retry: .row(.client, PoolMessage.retry, cost: 4)
        case .forget: .row(.client, PoolMessage.forget, cost: 2)
        // To clients.
        case .submitted: .row(.coordinator, PoolMessage.submitted, cost: 1)
        case .statusReply: .row(.coordinator, PoolMessage.statusReply, cost: 1)
        case .update: .row(.coordinator, PoolMessage.update, cost: 1)
        case .resultReply: .row(.coordinator, PoolMessage.resultReply, cost: 1, payload: most)
        case .jobList: .row(.coordinator, PoolMessage.jobList, cost: 1, header: text)
        case .workerList: .row(.coordinator, PoolMessage.workerList, cost: 1, header: text)
        case .errorReply: .row(.coordinator, PoolMessage.errorReply, cost: 1)
        }
    }
}
