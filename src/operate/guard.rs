//! The guards: each says whether an operation may go on, and why. All are asked, whatever the others say; one that could
//! not be judged says no.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::evidence::{Evidence, WindowView};
use super::freeze::Freeze;
use super::machine::Brief;
use super::{Call, Draft, Guard, GuardVerdict, Inquiry, Permit, Service};

/// How old the facts may be on which a plan rests, seconds.
pub const FRESH_S: i64 = 60;

/// What a plan rests on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// When the oldest of it was seen.
    pub at: Timestamp,
    /// Why some of it could not be seen.
    pub unseen: &'a [String],
    /// Why there can be no plan, where there can be none.
    pub unplanned: Option<&'a [String]>,
}

/// Every guard's verdict, in the order in which they are shown.
pub fn judge(brief: &Brief, draft: &Draft, facts: Facts<'_>, evidence: &Evidence, now: Timestamp) -> Vec<GuardVerdict> {
    let verdict = |guard| match guard {
        Guard::WriteWindow => window(&brief.window, now),
        Guard::Identity => said(guard, evidence.identity.proven.clone()),
        Guard::Permission if facts.unplanned.is_some() => {
            said(guard, Err("without a plan there is no call to ask about".to_owned()))
        }
        Guard::Permission => match evidence.withheld.as_ref().filter(|_| !draft.calls.is_empty()) {
            Some(why) => GuardVerdict {
                not_asked: Some(format!("whether the calls are allowed: {why}")),
                ..said(guard, Ok(format!("not asked, because {why}; it is asked once that is done, before any call")))
            },
            None => said(guard, permission(&draft.calls, &evidence.permits)),
        },
        Guard::FreshFacts => fresh(facts, now),
        Guard::Preconditions => match facts.unplanned {
            Some(reasons) => said(guard, Err(reasons.join("; "))),
            None => preconditions(draft, evidence),
        },
        Guard::Freeze => freeze(brief, now),
        Guard::OtherOperation => other(&evidence.other),
        Guard::Journal => journal(&evidence.journal),
    };
    Guard::ALL.into_iter().map(verdict).collect()
}

/// Why the guards that say no do.
pub fn reasons(guards: &[GuardVerdict]) -> Vec<String> {
    guards.iter().filter(|g| !g.ok).map(|g| format!("{}: {}", g.guard.word(), g.reason)).collect()
}

impl Guard {
    /// Its word in a plan.
    pub fn word(self) -> &'static str {
        match self {
            Self::WriteWindow => "write_window",
            Self::Identity => "identity",
            Self::Permission => "permission",
            Self::FreshFacts => "fresh_facts",
            Self::Preconditions => "preconditions",
            Self::Freeze => "freeze",
            Self::OtherOperation => "other_operation",
            Self::Journal => "journal",
        }
    }
}

fn said(guard: Guard, judged: Result<String, String>) -> GuardVerdict {
    let ok = judged.is_ok();
    let (Ok(reason) | Err(reason)) = judged;
    GuardVerdict { guard, ok, reason, not_asked: None }
}

fn window(view: &WindowView, now: Timestamp) -> GuardVerdict {
    said(
        Guard::WriteWindow,
        match view {
            WindowView::Open { reason, closes_at } if now < *closes_at => {
                let left = closes_at.duration_since(now).as_secs();
                Ok(format!("open for {}:{:02} more: {reason}", left / 60, left % 60))
            }
            WindowView::Open { .. } => Err("the write window has closed; open it again".to_owned()),
            WindowView::MayOpen => Ok("one may be opened for this operation".to_owned()),
            WindowView::Closed => Err("no write window is open; open one, with a reason".to_owned()),
            WindowView::Forbidden(why) => Err(why.clone()),
        },
    )
}

/// Every call must be allowed; each that is not is named.
fn permission(calls: &[Call], permits: &[Permit]) -> Result<String, String> {
    let mut against = Vec::new();
    let mut known = Vec::new();
    for (i, call) in calls.iter().enumerate() {
        match permits.get(i) {
            Some(Permit::Allowed(how)) => known.push(how.clone()),
            Some(Permit::Denied(why)) => against.push(why.clone()),
            Some(Permit::Unknown(why)) => against.push(format!("{} could not be asked about: {why}", call.action)),
            None => against.push(format!("{} was not asked about", call.action)),
        }
    }
    for list in [&mut against, &mut known] {
        let mut seen = std::collections::BTreeSet::new();
        list.retain(|words| seen.insert(words.clone()));
    }
    if !against.is_empty() {
        return Err(against.join("; "));
    }
    Ok(if known.is_empty() { "no call is needed".to_owned() } else { known.join("; ") })
}

