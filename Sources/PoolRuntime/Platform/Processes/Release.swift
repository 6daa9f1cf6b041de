// SPDX-License-Identifier: Apache-2.0

/// This release of Quantilizer Pool.
public enum Release {
    /// The version, by semantic versioning.
    public static let version = "0.2.0"
}
