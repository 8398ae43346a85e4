//! Rollouts are counted once, however often and in whatever order they are told.

use jiff::{SignedDuration, Timestamp};
use quarterdeck::estate::{
    Batch, Coverage, DeclaredEstate, DeclaredSlo, EntryRef, Estate, Fact, IdentityState, Kind, Name, Observation,
    Report, Restored, Rollout, RolloutEnd, Rollouts, Sli, SliPoint, SourceKey, WindowCount,
};

use super::ground::{self, ago, identity, kubernetes, noon, sts, workload};

const CLUSTER: &str = "prod-use1";

fn counting(name: &str, namespaces: &[&str]) -> DeclaredSlo {
    DeclaredSlo {
        name: name.into(),
        service: "delivery".into(),
        objective: 99.0,
        window_s: 30 * 86_400,
        window: "30d".into(),
        min_events: 1,
        sli: Sli::Rollouts {
            cluster: CLUSTER.into(),
            namespaces: namespaces.iter().map(|n| (*n).to_owned()).collect(),
        },
    }
}

fn declared() -> DeclaredEstate {
    DeclaredEstate { slos: vec![counting("deploys", &["shop"]), counting("all", &[])], ..ground::declared() }
}

struct Watched {
    estate: Estate,
}

impl Watched {
    fn new() -> Self {
        let mut estate = Estate::new(declared());
        estate
            .register(kubernetes(), declared().counting_rollouts_of(CLUSTER).into_iter().map(EntryRef::Slo).collect());
        estate.apply(observed(sts(), noon(), vec![proven()]));
        let mut watched = Self { estate };
        let seen = [Kind::Deployments, Kind::ReplicaSets].map(|kind| covered(kind, Coverage::Complete));
        watched.tell(ago(60), seen.to_vec());
        watched
    }

    fn tell(&mut self, at: Timestamp, facts: Vec<Fact>) {
        self.estate.apply(observed(kubernetes(), at, facts));
    }

    /// The watch goes on, minute by minute.
    fn goes_on(&mut self, from: Timestamp, to: Timestamp) {
        let mut at = from;
        while at <= to {
            self.tell(at, Vec::new());
            at += SignedDuration::from_secs(12);
        }
    }

    fn whole(&self, slo: &str) -> WindowCount {
        self.estate.slo(slo).unwrap().counts.as_ref().unwrap().value.whole
    }

    /// Bad and all events in the SLO's window.
    fn counted(&self, slo: &str) -> (Option<f64>, Option<f64>) {
        let whole = self.whole(slo);
        (whole.bad, whole.total)
    }

    fn minutes(&self, slo: &str) -> Vec<SliPoint> {
        self.estate.slo(slo).unwrap().series.minutes().filter(|p| p.total.is_some()).collect()
    }
}

fn proven() -> Fact {
    Fact::Identity("production".into(), identity(IdentityState::Verified))
}

fn observed(source: SourceKey, at: Timestamp, facts: Vec<Fact>) -> Observation {
    Observation { source, at, calls: 0, cost_usd: 0.0, report: Report::Facts { as_of: at, facts, note: None } }
}

fn covered(kind: Kind, coverage: Coverage) -> Fact {
    Fact::Coverage(CLUSTER.into(), kind, coverage)
}

fn deployment(namespace: &str, name: &str, revision: u64, ended: impl Into<Option<(Timestamp, bool)>>) -> Fact {
    let mut workload = workload(name, 3, 3);
    workload.key.name = Name::new(namespace, name);
    workload.uid = format!("uid-{namespace}-{name}").into();
    let ended = ended.into().map(|(at, good)| RolloutEnd { at, good });
    workload.rollout = Some(Rollout { revision, ended });
    Fact::Workloads(CLUSTER.into(), Kind::Deployments, Batch::Changes { put: vec![workload], gone: Vec::new() })
}

fn restored(revision: u64, earlier: u64) -> Fact {
    let set = Restored {
        name: Name::new("shop", "cart-abc"),
        deployment: "cart".into(),
        uid: "uid-shop-cart".into(),
        revision,
        earlier,
    };
    Fact::Restored(CLUSTER.into(), Batch::Changes { put: vec![set], gone: Vec::new() })
}

