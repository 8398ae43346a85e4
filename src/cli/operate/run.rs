//! `quarterdeck operate run`: the whole path, and what is told of it on the way. A terminal that goes away, a reader that
//! closes the pipe, a signal: nothing of it stops what was sent.

use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::plan::{self, SETTLING};
use super::{background, read, settling};
use crate::cli::args::{Format, Run};
use crate::cli::output::{complain, escaped};
use crate::cli::{Context, Exit, drive};
use crate::config::EstateFile;
use crate::gate::visible;
use crate::operate::evidence::WindowView;
use crate::operate::journal::{Entry, EventKind, Outcome, chain};
use crate::operate::machine::{Aim, Stage};
use crate::operate::run::{self, Command, Ended, Ground, Told};
use crate::operate::{Intent, WriteWindow};

pub(super) fn run(run: &Run, context: &Context) -> Exit {
    if run.in_background {
        // In a session of its own no terminal that goes away takes it along.
        let _ = rustix::process::setsid();
    }
    let wanted = match read(&run.what, context) {
        Ok(wanted) => wanted,
        Err(exit) => return exit,
    };
    if run.reason.trim().is_empty() {
        return complain("say why with --reason: an incident, or words", Exit::Usage);
    }
    if run.detach {
        return background::start(run);
    }
    let done = drive(async {
        let stop = signals();
        let ground = wanted.ground(context);
        settling::before(&ground, SETTLING).await;
        go(run, &wanted.file, wanted.intent.clone(), ground, stop).await
    });
    done.unwrap_or_else(|exit| exit)
}

/// Whoever asks the process to end; what is on its way decides whether it may.
fn signals() -> mpsc::UnboundedReceiver<()> {
    let (tell, told) = mpsc::unbounded_channel();
    for kind in [SignalKind::hangup(), SignalKind::terminate(), SignalKind::interrupt(), SignalKind::quit()] {
        let Ok(mut signal) = signal(kind) else { continue };
        let tell = tell.clone();
        tokio::spawn(async move {
            while signal.recv().await.is_some() {
                let _ = tell.send(());
            }
        });
    }
    // A file that may not grow is an error of its writing, not the end of the process.
    #[cfg(target_os = "linux")]
    let _ = signal(SignalKind::from_raw(25));
    told
}

async fn go(
    run: &Run,
    file: &EstateFile,
    intent: Intent,
    ground: Ground,
    mut stop: mpsc::UnboundedReceiver<()>,
) -> Exit {
    let format = if run.in_background { Format::Json } else { run.what.format };
    let clock = ground.clock.clone();
    let Some(window) = WriteWindow::open(&run.reason, file.writes.window, clock.now()) else {
        return complain(
            "the write window cannot be opened: its length in [policy.writes] is out of range",
            Exit::Refused,
        );
    };
    let view = WindowView::Open { reason: window.reason().to_owned(), closes_at: window.closes_at() };
    let Some(brief) = plan::brief(file, intent.clone(), &run.what.override_freeze, Aim::Run, view) else {
        return plan::missing(&intent);
    };
    let mut running = run::start(ground, brief, Some(window.reason().to_owned()));
    loop {
        tokio::select! {
            told = running.told.recv() => match told {
                Some(Told::Asked(asked)) => {
                    if format == Format::Table {
                        let _ = out(&plan::table(&asked));
                    }
                    let pass = window.pass(clock.now());
                    let _ = running.commands.send(Command::Confirm { words: run.confirm.clone(), pass });
                }
                Some(Told::Entry(entry)) => {
                    let heard = out(&line(&entry, format));
                    // Whoever waits for it to be recorded and went away before that has broken it off.
                    if run.in_background && !heard && matches!(entry.note.event, EventKind::Planned) {
                        let _ = running.commands.send(Command::Leave);
                    }
                }
                Some(Told::Now { at, stage, words }) => if format == Format::Table {
                    let _ = out(&format!("{}  {:<11} {}\n", clock_of(at), stage_word(stage), visible(&words)));
                },
                None => break,
            },
            Some(()) = stop.recv() => {
                let _ = running.commands.send(Command::Leave);
                say("asked to end: what was sent is gone on with; what was not is left");
            }
        }
    }
    if let Ok(ended) = running.ended.await {
        return close(&ended, format, run.what.demo.is_some());
    }
    say("a fault of the console; the next start tells what became of it");
    Exit::Outcome(Outcome::Unknown)
}

