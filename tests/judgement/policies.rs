//! What the team may say: silences, rules of its own, severities; and the text that says why.

use quarterdeck::estate::{EntryRef, Fact, Pod, PodPhase, Readiness, Resources, ServiceFacts, Usage};
use quarterdeck::incident::concerns;
use quarterdeck::judge::metric::Metric;
use quarterdeck::judge::why::Charted;
use quarterdeck::judge::{
    Comparison, Level, RuleId, Severity, SeverityRule, Silence, SilencedRules, Subject, TeamRule, Thresholds, why,
    why_alert,
};

use crate::ground::*;

const CPU: RuleId = RuleId::DatabaseCpuPercent;

fn hot() -> Ground {
    let mut ground = Ground::calm();
    ground.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(99.0));
    ground
}

fn silence(rules: SilencedRules, subject: Option<&str>, minutes: i64) -> Silence {
    Silence { rules, subject: subject.map(Into::into), until: ago(-minutes), reason: "a migration".into() }
}

#[test]
fn a_silenced_alert_is_listed_and_makes_nothing_worse() {
    let one = || SilencedRules::One(CPU);
    let area = || SilencedRules::Area("database".into());
    for (silence, holds) in [
        (silence(one(), None, 10), true),
        (silence(area(), None, 10), true),
        (silence(SilencedRules::Area("cluster".into()), None, 10), false),
        (silence(SilencedRules::One(RuleId::DatabaseStatus), None, 10), false),
        (silence(one(), Some("production/us-east-1/orders"), 10), true),
        (silence(one(), Some("production/*/orders"), 10), true),
        (silence(one(), Some("staging/*"), 10), false),
        (silence(one(), None, 0), false),
        (silence(one(), None, -10), false),
    ] {
        let mut ground = hot();
        let said = format!("{silence:?}");
        ground.policy.silences = vec![silence];
        let judgement = ground.judge();
        let alert = ground.alert(CPU).unwrap();
        assert_eq!((alert.level, alert.silenced.is_some()), (Level::Critical, holds), "{said}");
        let level = if holds { Level::Ok } else { Level::Critical };
        assert_eq!(judgement.level, level, "{said}");
        assert_eq!(judgement.verdict(&EntryRef::Database("orders".into())).unwrap().level, level, "{said}");
        assert_eq!(concerns(&ground.estate, &judgement).is_empty(), holds, "{said}");
    }
}

#[test]
fn a_silence_does_not_make_the_unknown_known() {
    let mut ground = hot();
    ground.policy.silences = vec![silence(SilencedRules::Area("database".into()), None, 10)];
    ground.fail(rds());
    assert_eq!(ground.level(&EntryRef::Database("orders".into())), Level::Unknown);
}

fn team(name: &str, metric: &str, comparison: Comparison, warn: f64, crit: Option<f64>) -> TeamRule {
    let thresholds = Thresholds { warn: Some(warn), crit };
    let metric = Metric::of(metric).unwrap();
    TeamRule { id: RuleId::team(name), metric, comparison, thresholds, wait_s: 0, hold_s: 60 }
}

#[test]
fn the_team_has_rules_of_its_own() {
    for (rule, subject, level, value) in [
        (
            team("database.few", "database.readers", Comparison::Below, 2.0, None),
            "production/us-east-1/orders",
            Level::Warning,
            1.0,
        ),
        (
            team("budget.spent", "budget.actual_usd", Comparison::AtLeast, 100.0, Some(1_000.0)),
            "production month",
            Level::Critical,
            1_000.0,
        ),
        (
            team("slo.quiet", "slo.events_1h", Comparison::AtMost, 100_000.0, None),
            "checkout",
            Level::Warning,
            100_000.0,
        ),
        (team("app.idle", "app.requests_per_s", Comparison::Below, 300.0, None), "shop", Level::Warning, 200.0),
        (
            team("account.dear", "account.cost_month_usd", Comparison::Above, 1.0, None),
            "production",
            Level::Warning,
            1_000.0,
        ),
    ] {
        let (id, name) = (rule.id, rule.id.word());
        let mut ground = Ground::calm();
        ground.policy.rules = vec![rule];
        let alert = ground.alert(id).unwrap_or_else(|| panic!("{name} raises nothing"));
        assert_eq!((alert.subject().as_str(), alert.level), (subject, level), "{name}");
        if id.word() != "account.dear" {
            assert_eq!(alert.value, Some(value), "{name}");
        }
        assert!(alert.finding().contains(Metric::of(ground.policy.rules[0].metric.name).unwrap().what), "{name}");
    }
    let mut ground = Ground::calm();
    ground.workloads(vec![workload("cart", 4, 1)]);
    ground.policy.rules = vec![team("workload.thin", "workload.missing_percent", Comparison::Above, 50.0, None)];
    let alert = ground.alert(RuleId::team("workload.thin")).unwrap();
    assert_eq!((alert.subject().as_str(), alert.value), ("prod-use1/shop/deployment/cart", Some(75.0)));
}

