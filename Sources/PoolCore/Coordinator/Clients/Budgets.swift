// SPDX-License-Identifier: Apache-2.0

/// What a connection may still ask: it fills at a steady rate up to a bound.
struct Budget {
    /// Nanoseconds until an empty one is full.
    static let fillNanoseconds = Int64(PoolLimits.clientBurst / PoolLimits.clientRate * 1e9)

    private var left = PoolLimits.clientBurst
    private var filled: Instant

    init(now: Instant) { filled = now }

    /// Takes so much at a time; false where it is not there.
    mutating func take(_ cost: Double, at now: Instant) -> Bool {
        left = min(
            PoolLimits.clientBurst,
            left + Double(now.since(filled)) * 1e-9 * PoolLimits.clientRate)
        filled = now
        guard left >= cost else { return false }
        left -= cost
        return true
    }
}

/// Whose budget a message is charged to: a key's, over all its connections, or where there are no keys
/// a connection's.
enum Payer: Shelved {
    case key(PublicKey)
    case route(Route)

    var shelf: UInt8 {
        switch self {
        case .key(let key): key.bytes.reduce(0, &+)
        case .route(let route): route.shelf
        }
    }
}

/// The budgets of all peers that have asked something lately.
///
/// A budget that nothing was taken from for as long as it takes to fill says no more than a new one.
/// So there are two tables: what is used goes to the young one, and when that is as old as a budget
/// takes to fill, the one before it is forgotten whole. Nobody looks through them.
///
/// **Complexity**: `take` O(1), whatever the number of peers; memory for those of the last forty seconds.
struct Budgets {
    private var young = ShelvedTable<Payer, Budget>()
    private var old = ShelvedTable<Payer, Budget>()
    private var turned = Instant.zero

    /// Peers whose budgets are kept.
    var count: Int { young.count + old.count }

    /// Takes so much from a peer's budget; false where it is not there.
    mutating func take(_ cost: Double, of payer: Payer, at now: Instant) -> Bool {
        if now.since(turned) >= Budget.fillNanoseconds {
            old = young
            young = ShelvedTable()
            turned = now
        }
        var budget = young[payer] ?? old.removeValue(forKey: payer) ?? Budget(now: now)
        let isGranted = budget.take(cost, at: now)
        young[payer] = budget
        return isGranted
    }
}
