//! The history of an SLO's events for charts: asked as ranges, backwards once over its window, then only forward.
//!
//! The windows of the verdict are queries of their own, all at one instant; what is told here is drawn, not judged.
//! `PromQL`'s `increase` bears counter resets; a step without a number stays a gap.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::answer::Number;
use super::counts::Queries;
use super::server::{Answer, Server, Trouble};
use crate::estate::{Covered, SliPoint, SliPoints};

/// The most steps of one range: Prometheus refuses more than 11,000.
const STEPS: i64 = 10_000;
/// Single minutes are asked for so long back, seconds.
const MINUTES_S: i64 = 86_400;
/// Steps that have been asked are asked again so long: a scrape may come late.
const OVERLAP_S: i64 = 300;
/// The longest of the seven windows, seconds.
const LONGEST_WINDOW_S: i64 = 3 * 86_400;
/// What is missing at the far end and is less than this is not worth a query: a window moves on.
const SLACK_S: i64 = 600;
/// How long a range that was refused, or took too long, is left alone, seconds.
const REST_S: i64 = 1_800;

/// What has been asked of each SLO, by its name.
#[derive(Debug, Default)]
pub(super) struct Filling {
    asked: BTreeMap<String, Covered>,
    resting: BTreeMap<String, i64>,
}

/// Steps of a range: the ends of the first and of the last one, seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    step: i64,
    first: i64,
    last: i64,
}

/// What has to be asked now, and what has been asked then.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Plan {
    ranges: Vec<Range>,
    from: i64,
    until: i64,
}

impl Filling {
    /// After an earlier run that asked for so much.
    pub(super) fn after(covered: &BTreeMap<String, Covered>) -> Self {
        Self { asked: covered.clone(), resting: BTreeMap::new() }
    }

    /// Whether the SLO's window has been filled backwards.
    pub(super) fn knows(&self, slo: &str) -> bool {
        self.asked.contains_key(slo)
    }

    /// The points that are missing up to `at`; none while it rests. An inner error says in words why there are none.
    pub(super) async fn of(
        &mut self,
        server: &Server,
        slo: &str,
        queries: &Queries<'_>,
        at: Timestamp,
    ) -> Result<Option<SliPoints>, String> {
        let end = at.as_second().div_euclid(60) * 60;
        if self.resting.get(slo).is_some_and(|until| (end..end + REST_S).contains(until)) {
            return Ok(None);
        }
        let plan = plan(queries.window_s, self.asked.get(slo).copied(), end);
        let mut points = SliPoints::default();
        for range in &plan.ranges {
            let found = match ask(server, queries, *range).await {
                Ok(Ok(found)) => found,
                Ok(Err(said)) | Err(Trouble { reason: said, .. }) => {
                    self.resting.insert(slo.to_owned(), end + REST_S);
                    return Err(said);
                }
            };
            if range.step == 60 { points.minutes.extend(found) } else { points.five_minutes.extend(found) }
        }
        let second = |at| Timestamp::from_second(at).ok();
        points.covered = second(plan.from).zip(second(plan.until)).map(|(from, until)| Covered { from, until });
        if let Some(covered) = points.covered {
            self.asked.insert(slo.to_owned(), covered);
        }
        Ok(Some(points))
    }
}

/// Asks for events and total over one range.
async fn ask(server: &Server, queries: &Queries<'_>, range: Range) -> Answer<Vec<SliPoint>> {
    let Range { step, first, last } = range;
    let seconds = step.unsigned_abs();
    let events = match server.values(&queries.events(seconds), first, last, step).await? {
        Ok(values) => values,
        Err(said) => return Ok(Err(said)),
    };
    let total = match server.values(&queries.total(seconds), first, last, step).await? {
        Ok(values) => values,
        Err(said) => return Ok(Err(said)),
    };
    // Events of steps of which there is no number are none, as with the windows.
    let of = |end: &i64| events.get(end).copied().or(Some(Number::Missing));
    let point = |(end, total): (&i64, &Number)| {
        let count = queries.count(of(end), Some(*total));
        Some(SliPoint { at: Timestamp::from_second(end - step).ok()?, bad: count.bad, total: count.total })
    };
    Ok(Ok(total.iter().filter_map(point).filter(|p| p.total.is_some()).collect()))
}

