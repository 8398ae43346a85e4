//! The console in a real pseudo-terminal: it starts, is resized, stops and goes on, ends by every way there is, and the
//! terminal is as it was before.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says by panicking what is wrong")]

#[path = "ground/terminal.rs"]
mod terminal;

use std::process::Command;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize};
use rustix::process::Signal;

use terminal::{PATIENCE, Terminal, UP};

#[test]
fn starts_answers_and_quits() {
    let mut terminal = Terminal::demo((120, 31));
    terminal.shows(UP);
    assert!(terminal.taken() && terminal.screen.screen().bracketed_paste());
    terminal.press("?");
    terminal.shows("keymap default");
    terminal.press("\x1b");
    terminal.until("the help closed", |t| !t.text().contains("keymap default"));
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn asks_the_terminal_nothing_and_captures_no_mouse() {
    let mut terminal = Terminal::demo((80, 24));
    terminal.shows(UP);
    terminal.press("\tj\rq");
    terminal.ends();
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    for (query, what) in [
        ("\x1b[6n", "where the cursor is"),
        ("\x1b[c", "what it is"),
        ("\x1b[>", "what it is"),
        ("\x1b[?u", "its keyboard"),
        ("\x1b[14t", "its size"),
        ("\x1b[18t", "its size"),
        ("\x1bP", "anything by DCS"),
        ("\x1b]1", "its colours"),
        ("\x1b[?1000h", "for mouse clicks"),
        ("\x1b[?1003h", "for mouse moves"),
        ("\x1b[?2026", "for synchronized output"),
    ] {
        assert!(!raw.contains(query), "the terminal is asked {what}");
    }
}

#[test]
fn follows_every_size_and_survives_the_tiny_ones() {
    let mut terminal = Terminal::demo((160, 48));
    terminal.shows(UP);
    for size in [(1, 1), (2, 1), (1, 5), (20, 5), (39, 9), (40, 10), (80, 24), (300, 100), (79, 200), (80, 24)] {
        terminal.resize(size);
        terminal.read(Duration::from_millis(100));
        assert!(terminal.child.try_wait().unwrap().is_none(), "it ended at {size:?}");
    }
    terminal.shows(UP);
    let before = terminal.raw.len();
    terminal.signal(Signal::WINCH);
    terminal.until("everything drawn anew at the same size", |t| t.raw.len() > before + 1_000);
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn a_size_given_just_after_the_start_is_not_lost() {
    for wait_ms in [0, 1, 2, 4, 8, 16, 32] {
        let mut terminal = Terminal::demo((80, 24));
        std::thread::sleep(Duration::from_millis(wait_ms));
        terminal.resize((120, 40));
        // On 80 columns the panes are tabs, and their titles are not on the borders.
        terminal.shows("6 Budgets ");
        terminal.press("q");
        assert!(terminal.ends().success());
    }
}

#[test]
fn signals_end_it_and_the_terminal_is_given_back() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut terminal = Terminal::demo((80, 24));
        terminal.shows(UP);
        terminal.signal(signal);
        let status = terminal.ends();
        assert_eq!(status.exit_code(), code, "{signal:?}: {status:?}");
        terminal.assert_given_back();
    }
}

#[test]
fn ends_when_the_terminal_goes_away() {
    let mut terminal = Terminal::demo((80, 24));
    terminal.shows(UP);
    terminal.keys = None;
    terminal.master = None;
    let (_, closed) = channel();
    terminal.output = closed;
    let begun = Instant::now();
    while terminal.child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "it goes on without a terminal");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_terminal_that_takes_nothing_more_does_not_hold_it() {
    let mut terminal = Terminal::demo((200, 50));
    terminal.shows(UP);
    // Nobody reads from here on, and every size is drawn in full, until the line is full.
    for n in 0..60 {
        let size = PtySize { rows: 50, cols: 200 + n % 2, pixel_width: 0, pixel_height: 0 };
        terminal.master.as_ref().unwrap().resize(size).unwrap();
        std::thread::sleep(Duration::from_millis(10));
    }
    terminal.signal(Signal::TERM);
    let begun = Instant::now();
    while terminal.child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "it waits for a terminal that takes nothing");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn stops_for_the_shell_and_comes_back() {
    let binary = env!("CARGO_BIN_EXE_quarterdeck");
    let mut terminal = Terminal::run("/bin/sh", &["-i"], (100, 30));
    terminal.press(&format!("PS1='ready> '; {binary} demo\r"));
    terminal.until("the console", Terminal::taken);
    terminal.shows(UP);
    terminal.press("\x1a");
    terminal.until("the shell", |t| !t.screen.screen().alternate_screen() && t.text().contains("topped"));
    assert!(!terminal.screen.screen().hide_cursor());
    terminal.press("echo $((40 + 2))\r");
    terminal.shows("42");
    terminal.press("fg\r");
    terminal.until("the console again", Terminal::taken);
    terminal.shows(UP);
    terminal.press("?");
    terminal.shows("keymap default");
    // The shell's next prompt: what is typed before it would reach a terminal that is still being given back.
    let prompts = |t: &Terminal| String::from_utf8_lossy(&t.raw).matches("ready> ").count();
    let before = prompts(&terminal);
    terminal.press("q");
    terminal.until("the shell again", |t| prompts(t) > before);
    assert!(!terminal.screen.screen().alternate_screen());
    terminal.press("echo code $?\r");
    terminal.shows("code 0");
    terminal.press("exit\r");
    terminal.ends();
}

