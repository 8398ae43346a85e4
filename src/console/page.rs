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
//! On a wide terminal the facts stand to the left of the list.

mod account;
mod alert;
mod budget;
mod cluster;
mod common;
mod database;
mod gone;
mod node;
mod pod;
mod slo;
mod source;
mod workload;

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

/// From this width on the facts stand beside the list.
const BESIDE: u16 = 150;

/// How many lists the page of a thing has; its facts are one where they are longer than their box.
pub fn sections(scene: &Scene, view: &View, spot: &Spot) -> usize {
    let titles = titles(scene, spot);
    titles.len() + usize::from(cut(body(view.size), &blocks(scene, spot), titles.is_empty()))
}

/// The list of the page that has the focus, unfiltered; none where the thing is gone or has no such list.
pub fn listing<'a>(scene: &Scene<'a>, view: &View, spot: &Spot) -> Option<Listing<'a>> {
    let lists = titles(scene, spot).len();
    if view.section < lists {
        return section(scene, spot, view.section);
    }
    let blocks = blocks(scene, spot);
    let area = body(view.size);
    let lines = cut(area, &blocks, lists == 0).then(|| lines(&blocks, area).len())?;
    Some(Listing::new("Facts", Table::Lines, (0..lines).map(Thing::Line).collect(), ""))
}

/// Where a page is on a terminal of that size: below the header, above the footer.
fn body((width, height): (u16, u16)) -> Rect {
    Rect::new(0, 2, width, height.saturating_sub(3))
}

/// One list of the page of a thing.
fn section<'a>(scene: &Scene<'a>, spot: &Spot, section: usize) -> Option<Listing<'a>> {
    match spot {
        Spot::Entry(EntryRef::Cluster(name)) => cluster::listing(scene, name, section),
        Spot::Entry(EntryRef::Database(name)) => database::listing(scene, name, section),
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
        Spot::Pod(..) | Spot::Member(..) | Spot::Line(_) => None,
    }
}

/// The lists of a page: title, and how many things where that is cheap to say.
fn titles(scene: &Scene, spot: &Spot) -> Vec<(&'static str, Option<usize>)> {
    match spot {
        Spot::Entry(EntryRef::Cluster(name)) => cluster::titles(scene, name),
        Spot::Entry(EntryRef::Database(name)) => database::titles(scene, name),
        Spot::Entry(entry) => vec![("Sources", None), ("Alerts", Some(standing::alerts(scene, entry).count()))],
        Spot::Sources => vec![("Sources", None)],
        Spot::Alert(..) => vec![("About", None)],
        Spot::Workload(..) => vec![("Pods", None), ("Alerts", None)],
        Spot::Node(..) => vec![("Pods", None)],
        Spot::Source(_) => vec![("Feeds", None)],
        Spot::Pod(..) | Spot::Member(..) | Spot::Line(_) => Vec::new(),
    }
}

fn blocks(scene: &Scene, spot: &Spot) -> Vec<Block> {
    let found = match spot {
        Spot::Entry(EntryRef::Account(name) | EntryRef::Costs(name)) => account::facts(scene, name),
        Spot::Entry(EntryRef::Cluster(name)) => cluster::facts(scene, name),
        Spot::Entry(EntryRef::Database(name)) => database::facts(scene, name),
        Spot::Entry(EntryRef::Slo(name)) => slo::facts(scene, name),
        Spot::Entry(EntryRef::Budget(name)) => budget::facts(scene, name),
        Spot::Alert(rule, subject) => alert::facts(scene, rule, subject),
        Spot::Workload(name, key) => workload::facts(scene, name, key),
        Spot::Pod(cluster, name) => pod::facts(scene, cluster, name),
        Spot::Node(cluster, name) => node::facts(scene, cluster, name),
        Spot::Member(database, name) => database::member_facts(scene, database, name),
        Spot::Source(key) => source::facts(scene, key),
        Spot::Sources => Some(source::summary(scene)),
        Spot::Entry(EntryRef::Service(_)) | Spot::Line(_) => None,
    };
    found.unwrap_or_else(|| gone::facts(spot))
}

