//! Innovate Inc. as its team would declare it: accounts, clusters, databases, SLOs, services and budgets.

use std::collections::BTreeMap;

use super::Scale;
use super::spice::Spice;
use crate::estate::{
    Counted, DeclaredAccount, DeclaredBudget, DeclaredCluster, DeclaredDatabase, DeclaredEstate, DeclaredService,
    DeclaredSlo, Metric, ServiceSignals, Sli,
};

pub(super) const MANAGEMENT: &str = "management";
pub(super) const PRODUCTION: &str = "production";
pub(super) const NON_PRODUCTION: &str = "non-production";
pub(super) const PROMETHEUS: &str = "http://prometheus.innovate.internal:9090";

const EAST: &str = "us-east-1";
const WEST: &str = "us-west-2";

/// The estate file of a world; `blind`: with SLOs that cannot be judged.
pub(super) fn declare(scale: Scale, spice: Spice, blind: bool) -> DeclaredEstate {
    DeclaredEstate {
        name: spice.name("Innovate Inc."),
        accounts: accounts(spice),
        clusters: clusters(scale, spice),
        databases: databases(spice),
        slos: slos(spice, blind),
        services: services(scale, spice),
        budgets: budgets(spice),
    }
}

/// Seed 003 §3.1: management, production and non-production.
fn accounts(spice: Spice) -> Vec<DeclaredAccount> {
    let account = |name: &str, id: &str, environment: &str, regions: &[&str]| DeclaredAccount {
        name: spice.name(name),
        id: id.to_owned(),
        environment: environment.to_owned(),
        regions: regions.iter().map(|&r| r.to_owned()).collect(),
        profile: Some(format!("innovate-{name}")),
        role_arn: Some(format!("arn:aws:iam::{id}:role/quarterdeck-observe")),
        operate_role_arn: Some(format!("arn:aws:iam::{id}:role/quarterdeck-operate")),
        guarded: environment == "production",
    };
    vec![
        account(PRODUCTION, "111122223333", "production", &[EAST, WEST]),
        account(NON_PRODUCTION, "111122224444", "staging", &[EAST]),
        account(MANAGEMENT, "111122221111", "shared", &[EAST]),
    ]
}

fn clusters(scale: Scale, spice: Spice) -> Vec<DeclaredCluster> {
    let cluster = |name: &str, account: &str, region: &str| DeclaredCluster {
        name: spice.name(name),
        account: Some(spice.name(account)),
        region: Some(region.to_owned()),
        eks: Some(spice.name(name)),
        context: None,
        kubeconfig: None,
        namespaces: Vec::new(),
    };
    match scale {
        Scale::Innovate => vec![
            cluster("prod-use1", PRODUCTION, EAST),
            cluster("prod-usw2", PRODUCTION, WEST),
            cluster("nonprod-use1", NON_PRODUCTION, EAST),
        ],
        Scale::Load { clusters, .. } => (0..clusters)
            .map(|i| cluster(&format!("load-{i:03}"), PRODUCTION, if i % 2 == 0 { EAST } else { WEST }))
            .collect(),
    }
}

fn databases(spice: Spice) -> Vec<DeclaredDatabase> {
    let database = |name: &str, account: &str, cluster: &str, global: Option<&str>, max_connections| DeclaredDatabase {
        name: spice.name(name),
        account: spice.name(account),
        region: EAST.to_owned(),
        cluster: cluster.to_owned(),
        global: global.map(str::to_owned),
        max_connections,
    };
    vec![
        database("orders", PRODUCTION, "orders-use1", Some("innovate-global"), Some(1_000)),
        database("ledger", PRODUCTION, "ledger-use1", None, None),
        database("staging", NON_PRODUCTION, "staging-use1", None, None),
    ]
}

