// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestMarks
import Testing

/// Workers of other builds: the program with one coefficient of its arithmetic changed.
@Suite(.disabled(if: isQuick, "builds another program")) struct MixedBuildTests {
    /// The second coefficient of a table in `qk_coefficients.h`, as it lies in a program.
    private static func coefficient(_ table: String) throws -> [UInt8] {
        let header = try String(
            contentsOfFile: repository + "/Sources/CKernels/qk_coefficients.h", encoding: .utf8)
        let start = try #require(header.range(of: "double \(table)["))
        let lines = header[start.upperBound...].split(separator: "\n").dropFirst()
        let text = try #require(lines.dropFirst().first)
            .trimmingCharacters(in: CharacterSet(charactersIn: " ,"))
        let value = try #require(Double(text))
        return (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * $0)) }
    }

    /// The program with a bit in the middle of a coefficient turned, wherever the compiler put it.
    private static func otherBuild(_ table: String, in folder: TemporaryFolder) throws -> String {
        var program = try Data(contentsOf: URL(fileURLWithPath: qpoolPath))
        let wanted = Data(try coefficient(table))
        var changed = 0
        var from = program.startIndex
        while let found = program.range(of: wanted, in: from..<program.endIndex) {
            program[found.lowerBound + 3] ^= 1
            from = found.upperBound
            changed += 1
        }
        try #require(changed > 0, "\(table) is not in the program")
        let path = folder.path + "/qpool-\(table)"
        try program.write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    /// Every table but `qk_c_cbrt`, whose coefficients begin an iteration that ends at the same bits,
    /// and `qk_c_log1p`, whose leading ones are round numbers that stand elsewhere too.
    @Test(
        .timeLimit(.minutes(3)),
        arguments: [
            "qk_c_log", "qk_c_exp", "qk_c_powlog", "qk_c_sin", "qk_c_cos", "qk_c_sinquarter",
            "qk_c_atan", "qk_c_asin", "qk_c_erf", "qk_c_erfcx", "qk_c_lgamma", "qk_c_stirling",
        ])
    func aWorkerWithOneOtherCoefficientIsRefused(_ table: String) throws {
        let folder = try TemporaryFolder()
        let other = try Self.otherBuild(table, in: folder)
        let pool = try LocalPool()
        let worker = try output([
            "timeout", "30", other, "worker", "--connect", pool.endpoint, "--threads", "1",
        ])
        #expect(worker.status == 6, "\(worker.text)")
        #expect(worker.text.contains("sentinel samples"), "\(worker.text)")
        #expect(try pool.workerCount() == 0)
        // The same program as the coordinator's is welcome.
        try pool.addWorker()
        #expect(try pool.waitForWorkers(1))
    }
}
