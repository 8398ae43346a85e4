//! The client that acts: one for one operation, made in a write window, and dropped after.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;

use super::entry::Entry;
use super::exchange::{Came, Outgoing, exchange, said};
use super::{AT_ONCE, rehearsal, rights};
use crate::operate::journal::Recorded;
use crate::operate::{Answer, Arms, Call, Inquiry, Permit, Service, WritePass};

/// How long an answer is waited for. The server itself gives up after a minute; whatever it does later is seen by looking.
const PATIENCE: Duration = Duration::from_secs(30);

/// A way into one cluster that may change things.
pub(super) struct ClusterArms {
    /// Why the window was opened; holding it is what allows this client to be.
    _pass: WritePass,
    role: Option<String>,
    entry: Entry,
}

impl ClusterArms {
    pub(super) fn new(pass: WritePass, entry: Entry) -> Self {
        let role = entry.account.as_ref().filter(|_| entry.by_token).map(|(arn, _)| arn.clone());
        Self { _pass: pass, role, entry }
    }
}

impl Arms for ClusterArms {
    fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }

    fn inquire<'a>(&'a mut self, calls: &'a [Call]) -> BoxFuture<'a, Inquiry> {
        Box::pin(async move {
            if let Err(why) = self.entry.renew().await {
                return Inquiry {
                    permits: calls.iter().map(|_| Permit::Unknown(why.clone())).collect(),
                    rehearsed: calls.iter().map(|_| Err(why.clone())).collect(),
                };
            }
            let (entered, called) = (&self.entry.entered, self.entry.called.as_str());
            let permits = rights::permitted(entered, called, calls);
            let dry: Vec<_> = calls.iter().map(|call| rehearsal::rehearse(entered, called, call)).collect();
            let rehearsed = futures_util::stream::iter(dry).buffered(AT_ONCE).collect();
            let (permits, rehearsed) = tokio::join!(permits, rehearsed);
            Inquiry { permits, rehearsed }
        })
    }

    fn send(&mut self, call: Recorded<Call>) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            let call = call.into_inner();
            if call.service != Service::Kubernetes {
                return Answer::Unsent(format!("{} is no call to a cluster", call.action));
            }
            if let Err(why) = self.entry.renew().await {
                return Answer::Unsent(why);
            }
            match Outgoing::of(&call.request) {
                Ok(outgoing) => answer(exchange(&self.entry.entered, &self.entry.called, outgoing, PATIENCE).await),
                Err(why) => Answer::Unsent(why),
            }
        })
    }
}

/// What an exchange means: only a whole 2xx is a yes, only a 4xx is a no. 408 may come from something on the way that
/// waited in vain for a server that acted.
fn answer(came: Came) -> Answer {
    match came {
        Came::Answered { status: 200..300, request_id, body } => Answer::Accepted { request_id, body },
        Came::Answered { status, request_id, body } => {
            let (code, message) = said(status, &body);
            if (400..500).contains(&status) && status != 408 {
                Answer::Declined { request_id, status, code, message }
            } else {
                Answer::Lost { request_id, why: format!("the API server answered {status} {code}: {message}") }
            }
        }
        Came::Unsent(why) => Answer::Unsent(why),
        Came::Broken { request_id, why } => Answer::Lost { request_id, why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn only_a_whole_answer_says_yes_or_no() {
        let answered = |status, body| answer(Came::Answered { status, request_id: Some("a".into()), body });
        assert!(matches!(answered(201, json!({})), Answer::Accepted { request_id: Some(_), .. }));
        for (status, reason) in
            [(403, "Forbidden"), (404, "NotFound"), (409, "Conflict"), (422, "Invalid"), (429, "TooManyRequests")]
        {
            let body = json!({"kind": "Status", "reason": reason, "message": "words"});
            let Answer::Declined { status: told, code, .. } = answered(status, body) else { panic!("{status}") };
            assert_eq!((told, &*code), (status, reason));
        }
        for status in [302, 408, 500, 502, 503, 504] {
            assert!(matches!(answered(status, Value::Null), Answer::Lost { .. }), "{status}");
        }
        assert!(matches!(answer(Came::Unsent("no line".into())), Answer::Unsent(_)));
        let broken = Came::Broken { request_id: Some("a".into()), why: "cut".into() };
        assert!(matches!(answer(broken), Answer::Lost { request_id: Some(_), .. }));
    }
}