/// Seed 003 §6.6: availability 99.9 %, latency 99 % under 500 ms, deploy success 99 %.
fn slos(spice: Spice, blind: bool) -> Vec<DeclaredSlo> {
    let slo = |name: &str, service: &str, objective: f64, min_events: u64, sli: Sli| DeclaredSlo {
        name: spice.name(name),
        service: spice.name(service),
        objective,
        window_s: 30 * 86_400,
        window: "30d".to_owned(),
        min_events,
        sli,
    };
    let metric = |service: &str, metric: &str, stat: Option<&str>| Metric {
        namespace: "AWS/ApplicationELB".to_owned(),
        metric: metric.to_owned(),
        stat: stat.map(str::to_owned),
        dimensions: BTreeMap::from([(
            "LoadBalancer".to_owned(),
            spice.name(&format!("app/{service}/50dc6c495c0c9188")),
        )]),
    };
    let answers = |service: &str| Sli::CloudWatchCounts {
        account: spice.name(PRODUCTION),
        region: EAST.to_owned(),
        counted: Counted::Bad,
        events: metric(service, "HTTPCode_Target_5XX_Count", None),
        total: metric(service, "RequestCount", None),
    };
    let speed = |service: &str| Sli::CloudWatchGoodPercent {
        account: spice.name(PRODUCTION),
        region: EAST.to_owned(),
        good_percent: metric(service, "TargetResponseTime", Some("PR(:0.5)")),
        total: metric(service, "RequestCount", None),
    };
    let deploys = Sli::Prometheus {
        url: PROMETHEUS.to_owned(),
        counted: Counted::Bad,
        events: r#"sum(increase(argocd_app_sync_total{phase!="Succeeded"}[{{.window}}]))"#.to_owned(),
        total: "sum(increase(argocd_app_sync_total[{{.window}}]))".to_owned(),
    };
    let refunds = Sli::Prometheus {
        url: PROMETHEUS.to_owned(),
        counted: Counted::Bad,
        events: r#"sum(increase(http_requests_total{job="refunds",code=~"5.."}[{{.window}}]))"#.to_owned(),
        total: r#"sum(increase(http_requests_total{job="refunds"}[{{.window}}]))"#.to_owned(),
    };
    let mut all = vec![
        slo("checkout availability", "checkout", 99.9, 100, answers("checkout")),
        slo("checkout latency", "checkout", 99.0, 100, speed("checkout")),
        slo("search availability", "search", 99.5, 100, answers("search")),
        slo("payments availability", "payments", 99.95, 100, answers("payments")),
        slo("login availability", "login", 99.9, 100, answers("login")),
        slo("deploy success", "delivery", 99.0, 20, deploys),
    ];
    if blind {
        all.extend([
            slo("reports availability", "reports", 99.0, 100, answers("reports")),
            slo("exports availability", "exports", 99.5, 100, answers("exports")),
            slo("webhooks availability", "webhooks", 99.9, 100, answers("webhooks")),
            slo("refunds availability", "refunds", 99.9, 100, refunds),
        ]);
    }
    all
}

fn services(scale: Scale, spice: Spice) -> Vec<DeclaredService> {
    let cluster = match scale {
        Scale::Innovate => "prod-use1",
        Scale::Load { .. } => "load-000",
    };
    let service = |name: &str, namespace: &str| DeclaredService {
        name: spice.name(name),
        account: Some(spice.name(PRODUCTION)),
        region: Some(EAST.to_owned()),
        signals: Some(ServiceSignals::LoadBalancer(format!("app/{name}/50dc6c495c0c9188"))),
        cluster: Some(spice.name(cluster)),
        namespace: Some(spice.name(namespace)),
    };
    vec![
        service("checkout", "shop"),
        service("search", "shop"),
        service("payments", "payments"),
        service("login", "identity"),
        DeclaredService { signals: None, ..service("delivery", "argocd") },
    ]
}

/// Seed 003 §3.3.
fn budgets(spice: Spice) -> Vec<DeclaredBudget> {
    let budget = |account: &str| DeclaredBudget {
        name: spice.name(account),
        account: spice.name(account),
        budget: Some(format!("innovate-{account}")),
        limit_usd: None,
        thresholds: None,
    };
    vec![budget(PRODUCTION), budget(NON_PRODUCTION), budget(MANAGEMENT)]
}
