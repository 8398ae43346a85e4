//! An SLO: its budget and how it burned down, how fast it burns, and the windows that this rests on.
//!
//! ```text
//! ╭ checkout availability ──────────────────╮    how it stands, and why
//! ╰─────────────────────────────────────────╯
//! ╭ Budget   Burn   Windows   Alerts · 1 ───╮    a chart, or a table
//! ╰─────────────────────────────────────────╯    with room for it, both charts above the lists
//! ```

pub(in crate::console) mod course;
mod windows;

use jiff::SignedDuration;

use super::common;
use crate::console::pane::slos::gone_in;
use crate::console::pane::standing;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::bar::bar;
use crate::console::widget::chart::Chart;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{UNKNOWN, clock, count, freshness, percent, plain};
use crate::console::widget::words::Words;
use crate::estate::{Counted, EntryRef, Metric, Sli, SloState, Window};
use crate::judge::{Level, SloVerdict};

/// The sections that are no lists, where the charts have no room of their own.
pub(super) const PICTURES: [&str; 3] = ["Budget", "Burn", "Windows"];

/// An SLO and what was judged of it.
struct Judged<'a> {
    slo: &'a SloState,
    verdict: Option<&'a SloVerdict>,
    level: Level,
}

fn find<'a>(scene: &Scene<'a>, name: &str) -> Option<Judged<'a>> {
    let (index, slo) = scene.estate.slos().iter().enumerate().find(|(_, s)| s.declared.name == name)?;
    let level = standing::level(scene, &EntryRef::Slo(name.to_owned()));
    Some(Judged { slo, verdict: scene.judgement.slos.get(index), level })
}

/// Its facts.
pub(super) fn facts(scene: &Scene, size: (u16, u16), name: &str) -> Option<Vec<Block>> {
    let Judged { slo, verdict, level } = find(scene, name)?;
    let declared = &slo.declared;
    let mut out = common::verdict(scene, &EntryRef::Slo(name.to_owned()));
    if let Some(verdict) = verdict {
        // Before the reasons: they may be long.
        out.insert(out.len().min(1), Block::Fact("budget", budget(verdict, level)));
        let firing = match &verdict.firing {
            None => Words::of(Role::Unknown, "not known"),
            Some(names) if names.is_empty() => Words::dim("nothing"),
            Some(names) => Words::of(level_role(level), names.join(", ")),
        };
        out.push(Block::Fact("firing", firing));
        out.extend(windows::lacking(slo, verdict, scene.now).map(|data| Block::Fact("data", data)));
    }
    let may_fail = plain(100.0 - declared.objective);
    out.push(fact(
        "objective",
        format!("{} % good over {}; {may_fail} % may fail", plain(declared.objective), declared.window),
    ));
    out.push(Block::Fact("as of", as_of(scene, slo)));
    if super::form::roomy(size) {
        out.push(Block::Gap);
        out.push(windows::table(slo, verdict, level));
    }
    out.push(Block::Gap);
    out.push(fact("service", &declared.service));
    out.push(fact("verdicts", format!("from {} events in a window on", count(declared.min_events))));
    out.extend(indicator(&declared.sli));
    out.push(Block::Gap);
    out.push(common::fed_by(scene, &EntryRef::Slo(name.to_owned())));
    Some(out)
}

/// How much is left, and how long that lasts.
fn budget(verdict: &SloVerdict, level: Level) -> Words {
    let Some(left) = verdict.remaining_percent else { return Words::dim(UNKNOWN) };
    let lasts = match verdict.exhausted_in_s {
        Some(s) if s <= 0.0 => "nothing is left".to_owned(),
        Some(s) => format!("gone in {} at the burn of 1 h", gone_in(s)),
        None => "nothing burns".to_owned(),
    };
    let words = bar(left, 16, level).plus(format!(" {}", percent(left))).and(Role::Dim, " left");
    Words::joined([words, Words::dim(lasts)])
}

/// When its counts end, and how old that is.
fn as_of(scene: &Scene, slo: &SloState) -> Words {
    slo.counts.as_ref().map_or_else(
        || Words::dim("nothing has been counted yet"),
        |k| Words::say(clock(k.value.at)).and(Role::Dim, format!(", {} ago", freshness(k.value.at, scene.now))),
    )
}

/// One of [`PICTURES`], on so many rows.
pub(super) fn picture(scene: &Scene, name: &str, which: usize, rows: usize) -> Option<Vec<Block>> {
    let Judged { slo, verdict, level } = find(scene, name)?;
    // The heading and the line of times.
    let plot = rows.saturating_sub(2).max(2);
    Some(match which {
        0 => vec![
            Block::Line(burn_down_title(slo)),
            Block::Chart(Box::new(course::burn_down(scene, slo, verdict, plot))),
        ],
        1 => vec![Block::Line(burn_title(verdict)), Block::Chart(Box::new(burn(scene, slo, verdict, plot)))],
        2 => vec![windows::table(slo, verdict, level)],
        _ => return None,
    })
}

fn burn(scene: &Scene, slo: &SloState, verdict: Option<&SloVerdict>, rows: usize) -> Chart {
    course::burn_rate(scene, slo, Window::H1, SignedDuration::from_hours(hours(verdict)), rows)
}

/// While it pages, the last hours are what matters.
fn hours(verdict: Option<&SloVerdict>) -> i64 {
    let pages = verdict.is_some_and(|v| v.firing.iter().flatten().any(|name| name.starts_with("page")));
    if pages { 6 } else { 24 }
}

fn burn_down_title(slo: &SloState) -> Words {
    Words::dim(format!("error budget left over {}, beside the ideal (·)", slo.declared.window))
}

fn burn_title(verdict: Option<&SloVerdict>) -> Words {
    Words::dim(format!("burn of 1 h over the last {} h, × what the objective allows", hours(verdict)))
}

/// Both charts, each with its title.
pub(super) fn charts(scene: &Scene, name: &str) -> Vec<(Words, Chart)> {
    let Some(Judged { slo, verdict, .. }) = find(scene, name) else { return Vec::new() };
    let burn_down = course::burn_down(scene, slo, verdict, 0);
    vec![(burn_down_title(slo), burn_down), (burn_title(verdict), burn(scene, slo, verdict, 0))]
}

fn indicator(sli: &Sli) -> Vec<Block> {
    let metric = |m: &Metric| {
        let dimensions: Vec<String> = m.dimensions.iter().map(|(k, v)| format!("{k}={v}")).collect();
        format!("{} {} {} {}", m.namespace, m.metric, m.stat.as_deref().unwrap_or("Sum"), dimensions.join(" "))
    };
    let events = |counted: Counted| if counted == Counted::Bad { "bad" } else { "good" };
    match sli {
        Sli::CloudWatchCounts { account, region, counted, events: m, total } => vec![
            fact("from", format!("CloudWatch {account} {region}")),
            fact(events(*counted), metric(m)),
            fact("total", metric(total)),
        ],
        Sli::CloudWatchGoodPercent { account, region, good_percent, total } => vec![
            fact("from", format!("CloudWatch {account} {region}")),
            fact("good %", metric(good_percent)),
            fact("total", metric(total)),
        ],
        Sli::Prometheus { url, counted, events: query, total } => {
            vec![fact("from", format!("Prometheus {url}")), fact(events(*counted), query), fact("total", total)]
        }
        Sli::Rollouts { cluster, .. } => vec![fact("from", format!("finished rollouts of {cluster}"))],
    }
}
