//! An estate to test on: two accounts, a cluster in EKS and one outside, a database, four SLOs, a budget; and a way to
//! let its sources speak.

#![allow(dead_code, reason = "each test binary that includes this file uses its part of it")]
#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use quarterdeck::estate::{
    Batch, BudgetFacts, BudgetPeriod, Capacity, Change, ControlPlane, CostFacts, Counted, Coverage, DatabaseFacts,
    DeclaredAccount, DeclaredBudget, DeclaredCluster, DeclaredDatabase, DeclaredEstate, DeclaredService, DeclaredSlo,
    Endpoint, EntryRef, Estate, Fact, GlobalFacts, GlobalMember, GlobalRole, Identity, IdentityState, Kind, Member,
    MemberNumbers, MemberRole, Metric, Name, Node, NodeGroup, Observation, Owner, Pod, PodPhase, Readiness, Report,
    Sample, ServiceCost, ServiceFacts, ServiceSignals, Sli, SloCounts, SourceKey, SourceName, WindowCount, Workload,
    WorkloadKey, WorkloadKind,
};
use quarterdeck::judge::{Alert, History, Judgement, Level, Policy, RuleId, judge};

pub(crate) const ID: &str = "111122223333";

pub(crate) fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

pub(crate) fn ago(minutes: i64) -> Timestamp {
    noon() - SignedDuration::from_mins(minutes)
}

pub(crate) fn account(name: &str, id: &str) -> DeclaredAccount {
    DeclaredAccount {
        name: name.into(),
        id: id.into(),
        environment: name.into(),
        regions: vec!["us-east-1".into()],
        profile: None,
        role_arn: None,
        operate_role_arn: None,
        guarded: name == "production",
    }
}

fn cluster(name: &str, account: Option<&str>) -> DeclaredCluster {
    DeclaredCluster {
        name: name.into(),
        account: account.map(Into::into),
        region: account.map(|_| "us-east-1".into()),
        eks: account.map(|_| "prod".into()),
        context: None,
        kubeconfig: None,
        namespaces: Vec::new(),
    }
}

fn slo(name: &str, sli: Sli) -> DeclaredSlo {
    DeclaredSlo {
        name: name.into(),
        service: name.into(),
        objective: 99.9,
        window_s: 30 * 86_400,
        window: "30d".into(),
        min_events: 100,
        sli,
    }
}

fn metric(name: &str) -> Metric {
    Metric { namespace: "AWS/ApplicationELB".into(), metric: name.into(), stat: None, dimensions: BTreeMap::new() }
}

/// A service that is quick, fails one request in ten thousand, and is asked as much as ever.
pub(crate) fn quiet_service() -> ServiceFacts {
    let sample = |value: f64| Some(Sample { value, at: ago(1) });
    ServiceFacts {
        p99_ms: sample(120.0),
        requests: sample(200.0),
        errors_5xx: sample(0.02),
        errors_4xx: sample(2.0),
        requests_before: sample(190.0),
    }
}

pub(crate) fn declared() -> DeclaredEstate {
    let counts = Sli::CloudWatchCounts {
        account: "production".into(),
        region: "us-east-1".into(),
        counted: Counted::Bad,
        events: metric("HTTPCode_Target_5XX_Count"),
        total: metric("RequestCount"),
    };
    let prometheus = Sli::Prometheus {
        url: "http://127.0.0.1:9090".into(),
        counted: Counted::Bad,
        events: "bad".into(),
        total: "total".into(),
    };
    DeclaredEstate {
        name: "Innovate Inc.".into(),
        accounts: vec![account("production", ID), account("staging", "444455556666")],
        clusters: vec![cluster("prod-use1", Some("production")), cluster("lab", None)],
        databases: vec![DeclaredDatabase {
            name: "orders".into(),
            account: "production".into(),
            region: "us-east-1".into(),
            cluster: "orders-use1".into(),
            global: Some("orders-global".into()),
            max_connections: Some(1_000),
        }],
        slos: vec![slo("checkout", counts), slo("search", prometheus)],
        services: vec![DeclaredService {
            name: "shop".into(),
            account: Some("production".into()),
            region: Some("us-east-1".into()),
            signals: Some(ServiceSignals::LoadBalancer("app/shop/1".into())),
            cluster: Some("prod-use1".into()),
            namespace: Some("shop".into()),
        }],
        budgets: vec![DeclaredBudget {
            name: "production month".into(),
            account: "production".into(),
            budget: Some("innovate-production".into()),
            limit_usd: None,
            thresholds: None,
        }],
    }
}

