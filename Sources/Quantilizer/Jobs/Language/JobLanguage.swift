// SPDX-License-Identifier: Apache-2.0

/// What the job language says of itself: every key of a job, and every method, analysis and function, as its reader
/// declares it.
public enum JobLanguage {
    /// The keys of a job file, in their usual order.
    public static let settings: [JobParameter] = JobKeys.all

    /// What may stand under `method`.
    public static let methods: [SettingsDeclaration] =
        MethodRegistry.methods.map { $0.declaration } + [MethodChooser.declaration]

    /// Keys that ask for more than draws.
    public static let analyses: [SettingsDeclaration] =
        [SweepKeys.declaration, AuditKeys.declaration]
        + MethodRegistry.analyses.map { $0.declaration }

    /// What the method of a name does whatever its settings are; of a name that is no method's, nothing.
    package static func nature(ofMethod name: String) -> MethodNature {
        MethodRegistry.method(name)?.nature ?? MethodNature()
    }

    /// What may stand where a function may, other than a formula.
    public static let functions: [SettingsDeclaration] = FunctionDeclarations.all

    /// The key or the function of a name.
    public static func setting(_ name: String) -> Setting? {
        if let found = settings.first(where: { $0.allKeys.contains(name) }) { return .key(found) }
        return find(name, in: functions).map { .function($0) }
    }

    /// The declaration of a name, or of another name of it.
    public static func find(
        _ name: String, in declarations: [SettingsDeclaration]
    ) -> SettingsDeclaration? {
        declarations.first { $0.allNames.contains(name) }
    }

    /// What `qpool help setting` may tell of.
    public enum Setting: Sendable {
        /// A key of the job.
        case key(JobParameter)
        /// What may stand for a function.
        case function(SettingsDeclaration)

        /// The page of `qpool help setting NAME`.
        public var help: String {
            switch self {
            case .key(let key): key.help
            case .function(let function): function.help
            }
        }
    }

    /// The keys under which a data file is named, by the name of what stands above: `file` of `empirical`, say.
    ///
    /// Whoever reads a job file reads these first.
    public static let tableKeys: [String: String] = {
        var keys: [String: String] = [:]
        for base in BaseRegistry.declarations {
            for parameter in base.parameters where parameter.isTable {
                for name in [base.name] + base.otherNames { keys[name] = parameter.key }
            }
        }
        for declaration in methods + analyses {
            for parameter in declaration.group.parameters {
                for inner in parameter.groups.flatMap(\.parameters) where inner.isTable {
                    for name in parameter.allKeys { keys[name] = inner.key }
                }
            }
        }
        return keys
    }()
}

extension JobParameter {
    /// Whether it is the path of a data file.
    fileprivate var isTable: Bool {
        if case .table = kind { true } else { false }
    }

    /// The page of `qpool help setting NAME`.
    fileprivate var help: String {
        var lines = ["\(key): \(sentence)", ""] + helpLines + [""]
        if let example { lines += ["Example:", "  \(key): \(example)", ""] }
        if JobLanguage.find(key, in: JobLanguage.analyses) != nil {
            lines.append("Its settings: qpool help analysis \(key)")
        } else if key == JobKeys.method.key {
            lines.append("The methods: qpool help methods")
        } else if key == JobKeys.base.key {
            lines.append("The bases: qpool help bases")
        } else {
            lines.append("More: docs/jobs.md")
        }
        return lines.joined(separator: "\n")
    }
}
