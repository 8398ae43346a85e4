//! A cluster, a Global Database and a node group as the services describe them, and a way to plan on them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::operate::{
    Answer, Draft, Intent, Pinned, Plan, Read, Refusal, Sent, Sight, Sights, TargetKind, Work, catalogue, work,
};

pub(super) const USE1: &str = "arn:aws:rds:us-east-1:111122223333:cluster:orders-use1";
pub(super) const USW2: &str = "arn:aws:rds:us-west-2:111122223333:cluster:orders-usw2";

pub(super) fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn pinned(kind: TargetKind, name: &str, id: &str) -> Pinned {
    Pinned {
        kind,
        name: name.into(),
        account: Some("production".into()),
        account_id: Some("111122223333".into()),
        region: Some("us-east-1".into()),
        cluster: None,
        eks: None,
        context: None,
        kubeconfig: None,
        namespace: None,
        resource: None,
        id: id.into(),
        uid: None,
        global: None,
        profile: Some("innovate prod".into()),
    }
}

/// What the services show, by read.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) seen: BTreeMap<Read, Sight>,
    target: Pinned,
}

impl Ground {
    /// Aurora cluster `orders-use1`: writer orders-1, readers orders-2 and orders-3, in Global Database `orders-global`.
    pub(super) fn database() -> Self {
        let mut target = pinned(TargetKind::Database, "orders", "orders-use1");
        target.global = Some("orders-global".into());
        let mut this = Self { seen: BTreeMap::new(), target };
        let primary = cluster("orders-use1", &[("orders-1", true, 0), ("orders-2", false, 1), ("orders-3", false, 2)]);
        let secondary = cluster("orders-usw2", &[("orders-9", true, 1)]);
        let members = ["orders-1", "orders-2", "orders-3"].map(|n| instance(n, "orders-use1", "us-east-1"));
        for (id, described, members) in [
            ("orders-use1", &primary, json!(members)),
            (USE1, &primary, json!(members)),
            (USW2, &secondary, json!([instance("orders-9", "orders-usw2", "us-west-2")])),
        ] {
            this.there(Read::DbCluster(id.into()), described.clone());
            this.there(Read::DbInstances(id.into()), members);
        }
        this.there(Read::GlobalCluster("orders-global".into()), global());
        this.metric("DatabaseConnections", "orders-1", 31.0);
        this.metric("DatabaseConnections", "arn:aws:rds:us-east-1:111122223333:db:orders-1", 31.0);
        this.metric("DatabaseConnections", "orders-2", 12.0);
        this.metric("AuroraReplicaLag", "orders-2", 22.0);
        this.metric("AuroraReplicaLag", "orders-3", 18.0);
        this.metric("ServerlessDatabaseCapacity", "orders-1", 6.5);
        this.there(
            Read::GlobalLag { region: "us-west-2".into(), cluster: "orders-usw2".into() },
            json!({"Value": 640.0, "Timestamp": "2026-11-21T09:59:00Z"}),
        );
        this
    }

    /// Node group `spot` of EKS cluster `prod`: 1 to 10 nodes, 3 desired.
    pub(super) fn nodegroup() -> Self {
        let mut target = pinned(TargetKind::NodeGroup, "spot", "spot");
        (target.cluster, target.eks) = (Some("prod-use1".into()), Some("prod".into()));
        let mut this = Self { seen: BTreeMap::new(), target };
        this.group("ACTIVE", (1, 10, 3));
        this
    }

    pub(super) fn group(&mut self, status: &str, (min, max, desired): (u32, u32, u32)) {
        let read = Read::NodeGroup { cluster: "prod".into(), name: "spot".into() };
        let sizes = json!({"minSize": min, "maxSize": max, "desiredSize": desired});
        self.there(read, json!({"status": status, "scalingConfig": sizes, "instanceTypes": ["m7g.large"]}));
    }

    pub(super) fn there(&mut self, read: Read, value: Value) {
        self.seen.insert(read, Sight::There(value));
    }

    pub(super) fn unseen(&mut self, read: Read) {
        self.seen.insert(read, Sight::Unseen("no answer in time".into()));
    }

    pub(super) fn metric(&mut self, metric: &str, instance: &str, value: f64) {
        let read = Read::InstanceMetric { metric: metric.into(), instance: instance.into() };
        self.there(read, json!({"Value": value, "Timestamp": "2026-11-21T09:59:00Z"}));
    }

    /// Changes what is there.
    pub(super) fn change(&mut self, read: &Read, pointer: &str, value: Value) {
        let Some(Sight::There(there)) = self.seen.get_mut(read) else { panic!("{read:?} is not there") };
        *there.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not there")) = value;
    }

    pub(super) fn status(&mut self, id: &str, status: &str) {
        self.change(&Read::DbCluster(id.into()), "/Status", json!(status));
    }

