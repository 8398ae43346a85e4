//! What a rule found, as facts, and the sentences that say it.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::burn::Pair;
use super::metric::Metric;
use super::standing::MARGIN;
use super::{Alert, Footing, RuleId, Subject, words};
use crate::estate::SourceState;

/// What a rule found. The value, the threshold and the subject stand in the alert.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Finding {
    /// Words that were made at once: of rules that few things can break.
    Said { brief: String, sentence: String },
    /// A database's number: of which member, and of how many at most.
    Number { name: &'static str, verb: &'static str, member: String, of: Option<(f64, f64)> },
    /// Node groups: the fullest one's name, desired and max.
    Full { group: String, desired: u32, max: u32 },
    /// Nodes that are not ready, the first of them by name.
    NotReady { total: usize, names: Vec<String> },
    /// What the nodes of a cluster use, over so many nodes.
    Used { name: &'static str, nodes: usize },
    /// A service's number, and what stands between its name and the value.
    App { name: &'static str, verb: &'static str },
    /// Pods that have been pending for five minutes.
    Pending,
    /// A workload that lacks replicas, or whose rollout is stuck.
    Degraded { available: u32, wanted: u32, stuck: Option<String> },
    /// Pods that restarted.
    Restarts { pods: usize, crash_looping: usize },
    /// An SLO that burns: the worst pair, its windows' burns, the long window's events, and when nothing will be left.
    Burns { pair: &'static Pair, burns: (f64, f64), events: Option<(f64, f64)>, objective: f64, gone_in_s: Option<f64> },
    /// What is left of an SLO's budget, whose window is so many seconds long.
    Left { window: Arc<str> },
    /// What is spent, or forecast to be, of a limit; US dollars.
    Spent { usd: f64, limit: f64, forecast: bool },
    /// A number of the team's own rule.
    Measured(&'static Metric),
    /// A number that is not known any more.
    Unseen { rule: RuleId },
    /// A source fails: who, why, since when its facts stand, when it tries again.
    Fails { source: Arc<str>, reason: String, age: Option<String> },
}

impl Finding {
    /// The pair of windows that it is about, where it is about one.
    pub(super) fn pair(&self) -> Option<&'static Pair> {
        match self {
            Self::Burns { pair, .. } => Some(pair),
            _ => None,
        }
    }

    /// A few words for a list.
    pub(super) fn brief(&self, alert: &Alert) -> String {
        let value = || words::measure(alert.value.unwrap_or_default(), alert.unit);
        let count = alert.value.map_or(0, whole);
        match self {
            Self::Said { brief, .. } => brief.clone(),
            Self::Number { name, .. } | Self::App { name, .. } => format!("{name} {}", value()),
            Self::Full { group, desired, max } => {
                let near = if desired >= max { "at its max" } else { "near its max" };
                format!("node group {group} {near}, {desired} of {max}")
            }
            Self::NotReady { .. } => format!("{} not ready", words::count(count, "node", "nodes")),
            Self::Used { name, .. } => format!("{name} of its nodes {}", value()),
            Self::Pending => format!("{} pending for 5 min", words::count(count, "pod", "pods")),
            Self::Degraded { available, wanted, stuck } => match (stuck, wanted.saturating_sub(*available)) {
                (Some(reason), 0) => format!("rollout stuck: {reason}"),
                (Some(reason), _) => format!("{available} of {wanted} available, rollout stuck: {reason}"),
                (None, _) => format!("{available} of {wanted} available"),
            },
            Self::Restarts { crash_looping, .. } => {
                format!("{} restarts /h{}", value_of(alert), crashing(*crash_looping))
            }
            Self::Burns { pair, burns, gone_in_s, .. } => {
                format!("burns {} ({}){}", words::measure(burns.0, "x"), pair.name, gone(*gone_in_s))
            }
            Self::Left { .. } => format!("{} of its error budget left", value()),
            Self::Spent { limit, forecast: false, .. } => format!("spent {} of {}", value(), words::usd(*limit)),
            Self::Spent { usd, limit, forecast: true } => {
                format!("forecast {}, {} of {}", words::usd(*usd), value(), words::usd(*limit))
            }
            Self::Measured(metric) => format!("{} {}", metric.what, value()),
            Self::Unseen { rule } => match alert.value {
                Some(_) => format!("{} was {}, not known now", rule.title(), value()),
                None => format!("{}, not known now", rule.title()),
            },
            Self::Fails { age: Some(age), .. } => format!("fails, facts {age} old"),
            Self::Fails { age: None, .. } => "fails, no facts yet".to_owned(),
        }
    }

    /// The rule and the number against the threshold, as a whole sentence.
    pub(super) fn sentence(&self, alert: &Alert) -> String {
        let value = || words::measure(alert.value.unwrap_or_default(), alert.unit);
        let count = alert.value.map_or(0, whole);
        let against = alert.against();
        match self {
            Self::Said { sentence, .. } => sentence.clone(),
            Self::Number { member, of: Some((n, most)), .. } => format!(
                "{member} has {} connections of {} at most, {}, {against}.",
                words::number(*n),
                words::number(*most),
                value()
            ),
            Self::Number { name, verb, member, of: None } => {
                format!("The {name} of {member} {verb} {}, {against}.", value())
            }
            Self::Full { group, desired, max } => {
                format!("Node group {group} wants {desired} of {max} nodes at most, {}, {against}.", value())
            }
            Self::NotReady { total, names } => format!(
                "{} of {} not ready, {against}: {}.",
                value_of(alert),
                words::count(*total, "node is", "nodes are"),
                words::list(names, 4),
            ),
            Self::Used { name, nodes } => {
                let nodes = words::count(*nodes, "node", "nodes");
                format!("{nodes} of {} together use {} of their {name}, {against}.", thing(&alert.about), value())
            }
            Self::App { name, verb } => format!("The {name} of {} {verb} {}, {against}.", thing(&alert.about), value()),
            Self::Pending => {
                let (pods, verb) = (words::count(count, "pod", "pods"), if count == 1 { "is" } else { "are" });
                format!("{pods} {verb} pending for 5 min or longer, {against}.")
            }
            Self::Degraded { available, wanted, stuck } => {
                let stuck = stuck.as_deref().map_or_else(String::new, |r| format!(", its rollout is stuck ({r})"));
                let missing = wanted.saturating_sub(*available);
                let thing = thing(&alert.about);
                format!("{thing} has {available} of {wanted} available{stuck}: {missing} missing, {against}.")
            }
            Self::Restarts { pods, crash_looping } => format!(
                "{} of {} restarted {} times in the last hour{}, {against}.",
                words::count(*pods, "pod", "pods"),
                thing(&alert.about),
                value_of(alert),
                crashing(*crash_looping),
            ),
            Self::Burns { pair, burns, events, objective, .. } => burning(alert, pair, *burns, *events, *objective),
            Self::Left { window } => format!("{} of the error budget of {window} is left, {against}.", value()),
            Self::Spent { usd, limit, forecast: false } => {
                format!("{} of {} is spent, {}, {against}.", words::usd(*usd), words::usd(*limit), value())
            }
            Self::Spent { usd, limit, forecast: true } => {
                format!("The forecast is {}, {} of {}, {against}.", words::usd(*usd), value(), words::usd(*limit))
            }
            Self::Measured(metric) => {
                format!("{}: {} ({}) {}, {against}.", thing(&alert.about), metric.what, metric.name, value())
            }
            Self::Unseen { rule } => {
                format!(
                    "{}: the {} of {} is not known now; it stands as it stood.",
                    thing(&alert.about),
                    rule.title(),
                    value()
                )
            }
            Self::Fails { source, reason, .. } => {
                let stop = if reason.ends_with(['.', '?', '!']) { "" } else { "." };
                format!("{source} fails: {reason}{stop}")
            }
        }
    }
}

/// The rule of a pair of windows, their burns, and the events that they were counted from.
fn burning(alert: &Alert, pair: &Pair, burns: (f64, f64), events: Option<(f64, f64)>, objective: f64) -> String {
    let events = events.map_or_else(String::new, |(bad, total)| {
        format!(
            " {} of {} events were bad in {}; the objective allows {} %.",
            words::number(bad),
            words::number(total),
            pair.long.word(),
            words::threshold(100.0 - objective),
        )
    });
    let factor = words::threshold(alert.threshold.unwrap_or_default());
    let fires = match alert.footing {
        Footing::Breaks => format!("fires above {factor}× in both windows"),
        Footing::Unseen => format!("fired above {factor}× in both windows, and nothing says that it has ended"),
        Footing::Held { until: None } => {
            format!("fires above {factor}× in both windows and is not clear yet by {} %", 100.0 * MARGIN)
        }
        Footing::Held { until: Some(until) } => {
            let until = until.to_zoned(TimeZone::UTC).strftime("%H:%M:%S");
            format!("fires above {factor}× in both windows, is back, and held until {until} UTC")
        }
    };
    let (long, short) = (words::number(burns.0), words::number(burns.1));
    format!("{} {fires}: {} {long}×, {} {short}×.{events}", pair.name, pair.long.word(), pair.short.word())
}

/// What an alert rests on.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rests {
    /// Nothing was said of it.
    Nothing,
    /// A source, when what it said was true, and how it is doing.
    On { source: Arc<str>, as_of: Timestamp, state: SourceState },
    /// A source that has not said when its facts were true.
    Source(Arc<str>),
    /// A source that fails: when its last facts were true, and when it tries again.
    Facts { as_of: Option<Timestamp>, next_try_at: Option<Timestamp> },
}

