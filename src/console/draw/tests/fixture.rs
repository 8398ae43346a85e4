//! Estates for the tests of the screen, told observation by observation as sources would.

mod declared;
mod things;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

pub(crate) use self::declared::declared;
use self::things::{control_plane, counts, members, numbers};
pub(crate) use self::things::{identity, node, pod, workload};
use crate::console::desk::Desk;
use crate::console::scene::{ByWorkload, Scene, SpentToday};
use crate::estate::*;
use crate::incident::{Concern, concerns};
use crate::judge::*;

/// A scene with all that it borrows.
pub(crate) struct Set {
    pub(crate) estate: Estate,
    pub(crate) judgement: Judgement,
    pub(crate) concerns: Vec<Concern>,
    pub(crate) by_workload: ByWorkload,
    pub(crate) history: History,
    pub(crate) desk: Desk,
    pub(crate) demo: Option<&'static str>,
    pub(crate) cap: Option<f64>,
}

/// The instant of every test.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T19:30:12Z".parse().unwrap()
}

pub(crate) fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

impl Set {
    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene {
            estate: &self.estate,
            judgement: &self.judgement,
            concerns: &self.concerns,
            by_workload: &self.by_workload,
            history: &self.history,
            desk: &self.desk,
            spent: SpentToday { usd: self.estate.sources().iter().map(|s| s.cost_usd).sum(), cap: self.cap },
            now: now(),
            demo: self.demo,
        }
    }

    /// The same estate, judged; what is wrong has been so for some minutes.
    pub(crate) fn judged(mut self, minutes: i64) -> Self {
        let policy = Policy::default();
        let before = judge(&self.estate, &History::default(), &policy, ago(minutes));
        self.history.learn(&before, ago(minutes));
        self.by_workload = ByWorkload::default();
        self.judgement = judge(&self.estate, &self.history, &policy, now());
        self.concerns = concerns(&self.estate, &self.judgement);
        self
    }

    /// The same estate after something was told, not judged anew.
    pub(crate) fn told(mut self, observations: impl IntoIterator<Item = Observation>) -> Self {
        for observation in observations {
            self.estate.apply(observation);
        }
        self.concerns = concerns(&self.estate, &self.judgement);
        self
    }
}

pub(crate) fn facts(source: &SourceKey, minutes: i64, facts: Vec<Fact>) -> Observation {
    let at = ago(minutes);
    let report = Report::Facts { as_of: at, facts, note: None };
    Observation { source: source.clone(), at, calls: 3, cost_usd: 0.01, report }
}

pub(crate) fn failed(source: &SourceKey, reason: &str) -> Observation {
    let report = Report::Failed { reason: reason.to_owned(), next_try_at: Some(now() + SignedDuration::from_secs(30)) };
    Observation { source: source.clone(), at: now(), calls: 1, cost_usd: 0.0, report }
}

pub(crate) fn key(name: SourceName, place: &str) -> SourceKey {
    let key = SourceKey::new(name).of("production");
    match name {
        SourceName::Kubernetes => key.about(place),
        SourceName::Sts | SourceName::Budgets | SourceName::CostExplorer => key,
        _ => key.within(place),
    }
}

