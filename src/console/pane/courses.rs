//! The courses of polled numbers: which there are of an entry, and how they look in a row, among facts and as charts.
//!
//! ```text
//! 6 h  CPU ▂▂▃▃▄▄▅▅▆▆▇▇ ≤ 83 %  conn ▂▂▂▂▂▂▂▂▂▂▂▂ ≤ 41 %    below a row, as many as fit beside each other
//! ```

mod spending;

use jiff::{SignedDuration, Timestamp};

use super::databases::whole;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::chart::{Chart, Limit, Point, Zone};
use crate::console::widget::quantity::{UNKNOWN, known, millis, percent, plain};
use crate::console::widget::sparkline::{Limits, sparkline};
use crate::console::widget::table::Column;
use crate::console::widget::words::Words;
use crate::estate::{EntryRef, Trend, Usage};
use crate::judge::RuleId;

/// So far back a row tells, seconds.
const SPAN_S: i64 = 6 * 3_600;
/// One value for so many seconds: the highest of its minutes.
const SLOT_S: i64 = 600;
/// Sparklines have one of these widths: each divides the number of values, so that every cell has as many as the next.
const WIDTHS: [usize; 4] = [36, 18, 12, 9];
/// What stands in place of a line of which nothing is known.
const NONE_YET: &str = "no history yet";
/// Columns of the time that is said before them, and between two of them.
const HEAD: usize = 5;
const GAP: usize = 2;
/// A chart has about so many points.
const POINTS: i64 = 144;

/// One number that has a course.
struct Told {
    /// Its name among the metrics.
    metric: &'static str,
    /// What it is called in a row.
    label: &'static str,
    /// What it is called on a page.
    title: &'static str,
    /// Writes a value with its unit.
    write: fn(f64) -> String,
    /// Columns that its values need.
    room: usize,
    /// The value that fills a cell, unless a threshold or the highest value does.
    top: Option<f64>,
    /// The rule whose thresholds it is held against.
    rule: Option<RuleId>,
}

const fn told(metric: &'static str, label: &'static str, title: &'static str, write: fn(f64) -> String) -> Told {
    Told { metric, label, title, write, room: 5, top: None, rule: None }
}

const OF_DATABASE: [Told; 4] = [
    Told {
        top: Some(100.0),
        rule: Some(RuleId::DatabaseCpuPercent),
        ..told("database.cpu_percent", "CPU", "CPU", percent)
    },
    Told {
        top: Some(100.0),
        rule: Some(RuleId::DatabaseConnectionsPercent),
        ..told("database.connections_percent", "conn", "connections", percent)
    },
    Told {
        room: 6,
        rule: Some(RuleId::DatabaseReplicaLagMs),
        ..told("database.replica_lag_ms", "lag", "replica lag", short_time)
    },
    Told { room: 4, ..told("database.acu", "ACU", "ACU", plain) },
];
/// Where the most that a database takes is not known, its connections are counted.
const CONNECTIONS: Told = told("database.connections", "conn", "connections", whole);
const OF_CLUSTER: [Told; 4] = [
    Told {
        top: Some(100.0),
        rule: Some(RuleId::ClusterCpuPercent),
        ..told("cluster.cpu_percent", "CPU", "CPU used", percent)
    },
    Told {
        top: Some(100.0),
        rule: Some(RuleId::ClusterMemoryPercent),
        ..told("cluster.memory_percent", "mem", "memory used", percent)
    },
    told("cluster.pods_pending", "pending", "pods pending", whole),
    told("cluster.restarts_1h", "restarts", "restarts /h", whole),
];
const OF_SERVICE: [Told; 3] = [
    Told { rule: Some(RuleId::AppErrors5xxPercent), ..told("app.errors_5xx_percent", "5xx", "5xx", percent) },
    Told { room: 6, rule: Some(RuleId::AppLatencyP99Ms), ..told("app.latency_p99_ms", "p99", "p99", short_time) },
    told("app.requests_per_s", "req /s", "requests /s", plain),
];

