//! A Global Database as RDS describes it: which region is the primary one, which may take over, and whether it moves.

use jiff::SignedDuration;
use serde_json::Value;

use super::aurora::{Aurora, connections, list, text};
use super::failover::sum;
use super::require;
use crate::operate::work::pieces::must;
use crate::operate::{Intent, Plan, Precondition, Read, Refusal, Sights};

/// How long a Global Database may show nothing of a move that was asked for.
pub(super) const SETTLES: SignedDuration = SignedDuration::from_secs(60);

/// One region of a Global Database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Its cluster's ARN.
    pub(super) arn: String,
    /// Its region.
    pub(super) region: String,
    /// Its cluster's name.
    pub(super) cluster: String,
    /// Whether it takes the writes.
    pub(super) primary: bool,
    /// `connected` or `pending-resync`, where RDS says so.
    pub(super) synchronization: Option<String>,
}

/// A Global Database.
#[derive(Debug, Clone)]
pub(super) struct Global<'a> {
    /// Its identifier.
    pub(super) id: &'a str,
    /// Its status.
    pub(super) status: &'a str,
    /// Its regions.
    pub(super) members: Vec<Member>,
    described: &'a Value,
}

impl<'a> Global<'a> {
    /// The Global Database of that identifier, if it was seen.
    pub(super) fn seen(seen: &'a Sights, id: &str) -> Option<Self> {
        seen.there(&Read::GlobalCluster(id.to_owned())).map(Self::of)
    }

    /// The target's Global Database.
    ///
    /// # Errors
    /// The estate file names none, it does not exist, or it could not be seen.
    pub(super) fn of_target(intent: &Intent, seen: &'a Sights) -> Result<Self, Refusal> {
        let target = &intent.target;
        let Some(id) = &target.global else {
            return Err(Refusal::because(format!(
                "{} is in no Global Database: name it in the estate file (`global` of `[[database]] {}`)",
                target.name, target.name
            )));
        };
        require::there(seen, &Read::GlobalCluster(id.clone()), &format!("Global Database {id}")).map(Self::of)
    }

    fn of(described: &'a Value) -> Self {
        let members = list(described, "GlobalClusterMembers");
        Self {
            id: text(described, "GlobalClusterIdentifier").unwrap_or(""),
            status: text(described, "Status").unwrap_or("unknown"),
            members: members.iter().filter_map(member).collect(),
            described,
        }
    }

    pub(super) fn primary(&self) -> Option<&Member> {
        self.members.iter().find(|m| m.primary)
    }

    /// The word for a move that is under way; none where there is none.
    pub(super) fn moving(&self) -> Option<&str> {
        let state = self.described.get("FailoverState").and_then(|state| text(state, "Status"));
        let moving = ["pending", "failing-over", "switching-over", "cancelling"];
        state.or_else(|| moving.contains(&self.status).then_some(self.status))
    }

    /// The region that is to take over: the one that was asked for, else the only secondary one.
    pub(super) fn heir(&self, to: Option<&str>) -> Result<&Member, Refusal> {
        let secondaries: Vec<&Member> = self.members.iter().filter(|m| !m.primary).collect();
        let regions: Vec<&str> = secondaries.iter().map(|m| m.region.as_str()).collect();
        let or = regions.join(" or to=");
        match to {
            Some(region) => match self.members.iter().find(|m| m.region == region) {
                Some(member) if member.primary => {
                    Err(Refusal::because(format!("{region} is the primary region of {} already", self.id)))
                }
                Some(member) => Ok(member),
                None if regions.is_empty() => Err(self.alone()),
                None => Err(Refusal::because(format!(
                    "{} has no cluster in `{}`: say to={or}",
                    self.id,
                    region.escape_debug()
                ))),
            },
            None => match secondaries.as_slice() {
                [] => Err(self.alone()),
                [only] => Ok(only),
                _ => Err(Refusal::because(format!("{} has more than one secondary region: say to={or}", self.id))),
            },
        }
    }

    fn alone(&self) -> Refusal {
        Refusal::because(format!("{} has no secondary region that could take over", self.id))
    }
}

fn member(value: &Value) -> Option<Member> {
    let arn = text(value, "DBClusterArn")?;
    let mut parts = arn.split(':');
    Some(Member {
        arn: arn.to_owned(),
        region: parts.nth(3)?.to_owned(),
        cluster: parts.nth(2)?.to_owned(),
        primary: value.get("IsWriter").and_then(Value::as_bool) == Some(true),
        synchronization: text(value, "SynchronizationStatus").map(str::to_owned),
    })
}

