//! History that is filled in many rounds beside what is asked each minute.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::pacing::with_slos;
use super::slos::{batch, last_hour, slo, with};
use super::stage::{Stage, identity};
use super::{ID, SOON, healthy};
use crate::estate::{Sli, SourceName, SourceState};
use crate::source::aws::Before;

#[tokio::test]
async fn numbers_are_not_asked_for_again_in_each_round_of_filling() {
    let begun = Timestamp::now();
    let known = last_hour(begun);
    let numbers = Arc::new(AtomicUsize::new(0));
    let counted = numbers.clone();
    let mut stage = Stage::over(&with_slos(100, 8), Before::default(), move |sent| match sent.operation.as_str() {
        "GetMetricData" if sent.body.contains("CPUUtilization") => {
            counted.fetch_add(1, Ordering::Relaxed);
            healthy("GetMetricData")
        }
        "GetMetricData" => batch(sent, known),
        other => healthy(other),
    });
    stage.until(Duration::from_secs(40), |e| e.slos().iter().all(|slo| slo.counts.is_some())).await;
    stage.until(SOON, |e| e.databases()[0].numbers.is_some()).await;
    let minutes = usize::try_from(Timestamp::now().duration_since(begun).as_secs() / 50).unwrap();
    let numbers = numbers.load(Ordering::Relaxed);
    assert!((1..=1 + minutes).contains(&numbers), "{numbers} times in {minutes} min");
}

#[tokio::test]
async fn slos_that_do_not_come_whole_rest_and_leave_the_round_to_others() {
    // Of eight days 32 fit into a round.
    let mut slos: Vec<_> = (0..34).map(|i| slo(&format!("slo {i}"), 8, false)).collect();
    for slo in slos.iter_mut().take(32) {
        if let Sli::CloudWatchCounts { events, total, .. } = &mut slo.sli {
            "Broken".clone_into(&mut events.metric);
            "Broken".clone_into(&mut total.metric);
        }
    }
    let known = last_hour(Timestamp::now());
    let mut stage = Stage::over(&with(slos), Before::default(), move |sent| match sent.operation.as_str() {
        "GetCallerIdentity" => identity(ID),
        "GetMetricData" => batch(sent, known),
        other => healthy(other),
    });
    stage.until(SOON, |e| e.slos()[33].counts.is_some()).await;
    stage.pass(Duration::from_secs(3)).await;
    let source = stage.source(SourceName::CloudWatch);
    assert_eq!(source.state, SourceState::Live);
    let words = source.error.clone().unwrap();
    assert!(words.contains("slo 0: not all of it is known: InternalError"), "{words}");
    assert!(!words.contains("there is no"), "{words}");
    let calls = stage.operations().iter().filter(|o| *o == "GetMetricData").count();
    assert_eq!(calls, 9, "each was asked once");
}
