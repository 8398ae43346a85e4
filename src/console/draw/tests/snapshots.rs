//! What people see, state by state and size by size. Read a changed picture before you accept it.

use super::fixture::{self, Set, burning, calm, failed, key};
use super::{drawn, roles, text};
use crate::console::view::{Filter, PaneId, Spot, View};
use crate::estate::{EntryRef, IdentityState, Name, SourceName};

/// Compares the watch of a set at three sizes; the smallest with what each cell means.
fn watch(name: &str, set: &Set) {
    for size in [(80, 24), (120, 31), (200, 60)] {
        let buf = drawn(set, &View::new(size));
        let mut picture = text(&buf);
        if size.0 == 80 {
            picture.push_str(&roles(&buf));
        }
        insta::assert_snapshot!(format!("watch_{name}_{}", size.0), picture);
    }
}

#[test]
fn a_calm_day() {
    watch("calm", &calm());
}

#[test]
fn an_evening_on_fire() {
    watch("burning", &burning());
}

#[test]
fn a_source_fails() {
    watch("stale", &fixture::stale());
}

#[test]
fn nothing_has_answered_yet() {
    watch("waiting", &fixture::waiting(&fixture::declared()).judged(1));
}

#[test]
fn nothing_is_configured() {
    watch("empty", &fixture::empty());
}

#[test]
fn credentials_have_expired() {
    let told = fixture::facts(&key(SourceName::Sts, ""), 0, vec![fixture::identity(IdentityState::Expired)]);
    let paused = ["us-east-1"].map(|r| fixture::paused(&key(SourceName::Rds, r)));
    watch("expired", &calm().told([told]).told(paused).judged(12));
}

#[test]
fn it_is_another_account() {
    watch("mismatch", &fixture::mismatch());
}

#[test]
fn the_right_to_look_is_missing() {
    let denied =
        failed(&key(SourceName::Budgets, ""), "AccessDenied: allow budgets:ViewBudget for quarterdeck-observe");
    watch("denied", &fixture::waiting(&fixture::declared()).told([fixture::verified(), denied]).judged(2));
}

#[test]
fn names_from_hell() {
    watch("hostile", &fixture::hostile());
}

#[test]
fn a_demo_says_that_it_is_one() {
    let set = Set { demo: Some("crashloop"), ..calm() };
    insta::assert_snapshot!(text(&drawn(&set, &View::new((120, 31)))).lines().next().unwrap());
}

/// Compares the page of a thing at two sizes.
fn page(name: &str, set: &Set, spot: &Spot) {
    for size in [(80, 24), (200, 60)] {
        let view = View { trail: vec![spot.clone()], ..View::new(size) };
        insta::assert_snapshot!(format!("page_{name}_{}", size.0), text(&drawn(set, &view)));
    }
}

#[test]
fn pages() {
    let set = burning();
    let entry = |e: fn(String) -> EntryRef, name: &str| Spot::Entry(e(name.to_owned()));
    page("cluster", &set, &entry(EntryRef::Cluster, "prod-use1"));
    page("database", &set, &entry(EntryRef::Database, "orders"));
    page("slo", &set, &entry(EntryRef::Slo, "checkout availability"));
    page("budget", &set, &entry(EntryRef::Budget, "staging"));
    page("account", &set, &entry(EntryRef::Account, "production"));
    page("pod", &set, &Spot::Pod("prod-use1".to_owned(), Name::new("shop", "cart-7d4b9c-00000")));
    page("pod_gone", &set, &Spot::Pod("prod-use1".to_owned(), Name::new("shop", "cart-gone")));
    page("node", &set, &Spot::Node("prod-use1".to_owned(), "ip-10-0-1-17.ec2.internal".into()));
    page("member", &set, &Spot::Member("orders".to_owned(), "orders-2".to_owned()));
    page("alert", &set, &Spot::Alert("slo.burn", "checkout availability".to_owned()));
    page("sources", &fixture::stale(), &Spot::Sources);
    page("source", &fixture::stale(), &Spot::Source(key(SourceName::Rds, "us-east-1")));
    page("account_refused", &fixture::mismatch(), &entry(EntryRef::Account, "production"));
}

#[test]
fn each_pane_as_a_tab() {
    for (pane, name) in PaneId::ALL.into_iter().zip(["all", "slos", "clusters", "databases", "budgets"]) {
        let view = View { focus: pane, ..View::new((80, 24)) };
        insta::assert_snapshot!(format!("tab_{name}"), text(&drawn(&burning(), &view)));
    }
}

#[test]
fn help_and_filter() {
    let set = burning();
    let view = View { help: Some(3), ..View::new((80, 24)) };
    insta::assert_snapshot!("help_80", text(&drawn(&set, &view)));
    let view = View { help: Some(0), ..View::new((120, 48)) };
    insta::assert_snapshot!("help_120", text(&drawn(&set, &view)));
    let filter = Filter { text: "cart".to_owned(), editing: true };
    let view = View { filter, ..View::new((80, 24)) };
    let buf = drawn(&set, &view);
    insta::assert_snapshot!("filter", text(&buf) + &roles(&buf));
}

#[test]
fn too_small_still_says_how_bad_it_is() {
    let set = burning();
    for size in [(39, 12), (60, 9), (20, 2), (1, 1)] {
        insta::assert_snapshot!(format!("tiny_{}x{}", size.0, size.1), text(&drawn(&set, &View::new(size))));
    }
    insta::assert_snapshot!("small_50x12", text(&drawn(&set, &View::new((50, 12)))));
}
