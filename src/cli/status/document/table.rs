//! The same document for people: aligned columns, the worst first, rounded numbers with their units.

use jiff::Timestamp;

use super::{Budget, Cluster, Database, Slo, Source, Status};
use crate::estate::SourceState;
use crate::gate;
use crate::judge::words::known;
use crate::judge::{Level, words};

/// The widest that one cell of text from outside may become, in columns.
const WIDEST: usize = 60;

/// A section: its title, what its columns hold, and its rows with their levels.
struct Section {
    title: &'static str,
    columns: &'static [(&'static str, Align)],
    rows: Vec<(Level, Vec<String>)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Align {
    Left,
    Right,
}

use Align::{Left, Right};

impl Status {
    /// The document as text for a terminal. What came from outside has passed the gate.
    pub fn table(&self) -> String {
        let now = self.generated_at;
        let mut out = format!(
            "{}  {}  {} UTC\n",
            gate::visible(&self.estate),
            self.level.word().to_uppercase(),
            now.strftime("%Y-%m-%d %H:%M:%S"),
        );
        for section in [
            self.alert_rows(),
            self.account_rows(),
            self.cluster_rows(),
            self.database_rows(),
            self.slo_rows(),
            self.budget_rows(),
            self.source_rows(),
        ] {
            section.print(&mut out);
        }
        let live = self.sources.iter().filter(|s| s.state == SourceState::Live).count();
        let cost: f64 = self.sources.iter().map(|s| s.cost_usd).fold(0.0, |sum, usd| sum + usd);
        let calls: u64 = self.sources.iter().map(|s| s.calls).sum();
        let sources = words::count(self.sources.len(), "source", "sources");
        let calls = words::count(usize::try_from(calls).unwrap_or(usize::MAX), "call", "calls");
        out + &format!("\n{live} of {sources} live, {} for {calls}\n", words::usd(cost))
    }

    fn alert_rows(&self) -> Section {
        let now = self.generated_at;
        let rows = self.alerts.iter().map(|a| {
            let value = a.value.map_or_else(String::new, |v| words::measure(v, a.unit));
            let limit = a.threshold.map_or_else(String::new, |t| words::with_unit(words::threshold(t), a.unit));
            (a.level, vec![a.rule.to_owned(), a.subject.clone(), value, limit, words::age(a.since, now)])
        });
        Section {
            title: "alert",
            columns: &[("rule", Left), ("about", Left), ("value", Right), ("threshold", Right), ("for", Right)],
            rows: rows.collect(),
        }
    }

    fn account_rows(&self) -> Section {
        let now = self.generated_at;
        let rows = self.accounts.iter().map(|a| {
            let expires = a
                .identity
                .expires_at
                .map_or_else(String::new, |at| format!("expires in {}", words::span(at.duration_since(now).as_secs())));
            let said = a.identity.error.clone().unwrap_or(expires);
            (
                a.level,
                vec![a.name.clone(), a.id.clone(), a.environment.clone(), a.identity.state.word().to_owned(), said],
            )
        });
        Section {
            title: "account",
            columns: &[("name", Left), ("id", Left), ("environment", Left), ("identity", Left), ("", Left)],
            rows: rows.collect(),
        }
    }

    fn cluster_rows(&self) -> Section {
        let now = self.generated_at;
        Section {
            title: "cluster",
            columns: &[
                ("name", Left),
                ("where", Left),
                ("version", Left),
                ("status", Left),
                ("nodes", Right),
                ("pods", Right),
                ("degraded", Right),
                ("crashing", Right),
                ("restarts /h", Right),
                ("age", Right),
            ],
            rows: self.clusters.iter().map(|c| (c.level, cluster(c, now))).collect(),
        }
    }

    fn database_rows(&self) -> Section {
        let now = self.generated_at;
        Section {
            title: "database",
            columns: &[
                ("name", Left),
                ("where", Left),
                ("status", Left),
                ("writer", Left),
                ("CPU", Right),
                ("connections", Right),
                ("free memory", Right),
                ("lag", Right),
                ("global lag", Right),
                ("age", Right),
            ],
            rows: self.databases.iter().map(|d| (d.level, database(d, now))).collect(),
        }
    }

    fn slo_rows(&self) -> Section {
        let now = self.generated_at;
        Section {
            title: "SLO",
            columns: &[
                ("name", Left),
                ("goal", Right),
                ("left", Right),
                ("5m", Right),
                ("1h", Right),
                ("6h", Right),
                ("3d", Right),
                ("gone in", Right),
                ("data", Left),
                ("fires", Left),
                ("age", Right),
            ],
            rows: self.slos.iter().map(|s| (s.level, slo(s, now))).collect(),
        }
    }

    fn budget_rows(&self) -> Section {
        let now = self.generated_at;
        Section {
            title: "budget",
            columns: &[
                ("name", Left),
                ("account", Left),
                ("spent", Right),
                ("limit", Right),
                ("", Right),
                ("forecast", Right),
                ("", Right),
                ("age", Right),
            ],
            rows: self.budgets.iter().map(|b| (b.level, budget(b, now))).collect(),
        }
    }

    /// Only those that are not live, or may not see everything.
    fn source_rows(&self) -> Section {
        let now = self.generated_at;
        let troubled = self.sources.iter().filter(|s| s.state != SourceState::Live || s.error.is_some());
        Section {
            title: "source",
            columns: &[("name", Left), ("where", Left), ("state", Left), ("age", Right), ("why", Left)],
            rows: troubled.map(|s| (level(s), source(s, now))).collect(),
        }
    }
}

