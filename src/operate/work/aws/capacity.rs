//! `database.capacity`: sets floor and ceiling of a cluster's serverless capacity, in ACU.

use jiff::Timestamp;
use serde_json::json;

use super::aurora::{self, Aurora, Member};
use super::command::Command;
use super::require;
use super::wording::acu;
use crate::estate::capacity::SERVERLESS;
use crate::operate::work::pieces::{change, unchanged};
use crate::operate::work::{Happened, Progress};
use crate::operate::{Call, Danger, Draft, Intent, Plan, Read, Refusal, Sent, Sights, Undo, Verification, Work};

/// Sets floor and ceiling of the serverless capacity.
pub(super) struct Capacity;

/// How long it may take: the range is taken within seconds as a rule.
const WITHIN_S: u64 = 600;

/// The largest capacity that Aurora Serverless v2 has (Aurora User Guide, "Aurora Serverless v2 capacity").
const LARGEST: f64 = 256.0;

impl Work for Capacity {
    fn name(&self) -> &'static str {
        "database.capacity"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let mut reads = aurora::reads(&intent.target);
        for member in Aurora::seen(seen, &intent.target.id).iter().flat_map(|c| &c.members) {
            if member.class.as_deref() == Some(SERVERLESS) {
                reads.push(used(&member.name));
            }
        }
        reads
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _: Timestamp) -> Result<Draft, Refusal> {
        let target = &intent.target;
        let (min, max) = (bound(intent, "min", 0.0)?, bound(intent, "max", 1.0)?);
        let cluster = Aurora::of_target(intent, seen)?;
        let Some((old_min, old_max)) = cluster.capacity() else {
            let classes: Vec<String> = cluster.members.iter().filter_map(|m| m.class.clone()).collect();
            return Err(Refusal::because(format!(
                "{} is not serverless (its classes: {}): its capacity is its instances' class",
                target.id,
                super::wording::and(&classes)
            )));
        };
        if min.is_none() && max.is_none() {
            let (from, to) = (acu(old_min), acu(old_max));
            return Err(Refusal::because(format!("say min=, max= or both, in ACU; it is {from} to {to} now")));
        }
        let (new_min, new_max) = (min.unwrap_or(old_min), max.unwrap_or(old_max));
        if new_min > new_max {
            let (min, max) = (acu(new_min), acu(new_max));
            return Err(Refusal::because(format!("the floor of {min} ACU would be above the ceiling of {max}")));
        }
        if same(new_min, old_min) && same(new_max, old_max) {
            return Err(Refusal::because(format!("it is {} to {} ACU already", acu(new_min), acu(new_max))));
        }
        let range = format!("{} to {} ACU", acu(old_min), acu(old_max));
        let call = Command::rds(target, "ModifyDBCluster", "modify-db-cluster")
            .text("DBClusterIdentifier", &target.id, "--db-cluster-identifier")
            .with(
                "ServerlessV2ScalingConfiguration",
                json!({"MinCapacity": new_min, "MaxCapacity": new_max}),
                "--serverless-v2-scaling-configuration",
                &format!("MinCapacity={},MaxCapacity={}", acu(new_min), acu(new_max)),
            )
            .yes("ApplyImmediately", "--apply-immediately");
        let change = |field: &str, before: f64, after: f64| {
            (!same(before, after)).then(|| change(field, format!("{} ACU", acu(before)), format!("{} ACU", acu(after))))
        };
        let changes = [change("floor", old_min, new_min), change("ceiling", old_max, new_max)];
        Ok(Draft {
            target: target.clone(),
            danger: Danger::Disruptive,
            changes: changes.into_iter().flatten().collect(),
            blast_radius: blast_radius(&cluster, (old_min, old_max), (new_min, new_max), seen),
            preconditions: vec![require::is("status", &cluster.status, "available"), unchanged("capacity", range)],
            calls: vec![call.done()],
            verification: Verification {
                what: format!("{} has {} to {} ACU and is available", target.id, acu(new_min), acu(new_max)),
                within_s: WITHIN_S,
            },
            undo: Some(Undo {
                operation: self.name().to_owned(),
                parameters: [("min".to_owned(), acu(old_min)), ("max".to_owned(), acu(old_max))].into(),
            }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        aurora::reads(&plan.target)
    }

    fn verify(&self, plan: &Plan, _: &[Sent], seen: &Sights) -> Progress {
        let id = &plan.target.id;
        let Some(cluster) = Aurora::seen(seen, id) else {
            let why = require::why_not(seen, &Read::DbCluster(id.clone()));
            return Progress::Waiting(format!("{id} cannot be seen: {why}"));
        };
        match cluster.capacity() {
            Some(range) if is(range, wanted(plan)) && cluster.status == "available" => {
                Progress::Done(format!("{id} has {} to {} ACU and is available", acu(range.0), acu(range.1)))
            }
            Some((min, max)) => {
                Progress::Waiting(format!("{id} has {} to {} ACU and is {}", acu(min), acu(max), cluster.status))
            }
            None => Progress::Waiting(format!("{id} names no capacity; it is {}", cluster.status)),
        }
    }

    fn happened(&self, plan: &Plan, _: &Call, seen: &Sights) -> Happened {
        let id = &plan.target.id;
        match Aurora::seen(seen, id) {
            None => Happened::Unclear(format!(
                "{id} cannot be seen: {}",
                require::why_not(seen, &Read::DbCluster(id.clone()))
            )),
            Some(cluster) => match cluster.capacity() {
                Some(range) if is(range, wanted(plan)) => {
                    Happened::Yes(format!("it has {} to {} ACU", acu(range.0), acu(range.1)))
                }
                Some(_) if cluster.status != "available" => {
                    Happened::Unclear(format!("the cluster is {}", cluster.status))
                }
                Some((min, max)) => Happened::NotSeen(format!("it still has {} to {} ACU", acu(min), acu(max))),
                None => Happened::Unclear(format!("{id} names no capacity")),
            },
        }
    }
}

fn used(instance: &str) -> Read {
    Read::InstanceMetric { metric: "ServerlessDatabaseCapacity".to_owned(), instance: instance.to_owned() }
}

/// A bound as given: in steps of 0.5 ACU, from `least` on.
fn bound(intent: &Intent, name: &str, least: f64) -> Result<Option<f64>, Refusal> {
    let form = format!("a capacity from {} to {} ACU in steps of 0.5", acu(least), acu(LARGEST));
    match require::parsed::<f64>(intent, name, &form)? {
        Some(given) if !(least..=LARGEST).contains(&given) || !same(given * 2.0, (given * 2.0).round()) => {
            Err(Refusal::because(format!("`{name}={given}` is not {form}")))
        }
        given => Ok(given),
    }
}

/// Equal, as steps of 0.5 go.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

fn is(range: (f64, f64), wanted: Option<(f64, f64)>) -> bool {
    wanted.is_some_and(|(min, max)| same(range.0, min) && same(range.1, max))
}

fn wanted(plan: &Plan) -> Option<(f64, f64)> {
    let range = plan.calls.first()?.request.get("ServerlessV2ScalingConfiguration")?;
    Some((range.get("MinCapacity")?.as_f64()?, range.get("MaxCapacity")?.as_f64()?))
}

fn blast_radius(cluster: &Aurora<'_>, old: (f64, f64), new: (f64, f64), seen: &Sights) -> String {
    let serverless: Vec<&Member> = cluster.members.iter().filter(|m| m.class.as_deref() == Some(SERVERLESS)).collect();
    let mut said = Vec::new();
    for member in &serverless {
        match require::number(seen, &used(&member.name)) {
            Some(now) if now > new.1 => said.push(format!(
                "{} uses {} ACU now: the ceiling of {} takes capacity away from it at once, and queries slow down",
                member.name,
                acu(now),
                acu(new.1)
            )),
            Some(now) if new.0 < now && new.0 < old.0 => said.push(format!(
                "{} uses {} ACU now, above the new floor of {}: it may shrink to that as load falls, and grows again in steps",
                member.name,
                acu(now),
                acu(new.0)
            )),
            Some(now) if now < new.0 => {
                said.push(format!("{} grows from {} to {} ACU", member.name, acu(now), acu(new.0)));
            }
            Some(now) => said.push(format!("{} uses {} ACU now", member.name, acu(now))),
            None => said.push(format!("what {} uses now is not known", member.name)),
        }
    }
    if new.0 == 0.0 {
        said.push(
            "a floor of 0 lets it pause when idle: the first connection after that waits some 15 seconds".to_owned(),
        );
    }
    if !same(old.1, new.1) {
        said.push("max_connections follows the ceiling only when an instance restarts".to_owned());
    }
    said.push("no connection drops by itself".to_owned());
    said.join("; ")
}