/// Milliseconds in few columns: seconds from 1,000 on.
fn short_time(ms: f64) -> String {
    if ms < 999.5 { millis(ms) } else { format!("{} s", plain((ms / 100.0).round() / 10.0)) }
}

/// The numbers of an entry that have courses; those that cannot be known of it are left out.
fn all(scene: &Scene, entry: &EntryRef) -> Vec<&'static Told> {
    let estate = scene.estate;
    match entry {
        EntryRef::Database(name) => {
            let database = estate.database(name);
            let counted = database.is_none_or(|d| d.max_connections().is_none());
            let serverless = database.is_some_and(|d| d.acu_range().1.is_some());
            let alone = database.is_some_and(|d| d.described().is_some() && d.readers().next().is_none());
            let has = |t: &&Told| match t.metric {
                "database.acu" => serverless,
                "database.replica_lag_ms" => !alone,
                _ => true,
            };
            let own = OF_DATABASE.iter().filter(has);
            own.map(|t| if counted && t.label == "conn" { &CONNECTIONS } else { t }).collect()
        }
        EntryRef::Cluster(name) => {
            let usage = estate.cluster(name).and_then(|c| c.usage.as_ref()).map(|k| &k.value);
            let measured = matches!(usage, Some(Usage::Measured { .. }));
            let of_usage = |t: &&Told| t.top.is_some();
            OF_CLUSTER.iter().filter(|t| measured || !of_usage(t)).collect()
        }
        EntryRef::Service(_) => OF_SERVICE.iter().collect(),
        EntryRef::Budget(_) | EntryRef::Account(_) | EntryRef::Slo(_) | EntryRef::Costs(_) => Vec::new(),
    }
}

/// The thresholds that a number is held against.
fn limits(scene: &Scene, rule: Option<RuleId>) -> Limits {
    let terms = rule.and_then(|rule| scene.judgement.terms(rule));
    let terms = terms.filter(|t| !t.comparison.below()).map(|t| t.thresholds);
    Limits { warn: terms.and_then(|t| t.warn), crit: terms.and_then(|t| t.crit) }
}

/// What a row tells of a number: the highest value of each slot, the oldest first, none where nothing was seen; and the
/// lowest and the highest of all.
fn values(trend: &Trend, factor: f64, now: Timestamp) -> (Vec<Option<f64>>, Option<(f64, f64)>) {
    let newest = now.as_second().div_euclid(SLOT_S);
    let slots = SPAN_S / SLOT_S;
    let mut out: Vec<Option<f64>> = vec![None; usize::try_from(slots).unwrap_or(0)];
    let mut range: Option<(f64, f64)> = None;
    for (at, value) in trend.minutes().rev() {
        let back = newest - at.as_second().div_euclid(SLOT_S);
        if back >= slots {
            break;
        }
        let Some(value) = value.map(|v| v * factor) else { continue };
        let place = usize::try_from(slots - 1 - back.max(0)).ok();
        if let Some(slot) = place.and_then(|p| out.get_mut(p)) {
            *slot = Some(slot.map_or(value, |known: f64| known.max(value)));
        }
        range = Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))));
    }
    // A slot that has only just begun has nothing yet: that is no gap.
    if let [.., before, last @ None] = out.as_mut_slice()
        && now.as_second().rem_euclid(SLOT_S) < 120
    {
        *last = *before;
    }
    (out, range)
}

/// A number's course in so many cells, and what it never exceeded; where nothing of it is known, that.
fn line(scene: &Scene, entry: &EntryRef, of: &Told, cells: usize) -> Option<(Words, f64)> {
    let (trend, factor) = scene.estate.course(of.metric, entry)?;
    let (values, range) = values(trend, factor, scene.now);
    let (_, highest) = range?;
    let limits = limits(scene, of.rule);
    let top = of.top.or(limits.warn).or(limits.crit).filter(|top| highest <= *top).or(of.top);
    Some((sparkline(&values, cells, top, limits), highest))
}