/// An estate of which nothing has been told yet, its sources registered.
pub(crate) fn waiting(declared: &DeclaredEstate) -> Set {
    let mut estate = Estate::new(declared.clone());
    let clusters = || declared.clusters.iter().map(|c| EntryRef::Cluster(c.name.clone()));
    let databases: Vec<EntryRef> = declared.databases.iter().map(|d| EntryRef::Database(d.name.clone())).collect();
    let slos = declared.slos.iter().map(|s| EntryRef::Slo(s.name.clone()));
    estate.register(key(SourceName::Sts, ""), vec![EntryRef::Account("production".to_owned())]);
    estate.register(key(SourceName::Eks, "us-east-1"), clusters().collect());
    for c in &declared.clusters {
        estate.register(key(SourceName::Kubernetes, &c.name), vec![EntryRef::Cluster(c.name.clone())]);
    }
    estate.register(key(SourceName::Rds, "us-east-1"), databases.clone());
    estate.register(key(SourceName::CloudWatch, "us-east-1"), databases.into_iter().chain(slos).collect());
    let budgets = declared.budgets.iter().map(|b| EntryRef::Budget(b.name.clone()));
    estate.register(key(SourceName::Budgets, ""), budgets.collect());
    estate.register(key(SourceName::CostExplorer, ""), vec![EntryRef::Costs("production".to_owned())]);
    Set {
        estate,
        judgement: Judgement::default(),
        concerns: Vec::new(),
        desk: Desk::default(),
        by_workload: ByWorkload::default(),
        history: History::default(),
        demo: None,
        cap: None,
    }
}

/// What a cluster's API server tells: `crashing` of the pods restart.
pub(crate) fn server(name: &str, pods: usize, crashing: usize) -> Observation {
    let all =
        (0..pods).map(|n| pod("shop", if n % 2 == 0 { "cart" } else { "web" }, n, if n < crashing { 5 } else { 0 }));
    let mut told: Vec<Fact> =
        Kind::ALL.into_iter().map(|k| Fact::Coverage(name.to_owned(), k, Coverage::Complete)).collect();
    told.push(Fact::Coverage(name.to_owned(), Kind::Autoscalers, Coverage::Complete));
    let nodes = ["ip-10-0-1-17.ec2.internal", "ip-10-0-2-40.ec2.internal", "ip-10-0-3-9.ec2.internal"];
    told.push(Fact::Nodes(
        name.to_owned(),
        Batch::Snapshot(nodes.iter().enumerate().map(|(i, n)| node(n, crashing == 0 || i > 0)).collect()),
    ));
    let short = u32::try_from(crashing).unwrap();
    told.push(Fact::Workloads(
        name.to_owned(),
        Kind::Deployments,
        Batch::Snapshot(vec![workload("shop", "cart", 12, 12 - short.min(12)), workload("shop", "web", 12, 12)]),
    ));
    told.push(Fact::Pods(name.to_owned(), Batch::Snapshot(all.collect())));
    facts(&key(SourceName::Kubernetes, name), 0, told)
}

