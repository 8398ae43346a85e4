//! `database.restore`: restores a point in time of a cluster into a new one, never over the old one.
//!
//! Two calls: the new cluster, then, once it is available, its writer. The new cluster stands alone: it joins no Global
//! Database, and nothing points at it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::add_reader::{built, exists, instance, tags};
use super::aurora::{self, Aurora, broken, list, text};
use super::command::{Command, quoted};
use super::name::{same, unfit};
use super::require;
use super::wording::acu;
use crate::operate::work::pieces::must;
use crate::operate::work::{Happened, Progress};
use crate::operate::{
    Call, Change, Danger, Draft, Intent, Next, Plan, Precondition, Read, Refusal, Sent, Sights, Verification, Work,
};

/// Restores a point in time into a new cluster.
pub(super) struct Restore;

/// How long its writer may take once the cluster is there; the cluster itself is waited for before the second call.
const WITHIN_S: u64 = 3_600;

/// The precondition on the time, whose window moves on every few minutes.
const TIME: &str = "to-time";

impl Work for Restore {
    fn name(&self) -> &'static str {
        "database.restore"
    }

    fn reads(&self, intent: &Intent, _: &Sights) -> Vec<Read> {
        let mut reads = aurora::reads(&intent.target);
        if let Some(new) = intent.parameter("as") {
            reads.push(Read::DbCluster(new.to_owned()));
            reads.push(Read::DbInstance(writer_of(new)));
        }
        reads
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _: Timestamp) -> Result<Draft, Refusal> {
        let target = &intent.target;
        let source = Aurora::of_target(intent, seen)?;
        let window = window(source.described);
        let Some(new) = intent.parameter("as") else {
            return Err(Refusal::because(
                "say what the new cluster is to be called with as=: the old one is never written over",
            ));
        };
        // The writer's name is two characters longer.
        if let Some(why) = unfit(new, 61) {
            return Err(Refusal::because(why));
        }
        if same(new, &target.id) {
            return Err(Refusal::because(format!("`as={new}` is the cluster itself: a restore goes into a new one")));
        }
        let time = time(intent, &window)?;
        let writer = source.writer();
        let class = writer.and_then(|w| w.class.as_deref()).ok_or_else(|| {
            Refusal::because(format!(
                "the class of {}'s writer is not known, so that none can be built like it",
                target.id
            ))
        })?;
        let instance_name = writer_of(new);
        let preconditions = vec![
            free(seen, &Read::DbCluster(new.to_owned()), format!("cluster name {new}")),
            free(seen, &Read::DbInstance(instance_name.clone()), format!("instance name {instance_name}")),
            window_holds(time, &window),
        ];
        let said = time.map_or_else(|| "the latest restorable time".to_owned(), |t| t.to_string());
        let profile = target.profile.as_ref().map(|p| format!(" --profile {}", quoted(p))).unwrap_or_default();
        let delete = |service: &str| format!("{service} --region {}{profile}", quoted(require::region(intent)));
        Ok(Draft {
            target: target.clone(),
            danger: Danger::Safe,
            changes: vec![
                Change {
                    field: format!("cluster {new}"),
                    before: None,
                    after: Some(format!("{} as of {said}", target.id)),
                },
                Change { field: format!("writer {instance_name}"), before: None, after: Some(class.to_owned()) },
            ],
            blast_radius: format!(
                "nothing that exists is touched, and nothing points at {new}: applications keep {id}; it costs that of one more \
                 {class} and its storage until it is deleted: {}, then {}",
                delete(&format!("aws rds delete-db-instance --db-instance-identifier {instance_name}")),
                delete(&format!("aws rds delete-db-cluster --skip-final-snapshot --db-cluster-identifier {new}")),
                id = target.id,
            ),
            preconditions,
            calls: vec![
                cluster(intent, &source, new, time).done(),
                instance(intent, &source, writer, new, &instance_name, class).done(),
            ],
            verification: Verification {
                what: format!("{new} is available, and {instance_name} is its writer and available"),
                within_s: WITHIN_S,
            },
            undo: None,
        })
    }

    fn moved(&self, confirmed: &Plan, fresh: &Draft) -> Vec<String> {
        require::moved_but(confirmed, fresh, &[TIME])
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        let new = new(plan);
        vec![Read::DbCluster(new.clone()), Read::DbInstances(new.clone()), Read::DbInstance(writer_of(&new))]
    }

    fn next(&self, plan: &Plan, sent: &[Sent], seen: &Sights, _: Timestamp) -> Next {
        let Some(call) = plan.calls.get(sent.len()) else { return Next::AllSent };
        if sent.is_empty() {
            return Next::Send(Box::new(call.clone()));
        }
        let new = new(plan);
        let read = Read::DbCluster(new.clone());
        match seen.there(&read).map(|c| text(c, "Status").unwrap_or("of no known status")) {
            Some("available") => Next::Send(Box::new(call.clone())),
            Some(status) if broken(status) => Next::Stop(format!(
                "{new} is {status}, and has no writer: look at its events in the RDS console, and delete it \
                 (aws rds delete-db-cluster --skip-final-snapshot --db-cluster-identifier {new})"
            )),
            Some(status) => Next::Wait(format!("{new} is {status}; its writer is built once it is available")),
            None => Next::Wait(format!("{new} is not to be seen yet: {}", require::why_not(seen, &read))),
        }
    }

    fn verify(&self, plan: &Plan, _: &[Sent], seen: &Sights) -> Progress {
        let new = new(plan);
        let read = Read::DbCluster(new.clone());
        let Some(cluster) = seen.there(&read) else {
            return Progress::Waiting(format!("{new} is not there yet: {}", require::why_not(seen, &read)));
        };
        match text(cluster, "Status").unwrap_or("of no known status") {
            "available" => {}
            status if broken(status) => {
                return Progress::Failed(format!("{new} is {status}: look at its events in the RDS console"));
            }
            status => return Progress::Waiting(format!("{new} is {status}")),
        }
        let name = writer_of(&new);
        let joined = Aurora::seen(seen, &new).is_some_and(|c| c.member(&name).is_some());
        built(seen, &name, joined, &new)
    }

    fn happened(&self, plan: &Plan, call: &Call, seen: &Sights) -> Happened {
        let new = new(plan);
        if call.action == "CreateDBInstance" {
            let name = writer_of(&new);
            return exists(seen, &Read::DbInstance(name.clone()), &name, "DBInstanceStatus");
        }
        exists(seen, &Read::DbCluster(new.clone()), &new, "Status")
    }
}