/// Says how it ended.
fn close(ended: &Ended, format: Format, demo: bool) -> Exit {
    let outcome = ended.ending.outcome.unwrap_or(Outcome::Failed);
    let number = ended.operation.as_deref().unwrap_or("it");
    if let Some(why) = &ended.ending.unjournaled {
        say(&format!("the journal does not tell all of it: {why}"));
    }
    if outcome == Outcome::Done && format == Format::Table {
        let _ = out(&format!("{number} done\n"));
    } else if outcome != Outcome::Done {
        for words in &ended.ending.words {
            say(&format!("{number} {}: {words}", outcome.word()));
        }
    }
    if outcome == Outcome::Unknown && !demo {
        say("it is looked again at the next start of quarterdeck; nothing is sent again by itself");
    }
    // What the journal does not tell is not known to whoever reads it.
    let untold = ended.ending.unjournaled.is_some() && outcome == Outcome::Done;
    Exit::Outcome(if untold { Outcome::Unknown } else { outcome })
}

/// Prints, and returns whether somebody is there to read it; whoever went away is not waited for.
pub(super) fn out(text: &str) -> bool {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).is_ok()
}

/// Says on standard error; whoever went away is not waited for.
pub(super) fn say(words: &str) {
    let mut stderr = io::stderr().lock();
    for line in words.lines() {
        let _ = writeln!(stderr, "quarterdeck: {}", visible(line));
    }
}

/// An entry of the journal as one line.
pub(super) fn line(entry: &Entry, format: Format) -> String {
    match format {
        Format::Json => {
            let mut value: Value = serde_json::from_str(&chain::text(entry)).unwrap_or(Value::Null);
            value["hash"] = json!(entry.hash);
            escaped(&value.to_string()) + "\n"
        }
        Format::Table => {
            let words = told(&entry.note.detail, entry.note.event);
            let request = entry.note.request_id.as_ref().map(|id| format!("  request {id}")).unwrap_or_default();
            let event = entry.note.event.word();
            let text = format!("{} {words}{request}", entry.note.operation);
            format!("{}  {event:<11} {}\n", clock_of(entry.note.at), visible(&text))
        }
    }
}

/// What an entry's detail tells a person.
pub(in crate::cli) fn told(detail: &Value, event: EventKind) -> String {
    let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |name: &str| {
        let items = detail.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
    };
    match event {
        EventKind::Planned => text("blast_radius"),
        EventKind::Sent => format!("{}:{}", text("service"), text("call")),
        EventKind::Answered => match text("message") {
            message if message.is_empty() => format!("{} accepted", text("call")),
            message => format!("{} declined: {} {message}", text("call"), text("code")),
        },
        EventKind::Verified | EventKind::Done => text("seen"),
        EventKind::Refused => list("reasons"),
        EventKind::Failed | EventKind::Unknown => text("reason"),
        EventKind::Reconciled => [text("seen"), text("reason")].concat(),
        EventKind::Confirmed => list("override_freeze"),
        EventKind::Recorded | EventKind::Rechecked => String::new(),
    }
}

fn clock_of(at: Timestamp) -> String {
    at.strftime("%H:%M:%S%.3f").to_string()
}

fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Draft | Stage::Planned => "planning",
        Stage::Confirming => "confirming",
        Stage::Recorded | Stage::Rechecked => "re-checking",
        Stage::Executing(_) => "executing",
        Stage::Verifying => "verifying",
        Stage::Unknown => "unknown",
        Stage::Ended => "ended",
    }
}