#[test]
fn services_are_judged_by_the_app_rules() {
    let with = |change: &dyn Fn(&mut ServiceFacts)| {
        let mut facts = quiet_service();
        change(&mut facts);
        let mut ground = Ground::calm();
        ground.tell(cloudwatch(), vec![Fact::Service("shop".into(), facts)]);
        ground
    };
    let shop = EntryRef::Service("shop".into());
    assert_eq!(with(&|_| {}).level(&shop), Level::Ok);
    for (p99, level) in [(300.0, Level::Ok), (301.0, Level::Warning), (501.0, Level::Critical)] {
        assert_eq!(with(&|f| f.p99_ms = sample(p99)).level_of(RuleId::AppLatencyP99Ms), level, "{p99} ms");
    }
    // 200 requests a second.
    for (errors, level) in [(1.0, Level::Ok), (1.2, Level::Warning), (2.2, Level::Critical)] {
        let ground = with(&|f| f.errors_5xx = sample(errors));
        assert_eq!((ground.level_of(RuleId::AppErrors5xxPercent), ground.level(&shop)), (level, level), "{errors}");
    }
    for (errors, level) in [(10.0, Level::Ok), (11.0, Level::Warning), (21.0, Level::Critical)] {
        assert_eq!(with(&|f| f.errors_4xx = sample(errors)).level_of(RuleId::AppErrors4xxPercent), level, "{errors}");
    }
    for (before, level) in [(150.0, Level::Ok), (130.0, Level::Warning), (99.0, Level::Critical)] {
        let ground = with(&|f| f.requests_before = sample(before));
        assert_eq!(ground.level_of(RuleId::AppRequestsChangePercent), level, "{before}");
    }
    let ground = with(&|f| f.p99_ms = None);
    assert_eq!(ground.judge().verdict(&shop).unwrap().doubts, ["not known: p99 latency"]);
    let idle = with(&|f| *f = ServiceFacts { requests: sample(0.0), ..ServiceFacts::default() });
    assert_eq!(idle.level(&shop), Level::Ok, "without requests there is nothing to be slow or to fail");
    let unsaid = with(&|f| *f = ServiceFacts::default());
    assert_eq!(unsaid.level(&shop), Level::Unknown);
}

#[test]
fn a_clusters_use_is_judged_where_it_is_measured() {
    let used = |cpu_milli: u64, memory_bytes: u64| {
        let mut ground = Ground::calm();
        let mut one = node("a", Readiness::Ready, false);
        one.allocatable = Some(Resources { cpu_milli: 1_000, memory_bytes: 1_000 });
        ground.nodes(vec![one]);
        let nodes = [("a".into(), Resources { cpu_milli, memory_bytes })].into();
        ground.tell(kubernetes(), vec![Fact::Usage("prod-use1".into(), Usage::Measured { at: ago(1), nodes })]);
        ground
    };
    for (cpu, level) in [(700, Level::Ok), (710, Level::Warning), (860, Level::Critical)] {
        assert_eq!(used(cpu, 0).level_of(RuleId::ClusterCpuPercent), level, "{cpu}");
    }
    for (memory, level) in [(750, Level::Ok), (760, Level::Warning), (910, Level::Critical)] {
        assert_eq!(used(0, memory).level_of(RuleId::ClusterMemoryPercent), level, "{memory}");
    }
}