fn new(plan: &Plan) -> String {
    require::asked(plan, "DBClusterIdentifier").to_owned()
}

fn writer_of(new: &str) -> String {
    format!("{new}-1")
}

/// The times to which a cluster can be restored.
struct Window {
    earliest: Option<Timestamp>,
    latest: Option<Timestamp>,
}

impl Window {
    fn words(&self) -> String {
        let word =
            |t: Option<Timestamp>| t.map_or_else(|| "a time that RDS does not name".to_owned(), |t| t.to_string());
        format!("{} to {}", word(self.earliest), word(self.latest))
    }
}

fn window(described: &Value) -> Window {
    let time = |key: &str| text(described, key).and_then(|t| t.parse().ok());
    Window { earliest: time("EarliestRestorableTime"), latest: time("LatestRestorableTime") }
}

/// The time that was asked for; none is the latest.
fn time(intent: &Intent, window: &Window) -> Result<Option<Timestamp>, Refusal> {
    match intent.parameter(TIME) {
        Some("latest") => Ok(None),
        Some(given) => given.parse().map(Some).map_err(|_| {
            Refusal::because(format!(
                "`to-time={}` is no time such as 2026-11-21T09:30:00Z, nor `latest`; it can go to {}",
                given.escape_debug(),
                window.words()
            ))
        }),
        None => Err(Refusal::because(format!(
            "say to which time with to-time=, such as 2026-11-21T09:30:00Z or `latest`; it can go to {}",
            window.words()
        ))),
    }
}

fn window_holds(time: Option<Timestamp>, window: &Window) -> Precondition {
    let required = format!("within {}", window.words());
    let Some(time) = time else {
        return must(TIME, "the latest restorable time", "one that RDS names", window.latest.is_some());
    };
    let holds = window.earliest.is_some_and(|t| t <= time) && window.latest.is_some_and(|t| time <= t);
    must(TIME, time, required, holds)
}

fn free(seen: &Sights, read: &Read, field: String) -> Precondition {
    let taken = match seen.there(read) {
        Some(_) => "taken".to_owned(),
        None if require::absent(seen, read) => "free".to_owned(),
        None => format!("not known: {}", require::why_not(seen, read)),
    };
    require::is(field, taken, "free")
}

/// The call that restores into a new cluster with the network, parameters, encryption and tags of the old one.
fn cluster<'t>(intent: &'t Intent, source: &Aurora<'_>, new: &str, time: Option<Timestamp>) -> Command<'t> {
    let described = source.described;
    let groups: Vec<String> = list(described, "VpcSecurityGroups")
        .iter()
        .filter_map(|g| text(g, "VpcSecurityGroupId"))
        .map(str::to_owned)
        .collect();
    let call = Command::rds(&intent.target, "RestoreDBClusterToPointInTime", "restore-db-cluster-to-point-in-time")
        .text("DBClusterIdentifier", new, "--db-cluster-identifier")
        .text("SourceDBClusterIdentifier", &intent.target.id, "--source-db-cluster-identifier");
    let call = match time {
        Some(time) => call.text("RestoreToTime", &time.to_string(), "--restore-to-time"),
        None => call.yes("UseLatestRestorableTime", "--use-latest-restorable-time"),
    };
    let mut call = call
        .maybe("DBSubnetGroupName", text(described, "DBSubnetGroup"), "--db-subnet-group-name")
        .list("VpcSecurityGroupIds", groups.iter().map(|g| json!(g)).collect(), "--vpc-security-group-ids", &groups)
        .maybe(
            "DBClusterParameterGroupName",
            text(described, "DBClusterParameterGroup"),
            "--db-cluster-parameter-group-name",
        )
        .maybe("KmsKeyId", text(described, "KmsKeyId"), "--kms-key-id");
    if let Some((min, max)) = source.capacity() {
        call = call.with(
            "ServerlessV2ScalingConfiguration",
            json!({"MinCapacity": min, "MaxCapacity": max}),
            "--serverless-v2-scaling-configuration",
            &format!("MinCapacity={},MaxCapacity={}", acu(min), acu(max)),
        );
    }
    let on = |key: &str| described.get(key).and_then(Value::as_bool) == Some(true);
    if on("IAMDatabaseAuthenticationEnabled") {
        call = call.yes("EnableIAMDatabaseAuthentication", "--enable-iam-database-authentication");
    }
    if on("CopyTagsToSnapshot") {
        call = call.yes("CopyTagsToSnapshot", "--copy-tags-to-snapshot");
    }
    tags(call, described)
}
