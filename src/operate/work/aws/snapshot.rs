//! `database.snapshot`: takes a snapshot of a cluster, as before a release.

use jiff::Timestamp;

use super::add_reader::exists;
use super::aurora::{self, Aurora, text};
use super::command::Command;
use super::name::unfit;
use super::{add_reader, require};
use crate::operate::work::{Happened, Progress};
use crate::operate::{Call, Change, Danger, Draft, Intent, Plan, Read, Refusal, Sent, Sights, Verification, Work};

/// Takes a snapshot.
pub(super) struct Snapshot;

/// How long it may take: minutes as a rule, longer after much was written.
const WITHIN_S: u64 = 3_600;

impl Work for Snapshot {
    fn name(&self) -> &'static str {
        "database.snapshot"
    }

    fn reads(&self, intent: &Intent, _: &Sights) -> Vec<Read> {
        let mut reads = aurora::reads(&intent.target);
        reads.extend(intent.parameter("name").map(|name| Read::DbClusterSnapshot(name.to_owned())));
        reads
    }

    /// A name that is made of the time is made once.
    fn fix(&self, intent: &mut Intent, confirmed: &Plan) {
        require::sent(intent, confirmed, "name", "DBClusterSnapshotIdentifier");
    }

    fn draft(&self, intent: &Intent, seen: &Sights, now: Timestamp) -> Result<Draft, Refusal> {
        let target = &intent.target;
        let given = intent.parameter("name");
        if let Some(why) = given.and_then(|name| unfit(name, 255)) {
            return Err(Refusal::because(why));
        }
        let cluster = Aurora::of_target(intent, seen)?;
        let name = given.map_or_else(|| format!("{}-{}", target.id, now.strftime("%Y%m%d-%H%M%S")), str::to_owned);
        let mut preconditions = vec![require::is("status", &cluster.status, "available")];
        if given.is_some() {
            let read = Read::DbClusterSnapshot(name.clone());
            let taken = match seen.there(&read) {
                Some(_) => "taken".to_owned(),
                None if require::absent(seen, &read) => "free".to_owned(),
                None => format!("not known: {}", require::why_not(seen, &read)),
            };
            preconditions.push(require::is(format!("name {name}"), taken, "free"));
        }
        let call = Command::rds(target, "CreateDBClusterSnapshot", "create-db-cluster-snapshot")
            .text("DBClusterSnapshotIdentifier", &name, "--db-cluster-snapshot-identifier")
            .text("DBClusterIdentifier", &target.id, "--db-cluster-identifier");
        Ok(Draft {
            target: target.clone(),
            danger: Danger::Safe,
            changes: vec![Change {
                field: format!("snapshot {name}"),
                before: None,
                after: Some(format!("of {}", target.id)),
            }],
            blast_radius:
                "no connection drops, and the database serves on; the snapshot's storage is paid until it is deleted \
                           (aws rds delete-db-cluster-snapshot)"
                    .to_owned(),
            preconditions,
            calls: vec![add_reader::tags(call, cluster.described).done()],
            verification: Verification { what: format!("snapshot {name} is available"), within_s: WITHIN_S },
            undo: None,
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        vec![Read::DbClusterSnapshot(wanted(plan).to_owned())]
    }

    fn verify(&self, plan: &Plan, _: &[Sent], seen: &Sights) -> Progress {
        let name = wanted(plan);
        let read = Read::DbClusterSnapshot(name.to_owned());
        let Some(snapshot) = seen.there(&read) else {
            return Progress::Waiting(format!("{name} is not there yet: {}", require::why_not(seen, &read)));
        };
        let percent = snapshot.get("PercentProgress").and_then(serde_json::Value::as_i64);
        match text(snapshot, "Status").unwrap_or("unknown") {
            "available" => Progress::Done(format!("{name} is available")),
            "failed" => Progress::Failed(format!("{name} has failed: look at the cluster's events in the RDS console")),
            status => {
                let far = percent.map(|p| format!(", {p} %")).unwrap_or_default();
                Progress::Waiting(format!("{name} is {status}{far}"))
            }
        }
    }

    fn happened(&self, plan: &Plan, _: &Call, seen: &Sights) -> Happened {
        exists(seen, &Read::DbClusterSnapshot(wanted(plan).to_owned()), wanted(plan), "Status")
    }
}

fn wanted(plan: &Plan) -> &str {
    require::asked(plan, "DBClusterSnapshotIdentifier")
}
