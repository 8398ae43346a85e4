//! Where an SLO's window has no data, while its history is not known yet: an instant query cannot tell a quiet week from
//! a week that was never scraped. Once its history has been filled, the estate finds its gaps there, to five minutes.
//!
//! The total is asked again as a range, in steps that together cover the SLO's window; a step without a number is a gap.
//! This reads as much as the query of the whole window does, so it is asked seldom. A gap shorter than a step (a 48th of
//! the window: 15 hours of 30 days) is not seen.

use std::collections::BTreeMap;

use super::asking::{Asking, Kind};
use super::counts::Queries;
use super::server::Answer;
use crate::estate::DeclaredSlo;

/// Steps that cover a window.
const STEPS: u64 = 48;
/// The shortest step, seconds: a scrape interval or more.
const SHORTEST_STEP: u64 = 60;
/// How long what was found is believed, seconds.
const BELIEVED: i64 = 900;

/// Spans without data, seconds since 1970: from, to.
type Spans = Vec<(i64, i64)>;

/// What is known of the gaps, by SLO.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    found: BTreeMap<String, (i64, Spans)>,
}

impl Gaps {
    /// The spans without data in an SLO's window.
    pub(super) async fn of(
        &mut self,
        asking: &mut Asking<'_>,
        slo: &DeclaredSlo,
        queries: &Queries<'_>,
    ) -> Answer<Spans> {
        let at = asking.at().as_second();
        if let Some((asked, spans)) = self.found.get(&slo.name)
            && (0..BELIEVED).contains(&(at - asked))
        {
            return Ok(Ok(spans.clone()));
        }
        let step = (queries.window_s / STEPS).max(SHORTEST_STEP);
        let ends = ends(at, queries.window_s, step);
        let (Some(&last), Some(&first)) = (ends.first(), ends.last()) else { return Ok(Ok(Vec::new())) };
        let seconds = i64::try_from(step).unwrap_or(i64::MAX);
        let key = (slo.name.clone(), "whether points are missing".to_owned());
        let (server, query) = (asking.server, queries.total(step));
        let answer = server.instants(&query, first, last, seconds);
        Ok(match asking.ask(key, Kind::LooksBack, answer).await? {
            Ok(seen) => {
                let spans = missing(&ends, &seen, seconds);
                self.found.insert(slo.name.clone(), (at, spans.clone()));
                Ok(spans)
            }
            Err(failed) => Err(format!("whether points are missing is not known: {}", failed.words())),
        })
    }
}

/// The ends of the steps that cover a window, the newest first.
fn ends(at: i64, window_s: u64, step: u64) -> Vec<i64> {
    (0..window_s / step).map(|i| at.saturating_sub_unsigned(i * step)).collect()
}

fn missing(ends: &[i64], seen: &[f64], step: i64) -> Spans {
    // A server may answer with milliseconds more or less.
    let is_seen = |end: i64| seen.iter().any(|s| (s - end as f64).abs() < 0.5);
    ends.iter().filter(|&&end| !is_seen(end)).map(|&end| (end - step, end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_cover_the_window_and_a_silent_one_is_a_gap() {
        let ends = ends(10_000, 400, 100);
        assert_eq!(ends, [10_000, 9_900, 9_800, 9_700]);
        assert_eq!(missing(&ends, &[9_700.0, 9_900.001, 10_000.0], 100), [(9_700, 9_800)]);
        assert_eq!(missing(&ends, &[], 100).len(), 4);
    }
}
