// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension Machine {
    /// The path of the program that is running.
    public static var executablePath: String {
        let link = "/proc/self/exe"
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: link))
            ?? CommandLine.arguments[0]
    }
}
