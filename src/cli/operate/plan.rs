//! `quarterdeck operate plan`: the plan and every guard's verdict; and how a plan looks as text.

use std::time::Duration;

use super::{read, settling};
use crate::cli::args::{Format, Planned};
use crate::cli::output::{columns, complain, print_json, print_text};
use crate::cli::{Context, Exit, drive};
use crate::config::EstateFile;
use crate::gate::visible;
use crate::judge::words::UNKNOWN;
use crate::operate::evidence::WindowView;
use crate::operate::machine::{Aim, Brief};
use crate::operate::run::{self, Ground};
use crate::operate::{Intent, Plan, Restraints, Undo};

/// How long what an earlier run left open is looked at, before it is gone on.
pub(super) const SETTLING: Duration = Duration::from_secs(30);

pub(super) fn run(planned: &Planned, context: &Context) -> Exit {
    let wanted = match read(planned, context) {
        Ok(wanted) => wanted,
        Err(exit) => return exit,
    };
    let done = drive(async {
        let ground = wanted.ground(context);
        settling::before(&ground, SETTLING).await;
        show(planned, &wanted.file, wanted.intent.clone(), ground).await
    });
    done.unwrap_or_else(|exit| exit)
}

/// What an operation is begun with, from the command line.
pub(super) fn brief(file: &EstateFile, intent: Intent, past: &[String], aim: Aim, window: WindowView) -> Option<Brief> {
    let window = if file.writes.headless { window } else { WindowView::Forbidden(FORBIDDEN.to_owned()) };
    Restraints::of(&file.declared, file.freezes.clone()).brief(intent, past.to_vec(), aim, window)
}

const FORBIDDEN: &str = "the estate file forbids it ([policy.writes] headless = false): use the console";

/// This build does not have the operation.
pub(super) fn missing(intent: &Intent) -> Exit {
    complain(
        &format!("this build cannot do {}: it was built without its service", intent.operation.name),
        Exit::Refused,
    )
}

async fn show(planned: &Planned, file: &EstateFile, intent: Intent, ground: Ground) -> Exit {
    let Some(brief) = brief(file, intent.clone(), &planned.override_freeze, Aim::Plan, WindowView::MayOpen) else {
        return missing(&intent);
    };
    let running = run::start(ground, brief, None);
    let Ok(ended) = running.ended.await else {
        return complain("a fault of the console; report it, with the log", Exit::Failed);
    };
    let exit = if ended.ending.outcome.is_none() { Exit::Ok } else { Exit::Refused };
    let Some(plan) = ended.ending.plan else {
        return complain(&ended.ending.words.join("\n"), Exit::Refused);
    };
    let printed = match planned.format {
        Format::Json => print_json(&plan),
        Format::Table => print_text(&table(&plan)),
    };
    if printed == Exit::Ok { exit } else { printed }
}

/// A plan for people.
pub(super) fn table(plan: &Plan) -> String {
    let target = &plan.target;
    let account = target.account.as_deref().map(|a| format!("{a} {}", target.account_id.as_deref().unwrap_or("")));
    let place =
        [account, target.region.clone(), target.cluster.clone(), target.namespace.clone(), target.resource.clone()];
    let place = place.into_iter().flatten().chain([target.id.clone()]).collect::<Vec<_>>().join(" · ");
    let mut rows = vec![["target".to_owned(), place]];
    let mut row = |name: &str, words: String| rows.push([name.to_owned(), words]);
    if let Some(uid) = &target.uid {
        row("", format!("uid {uid}"));
    }
    for (i, change) in plan.changes.iter().enumerate() {
        let value = |v: &Option<String>| v.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        let words = format!("{}  {}  →  {}", change.field, value(&change.before), value(&change.after));
        row(if i == 0 { "change" } else { "" }, words);
    }
    row("will hit", plan.blast_radius.clone());
    row("danger", plan.danger.word().to_owned());
    for (i, p) in plan.preconditions.iter().enumerate() {
        let words = if p.seen == p.required { p.seen.clone() } else { format!("{}, must be {}", p.seen, p.required) };
        row(if i == 0 { "holds" } else { "" }, format!("{} {} {words}", if p.holds { "●" } else { "▲" }, p.field));
    }
    for (i, call) in plan.calls.iter().enumerate() {
        row(if i == 0 { "call" } else { "" }, format!("{}:{}", call.service.word(), call.action));
        row("", call.cli.clone());
    }
    row("seen done", format!("{}, within {} s", plan.verification.what, plan.verification.within_s));
    row("undo", plan.undo.as_ref().map_or_else(|| "none".to_owned(), Undo::to_string));
    for (i, guard) in plan.guards.iter().enumerate() {
        let sign = match (guard.ok, &guard.not_asked) {
            (false, _) => "▲ no  ",
            (true, Some(_)) => "○ open",
            (true, None) => "● ok  ",
        };
        row(if i == 0 { "guards" } else { "" }, format!("{sign} {}: {}", guard.guard.word(), guard.reason));
    }
    row("confirm", plan.confirm.clone());
    let verdict = if plan.runs { "it may run" } else { "it may not run" };
    format!("{} of {}\n{}{verdict}\n", visible(&plan.operation), visible(&target.name), columns(&rows))
}
