//! Why something has its level: the rule, the numbers against the thresholds, what they rest on, what would change it,
//! how severe it is and who decided that.
//!
//! ```text
//! ╭ Why checkout availability ───────────────────────────────────────────────╮
//! │ level     critical since 19:12 (18 min)                                  │
//! │ rule      page when burn > 14.4 over 1h and over 5m (2 % of a 30d budget)│
//! │ numbers   burn over 1h 14.6× > 14.4× · burn over 5m 15.2× > 14.4×        │
//! │ to clear  the 5m burn must stay under 14.4                               │
//! │     20 ┤                                 ⣀⡠⠤⠒⠒                           │
//! ╰──────────────────────────────────────────────────────────────────────────╯
//! ```

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{alert, slo};
use crate::console::pane::alerts::number;
use crate::console::pane::courses;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::view::Spot;
use crate::console::widget::chart::Limit;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{UNKNOWN, age, count, freshness, millis, moment, percent, plain, usd};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{EntryRef, Name, Owner, Pod, SourceState, Window};
use crate::judge::why::{Charted, Measured, Reason, Told};
use crate::judge::{Level, RuleId, Subject, Why, why, why_alert};

/// So many reasons are told in full; the others in one line each.
const IN_FULL: usize = 3;
/// So many reasons are told in one line.
const IN_SHORT: usize = 20;
/// So many numbers are listed.
const NUMBERS: usize = 16;

const MEASURED: [Column; 4] =
    [Column::name("number"), Column::number("now", 0), Column::number("limit", 0), Column::word("", 1)];

const SOURCES: [Column; 4] =
    [Column::name("source"), Column::word("state", 0), Column::number("as of", 0), Column::prose("error", 1, 16)];

/// Why the thing at a spot has its level.
pub(super) fn facts(scene: &Scene, size: (u16, u16), of: &Spot) -> Option<Vec<Block>> {
    let judged = |about: &Subject| why(scene.estate, scene.judgement, about, scene.now);
    let about = |about: &Subject| Some(told(scene, size, &judged(about)));
    match of {
        Spot::Alert(rule, subject) => {
            let alert = alert::find(scene, rule, subject)?;
            Some(told(scene, size, &why_alert(scene.estate, scene.judgement, alert, scene.now)))
        }
        Spot::Entry(entry) => {
            scene.judgement.verdict(entry)?;
            about(&Subject::Entry(entry.clone()))
        }
        Spot::Workload(cluster, key) => {
            scene.estate.cluster(cluster)?.workloads().get(key)?;
            about(&Subject::Workload(Arc::from(cluster.as_str()), key.clone()))
        }
        Spot::Pod(cluster, name) => {
            let pod = scene.estate.cluster(cluster)?.pods().get(name)?;
            let mut out = super::pod::facts(scene, cluster, name)?;
            out.truncate(4);
            out.push(Block::Gap);
            out.extend(told(scene, size, &judged(&root(cluster, pod, name))));
            Some(out)
        }
        Spot::Node(cluster, name) => {
            let mut out = super::node::facts(scene, cluster, name)?;
            let entry = Subject::Entry(EntryRef::Cluster(cluster.clone()));
            let mut whole = judged(&entry);
            whole.reasons.retain(|r| matches!(r.rule, RuleId::ClusterNodesNotReady));
            out.push(Block::Gap);
            for reason in &whole.reasons {
                out.extend(full(scene, reason));
            }
            Some(out)
        }
        Spot::Autoscaler(cluster, name) => super::autoscaler::facts(scene, cluster, name),
        Spot::Member(database, _) => about(&Subject::Entry(EntryRef::Database(database.clone()))),
        Spot::Source(key) => {
            let mut out = super::source::facts(scene, key)?;
            out.push(Block::Gap);
            out.extend(told(scene, size, &judged(&Subject::Source(key.clone()))));
            Some(out)
        }
        Spot::Sources => Some(super::source::summary(scene)),
        Spot::Why(of) => facts(scene, size, of),
        Spot::Journal | Spot::Operation(_) | Spot::Line(_) => None,
    }
}

