// SPDX-License-Identifier: Apache-2.0

/// Something wrong with a key, a file that holds keys, or the way to a coordinator.
public struct SecurityError: Error, Sendable, Hashable, CustomStringConvertible {
    /// An open code: others may come.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code, for programs.
        public var rawValue: String
        /// A code.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A file that cannot be read or written.
        public static let file = Code(rawValue: "file")
        /// A file that others may read or write.
        public static let mode = Code(rawValue: "file-mode")
        /// A file whose content is wrong.
        public static let content = Code(rawValue: "content")
        /// A name that is taken.
        public static let taken = Code(rawValue: "taken")
        /// An endpoint or a flag that is wrong.
        public static let usage = Code(rawValue: "usage")
        /// Encryption was wanted and there is none.
        public static let plaintext = Code(rawValue: "plaintext")
    }

    /// What kind of error.
    public var code: Code
    /// The file or flag; empty where there is none.
    public var place: String
    /// The line, from 1; nil where it does not matter.
    public var line: Int?
    /// What is wrong.
    public var message: String
    /// What to do about it.
    public var remedy: String

    /// An error.
    public init(
        _ code: Code, place: String, line: Int? = nil, _ message: String, remedy: String
    ) {
        self.code = code
        self.place = place
        self.line = line
        self.message = message
        self.remedy = remedy
    }

    /// `place:line: message (remedy)`.
    public var description: String {
        let where_ = line.map { "\(place):\($0): " } ?? (place.isEmpty ? "" : "\(place): ")
        return where_ + message + (remedy.isEmpty ? "" : " (\(remedy))")
    }
}
