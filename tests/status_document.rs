//! The document that scripts read: its names and shapes, null where nothing is known, and the table for people.

#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]

#[path = "ground/estate.rs"]
mod ground;

use ground::*;
use quarterdeck::cli::status::document::{Status, document};
use quarterdeck::estate::{
    Batch, Coverage, EntryRef, Fact, IdentityState, Kind, MemberRole, Node, Readiness, Resources, Sample, ServiceFacts,
    Usage,
};
use serde_json::{Value, json};

fn status(ground: &Ground) -> Status {
    document(&ground.estate, &ground.judge(), ground.now)
}

fn json(ground: &Ground) -> Value {
    serde_json::to_value(status(ground)).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn sorted(words: &str) -> Vec<&str> {
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.sort_unstable();
    words
}

/// Every value inside that is not an object, with its path.
fn leaves<'a>(value: &'a Value, path: &str, out: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, &format!("{path}.{key}"), out)),
        value => out.push((path.to_owned(), value)),
    }
}

#[test]
fn every_object_has_the_fields_that_are_promised() {
    let mut ground = Ground::calm();
    ground.fail(rds());
    let document = json(&ground);
    let promised = [
        (
            "",
            "schema estate generated_at level accounts clusters databases slos services budgets costs alerts incidents sources",
        ),
        ("/accounts/0", "name id environment level identity"),
        ("/accounts/0/identity", "state arn expires_at error"),
        (
            "/clusters/0",
            "name account region level version status endpoint logging secrets_encrypted addons nodes pods restarts_1h usage \
             workloads nodegroups as_of",
        ),
        ("/clusters/0/endpoint", "public private public_cidrs"),
        ("/clusters/0/nodes", "ready total cordoned"),
        ("/clusters/0/pods", "total running pending failed crash_looping"),
        ("/clusters/0/usage", "cpu_percent memory_percent nodes as_of error"),
        ("/clusters/0/workloads", "total degraded"),
        (
            "/services/0",
            "name account region level p99_ms requests_per_s errors_5xx_percent errors_4xx_percent requests_change_percent \
             as_of",
        ),
        ("/clusters/0/nodegroups/0", "name status desired min max capacity"),
        (
            "/databases/0",
            "name account region level status engine version writer readers cpu_percent connections connections_percent \
             freeable_memory_percent replica_lag_ms acu acu_min acu_max members global as_of",
        ),
        (
            "/databases/0/members/0",
            "name role class az promotion_tier status cpu_percent connections freeable_memory_percent replica_lag_ms acu",
        ),
        ("/databases/0/global", "id failover_state members"),
        ("/databases/0/global/members/0", "region role lag_ms"),
        (
            "/slos/0",
            "name service objective_percent window level data remaining_percent burn firing exhausted_in_s as_of why",
        ),
        ("/slos/0/burn", "5m 30m 1h 2h 6h 1d 3d"),
        (
            "/budgets/0",
            "name account level limit_usd actual_usd forecast_usd thresholds_percent crossed_percent \
             forecast_crossed_percent as_of",
        ),
        ("/costs/0", "account month_to_date_usd by_service as_of"),
        ("/costs/0/by_service/0", "service usd"),
        ("/alerts/0", "rule subject level value unit threshold since severity severity_rule silenced why"),
        ("/sources/0", "name account region subject state as_of error next_try_at calls cost_usd"),
    ];
    for (pointer, fields) in promised {
        assert_eq!(keys(document.pointer(pointer).unwrap()), sorted(fields), "{pointer}");
    }
}

#[test]
fn a_database_is_its_writer_and_its_worst_reader() {
    let database = &json(&Ground::calm())["databases"][0];
    let expected = json!({
        "name": "orders", "account": "production", "region": "us-east-1", "level": "ok", "status": "available",
        "engine": "aurora-postgresql", "version": "16.6", "writer": "orders-1", "readers": ["orders-2"],
        "cpu_percent": 41.5, "connections": 310, "connections_percent": 31.0, "freeable_memory_percent": 44.0,
        "replica_lag_ms": 22.0, "acu": 6.5, "acu_min": 0.5, "acu_max": 16.0,
        "members": [
            {"name": "orders-1", "role": "writer", "class": "db.serverless", "az": "us-east-1a", "promotion_tier": 1,
             "status": "available", "cpu_percent": 41.5, "connections": 310, "freeable_memory_percent": 44.0,
             "replica_lag_ms": null, "acu": 6.5},
            {"name": "orders-2", "role": "reader", "class": "db.serverless", "az": "us-east-1a", "promotion_tier": 1,
             "status": "available", "cpu_percent": 41.5, "connections": 310, "freeable_memory_percent": 44.0,
             "replica_lag_ms": 22.0, "acu": 6.5}
        ],
        "global": {"id": "orders-global", "failover_state": null, "members": [
            {"region": "us-east-1", "role": "primary", "lag_ms": null},
            {"region": "us-west-2", "role": "secondary", "lag_ms": 640.0}
        ]},
        "as_of": "2026-11-20T11:59:00Z"
    });
    assert_eq!(*database, expected);
}

