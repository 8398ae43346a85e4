//! Pods: phase, the most telling reason, restarts, and how a container ended last.

use bytes::Bytes;

use super::Interner;
use super::interner::own;
use super::owner::owner;
use crate::estate::{Name, Pod, PodPhase, Termination};
use crate::source::kubernetes::wire::meta::Time;
use crate::source::kubernetes::wire::objects::{
    self, ContainerState, ContainerStateTerminated, ContainerStatus, PodStatus,
};

/// The reason of a container that dies each time it is started.
const CRASH_LOOP: &[u8] = b"CrashLoopBackOff";

/// Reasons for waiting that every healthy pod passes through.
const STARTING: [&[u8]; 2] = [b"ContainerCreating", b"PodInitializing"];

/// What is kept of a pod.
pub(super) fn show(wire: &objects::Pod, strings: &mut Interner) -> Option<Pod> {
    let meta = wire.metadata.as_ref().filter(|m| !m.name.is_empty())?;
    let unheard = PodStatus::default();
    let status = wire.status.as_ref().unwrap_or(&unheard);
    let declared = wire.spec.as_ref().map_or(0, |s| s.containers.len());
    let ready = status.container_statuses.iter().filter(|c| c.ready).count();
    Some(Pod {
        name: Name { namespace: strings.share(&meta.namespace), name: own(&meta.name) },
        uid: own(&meta.uid),
        phase: phase(&status.phase),
        reason: reason(status).and_then(|reason| strings.share_some(reason)),
        crash_looping: containers(status).any(|c| waiting(c).is_some_and(|reason| reason == CRASH_LOOP)),
        restarts: containers(status).fold(0, |sum, c| sum.saturating_add(u32::try_from(c.restart_count).unwrap_or(0))),
        ready: (small(ready), small(declared.max(status.container_statuses.len()))),
        last_termination: last_termination(status, strings),
        node: wire.spec.as_ref().and_then(|s| strings.share_some(&s.node_name)),
        owner: owner(meta, strings),
        created: meta.creation_timestamp.and_then(Time::instant),
        deleting: meta.deletion_timestamp.is_some(),
    })
}

fn small(containers: usize) -> u16 {
    u16::try_from(containers).unwrap_or(u16::MAX)
}

fn phase(phase: &Bytes) -> PodPhase {
    match &**phase {
        b"Pending" => PodPhase::Pending,
        b"Running" => PodPhase::Running,
        b"Succeeded" => PodPhase::Succeeded,
        b"Failed" => PodPhase::Failed,
        _ => PodPhase::Unknown,
    }
}

/// Init containers and containers.
fn containers(status: &PodStatus) -> impl Iterator<Item = &ContainerStatus> {
    status.init_container_statuses.iter().chain(&status.container_statuses)
}

fn waiting(container: &ContainerStatus) -> Option<&Bytes> {
    container.state.as_ref()?.waiting.as_ref().map(|w| &w.reason).filter(|reason| !reason.is_empty())
}

fn ended(state: Option<&ContainerState>) -> Option<&ContainerStateTerminated> {
    state?.terminated.as_ref()
}

/// The most telling reason: why a container cannot start, a crash loop before all else; then the pod's own word; then
/// why it cannot be placed; then how a container of a failed pod ended; last, what every pod passes through.
fn reason(status: &PodStatus) -> Option<&Bytes> {
    let held = || containers(status).filter_map(waiting).filter(|reason| !STARTING.contains(&&***reason));
    let unplaced = || {
        let condition = status.conditions.iter().find(|c| c.kind == "PodScheduled" && c.status == "False")?;
        Some(&condition.reason).filter(|reason| !reason.is_empty())
    };
    let broken = || {
        (status.phase == "Failed")
            .then(|| containers(status).filter_map(|c| ended(c.state.as_ref())).find(|t| t.exit_code != 0))
            .flatten()
            .map(|t| &t.reason)
            .filter(|reason| !reason.is_empty())
    };
    held()
        .find(|reason| *reason == CRASH_LOOP)
        .or_else(|| held().next())
        .or_else(|| Some(&status.reason).filter(|reason| !reason.is_empty()))
        .or_else(unplaced)
        .or_else(broken)
        .or_else(|| containers(status).find_map(waiting))
}

