//! Every rule at its boundaries.

use quarterdeck::estate::{Addon, ControlPlane, Fact, MemberNumbers, Owner, Pod, PodPhase, Readiness, Workload};
use quarterdeck::judge::{Level, Rule, RuleId, Thresholds};

use crate::ground::*;
use Level::{Critical, Ok, Warning};

/// The level of a rule when the writer's or the reader's numbers are changed.
fn numbers(rule: RuleId, change: impl FnOnce(&mut MemberNumbers, &mut MemberNumbers)) -> Level {
    let mut ground = Ground::calm();
    ground.numbers(|numbers| {
        let (mut writer, mut reader) = (numbers["orders-1"].clone(), numbers["orders-2"].clone());
        change(&mut writer, &mut reader);
        numbers.insert("orders-1".into(), writer);
        numbers.insert("orders-2".into(), reader);
    });
    ground.level_of(rule)
}

#[test]
fn the_table_is_in_the_order_of_the_ids_and_every_name_leads_back() {
    for rule in Rule::ALL {
        assert_eq!(Rule::of(rule.id).unwrap().id, rule.id);
        assert_eq!(RuleId::from_word(rule.id.word()), Some(rule.id));
        assert!(!rule.source.is_empty(), "{} cites nothing", rule.id.word());
    }
    assert_eq!(RuleId::from_word("database.mood"), None);
}

#[test]
fn a_calm_estate_raises_nothing() {
    let judgement = Ground::calm().judge();
    assert_eq!(judgement.alerts, []);
    let doubts: Vec<_> = judgement.verdicts.iter().flat_map(|v| &v.doubts).collect();
    assert_eq!((judgement.level, doubts), (Ok, Vec::<&String>::new()));
}

#[test]
fn database_percentages_break_above() {
    for (percent, level) in [(70.0, Ok), (70.1, Warning), (85.0, Warning), (85.1, Critical)] {
        let cpu = numbers(RuleId::DatabaseCpuPercent, |w, _| w.cpu_percent = sample(percent));
        let conn = numbers(RuleId::DatabaseConnectionsPercent, |w, _| w.connections = sample(percent * 10.0));
        assert_eq!((cpu, conn), (level, level), "{percent} %");
    }
}

#[test]
fn free_memory_breaks_below() {
    for (percent, level) in [(30.0, Ok), (29.9, Warning), (15.0, Warning), (14.9, Critical)] {
        let memory =
            |w: &mut MemberNumbers, _: &mut MemberNumbers| w.freeable_memory_bytes = sample(free_memory(percent));
        assert_eq!(numbers(RuleId::DatabaseFreeableMemoryPercent, memory), level, "{percent} %");
    }
}

#[test]
fn replica_lag_is_the_worst_readers() {
    for (ms, level) in [(100.0, Ok), (100.5, Warning), (1_000.0, Warning), (1_400.0, Critical)] {
        assert_eq!(numbers(RuleId::DatabaseReplicaLagMs, |_, r| r.replica_lag_ms = sample(ms)), level, "{ms} ms");
    }
    let alert = {
        let mut ground = Ground::calm();
        ground.numbers(|n| n.get_mut("orders-2").unwrap().replica_lag_ms = sample(1_400.0));
        ground.alert(RuleId::DatabaseReplicaLagMs).unwrap()
    };
    assert_eq!(alert.subject(), "production/us-east-1/orders");
    assert_eq!((alert.value, alert.threshold, alert.unit), (Some(1_400.0), Some(1_000.0), "ms"));
    assert_eq!(alert.brief(), "replica lag 1,400 ms");
    assert_eq!(
        alert.why(noon()),
        "The replica lag of orders-2 is 1,400 ms, above the critical threshold of 1,000 ms. \
         cloudwatch of production us-east-1, as of 11:59:00 UTC, 1 min ago."
    );
}