/// What came of asking, as whoever acts, what could not be asked before: in words, or every reason against it.
///
/// # Errors
/// Rights that are missing, dry runs that fail, and whatever was not answered.
pub fn inquired(calls: &[Call], inquiry: &Inquiry) -> Result<String, Vec<String>> {
    let mut reasons = Vec::new();
    let allowed = permission(calls, &inquiry.permits).map_err(|why| reasons.push(format!("permission: {why}")));
    let against = calls.iter().enumerate().filter_map(|(i, call)| match inquiry.rehearsed.get(i) {
        Some(Ok(())) => None,
        Some(Err(why)) => Some(format!("preconditions: {why}")),
        None => Some(format!("preconditions: {} was not rehearsed", call.action)),
    });
    reasons.extend(against);
    match allowed {
        Ok(words) if reasons.is_empty() => Ok(format!("{words}; no dry run speaks against it")),
        _ => Err(reasons),
    }
}

fn fresh(facts: Facts<'_>, now: Timestamp) -> GuardVerdict {
    let age = now.duration_since(facts.at).as_secs();
    let judged = if !facts.unseen.is_empty() {
        Err(facts.unseen.join("; "))
    } else if age > FRESH_S {
        Err(format!("the facts are {age} s old, {FRESH_S} s at most; look again"))
    } else {
        Ok(format!("seen {} s ago", age.max(0)))
    };
    said(Guard::FreshFacts, judged)
}

fn preconditions(draft: &Draft, evidence: &Evidence) -> GuardVerdict {
    let rehearsed = &evidence.rehearsed;
    let withheld = evidence.withheld.as_ref().filter(|_| !draft.calls.is_empty());
    let failing = draft.preconditions.iter().filter(|p| !p.holds);
    let mut against: Vec<String> =
        failing.map(|p| format!("{} is {}, and must be {}", p.field, p.seen, p.required)).collect();
    against.extend(rehearsed.iter().filter_map(|r| r.as_ref().err()).cloned());
    let judged = if against.is_empty() {
        // RDS and EKS have no dry run.
        let has_one = draft.calls.iter().any(|c| c.service == Service::Kubernetes);
        let dry = match withheld {
            Some(why) => format!("; the dry run was not asked for, because {why}"),
            None if has_one && !rehearsed.is_empty() => "; no dry run speaks against it".to_owned(),
            None => String::new(),
        };
        Ok(format!("{} of {} hold{dry}", draft.preconditions.len(), draft.preconditions.len()))
    } else {
        Err(against.join("; "))
    };
    let not_asked = withheld.map(|why| format!("the server's dry run: {why}"));
    GuardVerdict { not_asked, ..said(Guard::Preconditions, judged) }
}

/// Deny beats allow: every freeze in force must be gone past by name, and allow it.
pub fn freeze(brief: &Brief, now: Timestamp) -> GuardVerdict {
    let account = brief.intent.target.account.as_deref();
    let operation = brief.intent.operation.name;
    let mut against = Vec::new();
    let mut past = Vec::new();
    for freeze in &brief.freezes {
        if !freeze.holds_for(account, operation) {
            continue;
        }
        let Some(until) = freeze.in_force(now) else { continue };
        let named = brief.past.iter().any(|name| name == &freeze.name);
        match (freeze.may_override, named) {
            (true, true) => past.push(freeze.name.clone()),
            (true, false) => against.push(format!(
                "{}; with a reason a person may go past it: --override-freeze \"{}\"",
                words(freeze, until),
                freeze.name
            )),
            (false, _) => against.push(format!("{}; nobody may go past it", words(freeze, until))),
        }
    }
    said(
        Guard::Freeze,
        match (against.is_empty(), past.is_empty()) {
            (false, _) => Err(against.join("; ")),
            (true, false) => Ok(format!("gone past by name: {}", past.join(", "))),
            (true, true) => Ok("no freeze is in force".to_owned()),
        },
    )
}

fn words(freeze: &Freeze, until: Timestamp) -> String {
    let zone = if freeze.zone.iana_name().is_some() { freeze.zone.clone() } else { TimeZone::UTC };
    let until = until.to_zoned(zone).strftime("%a %Y-%m-%d %H:%M %Z").to_string();
    format!("freeze \"{}\" is in force until {until}", freeze.name)
}

fn other(judged: &Result<Option<String>, String>) -> GuardVerdict {
    said(
        Guard::OtherOperation,
        match judged {
            Ok(None) => Ok("nobody else acts on it".to_owned()),
            Ok(Some(who)) => Err(who.clone()),
            Err(why) => Err(format!("it cannot be told whether somebody acts on it: {why}")),
        },
    )
}

fn journal(judged: &Result<u64, String>) -> GuardVerdict {
    said(Guard::Journal, judged.clone().map(|entries| format!("whole, {entries} entries, and can be written")))
}