#[test]
fn severity_follows_what_is_broken_and_where() {
    let ranked = |ground: &Ground, rule| ground.alert(rule).unwrap().ranked;
    let cpu = ranked(&hot(), CPU);
    assert_eq!((cpu.severity, cpu.words().as_str()), (Severity::P2, "P2 Major: a critical threshold is broken"));
    let burning = |bad: f64| {
        let mut ground = Ground::calm();
        ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), even_counts(bad, 100_000.0))]);
        ranked(&ground, RuleId::SloBurn).severity
    };
    assert_eq!(burning(2_000.0), Severity::P2, "a page");
    assert_eq!(burning(50_000.0), Severity::P1, "half of the requests fail");
    assert_eq!(burning(200.0), Severity::P3, "a ticket");
    let mut ground = Ground::calm();
    ground.workloads(vec![workload("cart", 3, 2), workload("web", 3, 0)]);
    let severities: Vec<Severity> = ground.judge().alerts.iter().map(|a| a.ranked.severity).collect();
    assert_eq!(severities, [Severity::P2, Severity::P3], "within a level the more severe comes first");
    let mut lab = Ground::calm();
    lab.policy.severities =
        vec![SeverityRule { severity: Severity::P1, answer_within: Severity::P1.answer_within(), rules: vec![CPU] }];
    lab.numbers(|n| n.get_mut("orders-1").unwrap().cpu_percent = sample(99.0));
    let cpu = ranked(&lab, CPU);
    assert_eq!(
        (cpu.severity, cpu.because().as_str()),
        (Severity::P1, "policy.severity.P1 names critical database.cpu_percent")
    );
    let concern = &concerns(&lab.estate, &lab.judge())[0];
    assert_eq!(concern.ranked.unwrap().severity, Severity::P1);
}

#[test]
fn why_says_rule_numbers_source_and_what_would_clear_it() {
    let mut ground = Ground::calm();
    ground.tell(cloudwatch(), vec![Fact::Slo("checkout".into(), even_counts(2_000.0, 100_000.0))]);
    let judgement = ground.judge();
    let about = Subject::Entry(EntryRef::Slo("checkout".into()));
    let text = why(&ground.estate, &judgement, &about, ground.now);
    assert_eq!((text.level, text.title.as_str()), (Level::Critical, "checkout"));
    let burn = text.reasons.iter().find(|r| r.rule == RuleId::SloBurn).unwrap();
    assert_eq!(burn.says, "ticket when burn > 1 over 3d and over 6h (10 % of a 30d budget in 3d)");
    assert_eq!(
        burn.to_clear,
        "the 6h burn must come to 0.95×, 0.095 % errors, or below and stay there for 1 min; at today's traffic at most \
         95 bad events of 100,000 in 6h"
    );
    assert_eq!(text.asked[1], "bad: AWS/ApplicationELB HTTPCode_Target_5XX_Count Sum, 60 s");
    assert!(text.numbers.iter().any(|n| n.name == "burn over 1h (page 1h/5m)" && n.level == Level::Critical));
    assert!(text.line().contains("To clear: the 6h burn") && text.line().contains("P2 Major"), "{}", text.line());
    assert_eq!(text.chart.unwrap().limits[0], ("page 1h/5m".to_owned(), 14.4));
    let ground = hot();
    let judgement = ground.judge();
    let alert = ground.alert(CPU).unwrap();
    let text = why_alert(&ground.estate, &judgement, &alert, ground.now);
    let reason = &text.reasons[0];
    assert_eq!(reason.says, "CPU above 70 % warns, above 85 % is critical; clears after 1 min back");
    assert_eq!(reason.to_clear, "CPU must come to 80.75 % or below and stay there for 1 min");
    let calm =
        why(&ground.estate, &judgement, &Subject::Entry(EntryRef::Budget("production month".into())), ground.now);
    assert_eq!((calm.level, calm.calm.as_deref()), (Level::Ok, Some("No rule is broken.")));
}

/// No chart is promised of a number of which no course is ever kept; another one that is broken too is drawn.
#[test]
fn why_draws_what_is_kept() {
    let mut ground = Ground::calm();
    ground.nodes(vec![node("a", Readiness::NotReady, false), node("b", Readiness::Ready, false)]);
    let about = Subject::Entry(EntryRef::Cluster("prod-use1".into()));
    let text = why(&ground.estate, &ground.judge(), &about, ground.now);
    assert_eq!(text.reasons[0].rule, RuleId::ClusterNodesNotReady);
    assert_eq!(text.chart, None);
    ground.pods(vec![Pod { phase: PodPhase::Pending, created: Some(ago(30)), ..pod("late") }]);
    let text = why(&ground.estate, &ground.judge(), &about, ground.now);
    assert_eq!(text.reasons[0].rule, RuleId::ClusterNodesNotReady, "the worst is told first all the same");
    let drawn = Charted::Number("cluster.pods_pending_5m", EntryRef::Cluster("prod-use1".into()), "pods pending");
    assert_eq!(text.chart.map(|chart| chart.of), Some(drawn));
}