#[test]
fn a_databases_status_and_its_members() {
    let status = |cluster: &str, writer: &str, reader: &str| {
        let mut ground = Ground::calm();
        let mut facts = database();
        facts.status = cluster.into();
        facts.members[0].status = Some(writer.into());
        facts.members[1].status = Some(reader.into());
        ground.tell(rds(), vec![Fact::Database("orders".into(), Some(facts))]);
        ground.level_of(RuleId::DatabaseStatus)
    };
    for (word, level) in [
        ("available", Ok),
        ("backing-up", Ok),
        ("stopped", Warning),
        ("modifying", Warning),
        ("failing-over", Warning),
        ("a-word-of-tomorrow", Warning),
        ("failed", Critical),
        ("inaccessible-encryption-credentials", Critical),
    ] {
        assert_eq!(status(word, "available", "available"), level, "{word}");
        assert_eq!(status("available", word, "available"), level, "writer {word}");
        assert_eq!(status("available", "available", word), level.min(Warning), "reader {word}");
    }
}

#[test]
fn budgets_break_from_their_thresholds() {
    let level = |rule, actual, forecast| {
        let mut ground = Ground::calm();
        ground.tell(budgets(), vec![Fact::Budget("production month".into(), Some(budget(actual, forecast)))]);
        ground.level_of(rule)
    };
    for (usd, expected) in [(2_399.0, Ok), (2_400.0, Warning), (2_999.0, Warning), (3_000.0, Critical)] {
        assert_eq!(level(RuleId::BudgetActualPercent, usd, None), expected, "${usd}");
    }
    for (usd, expected) in [(2_999.0, Ok), (3_000.0, Warning), (9_000.0, Warning)] {
        assert_eq!(level(RuleId::BudgetForecastPercent, 0.0, Some(usd)), expected, "${usd}");
    }
}

fn with_plane(change: impl FnOnce(&mut ControlPlane)) -> Ground {
    let mut ground = Ground::calm();
    let mut plane = plane();
    change(&mut plane);
    ground.tell(eks(), vec![Fact::ControlPlane("prod-use1".into(), Some(plane))]);
    ground
}

#[test]
fn a_clusters_status_and_what_is_broken_around_it() {
    for (word, level) in [("ACTIVE", Ok), ("UPDATING", Warning), ("CREATING", Warning), ("FAILED", Critical)] {
        assert_eq!(with_plane(|p| p.status = word.into()).level_of(RuleId::ClusterStatus), level, "{word}");
    }
    for (word, level) in [("ACTIVE", Ok), ("UPDATING", Ok), ("DEGRADED", Warning), ("CREATE_FAILED", Warning)] {
        let group = with_plane(|p| p.nodegroups.as_mut().unwrap()[0].status = word.into());
        let addon = Addon { name: "vpc-cni".into(), version: None, status: word.into() };
        let addon = with_plane(|p| p.addons = Some(vec![addon]));
        assert_eq!(
            (group.level_of(RuleId::ClusterStatus), addon.level_of(RuleId::ClusterStatus)),
            (level, level),
            "{word}"
        );
    }
}

#[test]
fn the_fullest_node_group_counts() {
    for (desired, max, level) in
        [(3, 4, Ok), (4, 5, Warning), (79, 100, Ok), (5, 5, Critical), (6, 5, Critical), (0, 0, Ok)]
    {
        let ground = with_plane(|p| p.nodegroups = Some(vec![nodegroup(1, 10), nodegroup(desired, max)]));
        assert_eq!(ground.level_of(RuleId::ClusterNodesPercentOfMax), level, "{desired} of {max}");
    }
}

#[test]
fn nodes_that_are_not_ready_count_and_cordoned_ones_do_not() {
    let level = |nodes| {
        let mut ground = Ground::calm();
        ground.nodes(nodes);
        ground.alert(RuleId::ClusterNodesNotReady).map(|a| (a.level, a.value))
    };
    assert_eq!(level(vec![node("a", Readiness::Ready, true)]), None);
    assert_eq!(level(vec![node("a", Readiness::NotReady, true)]), Some((Warning, Some(1.0))));
    let mixed = [Readiness::Ready, Readiness::NotReady, Readiness::Unknown];
    let mixed = mixed.iter().zip(["a", "b", "c"]).map(|(r, name)| node(name, *r, false)).collect();
    assert_eq!(level(mixed), Some((Warning, Some(2.0))));
}