/// What a pod counts for: its workload, or the owner that it has else.
fn root(cluster: &str, pod: &Pod, name: &Name) -> Subject {
    let cluster = Arc::from(cluster);
    match &pod.owner {
        Owner::Workload(kind, owner) => {
            let key = crate::estate::WorkloadKey { kind: *kind, name: Name::new(&*name.namespace, &**owner) };
            Subject::Workload(cluster, key)
        }
        Owner::Other(kind, owner) => {
            Subject::Pods(cluster, kind.to_lowercase().into(), Name::new(&*name.namespace, &**owner))
        }
        Owner::Nobody => Subject::Pods(cluster, "pod".into(), name.clone()),
    }
}

/// All that is said of why.
fn told(scene: &Scene, size: (u16, u16), why: &Why) -> Vec<Block> {
    let mut out = Vec::new();
    if why.reasons.is_empty() {
        out.push(Block::Fact("level", Words::of(level_role(why.level), why.level.word())));
    }
    out.extend(why.calm.iter().map(|calm| fact("why", calm)));
    for (n, reason) in why.reasons.iter().take(IN_FULL).enumerate() {
        if n > 0 {
            out.push(Block::Gap);
        }
        out.extend(full(scene, reason));
        if n == 0 {
            out.extend(chart(scene, size, why));
        }
    }
    if why.reasons.is_empty() {
        out.extend(chart(scene, size, why));
    }
    for reason in why.reasons.iter().skip(IN_FULL).take(IN_SHORT) {
        out.push(Block::Fact("also", Words::of(level_role(reason.level), &reason.found)));
    }
    let more = why.reasons.len().saturating_sub(IN_FULL + IN_SHORT);
    if more > 0 {
        out.push(Block::Fact("and", Words::dim(format!("{} more alerts", count(more)))));
    }
    out.extend(why.doubts.iter().map(|d| Block::Fact("not known", Words::of(Role::Unknown, d))));
    if !why.numbers.is_empty() {
        out.push(Block::Gap);
        out.push(Block::Grid(&MEASURED, why.numbers.iter().take(NUMBERS).map(measured).collect()));
    }
    out.push(Block::Gap);
    out.extend(why.asked.iter().map(|asked| fact("asked", asked)));
    out.push(Block::Grid(&SOURCES, why.sources.iter().map(|s| source(scene, s)).collect()));
    out
}

/// One reason: the rule, the numbers, what was found, what it rests on, what would clear it, how severe it is.
fn full(scene: &Scene, reason: &Reason) -> Vec<Block> {
    let looks = level_role(reason.level);
    let since = format!(" since {} ({})", moment(reason.since, scene.now), age(reason.since, scene.now));
    let mut out = vec![
        Block::Fact("level", Words::of(looks, reason.level.word()).plus(since)),
        Block::Fact("rule", Words::say(&reason.says).and(Role::Dim, format!(" ({})", reason.rule.word()))),
    ];
    let numbers = Words::joined(reason.numbers.iter().map(|m| {
        let (now, limit) = (now(m), limit(m).unwrap_or_default());
        Words::dim(format!("{} ", m.name)).then(now).and(Role::Dim, format!(" {limit}"))
    }));
    if !numbers.is_empty() {
        out.push(Block::Fact("numbers", numbers));
    }
    out.push(fact("found", &reason.found));
    out.extend(reason.standing.iter().map(|s| Block::Fact("stands", Words::of(Role::Strong, s))));
    out.push(fact("to clear", &reason.to_clear));
    out.push(fact("severity", reason.ranked.words()));
    out.extend(reason.rests.iter().map(|rests| Block::Fact("rests on", Words::dim(rests))));
    out
}

