//! The client that acts: the credentials of one operation, proven, and dropped after it.

use std::time::SystemTime;

use futures_util::future::BoxFuture;

use super::account::Known;
use super::fire::fire;
use crate::operate::journal::Recorded;
use crate::operate::{Answer, Arms, Call, WritePass};

/// Can act for one operation.
pub(super) struct AwsArms {
    /// Only a write window gives one.
    _pass: WritePass,
    known: Known,
    region: Option<String>,
}

impl AwsArms {
    pub(super) fn new(pass: WritePass, known: Known, region: Option<String>) -> Self {
        Self { _pass: pass, known, region }
    }
}

impl Arms for AwsArms {
    fn role(&self) -> Option<&str> {
        Some(&self.known.arn)
    }

    fn send(&mut self, call: Recorded<Call>) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            let call = call.into_inner();
            let Some(region) = call.region.as_ref().or(self.region.as_ref()) else {
                return Answer::Unsent("nothing was sent: the target has no region".to_owned());
            };
            // What has expired would be declined; and nothing is to be sent by others than those that were proven.
            if self.known.credentials().expiry().is_some_and(|at| at <= SystemTime::now()) {
                let words = "the credentials of this operation have expired; plan it anew after a login";
                return Answer::Unsent(words.to_owned());
            }
            fire(&self.known.config(region), region, &call).await
        })
    }
}
