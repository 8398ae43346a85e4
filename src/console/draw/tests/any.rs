//! Whatever the size, the view and the names: it draws, and nothing steers the terminal.

use proptest::prelude::*;

use super::fixture::{self, Set};
use super::{drawn, listing, sections, selected, text};
use crate::console::view::{Filter, ListId, PaneId, Spot, View};
use crate::gate;

fn sets() -> Vec<Set> {
    vec![
        fixture::calm(),
        fixture::burning(),
        fixture::waiting(&fixture::declared()).judged(1),
        fixture::empty(),
        fixture::hostile(),
        fixture::mismatch(),
    ]
}

/// Everything that can be selected in a set, each page's lists too.
fn spots(set: &Set) -> Vec<Spot> {
    let scene = set.scene();
    let mut out = vec![Spot::Sources];
    for pane in PaneId::ALL {
        out.extend(listing(&scene, &View { focus: pane, ..View::new((120, 31)) }));
    }
    for spot in out.clone() {
        for section in 0..4 {
            let view = View { trail: vec![spot.clone()], section, ..View::new((120, 31)) };
            out.extend(listing(&scene, &view).into_iter().take(3));
        }
    }
    out.extend(out.clone().into_iter().map(|spot| Spot::Why(Box::new(spot))));
    out.sort();
    out.dedup();
    out
}

thread_local! {
    static SETS: Vec<(Set, Vec<Spot>)> = sets().into_iter().map(|s| { let all = spots(&s); (s, all) }).collect();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_view_draws(
        size in (1_u16..=200, 1_u16..=60),
        set in 0_usize..6,
        pane in 0_usize..5,
        trail in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        at in any::<prop::sample::Index>(),
        section in 0_usize..6,
        filter in prop_oneof![Just(String::new()), "[a-z\u{1b}\u{202e}名]{1,3}"],
        editing in any::<bool>(),
        help in prop::option::of(0_u16..80),
    ) {
        SETS.with(|sets| {
            let (set, spots) = &sets[set];
            let scene = set.scene();
            let mut view = View {
                focus: PaneId::ALL[pane],
                trail: trail.iter().map(|i| i.get(spots).clone()).collect(),
                section,
                filter: Filter { text: filter, editing },
                help,
                notices: vec!["a notice".to_owned()],
                ..View::new(size)
            };
            view.selected.insert(view.list(), at.get(spots).clone());
            let buf = drawn(set, &view);
            for cell in &buf.content {
                prop_assert!(!cell.symbol().chars().any(gate::is_unsafe), "{:?}", cell.symbol());
            }
            let all = listing(&scene, &view);
            let mut unique = all.clone();
            unique.sort();
            unique.dedup();
            prop_assert_eq!(unique.len(), all.len(), "a thing is listed twice");
            match selected(&scene, &view) {
                Some(spot) => prop_assert!(all.contains(&spot)),
                None => prop_assert!(all.is_empty()),
            }
            if !view.trail.is_empty() {
                prop_assert!(sections(&scene, &view) <= 6);
            }
            Ok(())
        })?;
    }
}

/// Borders stay where they are, whatever stands between them.
#[test]
fn wide_and_hostile_names_move_no_border() {
    let set = fixture::hostile();
    for size in [(80_u16, 24_u16), (120, 31), (200, 60)] {
        let buf = drawn(&set, &View::new(size));
        let screen = text(&buf);
        for y in 3..size.1 - 2 {
            for x in [0, size.0 - 1] {
                let symbol = buf[(x, y)].symbol();
                assert!("│╭╮╰╯".contains(symbol), "{symbol:?} at {x},{y}\n{screen}");
            }
        }
    }
}

#[test]
fn lists_have_identities_of_their_own() {
    let view = View::new((80, 24));
    assert_eq!(view.list(), ListId::Pane(PaneId::Incidents));
}
