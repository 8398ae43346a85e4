//! A process of a test's own that runs an operation, or settles one, along the real path with the real hands, journal and
//! leases, and kills itself with SIGKILL at an exact moment of its journal.
//!
//! The program has no hook for that. The process is the test binary itself, started once more; what kills it is a ledger
//! of the test's around the real one.

#![allow(dead_code, reason = "each test binary that includes this file uses its part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what a test needs to run at all is there, or the test fails")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use std::{env, fs, thread};

use jiff::{SignedDuration, Timestamp};
use quarterdeck::config::{Places, load_estate};
use quarterdeck::estate::DeclaredEstate;
use quarterdeck::operate::evidence::WindowView;
use quarterdeck::operate::journal::{Appended, Entry, EventKind, Head, Journal, Ledger, LedgerError};
use quarterdeck::operate::machine::Aim;
use quarterdeck::operate::run::{self, Command as Said, Ground, Told};
use quarterdeck::operate::{Clock, Intent, Pinned, Restraints, WriteWindow, catalogue, settle};
use quarterdeck::source::hands::hands;
use quarterdeck::store::{JournalFile, LeaseFiles};
use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};

/// Carries its part to the process that is to play it.
const PART: &str = "QUARTERDECK_TEST_PART";

/// What it prints before it waits for the test.
const WAITS: &str = "waits at ";

/// Lets the test do something.
fn wait(word: &str) {
    println!("\n{WAITS}{word}");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// When it is killed, by the entries that it writes itself, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Moment {
    /// Not at all.
    Never,
    /// All that comes before the entry is done, and the entry is not written.
    Before(usize),
    /// The entry is on the disk, and nothing knows of it yet.
    After(usize),
    /// It ends as the console does: what runs is dropped, once the entry was told of.
    Quits(usize),
    /// The entry is on the disk, and what lies beside the journal does not bear witness of it yet.
    Unwitnessed(usize),
}

/// Before and after each entry of a story, from the `own`th on: what comes before is another story's too.
pub(crate) fn moments(own: usize, story: &str) -> impl Iterator<Item = Moment> {
    (own..=story.split(' ').count()).flat_map(|nth| [Moment::Before(nth), Moment::After(nth)])
}

/// Runs all of them at once, each on a thread of its own.
pub(crate) fn at_once(each: impl IntoIterator<Item = impl FnOnce() + Send + 'static>) {
    let all: Vec<_> = each.into_iter().map(thread::spawn).collect();
    let failed = all.into_iter().filter_map(|t| t.join().err()).count();
    assert_eq!(failed, 0, "so many failed; each has said why above");
}

/// What the process is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    /// The person's folder: `QUARTERDECK_HOME`.
    pub(crate) home: PathBuf,
    /// The operation; none to settle what is open.
    pub(crate) operation: Option<String>,
    /// What it acts on: cluster, namespace, resource and name, or a database's name.
    pub(crate) target: Vec<String>,
    pub(crate) parameters: BTreeMap<String, String>,
    /// How it is confirmed.
    pub(crate) words: String,
    /// Once a call was answered, its clock leaps on by minutes each time that it is asked.
    pub(crate) leaps: bool,
    pub(crate) moment: Moment,
    /// After the first such entry it waits until the test has done something.
    pub(crate) pause: Option<String>,
}

/// Starts a process that plays a part, and waits for its end. `test` is the test whose first line is [`played`]; `between`
/// is called with `asked` once the plan is made, before it is confirmed, and with the word of the entry at which the part
/// pauses. Returns whether it was killed.
pub(crate) fn play(part: &Part, test: &str, surroundings: &[(String, String)], between: impl Fn(&str)) -> bool {
    let mut command = Command::new(env::current_exe().unwrap());
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.args(["--exact", test, "--nocapture"]).envs(surroundings.iter().map(|(name, value)| (name, value)));
    command.env(PART, serde_json::to_string(part).unwrap());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut keys = child.stdin.take().unwrap();
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
        if let Some(word) = line.strip_prefix(WAITS) {
            between(word);
            // It may be dead already.
            let _ = keys.write_all(b"go on\n");
        }
    }
    let status = child.wait().unwrap();
    match status.signal() {
        Some(9) => true,
        None if status.success() => false,
        _ => panic!("{part:?} ended with {status}"),
    }
}

/// Plays the part that this process was started for; whether it was.
pub(crate) fn played() -> bool {
    let Ok(part) = env::var(PART) else { return false };
    let part: Part = serde_json::from_str(&part).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    runtime.block_on(act(part));
    runtime.shutdown_background();
    true
}

