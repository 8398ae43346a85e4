//! The pages: all that is known of one thing, and the lists that belong to it.
//!
//! ```text
//! ╭ prod-use1 › shop/cart ─────────────╮    the way here
//! │ ▲ critical  2 pods crash looping   │    facts, the most telling first
//! ╰────────────────────────────────────╯
//! ╭ Workloads · 40   Pods · 210 ───────╮    the sections; the one with the focus is listed
//! ╰────────────────────────────────────╯
//! ```
//!
//! On a wide terminal the facts stand to the left of the list. A section may be a picture, too: see `slo`.

mod account;
mod alert;
mod autoscaler;
mod budget;
mod charts;
mod cluster;
mod common;
mod database;
mod form;
mod gone;
mod journal;
mod node;
mod operation;
mod pod;
mod service;
mod slo;
mod source;
mod why;
mod workload;

pub(in crate::console) use slo::course;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::list;
use super::pane::listing::{Listing, Table};
use super::pane::standing;
use super::pane::thing::Thing;
use super::scene::Scene;
use super::theme::{Role, Theme};
use super::view::{Spot, View};
use super::widget::facts::{self, Block};
use super::widget::pane_box::PaneBox;
use super::widget::quantity::count;
use super::widget::words::Words;
use crate::estate::EntryRef;

/// The titles of a page's sections: title, and how many things where that is cheap to say.
struct Titles {
    names: Vec<(&'static str, Option<usize>)>,
    /// So many of them, the first ones, are pictures and no lists.
    pictures: usize,
}

/// How many sections the page of a thing has; its facts are one where they are longer than their box.
pub fn sections(scene: &Scene, view: &View, spot: &Spot) -> usize {
    let titles = titles(scene, view.size, spot);
    let blocks = blocks(scene, view.size, spot);
    titles.names.len() + usize::from(form::cut(form::body(view.size), &blocks, &titles))
}

/// The list of the page that has the focus, unfiltered; none where the thing is gone or has no such list.
pub fn listing<'a>(scene: &Scene<'a>, view: &View, spot: &Spot) -> Option<Listing<'a>> {
    let titles = titles(scene, view.size, spot);
    let area = form::body(view.size);
    if (titles.pictures..titles.names.len()).contains(&view.section) {
        return section(scene, spot, view.section - titles.pictures);
    }
    let blocks = blocks(scene, view.size, spot);
    let lines = if view.section < titles.pictures {
        let below = form::split(area, &blocks, &titles).1?;
        let (lines, room) = picture(scene, spot, view.section, form::inside(below));
        if lines.len() > room { lines.len() } else { 0 }
    } else {
        form::cut(area, &blocks, &titles).then(|| form::lines(&blocks, area).len())?
    };
    Some(Listing::new("Facts", Table::Lines, (0..lines).map(Thing::Line).collect(), ""))
}

/// One list of the page of a thing.
fn section<'a>(scene: &Scene<'a>, spot: &Spot, section: usize) -> Option<Listing<'a>> {
    match spot {
        Spot::Entry(EntryRef::Cluster(name)) => cluster::listing(scene, name, section),
        Spot::Entry(EntryRef::Database(name)) => database::listing(scene, name, section),
        Spot::Entry(entry @ EntryRef::Slo(_)) => match section {
            0 => Some(common::alerts_of(scene, entry)),
            1 => Some(common::sources_of(scene, entry)),
            _ => None,
        },
        Spot::Entry(entry) => match section {
            0 => Some(common::sources_of(scene, entry)),
            1 => Some(common::alerts_of(scene, entry)),
            _ => None,
        },
        Spot::Alert(rule, subject) => alert::listing(scene, rule, subject, section),
        Spot::Workload(name, key) => workload::listing(scene, name, key, section),
        Spot::Node(name, node) => node::listing(scene, name, node, section),
        Spot::Source(key) => source::listing(scene, key, section),
        Spot::Sources => (section == 0).then(|| source::all(scene)),
        Spot::Journal => (section == 0).then(|| journal::listing(scene)),
        Spot::Pod(..) | Spot::Autoscaler(..) | Spot::Member(..) | Spot::Operation(_) | Spot::Line(_) | Spot::Why(_) => {
            None
        }
    }
}

