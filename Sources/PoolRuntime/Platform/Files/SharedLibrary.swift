// SPDX-License-Identifier: Apache-2.0
internal import Quantilizer
#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A function of a shared library with the ABI of `clients/c/qpool_plugin.h`.
///
/// The library is never unloaded. What it does to this process cannot be guarded against: one that
/// is not trusted belongs behind a process.
@safe
struct SharedLibrary: Sendable {
    /// The version of the ABI that this program speaks.
    static let version: Int32 = 1

    private typealias Version = @convention(c) @Sendable () -> Int32
    private typealias Function =
        @convention(c) @Sendable (
            UInt64, UInt32, UnsafePointer<UnsafePointer<Double>?>?, UnsafeMutablePointer<Double>?
        ) -> Int32

    private let function: Function

    /// Loads a library and finds the function.
    init(path: String, function name: String) throws(FunctionRefusal) {
        guard let library = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw FunctionRefusal("cannot be loaded: \(Self.reason)")
        }
        guard let version = unsafe dlsym(library, "qpool_plugin_version") else {
            throw FunctionRefusal(
                "has no function `qpool_plugin_version`; see clients/c/qpool_plugin.h")
        }
        let spoken = unsafe unsafeBitCast(version, to: Version.self)()
        guard spoken == Self.version else {
            throw FunctionRefusal(
                "speaks version \(spoken) of the plugin interface, this program \(Self.version)")
        }
        guard let found = unsafe dlsym(library, name) else {
            throw FunctionRefusal("has no function `\(name)`")
        }
        unsafe function = unsafeBitCast(found, to: Function.self)
    }

    /// Calls the function on lanes `0..<lanes`; false where it says that it failed.
    func call(
        lanes: Int, dimension: Int, values: borrowing Columns, results: inout Columns, column: Int
    ) -> Bool {
        precondition(dimension <= values.count && lanes <= values.capacity)
        precondition(column < results.count && lanes <= results.capacity)
        return unsafe withUnsafeTemporaryAllocation(
            of: UnsafePointer<Double>?.self, capacity: max(1, dimension)
        ) { pointers in
            for j in 0..<dimension {
                unsafe pointers.initializeElement(at: j, to: UnsafePointer(values.pointer(j)))
            }
            let code = unsafe function(
                UInt64(lanes), UInt32(dimension), UnsafePointer(pointers.baseAddress),
                results.pointer(column))
            return code == 0
        }
    }

    private static var reason: String {
        guard let text = unsafe dlerror() else { return "no reason is given" }
        return unsafe String(cString: text)
    }
}
