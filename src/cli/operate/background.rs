//! `--detach`: the same command once more, in a session of its own. This process prints what that one tells until the
//! journal holds the operation, and ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::{env, thread};

use serde_json::Value;

use super::run::{line, out, say};
use crate::cli::Exit;
use crate::cli::args::{Format, Run};
use crate::cli::output::complain;
use crate::operate::journal::{Entry, EventKind};

pub(super) fn start(run: &Run) -> Exit {
    let mut child = match spawn() {
        Ok(child) => child,
        Err(e) => return complain(&format!("cannot go on in the background: {e}"), Exit::Failed),
    };
    let words = child.stderr.take().map(|stderr| {
        thread::spawn(move || {
            for words in BufReader::new(stderr).lines().map_while(Result::ok) {
                say(words.strip_prefix("quarterdeck: ").unwrap_or(&words));
            }
        })
    });
    let Some(stdout) = child.stdout.take() else { return Exit::Failed };
    for text in BufReader::new(stdout).lines().map_while(Result::ok) {
        let Some(entry) = entry(&text) else { continue };
        let _ = out(&line(&entry, run.what.format));
        if entry.note.event == EventKind::Recorded {
            if run.what.format == Format::Table {
                let _ = out(&format!(
                    "{} goes on in the background; quarterdeck journal --operation {0} tells how\n",
                    entry.note.operation
                ));
            }
            return Exit::Ok;
        }
    }
    // It ended before anything was recorded: how it ended is how this ends.
    let status = child.wait();
    if let Some(words) = words {
        let _ = words.join();
    }
    match status.ok().and_then(|s| s.code()).and_then(|code| u8::try_from(code).ok()) {
        Some(code) => Exit::Code(code),
        None => {
            complain("what went on in the background has died; the next start tells what became of it", Exit::Failed)
        }
    }
}

/// The same arguments, without `--detach`.
fn spawn() -> std::io::Result<Child> {
    let arguments = env::args_os().skip(1).filter(|a| a != "--detach");
    Command::new(env::current_exe()?)
        .args(arguments)
        .arg("--in-background")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

fn entry(text: &str) -> Option<Entry> {
    let value: Value = serde_json::from_str(text).ok()?;
    serde_json::from_value(value).ok()
}
