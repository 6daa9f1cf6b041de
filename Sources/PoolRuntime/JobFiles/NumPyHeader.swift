// SPDX-License-Identifier: Apache-2.0

/// What stands before the numbers of a `.npy` file: a Python dictionary with the keys `descr`,
/// `fortran_order` and `shape`, and no others, as Python would read it: any blanks, quotes, order.
///
/// Reference: NumPy manual, `numpy.lib.format`; NumPy enhancement proposal 1.
struct NumPyHeader {
    /// What a file begins with.
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// The kind of numbers, as `<f8`.
    let kind: String
    /// Whether columns stand one after the other.
    let isByColumns: Bool
    /// The numbers along each axis.
    let shape: [Int]
    /// Bytes before the numbers.
    let bytes: Int

    /// Reads a file's beginning. Versions 1 to 3. Any bytes may come.
    init(_ file: [UInt8]) throws(TableError) {
        guard file.count >= 10, file.starts(with: Self.magic) else {
            throw TableError(message: "is not a NumPy file")
        }
        guard (1...3).contains(file[6]), file[7] == 0 else {
            throw TableError(
                message:
                    "is a NumPy file of version \(file[6]).\(file[7]); 1.0, 2.0 and 3.0 can be read"
            )
        }
        let wide = file[6] >= 2
        let start = wide ? 12 : 10
        guard file.count >= start else { throw TableError(message: "ends within its header") }
        let length = (0..<(wide ? 4 : 2)).reduce(0) { $0 | Int(file[8 + $1]) << (8 * $1) }
        guard length <= file.count - start else {
            throw TableError(message: "ends within its header")
        }
        bytes = start + length
        var literal = PythonLiteral(file[start..<bytes], hasLongs: file[6] <= 2)
        let value = try literal.document()
        guard case .dictionary(let members) = value else {
            throw Self.wrong("is no dictionary")
        }
        func member(_ name: String) throws(TableError) -> PythonLiteral.Value {
            let found = members.filter { $0.key == name }
            guard found.count == 1 else {
                throw Self.wrong(found.isEmpty ? "lacks `\(name)`" : "has `\(name)` twice")
            }
            return found[0].value
        }
        let known = ["descr", "fortran_order", "shape"]
        if let other = members.first(where: { !known.contains($0.key) }) {
            throw Self.wrong("has the unknown key `\(other.key.prefix(40))`")
        }
        switch try member("descr") {
        case .text(let text): kind = text
        case .sequence:
            throw TableError(
                message: "holds records of several fields: save the numbers as "
                    + "numpy.column_stack([array[name] for name in array.dtype.names])")
        default: throw Self.wrong("has a `descr` that is no text")
        }
        guard case .truth(let order) = try member("fortran_order") else {
            throw Self.wrong("has a `fortran_order` that is neither True nor False")
        }
        isByColumns = order
        guard case .sequence(let axes, isTuple: true) = try member("shape") else {
            throw Self.wrong("has a `shape` that is no tuple")
        }
        var shape: [Int] = []
        for axis in axes {
            guard case .number(let count) = axis, count >= 0 else {
                throw Self.wrong("has a `shape` of something else than counts")
            }
            shape.append(count)
        }
        self.shape = shape
    }

    fileprivate static func wrong(_ what: String) -> TableError {
        TableError(
            message: "has a header that \(what): write it with numpy.save, or as NumPy would")
    }
}

/// The literals of Python that a header is made of.
private struct PythonLiteral {
    indirect enum Value {
        case text(String)
        case number(Int)
        case truth(Bool)
        case none
        case sequence([Value], isTuple: Bool)
        case dictionary([(key: String, value: Value)])
    }

    private static let depth = 8
    private let bytes: [UInt8]
    /// Whether whole numbers may end in L, as Python 2 wrote them.
    private let hasLongs: Bool
    private var place = 0

    init(_ bytes: ArraySlice<UInt8>, hasLongs: Bool) {
        self.bytes = Array(bytes)
        self.hasLongs = hasLongs
    }

    private var byte: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipBlanks() {
        while let byte, byte == 32 || (9...13).contains(byte) { place += 1 }
    }

    private mutating func take(_ character: Character) -> Bool {
        skipBlanks()
        guard byte == character.asciiValue else { return false }
        place += 1
        return true
    }

    private func wrong() -> TableError {
        NumPyHeader.wrong("cannot be read at its byte \(place + 1)")
    }

    mutating func document() throws(TableError) -> Value {
        let value = try value(depth: 0)
        skipBlanks()
        guard byte == nil else { throw wrong() }
        return value
    }

    private mutating func value(depth: Int) throws(TableError) -> Value {
        guard depth < Self.depth else { throw wrong() }
        if take("{") { return try dictionary(depth) }
        if take("[") {
            return .sequence(try items("]", depth).items, isTuple: false)
        }
        if take("(") {
            // Brackets around one value without a comma are only brackets.
            let (items, commas) = try items(")", depth)
            if items.count == 1, commas == 0 { return items[0] }
            return .sequence(items, isTuple: true)
        }
        guard let byte else { throw wrong() }
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return .text(try text()) }
        if (48...57).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") {
            return .number(try number())
        }
        let start = place
        while let byte = self.byte, (65...90).contains(byte) || (97...122).contains(byte) {
            place += 1
        }
        switch String(decoding: bytes[start..<place], as: UTF8.self) {
        case "True": return .truth(true)
        case "False": return .truth(false)
        case "None": return .none
        case "u", "U", "b", "B", "r", "R":
            guard self.byte == UInt8(ascii: "'") || self.byte == UInt8(ascii: "\"") else {
                throw wrong()
            }
            return .text(try text())
        default:
            place = start
            throw wrong()
        }
    }

    private mutating func items(
        _ closing: Character, _ depth: Int
    ) throws(TableError) -> (items: [Value], commas: Int) {
        var items: [Value] = []
        var commas = 0
        while !take(closing) {
            guard items.count == commas else { throw wrong() }
            items.append(try value(depth: depth + 1))
            if take(",") { commas += 1 }
        }
        return (items, commas)
    }

    private mutating func dictionary(_ depth: Int) throws(TableError) -> Value {
        var members: [(key: String, value: Value)] = []
        var commas = 0
        while !take("}") {
            guard members.count == commas, case .text(let key) = try value(depth: depth + 1),
                take(":")
            else { throw wrong() }
            members.append((key, try value(depth: depth + 1)))
            if take(",") { commas += 1 }
        }
        return .dictionary(members)
    }

    private mutating func text() throws(TableError) -> String {
        let quote = bytes[place]
        place += 1
        let start = place
        while let byte, byte != quote, byte != UInt8(ascii: "\\"), byte != 10 { place += 1 }
        guard byte == quote else { throw wrong() }
        place += 1
        return String(decoding: bytes[start..<place - 1], as: UTF8.self)
    }

    private mutating func number() throws(TableError) -> Int {
        let start = place
        place += 1
        while let byte, (48...57).contains(byte) || byte == UInt8(ascii: "_") { place += 1 }
        let digits = bytes[start..<place].filter { $0 != UInt8(ascii: "_") }
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
            place = start
            throw wrong()
        }
        if hasLongs, byte == UInt8(ascii: "L") { place += 1 }
        return number
    }
}
