//! Every operation, from plan to proof.

use crate::line::Line;
use crate::stage::{Ran, Stage, bed};

const WHOLE: [&str; 8] = ["planned", "confirmed", "recorded", "rechecked", "sent", "answered", "verified", "done"];

fn done(ran: &Ran, stage: &Stage, action: &str) {
    assert_eq!((ran.exit, ran.outcome()), (0, "done"), "{ran}");
    assert_eq!(ran.events(), WHOLE, "{ran}");
    let sent = stage.line.seen(action);
    assert_eq!(sent.len(), 1, "{action} goes out once");
    assert!(
        !sent[0].reused,
        "a changing call has a connection of its own: a kept one may be closed, and be sent on again"
    );
    assert!(ran.entry("answered")["request_id"].is_string(), "{ran}");
}

#[test]
fn failover_to_a_reader_and_back() {
    let stage = Stage::with_database();
    let (exit, plan) = stage.plan(&["database.failover", "orders"]);
    assert_eq!(exit, 0, "{plan:#}");
    assert_eq!(plan["changes"][0]["after"], "orders-2");
    assert_eq!(plan["runs"], true, "{plan:#}");
    assert!(stage.line.seen("FailoverDBCluster").is_empty(), "a plan sends nothing");
    done(&stage.run("yes", &["database.failover", "orders"]), &stage, "FailoverDBCluster");
    let (_, plan) = stage.plan(&["database.failover", "orders"]);
    assert_eq!(plan["changes"][0]["before"], "orders-2", "{plan:#}");
    let ran = stage.run("yes", &["database.failover", "orders", "to=orders-1"]);
    assert_eq!(ran.outcome(), "done", "{ran}");
}

#[test]
fn switchover_to_the_other_region_and_back_each_asked_of_the_primary_one() {
    let stage = Stage::with_database();
    // Lag is a number of CloudWatch, which this account has none of.
    let (exit, plan) = stage.plan(&["global.switchover", "orders"]);
    assert_eq!(exit, 2, "{plan:#}");
    stage.lag("us-west-2", "orders-usw2");
    done(&stage.run("yes", &["global.switchover", "orders"]), &stage, "SwitchoverGlobalCluster");
    stage.lag("us-east-1", "orders-use1");
    let ran = stage.run("yes", &["global.switchover", "orders", "to=us-east-1"]);
    assert_eq!(ran.outcome(), "done", "{ran}");
    let regions: Vec<_> = stage.line.seen("SwitchoverGlobalCluster").into_iter().map(|s| s.region).collect();
    assert_eq!(regions, ["us-east-1", "us-west-2"]);
}

#[test]
fn failover_to_the_other_region_takes_its_own_words() {
    let stage = Stage::with_database();
    let ran = stage.run("yes", &["global.failover", "orders"]);
    assert_eq!(ran.exit, 2, "{ran}");
    assert!(stage.line.seen("FailoverGlobalCluster").is_empty());
    done(&stage.run("ALLOW DATA LOSS", &["global.failover", "orders"]), &stage, "FailoverGlobalCluster");
    let sent = stage.line.seen("FailoverGlobalCluster").remove(0);
    assert_eq!(sent.region, "us-west-2", "asked of the region that takes over");
    assert!(sent.body.contains("AllowDataLoss=true"), "{}", sent.body);
}

#[test]
fn readers_come_and_go() {
    let stage = Stage::with_database();
    let arguments = ["database.add-reader", "orders", "name=orders-4", "az=us-east-1b", "tier=3"];
    done(&stage.run("yes", &arguments), &stage, "CreateDBInstance");
    let again = stage.run("yes", &arguments);
    assert_eq!(again.exit, 2, "the name is taken: {again}");
    done(&stage.run("yes", &["database.remove-reader", "orders", "name=orders-4"]), &stage, "DeleteDBInstance");
    let (_, plan) = stage.plan(&["database.remove-reader", "orders", "name=orders-2"]);
    assert!(plan["blast_radius"].as_str().unwrap().starts_with("NO FAILOVER TARGET IS LEFT"), "{plan:#}");
    let writer = stage.run("yes", &["database.remove-reader", "orders", "name=orders-1"]);
    assert_eq!((writer.exit, stage.line.seen("DeleteDBInstance").len()), (2, 1), "{writer}");
}

#[test]
fn capacity_and_snapshot() {
    let stage = Stage::with_database();
    done(&stage.run("yes", &["database.capacity", "orders", "min=2", "max=32"]), &stage, "ModifyDBCluster");
    assert!(stage.described("us-east-1").contains("<MaxCapacity>32"), "{}", stage.described("us-east-1"));
    let ran = stage.run("yes", &["database.snapshot", "orders"]);
    done(&ran, &stage, "CreateDBClusterSnapshot");
    let planned = ran.entry("planned")["detail"]["calls"][0]["cli"].as_str().unwrap().to_owned();
    let sent = stage.line.seen("CreateDBClusterSnapshot").remove(0).body;
    let name = planned.split_once("--db-cluster-snapshot-identifier ").unwrap().1.split(' ').next().unwrap();
    assert!(sent.contains(name), "what was confirmed is what was sent: {planned}\n{sent}");
}

