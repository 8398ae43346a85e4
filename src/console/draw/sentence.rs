//! The sentence that a colleague would say: what is worst, how bad, since when; on a calm day, what will need someone next.

use crate::console::pane::{budgets, incidents};
use crate::console::scene::Scene;
use crate::console::theme::Theme;
use crate::console::widget::mark::{glyph, level_role};
use crate::console::widget::quantity::{age, counted, moment, percent, until};
use crate::console::widget::words::Words;
use crate::estate::SourceState;
use crate::judge::Level;

/// The sentence, in no more parts than fit into so many columns.
pub(super) fn worst(scene: &Scene, theme: &Theme, columns: usize) -> Words {
    let parts = parts(scene, theme);
    let mut out = Words::none();
    for part in parts {
        let longer = Words::joined([out.clone(), part]);
        if !out.is_empty() && longer.width() > columns {
            break;
        }
        out = longer;
    }
    out
}

fn parts(scene: &Scene, theme: &Theme) -> Vec<Words> {
    let alerts = &scene.judgement.alerts;
    let Some(first) = alerts.first() else { return calm(scene, theme) };
    let said = |alert: &crate::judge::Alert| {
        let (_, name, _) = incidents::subject(scene, alert);
        Words::say(format!("{name}: ")).and(level_role(alert.level), &alert.brief)
    };
    let mut out = vec![
        glyph(first.level.into(), theme).plus(" ").then(said(first)),
        Words::dim(format!("since {}, {}", moment(first.since, scene.now), age(first.since, scene.now))),
    ];
    if let Some(second) = alerts.get(1) {
        out.push(Words::dim("then ").then(said(second)));
    }
    if alerts.len() > 2 {
        out.push(Words::dim(format!("{} more", alerts.len() - 2)));
    }
    out
}

fn calm(scene: &Scene, theme: &Theme) -> Vec<Words> {
    let level = scene.judgement.level;
    let mut out = Vec::new();
    let mark = glyph(level.into(), theme).plus(" ");
    if level == Level::Ok {
        let since = scene.history.level_since().map(|(_, at)| format!(" since {}", moment(at, scene.now)));
        out.push(mark.plus(format!("all is calm{}", since.unwrap_or_default())));
    } else {
        out.push(mark.then(unsettled(scene)));
    }
    out.extend(ahead(scene));
    out
}

/// Nothing is known to be wrong, and not everything is known.
fn unsettled(scene: &Scene) -> Words {
    let sources = scene.estate.sources();
    let waiting = sources.iter().filter(|s| s.state == SourceState::Waiting).count();
    let silent = sources.iter().filter(|s| !matches!(s.state, SourceState::Live | SourceState::Waiting)).count();
    let unknown = scene.judgement.verdicts.iter().filter(|v| v.level == Level::Unknown).count();
    if sources.is_empty() {
        return Words::say("nothing is watched yet: the estate file names no source");
    }
    if silent > 0 {
        let verb = if silent == 1 { "does" } else { "do" };
        return Words::say(format!(
            "nothing known to be wrong, but {silent} of {} {verb} not answer",
            counted(sources.len(), "source")
        ));
    }
    if waiting > 0 {
        return Words::say(format!("waiting for {}", counted(waiting, "source")));
    }
    Words::say(format!("nothing known to be wrong, but {} unknown", are(unknown)))
}

fn are(n: usize) -> String {
    let noun = if n == 1 { "entry is" } else { "entries are" };
    format!("{n} {noun}")
}

/// What will need someone next: the budget nearest its next threshold, the node group nearest its maximum, credentials
/// that expire soon.
fn ahead(scene: &Scene) -> Vec<Words> {
    let mut out = Vec::new();
    let nearest = scene.estate.budgets().iter().filter_map(|b| {
        let spent = budgets::spent_percent(b.described()?)?;
        let next = budgets::thresholds(b).into_iter().find(|t| *t > spent)?;
        Some((next - spent, spent, next, b))
    });
    if let Some((_, spent, next, b)) = nearest.min_by(|a, b| a.0.total_cmp(&b.0)) {
        let text = format!("next budget {}: {}, next threshold {}", b.declared.name, percent(spent), percent(next));
        out.push(Words::dim(text));
    }
    let expiring = scene.estate.accounts().iter().filter_map(|a| {
        let at = a.identity.as_ref()?.value.expires_at?;
        (at > scene.now).then_some((at, a))
    });
    if let Some((at, account)) = expiring.min_by_key(|(at, _)| *at) {
        out.push(Words::dim(format!("{} credentials end in {}", account.declared.name, until(at, scene.now))));
    }
    let groups = scene.estate.clusters().iter().flat_map(|c| {
        let groups = c.control().and_then(|p| p.nodegroups.as_deref()).unwrap_or_default();
        groups.iter().filter_map(move |g| {
            let (desired, max) = g.desired.zip(g.max).filter(|(_, max)| *max > 0)?;
            Some((f64::from(desired) / f64::from(max), desired, max, g, c))
        })
    });
    if let Some((_, desired, max, g, c)) = groups.max_by(|a, b| a.0.total_cmp(&b.0)) {
        out.push(Words::dim(format!("{} {}: {desired} of {max} nodes", c.declared.name, g.name)));
    }
    out
}
