//! What to do next about an alert: the actions that the seeds' tables and runbooks name.

use crate::judge::RuleId;

/// A few words: the first thing to do, from the Action column of seed 003 §6.2 and the runbooks of §6.4.
pub(super) fn next(rule: RuleId) -> &'static str {
    match rule {
        RuleId::DatabaseConnectionsPercent => "pool connections or add a reader",
        RuleId::DatabaseCpuPercent => "scale the writer or add a reader",
        RuleId::DatabaseFreeableMemoryPercent => "scale to a larger class",
        RuleId::DatabaseReplicaLagMs => "look at the network and the writer's load",
        RuleId::DatabaseStatus => "look at the RDS events",
        RuleId::ClusterCpuPercent | RuleId::ClusterMemoryPercent => "look at the autoscalers, resize",
        RuleId::ClusterNodesPercentOfMax => "raise the node group's max",
        RuleId::ClusterNodesNotReady => "look at the nodes, drain what is dead",
        RuleId::ClusterPodsPending => "look why they cannot be scheduled",
        RuleId::ClusterStatus => "look at the EKS console",
        RuleId::WorkloadRestarts1h => "runbook CrashLoopBackOff: pods, previous logs, describe",
        RuleId::WorkloadDegraded => "look at its pods and its rollout",
        RuleId::AppLatencyP99Ms => "scale, look for the slow part",
        RuleId::AppErrors5xxPercent => "page, look at the last rollout",
        RuleId::AppErrors4xxPercent => "read the logs, check for abuse",
        RuleId::AppRequestsChangePercent => "scale up, check for an attack",
        RuleId::SloBurn => "find what changed, roll it back",
        RuleId::SloBudget => "stop risky changes until it has recovered",
        RuleId::BudgetActualPercent | RuleId::BudgetForecastPercent => "look at the costs by service",
        RuleId::AccountIdentity => "correct the credentials or the estate file",
        RuleId::Team(_) => "see why",
        RuleId::SourceFailing => "read the source's error, run quarterdeck check",
    }
}
