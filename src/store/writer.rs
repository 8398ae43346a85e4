//! Writing off the console's task: one thread, one channel, only the newest of each kind.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::{Store, StoreError};
use crate::estate::{KeptSeries, Remembered};
use crate::judge::History;

/// What is to be written.
enum Message {
    Seen(Vec<Remembered>),
    History(History),
    Series(Vec<KeptSeries>, Timestamp),
    Spend(Timestamp, f64),
    /// Answer once everything before is written, and end.
    End(Sender<()>),
}

/// The way to the thread that writes the store. Nothing here waits for a disk but [`StoreWriter::close`].
#[derive(Debug)]
pub struct StoreWriter {
    messages: Sender<Message>,
    trouble: watch::Receiver<Option<String>>,
    spent: watch::Receiver<Option<(Timestamp, f64)>>,
}

/// What has piled up since the last writing.
#[derive(Default)]
struct Pile {
    seen: Option<Vec<Remembered>>,
    history: Option<History>,
    series: Option<(Vec<KeptSeries>, Timestamp)>,
    spend: Vec<(Timestamp, f64)>,
    end: Option<Sender<()>>,
}

impl StoreWriter {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(store: Store) -> Result<Self, StoreError> {
        let (messages, inbox) = mpsc::channel();
        let (say, trouble) = watch::channel(None);
        let (sum, spent) = watch::channel(None);
        let path = store.path().to_owned();
        thread::Builder::new()
            .name("store".into())
            .spawn(move || write(store, &inbox, &say, &sum))
            .map_err(|error| StoreError::Failed { path, reason: format!("no thread to write it: {error}") })?;
        Ok(Self { messages, trouble, spent })
    }

    /// Keeps the facts of these sources; those that did not change since the last time cost next to nothing.
    pub fn remember(&self, seen: Vec<Remembered>) {
        self.send(Message::Seen(seen));
    }

    /// Keeps since when alerts stand.
    pub fn learn(&self, history: History) {
        self.send(Message::History(history));
    }

    /// Keeps histories of SLOs; what did not change since the last time costs next to nothing.
    pub fn chronicle(&self, histories: Vec<KeptSeries>, now: Timestamp) {
        self.send(Message::Series(histories, now));
    }

    /// Adds what the console's own calls have cost since they had cost `before_usd`, on the UTC day of `now`. Where it is
    /// less than before, a new day has begun, and all of it is new.
    pub fn spend(&self, now: Timestamp, spent_usd: f64, before_usd: f64) {
        let usd = if spent_usd < before_usd { spent_usd } else { spent_usd - before_usd };
        if usd > 0.0 {
            self.send(Message::Spend(now, usd));
        }
    }

    /// Why nothing is kept at present, in words; none while all is well.
    pub fn trouble(&self) -> watch::Receiver<Option<String>> {
        self.trouble.clone()
    }

    /// What all consoles that share the store had spent on the UTC day of that instant, US dollars, when this one last
    /// wrote what it spent; none before that.
    pub fn spent(&self) -> Option<(Timestamp, f64)> {
        *self.spent.borrow()
    }

    /// Waits until everything is written, at most so long; returns whether it is.
    pub fn close(self, patience: Duration) -> bool {
        let (done, written) = mpsc::channel();
        self.send(Message::End(done));
        written.recv_timeout(patience).is_ok()
    }

    /// A thread that has ended takes nothing any more, and that is all right.
    fn send(&self, message: Message) {
        let _ = self.messages.send(message);
    }
}

impl Pile {
    fn add(&mut self, message: Message) {
        match message {
            Message::Seen(seen) => self.seen = Some(seen),
            Message::History(history) => self.history = Some(history),
            Message::Series(histories, now) => self.series = Some((histories, now)),
            Message::Spend(at, usd) => self.spend.push((at, usd)),
            Message::End(done) => self.end = Some(done),
        }
    }

    fn write(&mut self, store: &mut Store) -> Result<(), StoreError> {
        while let Some((at, usd)) = self.spend.last() {
            store.add_spend(*at, *usd)?;
            self.spend.pop();
        }
        if let Some(history) = &self.history {
            store.save_history(history)?;
            self.history = None;
        }
        if let Some((histories, now)) = &self.series {
            store.save_series(histories, *now)?;
            self.series = None;
        }
        if let Some(seen) = &self.seen {
            store.save(seen)?;
            self.seen = None;
        }
        Ok(())
    }
}

/// What could not be written stays on the pile and is tried again with the next message.
fn write(
    mut store: Store,
    inbox: &Receiver<Message>,
    say: &watch::Sender<Option<String>>,
    sum: &watch::Sender<Option<(Timestamp, f64)>>,
) {
    let mut pile = Pile::default();
    while let Ok(message) = inbox.recv() {
        pile.add(message);
        while let Ok(more) = inbox.try_recv() {
            pile.add(more);
        }
        let spent_at = pile.spend.iter().map(|(at, _)| *at).max();
        let written = match pile.write(&mut store) {
            Err(StoreError::Broken { .. }) => store.start_over().and_then(|()| pile.write(&mut store)),
            written => written,
        };
        if let Some(at) = spent_at.filter(|_| written.is_ok()) {
            sum.send_replace(store.spent_on(at).ok().map(|usd| (at, usd)));
        }
        let trouble = written.err().map(|error| error.to_string());
        say.send_if_modified(|said| {
            let changed = *said != trouble;
            if let (true, Some(words)) = (changed, &trouble) {
                tracing::warn!("{words}");
            }
            *said = trouble;
            changed
        });
        if let Some(done) = pile.end.take() {
            // Closed first: what lies in the write-ahead log goes into the file, and the next start reads that alone.
            drop(store);
            let _ = done.send(());
            return;
        }
    }
}
