//! Looking for an operation: GETs in JSON, lists put together of their pages.

use std::time::Duration;

use serde_json::Value;

use super::super::entrance::Entered;
use super::super::scope::escaped;
use super::exchange::{Came, Outgoing, exchange, said};
use crate::operate::Sight;

/// How long one page may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Objects a page.
const PAGE: usize = 500;
/// The most pages of one list: an operation that rests on more than this many objects is none to be done at once.
const MOST_PAGES: usize = 40;
/// How often a list is begun anew because its continue token had grown too old.
const BEGINNINGS: usize = 3;

/// What a look needs to know of a failure.
pub(super) struct Looked {
    /// What was seen.
    pub(super) sight: Sight,
    /// Whether the server did not accept the credentials: they are to be got anew before the next look.
    pub(super) unauthorized: bool,
}

/// Reads an object, or a whole list.
pub(super) async fn look(entered: &Entered, called: &str, path: &str) -> Looked {
    let mut items: Option<Vec<Value>> = None;
    let (mut next, mut beginnings, mut pages) = (String::new(), 1, 0);
    loop {
        let came = exchange(entered, called, Outgoing::get(page(path, &next)), PATIENCE).await;
        let mut body = match came {
            Came::Answered { status: 200, body, .. } => body,
            Came::Answered { status: 410, .. } if !next.is_empty() && beginnings < BEGINNINGS => {
                (next, items, beginnings, pages) = (String::new(), None, beginnings + 1, 0);
                continue;
            }
            Came::Answered { status, body, .. } => return refused(status, &body, called),
            Came::Unsent(why) | Came::Broken { why, .. } => return unseen(why),
        };
        let Some(page) = body.get_mut("items").and_then(Value::as_array_mut) else {
            strip(&mut body);
            return Looked { sight: Sight::There(body), unauthorized: false };
        };
        page.iter_mut().for_each(strip);
        items.get_or_insert_default().append(page);
        let more = body.pointer("/metadata/continue").and_then(Value::as_str).unwrap_or_default().to_owned();
        pages += 1;
        if more.is_empty() {
            return Looked { sight: Sight::There(Value::Array(items.unwrap_or_default())), unauthorized: false };
        }
        if more == next || pages >= MOST_PAGES {
            return unseen(format!("{path} is a list without an end; it has given {pages} pages"));
        }
        next = more;
    }
}

/// A page of a list; an object is asked for in the same words, which it does not mind.
fn page(path: &str, next: &str) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    let more = if next.is_empty() { String::new() } else { format!("&continue={}", escaped(next)) };
    format!("{path}{mark}limit={PAGE}{more}")
}

/// Leaves away who managed which field: half of an object, and no operation looks at it.
fn strip(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
}

fn refused(status: u16, body: &Value, called: &str) -> Looked {
    let (_, message) = said(status, body);
    let sight = match status {
        404 => Sight::Absent(message),
        401 => Sight::Unseen(format!(
            "the API server does not accept the credentials of {called} (401 {message}); log in again"
        )),
        403 => Sight::Unseen(format!("may not be looked at: {message}")),
        _ => Sight::Unseen(format!("the API server of {called} answers {status}: {message}")),
    };
    Looked { sight, unauthorized: status == 401 }
}

fn unseen(why: String) -> Looked {
    Looked { sight: Sight::Unseen(why), unauthorized: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_keep_their_query() {
        assert_eq!(page("/api/v1/nodes", ""), "/api/v1/nodes?limit=500");
        assert_eq!(
            page("/api/v1/pods?fieldSelector=a", "x/y"),
            "/api/v1/pods?fieldSelector=a&limit=500&continue=x%2Fy"
        );
    }
}
