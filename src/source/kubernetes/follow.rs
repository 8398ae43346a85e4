//! One kind in one place, followed for as long as anyone listens: listed, watched, and resumed after whatever happens.

use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use http_body_util::BodyExt;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::line::Line;
use super::listing;
use super::request::{Caller, METADATA_STREAM, PROTOBUF_STREAM, Trouble, Way, classify};
use super::scope::Scope;
use super::shown::{Interner, Shown};
use super::wire::envelope::{self, Event};
use super::wire::frames::Frames;
use super::words;
use crate::source::schedule::Schedule;

/// A line that breaks is an accident: it is resumed at once and nothing is said, but not twice within this time.
const ACCIDENT: Duration = Duration::from_secs(5);

/// The server sends a bookmark about every minute (75 s at most); a line that is quiet for longer is dead.
const QUIET: Duration = Duration::from_secs(100);

/// How long a server may be silent before the initial set is complete. One that ignores the wish for it never says so.
const INITIAL_QUIET: Duration = Duration::from_secs(30);

/// How long the server is asked to keep a watch open, at least; up to twice as long, so that watches do not end at once.
const OPEN_SECONDS: u64 = 300;

/// The longest pause between tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(25);

/// How often what is forbidden is asked for again.
pub(super) const ASK_AGAIN: Duration = Duration::from_mins(5);

/// How long a refusal must stand before it is believed of what was read before: a server that has just started refuses
/// everyone until it has read its own rules.
const DOUBTED: Duration = Duration::from_secs(30);

/// How soon what is forbidden is asked for again while the refusal is that young.
const ASK_SOON: Duration = Duration::from_secs(10);

/// What a place has to say of its kind.
pub(super) enum News<S: Shown> {
    /// Everything there is.
    All(Vec<S::Thing>),
    /// What came or changed, and what went, in the order in which it happened; last, one that has gone has no thing.
    Changes(Vec<(S::Key, Option<S::Thing>)>),
    /// Nothing changed, and the line is alive.
    Alive,
    /// It fails now: why, and when it is tried again.
    Failing(String, Timestamp),
    /// It may not be read: the server's words.
    Forbidden(String),
    /// The credentials of this generation do not hold; it waits for new ones.
    Unauthorized(u64, String),
}

/// A piece of news, and where it comes from.
pub(super) type FromScope<S> = (Scope, News<S>);

/// How a watch ended.
enum End {
    /// The listener is gone.
    Nobody,
    /// The line broke, or the server closed it; the watch goes on from where it was.
    Broken(String),
    /// The watch was told to begin a new line.
    Anew,
    /// The server refused.
    Refused(Trouble),
}

/// Follows a kind in one place, and never ends but with its listener.
pub(super) async fn follow<S: Shown>(caller: Caller, scope: Scope, seed: u64, news: mpsc::Sender<FromScope<S>>) {
    Follower::<S> {
        caller,
        scope,
        news,
        strings: Interner::default(),
        schedule: Schedule::new(Duration::ZERO, LONGEST_PAUSE, seed),
        random: fastrand::Rng::with_seed(seed),
        version: None,
        streams_lists: true,
        losses: 0,
        resumed: None,
        was_read: false,
        refused: None,
    }
    .run()
    .await;
}

struct Follower<S: Shown> {
    caller: Caller,
    scope: Scope,
    news: mpsc::Sender<FromScope<S>>,
    strings: Interner,
    schedule: Schedule,
    random: fastrand::Rng,
    /// The version to go on from; none: the list has to be read first.
    version: Option<String>,
    /// Whether the server is believed to have streaming lists.
    streams_lists: bool,
    /// Lists that were lost one after the other without an event in between.
    losses: u32,
    /// When a broken line was last resumed at once.
    resumed: Option<Instant>,
    /// Whether it could be read when it was last asked for with an answer.
    was_read: bool,
    /// Since when it is forbidden.
    refused: Option<Instant>,
}

