//! What the estate's own calls cost, and what the day's cap means for them.

use jiff::Timestamp;

use super::cloudwatch::METRICS;
use super::cloudwatch::pace::{Load, price};
use super::costs::MICRO_USD_A_REQUEST;
use super::{balanced, place_of};
use crate::estate::DeclaredEstate;
use crate::source::Purse;

/// What a source that costs money says while the day's cap is reached.
pub(super) const CAP_REACHED: &str =
    "the day's cap for paid API calls is reached: it resumes at midnight UTC, or raise `policy.spend.cap_usd_per_day`";

/// Numbers that are asked for a database, more or less: a writer and a reader of four or five each.
const NUMBERS_A_DATABASE: usize = 9;
const MINUTES_A_DAY: f64 = 1_440.0;

/// The metrics that are asked of CloudWatch again and again.
pub(super) fn load(estate: &DeclaredEstate) -> Load {
    let slis = 2 * estate.slos.iter().filter(|slo| place_of(slo).is_some()).count();
    let services = estate.services.iter().filter(|s| balanced(s).is_some()).count();
    Load { slis, steady: NUMBERS_A_DATABASE * estate.databases.len() + METRICS * services }
}

/// What the cap means for the estate on the day of `now`, of which so many US dollars are spent, for `quarterdeck check`:
/// what is left, and how often what costs money is asked; an error where it is not asked at all.
pub fn outlook(
    estate: &DeclaredEstate,
    cap_usd: Option<f64>,
    spent_usd: f64,
    now: Timestamp,
) -> Result<String, String> {
    let load = load(estate);
    let usd = |micro: u64| micro as f64 / 1e6;
    // Small sums to the hundredth of a cent.
    let dollars = |usd: f64| if usd > 0.0 && usd < 0.1 { format!("${usd:.4}") } else { format!("${usd:.2}") };
    let a_day = usd(price(load.slis + load.steady)) * MINUTES_A_DAY
        + usd(MICRO_USD_A_REQUEST) * 3.0 * estate.accounts.len() as f64;
    let Some(cap) = cap_usd else {
        return Ok(format!("no cap; a day costs {} at most, {} is spent today", dollars(a_day), dollars(spent_usd)));
    };
    let purse = Purse::new(cap_usd, spent_usd, now);
    let spent = format!("{} of {} is spent today", dollars(spent_usd), dollars(cap));
    let round = price(load.slis).max(price(load.steady));
    let raise = "raise `policy.spend.cap_usd_per_day`";
    if round > 0 && purse.cap().is_some_and(|cap| cap < round) {
        return Err(format!("{spent}; to ask CloudWatch once costs {}: {raise}", dollars(usd(round).max(0.0001))));
    }
    if purse.left(now).is_some_and(|left| left < round.max(1)) {
        return Err(format!("{spent}: what costs money is asked again at midnight UTC, or {raise}"));
    }
    let pace = load.pace(&purse, now);
    let slow: Vec<String> = pace.words(load.slis > 0, load.steady > 0).collect();
    if slow.is_empty() { Ok(spent) } else { Ok(format!("{spent}; {}", slow.join("; "))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Counted, DeclaredSlo, Metric, Sli};

    fn with(slos: usize) -> DeclaredEstate {
        let metric = || Metric {
            namespace: "n".into(),
            metric: "m".into(),
            stat: None,
            dimensions: std::collections::BTreeMap::new(),
        };
        let slo = |n: usize| DeclaredSlo {
            name: n.to_string(),
            service: "s".into(),
            objective: 99.0,
            window_s: 86_400,
            window: "1d".into(),
            min_events: 1,
            sli: Sli::CloudWatchCounts {
                account: "a".into(),
                region: "r".into(),
                counted: Counted::Bad,
                events: metric(),
                total: metric(),
            },
        };
        DeclaredEstate { slos: (0..slos).map(slo).collect(), ..DeclaredEstate::default() }
    }

    #[test]
    fn check_says_what_the_cap_means() {
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let said = |slos, cap, spent| outlook(&with(slos), cap, spent, now);
        assert_eq!(said(10, None, 0.125).unwrap(), "no cap; a day costs $0.29 at most, $0.12 is spent today");
        assert_eq!(said(10, Some(1.0), 0.25).unwrap(), "$0.25 of $1.00 is spent today");
        let slow = said(1_000, Some(1.0), 0.0).unwrap();
        assert!(slow.contains("SLOs are asked for every 42 min") && slow.contains("cap_usd_per_day"), "{slow}");
        let never = said(1_000, Some(0.01), 0.0).unwrap_err();
        assert!(never.contains("once costs $0.0200: raise"), "{never}");
        let spent = said(10, Some(1.0), 1.0).unwrap_err();
        assert!(spent.contains("$1.00 of $1.00") && spent.contains("midnight"), "{spent}");
        assert!(said(0, Some(1.0), 1.0).is_err(), "nothing is left for Cost Explorer either");
    }
}
