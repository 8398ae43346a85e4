//! `database.remove-reader`: deletes a reader of a cluster, never its writer.

use jiff::Timestamp;

use super::aurora::{self, Aurora, connections, text};
use super::command::Command;
use super::failover::dropping;
use super::wording::and;
use super::{global, require};
use crate::operate::work::pieces::change;
use crate::operate::work::{Happened, Progress};
use crate::operate::{
    Call, Change, Danger, Draft, Intent, Plan, Read, Refusal, Sent, Sights, Undo, Verification, Work,
};

/// Removes a reader.
pub(super) struct RemoveReader;

/// How long it may take: Aurora deletes an instance in a few minutes.
const WITHIN_S: u64 = 1_200;

impl Work for RemoveReader {
    fn name(&self) -> &'static str {
        "database.remove-reader"
    }

    fn reads(&self, intent: &Intent, seen: &Sights) -> Vec<Read> {
        let mut reads = aurora::reads(&intent.target);
        reads.extend(intent.target.global.clone().map(Read::GlobalCluster));
        let cluster = Aurora::seen(seen, &intent.target.id);
        let member = intent.parameter("name").and_then(|name| cluster.as_ref()?.member(name).map(|m| m.name.clone()));
        reads.extend(member.map(|name| connections(&name)));
        reads
    }

    fn draft(&self, intent: &Intent, seen: &Sights, _: Timestamp) -> Result<Draft, Refusal> {
        let target = &intent.target;
        let cluster = Aurora::of_target(intent, seen)?;
        let readers: Vec<&str> = cluster.readers().map(|m| m.name.as_str()).collect();
        let Some(wanted) = intent.parameter("name") else {
            return Err(Refusal::because(format!("say which reader with name=: {} has {}", target.id, and(&readers))));
        };
        let Some(member) = cluster.member(wanted) else {
            let wanted = wanted.escape_debug();
            return Err(Refusal::because(format!(
                "`{wanted}` is no member of {}: its readers: {}",
                target.id,
                and(&readers)
            )));
        };
        if member.writer {
            let name = &member.name;
            return Err(Refusal::because(format!(
                "{name} is the writer of {}, which is never removed: fail over first (database.failover), then remove {name}",
                target.id
            )));
        }
        let mut preconditions = vec![
            require::is("status", &cluster.status, "available"),
            require::is(format!("{} role", member.name), "reader", "reader"),
            require::is(format!("{} status", member.name), &member.status, "available"),
        ];
        preconditions.extend(target.global.as_deref().map(|id| global::idle(seen, id)));
        let able: Vec<&str> = cluster.readers().filter(|m| m.available()).map(|m| m.name.as_str()).collect();
        let left: Vec<&str> = able.iter().copied().filter(|name| *name != member.name).collect();
        let place = require::region(intent);
        let mut changes = vec![Change {
            field: format!("reader {}", member.name),
            before: Some(member.class.clone().unwrap_or_else(|| "reader".to_owned())),
            after: None,
        }];
        let mut said = Vec::new();
        if left.is_empty() {
            let writer = cluster.writer().map_or("the writer", |w| w.name.as_str());
            said.push(format!(
                "NO FAILOVER TARGET IS LEFT IN {place}: {} is the last reader that may be promoted; should {writer} fail then, \
                 Aurora builds a new writer, with an outage of ten minutes or more",
                member.name
            ));
        }
        changes.push(change(format!("failover targets in {place}"), and(&able), and(&left)));
        said.push(dropping(&[member], seen));
        if !left.is_empty() {
            said.push(format!("failover targets left: {}", and(&left)));
        }
        let call = Command::rds(target, "DeleteDBInstance", "delete-db-instance")
            .text("DBInstanceIdentifier", &member.name, "--db-instance-identifier")
            // The data is the cluster's: an instance of Aurora has no snapshot of its own.
            .yes("SkipFinalSnapshot", "--skip-final-snapshot");
        let own = [
            ("name", Some(member.name.clone())),
            ("class", member.class.clone()),
            ("az", member.az.clone()),
            ("tier", member.tier.map(|tier| tier.to_string())),
        ];
        let parameters = own.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
        Ok(Draft {
            target: target.clone(),
            danger: Danger::Disruptive,
            changes,
            blast_radius: said.join("; "),
            preconditions,
            calls: vec![call.done()],
            verification: Verification {
                what: format!("{} is gone, and {} does not list it", member.name, target.id),
                within_s: WITHIN_S,
            },
            undo: Some(Undo { operation: "database.add-reader".to_owned(), parameters }),
        })
    }

    fn watched(&self, plan: &Plan) -> Vec<Read> {
        let mut reads = vec![Read::DbInstance(gone(plan).to_owned())];
        reads.extend(aurora::reads(&plan.target));
        reads
    }

    fn verify(&self, plan: &Plan, _: &[Sent], seen: &Sights) -> Progress {
        let name = gone(plan);
        let read = Read::DbInstance(name.to_owned());
        if let Some(instance) = seen.there(&read) {
            let status = text(instance, "DBInstanceStatus").unwrap_or("still there");
            return Progress::Waiting(format!("{name} is {status}"));
        }
        if !require::absent(seen, &read) {
            return Progress::Waiting(format!("{name} cannot be seen: {}", require::why_not(seen, &read)));
        }
        match Aurora::seen(seen, &plan.target.id) {
            Some(cluster) if cluster.member(name).is_none() => {
                Progress::Done(format!("{name} is gone; {} is {}", plan.target.id, cluster.status))
            }
            Some(_) => Progress::Waiting(format!("{name} is gone, but {} still lists it", plan.target.id)),
            None => Progress::Waiting(format!("{} cannot be seen", plan.target.id)),
        }
    }

    fn happened(&self, plan: &Plan, _: &Call, seen: &Sights) -> Happened {
        let name = gone(plan);
        let read = Read::DbInstance(name.to_owned());
        match seen.there(&read).map(|i| text(i, "DBInstanceStatus").unwrap_or("of no known status")) {
            Some("deleting") => Happened::Yes(format!("{name} is being deleted")),
            Some(status) => Happened::NotSeen(format!("{name} is there, and is {status}")),
            None if require::absent(seen, &read) => Happened::Yes(format!("{name} is gone")),
            None => Happened::Unclear(format!("{name} cannot be seen: {}", require::why_not(seen, &read))),
        }
    }
}

fn gone(plan: &Plan) -> &str {
    require::asked(plan, "DBInstanceIdentifier")
}