/// A picture of a page as lines, and how many of them are seen at once.
fn picture(scene: &Scene, spot: &Spot, which: usize, inner: Rect) -> (Vec<Words>, usize) {
    let room = usize::from(inner.height);
    let blocks = match spot {
        Spot::Entry(EntryRef::Slo(name)) => slo::picture(scene, name, which, room),
        _ => None,
    };
    (facts::lines(&blocks.unwrap_or_default(), usize::from(inner.width.saturating_sub(2))), room)
}

fn titles(scene: &Scene, size: (u16, u16), spot: &Spot) -> Titles {
    let alerts = |entry: &EntryRef| ("Alerts", Some(standing::alerts(scene, entry).count()));
    let mut pictures = 0;
    let names = match spot {
        Spot::Entry(EntryRef::Cluster(name)) => cluster::titles(scene, name),
        Spot::Entry(EntryRef::Database(name)) => database::titles(scene, name),
        Spot::Entry(entry @ EntryRef::Slo(_)) => {
            let own = if form::roomy(size) { &[][..] } else { &slo::PICTURES };
            pictures = own.len();
            own.iter().map(|p| (*p, None)).chain([alerts(entry), ("Sources", None)]).collect()
        }
        Spot::Entry(entry) => vec![("Sources", None), alerts(entry)],
        Spot::Sources => vec![("Sources", None)],
        Spot::Journal => vec![("Operations", None)],
        Spot::Alert(..) => vec![("About", None)],
        Spot::Workload(..) => vec![("Pods", None), ("Alerts", None)],
        Spot::Node(..) => vec![("Pods", None)],
        Spot::Source(_) => vec![("Feeds", None)],
        Spot::Pod(..) | Spot::Autoscaler(..) | Spot::Member(..) | Spot::Operation(_) | Spot::Line(_) | Spot::Why(_) => {
            Vec::new()
        }
    };
    Titles { names, pictures }
}

fn blocks(scene: &Scene, size: (u16, u16), spot: &Spot) -> Vec<Block> {
    let found = match spot {
        Spot::Entry(EntryRef::Account(name) | EntryRef::Costs(name)) => account::facts(scene, name),
        Spot::Entry(EntryRef::Cluster(name)) => cluster::facts(scene, name),
        Spot::Entry(EntryRef::Database(name)) => database::facts(scene, name),
        Spot::Entry(EntryRef::Slo(name)) => slo::facts(scene, size, name),
        Spot::Entry(EntryRef::Budget(name)) => budget::facts(scene, size, name),
        Spot::Alert(rule, subject) => alert::facts(scene, rule, subject),
        Spot::Workload(name, key) => workload::facts(scene, name, key),
        Spot::Pod(cluster, name) => pod::facts(scene, cluster, name),
        Spot::Node(cluster, name) => node::facts(scene, cluster, name),
        Spot::Autoscaler(cluster, name) => autoscaler::facts(scene, cluster, name),
        Spot::Member(database, name) => database::member_facts(scene, database, name),
        Spot::Source(key) => source::facts(scene, key),
        Spot::Sources => Some(source::summary(scene)),
        Spot::Why(of) => why::facts(scene, size, of),
        Spot::Journal => Some(journal::facts(scene)),
        Spot::Operation(number) => operation::facts(scene, number),
        Spot::Entry(EntryRef::Service(name)) => service::facts(scene, name),
        Spot::Line(_) => None,
    };
    found.unwrap_or_else(|| gone::facts(spot))
}

