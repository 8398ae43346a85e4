//! The sources against answers written from the services' API models: what the servers of the bed cannot show.

mod cbor;
mod filling;
mod pacing;
mod rounds;
mod slos;
mod spending;
mod stage;

use std::time::Duration;

use self::cbor::metric_data;
use self::stage::{Reply, Stage, identity, rds_cluster, rds_clusters};
use crate::estate::{DeclaredService, IdentityState, ServiceSignals, SourceName, SourceState};

const ID: &str = "111122223333";
const SOON: Duration = Duration::from_secs(15);

/// Answers as a healthy account with one cluster of one member does.
fn healthy(operation: &str) -> Reply {
    match operation {
        "GetCallerIdentity" => identity(ID),
        "DescribeDBClusters" => rds_clusters(&[rds_cluster("orders", &["orders-1"])], None),
        "DescribeDBInstances" => Reply::xml(
            200,
            "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult></DescribeDBInstancesResponse>",
        ),
        "GetMetricData" => metric_data(&[], None),
        "GetCostAndUsage" => Reply::json(200, r#"{"ResultsByTime":[]}"#),
        other => panic!("nobody was to ask for {other}"),
    }
}

/// A service behind a load balancer.
pub(super) fn load_balanced() -> DeclaredService {
    DeclaredService {
        name: "checkout".into(),
        account: Some("production".into()),
        region: Some("us-east-1".into()),
        signals: Some(ServiceSignals::LoadBalancer("app/shop/1".into())),
        cluster: None,
        namespace: None,
    }
}

fn query_error(status: u16, code: &str, message: &str) -> Reply {
    Reply::xml(
        status,
        &format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        ),
    )
}

#[tokio::test]
async fn nothing_but_sts_is_called_with_the_credentials_of_another_account() {
    let mut stage = Stage::new(ID, |sent| match sent.operation.as_str() {
        "GetCallerIdentity" => identity("999999999999"),
        other => panic!("{other} was called with credentials of another account"),
    });
    stage.until(SOON, |e| e.sources().iter().all(|s| s.state == SourceState::Refused)).await;
    assert_eq!(stage.operations(), ["GetCallerIdentity"]);
    assert_eq!(stage.estate.accounts()[0].identity_state(), Some(IdentityState::Mismatch));
}

#[tokio::test]
async fn credentials_that_expire_pause_the_account_until_a_new_login() {
    let mut stage = Stage::new(ID, |sent| match (sent.operation.as_str(), sent.key.as_str()) {
        (_, "NEWKEY") => healthy(&sent.operation),
        ("GetCallerIdentity", _) if sent.nth == 0 => identity(ID),
        ("GetCostAndUsage", _) => healthy("GetCostAndUsage"),
        _ => query_error(403, "ExpiredToken", "The security token included in the request is expired"),
    });
    // The first set is proven; RDS then says that it has expired, and the doubt makes STS say so too.
    stage.until(Duration::from_secs(25), |e| e.sources().iter().all(|s| s.state == SourceState::Paused)).await;
    let reason = stage.source(SourceName::Rds).error.clone().unwrap();
    assert!(reason.contains("ExpiredToken") && reason.contains("aws configure --profile stage"), "{reason}");
    assert_eq!(stage.estate.accounts()[0].identity_state(), Some(IdentityState::Expired));
    let sent = stage.operations().len();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(stage.operations().len(), sent, "a paused account sends nothing");
    stage.log_in("NEWKEY");
    stage.until(Duration::from_secs(30), |e| e.sources().iter().all(|s| s.state == SourceState::Live)).await;
}

#[tokio::test]
async fn a_pause_that_a_service_asks_for_is_kept() {
    let mut stage = Stage::new(ID, |sent| match sent.operation.as_str() {
        "DescribeDBClusters" => query_error(503, "ServiceUnavailable", "busy").with("retry-after", "37"),
        other => healthy(other),
    });
    stage.until(SOON, |e| e.sources().iter().any(|s| s.key.name == SourceName::Rds && s.answered)).await;
    let rds = stage.source(SourceName::Rds);
    assert_eq!(rds.state, SourceState::Failing);
    let pause = rds.next_try_at.unwrap().duration_since(jiff::Timestamp::now());
    assert!(pause.as_secs() >= 34, "{pause} is shorter than was asked for");
    assert_eq!(stage.operations().iter().filter(|o| *o == "DescribeDBClusters").count(), 1);
    // CloudWatch cannot know the members, and says why.
    stage.until(SOON, |e| e.sources().iter().any(|s| s.key.name == SourceName::CloudWatch && s.answered)).await;
    assert!(stage.source(SourceName::CloudWatch).error.clone().unwrap().contains("members"));
}