fn good(minutes_ago: i64) -> (Timestamp, bool) {
    (ago(minutes_ago), true)
}

fn missed(minutes_ago: i64) -> (Timestamp, bool) {
    (ago(minutes_ago), false)
}

#[test]
fn each_rollout_counts_once_in_the_minute_in_which_it_ended() {
    let mut watched = Watched::new();
    watched.tell(ago(58), vec![deployment("shop", "cart", 1, good(58)), deployment("payments", "api", 4, missed(58))]);
    // Told again by a reconnect, a relist, and a change that is no rollout.
    for minutes in [57, 56, 55] {
        watched.tell(ago(minutes), vec![deployment("shop", "cart", 1, good(58))]);
    }
    watched.tell(ago(54), vec![deployment("shop", "cart", 2, None)]);
    watched.goes_on(ago(53), ago(1));
    assert_eq!(watched.counted("deploys"), (Some(0.0), Some(1.0)));
    assert_eq!(watched.counted("all"), (Some(1.0), Some(2.0)));
    let minutes = watched.minutes("all");
    let busy: Vec<_> = minutes.iter().filter(|p| p.total != Some(0.0)).collect();
    assert_eq!(busy.len(), 1);
    assert_eq!((busy[0].at, busy[0].bad, busy[0].total), (ago(58), Some(1.0), Some(2.0)));
    assert_eq!(minutes.len(), 59, "what the watch covered and saw nothing in are zeros");
    assert!(watched.whole("all").partial, "what nobody watched is not known");
}

#[test]
fn what_was_gone_back_from_was_bad() {
    let mut watched = Watched::new();
    watched.tell(ago(50), vec![deployment("shop", "cart", 1, good(50))]);
    watched.tell(ago(40), vec![deployment("shop", "cart", 2, good(40))]);
    watched.goes_on(ago(40), ago(31));
    assert_eq!(watched.counted("deploys"), (Some(0.0), Some(2.0)));
    watched.tell(ago(30), vec![restored(3, 1), deployment("shop", "cart", 3, good(40))]);
    watched.tell(ago(29), vec![deployment("shop", "cart", 3, good(29))]);
    watched.goes_on(ago(29), ago(1));
    assert_eq!(watched.counted("deploys"), (Some(1.0), Some(3.0)));
    let bad: Vec<Timestamp> =
        watched.minutes("deploys").into_iter().filter(|p| p.bad.is_some_and(|b| b > 0.0)).map(|p| p.at).collect();
    assert_eq!(bad, [ago(40)]);
}

#[test]
fn a_failed_rollout_that_is_gone_back_from_is_bad_once_and_the_way_back_is_good() {
    let mut watched = Watched::new();
    watched.tell(ago(50), vec![deployment("shop", "cart", 1, good(50))]);
    watched.tell(ago(40), vec![deployment("shop", "cart", 2, missed(40))]);
    // For a moment the new revision stands beside the old condition.
    watched.tell(ago(30), vec![deployment("shop", "cart", 3, missed(40))]);
    watched.tell(ago(30), vec![restored(3, 1)]);
    watched.tell(ago(29), vec![deployment("shop", "cart", 3, good(29))]);
    watched.goes_on(ago(29), ago(1));
    assert_eq!(watched.counted("deploys"), (Some(1.0), Some(3.0)));
}

#[test]
fn one_that_was_gone_back_from_before_it_ended_is_bad_when_the_way_back_ended() {
    let mut watched = Watched::new();
    watched.tell(ago(50), vec![deployment("shop", "cart", 1, good(50))]);
    watched.tell(ago(40), vec![deployment("shop", "cart", 2, None)]);
    watched.tell(ago(38), vec![deployment("shop", "cart", 3, good(38)), restored(3, 1)]);
    watched.goes_on(ago(37), ago(1));
    assert_eq!(watched.counted("deploys"), (Some(1.0), Some(3.0)));
}

