//! Why something has its level: the rule, the numbers against the thresholds, what they rest on, and what to do.
//!
//! ```text
//! ╭ Why checkout availability ───────────────────────────────────────────────╮
//! │ level    ▲ critical since 19:12 (18 min)                                 │
//! │ numbers  page 1h/5m fires above 14.4× in both windows: 1h 14.6×, 5m 15.2×│
//! │ rests on cloudwatch of production us-east-1, as of 19:29:00 UTC, 72 s ago│
//! │ rule     slo.burn > 14.4×; by default from …                             │
//! │     20 ┤                                 ⣀⡠⠤⠒⠒                           │
//! ╰──────────────────────────────────────────────────────────────────────────╯
//! ```

use jiff::SignedDuration;

use super::{alert, common, slo};
use crate::console::pane::{alerts, standing};
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::view::Spot;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::{age, count, moment};
use crate::console::widget::words::Words;
use crate::estate::{EntryRef, Owner, Window};
use crate::judge::{Alert, Rule, Subject, why_alert};

/// So many alerts are explained in full; the others in one line each.
const IN_FULL: usize = 3;

/// Why the thing at a spot has its level.
pub(super) fn facts(scene: &Scene, size: (u16, u16), of: &Spot) -> Option<Vec<Block>> {
    let rows = usize::from(size.1 / 3).clamp(4, 14);
    match of {
        Spot::Alert(rule, subject) => {
            let alert = alert::find(scene, rule, subject)?;
            let mut out = explain(scene, alert);
            out.extend(points(scene, &alert.about, rows));
            Some(out)
        }
        Spot::Entry(entry) => {
            scene.judgement.verdict(entry)?;
            let alerts: Vec<&Alert> = standing::alerts(scene, entry).collect();
            let mut out = all(scene, &alerts);
            if alerts.is_empty() {
                out = common::verdict(scene, entry);
            } else {
                out.extend(doubts(scene, entry));
            }
            let chart = points(scene, &Subject::Entry(entry.clone()), rows);
            if chart.is_empty() || alerts.is_empty() {
                out.push(Block::Gap);
                out.push(common::fed_by(scene, entry));
            }
            out.extend(chart);
            Some(out)
        }
        Spot::Workload(cluster, key) => {
            let about = |a: &&Alert| matches!(&a.about, Subject::Workload(c, k) if k == key && **c == **cluster);
            let alerts: Vec<&Alert> = scene.judgement.alerts.iter().filter(about).collect();
            Some(parted(scene, cluster, all(scene, &alerts), &alerts))
        }
        Spot::Pod(cluster, name) => {
            let pod = scene.estate.cluster(cluster)?.pods().get(name)?;
            let owned = |a: &&Alert| match (&a.about, &pod.owner) {
                (Subject::Workload(c, key), Owner::Workload(kind, owner)) => {
                    **c == **cluster
                        && key.kind == *kind
                        && key.name.name == *owner
                        && key.name.namespace == name.namespace
                }
                _ => false,
            };
            let alerts: Vec<&Alert> = scene.judgement.alerts.iter().filter(owned).collect();
            let mut out = super::pod::facts(scene, cluster, name)?;
            out.truncate(4);
            out.push(Block::Gap);
            out.extend(all(scene, &alerts));
            Some(parted(scene, cluster, out, &alerts))
        }
        Spot::Node(cluster, name) => {
            let mut out = super::node::facts(scene, cluster, name)?;
            let rule = |a: &&Alert| a.rule.word() == "cluster.nodes_not_ready";
            let alerts: Vec<&Alert> =
                standing::alerts(scene, &EntryRef::Cluster(cluster.clone())).filter(rule).collect();
            out.push(Block::Gap);
            out.extend(all(scene, &alerts));
            Some(out)
        }
        Spot::Member(database, _) => facts(scene, size, &Spot::Entry(EntryRef::Database(database.clone()))),
        Spot::Source(key) => {
            let about = |a: &&Alert| matches!(&a.about, Subject::Source(k) if k == key);
            let alerts: Vec<&Alert> = scene.judgement.alerts.iter().filter(about).collect();
            let mut out = all(scene, &alerts);
            out.push(Block::Gap);
            out.extend(super::source::facts(scene, key)?);
            Some(out)
        }
        Spot::Sources => Some(super::source::summary(scene)),
        Spot::Journal => Some(super::journal::facts(scene)),
        Spot::Operation(number) => super::operation::facts(scene, number),
        Spot::Why(of) => facts(scene, size, of),
        Spot::Line(_) => None,
    }
}

