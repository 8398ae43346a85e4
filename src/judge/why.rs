//! Why something has its level: the rule, the numbers against the thresholds, where they come from, and what would change
//! it. Structured, for a screen that draws it; and as one string, for `status`.

mod asked;
mod clear;
mod numbers;

use jiff::Timestamp;

use super::burn::PAIRS;
use super::{Alert, Comparison, Footing, Judgement, Level, Ranked, RuleId, Subject, words};
use crate::estate::{EntryRef, Estate, SourceState, Window};

/// Why something has its level.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// What it is about.
    pub about: Subject,
    /// Its name, as a title: `checkout availability`, `shop/cart on prod-use1`.
    pub title: String,
    /// Its level.
    pub level: Level,
    /// What its alerts found, the worst first; silenced ones last. Empty where no rule is broken.
    pub reasons: Vec<Reason>,
    /// What it says where no rule is broken: that all is in order, or that too little is known to say so.
    pub calm: Option<String>,
    /// Every number of it that a rule holds against thresholds, broken or not.
    pub numbers: Vec<Measured>,
    /// Why it is at least unknown.
    pub doubts: Vec<String>,
    /// Where its numbers come from: metrics, queries or calls, a line each.
    pub asked: Vec<String>,
    /// The sources that feed it.
    pub sources: Vec<Told>,
    /// The most severe of its alerts' severities, and the rule that decided.
    pub ranked: Option<Ranked>,
    /// What to draw: the course of the worst reason's number, or of what matters most where nothing is broken.
    pub chart: Option<Chart>,
}

/// What one alert found.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The rule.
    pub rule: RuleId,
    /// The alert's level.
    pub level: Level,
    /// Since when it stands.
    pub since: Timestamp,
    /// The rule as a sentence: what it compares with what, and how long it waits.
    pub says: String,
    /// The numbers that decided, each against its threshold.
    pub numbers: Vec<Measured>,
    /// What was found, as a sentence.
    pub found: String,
    /// What it rests on: the source, when that was true, and its age.
    pub rests: Option<String>,
    /// That it is held, not known any more, or silenced, and until when; none where it simply breaks the rule now.
    pub standing: Option<String>,
    /// What would clear it.
    pub to_clear: String,
    /// How severe it is, and the rule that decided.
    pub ranked: Ranked,
}

/// A number against its thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What it is: `CPU`, `burn over 1h`.
    pub name: String,
    /// The value; none where it is not known.
    pub value: Option<f64>,
    /// Unit of value and thresholds.
    pub unit: &'static str,
    /// How it meets them.
    pub comparison: Comparison,
    /// The threshold that it is held against: the broken one, else the first that it would break.
    pub threshold: Option<f64>,
    /// The level whose threshold it breaks.
    pub level: Level,
}

/// How one source is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The source in words.
    pub source: String,
    /// How it is doing.
    pub state: SourceState,
    /// When its facts were last true.
    pub as_of: Option<Timestamp>,
    /// Why it is not live.
    pub error: Option<String>,
}

/// A course worth drawing, with the limits to draw into it. What it draws from is the caller's: the history of an SLO's
/// counts, or of a number; nothing where no history is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What is drawn.
    pub of: Charted,
    /// The number's unit.
    pub unit: &'static str,
    /// Limits, each with its name: `page` at 14.4.
    pub limits: Vec<(String, f64)>,
    /// What is below the limits breaks them.
    pub below: bool,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charted {
    /// The burn of an SLO (by its name) over a window.
    Burn(String, Window),
    /// A number of an entry: its name among the metrics, and what it is in words.
    Number(&'static str, EntryRef, &'static str),
}

/// Why something has its level: an entry, a workload, other pods, or a source.
pub fn why(estate: &Estate, judgement: &Judgement, about: &Subject, now: Timestamp) -> Why {
    let of: Vec<&Alert> = judgement.alerts.iter().filter(|a| belongs(a, about)).collect();
    explain(estate, judgement, about, &of, now)
}