    /// What was seen, of these reads; what nobody prepared does not exist.
    pub(super) fn sights(&self, reads: Vec<Read>) -> Sights {
        let absent = || Sight::Absent("not found".into());
        let seen = reads.into_iter().map(|r| (r.clone(), self.seen.get(&r).cloned().unwrap_or_else(absent)));
        Sights { at: now(), seen: seen.collect() }
    }

    pub(super) fn intent(&self, operation: &str, parameters: &[(&str, &str)]) -> Intent {
        Intent {
            operation: catalogue::find(operation).unwrap(),
            target: self.target.clone(),
            parameters: parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        }
    }

    /// Looks as often as is asked for, and plans.
    pub(super) fn draft(&self, operation: &str, parameters: &[(&str, &str)]) -> Result<Draft, Refusal> {
        let (work, intent) = (work::of(operation).unwrap(), self.intent(operation, parameters));
        let mut seen = self.sights(Vec::new());
        loop {
            let reads: Vec<Read> = work.reads(&intent, &seen).into_iter().filter(|r| seen.sight(r).is_none()).collect();
            if reads.is_empty() {
                return work.draft(&intent, &seen, now());
            }
            seen.seen.extend(self.sights(reads).seen);
        }
    }

    pub(super) fn refused(&self, operation: &str, parameters: &[(&str, &str)]) -> String {
        self.draft(operation, parameters).expect_err("it was to be refused").reasons.join("; ")
    }

    /// The plan that would be confirmed.
    pub(super) fn plan(&self, operation: &str, parameters: &[(&str, &str)]) -> Plan {
        let draft = self.draft(operation, parameters).expect("it was to be planned");
        let intent = self.intent(operation, parameters);
        Plan {
            operation: operation.into(),
            parameters: intent.parameters,
            runs: true,
            danger: draft.danger,
            confirm: String::new(),
            target: draft.target,
            changes: draft.changes,
            blast_radius: draft.blast_radius,
            preconditions: draft.preconditions,
            calls: draft.calls,
            verification: draft.verification,
            undo: draft.undo,
            guards: Vec::new(),
        }
    }

    /// What is seen while a plan runs.
    pub(super) fn watched(&self, plan: &Plan) -> (&'static dyn Work, Sights) {
        let work = work::of(&plan.operation).unwrap();
        (work, self.sights(work.watched(plan)))
    }
}

/// The fields of the preconditions that do not hold.
pub(super) fn failing(plan: &Plan) -> Vec<&str> {
    plan.preconditions.iter().filter(|p| !p.holds).map(|p| p.field.as_str()).collect()
}

/// A call of a plan that was accepted.
pub(super) fn accepted(plan: &Plan, nth: usize) -> Sent {
    let answer = Answer::Accepted { request_id: None, body: Value::Null };
    Sent { call: plan.calls[nth].clone(), at: now(), answer: Some(answer) }
}

fn cluster(id: &str, members: &[(&str, bool, i64)]) -> Value {
    let member = |(name, writer, tier): &(&str, bool, i64)| json!({"DBInstanceIdentifier": name, "IsClusterWriter": writer, "PromotionTier": tier});
    json!({
        "DBClusterIdentifier": id, "Status": "available", "Engine": "aurora-postgresql", "EngineVersion": "16.8",
        "DBClusterMembers": members.iter().map(member).collect::<Vec<_>>(),
        "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 16.0},
        "EarliestRestorableTime": "2026-11-14T10:00:00Z", "LatestRestorableTime": "2026-11-21T09:55:00Z",
        "DBSubnetGroup": "isolated", "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}, {"VpcSecurityGroupId": "sg-2"}],
        "DBClusterParameterGroup": "orders-pg16", "KmsKeyId": "arn:aws:kms:us-east-1:111122223333:key/k",
        "TagList": [{"Key": "team", "Value": "shop floor"}, {"Key": "aws:cloudformation:stack-name", "Value": "x"}],
    })
}

pub(super) fn instance(name: &str, cluster: &str, region: &str) -> Value {
    json!({
        "DBInstanceIdentifier": name, "DBInstanceArn": format!("arn:aws:rds:{region}:111122223333:db:{name}"),
        "DBInstanceStatus": "available", "DBInstanceClass": "db.serverless", "DBClusterIdentifier": cluster,
        "AvailabilityZone": format!("{region}a"), "PubliclyAccessible": false,
        "DBParameterGroups": [{"DBParameterGroupName": "default.aurora-postgresql16"}], "TagList": [],
    })
}

fn global() -> Value {
    json!({
        "GlobalClusterIdentifier": "orders-global", "Status": "available",
        "GlobalClusterMembers": [
            {"DBClusterArn": USE1, "IsWriter": true},
            {"DBClusterArn": USW2, "IsWriter": false, "SynchronizationStatus": "connected"},
        ],
    })
}