/// What is said of a part of a cluster: what is wrong with it, else that nothing is known to be; and who says so.
fn parted(scene: &Scene, cluster: &str, mut out: Vec<Block>, alerts: &[&Alert]) -> Vec<Block> {
    if alerts.is_empty() {
        out.push(fact("alerts", "no rule about it is known to be broken"));
    }
    out.push(Block::Gap);
    out.push(common::fed_by(scene, &EntryRef::Cluster(cluster.to_owned())));
    out
}

/// Every alert: the worst in full.
fn all(scene: &Scene, alerts: &[&Alert]) -> Vec<Block> {
    let mut out = Vec::new();
    for alert in alerts.iter().take(IN_FULL) {
        out.push(Block::Gap);
        out.extend(explain(scene, alert));
    }
    for alert in alerts.iter().skip(IN_FULL).take(20) {
        out.push(Block::Fact("also", Words::of(level_role(alert.level), alert.brief())));
    }
    let more = alerts.len().saturating_sub(IN_FULL + 20);
    if more > 0 {
        out.push(Block::Fact("and", Words::dim(format!("{} more alerts", count(more)))));
    }
    out
}

/// One alert: its level and since when, the numbers, what they rest on, the rule and what to do.
fn explain(scene: &Scene, alert: &Alert) -> Vec<Block> {
    let looks = level_role(alert.level);
    let since = format!(" since {} ({})", moment(alert.since, scene.now), age(alert.since, scene.now));
    let finding = alert.finding();
    let whole = alert.why(scene.now);
    let mut out = vec![
        Block::Fact("level", Words::of(looks, alert.level.word()).plus(since)),
        Block::Fact("what", Words::of(looks, alert.brief())),
        fact("numbers", &finding),
    ];
    if let Some(rests) = whole.strip_prefix(&finding).map(str::trim).filter(|r| !r.is_empty()) {
        out.push(fact("rests on", rests));
    }
    let limit = alerts::limit(alert).map(|l| format!(" {l}")).unwrap_or_default();
    let rule = Words::say(alert.rule.word()).plus(limit);
    let default = Rule::of(alert.rule).map_or("", |rule| rule.source);
    let origin =
        if default.is_empty() { "; a rule of the team's own".to_owned() } else { format!("; its default: {default}") };
    out.push(Block::Fact("rule", rule.and(Role::Dim, origin)));
    for reason in why_alert(scene.estate, scene.judgement, alert, scene.now).reasons {
        out.extend(reason.standing.map(|standing| fact("stands", standing)));
        out.push(fact("to clear", reason.to_clear));
        out.push(fact("severity", reason.ranked.words()));
    }
    let next = scene.concerns.iter().find(|c| c.about == alert.about).map(|c| &*c.next);
    out.extend(next.filter(|n| !n.is_empty()).map(|next| fact("next", next)));
    out
}

fn doubts(scene: &Scene, entry: &EntryRef) -> Vec<Block> {
    let doubts = scene.judgement.verdict(entry).map(|v| v.doubts.as_slice()).unwrap_or_default();
    doubts.iter().map(|d| Block::Fact("not known", Words::of(Role::Unknown, d))).collect()
}

/// The points on which it rests, as a chart, where they are kept.
fn points(scene: &Scene, about: &Subject, rows: usize) -> Vec<Block> {
    let Subject::Entry(EntryRef::Slo(name)) = about else { return Vec::new() };
    let Some(slo) = scene.estate.slo(name).filter(|s| !s.series.is_empty()) else { return Vec::new() };
    let chart = slo::course::burn_rate(scene, slo, Window::M5, SignedDuration::from_hours(2), rows);
    vec![
        Block::Gap,
        Block::Line(Words::dim("burn of 5 min over the last 2 h, × what the objective allows")),
        Block::Chart(Box::new(chart)),
    ]
}
