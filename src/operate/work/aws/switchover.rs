//! `global.switchover`: makes another region the primary one of a Global Database, without loss.

use jiff::{SignedDuration, Timestamp};

use super::aurora::{Aurora, text};
use super::command::Command;
use super::global::{self, Global};
use super::require;
use super::wording::{and, ms};
use crate::operate::work::pieces::{change, must, unchanged};
use crate::operate::work::{Happened, Progress};
use crate::operate::{Call, Danger, Draft, Intent, Plan, Read, Refusal, Sent, Sights, Undo, Verification, Work};

/// Makes another region the primary one, without loss.
pub(super) struct Switchover;

/// How long it may take: a few minutes as a rule; it waits until the other region has received everything.
const WITHIN_S: u64 = 900;

/// The longest lag with which a switchover is begun. It waits for everything to arrive, with writes held meanwhile.
const LONGEST_LAG_MS: f64 = 60_000.0;

/// The precondition on lag, which never stands still.
const LAG: &str = "replication lag";

impl Work for Switchover {
    fn name(&self) -> &'static str {
        "global.switchover"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        global::reads(intent, seen)
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
        let primary = global.primary().ok_or_else(|| {
            Refusal::because(format!("no region of {} is the primary one: look at it in the RDS console", global.id))
        })?;
        let old = Aurora::seen(seen, &primary.arn);
        let new = Aurora::seen(seen, &heir.arn);
        let status = old.as_ref().map_or_else(
            || format!("not known: {}", require::why_not(seen, &Read::DbCluster(primary.arn.clone()))),
            |c| c.status.clone(),
        );
        let version = |c: &Option<Aurora<'_>>| {
            let version = c.as_ref().and_then(|c| text(c.described, "EngineVersion"));
            version.unwrap_or("not known").to_owned()
        };
        let (ours, theirs) = (version(&old), version(&new));
        let lag = require::number(seen, &global::lag(heir));
        let mut preconditions = vec![
            global::idle(seen, global.id),
            unchanged("primary region", &primary.region),
            require::is(format!("{} status", primary.cluster), status, "available"),
        ];
        preconditions.extend(global::ready(heir, seen));
        preconditions.extend(heir.synchronization.as_deref().map(|s| require::is("synchronization", s, "connected")));
        preconditions.push(must(
            "engine versions",
            format!("{ours} in {}, {theirs} in {}", primary.region, heir.region),
            "equal",
            ours == theirs && ours != "not known",
        ));
        preconditions.push(must(
            LAG,
            lag.map_or_else(|| "no number of the last minutes".to_owned(), ms),
            format!("seen, and at most {}", ms(LONGEST_LAG_MS)),
            lag.is_some_and(|lag| lag <= LONGEST_LAG_MS),
        ));
        let call = Command::rds(target, "SwitchoverGlobalCluster", "switchover-global-cluster")
            .region(&primary.region)
            .text("GlobalClusterIdentifier", global.id, "--global-cluster-identifier")
            .text("TargetDbClusterIdentifier", &heir.arn, "--target-db-cluster-identifier");
        let blast_radius = format!(
            "nothing that was written is lost; writes stop for some minutes, until {} has received everything ({}); {}; then \
             applications must write to {} in {}",
            heir.region,
            lag.map_or_else(|| "its lag is not known".to_owned(), |lag| format!("it lags by {}", ms(lag))),
            global::dropping(&global, seen),
            heir.cluster,
            heir.region,
        );
        Ok(Draft {
            target: target.clone(),
            danger: Danger::Disruptive,
            changes: vec![change("primary region", &primary.region, &heir.region)],
            blast_radius,
            preconditions,
            calls: vec![call.done()],
            verification: Verification {
                what: format!(
                    "{} is the primary region of {}, {} and its writer are available, and nothing is under way",
                    heir.region, global.id, heir.cluster
                ),
                within_s: WITHIN_S,
            },
            undo: Some(Undo {
                operation: self.name().to_owned(),
                parameters: [("to".to_owned(), primary.region.clone())].into(),
            }),
        })
    }

    fn moved(&self, confirmed: &Plan, fresh: &Draft) -> Vec<String> {
        require::moved_but(confirmed, fresh, &[LAG])
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        global::watched(plan)
    }

    fn verify(&self, plan: &Plan, _: &[Sent], seen: &Sights) -> Progress {
        verify(plan, seen, true)
    }

    fn happened(&self, plan: &Plan, _: &Call, seen: &Sights) -> Happened {
        global::happened(plan, seen)
    }
}

/// How far a Global Database's move is. A forced one is over for us once the new region serves (not `settles`): the service
/// may go on rebuilding the region that was lost for hours.
pub(super) fn verify(plan: &Plan, seen: &Sights, settles: bool) -> Progress {
    let id = plan.target.global.clone().unwrap_or_default();
    let Some(global) = Global::seen(seen, &id) else {
        let why = require::why_not(seen, &Read::GlobalCluster(id.clone()));
        return Progress::Waiting(format!("{id} cannot be seen: {why}"));
    };
    let Some(primary) = global.primary() else {
        return Progress::Waiting(format!("no region of {id} is the primary one; it is {}", global.status));
    };
    if primary.arn != global::wanted(plan) {
        let state = global.moving().map_or_else(|| "nothing is under way".to_owned(), |word| format!("{id} is {word}"));
        return Progress::Waiting(format!("{} is still the primary region; {state}", primary.region));
    }
    let mut behind: Vec<String> =
        global.moving().filter(|_| settles).map(|word| format!("{id} is {word}")).into_iter().collect();
    match Aurora::seen(seen, &primary.arn) {
        None => {
            let why = require::why_not(seen, &Read::DbCluster(primary.arn.clone()));
            behind.push(format!("{} cannot be seen: {why}", primary.cluster));
        }
        Some(cluster) => {
            if cluster.status != "available" {
                behind.push(format!("{} is {}", primary.cluster, cluster.status));
            }
            match cluster.writer() {
                Some(writer) if writer.available() => {}
                Some(writer) => behind.push(format!("{} is {}", writer.name, writer.status)),
                None => behind.push(format!("{} has no writer", primary.cluster)),
            }
        }
    }
    let region = &primary.region;
    if behind.is_empty() {
        Progress::Done(format!("{region} is the primary region; {} and its writer are available", primary.cluster))
    } else {
        Progress::Waiting(format!("{region} is the primary region; {}", and(&behind)))
    }
}