fn plan(window_s: u64, asked: Option<Covered>, end: i64) -> Plan {
    let window_s = i64::try_from(window_s).unwrap_or(i64::MAX / 4);
    let begin = floor(end - window_s.max(LONGEST_WINDOW_S), 300);
    // A clock that was set back has asked for what is yet to come.
    let asked = asked.map(|a| (a.from.as_second(), a.until.as_second().min(end)));
    let asked = asked.filter(|(from, until)| from < until && *until > begin);
    let known_until = asked.map_or(begin, |(_, until)| until - OVERLAP_S);
    let from = asked.map_or(begin, |(from, _)| from);
    let mut ranges = steps(300, floor(known_until, 300).max(begin), floor(end, 300));
    let earliest = if from - begin > SLACK_S {
        ranges.extend(steps(300, begin, floor(from, 300) + 300));
        begin
    } else {
        from
    };
    ranges.extend(steps(60, floor(known_until, 60).max(end - MINUTES_S), end));
    Plan { ranges, from: earliest, until: end }
}

/// The steps that cover a stretch of time, in ranges that Prometheus answers.
fn steps(step: i64, from: i64, to: i64) -> Vec<Range> {
    let mut ranges = Vec::new();
    let mut first = from + step;
    while first <= to {
        let last = to.min(first + (STEPS - 1) * step);
        ranges.push(Range { step, first, last });
        first = last + step;
    }
    ranges
}

fn floor(at: i64, step: i64) -> i64 {
    at.div_euclid(step) * step
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;
    /// 2026-11-21T12:03:00Z.
    const END: i64 = 1_795_262_580;
    const NOON: i64 = END - 180;

    fn covered(from: i64, until: i64) -> Covered {
        let at = |second| Timestamp::from_second(second).unwrap();
        Covered { from: at(from), until: at(until) }
    }

    #[test]
    fn the_window_is_asked_once_and_then_what_is_new() {
        let month = 30 * 86_400;
        let first = plan(month, None, END);
        let range = |step, first, last| Range { step, first, last };
        let begin = NOON - 30 * DAY;
        assert_eq!(first.ranges, [range(300, begin + 300, NOON), range(60, END - DAY + 60, END)]);
        assert_eq!((first.from, first.until), (begin, END));
        let next = plan(month, Some(covered(begin, END)), END + 60);
        assert_eq!(next.ranges, [range(300, NOON, NOON), range(60, END - 240, END + 60)]);
        let restart = plan(month, Some(covered(begin, END)), END + 3 * DAY);
        assert_eq!(restart.ranges, [range(300, NOON, NOON + 3 * DAY), range(60, END + 2 * DAY + 60, END + 3 * DAY)]);
        assert_eq!(restart.from, begin);
        let wider = plan(2 * month, Some(covered(begin, END)), END);
        assert!(wider.ranges.contains(&range(300, NOON - 60 * DAY + 300, begin + 300)), "{wider:?}");
        let back = plan(month, Some(covered(begin, END + DAY)), END);
        assert_eq!(back.ranges, [range(300, NOON, NOON), range(60, END - 240, END)]);
    }

    #[test]
    fn long_windows_come_in_ranges_that_prometheus_answers() {
        let ranges = plan(90 * 86_400, None, END).ranges;
        let steps: Vec<i64> = ranges.iter().map(|r| (r.last - r.first) / r.step + 1).collect();
        assert_eq!(steps, [10_000, 10_000, 5_920, 1_440]);
        assert_eq!(ranges[0].last + 300, ranges[1].first);
    }
}