/// Paints the innermost page.
pub fn paint(buf: &mut Buffer, area: Rect, scene: &Scene, view: &View, spot: &Spot, theme: &Theme) {
    let blocks = blocks(scene, spot);
    let mut titles = titles(scene, spot);
    let lists = titles.len();
    if cut(area, &blocks, lists == 0) {
        titles.push(("Facts", None));
    }
    let focus = view.section.min(titles.len().saturating_sub(1));
    if focus == lists && titles.len() > lists {
        paint_facts(buf, area, view, &blocks, &titles, theme);
        return;
    }
    let (above, below) = split(area, &blocks, lists == 0);
    let inner =
        PaneBox { title: crumbs(view), focused: below.is_none(), ..PaneBox::default() }.paint(buf, above, theme);
    facts::paint(buf, padded(inner), &blocks, theme);
    let Some(below) = below else { return };
    let Some(listing) = section(scene, spot, focus).map(|l| l.filtered(scene, &view.filter.text)) else {
        PaneBox { focused: true, ..PaneBox::default() }.paint(buf, below, theme);
        return;
    };
    let selected = listing.selected(view.selected.get(&view.list()));
    let place = list::place(&listing, below.height.saturating_sub(2), selected);
    let title = tabs(&titles, focus, Some(listing.all));
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
    let lines = lines(blocks, area);
    let at = match view.selected.get(&view.list()) {
        Some(Spot::Line(n)) => (*n).min(lines.len().saturating_sub(1)),
        _ => 0,
    };
    let room = usize::from(area.height.saturating_sub(2)).max(1);
    let first = (at / room * room).min(lines.len().saturating_sub(room));
    let place = Words::dim(format!("{}/{}", count(at + 1), count(lines.len())));
    let title = crumbs(view).plus("   ").then(tabs(titles, titles.len() - 1, None));
    let inner = PaneBox { title, place, focused: true, ..PaneBox::default() }.paint(buf, area, theme);
    for ((n, line), y) in lines.iter().enumerate().skip(first).zip(inner.top()..inner.bottom()) {
        if n == at {
            Words::of(Role::Accent, "▸").paint(buf, inner.x, y, 1, theme);
        }
        line.paint(buf, inner.x + 1, y, inner.width.saturating_sub(1), theme);
    }
}

/// The facts as the lines of one column over the whole page.
fn lines(blocks: &[Block], area: Rect) -> Vec<Words> {
    facts::lines(blocks, usize::from(area.width.saturating_sub(4)).max(1))
}

/// Whether the facts are longer than their box.
fn cut(area: Rect, blocks: &[Block], alone: bool) -> bool {
    let (facts, _) = split(area, blocks, alone);
    let room = facts.height.saturating_sub(2);
    facts::height(blocks, usize::from(facts.width.saturating_sub(4))) > usize::from(room)
}

/// The filter that hides rows of the list with the focus.
pub fn filter(view: &View) -> Words {
    if view.filter.text.is_empty() {
        return Words::none();
    }
    Words::of(Role::Filter, format!("/{}", crate::gate::fit(&view.filter.text, 20)))
}

/// The facts' box and the list's, if there is one.
fn split(area: Rect, blocks: &[Block], alone: bool) -> (Rect, Option<Rect>) {
    if alone {
        return (area, None);
    }
    if area.width >= BESIDE {
        let left = (area.width * 2 / 5).min(90);
        let facts = Rect { width: left, ..area };
        return (facts, Some(Rect { x: area.x + left, width: area.width - left, ..area }));
    }
    let wanted = facts::height(blocks, usize::from(area.width.saturating_sub(4)));
    let wanted = u16::try_from(wanted).unwrap_or(u16::MAX).saturating_add(2);
    let most = area.height.saturating_sub((area.height / 2).max(6)).max(3);
    let height = wanted.min(most).min(area.height);
    let facts = Rect { height, ..area };
    (facts, Some(Rect { y: area.y + height, height: area.height - height, ..area }))
}

fn padded(area: Rect) -> Rect {
    if area.width < 3 { area } else { Rect { x: area.x + 1, width: area.width - 2, ..area } }
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
        Spot::Pod(_, name) => format!("{}/{}", name.namespace, name.name),
        Spot::Node(_, name) => name.to_string(),
        Spot::Member(_, name) => name.clone(),
        Spot::Source(key) => standing::short_source(key),
        Spot::Sources => "Sources".to_owned(),
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