#[test]
fn restore_into_a_new_cluster() {
    let stage = Stage::with_moto();
    stage.cluster("orders-use1", "us-east-1", "");
    stage.instance("orders-1", "orders-use1", "us-east-1");
    let refused = stage.run("yes", &["database.restore", "alone", "to-time=latest", "as=orders-use1"]);
    assert_eq!(refused.exit, 2, "{refused}");
    let ran = stage.run("yes", &["database.restore", "alone", "to-time=latest", "as=orders-check"]);
    assert_eq!((ran.exit, ran.outcome()), (0, "done"), "{ran}");
    assert_eq!(ran.events().iter().filter(|e| **e == "sent").count(), 2, "{ran}");
    assert_eq!(stage.line.seen("RestoreDBClusterToPointInTime").len(), 1);
    assert_eq!(stage.line.seen("CreateDBInstance").len(), 1);
    assert!(stage.described("us-east-1").contains("orders-check"));
}

#[test]
fn the_operate_role_is_assumed_for_the_operation_alone() {
    let stage = Stage::with_operate_role();
    let (exit, plan) = stage.plan(&["database.capacity", "orders", "max=20"]);
    assert_eq!((exit, stage.line.seen("AssumeRole").len()), (0, 0), "a plan assumes nothing: {plan:#}");
    assert_eq!(stage.line.seen("SimulatePrincipalPolicy").len(), 1);
    let ran = stage.run("yes", &["database.capacity", "orders", "max=20"]);
    done(&ran, &stage, "ModifyDBCluster");
    let assumed = stage.line.seen("AssumeRole").remove(0);
    assert!(assumed.body.contains("RoleSessionName=quarterdeck-OP-"), "{}", assumed.body);
    assert!(assumed.body.contains("SourceIdentity="), "{}", assumed.body);
    assert_ne!(stage.line.seen("ModifyDBCluster")[0].key, stage.account, "sent with the role's credentials");
    assert!(ran.entry("sent")["role"].as_str().unwrap().contains("assumed-role/operate/quarterdeck-OP-"), "{ran}");
    // The role may do nothing else, and IAM says so before anything is tried.
    let (exit, plan) = stage.plan(&["database.failover", "orders"]);
    let guards = plan["guards"].as_array().unwrap();
    let permission = guards.iter().find(|g| g["guard"] == "permission").unwrap();
    assert_eq!((exit, &permission["ok"]), (2, &serde_json::json!(false)), "{plan:#}");
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

impl Stage {
    /// An account with a database, and a role that may change its capacity and nothing else.
    pub(crate) fn with_operate_role() -> Self {
        let mut stage = Self::with_database();
        let role = format!("arn:aws:iam::{}:role/operate", stage.account);
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"#;
        let all = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"rds:ModifyDBCluster","Resource":"*"}]}"#;
        let kind = "application/x-www-form-urlencoded";
        let iam =
            |form: String| stage.http("us-east-1", "iam", "POST", "/", kind, &format!("{form}&Version=2010-05-08"));
        iam(format!("Action=CreateRole&RoleName=operate&AssumeRolePolicyDocument={}", escaped(trust)));
        iam(format!("Action=PutRolePolicy&RoleName=operate&PolicyName=p&PolicyDocument={}", escaped(all)));
        stage.account_lines = format!("operate_role_arn = \"{role}\"");
        stage
    }

    /// An account whose RDS and EKS are moto.
    pub(crate) fn with_moto() -> Self {
        let mut stage = Self::on("QUARTERDECK_BED_MOTO");
        let (url, identity) = (stage.line.url.clone(), Line::to(&bed("QUARTERDECK_BED_MINISTACK")));
        stage.environment = vec![
            ("AWS_ENDPOINT_URL_RDS".into(), url.clone()),
            ("AWS_ENDPOINT_URL_EKS".into(), url),
            ("AWS_ENDPOINT_URL".into(), identity.url),
        ];
        stage
    }

    /// A number for the lag of a secondary region.
    fn lag(&self, region: &str, cluster: &str) {
        let now = jiff::Timestamp::now();
        let form = format!(
            "Action=PutMetricData&Version=2010-08-01&Namespace=AWS%2FRDS&MetricData.member.1.MetricName=AuroraGlobalDBReplicationLag\
             &MetricData.member.1.Value=640&MetricData.member.1.Unit=Milliseconds&MetricData.member.1.Timestamp={}\
             &MetricData.member.1.Dimensions.member.1.Name=DBClusterIdentifier&MetricData.member.1.Dimensions.member.1.Value={cluster}",
            now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().replace(':', "%3A")
        );
        self.http(region, "monitoring", "POST", "/", "application/x-www-form-urlencoded", &form);
    }
}