#[test]
fn a_restart_counts_nothing_again() {
    let mut watched = Watched::new();
    watched.tell(ago(50), vec![deployment("shop", "cart", 1, good(50)), deployment("shop", "web", 7, missed(50))]);
    watched.goes_on(ago(49), ago(20));
    let before = watched.counted("deploys");
    let memory = watched.estate.memory();
    let histories = watched.estate.histories();
    let mut again = Watched { estate: Estate::new(declared()) };
    again.estate.register(kubernetes(), Vec::new());
    for kept in histories {
        let (_, chunks) = kept.course.changed_since(0);
        again.estate.restore_history(&kept.name, &chunks, None, ago(18));
    }
    for remembered in memory {
        again.estate.recall(remembered);
    }
    again.estate.apply(observed(sts(), ago(18), vec![proven()]));
    let seen = [Kind::Deployments, Kind::ReplicaSets].map(|kind| covered(kind, Coverage::Complete)).to_vec();
    let told = vec![deployment("shop", "cart", 1, good(50)), deployment("shop", "web", 7, missed(50))];
    again.tell(ago(18), [seen, told].concat());
    again.goes_on(ago(18), ago(10));
    assert_eq!((before, again.counted("deploys")), ((Some(1.0), Some(2.0)), (Some(1.0), Some(2.0))));
    assert_eq!(again.minutes("deploys").len(), 40, "the pause was too short to miss anything");
}

#[test]
fn a_long_silence_is_a_gap_but_for_what_ended_in_it() {
    let mut watched = Watched::new();
    watched.goes_on(ago(59), ago(50));
    watched.tell(ago(20), vec![deployment("shop", "cart", 5, good(35))]);
    watched.goes_on(ago(20), ago(10));
    let minutes = watched.minutes("deploys");
    let at: Vec<Timestamp> = minutes.iter().map(|p| p.at).collect();
    assert!(at.contains(&ago(35)) && !at.contains(&ago(36)) && !at.contains(&ago(34)), "{at:?}");
    assert_eq!(watched.counted("deploys"), (Some(0.0), Some(1.0)));
}

#[test]
fn rollouts_of_weeks_ago_are_in_the_window_and_older_ones_are_not() {
    let mut watched = Watched::new();
    let days = |n: i64| good(n * 24 * 60);
    watched.tell(
        ago(50),
        vec![
            deployment("shop", "a", 2, days(10)),
            deployment("shop", "b", 9, days(10)),
            deployment("shop", "c", 3, days(40)),
        ],
    );
    watched.goes_on(ago(49), ago(1));
    assert_eq!(watched.counted("deploys"), (Some(0.0), Some(2.0)));
}

#[test]
fn without_the_replica_sets_nothing_is_known_to_be_good() {
    let mut watched = Watched::new();
    watched.tell(ago(55), vec![covered(Kind::ReplicaSets, Coverage::Forbidden("no".into()))]);
    watched.tell(ago(50), vec![deployment("shop", "cart", 1, good(50))]);
    watched.goes_on(ago(49), ago(1));
    let whole = watched.whole("deploys");
    assert!(whole.partial && whole.bad != Some(0.0) || whole.total == Some(0.0), "{whole:?}");
}

#[test]
fn without_the_deployments_there_is_no_data() {
    let mut watched = Watched::new();
    watched.tell(ago(55), vec![covered(Kind::Deployments, Coverage::Partial("payments".into()))]);
    watched.goes_on(ago(54), ago(1));
    assert!(watched.minutes("deploys").iter().all(|p| p.at < ago(54)));
}

#[test]
fn a_cluster_whose_rollouts_nobody_counts_remembers_none() {
    let mut estate = Estate::new(ground::declared());
    estate.register(kubernetes(), Vec::new());
    estate.apply(observed(sts(), noon(), vec![proven()]));
    estate.apply(observed(kubernetes(), ago(5), vec![deployment("shop", "cart", 1, good(6))]));
    assert_eq!(estate.cluster(CLUSTER).unwrap().rollouts, None::<Rollouts>);
}
