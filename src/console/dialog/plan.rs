//! The plan of an operation on the screen: everything that a person has to know before they say yes.

use jiff::Timestamp;

use super::title;
use crate::console::desk::{Desk, Paper, Reading};
use crate::console::theme::{Mark, Role, Theme};
use crate::console::widget::mark::glyph;
use crate::console::widget::quantity::{age, span};
use crate::console::widget::words::Words;
use crate::gate;
use crate::operate::{Danger, Intent, Pinned, Plan};

/// Where the person is in the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confirming {
    /// Scrolled down by so many lines.
    pub scroll: u16,
    /// The words that confirm, as typed so far; none while the plan is only read.
    pub typed: Option<String>,
}

/// The width of the labels.
const LABEL: usize = 11;
/// So many changes fit on a small screen beside what they hit.
const FEW: usize = 6;

/// The title of the dialog.
pub(super) fn headed(desk: &Desk) -> Words {
    let of = |intent: &Intent| format!("{} {}", title(intent.operation), intent.target.name);
    match desk.paper() {
        Some(paper) => Words::of(Role::TitleFocused, of(paper.intent())),
        None => Words::none(),
    }
}

/// The lines of the dialog on so many columns, without the last ones that ask.
pub(super) fn lines(desk: &Desk, theme: &Theme, now: Timestamp, columns: usize) -> Vec<Words> {
    match desk.paper() {
        None => Vec::new(),
        Some(Paper::Planning(intent)) => {
            let mut out = Vec::new();
            put(&mut out, "target", &target(&intent.target), columns);
            out.push(Words::none());
            out.push(Words::dim("the service is being looked at; nothing is sent"));
            out
        }
        Some(Paper::Refused(intent, refusal)) => {
            let mut out = Vec::new();
            put(&mut out, "target", &target(&intent.target), columns);
            out.push(Words::none());
            out.push(Words::of(Role::Critical, "There is no plan:"));
            for reason in &refusal.reasons {
                out.extend(Words::say(format!("– {reason}")).wrap(columns));
            }
            out
        }
        Some(Paper::Ready(reading)) => ready(&reading.plan, reading.at, theme, now, columns),
    }
}

fn ready(plan: &Plan, at: Timestamp, theme: &Theme, now: Timestamp, columns: usize) -> Vec<Words> {
    let mut out = Vec::new();
    // What forbids it comes first: nobody is to scroll for that.
    let no = |reason: String| glyph(Mark::Critical, theme).plus(" ").and(Role::Critical, reason);
    let moved = plan.preconditions.iter().filter(|p| !p.holds);
    let moved = moved.map(|p| no(format!("{} is {}, and must be {}", p.field, p.seen, p.required)));
    let forbid = plan.guards.iter().filter(|g| !g.ok).map(|g| no(g.reason.clone()));
    for (i, words) in forbid.chain(moved).enumerate() {
        put(&mut out, if i == 0 { "forbidden" } else { "" }, &words, columns);
    }
    put(&mut out, "target", &target(&plan.target), columns);
    if let Some(uid) = &plan.target.uid {
        put(&mut out, "", &Words::dim(format!("uid {uid}")), columns);
    }
    let hit = match plan.danger {
        Danger::Safe => Words::say(&plan.blast_radius),
        Danger::Disruptive => Words::of(Role::Warning, &plan.blast_radius),
        Danger::DataLoss => Words::of(Role::Critical, &plan.blast_radius),
    };
    // Where more changes than a small screen shows, as in a drain, what it hits comes before them.
    let many = plan.changes.len() > FEW;
    if many {
        put(&mut out, "will hit", &hit, columns);
    }
    let none = "nothing".to_owned();
    for (i, change) in plan.changes.iter().enumerate() {
        let before = change.before.as_ref().unwrap_or(&none);
        let after = change.after.as_ref().unwrap_or(&none);
        let words = Words::say(format!("{} ", change.field))
            .and(Role::Text, before)
            .and(Role::Accent, "  →  ")
            .and(Role::Strong, after);
        put(&mut out, if i == 0 { "change" } else { "" }, &words, columns);
    }
    if !many {
        put(&mut out, "will hit", &hit, columns);
    }
    for (i, call) in plan.calls.iter().enumerate() {
        let name = Words::of(Role::Strong, format!("{}:{}", call.service.word(), call.action));
        put(&mut out, if i == 0 { "call" } else { "" }, &name, columns);
        put(&mut out, "", &Words::dim(&call.cli), columns);
    }
    let by = span(i64::try_from(plan.verification.within_s).unwrap_or(i64::MAX));
    put(&mut out, "seen done", &Words::say(&plan.verification.what).and(Role::Dim, format!(", within {by}")), columns);
    let undo = match &plan.undo {
        None => Words::of(Role::Warning, "there is none"),
        Some(undo) => Words::say(&undo.operation).and(Role::Dim, format!(" {}", undo.given())),
    };
    put(&mut out, "undo", &undo, columns);
    out.push(Words::none());
    let held = plan.preconditions.iter().filter(|p| p.holds);
    let held = held.map(|p| glyph(Mark::Ok, theme).plus(format!(" {} {}", p.field, p.seen)));
    pack(&mut out, "must hold", held, columns);
    let ok = plan.guards.iter().filter(|g| g.ok).map(|g| match g.not_asked {
        Some(_) => glyph(Mark::Unknown, theme).plus(format!(" {}: {}", g.guard.word(), g.reason)),
        None => glyph(Mark::Ok, theme).plus(format!(" {}", g.reason)),
    });
    pack(&mut out, "guards", ok, columns);
    put(&mut out, "seen", &Words::dim(format!("{} ago", age(at, now))), columns);
    out
}

