//! Tallies that are kept as pods and workloads change agree with a recount; restarts count as the interfaces say.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use quarterdeck::estate::{
    Batch, ClusterState, Fact, IdentityState, Kind, Name, Pod, PodPhase, PodRoot, PodTally, Report, RootRestarts,
    Termination, Workload, WorkloadKey,
};

use crate::ground::*;

fn proven() -> Ground {
    let mut ground = Ground::silent();
    ground.introduce(IdentityState::Verified);
    ground
}

fn cluster(ground: &Ground) -> &ClusterState {
    ground.estate.cluster("prod-use1").unwrap()
}

fn put_at(ground: &mut Ground, at: Timestamp, pods: Vec<Pod>) {
    let facts = vec![Fact::Pods("prod-use1".into(), Batch::Changes { put: pods, gone: Vec::new() })];
    ground.say_at(kubernetes(), at, Report::Facts { as_of: at, facts, note: None });
}

fn restarts(ground: &Ground, at: Timestamp) -> u32 {
    cluster(ground).restarts_1h(at)
}

fn ended(at: Timestamp) -> Termination {
    Termination { at: Some(at), reason: "Error".into(), exit_code: 1 }
}

#[test]
fn a_pod_younger_than_an_hour_counts_all_its_restarts() {
    let mut ground = proven();
    put_at(&mut ground, noon(), vec![Pod { restarts: 7, created: Some(ago(59)), ..pod("a") }]);
    assert_eq!(restarts(&ground, noon()), 7);
    let hour_old = ago(59) + SignedDuration::from_hours(1);
    assert_eq!(restarts(&ground, hour_old - SignedDuration::from_secs(1)), 7);
    assert_eq!(restarts(&ground, hour_old), 0, "an hour old, and no rise was seen");
}

#[test]
fn an_older_pod_counts_the_rise_that_was_seen() {
    let mut ground = proven();
    put_at(&mut ground, ago(30), vec![Pod { restarts: 40, ..pod("a") }]);
    assert_eq!(restarts(&ground, ago(30)), 0, "who knows when those were");
    put_at(&mut ground, ago(20), vec![Pod { restarts: 42, ..pod("a") }]);
    put_at(&mut ground, ago(10), vec![Pod { restarts: 45, ..pod("a") }]);
    assert_eq!(restarts(&ground, noon()), 5);
    assert_eq!(restarts(&ground, ago(-40)), 3, "the first rise is an hour ago");
    assert_eq!(restarts(&ground, ago(-50)), 0);
}

#[test]
fn a_termination_within_the_hour_counts_at_least_one() {
    let mut ground = proven();
    put_at(&mut ground, noon(), vec![Pod { restarts: 9, last_termination: Some(ended(ago(59))), ..pod("a") }]);
    put_at(&mut ground, noon(), vec![Pod { restarts: 9, last_termination: Some(ended(ago(60))), ..pod("b") }]);
    assert_eq!(restarts(&ground, noon()), 1);
    assert_eq!(restarts(&ground, ago(-1)), 0);
}

#[test]
fn a_rise_over_a_silence_of_an_hour_cannot_be_dated() {
    let mut ground = proven();
    put_at(&mut ground, ago(90), vec![Pod { restarts: 1, created: Some(ago(600)), ..pod("a") }]);
    put_at(&mut ground, noon(), vec![Pod { restarts: 5, created: Some(ago(600)), ..pod("a") }]);
    assert_eq!(restarts(&ground, noon()), 0);
}

#[test]
fn a_new_pod_of_the_same_name_starts_anew() {
    let mut ground = proven();
    put_at(&mut ground, ago(20), vec![Pod { restarts: 3, ..pod("a") }]);
    put_at(&mut ground, ago(10), vec![Pod { restarts: 8, ..pod("a") }]);
    assert_eq!(restarts(&ground, noon()), 5);
    put_at(&mut ground, noon(), vec![Pod { restarts: 1, uid: "another".into(), created: Some(ago(1)), ..pod("a") }]);
    assert_eq!(restarts(&ground, noon()), 1);
}