pub(crate) fn sts() -> SourceKey {
    SourceKey::new(SourceName::Sts).of("production")
}
pub(crate) fn eks() -> SourceKey {
    SourceKey::new(SourceName::Eks).of("production").within("us-east-1")
}
pub(crate) fn kubernetes() -> SourceKey {
    SourceKey::new(SourceName::Kubernetes).of("production").within("us-east-1").about("prod-use1")
}
pub(crate) fn lab() -> SourceKey {
    SourceKey::new(SourceName::Kubernetes).about("lab")
}
pub(crate) fn rds() -> SourceKey {
    SourceKey::new(SourceName::Rds).of("production").within("us-east-1")
}
pub(crate) fn cloudwatch() -> SourceKey {
    SourceKey::new(SourceName::CloudWatch).of("production").within("us-east-1")
}
pub(crate) fn budgets() -> SourceKey {
    SourceKey::new(SourceName::Budgets).of("production")
}
pub(crate) fn costs() -> SourceKey {
    SourceKey::new(SourceName::CostExplorer).of("production")
}
pub(crate) fn prometheus() -> SourceKey {
    SourceKey::new(SourceName::Prometheus).about("http://127.0.0.1:9090")
}

pub(crate) fn identity(state: IdentityState) -> Identity {
    Identity {
        state,
        account_id: match state {
            IdentityState::Verified => Some(ID.into()),
            IdentityState::Mismatch => Some("999999999999".into()),
            _ => None,
        },
        arn: None,
        expires_at: None,
        error: (state != IdentityState::Verified).then(|| format!("it is {}", state.word())),
        login: None,
    }
}

pub(crate) fn plane() -> ControlPlane {
    ControlPlane {
        arn: None,
        status: "ACTIVE".into(),
        version: Some("1.33".into()),
        endpoint: Endpoint { url: None, public: false, private: true, public_cidrs: Vec::new() },
        logging: vec!["api".into(), "audit".into()],
        secrets_encrypted: true,
        addons: Some(Vec::new()),
        nodegroups: Some(vec![nodegroup(2, 5)]),
    }
}

pub(crate) fn nodegroup(desired: u32, max: u32) -> NodeGroup {
    NodeGroup {
        name: "on-demand".into(),
        status: "ACTIVE".into(),
        desired: Some(desired),
        min: Some(1),
        max: Some(max),
        capacity: Some(Capacity::OnDemand),
        instance_types: Vec::new(),
    }
}

pub(crate) fn node(name: &str, readiness: Readiness, cordoned: bool) -> Node {
    Node {
        name: name.into(),
        uid: name.into(),
        readiness,
        cordoned,
        pressures: Vec::new(),
        zone: None,
        arch: None,
        capacity_type: None,
        instance_type: None,
        pool: None,
        allocatable: None,
        kubelet: None,
        created: None,
    }
}

pub(crate) fn workload(name: &str, wanted: u32, available: u32) -> Workload {
    Workload {
        key: WorkloadKey { kind: WorkloadKind::Deployment, name: Name::new("shop", name) },
        uid: name.into(),
        wanted,
        available,
        updated: wanted,
        stuck: None,
        rollout: None,
        paused: false,
        created: None,
    }
}

/// A running pod of deployment `cart`, two hours old.
pub(crate) fn pod(name: &str) -> Pod {
    Pod {
        name: Name::new("shop", name),
        uid: format!("uid-{name}").into(),
        phase: PodPhase::Running,
        reason: None,
        crash_looping: false,
        restarts: 0,
        ready: (1, 1),
        last_termination: None,
        node: None,
        owner: Owner::Workload(WorkloadKind::Deployment, "cart".into()),
        created: Some(ago(120)),
        deleting: false,
    }
}

pub(crate) fn member(name: &str, role: MemberRole) -> Member {
    Member {
        name: name.into(),
        role,
        class: Some("db.serverless".into()),
        az: Some("us-east-1a".into()),
        promotion_tier: Some(1),
        status: Some("available".into()),
    }
}

/// Free memory of a member whose memory is 2 GiB × 16.
pub(crate) fn free_memory(percent: f64) -> f64 {
    percent / 100.0 * 16.0 * 2.0 * 1_073_741_824.0
}

