//! The rule as a sentence, and the numbers against their thresholds.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::Measured;
use crate::estate::{EntryRef, Estate};
use crate::judge::burn::{PAIRS, Reading, index};
use crate::judge::finding::Finding;
use crate::judge::metric::{Metric, Read};
use crate::judge::policy::Terms;
use crate::judge::{Alert, Comparison, Judgement, Level, RuleId, Subject, words};

/// What a rule compares with what, and how long it waits.
pub(super) fn rule_sentence(estate: &Estate, judgement: &Judgement, alert: &Alert) -> String {
    if let (RuleId::SloBurn, Finding::Burns { pair, .. }, Subject::Entry(EntryRef::Slo(name))) =
        (alert.rule, &alert.finding, &alert.about)
        && let Some(slo) = estate.slo(name)
    {
        let level = if pair.level == Level::Critical { "page" } else { "ticket" };
        return format!(
            "{level} when burn > {} over {} and over {} ({} % of a {} budget in {})",
            words::threshold(pair.factor(slo.declared.window_s)),
            pair.long.word(),
            pair.short.word(),
            pair.share_percent,
            slo.declared.window,
            pair.long.word(),
        );
    }
    let Some(terms) = judgement.terms(alert.rule) else { return alert.rule.word().to_owned() };
    let limit = |t: f64| words::with_unit(words::threshold(t), terms.unit);
    let relation = terms.comparison.word();
    let title = alert.rule.title();
    let mut says = match (terms.thresholds.warn, terms.thresholds.crit) {
        (Some(warn), Some(crit)) => {
            format!("{title} {relation} {} warns, {relation} {} is critical", limit(warn), limit(crit))
        }
        (Some(warn), None) => format!("{title} {relation} {} warns", limit(warn)),
        (None, Some(crit)) => format!("{title} {relation} {} is critical", limit(crit)),
        (None, None) => match alert.rule {
            RuleId::DatabaseStatus => "a stopped or changing database warns, a failed one is critical".to_owned(),
            RuleId::ClusterStatus => "a changing or degraded cluster warns, a failed one is critical".to_owned(),
            RuleId::AccountIdentity => "credentials of another account than the configured one are critical".to_owned(),
            RuleId::SourceFailing => "a source that fails warns".to_owned(),
            _ => format!("{title} as the service says"),
        },
    };
    let (wait, hold) = (terms.patience.wait.as_secs(), terms.patience.hold.as_secs());
    if wait > 0 {
        let _ = write!(says, ", once it has for {}", words::span(wait));
    }
    if hold > 0 && !alert.rule.about_state() {
        let _ = write!(says, "; clears after {} back", words::span(hold));
    }
    says
}

/// The numbers that decided an alert.
pub(super) fn of_alert(alert: &Alert) -> Vec<Measured> {
    if let Finding::Burns { pair, burns: (long, short), .. } = alert.finding {
        let factor = alert.threshold;
        let one = |window: crate::estate::Window, burn: f64| Measured {
            name: format!("burn over {}", window.word()),
            value: Some(burn).filter(|b| b.is_finite()),
            unit: "x",
            comparison: Comparison::Above,
            threshold: factor,
            level: if factor.is_some_and(|f| Comparison::Above.breaks(burn, f)) { pair.level } else { Level::Ok },
        };
        return vec![one(pair.long, long), one(pair.short, short)];
    }
    alert.value.map_or_else(Vec::new, |value| {
        vec![Measured {
            name: alert.rule.title().to_owned(),
            value: Some(value),
            unit: alert.unit,
            comparison: alert.comparison,
            threshold: alert.threshold,
            level: alert
                .threshold
                .map_or(alert.level, |t| if alert.comparison.breaks(value, t) { alert.level } else { Level::Ok }),
        }]
    })
}

/// Every number of a thing that a rule in force holds against thresholds.
pub(super) fn of(estate: &Estate, judgement: &Judgement, about: &Subject, now: Timestamp) -> Vec<Measured> {
    let Subject::Entry(entry) = about else { return Vec::new() };
    let mut out = Vec::new();
    if let EntryRef::Slo(name) = entry {
        out.extend(burns(estate, name));
    }
    for terms in judgement.terms_in_force() {
        let Some(metric) = metric_of(terms.id, judgement) else { continue };
        let Some(Number(value)) = read(estate, metric, entry, now) else { continue };
        out.push(against(terms, value));
    }
    out
}