/// What is found the slow way where time was never said to pass: each pod by itself.
fn recounted(ground: &Ground, at: Timestamp) -> (u32, BTreeMap<PodRoot, RootRestarts>) {
    let cluster = cluster(ground);
    let mut roots: BTreeMap<PodRoot, RootRestarts> = BTreeMap::new();
    for pod in cluster.pods().values() {
        let times = cluster.restarts_1h_of(pod, at);
        if times > 0 {
            let root = roots.entry(PodRoot::of(pod)).or_default();
            root.times += u64::from(times);
            root.pods += 1;
            root.crash_looping += usize::from(pod.crash_looping);
        }
    }
    (u32::try_from(roots.values().map(|r| r.times).sum::<u64>()).unwrap(), roots)
}

#[test]
fn restarts_leave_the_hour_as_time_passes() {
    let mut ground = proven();
    put_at(&mut ground, ago(30), vec![Pod { restarts: 7, created: Some(ago(59)), ..pod("a") }]);
    put_at(&mut ground, ago(30), vec![Pod { restarts: 3, ..pod("b") }]);
    put_at(&mut ground, ago(20), vec![Pod { restarts: 5, ..pod("b") }]);
    for (minutes, total) in [(20, 9), (2, 9), (1, 9), (-1, 2), (-39, 2), (-40, 0), (-500, 0)] {
        ground.estate.pass_time(ago(minutes));
        assert_eq!(restarts(&ground, ago(minutes)), total, "{minutes} minutes before noon");
        let roots = cluster(&ground).restarts_by_root(ago(minutes));
        assert!(matches!(roots, std::borrow::Cow::Borrowed(_)), "no pod is looked at");
        assert_eq!(roots.values().map(|r| r.times).sum::<u64>(), u64::from(total));
    }
    assert_eq!(restarts(&ground, ago(20)), 9, "an earlier instant is found the slow way");
}

#[test]
fn rises_survive_a_new_snapshot_of_the_same_pods() {
    let mut ground = proven();
    put_at(&mut ground, ago(20), vec![Pod { restarts: 3, ..pod("a") }]);
    put_at(&mut ground, ago(10), vec![Pod { restarts: 8, ..pod("a") }]);
    ground.pods(vec![Pod { restarts: 9, ..pod("a") }]);
    assert_eq!(restarts(&ground, noon()), 6);
    ground.pods(Vec::new());
    assert_eq!(restarts(&ground, noon()), 0);
}

#[test]
fn pending_counts_from_the_creation() {
    let mut ground = proven();
    let waiting = |name: &str, minutes| Pod { phase: PodPhase::Pending, created: Some(ago(minutes)), ..pod(name) };
    ground.pods(vec![waiting("a", 5), waiting("b", 4), pod("c")]);
    assert_eq!(cluster(&ground).pending_since(ago(5)), 1);
    assert_eq!(cluster(&ground).pending_since(ago(4)), 2);
}

#[test]
fn a_snapshot_of_one_kind_leaves_the_others() {
    let mut ground = proven();
    ground.workloads(vec![workload("cart", 2, 1)]);
    let facts = vec![Fact::Workloads("prod-use1".into(), Kind::DaemonSets, Batch::Snapshot(Vec::new()))];
    ground.tell(kubernetes(), facts);
    assert_eq!((cluster(&ground).workloads().len(), cluster(&ground).degraded().len()), (1, 1));
    ground.workloads(Vec::new());
    assert_eq!((cluster(&ground).workloads().len(), cluster(&ground).degraded().len()), (0, 0));
}

/// What may happen to a few pods and workloads.
#[derive(Debug, Clone)]
enum Happening {
    Snapshot(Vec<Pod>),
    Changes(Vec<Pod>, Vec<u8>),
    Workloads(Vec<Workload>, Vec<u8>),
}

