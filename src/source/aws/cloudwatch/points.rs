//! The newest point of each query, whatever the order and the pages in which points come.

use jiff::Timestamp;

use crate::estate::Sample;

/// Collects points page by page.
#[derive(Debug)]
pub(super) struct Newest {
    oldest: i64,
    points: Vec<Option<(i64, f64)>>,
    problems: Vec<Option<String>>,
}

impl Newest {
    /// For so many queries; a point that began before `oldest` (seconds since 1970) does not count.
    pub(super) fn new(queries: usize, oldest: i64) -> Self {
        Self { oldest, points: vec![None; queries], problems: vec![None; queries] }
    }

    /// Takes a page's points of one query.
    pub(super) fn take(&mut self, query: usize, at: impl Iterator<Item = i64>, values: &[f64]) {
        let Some(known) = self.points.get_mut(query) else { return };
        for (at, value) in at.zip(values.iter().copied()) {
            let newer = known.is_none_or(|(newest, _)| at > newest);
            if at >= self.oldest && value.is_finite() && newer {
                *known = Some((at, value));
            }
        }
    }

    /// Takes the word of the last page about one query: none when it is complete.
    pub(super) fn judge(&mut self, query: usize, problem: Option<&str>) {
        if let Some(known) = self.problems.get_mut(query) {
            *known = problem.map(str::to_owned);
        }
    }

    /// The newest point of each query, and which queries brought none although they were not complete.
    pub(super) fn done(self) -> (Vec<Option<Sample>>, Vec<(usize, String)>) {
        let unread = self
            .problems
            .into_iter()
            .enumerate()
            .filter_map(|(query, problem)| Some((query, problem?)))
            .filter(|(query, _)| self.points[*query].is_none())
            .collect();
        let samples = self
            .points
            .into_iter()
            .map(|point| {
                let (at, value) = point?;
                Some(Sample { value, at: Timestamp::from_second(at).ok()? })
            })
            .collect();
        (samples, unread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64, value: f64) -> Sample {
        Sample { value, at: Timestamp::from_second(second).unwrap() }
    }

    #[test]
    fn the_newest_wins_in_any_order_and_over_pages() {
        let mut newest = Newest::new(3, 100);
        newest.take(0, [300, 240, 180].into_iter(), &[3.0, 2.0, 1.0]);
        newest.take(1, [180, 240, 300].into_iter(), &[1.0, 2.0, 3.0]);
        newest.judge(0, Some("PartialData"));
        newest.take(0, [360].into_iter(), &[4.0]);
        newest.judge(0, None);
        assert_eq!(newest.done(), (vec![Some(at(360, 4.0)), Some(at(300, 3.0)), None], vec![]));
    }

    #[test]
    fn old_points_and_no_points_are_none_and_never_zero() {
        let mut newest = Newest::new(2, 100);
        newest.take(0, [99, 40].into_iter(), &[7.0, 8.0]);
        newest.take(1, [150, 151].into_iter(), &[f64::NAN]);
        newest.judge(1, Some("InternalError"));
        assert_eq!(newest.done(), (vec![None, None], vec![(1, "InternalError".to_owned())]));
    }

    #[test]
    fn what_partial_data_brought_counts() {
        let mut newest = Newest::new(1, 0);
        newest.take(0, [60].into_iter(), &[0.0]);
        newest.judge(0, Some("PartialData"));
        assert_eq!(newest.done(), (vec![Some(at(60, 0.0))], vec![]));
    }

    proptest! {
        #[test]
        fn nothing_panics_and_the_result_is_the_largest_time(
            points in proptest::collection::vec((0i64..10_000, -1e9f64..1e9), 0..60), query in 0usize..4,
        ) {
            let mut newest = Newest::new(2, 5_000);
            for page in points.chunks(7) {
                let values: Vec<f64> = page.iter().map(|p| p.1).collect();
                newest.take(query, page.iter().map(|p| p.0), &values);
            }
            let expected = points.iter().map(|p| p.0).filter(|at| *at >= 5_000).max();
            let (samples, _) = newest.done();
            let found = samples.get(query).copied().flatten().map(|s| s.at.as_second());
            prop_assert_eq!(found, if query < 2 { expected } else { None });
        }
    }
}