/// Everything told, nothing wrong.
pub(crate) fn calm() -> Set {
    let (rds, watch) = (key(SourceName::Rds, "us-east-1"), key(SourceName::CloudWatch, "us-east-1"));
    let spent = |name: &str, limit: f64, actual: f64, forecast: f64| {
        let facts = BudgetFacts {
            period: Some(BudgetPeriod::Monthly),
            limit_usd: Some(limit),
            actual_usd: Some(actual),
            forecast_usd: Some(forecast),
            thresholds_percent: vec![50.0, 80.0, 100.0, 110.0],
        };
        Fact::Budget(name.to_owned(), Some(facts))
    };
    let global = GlobalFacts {
        id: "orders-global".to_owned(),
        failover_state: None,
        members: vec![
            GlobalMember { region: "us-east-1".to_owned(), role: GlobalRole::Primary, arn: String::new() },
            GlobalMember { region: "us-west-2".to_owned(), role: GlobalRole::Secondary, arn: String::new() },
        ],
    };
    let lag = BTreeMap::from([("us-west-2".to_owned(), Sample { value: 640.0, at: ago(1) })]);
    let costs = CostFacts {
        month_to_date_usd: 2_450.0,
        by_service: vec![
            ServiceCost { service: "Amazon Relational Database Service".to_owned(), usd: 910.2 },
            ServiceCost { service: "Amazon Elastic Compute Cloud".to_owned(), usd: 640.7 },
        ],
        asked: Vec::new(),
    };
    let set = waiting(&declared()).told([
        facts(&key(SourceName::Sts, ""), 0, vec![identity(IdentityState::Verified)]),
        facts(
            &key(SourceName::Eks, "us-east-1"),
            0,
            ["dev-use1", "prod-use1", "prod-usw2"]
                .map(|c| Fact::ControlPlane(c.to_owned(), Some(control_plane())))
                .to_vec(),
        ),
        server("dev-use1", 24, 0),
        server("prod-use1", 210, 0),
        server("prod-usw2", 188, 0),
        facts(
            &rds,
            1,
            ["orders", "ledger", "reports"]
                .map(|d| Fact::Database(d.to_owned(), Some(members(d))))
                .into_iter()
                .chain([Fact::Global("orders".to_owned(), Some(global))])
                .collect(),
        ),
        facts(
            &watch,
            0,
            vec![
                numbers("orders", 41.5, 310.0, 22.0),
                numbers("ledger", 21.0, 120.0, 9.0),
                numbers("reports", 12.0, 100.0, 14.0),
                Fact::GlobalLag("orders".to_owned(), lag),
                Fact::Slo("payments availability".to_owned(), counts(20_000.0, 1.0)),
                Fact::Slo("checkout availability".to_owned(), counts(300_000.0, 30.0)),
                Fact::Slo("search latency".to_owned(), counts(50_000.0, 20.0)),
                Fact::Slo("reports freshness".to_owned(), counts(900.0, 0.0)),
                Fact::Slo("deploys".to_owned(), counts(400.0, 4.0)),
            ],
        ),
        facts(
            &key(SourceName::Budgets, ""),
            0,
            vec![
                spent("production", 3_000.0, 1_860.0, 2_790.0),
                spent("staging", 500.0, 360.0, 490.0),
                spent("development", 500.0, 160.0, 290.0),
            ],
        ),
        facts(&key(SourceName::CostExplorer, ""), 0, vec![Fact::Costs("production".to_owned(), costs)]),
    ]);
    set.judged(148)
}

/// The evening of the drawings: checkout burns, the cart crashes, a budget runs over.
pub(crate) fn burning() -> Set {
    let bad = [4_560.0, 4_470.0, 4_380.0, 2_730.0, 1_200.0, 420.0, 270.0];
    let mut checkout = counts(300_000.0, 112.5);
    for (window, bad) in checkout.windows.iter_mut().zip(bad) {
        window.bad = Some(bad);
    }
    let mut thin = counts(900.0, 0.0);
    thin.windows[2].total = Some(12.0);
    let over = BudgetFacts {
        period: Some(BudgetPeriod::Monthly),
        limit_usd: Some(500.0),
        actual_usd: Some(410.0),
        forecast_usd: Some(535.0),
        thresholds_percent: vec![50.0, 80.0, 100.0, 110.0],
    };
    calm()
        .told([
            server("prod-use1", 210, 2),
            facts(
                &key(SourceName::CloudWatch, "us-east-1"),
                0,
                vec![
                    numbers("orders", 62.0, 830.0, 22.0),
                    Fact::Slo("checkout availability".to_owned(), checkout),
                    Fact::Slo("reports freshness".to_owned(), thin),
                    Fact::Slo(
                        "deploys".to_owned(),
                        SloCounts { at: ago(1), windows: [WindowCount::default(); 7], whole: WindowCount::default() },
                    ),
                ],
            ),
            facts(&key(SourceName::Budgets, ""), 0, vec![Fact::Budget("staging".to_owned(), Some(over))]),
        ])
        .judged(18)
}

/// One source fails, its facts stay.
pub(crate) fn stale() -> Set {
    calm().told([failed(&key(SourceName::Rds, "us-east-1"), "AccessDenied: ask for rds:Describe*")]).judged(4)
}

/// An estate file that names nothing.
pub(crate) fn empty() -> Set {
    let declared = DeclaredEstate { name: "Nobody Ltd.".to_owned(), ..DeclaredEstate::default() };
    Set {
        estate: Estate::new(declared),
        judgement: Judgement::default(),
        concerns: Vec::new(),
        by_workload: ByWorkload::default(),
        history: History::default(),
        desk: Desk::default(),
        demo: None,
        cap: None,
    }
    .judged(1)
}

