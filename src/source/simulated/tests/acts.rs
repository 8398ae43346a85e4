//! What people did, as whoever walks along with a cluster sees it.

use super::super::act::Act;
use super::super::deed::Deed;
use super::super::plan::Sizes;
use super::*;

#[test]
fn what_was_done_is_walked_as_a_fresh_look_sees_it() {
    let world = world(Scenario::CrashLoop);
    let busy = world.clusters[0].workloads.iter().position(|w| w.extra > 0).unwrap();
    let cart = world.clusters[0].workloads.iter().position(|w| w.fragile).unwrap();
    let first = world.clusters[0].nodes(&mut Moment::new(ORIGIN))[0].name.to_string();
    let on = |workload: usize, deed: Deed| Act::Workload(0, workload, deed);
    let sizes = |desired: u32| Act::Pool(0, 0, Sizes { min: 2, max: 20, desired });
    let acts = [
        on(busy, Deed::Scaled(9)),
        on(cart, Deed::Restarted("now".to_owned())),
        Act::Node(0, first.clone(), true),
        on(busy, Deed::Gone(0)),
        on(cart, Deed::Gone(1)),
        sizes(8),
        on(busy, Deed::Held(true)),
        on(busy, Deed::Bounded(12, 14)),
        on(busy, Deed::Scaled(0)),
        sizes(3),
        on(cart, Deed::RolledBack),
        on(busy, Deed::Held(false)),
        Act::Node(0, first, false),
        on(busy, Deed::Scaled(12)),
        on(cart, Deed::Scaled(1)),
    ];
    let (mut heard, mut was) = (Heard::new(&world), world.acted_cluster(0));
    let (mut walk, facts) = Walk::begin(&was, ORIGIN);
    heard.hear(facts, ORIGIN);
    for now in ORIGIN..ORIGIN + 1_200 {
        if let Some(act) = acts.get(usize::try_from((now - ORIGIN) / 41).unwrap())
            && (now - ORIGIN) % 41 == 0
        {
            world.act(stamp(now), act.clone());
        }
        let cluster = world.acted_cluster(0);
        heard.hear(walk.acted(&was, &cluster, now), now);
        was = cluster;
    }
    let mut fresh = Heard::new(&world);
    fresh.hear(Walk::begin(&was, ORIGIN + 1_199).1, ORIGIN + 1_199);
    let (walked, seen) = (&heard.0.clusters()[0], &fresh.0.clusters()[0]);
    assert_eq!(walked.workloads(), seen.workloads());
    assert_eq!(walked.nodes(), seen.nodes());
    assert_eq!(walked.autoscalers(), seen.autoscalers());
    // Every pod is on a node that stands.
    assert!(walked.pods().values().all(|p| p.node.as_ref().is_some_and(|node| walked.nodes().contains_key(node))));
    assert_eq!(walked.pods(), seen.pods());
    // The one that crash looped has been put back, and its autoscaler has taken over again.
    assert!(walked.workloads().values().filter(|w| &*w.key.name.name == "cart").all(|w| !w.degraded() && w.wanted > 1));
}