/// Whether anything of an entry's numbers was seen.
pub fn any(scene: &Scene, entry: &EntryRef) -> bool {
    if matches!(entry, EntryRef::Budget(_)) {
        return spending::any(scene, entry);
    }
    all(scene, entry).iter().any(|of| line(scene, entry, of, 1).is_some())
}

/// The courses of an entry as lines of at most so many columns; none where it has no numbers that have any.
pub fn lines(scene: &Scene, entry: &EntryRef, columns: usize) -> Vec<Words> {
    if let EntryRef::Budget(_) = entry {
        return spending::lines(scene, entry, columns);
    }
    let all = all(scene, entry);
    if all.is_empty() {
        return Vec::new();
    }
    let head = || Words::dim("6 h  ");
    if !any(scene, entry) {
        return vec![head().and(Role::Dim, NONE_YET)];
    }
    let Some((per_line, cells)) = layout(entry, columns) else { return Vec::new() };
    let part = |of: &Told, last: bool| {
        let words = match line(scene, entry, of, cells) {
            Some((line, highest)) => line.and(Role::Dim, format!(" ≤ {}", (of.write)(highest))),
            None => Words::dim(NONE_YET),
        };
        let words = Words::dim(format!("{} ", of.label)).then(words);
        let pad = if last { 0 } else { of.wide(cells).saturating_sub(words.width()) + GAP };
        words.plus(" ".repeat(pad))
    };
    let in_line = |(i, parts): (usize, &[&'static Told])| {
        let head = if i == 0 { head() } else { Words::dim("     ") };
        parts.iter().enumerate().fold(head, |line, (n, of)| line.then(part(of, n + 1 == parts.len())))
    };
    all.chunks(per_line).enumerate().map(in_line).collect()
}

impl Told {
    /// Columns of its label, so many cells, and `≤ 83 %`.
    fn wide(&self, cells: usize) -> usize {
        let course = (cells + 3 + self.room).max(NONE_YET.len());
        self.label.len() + 1 + course
    }
}

/// How many courses stand beside each other, and in how many cells each: for all entries of a kind the same, whatever
/// is known of each.
fn layout(entry: &EntryRef, columns: usize) -> Option<(usize, usize)> {
    let all: &[Told] = match entry {
        EntryRef::Database(_) => &OF_DATABASE,
        EntryRef::Cluster(_) => &OF_CLUSTER,
        _ => &OF_SERVICE,
    };
    let wide = |part: &[Told], cells: usize| HEAD + part.iter().map(|of| of.wide(cells) + GAP).sum::<usize>() - GAP;
    let fits = |n: usize, cells: usize| all.chunks(n).all(|part| wide(part, cells) <= columns);
    let most = (1..=all.len()).rev().find(|n| WIDTHS.iter().any(|cells| fits(*n, *cells)))?;
    // As many in each line as in the next.
    let per_line = all.len().div_ceil(all.len().div_ceil(most));
    WIDTHS.into_iter().find(|cells| fits(per_line, *cells)).map(|cells| (per_line, cells))
}

/// The table of an entry's numbers on its page.
pub const COLUMNS: [Column; 5] = [
    Column::name("number"),
    Column::number("now", 0),
    Column::word("last 6 h", 1),
    Column::number("least", 3),
    Column::number("most", 2),
];

/// The rows of [`COLUMNS`].
pub fn table(scene: &Scene, entry: &EntryRef) -> Vec<Vec<Words>> {
    let row = |of: &&'static Told| {
        let course = scene.estate.course(of.metric, entry);
        let (range, fresh) = course.map_or((None, None), |(trend, factor)| {
            let fresh = trend.last_before(scene.now, 180).map(|v| v * factor);
            (values(trend, factor, scene.now).1, fresh)
        });
        let spark = line(scene, entry, of, WIDTHS[0]).map_or_else(|| Words::dim(NONE_YET), |(line, _)| line);
        vec![
            Words::say(of.title),
            fresh.map_or_else(
                || Words::dim(UNKNOWN),
                |v| Words::of(limits(scene, of.rule).role(v, Role::Text), (of.write)(v)),
            ),
            spark,
            Words::dim(known(range.map(|(low, _)| low), of.write)),
            Words::dim(known(range.map(|(_, high)| high), of.write)),
        ]
    };
    all(scene, entry).iter().map(row).collect()
}