pub(crate) fn verified() -> Observation {
    facts(&key(SourceName::Sts, ""), 0, vec![identity(IdentityState::Verified)])
}

pub(crate) fn paused(source: &SourceKey) -> Observation {
    let reason = "credentials have expired: run aws sso login --profile innovate".to_owned();
    let report = Report::Paused { reason, next_try_at: None };
    Observation { source: source.clone(), at: now(), calls: 0, cost_usd: 0.0, report }
}

/// STS names another account than the estate file.
pub(crate) fn mismatch() -> Set {
    let sts = key(SourceName::Sts, "");
    let told = facts(&sts, 0, vec![identity(IdentityState::Mismatch)]);
    let reason = "expected account 111122223333, STS says 999988887777".to_owned();
    let refuse = |source: SourceKey| Observation {
        source,
        at: now(),
        calls: 0,
        cost_usd: 0.0,
        report: Report::Refused { reason: reason.clone() },
    };
    let keys: Vec<SourceKey> = calm().estate.sources().iter().map(|s| s.key.clone()).collect();
    calm().told([told]).told(keys.into_iter().map(refuse)).judged(3)
}

/// Two workloads and so many pods, nothing wrong.
pub(crate) fn sound(workloads: &[&str], pods: usize) -> Set {
    let all = (0..pods).map(|n| pod("shop", workloads[n % workloads.len()], n, 0)).collect();
    let told = vec![Fact::Pods("prod-use1".to_owned(), Batch::Snapshot(all))];
    calm().told([facts(&key(SourceName::Kubernetes, "prod-use1"), 0, told)]).judged(5)
}

/// Everything burns, and every name is out to break the screen.
pub(crate) fn hostile() -> Set {
    const NAMES: [&str; 6] = [
        "\u{1b}[31mred\u{1b}[2J\u{7}",
        "名前がとても長いデータベースの名前です名前がとても長い",
        "rtl\u{202e}gnp.exe\u{200b}\u{2066}",
        "🚢🔥👩‍👩‍👧‍👦 family-of-emoji",
        "tab\there\nand a line\r",
        "a-very-long-name-that-goes-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on",
    ];
    let mut declared = declared();
    declared.name = NAMES[0].to_owned();
    for (d, name) in declared.databases.iter_mut().zip(NAMES) {
        d.name = name.to_owned();
    }
    for (b, name) in declared.budgets.iter_mut().zip(&NAMES[3..]) {
        b.name = (*name).to_owned();
    }
    for (s, name) in declared.slos.iter_mut().zip(NAMES) {
        s.name = name.to_owned();
    }
    let mut pods = Vec::new();
    let mut workloads = Vec::new();
    for (n, name) in NAMES.iter().enumerate() {
        pods.push(Pod { reason: Some(NAMES[0].into()), ..pod(NAMES[1], name, n, 4) });
        workloads.push(Workload { stuck: Some(NAMES[4].to_owned()), ..workload(NAMES[2], name, 3, 1) });
    }
    let told = vec![
        Fact::Coverage("prod-use1".to_owned(), Kind::Pods, Coverage::Complete),
        Fact::Coverage("prod-use1".to_owned(), Kind::Deployments, Coverage::Complete),
        Fact::Coverage("prod-use1".to_owned(), Kind::Nodes, Coverage::Forbidden(NAMES[0].to_owned())),
        Fact::Workloads("prod-use1".to_owned(), Kind::Deployments, Batch::Snapshot(workloads)),
        Fact::Pods("prod-use1".to_owned(), Batch::Snapshot(pods)),
    ];
    waiting(&declared)
        .told([
            verified(),
            facts(&key(SourceName::Kubernetes, "prod-use1"), 0, told),
            failed(&key(SourceName::Rds, "us-east-1"), NAMES[4]),
        ])
        .judged(7)
}
