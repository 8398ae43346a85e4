//! How often metrics are asked for, so that a console that is left open does not reach the day's spend cap.

use std::time::Duration;

use jiff::Timestamp;

use super::fetching::MICRO_USD_A_METRIC;
use crate::source::Purse;
use crate::source::purse::until_midnight_s;

/// The share of what is left of the cap that polling may plan with, percent; backfills, Cost Explorer and whatever else
/// is asked have the rest.
const SHARE: u64 = 70;
/// Of that, what numbers may take beside SLOs, percent.
const STEADY_SHARE: u64 = 75;
/// What is asked for more rarely than this is said: it is no picture of the last five minutes any more.
const SLOW: Duration = Duration::from_mins(5);

/// Metrics that are asked for again and again, all accounts together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::source::aws) struct Load {
    /// Of SLOs.
    pub(in crate::source::aws) slis: usize,
    /// Of databases and services.
    pub(in crate::source::aws) steady: usize,
}

/// How often they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source::aws) struct Pace {
    /// The events of SLOs.
    pub(in crate::source::aws) slis: Duration,
    /// The numbers of databases and services.
    pub(in crate::source::aws) steady: Duration,
}

impl Load {
    /// How often the rest of the day allows, in whole minutes: CloudWatch has a new point each minute.
    pub(in crate::source::aws) fn pace(self, purse: &Purse, now: Timestamp) -> Pace {
        let minute = Duration::from_mins(1);
        let Some(left) = purse.left(now) else { return Pace { slis: minute, steady: minute } };
        let minutes = minutes_left(now);
        let budget = left.saturating_mul(SHARE) / 100;
        // Each minute for the rest of the day.
        let each = |metrics: usize| price(metrics).saturating_mul(minutes);
        let every = |metrics: usize, budget: u64| match each(metrics) {
            0 => 1,
            each => each.div_ceil(budget.max(1)).min(minutes),
        };
        let of_steady = if self.slis == 0 { budget } else { budget.saturating_mul(STEADY_SHARE) / 100 };
        let steady = every(self.steady, of_steady);
        let slis = every(self.slis, budget.saturating_sub(each(self.steady) / steady));
        Pace { slis: Duration::from_mins(slis), steady: Duration::from_mins(steady) }
    }

    /// Whether a call at this price leaves for the rest of the day what polling plans with.
    pub(in crate::source::aws) fn spares(self, purse: &Purse, now: Timestamp, price_of_call: u64) -> bool {
        let (Some(left), Some(cap)) = (purse.left(now), purse.cap()) else { return true };
        let minutes = minutes_left(now);
        let share_of_day = cap.saturating_mul(SHARE).saturating_mul(minutes) / (100 * 1_440);
        let planned = share_of_day.min(price(self.slis + self.steady).saturating_mul(minutes));
        left >= planned.saturating_add(price_of_call)
    }
}

impl Pace {
    /// What is to be said of a slow pace: of SLOs, and of other numbers.
    pub(in crate::source::aws) fn words(self, slis: bool, steady: bool) -> impl Iterator<Item = String> {
        let said = [(slis, "SLOs are", self.slis), (steady, "numbers are", self.steady)];
        said.into_iter().filter(|(asked, _, every)| *asked && *every > SLOW).map(|(_, what, every)| {
            format!(
                "{what} asked for every {} min: `policy.spend.cap_usd_per_day` leaves no more for them today",
                every.as_secs() / 60
            )
        })
    }
}

/// What so many metrics cost each time, millionths of a US dollar.
pub(in crate::source::aws) fn price(metrics: usize) -> u64 {
    MICRO_USD_A_METRIC * metrics as u64
}