impl<S: Shown> Follower<S> {
    async fn run(mut self) {
        loop {
            let way = self.caller.way.borrow_and_update().clone();
            let wanted_list = self.version.is_none();
            let end = if wanted_list && !self.streams_lists { self.list().await } else { self.watch(&way).await };
            let go_on = match end {
                End::Nobody => false,
                End::Anew => true,
                End::Broken(_) if self.resumed.is_none_or(|at| at.elapsed() >= ACCIDENT) => {
                    self.resumed = Some(Instant::now());
                    true
                }
                End::Broken(why) => self.fail(why, None).await,
                End::Refused(Trouble::Expired) => {
                    self.version = None;
                    self.losses += 1;
                    if self.losses > 1 {
                        self.fail("the server takes back its list again and again".to_owned(), None).await
                    } else {
                        true
                    }
                }
                End::Refused(Trouble::Invalid(_)) if wanted_list && self.streams_lists => {
                    self.streams_lists = false;
                    true
                }
                End::Refused(Trouble::Forbidden(words)) => self.refused(words).await,
                End::Refused(Trouble::Unauthorized(generation, words)) => {
                    self.wait_for_credentials(generation, words).await
                }
                End::Refused(Trouble::Failed(words, asked)) => self.fail(words, asked).await,
                // A server that does not know the kind has none of it; it may learn.
                End::Refused(Trouble::Absent(_)) if !S::KIND.vital() => {
                    tokio::time::sleep(ASK_AGAIN).await;
                    true
                }
                End::Refused(trouble @ (Trouble::Absent(_) | Trouble::Invalid(_))) => {
                    self.fail(trouble.words(), None).await
                }
            };
            if !go_on {
                return;
            }
        }
    }

    async fn say(&mut self, news: News<S>) -> bool {
        if matches!(news, News::All(_) | News::Changes(_) | News::Alive) {
            self.was_read = true;
            self.refused = None;
        }
        self.news.send((self.scope.clone(), news)).await.is_ok()
    }

    async fn fail(&mut self, why: String, asked: Option<Duration>) -> bool {
        let pause = self.schedule.after_failure(asked);
        let next = self.caller.clock.now().checked_add(pause).unwrap_or(Timestamp::MAX);
        if !self.say(News::Failing(why, next)).await {
            return false;
        }
        // Credentials that were renewed, or a line that came back, are reasons not to wait.
        tokio::select! {
            () = tokio::time::sleep(pause) => true,
            changed = self.caller.way.changed(), if asked.is_none() => changed.is_ok(),
        }
    }

    /// What was read before and is forbidden now fails for a while, and keeps its facts; then the refusal is believed.
    async fn refused(&mut self, words: String) -> bool {
        let young = self.refused.get_or_insert_with(Instant::now).elapsed() < DOUBTED;
        if young && self.was_read { self.fail(words, None).await } else { self.wait_for_rights(words, young).await }
    }

    async fn wait_for_rights(&mut self, words: String, young: bool) -> bool {
        self.version = None;
        self.was_read = false;
        if !self.say(News::Forbidden(words)).await {
            return false;
        }
        let pause = if young { ASK_SOON } else { ASK_AGAIN + Duration::from_secs(self.random.u64(0..30)) };
        tokio::time::sleep(pause).await;
        true
    }

    async fn wait_for_credentials(&mut self, generation: u64, words: String) -> bool {
        if self.caller.way.borrow().generation > generation {
            return true;
        }
        if !self.say(News::Unauthorized(generation, words)).await {
            return false;
        }
        self.caller.way.wait_for(|way| way.generation > generation).await.is_ok()
    }

    /// Reads the list in pages.
    async fn list(&mut self) -> End {
        match listing::list::<S>(&self.caller, &self.scope, &mut self.strings).await {
            Err(trouble) => End::Refused(trouble),
            Ok((things, version)) => {
                self.version = Some(version);
                self.schedule.after_success();
                if self.say(News::All(things)).await { End::Anew } else { End::Nobody }
            }
        }
    }

    fn path(&mut self) -> String {
        let open = OPEN_SECONDS + self.random.u64(0..OPEN_SECONDS);
        let path = self.scope.path(S::KIND);
        let from = match &self.version {
            Some(version) => format!("resourceVersion={}", super::scope::escaped(version)),
            None => "sendInitialEvents=true&resourceVersionMatch=NotOlderThan".to_owned(),
        };
        format!("{path}?watch=true&allowWatchBookmarks=true&timeoutSeconds={open}&{from}")
    }