/// Several things on a line, well apart, as many as there is room for; each is kept together where it fits.
fn pack(out: &mut Vec<Words>, label: &str, parts: impl Iterator<Item = Words>, columns: usize) {
    let room = columns.saturating_sub(LABEL);
    let mut label = label;
    let mut line = Words::none();
    for part in parts {
        if !line.is_empty() && line.width() + 3 + part.width() > room {
            put(out, std::mem::take(&mut label), &std::mem::take(&mut line), columns);
        }
        line = if line.is_empty() { part } else { line.plus("   ").then(part) };
    }
    if !line.is_empty() {
        put(out, label, &line, columns);
    }
}

/// The target in full.
pub fn target(target: &Pinned) -> Words {
    let account = match (&target.account, &target.account_id) {
        (Some(name), Some(id)) => Some(format!("{name} {id}")),
        (name, id) => name.clone().or(id.clone()),
    };
    let resource = target.resource.as_deref().map(|r| format!("{r} {}", target.id));
    let parts = [
        account,
        target.region.clone(),
        target.cluster.clone(),
        target.namespace.clone().filter(|n| *n != target.id),
        resource.or(Some(target.id.clone())),
    ];
    Words::of(Role::Strong, parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

/// What is asked at the end of the dialog.
pub(super) fn question(desk: &Desk, confirming: &Confirming, window_open: bool) -> Vec<Words> {
    let leave = Words::dim("esc leaves: nothing has been sent");
    let Some(Reading { plan, .. }) = desk.reading() else { return vec![leave] };
    let failing = plan.guards.iter().filter(|g| !g.ok).count();
    let ask = if failing > 0 {
        let guards = if failing == 1 { "A guard says" } else { "Guards say" };
        let open = if window_open { "" } else { " · o opens a write window" };
        Words::of(Role::Critical, format!("{guards} no: this cannot be done now."))
            .and(Role::Dim, format!(" r plans again{open}"))
    } else if let Some(typed) = &confirming.typed {
        Words::of(Role::Strong, asks_for(plan)).and(Role::Filter, format!("  {typed}")).and(Role::FilterCursor, " ")
    } else if plan.confirm == "yes" {
        Words::of(Role::Strong, "y does it")
    } else {
        Words::of(Role::Strong, "y goes on").and(Role::Dim, format!(" to the words that confirm: {}", plan.confirm))
    };
    vec![ask, leave]
}

fn asks_for(plan: &Plan) -> String {
    if plan.danger == Danger::DataLoss {
        format!("Data will be lost. Type {} to go on:", plan.confirm)
    } else {
        format!("This account is guarded. Type {} to go on:", gate::fit(&plan.confirm, 64))
    }
}

fn put(out: &mut Vec<Words>, label: &str, value: &Words, columns: usize) {
    for (i, line) in value.wrap(columns.saturating_sub(LABEL).max(8)).into_iter().enumerate() {
        let label = if i == 0 { label } else { "" };
        out.push(Words::dim(format!("{label:<LABEL$}")).then(line));
    }
}