/// Paints the innermost page.
pub fn paint(buf: &mut Buffer, area: Rect, scene: &Scene, view: &View, spot: &Spot, theme: &Theme) {
    let blocks = blocks(scene, view.size, spot);
    let titles = titles(scene, view.size, spot);
    let mut names = titles.names.clone();
    let cut = form::cut(area, &blocks, &titles);
    if cut {
        names.push(("Facts", None));
    }
    let focus = view.section.min(names.len().saturating_sub(1));
    if cut && focus == titles.names.len() {
        paint_facts(buf, area, view, &blocks, &names, theme);
        return;
    }
    let (above, below) = form::split(area, &blocks, &titles);
    let inner =
        PaneBox { title: crumbs(view), focused: below.is_none(), ..PaneBox::default() }.paint(buf, above, theme);
    facts::paint(buf, form::padded(inner), &blocks, theme);
    let Some(mut below) = below else { return };
    if form::roomy(view.size) {
        let used = charts::paint(buf, below, scene, spot, theme);
        below = Rect { y: below.y + used, height: below.height - used, ..below };
    }
    if focus < titles.pictures {
        let (lines, room) = picture(scene, spot, focus, form::inside(below));
        let title = tabs(&names, focus, None);
        let place = if lines.len() > room { form::place(view, lines.len()) } else { Words::none() };
        PaneBox { title, place, focused: true, ..PaneBox::default() }.paint(buf, below, theme);
        form::paint_lines(buf, form::inside(below), view, &lines, lines.len() > room, theme);
        return;
    }
    let Some(listing) = section(scene, spot, focus - titles.pictures) else {
        PaneBox { focused: true, ..PaneBox::default() }.paint(buf, below, theme);
        return;
    };
    let listing = listing.filtered(scene, &view.filter.text);
    let selected = listing.selected(view.selected.get(&view.list()));
    let place = list::place(&listing, below.height.saturating_sub(2), selected);
    let title = tabs(&names, focus, Some(listing.all));
    let inner = PaneBox { title, corner: filter(view), place, focused: true }.paint(buf, below, theme);
    list::paint(buf, inner, &listing, scene, selected, theme);
}

/// Paints the facts over the whole page, by screenfuls, with a cursor that goes from line to line.
fn paint_facts(
    buf: &mut Buffer,
    area: Rect,
    view: &View,
    blocks: &[Block],
    titles: &[(&'static str, Option<usize>)],
    theme: &Theme,
) {
    let lines = form::lines(blocks, area);
    let title = crumbs(view).plus("   ").then(tabs(titles, titles.len() - 1, None));
    let place = form::place(view, lines.len());
    let inner = PaneBox { title, place, focused: true, ..PaneBox::default() }.paint(buf, area, theme);
    form::paint_lines(buf, inner, view, &lines, true, theme);
}

/// The filter that hides rows of the list with the focus.
pub fn filter(view: &View) -> Words {
    if view.filter.text.is_empty() {
        return Words::none();
    }
    Words::of(Role::Filter, format!("/{}", crate::gate::fit(&view.filter.text, 20)))
}

/// The way here: `prod-use1 › shop/cart`.
fn crumbs(view: &View) -> Words {
    let mut out = Words::none();
    for (i, spot) in view.trail.iter().enumerate() {
        let last = i + 1 == view.trail.len();
        if i > 0 {
            out = out.and(Role::Dim, " › ");
        }
        out = out.and(if last { Role::TitleFocused } else { Role::Title }, crate::gate::fit(&name(spot), 48));
    }
    out
}

/// A thing's short name.
pub fn name(spot: &Spot) -> String {
    match spot {
        Spot::Entry(EntryRef::Costs(name)) => format!("{name} costs"),
        Spot::Entry(entry) => entry.name().to_owned(),
        Spot::Alert(rule, _) => (*rule).to_owned(),
        Spot::Workload(_, key) => format!("{}/{}", key.name.namespace, key.name.name),
        Spot::Pod(_, name) | Spot::Autoscaler(_, name) => format!("{}/{}", name.namespace, name.name),
        Spot::Node(_, name) => name.to_string(),
        Spot::Member(_, name) => name.clone(),
        Spot::Source(key) => standing::short_source(key),
        Spot::Sources => "Sources".to_owned(),
        Spot::Why(of) => format!("Why {}", name(of)),
        Spot::Journal => "Journal".to_owned(),
        Spot::Operation(number) => number.clone(),
        Spot::Line(_) => String::new(),
    }
}

/// The list of every source, for a watch with room for it.
pub fn all_sources<'a>(scene: &Scene<'a>) -> Listing<'a> {
    source::all(scene)
}

/// The titles of a page's lists, the one with the focus with its count.
fn tabs(titles: &[(&'static str, Option<usize>)], focus: usize, all: Option<usize>) -> Words {
    let mut out = Words::none();
    for (i, (title, known)) in titles.iter().enumerate() {
        let focused = i == focus;
        let number = if focused { all } else { *known };
        let number = number.map(|n| format!(" · {}", count(n))).unwrap_or_default();
        if i > 0 {
            out = out.plus("   ");
        }
        out = out.and(if focused { Role::TabFocused } else { Role::Tab }, title).and(Role::Count, number);
    }
    out
}