    /// Opens a watch and reads it to its end.
    async fn watch(&mut self, way: &Way) -> End {
        let path = self.path();
        let accept = if S::METADATA_ONLY { METADATA_STREAM } else { PROTOBUF_STREAM };
        let answer = match self.caller.get(&path, accept).await {
            Err(trouble) => return End::Refused(trouble),
            Ok(answer) => answer,
        };
        // A watch that was taken up again is alive, even if nothing ever happens on it.
        if self.version.is_some() && !self.say(News::Alive).await {
            return End::Nobody;
        }
        let mut line = Line::new(answer.into_body().into_data_stream().map_err(|error| words::of_body(&error)));
        let mut frames = Frames::default();
        // Until the bookmark that ends it, the initial set is gathered here.
        let mut initial = self.version.is_none().then(Vec::new);
        loop {
            let listing = initial.is_some();
            let quiet = if listing { INITIAL_QUIET } else { QUIET };
            let next = async { if listing { line.piece().await } else { line.gulp().await } };
            let chunk = tokio::select! {
                chunk = tokio::time::timeout(quiet, next) => chunk,
                restarted = self.caller.way.wait_for(|now| now.restarts != way.restarts) => {
                    return if restarted.is_ok() { End::Anew } else { End::Nobody };
                }
            };
            let chunk = match chunk {
                Err(_) if initial.is_some() => {
                    self.streams_lists = false;
                    return End::Broken("the server does not complete its list".to_owned());
                }
                // A dead line, not a failing server: a new one tells which.
                Err(_) => return End::Anew,
                Ok(None) if !frames.between() => return End::Broken("the answer broke off amid an event".to_owned()),
                Ok(None) => return End::Broken("the server closed the watch".to_owned()),
                Ok(Some(Err(why))) => return End::Broken(format!("the line broke: {why}")),
                Ok(Some(Ok(chunk))) => chunk,
            };
            frames.feed(&chunk);
            drop(chunk);
            if let Err(end) = self.take(&mut frames, &mut initial, way).await {
                return end;
            }
        }
    }

    /// Takes in every whole frame, and says what they amount to.
    async fn take(&mut self, frames: &mut Frames, initial: &mut Option<Vec<S::Thing>>, way: &Way) -> Result<(), End> {
        let mut changes = Vec::new();
        let mut alive = false;
        let ended = loop {
            match self.step(frames, initial, &mut changes, way) {
                Ok(Step::Wait) => break None,
                Ok(Step::On) => alive = true,
                Ok(Step::Complete(all)) => {
                    self.schedule.after_success();
                    if !self.say(News::All(all)).await {
                        return Err(End::Nobody);
                    }
                }
                Err(end) => break Some(end),
            }
        };
        if alive && initial.is_none() {
            self.losses = 0;
            self.schedule.after_success();
            let news = if changes.is_empty() { News::Alive } else { News::Changes(changes) };
            if !self.say(news).await {
                return Err(End::Nobody);
            }
        }
        ended.map_or(Ok(()), Err)
    }

    fn step(
        &mut self,
        frames: &mut Frames,
        initial: &mut Option<Vec<S::Thing>>,
        changes: &mut Vec<(S::Key, Option<S::Thing>)>,
        way: &Way,
    ) -> Result<Step<S>, End> {
        let frame = frames.next().map_err(|oversized| self.garbage(&oversized))?;
        let Some(frame) = frame else { return Ok(Step::Wait) };
        match envelope::event(frame).map_err(|unreadable| self.garbage(&unreadable))? {
            None => {}
            Some(Event::Put(object)) => {
                let wire = self.decode(object)?;
                let Some(thing) = S::show(&wire, &mut self.strings) else { return Ok(Step::On) };
                if let Some(gathered) = initial {
                    gathered.push(thing);
                } else {
                    self.advance(S::version(&wire));
                    changes.push((S::key(&thing), Some(thing)));
                }
            }
            Some(Event::Gone(object)) => {
                let wire = self.decode(object)?;
                let Some(thing) = S::show(&wire, &mut self.strings) else { return Ok(Step::On) };
                let key = S::key(&thing);
                if let Some(gathered) = initial {
                    gathered.retain(|thing| S::key(thing) != key);
                } else {
                    self.advance(S::version(&wire));
                    changes.push((key, None));
                }
            }
            Some(Event::Bookmark { version, initial_end }) => {
                if initial_end && let Some(all) = initial.take() {
                    self.version = Some(version);
                    return Ok(Step::Complete(all));
                }
                if initial.is_none() {
                    self.version = Some(version);
                }
            }
            Some(Event::Error(status)) => {
                let code = u16::try_from(status.code).unwrap_or(500);
                return Err(End::Refused(classify(code, &http::HeaderMap::new(), &status, way)));
            }
        }
        Ok(Step::On)
    }

    fn decode(&mut self, object: Bytes) -> Result<S::Wire, End> {
        <S::Wire as prost::Message>::decode(object).map_err(|why| self.garbage(&why))
    }

    fn advance(&mut self, version: &[u8]) {
        if let (Some(known), Ok(version)) = (&mut self.version, std::str::from_utf8(version))
            && !version.is_empty()
        {
            known.clear();
            known.push_str(version);
        }
    }

    /// What cannot be read may stand between us and later events: the list is read again.
    fn garbage(&mut self, why: &dyn std::fmt::Display) -> End {
        self.version = None;
        End::Refused(Trouble::Failed(format!("the API server sends what cannot be read: {why}"), None))
    }
}

/// What one frame came to.
enum Step<S: Shown> {
    /// No whole frame is there.
    Wait,
    /// It was taken in.
    On,
    /// The initial set is complete.
    Complete(Vec<S::Thing>),
}