#[allow(clippy::unnecessary_wraps, reason = "every place that takes one may also have none")]
pub(crate) fn sample(value: f64) -> Option<Sample> {
    Some(Sample { value, at: ago(1) })
}

pub(crate) fn quiet_numbers() -> BTreeMap<String, MemberNumbers> {
    let writer = MemberNumbers {
        cpu_percent: sample(41.5),
        connections: sample(310.0),
        freeable_memory_bytes: sample(free_memory(44.0)),
        replica_lag_ms: None,
        acu: sample(6.5),
    };
    let reader = MemberNumbers { replica_lag_ms: sample(22.0), ..writer.clone() };
    BTreeMap::from([("orders-1".into(), writer), ("orders-2".into(), reader)])
}

pub(crate) fn database() -> DatabaseFacts {
    DatabaseFacts {
        arn: None,
        status: "available".into(),
        engine: "aurora-postgresql".into(),
        version: Some("16.6".into()),
        acu_min: Some(0.5),
        acu_max: Some(16.0),
        members: vec![member("orders-1", MemberRole::Writer), member("orders-2", MemberRole::Reader)],
    }
}

pub(crate) fn global() -> GlobalFacts {
    let member = |region: &str, role| GlobalMember { region: region.into(), role, arn: String::new() };
    GlobalFacts {
        id: "orders-global".into(),
        failover_state: None,
        members: vec![member("us-east-1", GlobalRole::Primary), member("us-west-2", GlobalRole::Secondary)],
    }
}

pub(crate) fn budget(actual: f64, forecast: Option<f64>) -> BudgetFacts {
    BudgetFacts {
        period: Some(BudgetPeriod::Monthly),
        limit_usd: Some(3_000.0),
        actual_usd: Some(actual),
        forecast_usd: forecast,
        thresholds_percent: vec![50.0, 80.0, 100.0, 110.0],
    }
}

/// Counts in which every window has the same share of bad events.
pub(crate) fn even_counts(bad: f64, total: f64) -> SloCounts {
    let count = WindowCount { bad: Some(bad), total: Some(total), partial: false };
    SloCounts { at: ago(1), windows: [count; 7], whole: count }
}

/// An estate whose sources are registered and have said nothing.
pub(crate) struct Ground {
    pub(crate) estate: Estate,
    pub(crate) history: History,
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
}

impl Ground {
    pub(crate) fn silent() -> Self {
        let mut estate = Estate::new(declared());
        let cluster = EntryRef::Cluster("prod-use1".into());
        let orders = EntryRef::Database("orders".into());
        for (key, feeds) in [
            (sts(), vec![EntryRef::Account("production".into())]),
            (eks(), vec![cluster.clone()]),
            (kubernetes(), vec![cluster]),
            (rds(), vec![orders.clone()]),
            (cloudwatch(), vec![orders, EntryRef::Slo("checkout".into()), EntryRef::Service("shop".into())]),
            (budgets(), vec![EntryRef::Budget("production month".into())]),
            (costs(), vec![EntryRef::Costs("production".into())]),
            (prometheus(), vec![EntryRef::Slo("search".into())]),
            (lab(), vec![EntryRef::Cluster("lab".into())]),
        ] {
            estate.register(key, feeds);
        }
        Self { estate, history: History::default(), policy: Policy::default(), now: noon() }
    }

