//! What has to be asked of an SLO's events: backwards once, then only forward. Pure.
//!
//! ```text
//! window begins      62 d ago        minutes are kept from        covered until      now
//!      |─ points of 1 h ─|── points of 300 s ──|───── points of 60 s ─────|~overlap~|
//! ```

use super::fetching::Span;
use crate::estate::{Covered, SliSeries};

/// Points that come late are taken in as long as this after their time, seconds.
const OVERLAP_S: i64 = 1_800;
/// How long CloudWatch keeps points of 300 s (63 days), less a day.
const FIVE_KEPT_S: i64 = 62 * 86_400;
/// The longest of the seven windows, and an hour.
const LONGEST_WINDOW_S: i64 = 3 * 86_400 + 3_600;
/// What is missing at the far end and is less than this is not worth a call: a window that was asked for whole moves on.
const SLACK_S: i64 = 600;

/// What has been asked for: seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) from: i64,
    pub(super) until: i64,
}

impl Asked {
    pub(super) fn of(covered: Covered) -> Self {
        Self { from: covered.from.as_second(), until: covered.until.as_second() }
    }
}

/// What has to be asked now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// From the last time up to now.
    pub(super) forward: Vec<Span>,
    /// Once: from the beginning of the window.
    pub(super) backward: Vec<Span>,
    /// What is covered once all of `forward` has been answered.
    pub(super) after_forward: Option<Asked>,
    /// What is covered once all of `backward` has been answered too.
    pub(super) after_backward: Option<Asked>,
}

/// What has to be asked of an SLO with a window of so many seconds, at the whole minute `end`.
pub(super) fn plan(window_s: u64, asked: Option<Asked>, end: i64) -> Plan {
    let window_s_i = i64::try_from(window_s).unwrap_or(i64::MAX / 4);
    let begin = floor(end - window_s_i.max(LONGEST_WINDOW_S), 300);
    let minutes = floor(end - SliSeries::new(window_s).minutes_kept_s(), 300) + 300;
    // A clock that was set back has asked for what is yet to come.
    let asked = asked.map(|a| Asked { until: a.until.min(end), ..a }).filter(|a| a.from < a.until && a.until > begin);
    let forward_from = asked.map_or(minutes, |a| floor(a.until - OVERLAP_S, 300)).max(begin);
    let forward = spans(forward_from, end, minutes, end);
    let from = asked.map_or(forward_from, |a| a.from.min(forward_from));
    let backward = if from - begin > SLACK_S { spans(begin, from, minutes, end) } else { Vec::new() };
    let after = |from| Some(Asked { from, until: end });
    Plan { forward, after_forward: after(from), after_backward: after(from.min(begin)), backward }
}

/// A stretch of time in the periods in which CloudWatch has it.
fn spans(from: i64, to: i64, minutes: i64, end: i64) -> Vec<Span> {
    let hours_until = floor(end - FIVE_KEPT_S, 3_600);
    let cuts = [(3_600, i64::MIN, hours_until), (300, hours_until, minutes), (60, minutes, i64::MAX)];
    let parts = cuts.into_iter().filter_map(|(period, first, last)| {
        let (from, to) = (from.max(first), to.min(last));
        // Whole periods: a little more at the far end.
        (from < to).then(|| Span { period, from: floor(from, period), to: ceil(to, period) })
    });
    parts.collect()
}

fn floor(at: i64, step: i64) -> i64 {
    at.div_euclid(step) * step
}

