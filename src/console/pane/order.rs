//! A day on which nothing needs anyone: what is in order, kind by kind, and of each what is nearest to its limit.

use jiff::{ToSpan, tz::TimeZone};

use super::budgets::spent_percent;
use super::clusters::seen;
use super::databases::most_connections;
use super::incidents::counted_in_order;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::quantity::{count, counted, percent, until, usd};
use crate::console::widget::words::Words;
use crate::estate::{EntryRef, Kind, MemberRole};
use crate::judge::Level;

/// A line for each kind of which everything is in order: how many, and what is nearest to its limit.
pub(super) fn lines(scene: &Scene) -> Vec<Words> {
    let said = counted_in_order(scene);
    let width = said.iter().map(|(n, noun)| counted(*n, noun).len()).max().unwrap_or(0);
    let line = |(n, noun): (usize, &'static str)| {
        let told = match noun {
            "SLO" => slos(scene),
            "cluster" => clusters(scene),
            "database" => databases(scene),
            "budget" => budgets(scene),
            "account" => Some(accounts(scene)),
            _ => None,
        };
        let what = format!("{:<width$}", counted(n, noun));
        Words::of(Role::Ok, "● ").and(Role::Text, what).and(Role::Dim, format!("  {}", told.unwrap_or_default()))
    };
    said.into_iter().map(line).collect()
}

fn in_order(scene: &Scene, entry: &EntryRef) -> bool {
    scene.judgement.verdict(entry).is_some_and(|v| v.level == Level::Ok)
}

/// The budget of which least is left, and the one that is gone first.
fn slos(scene: &Scene) -> Option<String> {
    let judged = || scene.estate.slos().iter().zip(&scene.judgement.slos);
    let left = judged().filter_map(|(s, v)| Some((v.remaining_percent?, &s.declared.name)));
    let (left, name) = left.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let burns = judged().filter_map(|(s, v)| Some((v.burn[crate::judge::burn::index(crate::estate::Window::D1)]?, s)));
    let fastest = burns.max_by(|a, b| a.0.total_cmp(&b.0));
    let fastest = fastest
        .map(|(burn, s)| format!(" · {}× over 1 d: {}", crate::console::widget::quantity::burn(burn), s.declared.name));
    Some(format!("{} left: {name}{}", percent(left), fastest.unwrap_or_default()))
}

/// Nodes, pods and restarts of all of them.
fn clusters(scene: &Scene) -> Option<String> {
    let all = || scene.estate.clusters().iter();
    if !all().all(|c| seen(c, Kind::Pods) && seen(c, Kind::Nodes)) {
        return None;
    }
    let nodes: usize = all().map(|c| c.nodes().len()).sum();
    let pods: usize = all().map(|c| c.pods().len()).sum();
    let restarts: u64 = all().map(|c| u64::from(c.restarts_1h(scene.now))).sum();
    Some(format!("{}, {}, {} restarts /h", counted(nodes, "node"), counted(pods, "pod"), count(restarts)))
}

/// The busiest writer, and the fullest.
fn databases(scene: &Scene) -> Option<String> {
    let writers = || {
        scene.estate.databases().iter().filter_map(|d| {
            let writer = d.described()?.members.iter().find(|m| m.role == MemberRole::Writer)?;
            Some((d, writer, d.numbers_of(&writer.name)?))
        })
    };
    let name = |d: &crate::estate::DatabaseState| d.declared.name.clone();
    let busiest = writers().filter_map(|(d, _, n)| Some((n.cpu_percent?.value, name(d))));
    let busiest = busiest.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let fullest = writers().filter_map(|(d, writer, n)| {
        let (open, most) = (n.connections?.value, most_connections(d, writer)?);
        Some((open / most * 100.0, name(d)))
    });
    let fullest = fullest
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(String::new, |(share, name)| format!(" · connections {}: {name}", percent(share)));
    Some(format!("CPU {}: {}{fullest}", percent(busiest.0), busiest.1))
}

/// The budget of which most is spent, and what it will come to.
fn budgets(scene: &Scene) -> Option<String> {
    let spent = scene.estate.budgets().iter().filter_map(|b| Some((spent_percent(b.described()?)?, b)));
    let (share, budget) = spent.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let facts = budget.described()?;
    let forecast = facts.forecast_usd.map_or_else(String::new, |f| format!(" · forecast {}", usd(f)));
    let limit = facts.limit_usd.map_or_else(String::new, |l| format!(" of {}", usd(l)));
    Some(format!("{}{limit} spent: {}{forecast}", percent(share), budget.declared.name))
}

/// Whose login ends first.
fn accounts(scene: &Scene) -> String {
    let verified = || scene.estate.accounts().iter().filter(|a| in_order(scene, &a.entry()));
    let ends = verified().filter_map(|a| Some((a.identity.as_ref()?.value.expires_at?, &a.declared.name))).min();
    ends.map_or_else(
        || "verified by STS".to_owned(),
        |(at, name)| format!("verified by STS · login ends in {}: {name}", until(at, scene.now)),
    )
}

/// What will need someone later: clusters behind the newest version of the estate, and the end of the budgets' month.
pub(super) fn ahead(scene: &Scene) -> Vec<String> {
    [upgrade(scene), month(scene)].into_iter().flatten().collect()
}

fn upgrade(scene: &Scene) -> Option<String> {
    let version = |text: &str| {
        let (major, minor) = text.split_once('.')?;
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    let clusters = scene.estate.clusters().iter();
    let all: Vec<_> = clusters
        .filter_map(|c| {
            let text = c.control()?.version.as_deref()?;
            Some((version(text)?, text, &c.declared.name))
        })
        .collect();
    let newest = all.iter().max()?;
    let oldest = all.iter().filter(|(v, ..)| *v < newest.0).min()?;
    Some(format!("{} runs Kubernetes {}, {} already {}", oldest.2, oldest.1, newest.2, newest.1))
}

fn month(scene: &Scene) -> Option<String> {
    if scene.estate.budgets().is_empty() {
        return None;
    }
    let today = scene.now.to_zoned(TimeZone::UTC);
    let end = today.first_of_month().ok()?.start_of_day().ok()?.checked_add(1.month()).ok()?;
    Some(format!("the month of the budgets ends in {}", until(end.timestamp(), scene.now)))
}
