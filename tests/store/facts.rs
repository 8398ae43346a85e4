//! Facts to keep: one of every kind, many pods, and any at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use quarterdeck::estate::{
    Addon, Batch, BudgetFacts, BudgetPeriod, Capacity, ControlPlane, CostFacts, Coverage, DatabaseFacts, Endpoint,
    Fact, GlobalFacts, GlobalMember, GlobalRole, Kind, Member, MemberNumbers, MemberRole, Name, Node, NodeGroup, Owner,
    Pod, PodPhase, Readiness, Resources, Rollout, Sample, ServiceCost, SloCounts, Termination, WindowCount, Workload,
    WorkloadKey, WorkloadKind,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

/// Running pods of a shop, some restarted.
pub(crate) fn pods(count: usize) -> Vec<Fact> {
    let pods = (0..count).map(|i| pod(&format!("cart-7d9f8b6c5-{i:05}"), i)).collect();
    vec![Fact::Pods("prod-use1".into(), Batch::Snapshot(pods))]
}

fn pod(name: &str, i: usize) -> Pod {
    let restarted = i.is_multiple_of(10);
    Pod {
        name: Name::new("shop", name),
        uid: Arc::from(format!("5e0a3c1e-0000-4000-8000-{i:012}")),
        phase: if restarted { PodPhase::Pending } else { PodPhase::Running },
        reason: restarted.then(|| Arc::from("CrashLoopBackOff")),
        crash_looping: restarted,
        restarts: u32::try_from(i % 7).unwrap(),
        ready: (2, 3),
        last_termination: restarted.then(|| Termination {
            at: Some(at(60)),
            reason: Arc::from("OOMKilled"),
            exit_code: -137,
        }),
        node: Some(Arc::from(format!("ip-10-1-48-{}.ec2.internal", i % 250))),
        owner: Owner::Workload(WorkloadKind::Deployment, Arc::from("cart")),
        created: Some(at(-86_400)),
        deleting: false,
    }
}

fn numbers() -> MemberNumbers {
    MemberNumbers {
        cpu_percent: Some(Sample { value: 41.5, at: at(0) }),
        connections: None,
        freeable_memory_bytes: Some(Sample { value: 4.2e9, at: at(0) }),
        replica_lag_ms: Some(Sample { value: 0.0, at: at(-60) }),
        acu: Some(Sample { value: 6.5, at: at(0) }),
    }
}

/// At least one of every kind of fact and every kind of state in it.
pub(crate) fn of_every_kind() -> Vec<Fact> {
    let mut facts = of_kubernetes();
    facts.extend(of_aws());
    facts
}

fn of_kubernetes() -> Vec<Fact> {
    let cluster = || "prod-use1".to_owned();
    let key = |kind, name: &str| WorkloadKey { kind, name: Name::new("shop", name) };
    let control_plane = ControlPlane {
        arn: Some("arn:aws:eks:us-east-1:111122223333:cluster/prod".into()),
        status: "ACTIVE".into(),
        version: Some("1.33".into()),
        endpoint: Endpoint {
            url: Some("https://example.eks.amazonaws.com".into()),
            public: true,
            private: false,
            public_cidrs: vec!["203.0.113.0/24".into()],
        },
        logging: vec!["api".into(), "audit".into()],
        secrets_encrypted: true,
        addons: Some(vec![Addon { name: "vpc-cni".into(), version: None, status: "DEGRADED".into() }]),
        nodegroups: Some(vec![NodeGroup {
            name: "spot".into(),
            status: "ACTIVE".into(),
            desired: Some(3),
            min: Some(0),
            max: None,
            capacity: Some(Capacity::Spot),
            instance_types: vec!["m7g.large".into()],
        }]),
    };
    let node = Node {
        name: Arc::from("ip-10-1-48-7.ec2.internal"),
        uid: Arc::from("6f1b"),
        readiness: Readiness::Unknown,
        cordoned: true,
        pressures: vec!["MemoryPressure".into()],
        zone: Some(Arc::from("us-east-1a")),
        arch: Some(Arc::from("arm64")),
        capacity_type: None,
        instance_type: Some(Arc::from("m7g.large")),
        pool: Some(Arc::from("spot")),
        allocatable: Some(Resources { cpu_milli: 1_930, memory_bytes: 7_220 << 20 }),
        kubelet: Some(Arc::from("v1.33.1")),
        created: None,
    };
    let workload = Workload {
        key: key(WorkloadKind::StatefulSet, "ledger"),
        uid: Arc::from("77"),
        wanted: 3,
        available: 2,
        updated: 3,
        stuck: Some("ProgressDeadlineExceeded".into()),
        rollout: Some(Rollout { revision: 4, ended: None }),
        paused: true,
        created: Some(at(0)),
    };
    let odd = Pod { owner: Owner::Other(Arc::from("Job"), Arc::from("migrate")), ..pod("migrate-\u{202e}1", 0) };
    let bare = Pod { owner: Owner::Nobody, node: None, created: None, ..pod("debug", 3) };
    vec![
        Fact::ControlPlane(cluster(), Some(control_plane)),
        Fact::ControlPlane("gone".into(), None),
        Fact::Coverage(cluster(), Kind::Pods, Coverage::Partial("namespace payments is forbidden".into())),
        Fact::Coverage(cluster(), Kind::Nodes, Coverage::Forbidden("nodes".into())),
        Fact::Coverage(cluster(), Kind::DaemonSets, Coverage::Complete),
        Fact::Nodes(cluster(), Batch::Snapshot(vec![node])),
        Fact::Nodes(cluster(), Batch::Changes { put: vec![], gone: vec![Arc::from("ip-10-1-48-8")] }),
        Fact::Workloads(cluster(), Kind::StatefulSets, Batch::Snapshot(vec![workload])),
        Fact::Workloads(
            cluster(),
            Kind::DaemonSets,
            Batch::Changes { put: vec![], gone: vec![key(WorkloadKind::DaemonSet, "agent")] },
        ),
        Fact::Pods(cluster(), Batch::Snapshot(vec![pod("cart-1", 1), odd, bare])),
    ]
}

