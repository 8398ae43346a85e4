//! An SLO: its budget, and the burn over every window with the numbers it rests on.

use super::common;
use crate::console::pane::databases::whole;
use crate::console::pane::slos::{burn_words, data_words, fires_over, gone_in};
use crate::console::pane::standing;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::bar::bar;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::quantity::{UNKNOWN, count, known, percent, plain};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{Counted, EntryRef, Metric, Sli, Window, WindowCount};
use crate::judge::slo_why;

const WINDOWS: [Column; 6] = [
    Column::word("window", 0),
    Column::number("burn ×", 0),
    Column::number("bad", 1),
    Column::number("of events", 1),
    Column::number("errors", 2),
    Column::word("", 3),
];

/// Its facts.
pub(super) fn facts(scene: &Scene, name: &str) -> Option<Vec<Block>> {
    let (index, slo) = scene.estate.slos().iter().enumerate().find(|(_, s)| s.declared.name == name)?;
    let declared = &slo.declared;
    let entry = EntryRef::Slo(name.to_owned());
    let level = standing::level(scene, &entry);
    let mut out = common::verdict(scene, &entry);
    let objective = format!(
        "{} % good over {}; {} % may fail",
        plain(declared.objective),
        declared.window,
        plain(100.0 - declared.objective)
    );
    out.push(fact("objective", objective));
    let counts = slo.counts.as_ref().map(|k| k.value.windows);
    let verdict = scene.judgement.slos.get(index);
    if let Some(verdict) = verdict {
        let left = verdict.remaining_percent.map_or_else(
            || Words::dim(UNKNOWN),
            |p| bar(p, 20, level).plus(format!(" {}", percent(p))).and(Role::Dim, " of the error budget"),
        );
        out.push(Block::Fact("left", left));
        out.push(fact("gone in", known(verdict.exhausted_in_s, |s| format!("{} at the burn of 1 h", gone_in(s)))));
        let firing = match &verdict.firing {
            None => Words::dim(UNKNOWN),
            Some(names) if names.is_empty() => Words::dim("nothing"),
            Some(names) => Words::of(crate::console::widget::mark::level_role(level), names.join(", ")),
        };
        out.push(Block::Fact("firing", firing));
        let data = data_words(slo, verdict).unwrap_or_else(|| Words::dim("good"));
        out.push(Block::Fact("data", data));
        out.push(Block::Fact("rests on", Words::dim(slo_why(scene.estate, scene.judgement, index, scene.now))));
    }
    out.push(Block::Gap);
    let rows = Window::ALL.iter().enumerate().map(|(i, window)| {
        let burn = verdict.and_then(|v| v.burn.get(i).copied().flatten());
        let fires = verdict.is_some_and(|v| fires_over(v, *window)).then_some(level);
        let mut row = vec![Words::say(window.word()), burn_words(burn, fires)];
        row.extend(counted(counts.map(|all| all[i])));
        row.push(
            fires.map_or_else(Words::none, |_| Words::of(crate::console::widget::mark::level_role(level), "fires")),
        );
        row
    });
    let mut rows: Vec<Vec<Words>> = rows.collect();
    let mut whole_window = vec![Words::say(&declared.window), Words::none()];
    whole_window.extend(counted(slo.counts.as_ref().map(|k| k.value.whole)));
    whole_window.push(Words::none());
    rows.push(whole_window);
    out.push(Block::Grid(&WINDOWS, rows));
    out.push(Block::Gap);
    out.push(fact("service", &declared.service));
    out.push(fact("counts", format!("windows under {} events give no verdict", count(declared.min_events))));
    out.extend(indicator(&declared.sli));
    Some(out)
}

fn counted(window: Option<WindowCount>) -> [Words; 3] {
    let Some(window) = window else { return [Words::dim(UNKNOWN), Words::dim(UNKNOWN), Words::dim(UNKNOWN)] };
    let number = |value: Option<f64>| value.map_or_else(|| Words::dim(UNKNOWN), |v| Words::say(whole(v)));
    let share = window.bad.zip(window.total.filter(|t| *t > 0.0)).map(|(bad, total)| bad / total * 100.0);
    let share = share.map_or_else(|| UNKNOWN.to_owned(), |s| format!("{} %", plain(s)));
    let partial = if window.partial { " *" } else { "" };
    [number(window.bad), number(window.total), Words::say(share).and(Role::Unknown, partial)]
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