impl Rests {
    /// It in words without a full stop, at `now`; none where nothing was said of it.
    pub(super) fn words(&self, now: Timestamp) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Source(source) => Some(source.as_ref().to_owned()),
            Self::On { source, as_of, state } => {
                let state = match state {
                    SourceState::Live => String::new(),
                    other => format!(", {} now", other.word()),
                };
                let (at, age) = (words::second(*as_of, now), words::age(*as_of, now));
                Some(format!("{source}, as of {at} UTC, {age} ago{state}"))
            }
            Self::Facts { as_of, next_try_at } => {
                let last = match as_of {
                    Some(at) => format!("its last facts are {} old", words::age(*at, now)),
                    None => "it has told nothing yet".to_owned(),
                };
                let next =
                    next_try_at.map_or_else(String::new, |at| format!("; next try at {} UTC", words::second(at, now)));
                Some(format!("Now {last}{next}"))
            }
        }
    }
}

/// A workload, or what else owns pods, in words: `deployment shop/cart`.
fn thing(about: &Subject) -> String {
    match about {
        Subject::Workload(_, key) => format!("{} {}/{}", key.kind.word(), key.name.namespace, key.name.name),
        Subject::Pods(_, kind, name) => format!("{kind} {}/{}", name.namespace, name.name),
        Subject::Entry(entry) => entry.name().to_owned(),
        Subject::Source(key) => key.title().to_owned(),
    }
}

fn value_of(alert: &Alert) -> String {
    words::number(alert.value.unwrap_or_default())
}

fn crashing(pods: usize) -> String {
    match pods {
        0 => String::new(),
        n => format!(", {} crash looping", words::count(n, "pod", "pods")),
    }
}

/// When nothing will be left, as the end of a phrase.
fn gone(in_s: Option<f64>) -> String {
    match in_s {
        Some(s) if s <= 0.0 => ", nothing is left".to_owned(),
        Some(s) => format!(", budget gone in {}", words::span_f64(s)),
        None => String::new(),
    }
}

fn whole(value: f64) -> usize {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of a float saturates, which is what is wanted"
    )]
    let whole = value as usize;
    whole
}
