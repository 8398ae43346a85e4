//! `global.failover`: makes another region the primary one of a Global Database now, and gives up what it has not received.
//!
//! It is for the day on which the primary region is down: it can be planned and run while nothing of that region answers.

use jiff::{SignedDuration, Timestamp};

use super::aurora::{Aurora, text};
use super::command::Command;
use super::global::{self, Global};
use super::require;
use super::switchover::verify;
use super::wording::ms;
use crate::operate::work::pieces::{must, unchanged};
use crate::operate::work::{Happened, Progress};
use crate::operate::{
    Call, Change, Danger, Draft, Intent, Plan, Read, Refusal, Sent, Sights, Undo, Verification, Work,
};

/// Makes another region the primary one, and gives up what it has not received.
pub(super) struct GlobalFailover;

/// How long it may take: minutes as a rule (seed 003 §7.2 gives ten for the whole step).
const WITHIN_S: u64 = 900;

impl Work for GlobalFailover {
    fn name(&self) -> &'static str {
        "global.failover"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        global::reads(intent, seen)
    }

    /// Nothing of a region may be seen any more but that it belongs to the Global Database: what must hold of the one that
    /// takes over stands among the preconditions.
    fn needs(&self, read: &Read) -> bool {
        matches!(read, Read::GlobalCluster(_))
    }

    fn settles_in(&self, _: &Call) -> SignedDuration {
        global::SETTLES
    }

    fn fix(&self, intent: &mut Intent, confirmed: &Plan) {
        require::fixed(intent, confirmed, "to");
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _: Timestamp) -> Result<Draft, Refusal> {
        let target = &intent.target;
        let global = Global::of_target(intent, seen)?;
        let heir = global.heir(intent.parameter("to"))?;
        let primary = global.primary();
        let mut preconditions = vec![global::idle(seen, global.id)];
        preconditions.extend(primary.map(|p| unchanged("primary region", &p.region)));
        preconditions.extend(global::ready(heir, seen));
        let old = primary.and_then(|p| Aurora::seen(seen, &p.arn));
        let new = Aurora::seen(seen, &heir.arn);
        let versions = |a: &Aurora<'_>, b: &Aurora<'_>| {
            let version = |c: &Aurora<'_>| text(c.described, "EngineVersion").unwrap_or("not known").to_owned();
            (version(a), version(b))
        };
        if let (Some(p), Some(old), Some(new)) = (primary, &old, &new) {
            let (ours, theirs) = versions(old, new);
            let holds = major(&ours) == major(&theirs);
            let seen = format!("{ours} in {}, {theirs} in {}", p.region, heir.region);
            preconditions.push(must("engine versions", seen, "of one major version", holds));
        }
        let loss = match require::number(seen, &global::lag(heir)) {
            Some(lag) => format!("about the last {} of writes are lost (the lag that was measured last)", ms(lag)),
            None => "how much is lost is not known: no lag was measured in the last minutes".to_owned(),
        };
        let mut said = vec![loss];
        if let (Some(p), Some(old)) = (primary, &old)
            && old.status == "available"
        {
            said.push(format!("{} in {} is available: global.switchover would lose nothing", p.cluster, p.region));
        }
        said.push(global::dropping(&global, seen));
        said.push(format!("then applications must write to {} in {}", heir.cluster, heir.region));
        said.push("going back by global.switchover does not bring back what is lost".to_owned());
        let call = Command::rds(target, "FailoverGlobalCluster", "failover-global-cluster")
            .region(&heir.region)
            .text("GlobalClusterIdentifier", global.id, "--global-cluster-identifier")
            .text("TargetDbClusterIdentifier", &heir.arn, "--target-db-cluster-identifier")
            .yes("AllowDataLoss", "--allow-data-loss");
        Ok(Draft {
            target: target.clone(),
            danger: Danger::DataLoss,
            changes: vec![Change {
                field: "primary region".to_owned(),
                before: primary.map(|p| p.region.clone()),
                after: Some(heir.region.clone()),
            }],
            blast_radius: said.join("; "),
            preconditions,
            calls: vec![call.done()],
            verification: Verification {
                what: format!(
                    "{} is the primary region of {}, and {} and its writer are available",
                    heir.region, global.id, heir.cluster
                ),
                within_s: WITHIN_S,
            },
            undo: primary.map(|p| Undo {
                operation: "global.switchover".to_owned(),
                parameters: [("to".to_owned(), p.region.clone())].into(),
            }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        global::watched(plan)
    }

    fn verify(&self, plan: &Plan, _: &[Sent], seen: &Sights) -> Progress {
        verify(plan, seen, false)
    }

    fn happened(&self, plan: &Plan, _: &Call, seen: &Sights) -> Happened {
        global::happened(plan, seen)
    }
}

/// `16` of `16.8`.
fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}
