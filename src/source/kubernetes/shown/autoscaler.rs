//! Autoscalers: what each holds, its bounds and numbers, and the conditions that hinder it.

use super::Interner;
use super::interner::own;
use crate::estate::{Autoscaler, Condition, Hindrance, Name, Owner, WorkloadKind};
use crate::source::kubernetes::wire::autoscaling::{AutoscalerCondition, HorizontalPodAutoscaler, ScaleTarget};
use crate::source::kubernetes::wire::meta::Time;

/// What the API takes `spec.minReplicas` for where it is not set.
const DEFAULT_MIN: i32 = 1;

/// What is kept of an autoscaler.
pub(super) fn show(wire: &HorizontalPodAutoscaler, strings: &mut Interner) -> Option<Autoscaler> {
    let meta = wire.metadata.as_ref().filter(|m| !m.name.is_empty())?;
    let (spec, status) = (wire.spec.as_ref(), wire.status.as_ref());
    let conditions = status.map(|s| s.conditions.as_slice()).unwrap_or_default();
    Some(Autoscaler {
        name: Name { namespace: strings.share(&meta.namespace), name: own(&meta.name) },
        uid: own(&meta.uid),
        scales: spec.and_then(|s| s.scales.as_ref()).map_or(Owner::Nobody, |target| scales(target, strings)),
        min: count(spec.and_then(|s| s.min_replicas).unwrap_or(DEFAULT_MIN)),
        max: count(spec.map_or(0, |s| s.max_replicas)),
        current: count(status.map_or(0, |s| s.current_replicas)),
        desired: count(status.map_or(0, |s| s.desired_replicas)),
        hindrances: conditions.iter().filter_map(|c| hindrance(c, strings)).collect(),
        created: meta.creation_timestamp.and_then(Time::instant),
    })
}

fn scales(target: &ScaleTarget, strings: &mut Interner) -> Owner {
    let name = strings.share(&target.name);
    // Other groups have kinds of these names, too.
    let apps = target.api_version.starts_with(b"apps/");
    match &*target.kind {
        b"Deployment" if apps => Owner::Workload(WorkloadKind::Deployment, name),
        b"StatefulSet" if apps => Owner::Workload(WorkloadKind::StatefulSet, name),
        _ => Owner::Other(strings.share(&target.kind), name),
    }
}

/// A condition, if it is not as one wishes it.
fn hindrance(wire: &AutoscalerCondition, strings: &mut Interner) -> Option<Hindrance> {
    let condition = match (&*wire.kind, &*wire.status) {
        (b"AbleToScale", b"False") => Condition::Unable,
        (b"ScalingActive", b"False") => Condition::Inactive,
        (b"ScalingLimited", b"True") => Condition::Limited,
        _ => return None,
    };
    Some(Hindrance { condition, reason: strings.share(&wire.reason), message: own(&wire.message) })
}

/// The API's numbers of replicas are signed but never negative.
fn count(replicas: i32) -> u32 {
    u32::try_from(replicas).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::kubernetes::wire::autoscaling::{AutoscalerSpec, AutoscalerStatus};
    use crate::source::kubernetes::wire::meta::ObjectMeta;

    fn condition(kind: &'static str, status: &'static str, reason: &'static str) -> AutoscalerCondition {
        AutoscalerCondition {
            kind: kind.into(),
            status: status.into(),
            reason: reason.into(),
            message: "because".into(),
        }
    }

    fn autoscaler(min: Option<i32>, kind: &'static str, api: &'static str) -> HorizontalPodAutoscaler {
        HorizontalPodAutoscaler {
            metadata: Some(ObjectMeta { name: "web".into(), namespace: "shop".into(), ..ObjectMeta::default() }),
            spec: Some(AutoscalerSpec {
                scales: Some(ScaleTarget { kind: kind.into(), name: "web".into(), api_version: api.into() }),
                min_replicas: min,
                max_replicas: 12,
            }),
            status: Some(AutoscalerStatus {
                current_replicas: 7,
                desired_replicas: 9,
                conditions: vec![
                    condition("AbleToScale", "True", "ReadyForNewScale"),
                    condition("ScalingActive", "False", "FailedGetResourceMetric"),
                    condition("ScalingLimited", "True", "TooManyReplicas"),
                ],
            }),
        }
    }

    #[test]
    fn numbers_and_what_hinders() {
        let shown = show(&autoscaler(Some(3), "Deployment", "apps/v1"), &mut Interner::default()).unwrap();
        assert_eq!((shown.min, shown.max, shown.current, shown.desired), (3, 12, 7, 9));
        let hindered: Vec<_> = shown.hindrances.iter().map(|h| (h.condition, &*h.reason)).collect();
        assert_eq!(
            hindered,
            [(Condition::Inactive, "FailedGetResourceMetric"), (Condition::Limited, "TooManyReplicas")]
        );
        let least = show(&autoscaler(None, "Deployment", "apps/v1"), &mut Interner::default()).unwrap();
        assert_eq!(least.min, 1, "the API's default");
        assert!(show(&HorizontalPodAutoscaler::default(), &mut Interner::default()).is_none());
    }

    #[test]
    fn what_it_scales_by_group_and_kind() {
        for (kind, api, expected) in [
            ("Deployment", "apps/v1", Owner::Workload(WorkloadKind::Deployment, "web".into())),
            ("StatefulSet", "apps/v1", Owner::Workload(WorkloadKind::StatefulSet, "web".into())),
            ("Deployment", "serving.example/v1", Owner::Other("Deployment".into(), "web".into())),
            ("Rollout", "argoproj.io/v1alpha1", Owner::Other("Rollout".into(), "web".into())),
        ] {
            let shown = show(&autoscaler(None, kind, api), &mut Interner::default()).unwrap();
            assert_eq!(shown.scales, expected);
        }
    }
}