fn ceil(at: i64, step: i64) -> i64 {
    floor(at + step - 1, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400;
    const MONTH: u64 = 30 * 86_400;
    /// 2026-11-21T12:03:00Z.
    const END: i64 = 1_795_262_580;
    const MINUTES: i64 = END - 180 + 300 - 3 * DAY - 3_600;

    fn span(period: i64, from: i64, to: i64) -> Span {
        Span { period, from, to }
    }

    #[test]
    fn the_first_time_the_whole_window_is_asked() {
        let plan = plan(MONTH, None, END);
        assert_eq!(plan.forward, [span(60, MINUTES, END)]);
        let begin = END - 180 - 30 * DAY;
        assert_eq!(plan.backward, [span(300, begin, MINUTES)]);
        assert_eq!(plan.after_forward, Some(Asked { from: MINUTES, until: END }));
        assert_eq!(plan.after_backward, Some(Asked { from: begin, until: END }));
    }

    #[test]
    fn then_only_what_is_missing_and_a_short_overlap() {
        let asked = plan(MONTH, None, END).after_backward;
        let next = plan(MONTH, asked, END + 60);
        assert_eq!(next.forward, [span(60, END - 180 - 1_800, END + 60)]);
        assert_eq!(next.backward, []);
        // After a day without a console: a day.
        let next = plan(MONTH, asked, END + DAY);
        assert_eq!(next.forward, [span(60, END - 180 - 1_800, END + DAY)]);
        // After ten days, what is older than minutes are kept for comes in points of five minutes.
        let next = plan(MONTH, asked, END + 10 * DAY);
        assert_eq!(
            next.forward,
            [span(300, END - 180 - 1_800, MINUTES + 10 * DAY), span(60, MINUTES + 10 * DAY, END + 10 * DAY)]
        );
        assert_eq!(next.backward, []);
        // After a year all of it is asked again.
        let year = plan(MONTH, asked, END + 365 * DAY);
        assert_eq!(year.after_backward, plan(MONTH, None, END + 365 * DAY).after_backward);
    }

    #[test]
    fn a_longer_window_is_filled_up() {
        let asked = plan(7 * 86_400, None, END).after_backward;
        let longer = plan(MONTH, asked, END + 60);
        assert_eq!(longer.forward.len(), 1);
        assert_eq!(longer.backward.first().map(|s| s.from), Some(END - 180 - 30 * DAY));
        let last = longer.backward.last().copied().unwrap();
        assert_eq!(last.to, END - 180 - 7 * DAY, "up to what is known");
    }

    #[test]
    fn a_quarter_comes_in_points_of_an_hour_first() {
        let backward = plan(90 * 86_400, None, END).backward;
        assert_eq!(backward.iter().map(|s| s.period).collect::<Vec<_>>(), [3_600, 300]);
        assert_eq!(backward[0].to, backward[1].from);
        assert_eq!(backward[0].from % 3_600, 0);
        assert_eq!(plan(14 * 86_400, None, END).forward, [span(60, END - 180 - 14 * DAY, END)]);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_ask_for_the_future() {
        let asked = Asked { from: END - 31 * DAY, until: END + DAY };
        let plan = plan(MONTH, Some(asked), END);
        assert_eq!(plan.forward, [span(60, END - 180 - 1_800, END)]);
        assert_eq!(plan.after_forward, Some(Asked { from: END - 31 * DAY, until: END }));
    }

    proptest! {
        /// Whatever was asked before, all of the window has been asked afterwards, and nothing of the future.
        #[test]
        fn nothing_of_the_window_is_left_out(
            days in 1_u64..120, known in proptest::option::of((0_i64..200 * 1_440, 0_i64..200 * 1_440)), late in 0_i64..1_440,
        ) {
            let end = END + 60 * late;
            let asked = known.map(|(a, b)| Asked { from: end - 60 * a.max(b), until: end - 60 * a.min(b) });
            let plan = plan(days * 86_400, asked, end);
            let mut all: Vec<(i64, i64)> = plan.forward.iter().chain(&plan.backward).map(|s| (s.from, s.to)).collect();
            all.extend(asked.map(|a| (a.from, a.until)));
            all.sort_unstable();
            let mut until = end - i64::try_from(days).unwrap() * DAY + SLACK_S;
            for (from, to) in &all {
                prop_assert!(*to <= end + 3_600);
                if *from <= until {
                    until = until.max(*to);
                }
            }
            prop_assert!(until >= end, "{all:?}");
            let after = plan.after_backward.unwrap();
            prop_assert!(after.from <= end - i64::try_from(days).unwrap() * DAY + SLACK_S && after.until == end);
        }
    }
}
