// SPDX-License-Identifier: Apache-2.0

/// The methods by the names that a job file has for them, in the order in which they are told.
///
/// A new method is its folder, with its ``MethodRoom`` and its ``AskedMethod``, and a line here.
enum MethodRegistry {
    /// What may stand under `method`.
    static let methods: [any AskedMethod.Type] = [
        AskedExact.self,
        AskedBestOfN.self,
        AskedThreshold.self,
        AskedSplitting.self,
        AskedImportance.self,
        AskedCrossEntropy.self,
        AskedScreened.self,
        AskedBand.self,
        AskedTilt.self,
        AskedMinimax.self,
        AskedImpact.self,
        AskedPlain.self,
    ]

    /// Analyses whose key says the method.
    static let analyses: [any AskedMethod.Type] = [AskedAttack.self, AskedSearch.self]

    /// The names that may stand under `method`.
    static let names = ["auto"] + methods.map { $0.name }

    /// Methods that estimate the probability of an event.
    static let ofEvents = methods.filter { $0.declaration.estimating != .never }.map { $0.name }

    /// The methods that do what is asked, as a refusal tells of them: of an event those that estimate, else
    /// those that draw.
    static func names(
        isEstimate: Bool, _ does: (MethodNature) -> Bool
    ) -> [String] {
        methods.filter {
            $0.declaration.estimating != (isEstimate ? .never : .always) && does($0.nature)
        }
        .map { $0.name }
    }

    /// The method of a name.
    static func method(_ name: String) -> (any AskedMethod.Type)? {
        methods.first { $0.declaration.allNames.contains(name) }
    }
}
