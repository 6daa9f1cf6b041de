// SPDX-License-Identifier: Apache-2.0
internal import SwiftProtobuf

/// One message of the protocol: its header, and the payload where its kind has one.
package enum PoolMessage: Sendable, Equatable {
    case hello(WireHello)
    case welcome(WireWelcome)
    case refused(WireRefused)
    case partial(WirePartial, [UInt8])
    case lease(WireLease, [UInt8])
    case heartbeat(WireHeartbeat)
    case drain(WireDrain)
    case cancelLease(WireCancelLease)
    case handBack(WireHandBack)
    case fetch(WireFetch)
    case jobText(WireJobText, [UInt8])
    case goodbye(WireGoodbye)
    case acknowledged(WireAcknowledged)
    case submit(WireSubmit, [UInt8])
    case submitted(WireSubmitted)
    case statusRequest(WireStatusRequest)
    case statusReply(WireStatusReply)
    case watch(WireWatch)
    case update(WireUpdate)
    case resultRequest(WireResultRequest)
    case resultReply(WireResultReply, [UInt8])
    case cancel(WireCancel)
    case listRequest(WireListRequest)
    case jobList(WireJobList)
    case workersRequest(WireWorkersRequest)
    case workerList(WireWorkerList)
    case priority(WirePriority)
    case errorReply(WireErrorReply)
    case extend(WireExtend)
    case retry(WireRetry)
    case forget(WireForget)

    /// The number that names the kind in the first frame.
    package var kind: UInt16 { parts.kind.rawValue }

    /// What it is made of.
    var parts: (kind: WireKind, header: any SwiftProtobuf.Message, payload: [UInt8]) {
        switch self {
        case .hello(let header): (.hello, header, [])
        case .welcome(let header): (.welcome, header, [])
        case .refused(let header): (.refused, header, [])
        case .partial(let header, let payload): (.partial, header, payload)
        case .lease(let header, let payload): (.lease, header, payload)
        case .heartbeat(let header): (.heartbeat, header, [])
        case .drain(let header): (.drain, header, [])
        case .cancelLease(let header): (.cancelLease, header, [])
        case .handBack(let header): (.handBack, header, [])
        case .fetch(let header): (.fetch, header, [])
        case .jobText(let header, let payload): (.jobText, header, payload)
        case .goodbye(let header): (.goodbye, header, [])
        case .acknowledged(let header): (.acknowledged, header, [])
        case .submit(let header, let payload): (.submit, header, payload)
        case .submitted(let header): (.submitted, header, [])
        case .statusRequest(let header): (.statusRequest, header, [])
        case .statusReply(let header): (.statusReply, header, [])
        case .watch(let header): (.watch, header, [])
        case .update(let header): (.update, header, [])
        case .resultRequest(let header): (.resultRequest, header, [])
        case .resultReply(let header, let payload): (.resultReply, header, payload)
        case .cancel(let header): (.cancel, header, [])
        case .listRequest(let header): (.listRequest, header, [])
        case .jobList(let header): (.jobList, header, [])
        case .workersRequest(let header): (.workersRequest, header, [])
        case .workerList(let header): (.workerList, header, [])
        case .priority(let header): (.priority, header, [])
        case .errorReply(let header): (.errorReply, header, [])
        case .extend(let header): (.extend, header, [])
        case .retry(let header): (.retry, header, [])
        case .forget(let header): (.forget, header, [])
        }
    }
}
