//! What is asked together with what, and when, where the day's cap slows it down.

use jiff::Timestamp;

use super::stage::{Stage, declared};
use super::{ID, SOON, healthy, query_error};
use crate::estate::{DeclaredEstate, DeclaredService, ServiceSignals, SourceName, SourceState};
use crate::source::Purse;
use crate::source::aws::Before;

fn purse(cap_usd: f64) -> Purse {
    Purse::new(Some(cap_usd), 0.0, Timestamp::now())
}

/// A database, and a service behind a load balancer.
fn with_service() -> DeclaredEstate {
    let service = DeclaredService {
        name: "checkout".into(),
        account: Some("production".into()),
        region: Some("us-east-1".into()),
        signals: Some(ServiceSignals::LoadBalancer("app/shop/1".into())),
        cluster: None,
        namespace: None,
    };
    DeclaredEstate { services: vec![service], ..declared(ID) }
}

fn asked(stage: &mut Stage) -> usize {
    stage.operations().iter().filter(|o| *o == "GetMetricData").count()
}

#[tokio::test]
async fn at_a_slow_pace_new_members_are_asked_about_at_once_and_nothing_for_old_news() {
    // Numbers cost $0.00008, so they are asked for each hour or two.
    let purse = purse(0.000_9);
    let mut stage =
        Stage::spending(&with_service(), Before::default(), &purse, |sent| match (sent.operation.as_str(), sent.nth) {
            ("DescribeDBClusters", 0 | 1) => query_error(400, "Busy", &format!("request {}", sent.nth)),
            (other, _) => healthy(other),
        });
    stage.until(SOON, |e| e.databases()[0].numbers.is_some()).await;
    // The service alone with its hour before, once more when RDS cannot tell the members, then all of them.
    let calls = asked(&mut stage);
    assert!(calls <= 4, "{calls}");
    assert_eq!(stage.source(SourceName::CloudWatch).state, SourceState::Live);
}
