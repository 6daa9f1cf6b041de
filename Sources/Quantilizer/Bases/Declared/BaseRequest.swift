// SPDX-License-Identifier: Apache-2.0

/// What makes a base of what a job file says of it: the node with its place, and the language it is in.
struct BaseRequest {
    var node: JobNode
    var path: String
    var resources: JobResources
    var depth: Int
    /// The bases that may stand inside this one.
    var language: any BaseLanguage.Type

    /// Runs an initialiser; what it throws is put at its parameter's place.
    static func located(
        _ map: JobMapping, _ make: () throws(BaseError) -> any BaseDistribution
    ) throws(JobError) -> any BaseDistribution {
        do throws(BaseError) {
            return try make()
        } catch {
            var copy = map
            let key = map.has(error.parameter) ? error.parameter : nil
            copy.note(key, key == nil ? error.description : error.message)
            throw JobError(copy.diagnostics)
        }
    }
}

/// All bases by name, as bases that are made of others see them: ``BaseRegistry`` is the one there is.
protocol BaseLanguage {
    /// The names of all bases.
    static var names: [String] { get }
    /// Other names of bases, and whose they are.
    static var otherNames: [String: String] { get }
    /// The base of a name, or of another name of it.
    static func declaration(of name: String) -> BaseDeclaration?
    /// Builds the base that a node describes.
    static func make(
        _ node: JobNode, resources: JobResources, path: String, depth: Int
    ) throws(JobError) -> any BaseDistribution
    /// Builds the base of a name with what stands behind it.
    static func build(
        _ name: String, at position: SourcePosition, _ parameters: JobNode,
        _ resources: JobResources, _ path: String, _ depth: Int
    ) throws(JobError) -> any BaseDistribution
    /// Reads bases under names, side by side.
    static func marginals(
        _ request: BaseRequest
    ) throws(JobError) -> [(name: String, base: any BaseDistribution)]
}