/// The charts of an entry's page, each with its title.
pub fn charts(scene: &Scene, entry: &EntryRef) -> Vec<(String, Chart)> {
    if let EntryRef::Budget(_) = entry {
        return spending::chart(scene, entry).into_iter().collect();
    }
    let chart = |of: &&'static Told| {
        let limits = limits(scene, of.rule);
        let drawn = [("warning", limits.warn), ("critical", limits.crit)].into_iter();
        // A threshold far above everything would press the course into the lowest line.
        let highest = line(scene, entry, of, 1).map_or(0.0, |(_, highest)| highest);
        let near = |value: &f64| of.top.is_some() || *value <= highest * 4.0;
        let drawn = drawn.filter_map(|(label, value)| Some((label.to_owned(), value.filter(near)?))).collect();
        // Where little happens, the axis counts to four: no step is a fraction of a pod.
        let shown = (0.0, of.top.unwrap_or(4.0).min(highest.max(2.0) * 2.0));
        let from = scene.now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
        let mut chart = number(scene, of.metric, entry, drawn, false, from);
        (chart.shown, chart.write) = (shown, of.write);
        (format!("{} in the last 24 h", of.title), chart)
    };
    all(scene, entry).iter().map(chart).collect()
}

/// The course of any number of an entry from some time on, with limits drawn in, `warning` and `critical` ones;
/// `below`: what is below them is what breaks them.
///
/// Each point is the worst of its share of the time: no peak is lost, however few columns there are.
pub fn number(
    scene: &Scene,
    metric: &str,
    entry: &EntryRef,
    limits: Vec<(String, f64)>,
    below: bool,
    from: Timestamp,
) -> Chart {
    let to = scene.now;
    let span = to.duration_since(from);
    let step = if span <= SignedDuration::from_hours(24) { 60 } else { 300 };
    let slot = (span.as_secs() / POINTS).max(step);
    let worst = |a: f64, b: f64| if below { a.min(b) } else { a.max(b) };
    let mut points: Vec<Point> = Vec::new();
    let mut add = |(at, value): (Timestamp, Option<f64>), factor: f64| {
        let value = value.map_or(f64::NAN, |v| v * factor);
        match points.last_mut() {
            Some(p) if p.at.as_second().div_euclid(slot) == at.as_second().div_euclid(slot) => {
                p.value = if p.value.is_nan() { value } else { worst(p.value, value) };
            }
            _ => points.push(Point { at, value }),
        }
    };
    if let Some((trend, factor)) = scene.estate.course(metric, entry) {
        let since = |(at, _): &(Timestamp, Option<f64>)| *at >= from;
        if step == 60 {
            trend.minutes().rev().take_while(since).for_each(|point| add(point, factor));
        } else {
            trend.five_minutes().rev().take_while(since).for_each(|point| add(point, factor));
        }
    }
    points.reverse();
    let zone = |(label, value): &(String, f64)| Zone {
        from: if below { f64::NEG_INFINITY } else { *value },
        to: if below { *value } else { f64::INFINITY },
        role: if label == "critical" { Role::Critical } else { Role::Warning },
    };
    Chart {
        from,
        to,
        points,
        join_s: slot * 2 + step,
        zones: limits.iter().map(zone).collect(),
        limits: limits.into_iter().map(|(label, value)| Limit { value, label }).collect(),
        ideal: None,
        shown: (0.0, 0.0),
        write: plain,
        rows: 8,
        empty: "no history yet: it is kept from the first look on, minute by minute".to_owned(),
    }
}