/// Minutes to midnight UTC, the one that has begun too.
fn minutes_left(now: Timestamp) -> u64 {
    until_midnight_s(now).unsigned_abs().div_ceil(60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-21T{text}Z").parse().unwrap()
    }

    fn minutes(slis: usize, steady: usize, cap: Option<f64>, now: &str) -> (u64, u64) {
        let Pace { slis, steady } = Load { slis, steady }.pace(&Purse::new(cap, 0.0, at(now)), at(now));
        (slis.as_secs() / 60, steady.as_secs() / 60)
    }

    #[test]
    fn a_day_costs_less_than_the_cap() {
        // 1,440 polls of two metrics cost $0.0288 a day: 24 SLOs fit into $0.70, 25 do not.
        let table = [
            (2, 0, None, (1, 1)),
            (2_000, 900, None, (1, 1)),
            (48, 0, Some(1.0), (1, 1)),
            (50, 0, Some(1.0), (2, 1)),
            (100, 0, Some(1.0), (3, 1)),
            // 365 SLOs cost $0.7008 a day at every 15 minutes.
            (728, 0, Some(1.0), (15, 1)),
            (730, 0, Some(1.0), (16, 1)),
            (2_000, 0, Some(1.0), (42, 1)),
            (1_000, 0, Some(20.0), (2, 1)),
            // Two databases of eight metrics cost $0.2304 a day; $0.4696 are left for 32 metrics.
            (32, 16, Some(1.0), (1, 1)),
            (34, 16, Some(1.0), (2, 1)),
            // However much is steady, a quarter is left for the SLOs, and what is steady slows down too.
            (12, 1_000, Some(1.0), (1, 28)),
            (0, 48, Some(1.0), (1, 1)),
            (0, 1_000, Some(1.0), (1, 21)),
            // Nothing can be asked today.
            (2, 2, Some(0.0), (1_440, 1_440)),
            (0, 0, Some(0.0), (1, 1)),
        ];
        for (slis, steady, cap, expected) in table {
            assert_eq!(minutes(slis, steady, cap, "00:00:00"), expected, "{slis} {steady} {cap:?}");
        }
        // What is left is for the rest of the day.
        assert_eq!(minutes(2_000, 0, Some(1.0), "12:00:00"), (21, 1));
        assert_eq!(minutes(2_000, 0, Some(0.5), "12:00:00"), (42, 1));
        assert_eq!(minutes(2_000, 0, Some(1.0), "23:59:59"), (1, 1));
    }

    #[test]
    fn only_a_slow_pace_is_said() {
        let pace = |slis, steady| Pace { slis: Duration::from_mins(slis), steady: Duration::from_mins(steady) };
        assert_eq!(pace(5, 5).words(true, true).count(), 0);
        let said: Vec<String> = pace(41, 6).words(true, true).collect();
        assert!(
            said[0].starts_with("SLOs are asked for every 41 min:") && said[1].starts_with("numbers are"),
            "{said:?}"
        );
        assert_eq!(pace(41, 6).words(false, false).count(), 0);
    }

    #[test]
    fn a_dear_call_does_not_take_what_polling_needs() {
        let spares =
            |slis, cap, spent, now| Load { slis, steady: 0 }.spares(&Purse::new(cap, spent, at(now)), at(now), 10_000);
        assert!(spares(1_000, None, 0.0, "00:00:00"));
        assert!(spares(1_000, Some(1.0), 0.28, "00:00:00") && !spares(1_000, Some(1.0), 0.30, "00:00:00"));
        assert!(!spares(0, Some(0.009), 0.0, "00:00:00") && spares(0, Some(0.01), 0.0, "00:00:00"));
        // Two metrics need no more than $0.0288 of it.
        assert!(spares(2, Some(0.04), 0.0, "00:00:00") && !spares(2, Some(0.03), 0.0, "00:00:00"));
        assert!(spares(2, Some(0.03), 0.0, "23:00:00"));
    }

    proptest! {
        /// A console that is left open from any moment asks at its pace to the day's end, and never meets the cap where
        /// that is some hundred times what is asked at once.
        #[test]
        fn no_day_meets_the_cap(
            slis in 0_usize..1_000, steady in 0_usize..500, cap in 0.0_f64..30.0, spent in 0.0_f64..1.0, begin in 0_i64..86_400,
        ) {
            let mut now = Timestamp::from_second(at("00:00:00").as_second() + begin).unwrap();
            let (end, load) = (at("00:00:00").as_second() + 86_400, Load { slis, steady });
            let purse = Purse::new(Some(cap), cap * spent, now);
            let (mut slis_due, mut steady_due) = (now.as_second(), now.as_second());
            prop_assume!(purse.left(now).unwrap() >= 300 * price(slis + steady));
            while now.as_second() < end {
                let pace = load.pace(&purse, now);
                let mut asked = 0;
                if now.as_second() >= slis_due {
                    asked += slis;
                    slis_due = now.as_second() + i64::try_from(pace.slis.as_secs()).unwrap();
                }
                if now.as_second() >= steady_due {
                    asked += steady;
                    steady_due = now.as_second() + i64::try_from(pace.steady.as_secs()).unwrap();
                }
                let paid = purse.take(now, price(asked));
                prop_assert!(paid, "{asked} at {now}");
                now = Timestamp::from_second(now.as_second() + 60).unwrap();
            }
        }
    }
}
