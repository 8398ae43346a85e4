//! History that is filled in many rounds beside what is asked each minute.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::slos::{batch, slo};
use super::stage::{Stage, declared};
use super::{ID, SOON, healthy};
use crate::estate::{DeclaredEstate, DeclaredSlo, Sli};
use crate::source::aws::Before;

/// SLOs of eight days: 32 of them fit into a round.
fn slos(count: usize) -> Vec<DeclaredSlo> {
    (0..count).map(|i| slo(&format!("slo {i}"), 8, false)).collect()
}

/// Whether a minute is of the last hours: all eight days of each SLO take longer than a call may.
fn recent() -> impl Fn(i64) -> bool + Copy {
    let now = Timestamp::now().as_second() / 60;
    move |minute| minute >= now - 60
}

#[tokio::test]
async fn numbers_are_not_asked_for_again_in_each_round_of_filling() {
    let mut slos = slos(100);
    for slo in &mut slos {
        if let Sli::CloudWatchCounts { region, .. } = &mut slo.sli {
            *region = "us-east-1".to_owned();
        }
    }
    let (known, begun) = (recent(), Timestamp::now());
    let numbers = Arc::new(AtomicUsize::new(0));
    let counted = numbers.clone();
    let estate = DeclaredEstate { slos, ..declared(ID) };
    let mut stage = Stage::over(&estate, Before::default(), move |sent| match sent.operation.as_str() {
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
