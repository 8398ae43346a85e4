//! What would clear an alert.

use crate::estate::{Estate, SourceState};
use crate::judge::burn::{self, Pair};
use crate::judge::finding::Finding;
use crate::judge::{Alert, Footing, Judgement, RuleId, Subject, words};

/// What would clear an alert, without a full stop.
pub(super) fn words(estate: &Estate, judgement: &Judgement, alert: &Alert) -> String {
    let hold = judgement.terms(alert.rule).map_or(0, |terms| terms.patience.hold.as_secs());
    let stay = if hold > 0 { format!(" and stay there for {}", words::span(hold)) } else { String::new() };
    if alert.footing == Footing::Unseen {
        return "its value must be known again, and in order".to_owned();
    }
    match (alert.rule, &alert.finding) {
        (RuleId::SloBurn, Finding::Burns { pair, objective, .. }) => {
            burn_clears(estate, alert, pair, *objective, &stay)
        }
        (RuleId::SloBudget, _) => format!(
            "more than {} % of the budget must be left{stay}: bad events have to age out of the window",
            words::threshold(alert.threshold.unwrap_or_default()),
        ),
        (RuleId::DatabaseStatus, _) => "RDS must say that the cluster and every member are available".to_owned(),
        (RuleId::ClusterStatus, _) => "EKS must say that the cluster is ACTIVE and nothing of it is broken".to_owned(),
        (RuleId::AccountIdentity, _) => {
            "STS must say the configured account id: correct the credentials or the estate file".to_owned()
        }
        (RuleId::SourceFailing, _) => match &alert.about {
            Subject::Source(key) => {
                let state = estate.sources().iter().find(|s| s.key == *key).map(|s| s.state);
                if state == Some(SourceState::Live) { "it answers again" } else { "it must answer" }.to_owned()
            }
            _ => "it must answer".to_owned(),
        },
        _ => {
            let Some(threshold) = alert.threshold else { return "the rule must not be broken any more".to_owned() };
            let back = words::with_unit(words::threshold(alert.comparison.clears_at(threshold)), alert.unit);
            format!("{} must come to {back} or {}{stay}", alert.rule.title(), better(alert))
        }
    }
}

fn better(alert: &Alert) -> &'static str {
    if alert.comparison.below() { "above" } else { "below" }
}

/// The short window clears first: what its burn must come to, as a share of errors and as events at today's traffic.
fn burn_clears(estate: &Estate, alert: &Alert, pair: &Pair, objective: f64, stay: &str) -> String {
    let factor = alert.threshold.unwrap_or(1.0);
    let clear = alert.comparison.clears_at(factor);
    let short = pair.short.word();
    let budget = burn::budget_ratio(objective).unwrap_or_default();
    let share = words::number(100.0 * clear * budget);
    let total = match &alert.about {
        Subject::Entry(entry) => estate.slo(entry.name()).and_then(|s| s.counts.as_ref()),
        _ => None,
    };
    let total = total.and_then(|k| k.value.windows[burn::index(pair.short)].total);
    let events = total.map_or_else(String::new, |total| {
        let bad = words::number((total * clear * budget).floor());
        format!("; at today's traffic at most {bad} bad events of {} in {short}", words::number(total))
    });
    format!("the {short} burn must come to {}×, {share} % errors, or below{stay}{events}", words::threshold(clear))
}
