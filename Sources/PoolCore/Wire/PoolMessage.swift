// SPDX-License-Identifier: Apache-2.0

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

    /// The number that names the kind in the first frame.
    package var kind: UInt16 {
        switch self {
        case .hello: 1
        case .welcome: 2
        case .refused: 3
        case .partial: 4
        case .lease: 5
        case .heartbeat: 6
        case .drain: 7
        case .cancelLease: 8
        case .handBack: 9
        case .fetch: 10
        case .jobText: 11
        case .goodbye: 12
        case .acknowledged: 13
        case .submit: 32
        case .submitted: 33
        case .statusRequest: 34
        case .statusReply: 35
        case .watch: 36
        case .update: 37
        case .resultRequest: 38
        case .resultReply: 39
        case .cancel: 40
        case .listRequest: 42
        case .jobList: 43
        case .workersRequest: 44
        case .workerList: 45
        case .priority: 46
        case .errorReply: 47
        case .extend: 48
        case .retry: 49
        }
    }
}
