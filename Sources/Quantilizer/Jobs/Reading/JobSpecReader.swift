// SPDX-License-Identifier: Apache-2.0

/// Reads the keys of a job file one by one, collecting what is wrong.
struct JobSpecReader {
    var map: JobMapping
    /// The tables that the job names.
    var tables: [String: DataTable] = [:]
    /// The proposal that `method: importance` gives, not yet read.
    var proposalNode: JobNode?
    /// The function that `method: screened` or `impact` gives, not yet read.
    var auxiliaryNode: (name: String, key: String, node: JobNode)?
    /// The path of the method's settings, by the name that the file has for it.
    var methodPath = "method"
    /// What `method: screened` ranks texts by after each stage, not yet read; nil for the utility.
    var stageNodes: [JobNode?] = []
    /// The event and its level function, as the job has them.
    var estimated: (event: NamedUtility, level: NamedUtility?)?
    /// What is swept over, and its quantiles with the name of what is wanted in truth.
    var sweep: SweepShape?
    var swept: (quantiles: [Double], value: String?)?
    /// What is looked for in base samples.
    var audit: AuditShape?
    /// The numbers and the parts of a search.
    var searching: SearchSettings?
    var search: SearchShape?
    /// What `method: auto` chooses by, and what it came to.
    var circumstances: (base: any BaseDistribution, utilities: [NamedUtility], draws: Int)?
    var chooser: MethodChooser?
    /// Names that formulas may use beside the base's values.
    var constants: [String: Double] = [:]
    /// Names that formulas may use for formulas: the job's `define`, and later its utilities.
    var definitions: [String: FormulaDefinition] = [:]
    /// What bases and their keys are called in the normalised job.
    var usualNames = UsualNames()
    /// The names under `define`, in their order.
    var definitionOrder: [String] = []

    init(_ node: JobNode) { map = JobMapping(node, path: "", parameters: JobKeys.all) }
}
