//! The services' own status words, and how bad each of them is.

use crate::judge::Level;

/// RDS words under which a cluster or a member serves as ever.
const RDS_SERVES: [&str; 6] = [
    "available",
    "backing-up",
    "storage-optimization",
    "storage-config-upgrade",
    "configuring-enhanced-monitoring",
    "configuring-log-exports",
];

/// RDS words for one that has failed or cannot be reached until someone acts.
const RDS_FAILED: [&str; 13] = [
    "failed",
    "cloning-failed",
    "migration-failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "incompatible-create",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "restore-error",
    "storage-full",
];

/// How bad an RDS status is: critical for one that has failed, a warning for one that is stopped or changing
/// (`modifying`, `failing-over`, `rebooting`, … and any word that we do not know).
pub(super) fn rds(word: &str) -> Level {
    if RDS_SERVES.contains(&word) {
        Level::Ok
    } else if RDS_FAILED.contains(&word) {
        Level::Critical
    } else {
        Level::Warning
    }
}

/// How bad an EKS cluster's status is: critical for `FAILED`, a warning for one that is changing.
pub(super) fn eks(word: &str) -> Level {
    match word {
        "ACTIVE" => Level::Ok,
        "FAILED" => Level::Critical,
        _ => Level::Warning,
    }
}

/// Whether a node group or an add-on is broken: `DEGRADED`, `CREATE_FAILED` and their like. One that is changing is not.
pub(super) fn broken(word: &str) -> bool {
    word == "DEGRADED" || word.ends_with("FAILED")
}
