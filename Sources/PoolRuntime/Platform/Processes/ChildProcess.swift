// SPDX-License-Identifier: Apache-2.0
internal import CProcess
internal import Quantilizer
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A program that answers on its standard output what it is given on its standard input.
///
/// It has a process group of its own, which ends with this value, and with this process however that
/// ends. It is for one thread at a time.
struct ChildProcess: ~Copyable {
    /// Why an exchange did not end well.
    enum Trouble: Error {
        /// The time is over.
        case late
        /// It closed its output.
        case ended
        /// The pipes broke.
        case broken
        /// What came is not what was expected.
        case wrong
    }

    /// What became of the program.
    enum Ending {
        case exit(Int32)
        case signal(Int32)
        case notStarted(String)
        case unknown
    }

    private static let errorBytes = 4096
    private var process: qp_process
    private var isOver = false
    private var errors = [UInt8](repeating: 0, count: errorBytes)
    private var errorCount = 0

    /// Starts a program, searched in PATH unless it has a slash, in a folder.
    init(
        _ command: [String], environment: [String: String], folder: String
    ) throws(FunctionRefusal) {
        var started = qp_process()
        let words = unsafe command.map { unsafe strdup($0) }
        let variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") }
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        let arguments = unsafe words.map { unsafe UnsafePointer($0) } + [nil]
        let settings = unsafe variables.map { unsafe UnsafePointer($0) } + [nil]
        let number = unsafe qp_start(arguments, settings, folder, &started)
        guard number == 0 else { throw FunctionRefusal(Self.words(number)) }
        process = started
    }

    deinit {
        if !isOver {
            var (copy, status, number) = (process, Int32(0), Int32(0))
            unsafe qp_end(&copy, 0, &status, &number)
        }
    }

    /// Sends bytes and then lanes of the first columns, and receives an answer.
    ///
    /// `answer` takes `first` bytes; then `further` says how many there must be in all, at most as
    /// many as `answer` holds. With `isLine`, it is over when a line feed has come instead.
    /// Returns the bytes that came.
    mutating func exchange(
        _ head: [UInt8], values: borrowing Columns, columns: Int, offset: Int, lanes: Int,
        answer: inout [UInt8], first: Int, isLine: Bool = false, milliseconds: Int64,
        further: ([UInt8]) -> Int?
    ) throws(Trouble) -> Int {
        precondition(columns <= values.count && offset + lanes <= values.capacity && !isOver)
        let size = answer.count
        precondition(first <= size)
        var received = 0
        var trouble: Trouble?
        var count = errorCount
        let process = process
        unsafe head.withUnsafeBufferPointer { head in
            unsafe answer.withUnsafeMutableBufferPointer { answer in
                unsafe errors.withUnsafeMutableBufferPointer { errors in
                    var swap = unsafe qp_exchange()
                    unsafe swap.head = head.baseAddress
                    unsafe swap.head_bytes = head.count
                    if columns > 0 {
                        unsafe swap.columns = UnsafePointer(values.pointer(0) + offset)
                        unsafe swap.stride = values.capacity
                        unsafe swap.lanes = lanes
                        unsafe swap.count = columns
                    }
                    unsafe swap.answer = answer.baseAddress
                    unsafe swap.answer_bytes = isLine ? size : first
                    unsafe swap.is_line = isLine ? 1 : 0
                    unsafe swap.error = errors.baseAddress
                    unsafe swap.error_bytes = errors.count
                    unsafe swap.error_count = count
                    var outcome = unsafe withUnsafePointer(to: process) {
                        unsafe qp_swap($0, &swap, milliseconds)
                    }
                    if outcome == Int32(QP_DONE), !isLine {
                        let start = unsafe Array(answer.prefix(first))
                        if let all = further(start), all >= first, all <= size {
                            unsafe swap.answer_bytes = all
                            outcome = unsafe withUnsafePointer(to: process) {
                                unsafe qp_swap($0, &swap, milliseconds)
                            }
                            // An answer to a question that was not read to its end is none.
                            let sent = unsafe swap.head_bytes + swap.count * swap.lanes * 8
                            if unsafe swap.sent < sent { trouble = .wrong }
                        } else {
                            trouble = .wrong
                        }
                    }
                    received = unsafe swap.received
                    count = unsafe swap.error_count
                    switch outcome {
                    case Int32(QP_DONE): break
                    case Int32(QP_LATE): trouble = .late
                    case Int32(QP_ENDED): trouble = .ended
                    default: trouble = .broken
                    }
                }
            }
        }
        errorCount = count
        if let trouble { throw trouble }
        return received
    }

    /// Ends it at once, and says how it ended and what it said last on standard error.
    mutating func end(atOnce: Bool) -> (Ending, said: String) {
        guard !isOver else { return (.unknown, "") }
        var count = errorCount
        let process = process
        func drain(_ milliseconds: Int64) {
            unsafe errors.withUnsafeMutableBufferPointer { errors in
                var swap = unsafe qp_exchange()
                unsafe swap.error = errors.baseAddress
                unsafe swap.error_bytes = errors.count
                unsafe swap.error_count = count
                unsafe withUnsafePointer(to: process) { unsafe qp_drain($0, &swap, milliseconds) }
                count = unsafe swap.error_count
            }
        }
        drain(atOnce ? 20 : 300)
        isOver = true
        var (copy, status, number) = (process, Int32(0), Int32(0))
        unsafe qp_end(&copy, atOnce ? 1 : 0, &status, &number)
        let tail =
            count <= errors.count
            ? Array(errors.prefix(count))
            : Array(errors[(count % errors.count)...] + errors[..<(count % errors.count)])
        let said = String(decoding: tail, as: UTF8.self)
        if number != 0 { return (.notStarted(Self.words(number)), said) }
        if status < 0 { return (.unknown, said) }
        return (status & 0x7f == 0 ? .exit(status >> 8 & 0xff) : .signal(status & 0x7f), said)
    }

    private static func words(_ number: Int32) -> String {
        unsafe String(cString: strerror(number))
    }
}
