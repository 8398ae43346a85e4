//! `database.add-reader`: adds a reader to a cluster.

use jiff::Timestamp;

use super::aurora::{self, Aurora, Member, broken, list, text};
use super::command::Command;
use super::name::{self, unfit};
use super::require;
use crate::operate::work::pieces::{counted, must};
use crate::operate::work::{Happened, Progress};
use crate::operate::{
    Call, Change, Danger, Draft, Intent, Plan, Read, Refusal, Sent, Sights, Undo, Verification, Work,
};

/// Adds a reader.
pub(super) struct AddReader;

/// How long it may take: Aurora builds an instance in 5 to 10 minutes as a rule.
const WITHIN_S: u64 = 1_800;

/// Readers that a cluster takes.
const READERS: usize = 15;

/// The promotion tier that RDS gives where none is named.
const TIER: u8 = 1;

impl Work for AddReader {
    fn name(&self) -> &'static str {
        "database.add-reader"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let mut reads = aurora::reads(&intent.target);
        match (intent.parameter("name"), Aurora::seen(seen, &intent.target.id)) {
            (Some(name), _) => reads.push(Read::DbInstance(name.to_owned())),
            // Names that other clusters have already are passed over, one look each.
            (None, Some(cluster)) => {
                for free in free_names(&intent.target.id, &cluster) {
                    let read = Read::DbInstance(free);
                    let taken = seen.there(&read).is_some();
                    reads.push(read);
                    if !taken {
                        break;
                    }
                }
            }
            (None, None) => {}
        }
        reads
    }

    fn fix(&self, intent: &mut Intent, confirmed: &Plan) {
        require::sent(intent, confirmed, "name", "DBInstanceIdentifier");
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _: Timestamp) -> Result<Draft, Refusal> {
        let target = &intent.target;
        let cluster = Aurora::of_target(intent, seen)?;
        let new = match intent.parameter("name") {
            Some(name) => unfit(name, 63).map_or_else(|| Ok(name.to_owned()), |why| Err(Refusal::because(why)))?,
            None => free_names(&target.id, &cluster)
                .find(|n| seen.there(&Read::DbInstance(n.clone())).is_none())
                .ok_or_else(|| Refusal::because("no free name was found for it: give one with name="))?,
        };
        let tier = tier(intent)?;
        let writer = cluster.writer();
        let class = intent.parameter("class").or_else(|| writer.and_then(|w| w.class.as_deref())).ok_or_else(|| {
            Refusal::because(format!("the class of {}'s writer is not known: give one with class=", target.id))
        })?;
        if !class.starts_with("db.") || !class.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c)) {
            return Err(Refusal::because(format!(
                "`class={}` is no class, such as db.r6g.large",
                class.escape_debug()
            )));
        }
        let az = zone(intent)?;
        let free = Read::DbInstance(new.clone());
        let taken = match seen.there(&free) {
            Some(other) => {
                format!("taken by an instance of {}", text(other, "DBClusterIdentifier").unwrap_or("another kind"))
            }
            None if require::absent(seen, &free) => "free".to_owned(),
            None => format!("not known: {}", require::why_not(seen, &free)),
        };
        let readers = cluster.readers().count();
        let mut preconditions = vec![
            require::is("status", &cluster.status, "available"),
            require::is(format!("name {new}"), taken, "free"),
            must("readers", readers, format!("at most {}", READERS - 1), readers < READERS),
        ];
        if class == crate::estate::capacity::SERVERLESS {
            let range = cluster.described.get("ServerlessV2ScalingConfiguration").is_some();
            let seen = if range { "set" } else { "not set" };
            preconditions.push(require::is("serverless capacity", seen, "set"));
        }
        let place = az.map_or_else(|| "a zone that RDS chooses".to_owned(), str::to_owned);
        let shown = tier.unwrap_or(TIER);
        let call = instance(intent, &cluster, writer, &target.id, &new, class).maybe(
            "AvailabilityZone",
            az,
            "--availability-zone",
        );
        let call = match tier {
            Some(tier) => call.with("PromotionTier", tier, "--promotion-tier", &tier.to_string()),
            None => call,
        };
        Ok(Draft {
            target: target.clone(),
            danger: Danger::Safe,
            changes: vec![Change {
                field: format!("reader {new}"),
                before: None,
                after: Some(format!("{class} in {place}, promotion tier {shown}")),
            }],
            blast_radius: format!(
                "no connection drops; {} has {} then, and costs that of one more {class}",
                target.id,
                counted(readers + 1, "reader")
            ),
            preconditions,
            calls: vec![call.done()],
            verification: Verification {
                what: format!("{new} is a reader of {} and available", target.id),
                within_s: WITHIN_S,
            },
            undo: Some(Undo {
                operation: "database.remove-reader".to_owned(),
                parameters: [("name".to_owned(), new)].into(),
            }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        let mut reads = vec![Read::DbInstance(new(plan).to_owned())];
        reads.extend(aurora::reads(&plan.target));
        reads
    }

    fn verify(&self, plan: &Plan, _: &[Sent], seen: &Sights) -> Progress {
        let name = new(plan);
        let joined = Aurora::seen(seen, &plan.target.id).is_some_and(|c| c.member(name).is_some());
        built(seen, name, joined, &plan.target.id)
    }

    fn happened(&self, plan: &Plan, _: &Call, seen: &Sights) -> Happened {
        exists(seen, &Read::DbInstance(new(plan).to_owned()), new(plan), "DBInstanceStatus")
    }
}

fn new(plan: &Plan) -> &str {
    require::asked(plan, "DBInstanceIdentifier")
}

/// Names as the cluster's members have them, that none of them has: `orders-use1-2`, `orders-use1-3`, …
fn free_names(id: &str, cluster: &Aurora<'_>) -> impl Iterator<Item = String> {
    // A cluster takes one writer and fifteen readers; a few names more may be taken by others' instances.
    let first: Vec<String> = (1..=24).map(|n| format!("{id}-{n}")).collect();
    let members: Vec<String> = cluster.members.iter().map(|m| m.name.clone()).collect();
    first.into_iter().filter(move |n| unfit(n, 63).is_none() && !members.iter().any(|m| name::same(m, n)))
}

fn tier(intent: &Intent) -> Result<Option<u8>, Refusal> {
    match require::parsed::<u8>(intent, "tier", "a promotion tier from 0 to 15")? {
        Some(tier) if tier > 15 => Err(Refusal::because(format!("`tier={tier}` is not a promotion tier from 0 to 15"))),
        tier => Ok(tier),
    }
}

fn zone(intent: &Intent) -> Result<Option<&str>, Refusal> {
    let Some(az) = intent.parameter("az") else { return Ok(None) };
    let region = intent.target.region.as_deref().unwrap_or("");
    let fits =
        az.starts_with(region) && az.len() > region.len() && az.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if fits {
        return Ok(Some(az));
    }
    Err(Refusal::because(format!("`az={}` is no zone of {region}, such as {region}a", az.escape_debug())))
}

/// The call that builds an instance like the writer in a cluster: engine, parameter group, reachability and tags are its.
pub(super) fn instance<'t>(
    intent: &'t Intent,
    cluster: &Aurora<'_>,
    writer: Option<&Member>,
    into: &str,
    new: &str,
    class: &str,
) -> Command<'t> {
    let engine = text(cluster.described, "Engine").unwrap_or("aurora-postgresql");
    let mut call = Command::rds(&intent.target, "CreateDBInstance", "create-db-instance")
        .text("DBInstanceIdentifier", new, "--db-instance-identifier")
        .text("DBClusterIdentifier", into, "--db-cluster-identifier")
        .text("Engine", engine, "--engine")
        .text("DBInstanceClass", class, "--db-instance-class");
    let Some(like) = writer.and_then(|w| w.described.as_ref()) else { return call };
    let group = list(like, "DBParameterGroups").first().and_then(|g| text(g, "DBParameterGroupName"));
    call =
        call.maybe("DBParameterGroupName", group.filter(|g| !g.starts_with("default.")), "--db-parameter-group-name");
    if let Some(public) = like.get("PubliclyAccessible").and_then(serde_json::Value::as_bool) {
        let option = if public { "--publicly-accessible" } else { "--no-publicly-accessible" };
        call = call.flag("PubliclyAccessible", public, option);
    }
    tags(call, like)
}