fn any_pod() -> impl Strategy<Value = Pod> {
    let phases = [PodPhase::Pending, PodPhase::Running, PodPhase::Succeeded, PodPhase::Failed, PodPhase::Unknown];
    let end = prop::option::of(0i64..200);
    (0u8..8, 0u8..2, prop::sample::select(phases.to_vec()), any::<bool>(), 0u32..6, 0i64..180, end).prop_map(
        |(name, uid, phase, crash_looping, restarts, age, end)| Pod {
            uid: format!("{name}-{uid}").into(),
            phase,
            crash_looping,
            restarts,
            created: Some(ago(age)),
            last_termination: end.map(|minutes| ended(ago(minutes))),
            ..pod(&name.to_string())
        },
    )
}

fn happening() -> impl Strategy<Value = Happening> {
    let pods = || prop::collection::vec(any_pod(), 0..6);
    let workloads = prop::collection::vec((0u8..5, 0u32..3, 0u32..3), 0..4);
    prop_oneof![
        pods().prop_map(Happening::Snapshot),
        (pods(), prop::collection::vec(0u8..8, 0..3)).prop_map(|(put, gone)| Happening::Changes(put, gone)),
        (workloads, prop::collection::vec(0u8..5, 0..2)).prop_map(|(put, gone)| {
            let put = put.into_iter().map(|(n, wanted, available)| workload(&n.to_string(), wanted, available));
            Happening::Workloads(put.collect(), gone)
        }),
    ]
}

fn recount(pods: &BTreeMap<Name, Pod>) -> PodTally {
    let of = |wanted: PodPhase| pods.values().filter(|p| p.phase == wanted).count();
    PodTally {
        total: pods.len(),
        running: of(PodPhase::Running),
        pending: of(PodPhase::Pending),
        failed: of(PodPhase::Failed),
        crash_looping: pods.values().filter(|p| p.crash_looping).count(),
    }
}

proptest! {
    #[test]
    fn every_tally_equals_a_recount(
        happenings in prop::collection::vec(happening(), 1..20),
        passing in prop::collection::vec(prop::option::of(-90i64..90), 20),
    ) {
        let mut ground = proven();
        for (step, happening) in happenings.into_iter().enumerate() {
            let at = ago(60 - 7 * i64::try_from(step).unwrap());
            let name = || "prod-use1".to_owned();
            let fact = match happening {
                Happening::Snapshot(pods) => Fact::Pods(name(), Batch::Snapshot(pods)),
                Happening::Changes(put, gone) => {
                    let gone = gone.into_iter().map(|n| pod(&n.to_string()).name).collect();
                    Fact::Pods(name(), Batch::Changes { put, gone })
                }
                Happening::Workloads(put, gone) => {
                    let gone: Vec<WorkloadKey> = gone.into_iter().map(|n| workload(&n.to_string(), 0, 0).key).collect();
                    Fact::Workloads(name(), Kind::Deployments, Batch::Changes { put, gone })
                }
            };
            ground.say_at(kubernetes(), at, Report::Facts { as_of: at, facts: vec![fact], note: None });
            let now = passing[step].map_or(at, ago);
            if passing[step].is_some() {
                ground.estate.pass_time(now);
            }
            for then in [now, at, noon()] {
                let (total, roots) = recounted(&ground, then);
                prop_assert_eq!(restarts(&ground, then), total);
                prop_assert_eq!(&*cluster(&ground).restarts_by_root(then), &roots);
            }
            let cluster = cluster(&ground);
            prop_assert_eq!(cluster.tally(), recount(cluster.pods()));
            let waiting = cluster.pods().values();
            let waiting = waiting.filter(|p| p.phase == PodPhase::Pending && p.created <= Some(ago(90))).count();
            prop_assert_eq!(cluster.pending_since(ago(90)), waiting);
            let uneasy = cluster.pods().values().filter(|p| {
                p.restarts > 0 || p.crash_looping || matches!(p.phase, PodPhase::Pending | PodPhase::Failed)
            });
            prop_assert_eq!(cluster.uneasy().count(), uneasy.count());
            let degraded: Vec<&WorkloadKey> =
                cluster.workloads().values().filter(|w| w.degraded()).map(|w| &w.key).collect();
            prop_assert_eq!(cluster.degraded().collect::<Vec<_>>(), degraded);
        }
    }
}