fn level(source: &Source) -> Level {
    match source.state {
        SourceState::Live => Level::Ok,
        SourceState::Stale | SourceState::Failing => Level::Warning,
        SourceState::Refused => Level::Critical,
        SourceState::Waiting | SourceState::Paused => Level::Unknown,
    }
}

fn percent(value: Option<f64>) -> String {
    known(value, |v| words::measure(v, "%"))
}

fn age(as_of: Option<Timestamp>, now: Timestamp) -> String {
    known(as_of, |at| words::age(at, now))
}

fn count(n: Option<usize>) -> String {
    known(n, |n| words::number(n as f64))
}

fn place(account: Option<&str>, region: Option<&str>) -> String {
    [account, region].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn cluster(c: &Cluster, now: Timestamp) -> Vec<String> {
    vec![
        c.name.clone(),
        place(c.account.as_deref(), c.region.as_deref()),
        known(c.version.clone(), |v| v),
        known(c.status.clone(), |s| s),
        format!("{}/{}", count(c.nodes.ready), count(c.nodes.total)),
        format!("{}/{}", count(c.pods.running), count(c.pods.total)),
        format!("{}/{}", count(c.workloads.degraded), count(c.workloads.total)),
        count(c.pods.crash_looping),
        known(c.restarts_1h, |n| words::number(f64::from(n))),
        age(c.as_of, now),
    ]
}

fn database(d: &Database, now: Timestamp) -> Vec<String> {
    let worst = d.global.members.iter().flatten().filter_map(|m| m.lag_ms).reduce(f64::max);
    vec![
        d.name.clone(),
        place(Some(&d.account), Some(&d.region)),
        known(d.status.clone(), |s| s),
        known(d.writer.clone(), |w| w),
        percent(d.cpu_percent),
        percent(d.connections_percent),
        percent(d.freeable_memory_percent),
        known(d.replica_lag_ms, |v| words::measure(v, "ms")),
        known(worst, |v| words::measure(v, "ms")),
        age(d.as_of, now),
    ]
}

fn slo(s: &Slo, now: Timestamp) -> Vec<String> {
    let burn = |value: Option<f64>| known(value, |v| words::measure(v, "x"));
    vec![
        s.name.clone(),
        format!("{} %", words::threshold(s.objective_percent)),
        percent(s.remaining_percent),
        burn(s.burn.m5),
        burn(s.burn.h1),
        burn(s.burn.h6),
        burn(s.burn.d3),
        known(s.exhausted_in_s, words::span_f64),
        s.data.replace('_', " "),
        known(s.firing.as_ref(), |f| f.join(", ")),
        age(s.as_of, now),
    ]
}

fn budget(b: &Budget, now: Timestamp) -> Vec<String> {
    let share = |usd: Option<f64>| {
        let limit = b.limit_usd.filter(|l| *l > 0.0);
        known(usd.zip(limit), |(usd, limit)| words::measure(100.0 * usd / limit, "%"))
    };
    let usd = |value: Option<f64>| known(value, words::usd);
    vec![
        b.name.clone(),
        b.account.clone(),
        usd(b.actual_usd),
        usd(b.limit_usd),
        share(b.actual_usd),
        usd(b.forecast_usd),
        share(b.forecast_usd),
        age(b.as_of, now),
    ]
}

fn source(s: &Source, now: Timestamp) -> Vec<String> {
    let place = [s.account.as_deref(), s.region.as_deref(), s.subject.as_deref()];
    vec![
        s.name.to_owned(),
        place.into_iter().flatten().collect::<Vec<_>>().join(" "),
        s.state.word().to_owned(),
        age(s.as_of, now),
        gate::visible(s.error.as_deref().unwrap_or_default()),
    ]
}

impl Section {
    /// Appends the section, the worst rows first; nothing where it has no rows.
    fn print(mut self, out: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        self.rows.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
        let last = self.columns.len() - 1;
        let mut lines: Vec<Vec<String>> = Vec::with_capacity(self.rows.len() + 1);
        let names = self.columns.iter().map(|(name, _)| (*name).to_owned());
        lines.push(std::iter::once(self.title.to_uppercase()).chain(names).collect());
        for (level, cells) in self.rows {
            // The last column ends the line: it may be as long as it is.
            let cells = cells
                .into_iter()
                .enumerate()
                .map(|(i, cell)| if i == last { gate::visible(&cell) } else { gate::fit(&cell, WIDEST) });
            lines.push(std::iter::once(level.word().to_owned()).chain(cells).collect());
        }
        let widths: Vec<usize> = (0..=self.columns.len())
            .map(|column| lines.iter().map(|line| line.get(column).map_or(0, |c| gate::width(c))).max().unwrap_or(0))
            .collect();
        let aligns = std::iter::once(Left).chain(self.columns.iter().map(|(_, align)| *align));
        let aligns: Vec<Align> = aligns.collect();
        out.push('\n');
        for line in lines {
            let mut text = String::new();
            for ((cell, width), align) in line.iter().zip(&widths).zip(&aligns) {
                let blank = " ".repeat(width.saturating_sub(gate::width(cell)));
                if !text.is_empty() {
                    text.push_str("  ");
                }
                match align {
                    Left => text.extend([cell.as_str(), &blank]),
                    Right => text.extend([&blank, cell.as_str()]),
                }
            }
            out.push_str(text.trim_end());
            out.push('\n');
        }
    }
}