/// The tags of what it is modelled on, but for those that AWS itself sets.
pub(super) fn tags<'t>(call: Command<'t>, like: &serde_json::Value) -> Command<'t> {
    let own: Vec<&serde_json::Value> =
        list(like, "TagList").iter().filter(|t| text(t, "Key").is_some_and(|k| !k.starts_with("aws:"))).collect();
    let words: Vec<String> = own
        .iter()
        .map(|t| serde_json::json!({"Key": text(t, "Key"), "Value": text(t, "Value").unwrap_or("")}).to_string())
        .collect();
    call.list("Tags", own.into_iter().cloned().collect(), "--tags", &words)
}

/// How far a new instance is.
pub(super) fn built(seen: &Sights, name: &str, joined: bool, cluster: &str) -> Progress {
    let read = Read::DbInstance(name.to_owned());
    let Some(instance) = seen.there(&read) else {
        return Progress::Waiting(format!("{name} is not there yet: {}", require::why_not(seen, &read)));
    };
    match text(instance, "DBInstanceStatus").unwrap_or("unknown") {
        "available" if joined => Progress::Done(format!("{name} is available and a member of {cluster}")),
        "available" => Progress::Waiting(format!("{name} is available, but {cluster} does not list it yet")),
        status if broken(status) => {
            Progress::Failed(format!("{name} is {status}: look at its events in the RDS console"))
        }
        status => Progress::Waiting(format!("{name} is {status}")),
    }
}

/// Whether something that was to be made is there.
pub(super) fn exists(seen: &Sights, read: &Read, name: &str, status: &str) -> Happened {
    match seen.there(read) {
        Some(there) => {
            Happened::Yes(format!("{name} is there, and is {}", text(there, status).unwrap_or("of no known status")))
        }
        None if require::absent(seen, read) => Happened::NotSeen(format!("there is no {name}")),
        None => Happened::Unclear(format!("{name} cannot be seen: {}", require::why_not(seen, read))),
    }
}