async fn act(part: Part) {
    let places = Places::from(|name| (name == "QUARTERDECK_HOME").then(|| part.home.clone().into())).unwrap();
    let declared = load_estate(&places, None).unwrap().declared;
    let clock = Arc::new(Leaping { on: part.leaps.then(AtomicI64::default), leapt: AtomicI64::default() });
    let file = JournalFile::within(places.state());
    let ledger =
        Doomed { file, moment: part.moment, written: AtomicU64::default(), clock: clock.clone(), pause: part.pause };
    let ground = Ground {
        hands: hands(&declared, "tester"),
        journal: Journal::new(Arc::new(ledger)),
        leases: Arc::new(LeaseFiles::within(places.state())),
        clock: clock.clone(),
        person: "tester".to_owned(),
    };
    let Some(operation) = part.operation.as_deref() else {
        settle::settle(&ground, Duration::from_mins(1)).await.unwrap();
        return;
    };
    let operation = catalogue::find(operation).unwrap();
    let target = pinned(&declared, &part.target);
    let intent = Intent { operation, target, parameters: part.parameters };
    let brief = Restraints::default().brief(intent, Vec::new(), Aim::Run, WindowView::MayOpen).unwrap();
    let mut running = run::start(ground, brief, Some("a test".to_owned()));
    let mut told_of = 0;
    while let Some(told) = running.told.recv().await {
        told_of += usize::from(matches!(told, Told::Entry(_)));
        if part.moment == Moment::Quits(told_of) {
            return;
        }
        if let Told::Asked(_) = told {
            tokio::task::spawn_blocking(|| wait("asked")).await.unwrap();
            let window = WriteWindow::open("a test", Duration::from_mins(15), clock.now()).unwrap();
            let confirm = Said::Confirm { words: part.words.clone(), pass: window.pass(clock.now()) };
            running.commands.send(confirm).unwrap();
        }
    }
}

fn pinned(declared: &DeclaredEstate, words: &[String]) -> Pinned {
    use quarterdeck::operate::{TargetKind, pin};
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let cluster = |name: &str| {
        let cluster = declared.clusters.iter().find(|c| &*c.name == name).unwrap();
        (cluster.account.as_deref().and_then(|a| declared.account(a)), cluster)
    };
    match words.as_slice() {
        [database] => {
            let database = declared.databases.iter().find(|d| &*d.name == *database).unwrap();
            pin::database(declared.account(&database.account), database)
        }
        [name, "node", node] => {
            let (account, cluster) = cluster(name);
            pin::of_cluster(account, cluster, TargetKind::Node, node, None)
        }
        [name, namespace, resource, workload] => {
            let (account, cluster) = cluster(name);
            pin::workload(account, cluster, resource, namespace, workload, None)
        }
        other => panic!("{other:?} is no target"),
    }
}

/// The real journal, whose process dies.
struct Doomed {
    file: JournalFile,
    moment: Moment,
    written: AtomicU64,
    clock: Arc<Leaping>,
    pause: Option<String>,
}

impl Doomed {
    fn head_file(&self) -> PathBuf {
        self.file.path().with_extension("head")
    }
}

/// As `kill -9` from outside, at this very instruction.
fn die() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    loop {
        thread::park();
    }
}

fn put_back(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

impl Ledger for Doomed {
    fn head(&self) -> Result<Head, LedgerError> {
        self.file.head()
    }

    fn append(&self, after: &Head, entry: &Entry) -> Result<Appended, LedgerError> {
        let nth = usize::try_from(self.written.load(Ordering::SeqCst)).unwrap() + 1;
        if self.moment == Moment::Before(nth) {
            die();
        }
        let witness = fs::read(self.head_file()).unwrap_or_default();
        let appended = self.file.append(after, entry)?;
        if appended == Appended::Moved {
            return Ok(appended);
        }
        self.written.fetch_add(1, Ordering::SeqCst);
        if self.moment == Moment::Unwitnessed(nth) {
            put_back(&self.head_file(), &witness);
            die();
        }
        if self.moment == Moment::After(nth) {
            die();
        }
        if self.pause.as_deref() == Some(entry.note.event.word()) {
            wait(entry.note.event.word());
        }
        if let (EventKind::Answered, Some(on)) = (entry.note.event, &self.clock.on) {
            on.store(1, Ordering::SeqCst);
        }
        Ok(appended)
    }

    fn entries(&self) -> Result<Vec<Entry>, LedgerError> {
        self.file.entries()
    }

    fn verify(&self) -> Result<u64, LedgerError> {
        self.file.verify()
    }

    fn writable(&self) -> Result<(), LedgerError> {
        self.file.writable()
    }
}

/// The system's clock, until it leaps.
struct Leaping {
    on: Option<AtomicI64>,
    leapt: AtomicI64,
}

impl Clock for Leaping {
    fn now(&self) -> Timestamp {
        if self.on.as_ref().is_some_and(|on| on.load(Ordering::SeqCst) > 0) {
            self.leapt.fetch_add(300, Ordering::SeqCst);
        }
        Timestamp::now() + SignedDuration::from_secs(self.leapt.load(Ordering::SeqCst))
    }

    fn real(&self, span: Duration) -> Duration {
        span
    }
}
