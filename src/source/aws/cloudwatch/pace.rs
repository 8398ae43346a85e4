//! How often metrics are asked for, so that a console that is left open does not reach the day's spend cap.

use std::time::Duration;

use super::fetching::MICRO_USD_A_METRIC;

/// The quickest pace: CloudWatch has a new point each minute.
const QUICKEST_MIN: u64 = 1;
/// The slowest: burn over five minutes says nothing when it is looked at more rarely than that, and the cap stops the rest.
const SLOWEST_MIN: u64 = 15;
const MINUTES_A_DAY: f64 = 1_440.0;
/// The share of the cap that polling may plan with; backfills, Cost Explorer and whatever else is asked have the rest.
const SHARE: f64 = 0.7;

/// How often `metrics` may be asked for besides `steady` that are asked for each minute, all accounts together.
pub(in crate::source::aws) fn every(metrics: usize, steady: usize, cap_usd_per_day: Option<f64>) -> Duration {
    let minutes = cap_usd_per_day.map_or(QUICKEST_MIN, |cap| {
        let price = MICRO_USD_A_METRIC as f64 / 1e6;
        let a_day = |metrics: usize| metrics as f64 * price * MINUTES_A_DAY;
        let left = (cap * SHARE - a_day(steady)).max(cap * SHARE / 4.0);
        let affordable = |minutes: &u64| a_day(metrics) <= left * *minutes as f64;
        (QUICKEST_MIN..=SLOWEST_MIN).find(affordable).unwrap_or(SLOWEST_MIN)
    });
    Duration::from_mins(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_costs_less_than_the_cap() {
        // 1,440 polls of two metrics cost $0.0288 a day: 24 SLOs fit into $0.70, 25 do not.
        let table = [
            (2, 0, None, 1),
            (2_000, 0, None, 1),
            (48, 0, Some(1.0), 1),
            (50, 0, Some(1.0), 2),
            (100, 0, Some(1.0), 3),
            (1_000, 0, Some(1.0), 15),
            (1_000, 0, Some(20.0), 2),
            // Two databases of eight metrics cost $0.2304 a day; $0.4696 are left for 32 metrics.
            (32, 16, Some(1.0), 1),
            (34, 16, Some(1.0), 2),
            // However much is steady, a quarter is left for the SLOs.
            (12, 1_000, Some(1.0), 1),
            (13, 1_000, Some(1.0), 2),
            (0, 0, Some(0.0), 1),
        ];
        for (metrics, steady, cap, minutes) in table {
            assert_eq!(every(metrics, steady, cap), Duration::from_mins(minutes), "{metrics} {steady} {cap:?}");
        }
    }
}
