//! Autoscalers: watched beside the rest, and never in its way.

use std::time::Duration;

use quarterdeck::estate::{Autoscaler, Condition, Coverage, Estate, Kind, Name, Owner, SourceState, WorkloadKind};
use serde_json::{Value, json};

use super::bed::{admin, cluster, context, source, watch};
use super::faults::{Act, Line};

const PLACE: &str = "/apis/autoscaling/v2/namespaces/payments/horizontalpodautoscalers";

/// An autoscaler of something that does not exist, so that nothing but the test changes it.
async fn create(name: &str) -> (Name, String) {
    let name = format!("{name}-{}", fastrand::u32(..));
    let object = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "nowhere"},
            "minReplicas": 3, "maxReplicas": 12,
            "metrics": [{"type": "Resource", "resource": {
                "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}
            }}],
        },
    });
    admin("POST", PLACE, &object).await;
    (Name::new("payments", name.clone()), format!("{PLACE}/{name}"))
}

fn seen<'a>(estate: &'a Estate, name: &Name) -> Option<&'a Autoscaler> {
    cluster(estate).autoscalers().get(name)
}

#[tokio::test]
async fn an_autoscaler_is_followed_with_its_bounds_and_what_hinders_it() {
    let mut watching = watch(context("observer"), None);
    watching.until("autoscalers", |e| *cluster(e).coverage(Kind::Autoscalers) == Coverage::Complete).await;
    let (name, path) = create("follows").await;
    let hindered =
        |e: &Estate| seen(e, &name).is_some_and(|a| a.hindrances.iter().any(|h| h.condition == Condition::Unable));
    let estate = watching.until("what the controller says of it", hindered).await;
    let found = seen(&estate, &name).unwrap();
    assert_eq!((found.min, found.max, found.current), (3, 12, 0));
    assert_eq!(found.scales, Owner::Workload(WorkloadKind::Deployment, "nowhere".into()));
    assert!(!found.uid.is_empty() && found.created.is_some());
    let why = &found.hindrances[0];
    assert_eq!(&*why.reason, "FailedGetScale");
    assert!(why.message.contains("nowhere"), "{why:?}");
    admin("PATCH", &path, &json!({"spec": {"minReplicas": 4, "maxReplicas": 9}})).await;
    watching.until("its new bounds", |e| seen(e, &name).is_some_and(|a| (a.min, a.max) == (4, 9))).await;
    admin("DELETE", &path, &Value::Null).await;
    let estate = watching.until("its end", |e| seen(e, &name).is_none()).await;
    assert_eq!(source(&estate).state, SourceState::Live);
}

#[tokio::test]
async fn who_may_not_read_them_is_told_so_and_sees_the_rest() {
    let forbidden = |e: &Estate| matches!(cluster(e).coverage(Kind::Autoscalers), Coverage::Forbidden(_));
    let estate = watch(context("denied"), None).until("the refusal", forbidden).await;
    let Coverage::Forbidden(words) = cluster(&estate).coverage(Kind::Autoscalers) else { panic!("it may be read") };
    assert!(words.contains("horizontalpodautoscalers") && words.contains("autoscaling"), "{words}");
}

#[tokio::test]
async fn a_server_that_has_no_autoscalers_or_fails_over_them_is_in_order() {
    for (status, body) in [
        ("404 Not Found", &b"404 page not found"[..]),
        ("500 Internal Server Error", b"broken"),
        ("403 Forbidden", b"forbidden"),
    ] {
        let line = Line::new().await;
        line.rule(
            move |path, _| {
                if path.contains("/autoscaling/") { Act::Answer(status, "", body.to_vec()) } else { Act::Pass }
            },
        );
        let mut watching = watch(line.cluster(), None);
        let estate = watching.until("the first picture", |e| source(e).state == SourceState::Live).await;
        assert!(cluster(&estate).complete(&Kind::ALL), "{status}");
        watching
            .through(Duration::from_secs(2), |e| {
                assert_eq!((source(e).state, &source(e).error), (SourceState::Live, &None), "{status}");
            })
            .await;
    }
}