fn against(terms: &Terms, value: Option<f64>) -> Measured {
    let level = value.map_or(Level::Unknown, |value| terms.reach(value).now);
    let first = terms.thresholds.warn.or(terms.thresholds.crit);
    Measured {
        name: terms.id.title().to_owned(),
        value,
        unit: terms.unit,
        comparison: terms.comparison,
        threshold: terms.threshold(level).or(first),
        level,
    }
}

/// The burn over the long window of each pair, against the pair's factor.
fn burns(estate: &Estate, name: &str) -> Vec<Measured> {
    let Some(slo) = estate.slo(name) else { return Vec::new() };
    let declared = &slo.declared;
    let reading = slo
        .counts
        .as_ref()
        .map_or(Reading::NONE, |k| Reading::of(&k.value, declared.objective, declared.window_s, declared.min_events));
    let pairs = PAIRS.iter().zip(reading.pairs);
    let burn = |(pair, fires): (&crate::judge::burn::Pair, Option<bool>)| Measured {
        name: format!("burn over {} ({})", pair.long.word(), pair.name),
        value: reading.burn[index(pair.long)],
        unit: "x",
        comparison: Comparison::Above,
        threshold: Some(pair.factor(declared.window_s)),
        level: match fires {
            Some(true) => pair.level,
            Some(false) => Level::Ok,
            None => Level::Unknown,
        },
    };
    pairs.map(burn).collect()
}

/// The number of the catalogue that a rule judges.
pub(super) fn metric_of(id: RuleId, judgement: &Judgement) -> Option<&'static Metric> {
    match id {
        RuleId::ClusterNodesPercentOfMax => Metric::of("nodegroup.percent_of_max"),
        RuleId::ClusterPodsPending => Metric::of("cluster.pods_pending_5m"),
        RuleId::SloBudget => Metric::of("slo.remaining_percent"),
        RuleId::Team(_) => judgement.metric(id),
        id => Metric::of(id.word()),
    }
}

/// The rule whose number is nearest to its first threshold, among those of which a course is kept.
pub(super) fn nearest<'a>(
    estate: &Estate,
    judgement: &'a Judgement,
    entry: &EntryRef,
    now: Timestamp,
) -> Option<&'a Terms> {
    let near = |terms: &'a Terms| {
        let metric = metric_of(terms.id, judgement)?;
        let Number(value) = read(estate, metric, entry, now)?;
        let (value, limit) = (value?, terms.thresholds.warn.or(terms.thresholds.crit)?);
        estate.course(metric.name, entry)?;
        let share = if terms.comparison.below() { limit / value } else { value / limit };
        share.is_finite().then_some((share, terms))
    };
    judgement.terms_in_force().filter_map(near).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, terms)| terms)
}

/// A number that an entry of this kind has, known or not.
struct Number(Option<f64>);

/// A number of an entry; none where the number is not of that kind of entry, and none inside where it is not known.
fn read(estate: &Estate, metric: &Metric, entry: &EntryRef, now: Timestamp) -> Option<Number> {
    match (metric.read, entry) {
        (Read::Account(read), EntryRef::Account(name)) => estate.account(name).map(|state| Number(read(state))),
        (Read::Cluster(read), EntryRef::Cluster(name)) => estate.cluster(name).map(|c| Number(read(c, now))),
        (Read::Database(read), EntryRef::Database(name)) => estate.database(name).map(|state| Number(read(state))),
        (Read::Service(read), EntryRef::Service(name)) => estate.service(name).map(|state| Number(read(state))),
        (Read::Budget(read), EntryRef::Budget(name)) => estate.budget(name).map(|state| Number(read(state))),
        (Read::Slo(read), EntryRef::Slo(name)) => estate.slo(name).map(|slo| {
            let declared = &slo.declared;
            let reading = slo.counts.as_ref().map_or(Reading::NONE, |k| {
                Reading::of(&k.value, declared.objective, declared.window_s, declared.min_events)
            });
            Number(read(slo, &reading))
        }),
        _ => None,
    }
}
