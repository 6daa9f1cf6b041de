// SPDX-License-Identifier: Apache-2.0

/// Finding the k-th largest element without sorting.
///
/// **Determinism**: pivots are medians of three; the answer does not depend on them.
/// **Complexity**: O(n) expected; a run of bad pivots falls back to sorting, O(n log n).
/// Hoare 1961, doi:10.1145/366622.366647.
enum Quickselect {
    /// The element of rank `k`, 1 for the largest. Reorders `elements`.
    static func largest<Element: Comparable>(_ k: Int, of elements: inout [Element]) -> Element {
        precondition(k >= 1 && k <= elements.count, "a rank lies within the elements")
        // In ascending order the wanted position is fixed.
        let position = elements.count - k
        var low = 0
        var high = elements.count - 1
        var patience = 4 * (Int.bitWidth - elements.count.leadingZeroBitCount)
        while low < high {
            patience -= 1
            if patience < 0 || high - low < 16 {
                elements[low...high].sort()
                break
            }
            let pivot = median(elements[low], elements[low + (high - low) / 2], elements[high])
            var i = low
            var j = high
            while i <= j {
                while elements[i] < pivot { i += 1 }
                while pivot < elements[j] { j -= 1 }
                if i <= j {
                    elements.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if position <= j {
                high = j
            } else if position >= i {
                low = i
            } else {
                break
            }
        }
        return elements[position]
    }

    private static func median<T: Comparable>(_ a: T, _ b: T, _ c: T) -> T {
        a < b ? (b < c ? b : max(a, c)) : (a < c ? a : max(b, c))
    }
}
