//! What a call to RDS does to the world, and why it does nothing.

use serde_json::Value;

use super::super::act::Act;
use super::super::database::{DatabaseDeed, MemberPlan};
use super::super::moment::At;
use super::super::world::World;
use super::rds::{Cluster, clusters, find, instance_of, place};
use super::refused::Refused;
use crate::estate::{DatabaseFacts, GlobalRole};
use crate::operate::{Call, Pinned};

/// What a call does, judged by what is so at an instant.
pub(super) fn on_database(world: &World, target: &Pinned, call: &Call, at: At) -> Result<Act, Refused> {
    let plans = world.acted_databases();
    let all = clusters(&plans, target, at);
    let home = call.region.as_deref().or(target.region.as_deref()).unwrap_or_default();
    let asked = Asked { call, all: &all, home };
    if matches!(call.action.as_str(), "SwitchoverGlobalCluster" | "FailoverGlobalCluster") {
        let id = asked.text("GlobalClusterIdentifier");
        let index = plans.iter().position(|d| d.global.as_ref().is_some_and(|g| g.id == id));
        let index = index.ok_or_else(|| {
            Refused::new(404, "GlobalClusterNotFoundFault", format!("Global cluster {id} not found."))
        })?;
        if plans[index].moving(at).is_some() {
            let words = format!("Global cluster {id} is being moved already.");
            return Err(Refused::new(400, "InvalidGlobalClusterStateFault", words));
        }
        let (to, _) = place(asked.text("TargetDbClusterIdentifier"), home);
        let facts = plans[index].global_facts(at);
        let heir = facts.iter().flat_map(|f| &f.members).find(|m| m.region == to && m.role == GlobalRole::Secondary);
        heir.ok_or_else(|| asked.absent_cluster(to))?;
        let forced = call.action == "FailoverGlobalCluster"
            && call.request.get("AllowDataLoss").and_then(Value::as_bool) == Some(true);
        return Ok(Act::Database(index, DatabaseDeed::Moves(to.to_owned(), forced)));
    }
    let (database, deed) = match call.action.as_str() {
        "FailoverDBCluster" => asked.promotes()?,
        "ModifyDBCluster" => asked.ranges()?,
        "CreateDBInstance" => asked.builds()?,
        "DeleteDBInstance" => asked.removes()?,
        "CreateDBClusterSnapshot" => {
            let (id, name) = (asked.text("DBClusterIdentifier"), asked.text("DBClusterSnapshotIdentifier"));
            let of = asked.available(id)?;
            if plans.iter().any(|plan| plan.snapshot(name, at).is_some()) {
                let words = format!("Cannot create the cluster snapshot because {name} already exists.");
                return Err(Refused::new(400, "DBClusterSnapshotAlreadyExistsFault", words));
            }
            (of.database, DatabaseDeed::Snapshots(name.to_owned()))
        }
        "RestoreDBClusterToPointInTime" => asked.restores()?,
        _ => return Err(Refused::cannot(call)),
    };
    Ok(Act::Database(database, deed))
}

/// One call, and the clusters that there are.
struct Asked<'a> {
    call: &'a Call,
    all: &'a [Cluster],
    home: &'a str,
}

impl<'a> Asked<'a> {
    fn text(&self, key: &str) -> &'a str {
        self.call.request.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn absent_cluster(&self, id: &str) -> Refused {
        Refused::new(404, "DBClusterNotFoundFault", format!("DBCluster {id} not found in {}.", self.home))
    }