#[test]
fn a_service_in_rates_and_shares() {
    let mut ground = Ground::calm();
    let unknown = &json(&Ground::silent())["services"][0];
    assert_eq!((&unknown["name"], &unknown["p99_ms"], &unknown["as_of"]), (&json!("shop"), &Value::Null, &Value::Null));
    let sample = |value| Some(Sample { value, at: ago(2) });
    let facts = ServiceFacts {
        p99_ms: Some(Sample { value: 212.5, at: ago(1) }),
        requests: sample(80.0),
        errors_5xx: sample(0.2),
        errors_4xx: sample(0.0),
        requests_before: sample(64.0),
    };
    ground.tell(cloudwatch(), vec![Fact::Service("shop".into(), facts)]);
    let mut service = json(&ground)["services"][0].clone();
    service.as_object_mut().unwrap().remove("level");
    let expected = json!({
        "name": "shop", "account": "production", "region": "us-east-1", "p99_ms": 212.5, "requests_per_s": 80.0,
        "errors_5xx_percent": 0.25, "errors_4xx_percent": 0.0, "requests_change_percent": 25.0,
        "as_of": "2026-11-20T11:58:00Z"
    });
    assert_eq!(service, expected);
}

#[test]
fn nodes_use_a_share_of_what_they_have() {
    let mut ground = Ground::calm();
    let usage = |ground: &Ground| json(ground)["clusters"][0]["usage"].clone();
    let unknown = json!({"cpu_percent": null, "memory_percent": null, "nodes": null, "as_of": null, "error": null});
    assert_eq!(usage(&ground), unknown);
    let of = |cpu_milli, memory_bytes| Resources { cpu_milli, memory_bytes };
    let with = |name: &str, has: Option<Resources>| Node { allocatable: has, ..node(name, Readiness::Ready, false) };
    let nodes = vec![with("a", Some(of(2_000, 1_000))), with("b", Some(of(6_000, 3_000))), with("c", None)];
    let used = [("a", of(1_000, 800)), ("b", of(1_000, 1_200)), ("c", of(9_000, 900)), ("gone", of(1, 1))];
    let nodes_used = used.into_iter().map(|(name, used)| (name.into(), used)).collect();
    let measured = Usage::Measured { at: ago(1), nodes: nodes_used };
    let cluster = "prod-use1".to_owned();
    let nodes = Fact::Nodes(cluster.clone(), Batch::Snapshot(nodes));
    ground.tell(kubernetes(), vec![nodes, Fact::Usage(cluster.clone(), measured)]);
    let expected = json!({
        "cpu_percent": 25.0, "memory_percent": 50.0, "nodes": 2, "as_of": "2026-11-20T11:59:00Z", "error": null
    });
    assert_eq!(usage(&ground), expected);
    ground.tell(kubernetes(), vec![Fact::Usage(cluster, Usage::Unmeasured("no metrics API".into()))]);
    assert_eq!((&usage(&ground)["cpu_percent"], &usage(&ground)["error"]), (&Value::Null, &json!("no metrics API")));
}

#[test]
fn a_provisioned_writer_has_no_acu() {
    let mut ground = Ground::calm();
    let mut facts = database();
    facts.members[0].class = Some("db.r6g.large".into());
    ground.tell(rds(), vec![Fact::Database("orders".into(), Some(facts))]);
    let database = &json(&ground)["databases"][0];
    for field in ["acu", "acu_min", "acu_max"] {
        assert_eq!(database[field], Value::Null, "{field}");
    }
    assert_eq!((&database["members"][0]["acu"], &database["members"][1]["acu"]), (&Value::Null, &json!(6.5)));
}

#[test]
fn a_database_without_a_global_one_has_an_empty_list() {
    let mut ground = Ground::calm();
    ground.tell(rds(), vec![Fact::Global("orders".into(), None)]);
    let global = &json(&ground)["databases"][0]["global"];
    assert_eq!(*global, json!({"id": null, "failover_state": null, "members": []}));
}

#[test]
fn a_budget_says_what_actual_and_forecast_have_crossed() {
    let mut ground = Ground::calm();
    let facts = |actual, forecast| vec![Fact::Budget("production month".into(), Some(budget(actual, forecast)))];
    ground.tell(budgets(), facts(2_450.0, Some(3_210.0)));
    let budget = json(&ground)["budgets"][0].clone();
    assert_eq!(budget["thresholds_percent"], json!([50, 80, 100, 110]));
    assert_eq!((&budget["crossed_percent"], &budget["level"]), (&json!([50, 80]), &json!("warning")));
    assert_eq!(budget["forecast_crossed_percent"], json!([50, 80, 100]));
    ground.tell(budgets(), facts(2_400.0, None));
    let budget = json(&ground)["budgets"][0].clone();
    assert_eq!(budget["crossed_percent"], json!([50, 80]), "a threshold that is met is crossed");
    assert_eq!(budget["forecast_crossed_percent"], Value::Null);
}