fn now(number_of: &Measured) -> Words {
    let role = if number_of.level >= Level::Warning { level_role(number_of.level) } else { Role::Text };
    number_of.value.map_or_else(|| Words::of(Role::Unknown, UNKNOWN), |v| Words::of(role, number(v, number_of.unit)))
}

/// The threshold with how it is met: `> 14.4×`.
fn limit(number_of: &Measured) -> Option<String> {
    number_of.threshold.map(|t| format!("{} {}", number_of.comparison.sign(), number(t, number_of.unit)))
}

fn measured(number_of: &Measured) -> Vec<Words> {
    let word = match (number_of.value, number_of.level) {
        (None, _) => Words::of(Role::Unknown, "not known"),
        (Some(_), level) if level >= Level::Warning => Words::of(level_role(level), level.word()),
        (Some(_), _) => Words::dim("in order"),
    };
    vec![Words::dim(&number_of.name), now(number_of), limit(number_of).map_or_else(Words::none, Words::dim), word]
}

fn source(scene: &Scene, told: &Told) -> Vec<Words> {
    let live = told.state == SourceState::Live;
    vec![
        Words::dim(&told.source),
        Words::of(if live { Role::Dim } else { Role::Unknown }, told.state.word()),
        told.as_of.map_or_else(|| Words::dim(UNKNOWN), |at| Words::dim(format!("{} ago", freshness(at, scene.now)))),
        told.error.as_deref().map_or_else(Words::none, |e| Words::of(Role::Unknown, e)),
    ]
}

/// The points on which it rests, as a chart, where they are kept.
fn chart(scene: &Scene, (_, height): (u16, u16), why: &Why) -> Vec<Block> {
    let Some(wanted) = &why.chart else { return Vec::new() };
    let rows = usize::from(height / 4).clamp(4, 14);
    let (title, chart) = match &wanted.of {
        Charted::Burn(name, window) => {
            let Some(slo) = scene.estate.slo(name).filter(|s| !s.series.is_empty()) else { return Vec::new() };
            let hours = if *window == Window::M5 { 2 } else { 12 };
            let mut chart = slo::course::burn_rate(scene, slo, *window, SignedDuration::from_hours(hours), rows);
            let limit = |(label, value): &(String, f64)| Limit { value: *value, label: label.clone() };
            chart.limits = wanted.limits.iter().map(limit).collect();
            (format!("burn over {} in the last {hours} h, × what the objective allows", window.word()), chart)
        }
        Charted::Number(metric, entry, what) => {
            if scene.estate.course(metric, entry).is_none() {
                let text = format!("no history of {what} yet: it is kept from the first look on");
                return vec![Block::Line(Words::dim(text))];
            }
            let (span, told) = span(scene, entry, why);
            let from = scene.now.checked_sub(span).unwrap_or(Timestamp::MIN);
            let mut chart = courses::number(scene, metric, entry, wanted.limits.clone(), wanted.below, from);
            chart.write = written(wanted.unit);
            chart.rows = rows;
            (format!("{what} in the last {told}"), chart)
        }
    };
    vec![Block::Line(Words::dim(title)), Block::Chart(Box::new(chart))]
}

/// How far back a number's chart goes: some time before its alert; what moves by the day, a month.
fn span(scene: &Scene, entry: &EntryRef, why: &Why) -> (SignedDuration, &'static str) {
    if matches!(entry, EntryRef::Budget(_)) {
        return (SignedDuration::from_hours(30 * 24), "30 d");
    }
    let since = why.reasons.first().map(|r| scene.now.duration_since(r.since));
    if since.is_some_and(|since| since <= SignedDuration::from_hours(2)) {
        (SignedDuration::from_hours(3), "3 h")
    } else {
        (SignedDuration::from_hours(24), "24 h")
    }
}

/// How a number of some unit is written beside the axis.
fn written(unit: &str) -> fn(f64) -> String {
    match unit {
        "%" => percent,
        "ms" => millis,
        "$" => usd,
        _ => plain,
    }
}
