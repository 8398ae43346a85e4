//! The autoscalers of a cluster: every workload whose replicas follow the day has one.

use jiff::Timestamp;

use super::chance::{mix, uid};
use super::moment::{At, Moment};
use super::plan::WorkloadPlan;
use crate::estate::{Autoscaler, Condition, Hindrance, Name, Owner, Workload};

/// Marks the chance that makes an autoscaler's UID.
const SALT: u64 = 29;

impl WorkloadPlan {
    /// The UID of its autoscaler.
    pub(super) fn scaler_uid(&self) -> String {
        uid(mix(self.grain, SALT))
    }

    /// Its autoscaler as it stands at an instant at which the workload is so; none where nothing scales it.
    pub(super) fn autoscaler(&self, workload: &Workload, at: At) -> Option<Autoscaler> {
        if self.extra == 0 {
            return None;
        }
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (least, most) = self.bounds(&mut Moment::new(at));
        let (min, max) = (count(least), count(most));
        let hindered = |condition, reason: &str, message: &str| Hindrance {
            condition,
            reason: reason.into(),
            message: message.into(),
        };
        let hindrance = match workload.wanted {
            0 => Some(hindered(
                Condition::Inactive,
                "ScalingDisabled",
                "scaling is disabled since the replica count of the target is zero",
            )),
            n if n >= max => Some(hindered(
                Condition::Limited,
                "TooManyReplicas",
                "the desired replica count is more than the maximum replica count",
            )),
            _ => None,
        };
        Some(Autoscaler {
            name: Name::new(self.namespace.clone(), self.name.clone()),
            uid: self.scaler_uid().into(),
            scales: Owner::Workload(self.kind, self.name.clone()),
            min,
            max,
            current: workload.wanted,
            desired: workload.wanted,
            hindrances: hindrance.into_iter().collect(),
            created: Timestamp::from_second(self.created).ok(),
        })
    }
}
