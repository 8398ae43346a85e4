//! What the console's own calls cost today, and the cap.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::estate::Observation;

/// Cost of the console's own calls in one UTC day.
#[derive(Debug, Clone, PartialEq)]
pub struct Spend {
    day: Date,
    usd: f64,
    cap: Option<f64>,
    /// What was last told about the cap.
    told: bool,
}

impl Spend {
    /// What was spent on the day of `now` already.
    pub fn new(cap: Option<f64>, now: Timestamp, usd: f64) -> Self {
        let mut spend = Self { day: day_of(now), usd, cap, told: false };
        spend.told = spend.reached();
        spend
    }

    /// US dollars spent on the day.
    pub fn usd(&self) -> f64 {
        self.usd
    }

    /// US dollars that may be spent a day.
    pub fn cap(&self) -> Option<f64> {
        self.cap
    }

    /// Whether the cap is reached.
    pub fn reached(&self) -> bool {
        self.cap.is_some_and(|cap| self.usd >= cap)
    }

    /// Adds what an observation cost; true when it cost something.
    pub(super) fn add(&mut self, observation: &Observation, now: Timestamp) -> bool {
        self.pass(now);
        self.usd += observation.cost_usd;
        observation.cost_usd > 0.0
    }

    /// A new day begins with nothing spent.
    pub(super) fn pass(&mut self, now: Timestamp) {
        let today = day_of(now);
        if today != self.day {
            self.day = today;
            self.usd = 0.0;
        }
    }

    /// Whether the cap is reached, when that has changed since it was last asked.
    pub(super) fn turned(&mut self) -> Option<bool> {
        let reached = self.reached();
        (reached != self.told).then(|| {
            self.told = reached;
            reached
        })
    }
}

fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Report, SourceKey, SourceName};

    #[test]
    fn a_cap_holds_for_a_utc_day() {
        let evening: Timestamp = "2026-11-20T23:59:00Z".parse().unwrap();
        let call = Observation {
            source: SourceKey::new(SourceName::CostExplorer),
            at: evening,
            calls: 1,
            cost_usd: 0.01,
            report: Report::Counted,
        };
        let mut spend = Spend::new(Some(0.025), evening, 0.005);
        assert!(spend.add(&call, evening));
        assert_eq!(spend.turned(), None);
        spend.add(&call, evening);
        assert_eq!((spend.turned(), spend.turned()), (Some(true), None), "0.025 of 0.025 is reached, and said once");
        spend.pass("2026-11-21T00:00:00Z".parse().unwrap());
        assert_eq!((spend.turned(), spend.usd()), (Some(false), 0.0));
        assert!(Spend::new(Some(0.0), evening, 0.0).reached(), "a cap of nothing allows nothing");
        assert!(!Spend::new(None, evening, 1e9).reached());
    }
}