#[tokio::test]
async fn a_missing_permission_names_the_action() {
    let mut stage = Stage::new(ID, |sent| match sent.operation.as_str() {
        "DescribeDBClusters" => query_error(403, "AccessDenied", "no"),
        "GetCostAndUsage" => Reply::json(400, r#"{"__type":"AccessDeniedException","message":"no"}"#),
        other => healthy(other),
    });
    let denied = [SourceName::Rds, SourceName::CostExplorer];
    stage.until(SOON, |e| e.sources().iter().filter(|s| denied.contains(&s.key.name)).all(|s| s.error.is_some())).await;
    for (name, action) in
        [(SourceName::Rds, "rds:DescribeDBClusters"), (SourceName::CostExplorer, "ce:GetCostAndUsage")]
    {
        let words = stage.source(name).error.clone().unwrap();
        assert!(words.contains(&format!("grant the IAM action {action}")), "{words}");
    }
    let pause = stage.source(SourceName::CostExplorer).next_try_at.unwrap().duration_since(jiff::Timestamp::now());
    assert!(pause.as_mins() >= 29, "a failed call of Cost Explorer counts against the day's three");
    assert_eq!(stage.estate.accounts()[0].identity_state(), Some(IdentityState::Verified));
}

#[tokio::test]
async fn half_a_body_is_a_failure_and_not_an_empty_answer() {
    let mut stage = Stage::new(ID, |sent| match sent.operation.as_str() {
        "DescribeDBClusters" => {
            let whole = rds_clusters(&[rds_cluster("orders", &["orders-1"])], None);
            whole.half()
        }
        other => healthy(other),
    });
    stage.until(SOON, |e| e.sources().iter().any(|s| s.key.name == SourceName::Rds && s.answered)).await;
    let words = stage.source(SourceName::Rds).error.clone().unwrap();
    assert!(words.contains("broke off or could not be read"), "{words}");
    assert!(stage.estate.databases()[0].facts.is_none(), "not known, which is not the same as not there");
}

#[tokio::test]
async fn every_page_is_read_and_the_newest_point_wins() {
    let now = jiff::Timestamp::now().as_second().div_euclid(60) * 60;
    let mut stage = Stage::new(ID, move |sent| match (sent.operation.as_str(), sent.body.contains("page-2")) {
        ("DescribeDBClusters", false) => rds_clusters(&[rds_cluster("other", &[])], Some("page-2")),
        ("DescribeDBClusters", true) => rds_clusters(&[rds_cluster("orders", &["orders-1"])], None),
        // Queries of a writer whose class is not known: 0 CPU, 1 connections, 2 free memory.
        ("GetMetricData", false) => metric_data(
            &[
                ("q0", "PartialData", &[(now - 60, 41.5), (now - 120, 7.0)]),
                ("q1", "Complete", &[(now - 180, 1.0), (now - 120, 2.0), (now - 60, 310.0)]),
            ],
            Some("page-2"),
        ),
        ("GetMetricData", true) => {
            metric_data(&[("q0", "Complete", &[(now - 180, 3.0)]), ("q2", "Complete", &[(now - 3_600, 9.0)])], None)
        }
        (other, _) => healthy(other),
    });
    stage.until(SOON, |e| e.databases()[0].numbers.is_some()).await;
    let numbers = stage.estate.databases()[0].numbers_of("orders-1").unwrap();
    assert_eq!(numbers.cpu_percent.map(|s| (s.value, s.at.as_second())), Some((41.5, now - 60)));
    assert_eq!(numbers.connections.map(|s| s.value), Some(310.0));
    assert_eq!(numbers.freeable_memory_bytes, None, "an hour old is no number of now, and it is not zero");
    assert_eq!(stage.operations().iter().filter(|o| *o == "GetMetricData").count(), 2);
}
