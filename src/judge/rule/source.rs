//! A source that fails: its facts grow old, or there are none.

use crate::judge::docket::Docket;
use crate::judge::finding::{Finding, Rests};
use crate::judge::{Level, RuleId, Subject, words};

/// Judges a source (by its index). `stale` and `failing` fail; one that waits or is paused makes what rests on it unknown,
/// no more, and what is refused is judged with its account or its cluster.
pub(in crate::judge) fn source(docket: &mut Docket<'_>, index: usize) {
    let Some(record) = docket.estate.sources().get(index).filter(|s| s.fails()) else { return };
    let Some(breach) = docket.state(RuleId::SourceFailing, Level::Warning) else { return };
    let reason = record.error.as_deref().unwrap_or("no reason given").to_owned();
    let age = record.as_of.map(|at| words::age(at, docket.now));
    let rests = Rests::Facts { as_of: record.as_of, next_try_at: record.next_try_at };
    let finding = Finding::Fails { source: docket.source_words(index), reason, age };
    docket.raise(breach, Subject::Source(record.key.clone()), finding, rests);
}