/// The newest end of a container: of its last life, or of this one where it was started before.
fn last_termination(status: &PodStatus, strings: &mut Interner) -> Option<Termination> {
    let newest = containers(status)
        .flat_map(|c| {
            let now = ended(c.state.as_ref()).filter(|_| c.restart_count > 0);
            [ended(c.last_state.as_ref()), now]
        })
        .flatten()
        .map(|t| (t.finished_at.and_then(Time::instant), t))
        .max_by_key(|(at, _)| *at)?;
    let (at, ended) = newest;
    Some(Termination { at, reason: strings.share(&ended.reason), exit_code: ended.exit_code })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::kubernetes::wire::objects::{ContainerStateWaiting, PodCondition};

    fn waits(reason: &'static str) -> ContainerStatus {
        ContainerStatus {
            state: Some(ContainerState {
                waiting: Some(ContainerStateWaiting { reason: reason.into() }),
                terminated: None,
            }),
            ..ContainerStatus::default()
        }
    }

    fn died(reason: &'static str, at: i64) -> ContainerState {
        let finished_at = Some(Time { seconds: Some(at), nanos: 0 });
        let terminated = ContainerStateTerminated { exit_code: 137, reason: reason.into(), finished_at };
        ContainerState { waiting: None, terminated: Some(terminated) }
    }

    fn condition(kind: &'static str, status: &'static str, reason: &'static str) -> PodCondition {
        PodCondition { kind: kind.into(), status: status.into(), reason: reason.into() }
    }

    fn shown(status: PodStatus) -> Pod {
        let wire = objects::Pod {
            metadata: Some(crate::source::kubernetes::wire::meta::ObjectMeta {
                name: "p".into(),
                namespace: "shop".into(),
                ..Default::default()
            }),
            spec: None,
            status: Some(status),
        };
        show(&wire, &mut Interner::default()).unwrap()
    }

    #[test]
    fn the_most_telling_reason_wins() {
        let unschedulable = || vec![condition("PodScheduled", "False", "Unschedulable")];
        for (status, expected) in [
            (
                PodStatus {
                    container_statuses: vec![waits("ImagePullBackOff"), waits("CrashLoopBackOff")],
                    reason: "Evicted".into(),
                    ..PodStatus::default()
                },
                Some("CrashLoopBackOff"),
            ),
            (
                PodStatus {
                    init_container_statuses: vec![waits("ErrImagePull")],
                    container_statuses: vec![waits("PodInitializing")],
                    ..PodStatus::default()
                },
                Some("ErrImagePull"),
            ),
            (
                PodStatus { reason: "Evicted".into(), conditions: unschedulable(), ..PodStatus::default() },
                Some("Evicted"),
            ),
            (
                PodStatus { conditions: unschedulable(), container_statuses: vec![], ..PodStatus::default() },
                Some("Unschedulable"),
            ),
            (
                PodStatus {
                    phase: "Failed".into(),
                    container_statuses: vec![ContainerStatus {
                        state: Some(died("OOMKilled", 5)),
                        ..Default::default()
                    }],
                    ..PodStatus::default()
                },
                Some("OOMKilled"),
            ),
            (
                PodStatus { container_statuses: vec![waits("ContainerCreating")], ..PodStatus::default() },
                Some("ContainerCreating"),
            ),
            (PodStatus { conditions: vec![condition("PodScheduled", "True", "")], ..PodStatus::default() }, None),
        ] {
            assert_eq!(
                reason(&status).map(|r| String::from_utf8_lossy(r).into_owned()).as_deref(),
                expected,
                "{status:?}"
            );
        }
    }

    #[test]
    fn crash_looping_is_told_whatever_the_phase_and_whichever_the_container() {
        for phase in ["Pending", "Running", "Failed", ""] {
            let init = PodStatus {
                phase: phase.into(),
                init_container_statuses: vec![waits("CrashLoopBackOff")],
                ..PodStatus::default()
            };
            assert!(shown(init).crash_looping, "{phase}");
        }
        assert!(!shown(PodStatus { reason: "CrashLoopBackOff".into(), ..PodStatus::default() }).crash_looping);
    }

    #[test]
    fn restarts_are_summed_and_the_newest_end_is_kept() {
        let container = |restart_count, last_state, state| ContainerStatus {
            restart_count,
            last_state,
            state,
            ready: restart_count == 0,
        };
        let pod = shown(PodStatus {
            phase: "Running".into(),
            init_container_statuses: vec![container(2, Some(died("Error", 100)), None)],
            container_statuses: vec![
                container(3, Some(died("OOMKilled", 300)), None),
                container(1, Some(died("Error", 150)), Some(died("Error", 200))),
                container(0, None, Some(died("Completed", 900))),
            ],
            ..PodStatus::default()
        });
        assert_eq!(pod.restarts, 6);
        assert_eq!(pod.ready, (1, 3));
        let last = pod.last_termination.unwrap();
        assert_eq!((&*last.reason, last.exit_code, last.at.unwrap().as_second()), ("OOMKilled", 137, 300));
    }

    #[test]
    fn a_pod_that_nobody_reports_on_is_unknown() {
        let pod = shown(PodStatus::default());
        assert_eq!((pod.phase, pod.restarts, pod.ready, pod.reason), (PodPhase::Unknown, 0, (0, 0), None));
    }
}
