//! Estates for the tests of the screen, told observation by observation as sources would.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::console::scene::Scene;
use crate::estate::*;
use crate::judge::*;

/// A scene with all that it borrows.
pub(crate) struct Set {
    pub(crate) estate: Estate,
    pub(crate) judgement: Judgement,
    pub(crate) history: History,
    pub(crate) demo: Option<&'static str>,
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
        Scene { estate: &self.estate, judgement: &self.judgement, history: &self.history, now: now(), demo: self.demo }
    }

    /// The same estate, judged anew after something was told.
    pub(crate) fn told(mut self, observations: impl IntoIterator<Item = Observation>) -> Self {
        for observation in observations {
            self.estate.apply(observation);
        }
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

pub(crate) fn account(name: &str, id: &str) -> DeclaredAccount {
    DeclaredAccount {
        name: name.to_owned(),
        id: id.to_owned(),
        environment: name.to_owned(),
        regions: vec!["us-east-1".to_owned()],
        profile: Some("innovate".to_owned()),
        role_arn: None,
        operate_role_arn: None,
        guarded: true,
    }
}

fn cluster(name: &str) -> DeclaredCluster {
    DeclaredCluster {
        name: name.to_owned(),
        account: Some("production".to_owned()),
        region: Some("us-east-1".to_owned()),
        eks: Some(name.to_owned()),
        context: None,
        kubeconfig: None,
        namespaces: Vec::new(),
    }
}

fn database(name: &str, global: Option<&str>) -> DeclaredDatabase {
    DeclaredDatabase {
        name: name.to_owned(),
        account: "production".to_owned(),
        region: "us-east-1".to_owned(),
        cluster: format!("{name}-use1"),
        global: global.map(ToOwned::to_owned),
        max_connections: Some(1_000),
    }
}

fn slo(name: &str, objective: f64) -> DeclaredSlo {
    let metric = |metric: &str| Metric {
        namespace: "AWS/ApplicationELB".to_owned(),
        metric: metric.to_owned(),
        stat: None,
        dimensions: BTreeMap::from([("LoadBalancer".to_owned(), "app/shop/1".to_owned())]),
    };
    DeclaredSlo {
        name: name.to_owned(),
        service: name.split(' ').next().unwrap_or_default().to_owned(),
        objective,
        window_s: 30 * 86_400,
        window: "30d".to_owned(),
        min_events: 100,
        sli: Sli::CloudWatchCounts {
            account: "production".to_owned(),
            region: "us-east-1".to_owned(),
            counted: Counted::Bad,
            events: metric("HTTPCode_Target_5XX_Count"),
            total: metric("RequestCount"),
        },
    }
}

fn budget(name: &str) -> DeclaredBudget {
    DeclaredBudget {
        name: name.to_owned(),
        account: "production".to_owned(),
        budget: Some(format!("innovate-{name}")),
        limit_usd: None,
        thresholds: None,
    }
}

pub(crate) fn declared() -> DeclaredEstate {
    DeclaredEstate {
        name: "Innovate Inc.".to_owned(),
        accounts: vec![account("production", "111122223333")],
        clusters: ["dev-use1", "prod-use1", "prod-usw2"].map(cluster).to_vec(),
        databases: vec![database("orders", Some("orders-global")), database("ledger", None), database("reports", None)],
        slos: vec![
            slo("payments availability", 99.95),
            slo("checkout availability", 99.9),
            slo("search latency", 99.5),
            slo("reports freshness", 99.0),
            slo("deploys", 95.0),
        ],
        services: Vec::new(),
        budgets: ["production", "staging", "development"].map(budget).to_vec(),
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
    Set { estate, judgement: Judgement::default(), history: History::default(), demo: None }
}

pub(crate) fn identity(state: IdentityState) -> Fact {
    let verified = state == IdentityState::Verified;
    Fact::Identity(
        "production".to_owned(),
        Identity {
            state,
            account_id: Some(if state == IdentityState::Mismatch { "999988887777" } else { "111122223333" }.to_owned()),
            arn: Some("arn:aws:sts::111122223333:assumed-role/quarterdeck-observe/alice".to_owned()),
            expires_at: verified.then(|| now() + SignedDuration::from_mins(47)),
            error: (!verified).then(|| "the token has expired".to_owned()),
            login: Some("aws sso login --profile innovate".to_owned()),
        },
    )
}

fn control_plane() -> ControlPlane {
    ControlPlane {
        arn: Some("arn:aws:eks:us-east-1:111122223333:cluster/prod".to_owned()),
        status: "ACTIVE".to_owned(),
        version: Some("1.33".to_owned()),
        endpoint: Endpoint {
            url: Some("https://example.eks.amazonaws.com".to_owned()),
            public: true,
            private: true,
            public_cidrs: vec!["203.0.113.0/24".to_owned()],
        },
        logging: vec!["api".to_owned(), "audit".to_owned()],
        secrets_encrypted: true,
        addons: Some(vec![Addon {
            name: "vpc-cni".to_owned(),
            version: Some("v1.20.1-eksbuild.1".to_owned()),
            status: "ACTIVE".to_owned(),
        }]),
        nodegroups: Some(vec![
            NodeGroup {
                name: "on-demand".to_owned(),
                status: "ACTIVE".to_owned(),
                desired: Some(3),
                min: Some(1),
                max: Some(3),
                capacity: Some(Capacity::OnDemand),
                instance_types: vec!["m7g.large".to_owned()],
            },
            NodeGroup {
                name: "spot".to_owned(),
                status: "ACTIVE".to_owned(),
                desired: Some(3),
                min: Some(0),
                max: Some(6),
                capacity: Some(Capacity::Spot),
                instance_types: vec!["m7g.large".to_owned()],
            },
        ]),
    }
}

pub(crate) fn node(name: &str, ready: bool) -> Node {
    Node {
        name: name.into(),
        uid: format!("uid-{name}").into(),
        readiness: if ready { Readiness::Ready } else { Readiness::NotReady },
        cordoned: false,
        pressures: if ready { Vec::new() } else { vec!["MemoryPressure".to_owned()] },
        zone: Some("us-east-1a".into()),
        arch: Some("arm64".into()),
        capacity_type: Some("ON_DEMAND".into()),
        instance_type: Some("m7g.large".into()),
        pool: Some("on-demand".into()),
        kubelet: Some("v1.33.4".into()),
        created: Some(ago(60 * 24 * 12)),
    }
}

pub(crate) fn pod(namespace: &str, workload: &str, n: usize, restarts: u32) -> Pod {
    Pod {
        name: Name::new(namespace, format!("{workload}-7d4b9c-{n:05}")),
        uid: format!("uid-{workload}-{n}").into(),
        phase: PodPhase::Running,
        reason: (restarts > 0).then(|| "CrashLoopBackOff".into()),
        crash_looping: restarts > 0,
        restarts,
        ready: (u16::from(restarts == 0), 1),
        last_termination: (restarts > 0).then(|| Termination {
            at: Some(ago(3)),
            reason: "OOMKilled".into(),
            exit_code: 137,
        }),
        node: Some("ip-10-0-1-17.ec2.internal".into()),
        owner: Owner::Workload(WorkloadKind::Deployment, workload.into()),
        created: Some(ago(if restarts > 0 { 40 } else { 60 * 30 })),
        deleting: false,
    }
}

pub(crate) fn workload(namespace: &str, name: &str, wanted: u32, available: u32) -> Workload {
    Workload {
        key: WorkloadKey { kind: WorkloadKind::Deployment, name: Name::new(namespace, name) },
        uid: format!("uid-{name}").into(),
        wanted,
        available,
        updated: wanted,
        stuck: None,
        paused: false,
        created: Some(ago(60 * 24 * 40)),
    }
}

/// What a cluster's API server tells: `crashing` of the pods restart.
pub(crate) fn server(name: &str, pods: usize, crashing: usize) -> Observation {
    let all =
        (0..pods).map(|n| pod("shop", if n % 2 == 0 { "cart" } else { "web" }, n, if n < crashing { 5 } else { 0 }));
    let mut told: Vec<Fact> =
        Kind::ALL.into_iter().map(|k| Fact::Coverage(name.to_owned(), k, Coverage::Complete)).collect();
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

fn members(name: &str) -> DatabaseFacts {
    let member = |n: u32, role: MemberRole, az: &str| Member {
        name: format!("{name}-{n}"),
        role,
        class: Some("db.serverless".to_owned()),
        az: Some(az.to_owned()),
        promotion_tier: Some(n),
        status: Some("available".to_owned()),
    };
    DatabaseFacts {
        arn: Some(format!("arn:aws:rds:us-east-1:111122223333:cluster:{name}-use1")),
        status: "available".to_owned(),
        engine: "aurora-postgresql".to_owned(),
        version: Some("16.6".to_owned()),
        acu_min: Some(0.5),
        acu_max: Some(16.0),
        members: vec![member(1, MemberRole::Writer, "us-east-1a"), member(2, MemberRole::Reader, "us-east-1b")],
    }
}

fn numbers(name: &str, cpu: f64, connections: f64, lag: f64) -> Fact {
    let sample = |value: f64| Some(Sample { value, at: ago(1) });
    let of = |reader: bool| MemberNumbers {
        cpu_percent: sample(cpu),
        connections: sample(connections),
        freeable_memory_bytes: sample(14.0e9),
        replica_lag_ms: sample(lag).filter(|_| reader),
        acu: sample(6.5),
    };
    let all = BTreeMap::from([(format!("{name}-1"), of(false)), (format!("{name}-2"), of(true))]);
    Fact::Numbers(name.to_owned(), all)
}

fn counts(total: f64, bad: f64) -> SloCounts {
    let window = WindowCount { bad: Some(bad), total: Some(total), partial: false };
    SloCounts { at: ago(1), windows: [window; 7], whole: window }
}

/// Everything told, nothing wrong.
pub(crate) fn calm() -> Set {
    let (rds, watch) = (key(SourceName::Rds, "us-east-1"), key(SourceName::CloudWatch, "us-east-1"));
    let spent = |name: &str, limit: f64, actual: f64, forecast: f64| {
        let facts = BudgetFacts {
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
    let mut set = waiting(&declared()).told([
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
    set.judgement = verdicts(&set.estate, Level::Ok, Vec::new());
    for (slo, left) in set.judgement.slos.iter_mut().zip([92.0, 97.0, 71.0, 100.0, 55.0]) {
        *slo = numbers_of(left, 0.1);
    }
    set.history.learn(&set.judgement, ago(148));
    set
}

fn numbers_of(left: f64, burn: f64) -> SloVerdict {
    SloVerdict {
        data: "ok",
        remaining_percent: Some(left),
        burn: [Some(burn); 7],
        firing: Some(Vec::new()),
        exhausted_in_s: (burn > 0.5).then_some(110_958.0),
        why: String::new(),
    }
}

/// A judgement that gives every entry one level, but those that have alerts.
pub(crate) fn verdicts(estate: &Estate, level: Level, alerts: Vec<Alert>) -> Judgement {
    let accounts = estate.accounts().iter().map(|a| EntryRef::Account(a.declared.name.clone()));
    let clusters = estate.clusters().iter().map(|c| EntryRef::Cluster(c.declared.name.clone()));
    let databases = estate.databases().iter().map(|d| EntryRef::Database(d.declared.name.clone()));
    let slos = estate.slos().iter().map(|s| EntryRef::Slo(s.declared.name.clone()));
    let budgets = estate.budgets().iter().map(|b| EntryRef::Budget(b.declared.name.clone()));
    let verdict = |entry: EntryRef| {
        let mine: Vec<usize> = (0..alerts.len())
            .filter(|&i| match &alerts[i].about {
                Subject::Entry(about) => *about == entry,
                Subject::Workload(cluster, _) => entry == EntryRef::Cluster(cluster.clone()),
                Subject::Source(_) => false,
            })
            .collect();
        let level = mine.iter().map(|&i| alerts[i].level).max().unwrap_or(level);
        Verdict { entry, level, alerts: mine, doubts: Vec::new() }
    };
    let verdicts: Vec<Verdict> =
        accounts.chain(clusters).chain(databases).chain(slos).chain(budgets).map(verdict).collect();
    let worst = verdicts.iter().map(|v| v.level).max().unwrap_or_default();
    let numbers = vec![SloVerdict { data: "no_data", ..SloVerdict::default() }; estate.slos().len()];
    Judgement { level: worst, verdicts, alerts, slos: numbers }
}

pub(crate) fn alert(rule: RuleId, about: Subject, level: Level, brief: &str, minutes: i64) -> Alert {
    let subject = match &about {
        Subject::Entry(entry) => entry.name().to_owned(),
        Subject::Workload(cluster, key) => format!("{cluster}/{}/{}", key.name.namespace, key.name.name),
        Subject::Source(key) => key.name.word().to_owned(),
    };
    Alert {
        rule,
        about,
        subject,
        level,
        value: Some(14.6),
        unit: "x",
        threshold: Some(14.4),
        since: ago(minutes),
        brief: brief.to_owned(),
        why: format!("{brief}, above the {} threshold; said by CloudWatch us-east-1, 72 s old", level.word()),
    }
}

/// The evening of the drawings: checkout burns, the cart crashes, a budget runs over.
pub(crate) fn burning() -> Set {
    let mut set = calm().told([server("prod-use1", 210, 2)]);
    let entry = |e: EntryRef| Subject::Entry(e);
    let cart = WorkloadKey { kind: WorkloadKind::Deployment, name: Name::new("shop", "cart") };
    let alerts = vec![
        alert(
            RuleId::SloBurn,
            entry(EntryRef::Slo("checkout availability".to_owned())),
            Level::Critical,
            "burns 14.6× (page 1h/5m)",
            18,
        ),
        alert(
            RuleId::WorkloadRestarts1h,
            Subject::Workload("prod-use1".to_owned(), cart.clone()),
            Level::Critical,
            "10 restarts /h",
            21,
        ),
        alert(
            RuleId::WorkloadDegraded,
            Subject::Workload("prod-use1".to_owned(), cart),
            Level::Warning,
            "10 of 12 available",
            20,
        ),
        alert(
            RuleId::ClusterNodesNotReady,
            entry(EntryRef::Cluster("prod-use1".to_owned())),
            Level::Warning,
            "1 node not ready",
            9,
        ),
        alert(
            RuleId::DatabaseConnectionsPercent,
            entry(EntryRef::Database("orders".to_owned())),
            Level::Warning,
            "connections 83 % of 1,000",
            4,
        ),
        alert(
            RuleId::BudgetForecastPercent,
            entry(EntryRef::Budget("staging".to_owned())),
            Level::Warning,
            "forecast $535, 107 %",
            125,
        ),
    ];
    let numbers = set.judgement.slos.clone();
    set.judgement = verdicts(&set.estate, Level::Ok, alerts);
    set.judgement.slos = numbers;
    set.judgement.slos[1] = SloVerdict {
        remaining_percent: Some(62.5),
        burn: [15.2, 14.9, 14.6, 9.1, 4.0, 1.4, 0.9].map(Some),
        firing: Some(vec!["page 1h/5m"]),
        exhausted_in_s: Some(110_958.0),
        why: "1 h 14.6 and 5 min 15.2 are above 14.4".to_owned(),
        data: "ok",
    };
    set.judgement.slos[3] = SloVerdict { data: "low_traffic", ..SloVerdict::default() };
    set.judgement.slos[4] = SloVerdict { data: "no_data", ..SloVerdict::default() };
    for verdict in &mut set.judgement.verdicts {
        if matches!(&verdict.entry, EntryRef::Slo(name) if name == "deploys" || name == "reports freshness") {
            verdict.level = Level::Unknown;
        }
    }
    set.history.learn(&set.judgement, ago(18));
    set
}