/// Why one alert stands.
pub fn why_alert(estate: &Estate, judgement: &Judgement, alert: &Alert, now: Timestamp) -> Why {
    let mut why = explain(estate, judgement, &alert.about, &[alert], now);
    why.level = alert.level;
    why
}

/// Why one alert stands, as one string.
pub fn why_line(estate: &Estate, judgement: &Judgement, alert: &Alert, now: Timestamp) -> String {
    reason(estate, judgement, alert, now).line()
}

/// Whether an alert is about this, or about a part of it.
fn belongs(alert: &Alert, about: &Subject) -> bool {
    match (&alert.about, about) {
        (Subject::Workload(cluster, _) | Subject::Pods(cluster, ..), Subject::Entry(EntryRef::Cluster(name))) => {
            **cluster == **name
        }
        (of, about) => of == about,
    }
}

fn explain(estate: &Estate, judgement: &Judgement, about: &Subject, alerts: &[&Alert], now: Timestamp) -> Why {
    let entry = entry_of(about);
    let verdict = entry.as_ref().and_then(|entry| judgement.verdict(entry));
    let heard = alerts.iter().filter(|a| a.silenced.is_none());
    let level = heard.clone().map(|a| a.level).max().unwrap_or_default();
    let level = match (about, verdict) {
        (Subject::Entry(_), Some(verdict)) => verdict.level,
        _ => level,
    };
    let doubts = match (about, verdict) {
        (Subject::Entry(_), Some(verdict)) => verdict.doubts.clone(),
        _ => Vec::new(),
    };
    let reasons: Vec<Reason> = alerts.iter().map(|alert| reason(estate, judgement, alert, now)).collect();
    let calm = reasons.is_empty().then(|| calm(estate, judgement, about, now));
    let feeds = |source: &&crate::estate::SourceRecord| match about {
        Subject::Source(key) => source.key == *key,
        Subject::Workload(cluster, _) | Subject::Pods(cluster, ..) => source.watches(cluster),
        Subject::Entry(entry) => source.feeds.contains(entry),
    };
    let sources = estate.sources().iter().filter(feeds).map(|source| Told {
        source: super::docket::source_words(source),
        state: source.state,
        as_of: source.as_of,
        error: source.error.clone(),
    });
    Why {
        about: about.clone(),
        title: title(about),
        level,
        calm,
        numbers: numbers::of(estate, judgement, about, now),
        doubts,
        asked: asked::of(estate, about),
        sources: sources.collect(),
        ranked: heard.map(|a| a.ranked).min_by_key(|ranked| ranked.severity),
        chart: chart(estate, judgement, about, alerts, now),
        reasons,
    }
}

fn reason(estate: &Estate, judgement: &Judgement, alert: &Alert, now: Timestamp) -> Reason {
    Reason {
        rule: alert.rule,
        level: alert.level,
        since: alert.since,
        says: numbers::rule_sentence(estate, judgement, alert),
        numbers: numbers::of_alert(alert),
        found: alert.finding(),
        rests: alert.rests.words(now).map(|words| format!("{words}.")),
        standing: standing(alert, now),
        to_clear: clear::words(estate, judgement, alert),
        ranked: alert.ranked,
    }
}

/// That an alert is held, not known any more, or silenced.
fn standing(alert: &Alert, now: Timestamp) -> Option<String> {
    let footing = match alert.footing {
        Footing::Breaks => None,
        Footing::Unseen => Some("Its value is not known now: it stands as it stood.".to_owned()),
        Footing::Held { until: None } => Some("It does not break the rule now, and is not clear of it yet.".to_owned()),
        Footing::Held { until: Some(until) } => {
            Some(format!("It does not break the rule now; it is held until {} UTC.", words::second(until, now)))
        }
    };
    let silenced = alert.silenced.as_ref().map(|silenced| {
        format!("Silenced until {} UTC: {}.", words::second(silenced.until, now), silenced.reason.trim_end_matches('.'))
    });
    let both: Vec<String> = [footing, silenced].into_iter().flatten().collect();
    (!both.is_empty()).then(|| both.join(" "))
}

