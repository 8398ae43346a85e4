//! The client that acts: the credentials of one operation, proven, and dropped after it.

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
            fire(&self.known.config(region), region, &call).await
        })
    }
}