    /// An estate of which everything is known, and in order; without the second account.
    pub(crate) fn calm() -> Self {
        let mut ground = Self::silent();
        let mut declared = declared();
        declared.accounts.truncate(1);
        let sources = ground.estate.sources().to_vec();
        ground.estate = Estate::new(declared);
        for source in sources {
            ground.estate.register(source.key, source.feeds);
        }
        ground.introduce(IdentityState::Verified);
        ground.tell(eks(), vec![Fact::ControlPlane("prod-use1".into(), Some(plane()))]);
        for (key, name) in [(kubernetes(), "prod-use1"), (lab(), "lab")] {
            let covered = Kind::ALL.map(|kind| Fact::Coverage(name.into(), kind, Coverage::Complete));
            ground.tell(key.clone(), covered.into());
            ground.nodes_of(key, name, vec![node("a", Readiness::Ready, false)]);
        }
        ground.workloads(vec![workload("cart", 2, 2)]);
        ground.pods(vec![pod("cart-1"), pod("cart-2")]);
        ground.tell(
            rds(),
            vec![Fact::Database("orders".into(), Some(database())), Fact::Global("orders".into(), Some(global()))],
        );
        let lag = BTreeMap::from([("us-west-2".to_owned(), sample(640.0).unwrap())]);
        ground.tell(
            cloudwatch(),
            vec![
                Fact::Numbers("orders".into(), quiet_numbers()),
                Fact::GlobalLag("orders".into(), lag),
                Fact::Slo("checkout".into(), even_counts(0.0, 100_000.0)),
                Fact::Service("shop".into(), quiet_service()),
            ],
        );
        ground.tell(prometheus(), vec![Fact::Slo("search".into(), even_counts(0.0, 100_000.0))]);
        ground.tell(budgets(), vec![Fact::Budget("production month".into(), Some(budget(1_000.0, Some(2_000.0))))]);
        let by_service = vec![ServiceCost { service: "Amazon RDS Service".into(), usd: 910.2 }];
        let month = CostFacts { month_to_date_usd: 1_000.0, by_service, asked: Vec::new() };
        ground.tell(costs(), vec![Fact::Costs("production".into(), month)]);
        ground
    }

    pub(crate) fn say_at(&mut self, source: SourceKey, at: Timestamp, report: Report) -> Change {
        self.estate.apply(Observation { source, at, calls: 1, cost_usd: 0.0, report })
    }

    pub(crate) fn say(&mut self, source: SourceKey, report: Report) -> Change {
        self.say_at(source, self.now, report)
    }

    pub(crate) fn tell(&mut self, source: SourceKey, facts: Vec<Fact>) -> Change {
        self.say(source, Report::Facts { as_of: self.now, facts, note: None })
    }

    pub(crate) fn fail(&mut self, source: SourceKey) -> Change {
        self.say(source, Report::Failed { reason: "connection refused".into(), next_try_at: None })
    }

    pub(crate) fn pause(&mut self, source: SourceKey) -> Change {
        self.say(source, Report::Paused { reason: "log in".into(), next_try_at: None })
    }

    pub(crate) fn refuse(&mut self, source: SourceKey) -> Change {
        self.say(source, Report::Refused { reason: "another one".into() })
    }

    pub(crate) fn introduce(&mut self, state: IdentityState) -> Change {
        self.tell(sts(), vec![Fact::Identity("production".into(), identity(state))])
    }

    pub(crate) fn nodes_of(&mut self, source: SourceKey, cluster: &str, nodes: Vec<Node>) {
        self.tell(source, vec![Fact::Nodes(cluster.into(), Batch::Snapshot(nodes))]);
    }

    pub(crate) fn nodes(&mut self, nodes: Vec<Node>) {
        self.nodes_of(kubernetes(), "prod-use1", nodes);
    }

    pub(crate) fn workloads(&mut self, workloads: Vec<Workload>) {
        let batch = Batch::Snapshot(workloads);
        self.tell(kubernetes(), vec![Fact::Workloads("prod-use1".into(), Kind::Deployments, batch)]);
    }

    pub(crate) fn pods(&mut self, pods: Vec<Pod>) {
        self.tell(kubernetes(), vec![Fact::Pods("prod-use1".into(), Batch::Snapshot(pods))]);
    }

    pub(crate) fn numbers(&mut self, change: impl FnOnce(&mut BTreeMap<String, MemberNumbers>)) {
        let mut numbers = quiet_numbers();
        change(&mut numbers);
        self.tell(cloudwatch(), vec![Fact::Numbers("orders".into(), numbers)]);
    }

    pub(crate) fn judge(&self) -> Judgement {
        judge(&self.estate, &self.history, &self.policy, self.now)
    }

    pub(crate) fn level(&self, entry: &EntryRef) -> Level {
        self.judge().verdict(entry).unwrap().level
    }

    /// Rule, subject and level of every alert.
    pub(crate) fn alerts(&self) -> Vec<(RuleId, String, Level)> {
        self.judge().alerts.into_iter().map(|a| (a.rule, a.subject(), a.level)).collect()
    }

    /// The alert of a rule, if there is one.
    pub(crate) fn alert(&self, rule: RuleId) -> Option<Alert> {
        self.judge().alerts.into_iter().find(|a| a.rule == rule)
    }

    pub(crate) fn level_of(&self, rule: RuleId) -> Level {
        self.alert(rule).map_or(Level::Ok, |a| a.level)
    }
}