#[test]
fn goes_on_where_no_shell_could_bring_it_back() {
    // It leads the session here, as it does when a session manager starts it.
    let mut terminal = Terminal::demo((80, 24));
    terminal.shows(UP);
    terminal.press("\x1a");
    terminal.until("the screen again", |t| {
        let raw = String::from_utf8_lossy(&t.raw).into_owned();
        raw.matches("\x1b[?1049h").count() == 2 && t.taken()
    });
    terminal.shows(UP);
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
}

#[test]
fn pasted_text_presses_no_key() {
    let mut terminal = Terminal::demo((120, 31));
    terminal.shows(UP);
    terminal.press("\x1b[200~q\rq\x1b[201~");
    terminal.press("/");
    terminal.press("\x1b[200~zzzq\r\x1b[201~");
    terminal.shows("zzzq");
    terminal.press("\x1b");
    terminal.until("the filter cleared", |t| !t.text().contains("zzzq"));
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
        .arg("demo")
        .env("QUARTERDECK_HOME", home.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("quarterdeck status"), "{output:?}");
    assert!(output.stdout.is_empty());
}

#[test]
fn without_an_estate_file_it_offers_a_beginning() {
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
        command.args(arguments).env("QUARTERDECK_HOME", home.path()).env_remove("QUARTERDECK_ESTATE");
        let output = command.stdin(std::process::Stdio::null()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, said, complained) = run(&[]);
    assert_eq!((code, complained.as_str()), (Some(0), ""));
    assert!(["no estate file yet", "quarterdeck init", "quarterdeck demo"].iter().all(|w| said.contains(w)), "{said}");
    let (code, said, complained) = run(&["status"]);
    assert_eq!((code, said.as_str()), (Some(78), ""));
    assert!(complained.contains("quarterdeck init"), "{complained}");
    assert_eq!(run(&["--estate", "missing.toml"]).0, Some(78));
}

#[test]
fn a_wrong_argument_steers_no_terminal() {
    let mut terminal = Terminal::run(env!("CARGO_BIN_EXE_quarterdeck"), &["--no\u{1b}]0;x\u{7}\u{9b}2J"], (80, 24));
    assert_eq!(terminal.ends().exit_code(), 64);
    let raw = String::from_utf8_lossy(&terminal.raw);
    assert!(raw.contains("unexpected argument") && !raw.contains(['\u{1b}', '\u{9b}', '\u{7}']), "{raw:?}");
}

/// Marks the process that [`a_panic_gives_the_terminal_back_and_then_tells`] starts: this very test binary.
const PANICS: &str = "QUARTERDECK_TEST_PANICS";

#[test]
fn a_panic_gives_the_terminal_back_and_then_tells() {
    if std::env::var_os(PANICS).is_some() {
        let _terminal = quarterdeck::console::terminal::Terminal::enter(false).unwrap();
        // A part of the console that fails elsewhere leaves the screen alone.
        let _ = std::thread::spawn(|| panic!("elsewhere")).join();
        std::thread::sleep(Duration::from_millis(300));
        panic!("the console fell over");
    }
    let home = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_panic_gives_the_terminal_back_and_then_tells", "--nocapture"]);
    command.env(PANICS, "1");
    command.env("TERM", "xterm-256color");
    let mut terminal = Terminal::start(command, (100, 30), home);
    let status = terminal.ends();
    assert!(!status.success());
    terminal.assert_given_back();
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    let (on_screen, after) = raw.split_once("\x1b[?1049l").unwrap();
    assert!(!on_screen.contains("panicked") && !raw.contains("elsewhere"), "{raw}");
    assert!(after.contains("the console fell over"), "{raw}");
}

#[test]
fn a_deployment_of_the_embedded_estate_is_scaled_by_keys_alone() {
    let mut terminal = Terminal::run(env!("CARGO_BIN_EXE_quarterdeck"), &["demo", "--scenario", "calm"], (150, 44));
    terminal.shows("23/23 sources");
    // Until then another cluster may stand first for a moment, and the cursor would stay with it.
    terminal.shows("All calm since");
    for (keys, shown) in [
        ("4gg", "▸● prod-use1"),
        ("\r", "Workloads · 48"),
        ("/ledger\r", "▸● payments/ledger  deployment    4/4"),
        ("o", "reason"),
        ("a drill\r", "WRITE 1"),
        ("a", "▸ workload.restart"),
        ("\x1b[B", "▸ workload.scale"),
        ("\r", "▸ replicas  4"),
        ("\x7f6\r", "y goes on to the words that confirm: ledger"),
        ("y", "replicas 4  →  6"),
        ("ledger\r", "OP-1"),
        ("", "ledger has 6 pods, 6 serve"),
        ("\x1b", "payments/ledger  deployment    6/6"),
    ] {
        terminal.press(keys);
        terminal.shows(shown);
    }
}

#[test]
fn a_lost_answer_is_unknown_on_the_screen_until_a_look_has_told_it() {
    let arguments = ["demo", "--scenario", "headwind", "--speed", "3"];
    let mut terminal = Terminal::run(env!("CARGO_BIN_EXE_quarterdeck"), &arguments, (150, 44));
    terminal.shows("23/23 sources");
    for (keys, shown) in [
        ("5/orders\r", "▸● orders"),
        ("o", "reason"),
        ("a drill\r", "WRITE 1"),
        ("a", "▸ database.snapshot"),
        ("\x1b[B", "▸ database.failover"),
        ("\r", "▸ to"),
        ("\r", "y goes on to the words that confirm: orders"),
        ("y", "orders-1  →  orders-2"),
        ("orders\r", "no answer came in time"),
        ("", "failing-over"),
        ("", "reconciled"),
        ("\x1b", "reader orders-1"),
    ] {
        terminal.press(keys);
        terminal.shows(shown);
    }
}
