//! A list in pages, for servers that have no streaming list.

use super::request::{Caller, METADATA, PROTOBUF, Trouble};
use super::scope::{Scope, escaped};
use super::shown::{Interner, Shown};
use super::wire::envelope;

/// Objects a page.
const PAGE: usize = 500;

/// How often a list is begun anew because its continue token had grown too old.
const BEGINNINGS: usize = 3;

/// Everything there is of a kind, and the version to watch from.
pub(super) async fn list<S: Shown>(
    caller: &Caller,
    scope: &Scope,
    strings: &mut Interner,
) -> Result<(Vec<S::Thing>, String), Trouble> {
    for _ in 1..BEGINNINGS {
        match pages::<S>(caller, scope, strings).await {
            Err(Trouble::Expired) => {}
            done => return done,
        }
    }
    pages::<S>(caller, scope, strings).await
}

async fn pages<S: Shown>(
    caller: &Caller,
    scope: &Scope,
    strings: &mut Interner,
) -> Result<(Vec<S::Thing>, String), Trouble> {
    let mut things = Vec::new();
    let mut next = String::new();
    loop {
        let path = format!("{}?limit={PAGE}{}", scope.path(S::KIND), more(&next));
        let page = caller.read(&path, if S::METADATA_ONLY { METADATA } else { PROTOBUF }).await?;
        let page = envelope::list(page).map_err(|unreadable| Trouble::Failed(unreadable.to_string(), None))?;
        for item in page.items {
            let wire = <S::Wire as prost::Message>::decode(item).map_err(|why| {
                Trouble::Failed(format!("one of the {} cannot be read: {why}", S::KIND.plural()), None)
            })?;
            things.extend(S::show(&wire, strings));
        }
        let meta = page.metadata.unwrap_or_default();
        if meta.next.is_empty() {
            return Ok((things, meta.resource_version));
        }
        if meta.next == next {
            return Err(Trouble::Failed("the API server gives the same page of its list again and again".into(), None));
        }
        next = meta.next;
    }
}

fn more(next: &str) -> String {
    if next.is_empty() { String::new() } else { format!("&continue={}", escaped(next)) }
}

/// The names of the namespaces that may be seen.
pub(super) async fn namespaces(caller: &Caller) -> Result<Vec<String>, Trouble> {
    let mut names = Vec::new();
    let mut next = String::new();
    loop {
        let page = caller.read(&format!("/api/v1/namespaces?limit={PAGE}{}", more(&next)), PROTOBUF).await?;
        let page = envelope::list(page).map_err(|unreadable| Trouble::Failed(unreadable.to_string(), None))?;
        for item in page.items {
            let bare = <super::wire::meta::Bare as prost::Message>::decode(item)
                .map_err(|why| Trouble::Failed(format!("a namespace cannot be read: {why}"), None))?;
            names.extend(bare.metadata.map(|m| String::from_utf8_lossy(&m.name).into_owned()));
        }
        let meta = page.metadata.unwrap_or_default();
        if meta.next.is_empty() || meta.next == next {
            return Ok(names);
        }
        next = meta.next;
    }
}
