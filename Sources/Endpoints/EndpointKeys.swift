// SPDX-License-Identifier: Apache-2.0

/// The secrets by which endpoints know who asks. They are given to the program that asks, and stand in
/// no job, log or store.
public struct EndpointKeys: Sendable {
    private var keys: [(rule: String, key: String)] = []

    /// None.
    public init() {}

    /// Reads lines of a URL and its key; empty lines and those that begin with `#` are passed over.
    /// The key of the longest URL that a request begins with is used.
    ///
    /// - Throws: with the line, never with the key.
    public init(text: String) throws(EndpointKeyError) {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 2, first.hasPrefix("http") else {
                throw EndpointKeyError(
                    message: "line \(number + 1): expected a URL, a space and its key")
            }
            add(first, key: words[1])
        }
    }

    /// Adds the key of all URLs that begin so.
    public mutating func add(_ url: String, key: String) {
        var plain = url[...]
        while plain.last == "/" { plain.removeLast() }
        keys.append((String(plain), key))
    }

    /// The key for a URL; nil for none.
    func key(for url: String) -> String? {
        keys.filter { url == $0.rule || url.hasPrefix($0.rule + "/") }
            .max { $0.rule.utf8.count < $1.rule.utf8.count }?.key
    }
}

/// Why keys cannot be read.
public struct EndpointKeyError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// What is wrong.
    public var description: String { message }
}
