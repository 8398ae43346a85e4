//! A source that fails: its facts grow old, or there are none.

use crate::estate::SourceRecord;
use crate::judge::docket::{Docket, Ground, source_words};
use crate::judge::{Level, RuleId, Subject, words};

/// Judges a source. `stale` and `failing` fail; one that waits or is paused makes what rests on it unknown, no more, and
/// what is refused is judged with its account or its cluster.
pub(in crate::judge) fn source(docket: &mut Docket<'_>, record: &SourceRecord) {
    if !record.fails() {
        return;
    }
    let Some(breach) = docket.state(RuleId::SourceFailing, Level::Warning) else { return };
    let key = &record.key;
    let parts = [key.account.as_deref(), key.region.as_deref(), Some(key.name.word()), key.subject.as_deref()];
    let subject = parts.into_iter().flatten().collect::<Vec<_>>().join("/");
    let reason = record.error.as_deref().unwrap_or("no reason given");
    let (brief, last) = match record.as_of {
        Some(at) => {
            let age = words::age(at, docket.now);
            (format!("fails, facts {age} old"), format!("its last facts are {age} old"))
        }
        None => ("fails, no facts yet".to_owned(), "it has told nothing yet".to_owned()),
    };
    let next = record
        .next_try_at
        .map_or_else(String::new, |at| format!("; next try at {} UTC", words::second(at, docket.now)));
    let stop = if reason.ends_with(['.', '?', '!']) { "" } else { "." };
    let ground = Ground::new(format!("{} fails: {reason}{stop}", source_words(record)), format!("Now {last}{next}"));
    docket.raise(breach, Subject::Source(key.clone()), subject, brief, ground);
}