#[test]
fn pods_count_once_they_are_pending_for_five_minutes() {
    for (minutes, level) in [(4, Ok), (5, Warning), (60, Warning)] {
        let mut ground = Ground::calm();
        ground.pods(vec![Pod { phase: PodPhase::Pending, created: Some(ago(minutes)), ..pod("cart-1") }]);
        assert_eq!(ground.level_of(RuleId::ClusterPodsPending), level, "{minutes} min");
    }
}

fn restarted(restarts: &[u32]) -> Ground {
    let mut ground = Ground::calm();
    let young = |(i, n): (usize, &u32)| Pod { restarts: *n, created: Some(ago(10)), ..pod(&format!("cart-{i}")) };
    ground.pods(restarts.iter().enumerate().map(young).collect());
    ground
}

#[test]
fn restarts_are_summed_over_a_workloads_pods() {
    for (restarts, level) in [(&[1, 2][..], Ok), (&[2, 2], Warning), (&[10], Warning), (&[5, 6], Critical)] {
        let ground = restarted(restarts);
        assert_eq!(ground.level_of(RuleId::WorkloadRestarts1h), level, "{restarts:?}");
    }
    let alert = restarted(&[5, 6]).alert(RuleId::WorkloadRestarts1h).unwrap();
    assert_eq!(alert.subject(), "prod-use1/shop/deployment/cart");
    assert_eq!((alert.value, alert.threshold, alert.unit), (Some(11.0), Some(10.0), "/h"));
}

#[test]
fn pods_of_another_owner_and_bare_pods_are_judged_too() {
    let mut ground = Ground::calm();
    let young = |name: &str, owner| Pod { restarts: 4, created: Some(ago(10)), owner, ..pod(name) };
    ground.pods(vec![young("migrate-x", Owner::Other("Job".into(), "migrate".into())), young("lonely", Owner::Nobody)]);
    let subjects: Vec<String> = ground.alerts().into_iter().map(|(_, subject, _)| subject).collect();
    assert_eq!(subjects, ["prod-use1/shop/job/migrate", "prod-use1/shop/pod/lonely"]);
}

#[test]
fn a_workload_is_degraded_from_one_that_is_missing() {
    let level = |workload: Workload| {
        let mut ground = Ground::calm();
        ground.workloads(vec![workload]);
        ground.alert(RuleId::WorkloadDegraded).map(|a| (a.level, a.value, a.brief()))
    };
    assert_eq!(level(workload("cart", 3, 3)), None);
    assert_eq!(level(workload("cart", 0, 0)), None);
    assert_eq!(level(workload("cart", 3, 1)), Some((Warning, Some(2.0), "1 of 3 available".into())));
    let stuck = Workload { stuck: Some("ProgressDeadlineExceeded".into()), ..workload("cart", 3, 3) };
    let brief = "rollout stuck: ProgressDeadlineExceeded".to_owned();
    assert_eq!(level(stuck), Some((Warning, Some(1.0), brief)));
}

#[test]
fn the_team_may_change_a_rule_or_switch_it_off() {
    let mut ground = Ground::calm();
    ground.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(80.0));
    let rule = RuleId::DatabaseCpuPercent;
    assert_eq!(ground.level_of(rule), Warning);
    ground.policy.alerts.insert(rule, Some(Thresholds { warn: Some(50.0), crit: Some(75.0) }.into()));
    assert_eq!(ground.level_of(rule), Critical);
    ground.policy.alerts.insert(rule, Some(Thresholds { warn: Some(90.0), crit: None }.into()));
    assert_eq!(ground.level_of(rule), Ok, "the side that is left out keeps its default of 85");
    ground.policy.alerts.insert(rule, None);
    assert_eq!(ground.level_of(rule), Ok);
    let mut ground = Ground::calm();
    ground.fail(rds());
    ground.policy.alerts.insert(RuleId::SourceFailing, None);
    assert_eq!(ground.alerts(), [], "a rule about a state may be switched off too");
}
