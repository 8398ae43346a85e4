//! Node groups, against moto's EKS. It takes updates and does not tell of them again: what `DescribeUpdate` says is told
//! by the line, in the words of the service's API model.

use serde_json::json;

use crate::line::Fault;
use crate::stage::{Ran, Stage};

const UPDATE: &str = "POST /clusters/prod/node-groups/spot/update-config";
const FOLLOWED: &str = "GET /clusters/prod/updates/";

fn stage() -> Stage {
    let stage = Stage::with_moto();
    let json = "application/json";
    stage.http("us-east-1", "eks", "POST", "/clusters", json, &format!(
        r#"{{"name":"prod","version":"1.36","roleArn":"arn:aws:iam::{}:role/eks","resourcesVpcConfig":{{"subnetIds":["subnet-0a"]}}}}"#,
        stage.account
    ));
    stage.http("us-east-1", "eks", "POST", "/clusters/prod/node-groups", json, &format!(
        r#"{{"nodegroupName":"spot","subnets":["subnet-0a"],"nodeRole":"arn:aws:iam::{}:role/n","scalingConfig":{{"minSize":1,"maxSize":10,"desiredSize":3}}}}"#,
        stage.account
    ));
    stage
}

fn scale(stage: &Stage, desired: &str) -> Ran {
    let ran = stage.run("yes", &["nodegroup.scale", "prod-use1/nodegroup/spot", desired]);
    assert_eq!(stage.line.seen(UPDATE).len(), 1, "{ran}");
    ran
}

/// What `DescribeUpdate` says.
fn update(status: &str, errors: &serde_json::Value) -> String {
    let params = json!([{"type": "DesiredSize", "value": "5"}]);
    let id = "8ab3c5a1-a1bb-3fd2-9d4f-2e1f3a9a5e6f";
    json!({"update": {"id": id, "status": status, "type": "ConfigUpdate", "params": params, "createdAt": 1.795e9, "errors": errors}})
        .to_string()
}

#[test]
fn a_node_group_takes_new_sizes() {
    let stage = stage();
    let ran = scale(&stage, "desired=5");
    assert_eq!((ran.exit, ran.outcome()), (0, "done"), "{ran}");
    let id = ran.entry("answered")["detail"]["answer"]["update"]["id"].as_str().unwrap_or_else(|| panic!("{ran}"));
    assert!(!stage.line.seen(&format!("{FOLLOWED}{id}")).is_empty(), "it is followed by its id");
    let (exit, plan) = stage.plan(&["nodegroup.scale", "prod-use1/nodegroup/spot", "min=7"]);
    assert_eq!(exit, 2, "{plan:#}");
}

#[test]
fn an_update_is_followed_to_its_end() {
    let stage = stage();
    let none = json!([]);
    stage.line.tells(FOLLOWED, move |before| update(if before < 3 { "InProgress" } else { "Successful" }, &none));
    let ran = scale(&stage, "desired=5");
    assert_eq!((ran.exit, ran.outcome()), (0, "done"), "{ran}");
    assert_eq!(stage.line.seen(FOLLOWED).len(), 4, "the group was ACTIVE with its new sizes all the while: {ran}");
    assert!(ran.entry("done")["detail"]["seen"].as_str().unwrap().contains("Successful"), "{ran}");
}

#[test]
fn an_update_that_fails_is_told_with_its_errors() {
    for status in ["Failed", "Cancelled"] {
        let stage = stage();
        let errors = json!([{
            "errorCode": "AsgInstanceLaunchFailures", "errorMessage": "no capacity of m7g.large in us-east-1a",
            "resourceIds": ["eks-spot-asg"],
        }]);
        stage.line.tells(FOLLOWED, move |_| update(status, &errors));
        let ran = scale(&stage, "desired=5");
        assert_eq!((ran.exit, ran.outcome()), (1, "failed"), "{ran}");
        let why = ran.entry("failed")["detail"]["reason"].as_str().unwrap();
        let words =
            format!("{status}: no capacity of m7g.large in us-east-1a (AsgInstanceLaunchFailures, eks-spot-asg)");
        assert!(why.ends_with(&words), "{why}");
    }
}

#[test]
fn without_the_id_it_is_told_by_the_sizes() {
    for fault in [Fault::AnswerLost, Fault::HalfAnAnswer, Fault::FailsAfterActing] {
        let stage = stage();
        stage.line.breaks(UPDATE, fault);
        let ran = scale(&stage, "desired=5");
        assert_eq!((ran.exit, ran.outcome()), (0, "done"), "{fault:?}: {ran}");
        assert!(ran.events().ends_with(&["sent", "unknown", "reconciled"]), "{fault:?}: {ran}");
        assert!(stage.line.seen(FOLLOWED).is_empty(), "{fault:?}");
    }
}