    fn cluster(&self, id: &str) -> Result<&'a Cluster, Refused> {
        find(self.all, id, self.home).ok_or_else(|| self.absent_cluster(id))
    }

    fn available(&self, id: &str) -> Result<&'a Cluster, Refused> {
        let cluster = self.cluster(id)?;
        let DatabaseFacts { status, .. } = &cluster.facts;
        if status == "available" {
            return Ok(cluster);
        }
        let words = format!("The DB cluster {id} is {status}; it must be available.");
        Err(Refused::new(400, "InvalidDBClusterStateFault", words))
    }

    fn promotes(&self) -> Result<(usize, DatabaseDeed), Refused> {
        let cluster = self.available(self.text("DBClusterIdentifier"))?;
        let wanted = self.text("TargetDBInstanceIdentifier");
        let to = cluster.facts.members.iter().find(|m| m.name.eq_ignore_ascii_case(wanted));
        let to = to.ok_or_else(|| {
            Refused::new(404, "DBInstanceNotFound", format!("DBInstance {wanted} is no member of {}.", cluster.id))
        })?;
        Ok((cluster.database, DatabaseDeed::Promotes(to.name.clone())))
    }

    fn ranges(&self) -> Result<(usize, DatabaseDeed), Refused> {
        let cluster = self.available(self.text("DBClusterIdentifier"))?;
        let range = self.call.request.get("ServerlessV2ScalingConfiguration");
        let bound = |key: &str| range.and_then(|r| r.get(key)).and_then(Value::as_f64);
        let (Some(min), Some(max)) = (bound("MinCapacity"), bound("MaxCapacity")) else {
            return Err(Refused::cannot(self.call));
        };
        Ok((cluster.database, DatabaseDeed::Ranges(min, max)))
    }

    /// An instance of the database's cluster, or of one that was restored of it.
    fn builds(&self) -> Result<(usize, DatabaseDeed), Refused> {
        let (name, id) = (self.text("DBInstanceIdentifier"), self.text("DBClusterIdentifier"));
        let cluster = self.available(id)?;
        if instance_of(self.all, name, self.home).is_some() {
            return Err(Refused::new(400, "DBInstanceAlreadyExists", "DB instance already exists"));
        }
        let members = &cluster.facts.members;
        let here = |zone: &str| members.iter().filter(|m| m.az.as_deref() == Some(zone)).count();
        let zones = ["a", "b", "c"].map(|zone| format!("{}{zone}", cluster.region));
        let emptiest = zones.into_iter().min_by_key(|zone| here(zone)).unwrap_or_default();
        let az = match self.text("AvailabilityZone") {
            "" => emptiest,
            zone => zone.to_owned(),
        };
        let tier = self.call.request.get("PromotionTier").and_then(Value::as_u64);
        let member = MemberPlan {
            name: name.to_owned(),
            class: self.text("DBInstanceClass").to_owned(),
            az,
            tier: tier.and_then(|tier| u32::try_from(tier).ok()).unwrap_or(1),
        };
        // The first cluster of a database is its own.
        let own = self.all.iter().find(|c| c.database == cluster.database).is_some_and(|c| c.id == cluster.id);
        let deed = if own { DatabaseDeed::Adds(member) } else { DatabaseDeed::Equips(cluster.id.clone(), member) };
        Ok((cluster.database, deed))
    }

    fn removes(&self) -> Result<(usize, DatabaseDeed), Refused> {
        let name = self.text("DBInstanceIdentifier");
        let found = instance_of(self.all, name, self.home);
        let (cluster, member) =
            found.ok_or_else(|| Refused::new(404, "DBInstanceNotFound", format!("DBInstance {name} not found.")))?;
        if member.status.as_deref() != Some("available") {
            let status = member.status.as_deref().unwrap_or_default();
            let words = format!("Instance {name} is currently {status} - it must be available.");
            return Err(Refused::new(400, "InvalidDBInstanceState", words));
        }
        Ok((cluster.database, DatabaseDeed::Removes(member.name.clone())))
    }

    fn restores(&self) -> Result<(usize, DatabaseDeed), Refused> {
        let (id, new) = (self.text("SourceDBClusterIdentifier"), self.text("DBClusterIdentifier"));
        let source = self.cluster(id)?;
        if find(self.all, new, self.home).is_some() {
            return Err(Refused::new(400, "DBClusterAlreadyExistsFault", "DB Cluster already exists"));
        }
        Ok((source.database, DatabaseDeed::Restores(new.to_owned())))
    }
}