#[test]
fn of_a_silent_estate_every_row_is_there_and_every_fact_is_null() {
    let document = json(&Ground::silent());
    assert_eq!(document["level"], "unknown");
    let told = sorted("name id environment account region service objective_percent window level state error data why");
    for (room, rows) in [("accounts", 2), ("clusters", 2), ("databases", 1), ("slos", 2), ("budgets", 1), ("costs", 2)]
    {
        let list = document[room].as_array().unwrap();
        assert_eq!(list.len(), rows, "{room}");
        let mut found = Vec::new();
        for row in list {
            leaves(row, room, &mut found);
        }
        for (path, value) in found {
            let known = told.contains(&path.rsplit('.').next().unwrap());
            assert!(known || value.is_null(), "{path} is {value}");
        }
    }
    assert_eq!(document["incidents"], json!([]));
    assert_eq!(document["sources"].as_array().unwrap().len(), 9);
}

#[test]
fn under_a_mismatch_everything_of_the_account_is_null() {
    let mut ground = Ground::calm();
    ground.introduce(IdentityState::Mismatch);
    let document = json(&ground);
    assert_eq!(document["level"], "critical");
    assert_eq!(document["accounts"][0]["identity"]["state"], "mismatch");
    let told = sorted("name account region service objective_percent window level data why");
    for pointer in ["/clusters/0", "/databases/0", "/slos/0", "/budgets/0", "/costs/0"] {
        let row = document.pointer(pointer).unwrap();
        assert!(row.get("level").is_none_or(|level| level == "unknown"), "{pointer}");
        let mut found = Vec::new();
        leaves(row, pointer, &mut found);
        for (path, value) in found {
            assert!(told.contains(&path.rsplit('.').next().unwrap()) || value.is_null(), "{path} is {value}");
        }
    }
}

#[test]
fn what_may_not_be_read_is_null_and_the_rest_is_not() {
    let mut ground = Ground::calm();
    let forbidden = Coverage::Partial("namespace payments".into());
    ground.tell(kubernetes(), vec![Fact::Coverage("prod-use1".into(), Kind::Pods, forbidden)]);
    let cluster = &json(&ground)["clusters"][0];
    assert_eq!(
        cluster["pods"],
        json!({"total": null, "running": null, "pending": null, "failed": null, "crash_looping": null})
    );
    assert_eq!(cluster["restarts_1h"], Value::Null);
    assert_eq!(cluster["nodes"], json!({"ready": 1, "total": 1, "cordoned": 0}));
    assert_eq!(cluster["workloads"], json!({"total": 1, "degraded": 0}));
    assert_eq!(cluster["level"], "unknown");
}

#[test]
fn as_of_is_the_oldest_fact() {
    let mut ground = Ground::calm();
    ground.now = ago(-10);
    ground.tell(eks(), vec![Fact::ControlPlane("prod-use1".into(), Some(plane()))]);
    assert_eq!(json(&ground)["clusters"][0]["as_of"], "2026-11-20T12:00:00Z");
    ground.tell(kubernetes(), Vec::new());
    assert_eq!(json(&ground)["clusters"][0]["as_of"], "2026-11-20T12:10:00Z");
    assert_eq!(json(&ground)["slos"][0]["as_of"], "2026-11-20T11:59:00Z", "the end of the windows");
}

#[test]
fn every_source_but_a_live_or_waiting_one_says_why() {
    let mut ground = Ground::calm();
    ground.fail(rds());
    ground.pause(costs());
    ground.refuse(lab());
    for source in status(&ground).sources {
        assert_eq!(source.error.is_some(), source.state.word() != "live", "{} is {:?}", source.name, source.state);
    }
}

#[test]
fn writers_and_readers_are_those_of_the_service() {
    let mut ground = Ground::calm();
    let mut facts = database();
    facts.members.iter_mut().for_each(|m| m.role = MemberRole::Reader);
    ground.tell(rds(), vec![Fact::Database("orders".into(), Some(facts))]);
    let database = &json(&ground)["databases"][0];
    assert_eq!((&database["writer"], &database["readers"]), (&Value::Null, &json!(["orders-1", "orders-2"])));
    assert_eq!((&database["cpu_percent"], &database["level"]), (&Value::Null, &json!("unknown")));
}

#[test]
fn the_table_is_the_worst_first_and_aligned() {
    let mut ground = Ground::calm();
    ground.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(99.0));
    ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), even_counts(2_000.0, 100_000.0))]);
    ground.fail(lab());
    insta::assert_snapshot!(status(&ground).table());
}

#[test]
fn a_silent_estate_has_a_table_too() {
    insta::assert_snapshot!(status(&Ground::silent()).table());
}

#[test]
fn nothing_from_outside_steers_the_terminal() {
    let mut ground = Ground::calm();
    let mut facts = database();
    facts.status = "avail\u{1b}[2Jable\u{202e}\n\u{9b}".into();
    facts.members[0].name = "名\u{7f}".repeat(200);
    ground.tell(rds(), vec![Fact::Database("orders".into(), Some(facts))]);
    let table = status(&ground).table();
    assert!(table.chars().all(|c| c == '\n' || !quarterdeck::gate::is_unsafe(c)));
    assert_eq!(ground.level(&EntryRef::Database("orders".into())).word(), "warning");
}