/// Nobody moves the Global Database at the moment.
pub(super) fn idle(seen: &Sights, id: &str) -> Precondition {
    let state = Global::seen(seen, id).map_or_else(
        || format!("not known: {}", require::why_not(seen, &Read::GlobalCluster(id.to_owned()))),
        |global| global.moving().unwrap_or("none").to_owned(),
    );
    require::is("failover_state", state, "none")
}

/// What both ways of moving a Global Database rest on: every region's cluster and instances, the writer's connections, and
/// the lag of the region that is to take over.
pub(super) fn reads(intent: &Intent, seen: &Sights) -> Vec<Read> {
    let Some(id) = &intent.target.global else { return Vec::new() };
    let mut reads = vec![Read::GlobalCluster(id.clone())];
    let Some(global) = Global::seen(seen, id) else { return reads };
    let heir = global.heir(intent.parameter("to")).ok();
    for member in global.members.iter().filter(|m| m.primary || Some(*m) == heir) {
        reads.push(Read::DbCluster(member.arn.clone()));
        reads.push(Read::DbInstances(member.arn.clone()));
    }
    reads.extend(heir.map(lag));
    reads.extend(writer_of(&global, seen).map(|(arn, _)| connections(&arn)));
    reads
}

/// The replication lag of a secondary region: what to read.
pub(super) fn lag(member: &Member) -> Read {
    Read::GlobalLag { region: member.region.clone(), cluster: member.cluster.clone() }
}

/// ARN and name of the primary region's writer.
fn writer_of(global: &Global<'_>, seen: &Sights) -> Option<(String, String)> {
    let cluster = Aurora::seen(seen, &global.primary()?.arn)?;
    let writer = cluster.writer()?;
    Some((writer.arn.clone()?, writer.name.clone()))
}

/// `310 connections drop (310 to orders-1)`.
pub(super) fn dropping(global: &Global<'_>, seen: &Sights) -> String {
    match writer_of(global, seen) {
        Some((arn, name)) => sum(&[(name.as_str(), require::number(seen, &connections(&arn)))]),
        None => "every connection to the primary region's writer drops; how many is not known".to_owned(),
    }
}

/// The cluster that is to take over is available and has an instance that can serve.
pub(super) fn ready(heir: &Member, seen: &Sights) -> Vec<Precondition> {
    let cluster = Aurora::seen(seen, &heir.arn);
    let status = cluster.as_ref().map_or_else(
        || format!("not known: {}", require::why_not(seen, &Read::DbCluster(heir.arn.clone()))),
        |c| c.status.clone(),
    );
    let able: Vec<&str> =
        cluster.iter().flat_map(|c| &c.members).filter(|m| m.available()).map(|m| m.name.as_str()).collect();
    let serving = if able.is_empty() { "none".to_owned() } else { able.join(", ") };
    vec![
        require::is(format!("{} status", heir.cluster), status, "available"),
        must(format!("available instances of {}", heir.cluster), serving, "at least one", !able.is_empty()),
    ]
}

/// The ARN that a plan makes the primary one.
pub(super) fn wanted(plan: &Plan) -> &str {
    require::asked(plan, "TargetDbClusterIdentifier")
}

/// What is looked at while a Global Database moves.
pub(super) fn watched(plan: &Plan) -> Vec<Read> {
    let wanted = wanted(plan).to_owned();
    let global = plan.target.global.clone().map(Read::GlobalCluster);
    global.into_iter().chain([Read::DbCluster(wanted.clone()), Read::DbInstances(wanted)]).collect()
}

/// Whether the call acted, as far as the Global Database shows.
pub(super) fn happened(plan: &Plan, seen: &Sights) -> crate::operate::Happened {
    use crate::operate::Happened::{NotSeen, Unclear, Yes};
    let id = plan.target.global.clone().unwrap_or_default();
    let Some(global) = Global::seen(seen, &id) else {
        return Unclear(format!("{id} cannot be seen: {}", require::why_not(seen, &Read::GlobalCluster(id.clone()))));
    };
    if let Some(word) = global.moving() {
        return Yes(format!("{id} is {word}"));
    }
    match global.primary() {
        Some(primary) if primary.arn == wanted(plan) => Yes(format!("{} is the primary region", primary.region)),
        Some(primary) => NotSeen(format!("{} is still the primary region, and nothing is under way", primary.region)),
        None => Unclear(format!("no region of {id} is the primary one")),
    }
}
