//! What several places say of one kind, put together: facts for the estate, and how much of the kind is seen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::follow::News;
use super::scope::Scope;
use super::shown::Shown;
use crate::estate::{Batch, Coverage};

/// How one place stands.
enum Standing {
    /// Has not answered yet.
    Waiting,
    /// Is followed; when it last showed life.
    Live(Timestamp),
    /// Fails: why, and when it is tried again.
    Failing(String, Timestamp),
    /// May not be read: the server's words.
    Forbidden(String),
}

struct Place<K> {
    standing: Standing,
    /// It was read at least once since the start.
    read: bool,
    /// What it holds, where there are other places beside it.
    keys: BTreeSet<K>,
}

/// One kind, over all places where it is watched.
pub(super) struct Picture<S: Shown> {
    places: BTreeMap<Scope, Place<S::Key>>,
    /// The places are all that may be seen of a wish for everything: what is elsewhere stays unseen.
    narrowed: bool,
    /// Until every place has answered, what some of them said.
    held: Option<BTreeMap<S::Key, S::Thing>>,
}

impl<S: Shown> Picture<S> {
    /// A picture of which nothing is known.
    pub(super) fn new(scopes: impl IntoIterator<Item = Scope>, narrowed: bool) -> Self {
        let place = || Place { standing: Standing::Waiting, read: false, keys: BTreeSet::new() };
        Self {
            places: scopes.into_iter().map(|scope| (scope, place())).collect(),
            narrowed,
            held: Some(BTreeMap::new()),
        }
    }

    /// Takes in news from a place; what changes in the picture by it.
    pub(super) fn take(&mut self, scope: &Scope, news: News<S>, now: Timestamp) -> Option<Batch<S::Thing, S::Key>> {
        let alone = self.places.len() == 1;
        let place = self.places.get_mut(scope)?;
        let batch = match news {
            News::All(things) if alone => {
                self.held = None;
                Some(Batch::Snapshot(things))
            }
            News::All(things) => {
                let keys: BTreeSet<S::Key> = things.iter().map(S::key).collect();
                let gone = place.keys.difference(&keys).cloned().collect();
                place.keys = keys;
                Some(Batch::Changes { put: things, gone })
            }
            News::Changes(changes) => {
                // Of several changes to one thing the last one holds.
                let last: BTreeMap<S::Key, Option<S::Thing>> = changes.into_iter().collect();
                let (mut put, mut gone) = (Vec::new(), Vec::new());
                for (key, thing) in last {
                    if let Some(thing) = thing {
                        if !alone {
                            place.keys.insert(key);
                        }
                        put.push(thing);
                    } else {
                        place.keys.remove(&key);
                        gone.push(key);
                    }
                }
                Some(Batch::Changes { put, gone })
            }
            News::Forbidden(words) => {
                place.standing = Standing::Forbidden(words);
                place.read = false;
                let gone: Vec<S::Key> = std::mem::take(&mut place.keys).into_iter().collect();
                // What was seen before the right was withdrawn is no longer known.
                if alone {
                    self.held = None;
                    return Some(Batch::Snapshot(Vec::new()));
                }
                return self.settle(Some(Batch::Changes { put: Vec::new(), gone }));
            }
            News::Failing(why, next) => {
                place.standing = Standing::Failing(why, next);
                return self.settle(None);
            }
            News::Unauthorized(..) => return None,
            News::Alive => None,
        };
        place.read |= batch.is_some();
        place.standing = Standing::Live(now);
        self.settle(batch)
    }

    /// Holds changes back until every place has answered; then all of it is one snapshot.
    fn settle(&mut self, batch: Option<Batch<S::Thing, S::Key>>) -> Option<Batch<S::Thing, S::Key>> {
        let settled = self.settled();
        let Some(held) = &mut self.held else { return batch };
        if let Some(Batch::Changes { put, gone }) = batch {
            for key in gone {
                held.remove(&key);
            }
            held.extend(put.into_iter().map(|thing| (S::key(&thing), thing)));
        }
        if !settled || !self.places.values().any(|p| p.read || matches!(p.standing, Standing::Forbidden(_))) {
            return None;
        }
        self.held.take().map(|held| Batch::Snapshot(held.into_values().collect()))
    }

    /// Whether every place has answered or failed.
    pub(super) fn settled(&self) -> bool {
        self.places.values().all(|p| !matches!(p.standing, Standing::Waiting))
    }

    /// Whether no place may be read.
    pub(super) fn forbidden(&self) -> bool {
        self.places.values().all(|p| matches!(p.standing, Standing::Forbidden(_)))
    }

    /// When the place that has been silent for longest last showed life; none where none is followed.
    pub(super) fn alive_at(&self) -> Option<Timestamp> {
        let live = |p: &Place<S::Key>| match p.standing {
            Standing::Live(at) => Some(at),
            _ => None,
        };
        self.places.values().filter_map(live).min()
    }

    /// Why some place fails, and when it is tried next.
    pub(super) fn failing(&self) -> Option<(String, Timestamp)> {
        let failing = |p: &Place<S::Key>| match &p.standing {
            Standing::Failing(why, next) => Some((why.clone(), *next)),
            _ => None,
        };
        self.places.values().filter_map(failing).min_by_key(|(_, next)| *next)
    }

    /// What of the kind is not seen for want of rights, such as `pods in namespaces other than shop`.
    pub(super) fn unseen(&self) -> Option<Unseen> {
        let named = |wanted: bool| -> Vec<String> {
            self.places
                .iter()
                .filter(|(_, p)| matches!(p.standing, Standing::Forbidden(_)) == wanted)
                .filter_map(|(scope, _)| match scope {
                    Scope::Namespace(name) => Some(name.clone()),
                    Scope::Everywhere => None,
                })
                .collect()
        };
        let words = self.places.values().find_map(|p| match &p.standing {
            Standing::Forbidden(words) => Some(words.clone()),
            _ => None,
        });
        match words {
            Some(words) if self.forbidden() => Some(Unseen { place: None, words }),
            _ if self.narrowed => Some(Unseen {
                place: Some(format!("namespaces other than {}", named(false).join(", "))),
                words: String::new(),
            }),
            Some(words) => Some(Unseen { place: Some(format!("namespace {}", named(true).join(", "))), words }),
            None => None,
        }
    }

    /// How much of the kind is seen.
    pub(super) fn coverage(&self) -> Coverage {
        let any_read = self.places.values().any(|p| p.read);
        match self.unseen() {
            Some(Unseen { place: None, words }) => Coverage::Forbidden(words),
            Some(Unseen { place: Some(place), .. }) if any_read => Coverage::Partial(format!("{place}: forbidden")),
            _ if self.places.values().all(|p| p.read) => Coverage::Complete,
            _ if any_read => Coverage::Partial("some namespaces have not been read yet".to_owned()),
            _ => Coverage::Unknown,
        }
    }
}

/// What is not seen of a kind for want of rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unseen {
    /// Where; none: nowhere is it seen.
    pub(super) place: Option<String>,
    /// The server's words.
    pub(super) words: String,
}
