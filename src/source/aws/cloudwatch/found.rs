//! What CloudWatch's answers say of one SLO: bad and all events of each period, and how late they are.

use jiff::Timestamp;

use super::fetching::Points;
use super::plan::Asked;
use crate::estate::{Counted, Covered, SliPoint, SliPoints};

/// The last minutes of which a point may still be on its way.
const LATE_MINUTES: i64 = 2;

/// What the first query says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Count(Counted),
    GoodPercent,
}

/// What was found of one SLO.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) points: SliPoints,
    /// The start of the newest minute of which the total is in.
    pub(super) newest: Option<i64>,
    /// Why it is not all of it, in the service's words.
    pub(super) problem: Option<String>,
    /// What is now has come whole.
    pub(super) forward_done: bool,
}

impl Found {
    /// Takes in the answers of both queries over periods of so many seconds.
    pub(super) fn take(&mut self, what: What, period: i64, events: &Points, total: &Points) {
        for (at, total) in &total.values {
            let bad = bad(what, events.values.get(at).copied(), *total);
            // Points of an hour are spread evenly over its five minutes.
            let (parts, step) = if period > 300 { (period / 300, 300) } else { (1, period) };
            let share = |count: f64| count / parts as f64;
            for part in 0..parts {
                let Ok(start) = Timestamp::from_second(at + part * step) else { continue };
                let point = SliPoint { at: start, bad: bad.map(share), total: Some(share(*total)) };
                if step == 60 { self.points.minutes.push(point) } else { self.points.five_minutes.push(point) }
            }
            if step == 60 {
                self.newest = self.newest.max(Some(*at));
            }
        }
        if let Some(why) = events.problem.as_ref().or(total.problem.as_ref()) {
            self.problem.get_or_insert_with(|| why.clone());
        }
    }

    /// As the estate takes it in. The windows end with the last whole minute that is in, two late at most.
    pub(super) fn told(self, asked: Option<Asked>, newest: Option<i64>, end: i64) -> SliPoints {
        let at = |second| Timestamp::from_second(second).ok();
        let covered = asked.and_then(|a| Some(Covered { from: at(a.from)?, until: at(a.until)? }));
        let last = newest.map_or(i64::MIN, |start| start + 60).clamp(end - 60 * LATE_MINUTES, end);
        SliPoints { covered, counts_at: at(last), ..self.points }
    }
}

/// Bad events of a period. A missing count beside a present total is 0: CloudWatch has no point of what never happened.
/// A missing percentage is not known.
fn bad(what: What, events: Option<f64>, total: f64) -> Option<f64> {
    match what {
        What::Count(Counted::Bad) => Some(events.unwrap_or(0.0).max(0.0)),
        What::Count(Counted::Good) => Some((total - events.unwrap_or(0.0)).max(0.0)),
        What::GoodPercent if total <= 0.0 => Some(0.0),
        What::GoodPercent => events.map(|percent| total * (1.0 - percent.clamp(0.0, 100.0) / 100.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[(i64, f64)]) -> Points {
        Points { values: values.iter().copied().collect(), problem: None }
    }

    fn found(what: What, period: i64, events: &[(i64, f64)], total: &[(i64, f64)]) -> Found {
        let mut found = Found::default();
        found.take(what, period, &points(events), &points(total));
        found
    }

    fn plain(points: &[SliPoint]) -> Vec<(i64, Option<f64>, Option<f64>)> {
        points.iter().map(|p| (p.at.as_second(), p.bad, p.total)).collect()
    }

    #[test]
    fn a_missing_count_is_zero_and_a_missing_total_is_no_data() {
        let (events, total) = ([(0, 3.0), (120, 9.0)], [(0, 100.0), (60, 50.0)]);
        let bad = found(What::Count(Counted::Bad), 60, &events, &total).points;
        assert_eq!(plain(&bad.minutes), [(0, Some(3.0), Some(100.0)), (60, Some(0.0), Some(50.0))]);
        let good = found(What::Count(Counted::Good), 300, &events, &total).points;
        assert_eq!(plain(&good.five_minutes), [(0, Some(97.0), Some(100.0)), (60, Some(50.0), Some(50.0))]);
    }

    #[test]
    fn a_percentage_is_weighted_by_its_own_period() {
        let (percent, total) = ([(0, 99.0), (60, 50.0)], [(0, 1_000.0), (60, 10.0), (120, 0.0), (180, 5.0)]);
        let points = found(What::GoodPercent, 60, &percent, &total).points.minutes;
        let all: Vec<_> = plain(&points).into_iter().map(|(_, bad, total)| (bad, total)).collect();
        let ten = 1_000.0 * (1.0 - 99.0 / 100.0);
        let expected = [(Some(ten), Some(1_000.0)), (Some(5.0), Some(10.0)), (Some(0.0), Some(0.0)), (None, Some(5.0))];
        assert_eq!(all, expected, "without a percentage it is not known how many of five were slow");
    }

    #[test]
    fn an_hour_is_spread_evenly() {
        let points = found(What::Count(Counted::Bad), 3_600, &[(7_200, 6.0)], &[(7_200, 1_200.0)]).points.five_minutes;
        assert_eq!(points.len(), 12);
        assert_eq!(plain(&points)[11], (10_500, Some(0.5), Some(100.0)));
    }

    #[test]
    fn windows_end_with_the_last_minute_that_is_in_two_late_at_most() {
        let end_with = |newest: &[(i64, f64)]| {
            let found = found(What::Count(Counted::Bad), 60, &[], newest);
            let newest = found.newest;
            found.told(None, newest, 6_000).counts_at.unwrap().as_second()
        };
        assert_eq!(end_with(&[(5_940, 1.0)]), 6_000);
        assert_eq!(end_with(&[(5_880, 1.0), (5_820, 1.0)]), 5_940);
        assert_eq!(end_with(&[(5_820, 1.0)]), 5_880);
        assert_eq!(end_with(&[(60, 1.0)]), 5_880);
        assert_eq!(end_with(&[]), 5_880);
    }
}
