//! `quarterdeck slo import`: SLOs of other tools as sections of the estate file.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use super::Exit;
use super::args::Slo;
use super::output::{complain, complain_plain, print_text};
use crate::config::Look;
use crate::config::slo_import::{Hints, Imported, import};
use crate::gate;

/// More than any team writes by hand; keeps a wrong path from filling the memory.
const LARGEST: u64 = 16 << 20;

/// Runs a subcommand.
pub(super) fn run(command: &Slo) -> Exit {
    let Slo::Import(wanted) = command;
    let stdin = wanted.file == Path::new("-");
    let file = if stdin { "standard input".to_owned() } else { wanted.file.to_string_lossy().into_owned() };
    let read = if stdin { take(io::stdin().lock()) } else { File::open(&wanted.file).and_then(take) };
    let bytes = match read {
        Ok(bytes) if bytes.len() as u64 > LARGEST => {
            return complain(&format!("{file} is larger than 16 MiB; is this the right file?"), Exit::Config);
        }
        Ok(bytes) => bytes,
        Err(error) => return complain(&format!("cannot read {file}: {error}"), Exit::Config),
    };
    let hints = Hints {
        url: wanted.url.as_deref(),
        account: wanted.account.as_deref(),
        region: wanted.region.as_deref(),
        window: &wanted.window,
    };
    match import(&file, &bytes, hints) {
        Ok(imported) => tell(&file, &imported),
        Err(wrong) => {
            let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
            complain_plain(&wrong.render(if colour { Look::Colour } else { Look::Plain }), Exit::Config)
        }
    }
}

fn take(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The sections to standard output; what they lack to standard error.
fn tell(file: &str, imported: &Imported) -> Exit {
    for left in &imported.left {
        let (line, column) = left.place;
        eprintln!("{}", gate::visible(&format!("{file}:{line}:{column}: {}: {}", left.what, left.why)));
    }
    let exit = print_text(&imported.toml);
    match imported.slos {
        0 => complain(&format!("nothing of {file} could be carried over"), Exit::Failed),
        1 => said(exit, "1 SLO was carried over"),
        n => said(exit, &format!("{n} SLOs were carried over")),
    }
}

fn said(exit: Exit, words: &str) -> Exit {
    eprintln!("{words}; put it into the estate file and run `quarterdeck check`");
    exit
}