/// What is said where no rule is broken.
fn calm(estate: &Estate, judgement: &Judgement, about: &Subject, now: Timestamp) -> String {
    if let Subject::Entry(EntryRef::Slo(name)) = about
        && let Some(index) = estate.slos().iter().position(|s| s.declared.name == *name)
    {
        return super::slo_why(estate, judgement, index, now);
    }
    let doubted = entry_of(about).and_then(|entry| judgement.verdict(&entry)).is_some_and(|v| !v.doubts.is_empty());
    if doubted {
        "No rule is known to be broken, and not everything that ought to be known is.".to_owned()
    } else {
        "No rule is broken.".to_owned()
    }
}

/// The entry that something is, or is a part of.
fn entry_of(about: &Subject) -> Option<EntryRef> {
    match about {
        Subject::Entry(entry) => Some(entry.clone()),
        Subject::Workload(cluster, _) | Subject::Pods(cluster, ..) => {
            Some(EntryRef::Cluster(cluster.as_ref().to_owned()))
        }
        Subject::Source(_) => None,
    }
}

fn title(about: &Subject) -> String {
    match about {
        Subject::Entry(entry) => entry.name().to_owned(),
        Subject::Workload(cluster, key) => format!("{}/{} on {cluster}", key.name.namespace, key.name.name),
        Subject::Pods(cluster, kind, name) => format!("{kind} {}/{} on {cluster}", name.namespace, name.name),
        Subject::Source(key) => format!("{} {}", key.title(), key.place()).trim_end().to_owned(),
    }
}

/// What to draw: the burn over the short window of the pair that fires, or the number that the worst rule judges of which
/// the course is kept; where no rule is broken, the number that is nearest to its threshold.
fn chart(estate: &Estate, judgement: &Judgement, about: &Subject, alerts: &[&Alert], now: Timestamp) -> Option<Chart> {
    let Subject::Entry(entry) = about else { return None };
    if let EntryRef::Slo(name) = entry {
        let window_s = estate.slo(name)?.declared.window_s;
        let firing = alerts.first().and_then(|a| a.finding.pair());
        let pair = firing.unwrap_or(&PAIRS[0]);
        let limits = PAIRS.iter().map(|pair| (pair.name.to_owned(), pair.factor(window_s))).collect();
        return Some(Chart { of: Charted::Burn(name.clone(), pair.short), unit: "x", limits, below: false });
    }
    let kept = |alert: &&&Alert| {
        let metric = numbers::metric_of(alert.rule, judgement);
        alert.about == *about && metric.is_some_and(|metric| estate.keeps_course(metric.name, entry))
    };
    let terms = match alerts {
        [] => numbers::nearest(estate, judgement, entry, now)?,
        alerts => judgement.terms(alerts.iter().find(kept)?.rule)?,
    };
    let metric = numbers::metric_of(terms.id, judgement)?;
    let thresholds = [("warning", terms.thresholds.warn), ("critical", terms.thresholds.crit)];
    let limits = thresholds.into_iter().filter_map(|(label, value)| Some((label.to_owned(), value?))).collect();
    let of = Charted::Number(metric.name, entry.clone(), terms.id.title());
    Some(Chart { of, unit: terms.unit, limits, below: terms.comparison.below() })
}

impl Reason {
    /// The whole reason as one string: what was found, what that rests on, how it stands, what would clear it, and how
    /// severe it is.
    pub fn line(&self) -> String {
        let mut parts = vec![self.found.clone()];
        parts.extend(self.rests.clone());
        parts.extend(self.standing.clone());
        parts.push(format!("To clear: {}.", self.to_clear));
        parts.push(format!("{}.", self.ranked.words()));
        parts.join(" ")
    }
}

impl Why {
    /// The whole text as one string, as `status` prints it.
    pub fn line(&self) -> String {
        let reasons = self.reasons.iter().map(Reason::line);
        reasons.chain(self.calm.clone()).collect::<Vec<_>>().join(" ")
    }
}
