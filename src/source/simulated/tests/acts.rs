//! What people did, as whoever walks along with a cluster sees it.

use super::super::act::Act;
use super::super::deed::Deed;
use super::*;

#[test]
fn what_was_done_is_walked_as_a_fresh_look_sees_it() {
    let world = world(Scenario::CrashLoop);
    let busy = world.clusters[0].workloads.iter().position(|w| w.extra > 0).unwrap();
    let cart = world.clusters[0].workloads.iter().position(|w| w.fragile).unwrap();
    let deeds = [
        (busy, Deed::Scaled(9)),
        (cart, Deed::Restarted("now".to_owned())),
        (busy, Deed::Held(true)),
        (busy, Deed::Scaled(0)),
        (cart, Deed::RolledBack),
        (busy, Deed::Held(false)),
        (cart, Deed::Scaled(1)),
    ];
    let (mut heard, mut was) = (Heard::new(&world), world.acted_cluster(0));
    let (mut walk, facts) = Walk::begin(&was, ORIGIN);
    heard.hear(facts, ORIGIN);
    for now in ORIGIN..ORIGIN + 1_200 {
        if let Some((workload, deed)) = deeds.get(usize::try_from((now - ORIGIN) / 41).unwrap())
            && (now - ORIGIN) % 41 == 0
        {
            world.act(stamp(now), Act::Workload(0, *workload, deed.clone()));
        }
        let cluster = world.acted_cluster(0);
        heard.hear(walk.acted(&was, &cluster, now), now);
        was = cluster;
    }
    let mut fresh = Heard::new(&world);
    fresh.hear(Walk::begin(&was, ORIGIN + 1_199).1, ORIGIN + 1_199);
    let (walked, seen) = (&heard.0.clusters()[0], &fresh.0.clusters()[0]);
    assert_eq!(walked.workloads(), seen.workloads());
    assert_eq!(walked.pods(), seen.pods());
    // The one that crash looped has been put back, and its autoscaler has taken over again.
    assert!(walked.workloads().values().filter(|w| &*w.key.name.name == "cart").all(|w| !w.degraded() && w.wanted > 1));
}
