//! `database.failover`: makes a reader of a cluster its writer.

use jiff::{SignedDuration, Timestamp};

use super::aurora::{self, Aurora, Member, connections};
use super::command::Command;
use super::wording::{and, ms};
use super::{global, name, require};
use crate::operate::work::pieces::{change, counted, unchanged};
use crate::operate::work::{Happened, Progress};
use crate::operate::{Call, Danger, Draft, Intent, Plan, Read, Refusal, Sent, Sights, Undo, Verification, Work};

/// Makes a reader the writer.
pub(super) struct Failover;

/// How long it may take: Aurora promotes a reader within a minute or two; the former writer may restart for longer.
const WITHIN_S: u64 = 300;

impl Work for Failover {
    fn name(&self) -> &'static str {
        "database.failover"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let mut reads = aurora::reads(&intent.target);
        reads.extend(intent.target.global.clone().map(Read::GlobalCluster));
        for member in Aurora::seen(seen, &intent.target.id).iter().flat_map(|c| &c.members) {
            reads.push(connections(&member.name));
            if !member.writer {
                reads.push(lag(&member.name));
            }
        }
        reads
    }

    fn settles_in(&self, _: &Call) -> SignedDuration {
        // The cluster may serve on for a while before it says that it fails over.
        SignedDuration::from_secs(60)
    }

    fn fix(&self, intent: &mut Intent, confirmed: &Plan) {
        require::fixed(intent, confirmed, "to");
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _: Timestamp) -> Result<Draft, Refusal> {
        let target = &intent.target;
        let cluster = Aurora::of_target(intent, seen)?;
        let writer = cluster.writer().ok_or_else(|| {
            Refusal::because(format!("RDS names no writer of {}: look at it in the RDS console", target.id))
        })?;
        let to = match intent.parameter("to") {
            Some(wanted) => chosen(&cluster, target.id.as_str(), wanted)?,
            None => best(&cluster, writer, seen).ok_or_else(|| {
                Refusal::because(format!(
                    "{} has no reader that could take over: add one with database.add-reader",
                    target.id
                ))
            })?,
        };
        let mut preconditions = vec![
            require::is("status", &cluster.status, "available"),
            unchanged("writer", &writer.name),
            require::is(format!("{} status", to.name), &to.status, "available"),
        ];
        preconditions.extend(target.global.as_deref().map(|id| global::idle(seen, id)));
        let call = Command::rds(target, "FailoverDBCluster", "failover-db-cluster")
            .text("DBClusterIdentifier", &target.id, "--db-cluster-identifier")
            .text("TargetDBInstanceIdentifier", &to.name, "--target-db-instance-identifier");
        Ok(Draft {
            target: target.clone(),
            danger: Danger::Disruptive,
            changes: vec![change("writer", &writer.name, &to.name)],
            blast_radius: blast_radius(&cluster, writer, to, seen),
            preconditions,
            calls: vec![call.done()],
            verification: Verification {
                what: format!("{} is the writer, and the cluster and every member are available", to.name),
                within_s: WITHIN_S,
            },
            undo: Some(Undo {
                operation: self.name().to_owned(),
                parameters: [("to".to_owned(), writer.name.clone())].into(),
            }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        aurora::reads(&plan.target)
    }

    fn verify(&self, plan: &Plan, _: &[Sent], seen: &Sights) -> Progress {
        let Some(cluster) = Aurora::seen(seen, &plan.target.id) else {
            return Progress::Waiting(unseen(plan, seen));
        };
        let wanted = wanted(plan);
        let settled = cluster.status == "available";
        match cluster.writer() {
            Some(writer) if name::same(&writer.name, wanted) => {
                let behind: Vec<String> = cluster
                    .members
                    .iter()
                    .filter(|m| !m.available())
                    .map(|m| format!("{} is {}", m.name, m.status))
                    .collect();
                if settled && behind.is_empty() {
                    return Progress::Done(format!(
                        "{wanted} is the writer; the cluster and {} are available",
                        counted(cluster.members.len(), "member")
                    ));
                }
                let cluster = (!settled).then(|| format!("the cluster is {}", cluster.status));
                let behind: Vec<String> = cluster.into_iter().chain(behind).collect();
                Progress::Waiting(format!("{wanted} is the writer; {}", and(&behind)))
            }
            Some(other) if settled && !was(plan, &other.name) => {
                Progress::Failed(format!("{} became the writer, not {wanted}", other.name))
            }
            Some(other) => {
                Progress::Waiting(format!("{} is still the writer; the cluster is {}", other.name, cluster.status))
            }
            None => Progress::Waiting(format!("no member is the writer; the cluster is {}", cluster.status)),
        }
    }

    fn happened(&self, plan: &Plan, _: &Call, seen: &Sights) -> Happened {
        let Some(cluster) = Aurora::seen(seen, &plan.target.id) else { return Happened::Unclear(unseen(plan, seen)) };
        match cluster.writer() {
            Some(writer) if !was(plan, &writer.name) => Happened::Yes(format!("{} is the writer", writer.name)),
            _ if cluster.status == "failing-over" => Happened::Yes("the cluster is failing over".to_owned()),
            Some(writer) if cluster.status == "available" => {
                Happened::NotSeen(format!("{} is still the writer, and the cluster is available", writer.name))
            }
            _ => Happened::Unclear(format!("the cluster is {}", cluster.status)),
        }
    }
}

fn lag(instance: &str) -> Read {
    Read::InstanceMetric { metric: "AuroraReplicaLag".to_owned(), instance: instance.to_owned() }
}

fn wanted(plan: &Plan) -> &str {
    plan.changes.first().and_then(|c| c.after.as_deref()).unwrap_or("")
}

fn was(plan: &Plan, writer: &str) -> bool {
    plan.changes.first().and_then(|c| c.before.as_deref()).is_some_and(|before| name::same(before, writer))
}

fn unseen(plan: &Plan, seen: &Sights) -> String {
    let cluster = Read::DbCluster(plan.target.id.clone());
    let blocked = if seen.there(&cluster).is_some() { Read::DbInstances(plan.target.id.clone()) } else { cluster };
    format!("{} cannot be seen: {}", plan.target.id, require::why_not(seen, &blocked))
}

/// The reader that was asked for.
fn chosen<'c>(cluster: &'c Aurora<'_>, id: &str, wanted: &str) -> Result<&'c Member, Refusal> {
    match cluster.member(wanted) {
        Some(member) if member.writer => {
            Err(Refusal::because(format!("{} is the writer of {id} already", member.name)))
        }
        Some(member) => Ok(member),
        None => {
            let readers: Vec<&str> = cluster.readers().map(|m| m.name.as_str()).collect();
            Err(Refusal::because(format!(
                "`to={}` is no member of {id}; its readers: {}",
                wanted.escape_debug(),
                and(&readers)
            )))
        }
    }
}

/// The best reader: available, of the lowest promotion tier, not smaller than the writer, with the least lag. Lag counts
/// in three bands (seed 003 §6.2: warning from 100 ms, critical from 1,000 ms), so that its noise does not change the choice
/// between plan and call.
fn best<'c>(cluster: &'c Aurora<'_>, writer: &Member, seen: &Sights) -> Option<&'c Member> {
    let band = |member: &Member| match require::number(seen, &lag(&member.name)) {
        Some(ms) if ms < 100.0 => 0,
        Some(ms) if ms < 1_000.0 => 1,
        Some(_) => 2,
        None => 3,
    };
    // A reader without a tier has the last one.
    cluster.readers().min_by_key(|m| {
        let smaller = cluster.smaller(m.class.as_deref(), writer.class.as_deref());
        (!m.available(), m.tier.unwrap_or(15), smaller, band(m), m.name.clone())
    })
}

fn blast_radius(cluster: &Aurora<'_>, writer: &Member, to: &Member, seen: &Sights) -> String {
    let mut said = vec![dropping(&[writer, to], seen)];
    said.push("writes fail until the new writer answers, about half a minute".to_owned());
    let readers: Vec<&str> =
        cluster.members.iter().filter(|m| m.name != to.name && m.available()).map(|m| m.name.as_str()).collect();
    said.push(format!("{} left afterwards: {}", counted(readers.len(), "reader"), and(&readers)));
    if cluster.smaller(to.class.as_deref(), writer.class.as_deref()) {
        let class = |m: &Member| m.class.clone().unwrap_or_default();
        said.push(format!("{} ({}) is smaller than {} ({})", to.name, class(to), writer.name, class(writer)));
    }
    match require::number(seen, &lag(&to.name)) {
        Some(value) if value >= 1_000.0 => said.push(format!("{} lags by {}", to.name, ms(value))),
        Some(_) => {}
        None => said.push(format!("the lag of {} is not known", to.name)),
    }
    said.join("; ")
}

/// `465 connections drop (310 to orders-1, 155 to orders-2)`; what is not known is said.
pub(super) fn dropping(members: &[&Member], seen: &Sights) -> String {
    let known: Vec<(&str, Option<f64>)> =
        members.iter().map(|m| (m.name.as_str(), require::number(seen, &connections(&m.name)))).collect();
    sum(&known)
}

/// The same of numbers that were read already.
pub(super) fn sum(known: &[(&str, Option<f64>)]) -> String {
    let each: Vec<String> = known
        .iter()
        .map(|(name, n)| n.map_or_else(|| format!("unknown to {name}"), |n| format!("{n:.0} to {name}")))
        .collect();
    let total: f64 = known.iter().filter_map(|(_, n)| *n).sum();
    if known.iter().all(|(_, n)| n.is_none()) {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        return format!("every connection to {} drops; how many is not known", and(&names));
    }
    let at_least = if known.iter().any(|(_, n)| n.is_none()) { "at least " } else { "" };
    format!("{at_least}{total:.0} connections drop ({})", each.join(", "))
}