fn of_aws() -> Vec<Fact> {
    let database = DatabaseFacts {
        arn: None,
        status: "failing-over".into(),
        engine: "aurora-postgresql".into(),
        version: Some("16.6".into()),
        acu_min: Some(0.5),
        acu_max: Some(16.0),
        members: vec![Member {
            name: "orders-1".into(),
            role: MemberRole::Writer,
            class: Some("db.serverless".into()),
            az: Some("us-east-1a".into()),
            promotion_tier: Some(1),
            status: None,
        }],
    };
    let global = GlobalFacts {
        id: "orders-global".into(),
        failover_state: Some("switching-over".into()),
        members: vec![GlobalMember { region: "us-west-2".into(), role: GlobalRole::Secondary, arn: "arn".into() }],
    };
    let counts = SloCounts {
        at: at(0),
        windows: [WindowCount { bad: Some(4_380.0), total: Some(300_000.0), partial: true }; 7],
        whole: WindowCount { bad: None, total: None, partial: false },
    };
    vec![
        Fact::Database("orders".into(), Some(database)),
        Fact::Database("gone".into(), None),
        Fact::Global("orders".into(), Some(global)),
        Fact::Numbers("orders".into(), BTreeMap::from([("orders-1".into(), numbers())])),
        Fact::GlobalLag("orders".into(), BTreeMap::from([("us-west-2".into(), Sample { value: 640.0, at: at(0) })])),
        Fact::Budget(
            "production month".into(),
            Some(BudgetFacts {
                period: Some(BudgetPeriod::Monthly),
                limit_usd: Some(3_000.0),
                actual_usd: Some(2_450.0),
                forecast_usd: None,
                thresholds_percent: vec![50.0, 80.0],
            }),
        ),
        Fact::Costs(
            "production".into(),
            CostFacts {
                month_to_date_usd: 2_450.25,
                by_service: vec![ServiceCost { service: "Amazon RDS Service".into(), usd: 910.2 }],
                asked: vec![at(-7_200), at(0)],
            },
        ),
        Fact::Slo("checkout availability".into(), counts),
    ]
}

/// Facts with any names, times and numbers.
pub(crate) fn any_facts() -> impl Strategy<Value = Vec<Fact>> {
    let time = (-2_000_000_000i64..4_000_000_000, 0i64..1_000_000_000)
        .prop_map(|(s, ns)| Timestamp::from_second(s).unwrap() + SignedDuration::from_nanos(ns));
    let any_pod =
        (any::<String>(), any::<String>(), proptest::option::of(time.clone()), any::<u32>(), any::<(u16, u16)>())
            .prop_map(|(namespace, name, created, restarts, ready)| Pod {
                name: Name::new(namespace, name.as_str()),
                created,
                restarts,
                ready,
                reason: Some(Arc::from(name)),
                ..pod("any", 0)
            });
    let pods = (any::<String>(), proptest::collection::vec(any_pod, 0..20))
        .prop_map(|(cluster, pods)| Fact::Pods(cluster, Batch::Snapshot(pods)));
    let lag = (any::<String>(), proptest::num::f64::NORMAL | proptest::num::f64::ZERO, time).prop_map(
        |(region, value, at)| Fact::GlobalLag(region.clone(), BTreeMap::from([(region, Sample { value, at })])),
    );
    proptest::collection::vec(prop_oneof![pods, lag], 0..6)
}
