//! How an entry stands: its level, what is wrong with it, and how old what we know of it is.

use jiff::Timestamp;

use crate::console::scene::Scene;
use crate::console::theme::{Mark, Role};
use crate::console::widget::mark::level_role;
use crate::console::widget::quantity::freshness;
use crate::console::widget::words::Words;
use crate::estate::{EntryRef, IdentityState, SourceKey, SourceRecord, SourceState};
use crate::judge::{Alert, Level};

/// An entry's level; without a verdict, unknown.
pub fn level(scene: &Scene, entry: &EntryRef) -> Level {
    scene.judgement.verdict(entry).map_or(Level::Unknown, |v| v.level)
}

/// An entry's mark: its level, or stale where all that is wrong is that its facts are old.
pub fn mark(scene: &Scene, entry: &EntryRef) -> Mark {
    match level(scene, entry) {
        Level::Unknown if oldest(scene, entry).is_some() && silent(scene, entry).is_some() => Mark::Stale,
        level => level.into(),
    }
}

/// An entry's alerts, the worst first.
pub fn alerts<'a>(scene: &Scene<'a>, entry: &EntryRef) -> impl Iterator<Item = &'a Alert> {
    let judgement = scene.judgement;
    let indices = judgement.verdict(entry).map_or(&[][..], |v| &v.alerts[..]);
    indices.iter().filter_map(|&i| judgement.alerts.get(i))
}

/// The entry's worst source that does not answer now.
pub fn silent<'a>(scene: &Scene<'a>, entry: &EntryRef) -> Option<&'a SourceRecord> {
    scene
        .estate
        .sources()
        .iter()
        .filter(|s| s.state != SourceState::Live && s.feeds.contains(entry))
        .max_by_key(|s| gravity(s.state))
}

/// How grave a source's state is, for "worst first".
pub fn gravity(state: SourceState) -> u8 {
    match state {
        SourceState::Live => 0,
        SourceState::Waiting => 1,
        SourceState::Stale => 2,
        SourceState::Paused => 3,
        SourceState::Failing => 4,
        SourceState::Refused => 5,
    }
}

/// When the oldest fact of an entry was true; none where nothing is known of it.
pub fn oldest(scene: &Scene, entry: &EntryRef) -> Option<Timestamp> {
    let estate = scene.estate;
    match entry {
        EntryRef::Account(name) => estate.account(name)?.identity.as_ref().map(|k| k.as_of),
        EntryRef::Costs(name) => estate.account(name)?.costs.as_ref().map(|k| k.as_of),
        EntryRef::Cluster(name) => {
            let of_server = estate.feeding(entry).filter(|s| s.watches(name)).filter_map(|s| s.as_of);
            let of_plane = estate.cluster(name)?.control_plane.as_ref().map(|k| k.as_of);
            of_server.chain(of_plane).min()
        }
        EntryRef::Database(name) => {
            let d = estate.database(name)?;
            let told = [
                d.facts.as_ref().map(|k| k.as_of),
                d.global.as_ref().map(|k| k.as_of),
                d.numbers.as_ref().map(|k| k.as_of),
                d.lags.as_ref().map(|k| k.as_of),
            ];
            told.into_iter().flatten().min()
        }
        EntryRef::Slo(name) => estate.slo(name)?.counts.as_ref().map(|k| k.as_of),
        EntryRef::Service(name) => estate.service(name)?.facts.as_ref().map(|k| k.as_of),
        EntryRef::Budget(name) => estate.budget(name)?.facts.as_ref().map(|k| k.as_of),
    }
}

/// How old an entry's facts are, once a source of it does not answer: `4 min old`.
pub fn old(scene: &Scene, entry: &EntryRef) -> Words {
    let silent = silent(scene, entry).is_some();
    let at = oldest(scene, entry).filter(|_| silent);
    at.map_or_else(Words::none, |at| Words::of(Role::Stale, format!("{} old", freshness(at, scene.now))))
}

/// Why facts of an entry grow old: the source that does not answer, and what it says.
pub fn reason(scene: &Scene, entry: &EntryRef) -> Option<Words> {
    if let Some(unproven) = unproven(scene, entry) {
        return Some(unproven);
    }
    let source = silent(scene, entry)?;
    let why = source.error.as_deref().unwrap_or("has not answered yet");
    Some(Words::of(Role::Stale, format!("{}: {why}", short_source(&source.key))))
}

/// Why an entry is not known as it should be, in a few words: its silent source, else the judge's doubt.
pub fn doubt(scene: &Scene, entry: &EntryRef) -> Option<Words> {
    if let Some(unproven) = unproven(scene, entry) {
        return Some(unproven);
    }
    if let Some(source) = silent(scene, entry) {
        return Some(silence(scene, source, oldest(scene, entry)));
    }
    let doubt = scene.judgement.verdict(entry).and_then(|v| v.doubts.first())?;
    Some(Words::of(Role::Unknown, doubt))
}

/// Where an entry's account is not the proven one: that.
fn unproven(scene: &Scene, entry: &EntryRef) -> Option<Words> {
    if matches!(entry, EntryRef::Account(_)) {
        return None;
    }
    let account = scene.estate.account_of(entry)?;
    let state = account.identity_state().filter(|s| *s != IdentityState::Verified)?;
    let role = if state == IdentityState::Mismatch { Role::Critical } else { Role::Stale };
    Some(Words::of(role, format!("account {}: {}", account.declared.name, state.word())))
}

/// What a silent source means for whoever rests on it, with the age of what is still shown.
pub fn silence(scene: &Scene, source: &SourceRecord, since: Option<Timestamp>) -> Words {
    let old = since.map(|at| format!("{} old", freshness(at, scene.now)));
    let why = source.error.as_deref().unwrap_or_default();
    let name = short_source(&source.key);
    let (role, text) = match (source.state, old) {
        (SourceState::Waiting, None) => (Role::Dim, format!("waiting for {name}")),
        (SourceState::Waiting, Some(old)) => (Role::Stale, format!("{old}, last seen; waiting for {name}")),
        (SourceState::Paused, None) => (Role::Unknown, format!("paused: {}", or(why, &name))),
        (SourceState::Refused, _) => (Role::Critical, format!("refused: {}", or(why, &name))),
        (_, None) => (Role::Unknown, format!("{name}: {}", or(why, "no answer"))),
        (_, Some(old)) => (Role::Stale, format!("{old}; {name}: {}", or(why, "no answer"))),
    };
    Words::of(role, text)
}

/// A source in a few words: `rds us-east-1`, `kubernetes prod-use1`.
pub fn short_source(key: &SourceKey) -> String {
    let place = key.subject.as_deref().or(key.region.as_deref()).or(key.account.as_deref());
    place.map_or_else(|| key.name.word().to_owned(), |place| format!("{} {place}", key.name.word()))
}

fn or<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}

/// The role of a number on which an alert of that level may rest: plain while all is well.
pub fn number_role(level: Option<Level>) -> Role {
    level.filter(|l| *l >= Level::Warning).map_or(Role::Text, level_role)
}
