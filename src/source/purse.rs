//! What calls that cost money may still cost today. Their price is taken before they are sent, so that one console never
//! exceeds the day's cap, however many sources ask at once; others on its state folder are known a minute later.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

const DAY_S: i64 = 86_400;
/// Of the one number that is shared, the lower bits are millionths of a US dollar, and those above are the day.
const AMOUNT_BITS: u32 = 40;
const MOST: u64 = (1 << AMOUNT_BITS) - 1;

/// One purse for all sources. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Purse {
    cap: Option<u64>,
    /// The UTC day and what was spent on it.
    spent: Arc<AtomicU64>,
}

impl Purse {
    /// With a cap for each UTC day, if any, of which so much was spent on the day of `now` already; US dollars.
    pub fn new(cap_usd: Option<f64>, spent_usd: f64, now: Timestamp) -> Self {
        let spent = Arc::new(AtomicU64::new(packed(day(now), micro(spent_usd))));
        Self { cap: cap_usd.map(micro), spent }
    }

    /// Without a cap.
    pub fn unlimited() -> Self {
        Self::new(None, 0.0, Timestamp::UNIX_EPOCH)
    }

    /// Takes so many millionths of a US dollar for a call that is about to be sent; false where the cap leaves less.
    pub fn take(&self, now: Timestamp, price: u64) -> bool {
        self.change(now, |spent| {
            let after = spent.saturating_add(price).min(MOST);
            self.cap.is_none_or(|cap| after <= cap).then_some(after)
        })
    }

    /// Gives back what was taken at `taken` for a call that never went out; what was taken on an earlier day is gone.
    pub fn give_back(&self, taken: Timestamp, price: u64) {
        let less = |packed: u64| (packed >> AMOUNT_BITS == day(taken)).then(|| packed - (packed & MOST).min(price));
        // It fails where there is nothing to give back.
        let _ = self.spent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Takes note of what all consoles that share a store had spent on the day of `at`, US dollars.
    pub fn at_least(&self, at: Timestamp, usd: f64) {
        let more = |before: u64| {
            let known = (day(at) >= before >> AMOUNT_BITS).then(|| of_day(before, day(at)))?;
            Some(packed(day(at), known.max(micro(usd))))
        };
        // It fails where that day is over.
        let _ = self.spent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// What is left of the cap today, millionths of a US dollar; none where there is no cap.
    pub fn left(&self, now: Timestamp) -> Option<u64> {
        let before = self.spent.load(Ordering::Relaxed);
        let spent = of_day(before, day(now).max(before >> AMOUNT_BITS));
        self.cap.map(|cap| cap.saturating_sub(spent))
    }

    /// What was spent on the day of `now`, what is under way too; US dollars.
    pub fn spent_usd(&self, now: Timestamp) -> f64 {
        of_day(self.spent.load(Ordering::Relaxed), day(now)) as f64 / 1e6
    }

    /// The cap, millionths of a US dollar.
    pub fn cap(&self) -> Option<u64> {
        self.cap
    }

    fn change(&self, now: Timestamp, change: impl Fn(u64) -> Option<u64>) -> bool {
        let next = |before: u64| {
            // A clock that was set back does not begin the day anew.
            let today = day(now).max(before >> AMOUNT_BITS);
            change(of_day(before, today)).map(|spent| packed(today, spent))
        };
        self.spent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }
}

/// Seconds from `now` to midnight UTC, when a new day's cap begins: at least one, at most a day.
pub fn until_midnight_s(now: Timestamp) -> i64 {
    DAY_S - now.as_second().rem_euclid(DAY_S)
}

fn micro(usd: f64) -> u64 {
    // Whole millionths, rounded down; what is too much to be counted is the most that can be.
    let most = if usd > 0.0 { MOST } else { 0 };
    Duration::try_from_secs_f64(usd)
        .map_or(most, |like_seconds| u64::try_from(like_seconds.as_micros()).unwrap_or(MOST).min(MOST))
}

fn day(now: Timestamp) -> u64 {
    now.as_second().div_euclid(DAY_S).unsigned_abs()
}

fn packed(day: u64, spent: u64) -> u64 {
    (day << AMOUNT_BITS) | spent.min(MOST)
}

/// What was spent on a day: on one that is yet to come, nothing.
fn of_day(packed: u64, day: u64) -> u64 {
    if packed >> AMOUNT_BITS == day { packed & MOST } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-{text}Z").parse().unwrap()
    }

    #[test]
    fn a_cap_holds_for_a_day_to_the_last_millionth() {
        let evening = at("20T23:59:59");
        let purse = Purse::new(Some(0.00003), 0.00001, evening);
        assert!(purse.take(evening, 15) && !purse.take(evening, 6) && purse.take(evening, 5));
        assert_eq!(purse.left(evening), Some(0));
        purse.give_back(evening, 5);
        assert_eq!(purse.left(evening), Some(5));
        let midnight = at("21T00:00:00");
        assert_eq!(purse.left(midnight), Some(30));
        assert!(purse.take(midnight, 30) && !purse.take(midnight, 1));
        purse.give_back(evening, 30);
        assert_eq!(purse.left(midnight), Some(0), "what was taken yesterday is not given back today");
        assert!(!purse.take(evening, 1), "a clock that is set back does not begin the day anew");
    }

    #[test]
    fn other_consoles_spend_too() {
        let now = at("20T12:00:00");
        let purse = Purse::new(Some(1.0), 0.0, now);
        assert!(purse.take(now, 400_000));
        purse.at_least(now, 0.9);
        assert!(!purse.take(now, 200_000) && purse.take(now, 100_000));
        purse.at_least(now, 0.2);
        assert_eq!(purse.left(now), Some(0), "less than is known already says nothing");
        let tomorrow = at("21T12:00:00");
        assert!(purse.take(tomorrow, 1));
        purse.at_least(now, 1.0);
        assert_eq!(purse.left(tomorrow), Some(999_999), "what was spent yesterday counts for yesterday");
        assert!(!Purse::new(Some(0.0), 0.0, now).take(now, 1));
        assert!(Purse::unlimited().take(now, u64::MAX) && Purse::unlimited().left(now).is_none());
    }

    #[test]
    fn the_day_ends_at_midnight_utc() {
        assert_eq!(until_midnight_s(at("20T23:59:59")), 1);
        assert_eq!(until_midnight_s(at("20T00:00:00")), DAY_S);
    }

    proptest! {
        #[test]
        fn no_order_of_calls_exceeds_the_cap(cap in 0_u64..5_000, calls in proptest::collection::vec((0_u64..900, 0_i64..3_000), 0..200)) {
            let purse = Purse::new(Some(cap as f64 / 1e6), 0.0, at("20T00:00:00"));
            let (mut now, mut spent, mut today) = (at("20T00:00:00"), 0, 20);
            for (price, pause) in calls {
                now = Timestamp::from_second(now.as_second() + pause).unwrap();
                let date = now.to_zoned(jiff::tz::TimeZone::UTC).day();
                if date != today {
                    (today, spent) = (date, 0);
                }
                if purse.take(now, price) {
                    spent += price;
                }
                prop_assert!(spent <= cap, "{spent} of {cap}");
                prop_assert_eq!(purse.left(now), Some(cap - spent));
            }
        }
    }
}
