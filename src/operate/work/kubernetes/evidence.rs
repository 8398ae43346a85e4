//! After a lost answer: whether a call acted, by the object as it is now.

use serde_json::Value;

use super::change::{Found, object_of};
use super::object::{deleting, generation, text, uid};
use crate::operate::{Call, Happened, Read, Sight, Sights};

/// Whether a patch acted: `looks` says whether the object looks as the patch makes it, and in words how it looks.
pub(super) fn of(call: &Call, seen: &Sights, looks: impl Fn(&Value) -> (bool, String)) -> Happened {
    let object = match object_of(call, seen) {
        Found::There(object) => object,
        Found::Absent(why) => return Happened::NotSeen(format!("the object is gone: {why}")),
        Found::Unseen(why) => return Happened::Unclear(why),
    };
    if Some(uid(object)) != text(&call.request, "/uid") {
        return Happened::NotSeen("the object was deleted and made anew".to_owned());
    }
    let (so, words) = looks(object);
    let version = text(object, "/metadata/resourceVersion");
    let before = call.request["generation"].as_i64();
    match (so, generation(object)) {
        (true, _) => Happened::Yes(words),
        _ if version.is_some() && version == text(&call.request, "/resourceVersion") => {
            Happened::NotSeen(format!("{words}; the object is as it was before the call"))
        }
        (false, Some(now)) if before == Some(now) => Happened::NotSeen(format!("{words}; generation {now} as before")),
        // One change, and another than ours.
        (false, Some(now)) if before.is_some_and(|before| now == before + 1) => {
            Happened::NotSeen(format!("{words}; somebody else changed the object before the call could"))
        }
        // Ours may be among the changes, and undone by a later one.
        (false, Some(now)) => Happened::Unclear(format!("{words}; generation is {now}: it was changed more than once")),
        (false, None) => Happened::NotSeen(words),
    }
}

/// Whether a pod is gone, or going: what an eviction and a deletion do.
pub(super) fn of_pod(call: &Call, seen: &Sights) -> Happened {
    let Some(path) = text(&call.request, "/object") else {
        return Happened::Unclear("the call names no pod".to_owned());
    };
    match pod(&Read::Kubernetes(path.to_owned()), text(&call.request, "/uid").unwrap_or_default(), seen) {
        Pod::Gone(words) | Pod::Going(words) => Happened::Yes(words),
        Pod::There => Happened::NotSeen("the pod is there, and nothing deletes it".to_owned()),
        Pod::Unseen(why) => Happened::Unclear(why),
    }
}

/// What has become of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pod {
    /// It is gone: how that is known.
    Gone(String),
    /// It is on its way out.
    Going(String),
    /// It is there as ever.
    There,
    /// It cannot be seen: why.
    Unseen(String),
}

/// What has become of the pod of that uid.
pub(super) fn pod(read: &Read, was: &str, seen: &Sights) -> Pod {
    match seen.sight(read) {
        Some(Sight::There(object)) if uid(object) != was => {
            Pod::Gone("the pod is gone; another has its name".to_owned())
        }
        Some(Sight::There(object)) if deleting(object) => Pod::Going("the pod is stopping".to_owned()),
        Some(Sight::There(_)) => Pod::There,
        Some(Sight::Absent(_)) => Pod::Gone("the pod is gone".to_owned()),
        Some(Sight::Unseen(why)) => Pod::Unseen(why.clone()),
        None => Pod::Unseen("it has not been looked at".to_owned()),
    }
}
