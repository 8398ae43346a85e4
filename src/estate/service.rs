//! What is measured of a service that the app alerts watch.

use serde::{Deserialize, Serialize};

use super::Sample;

/// The newest numbers of one service; what is not known is none, never 0.
///
/// Rates are over the last five whole minutes that are in (CloudWatch), or as the team's query has them (Prometheus). A
/// count of errors that is missing beside present requests is 0: neither origin publishes what did not happen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceFacts {
    /// The time within which 99 of 100 requests are answered, milliseconds; of one period, never an average of several.
    pub p99_ms: Option<Sample>,
    /// Requests a second.
    pub requests: Option<Sample>,
    /// Answers with a status of 500 or more, a second.
    pub errors_5xx: Option<Sample>,
    /// Answers with a status from 400 to 499, a second.
    pub errors_4xx: Option<Sample>,
    /// Requests a second as they usually are: the mean of the hour before [`Self::requests`]; none where less than half
    /// of that hour is known.
    pub requests_before: Option<Sample>,
}

impl ServiceFacts {
    /// Percent of requests that were answered with a status of 500 or more; none where there were no requests.
    pub fn errors_5xx_percent(&self) -> Option<f64> {
        share(self.errors_5xx?.value, self.requests?.value)
    }

    /// Percent of requests that were answered with a status from 400 to 499; none where there were no requests.
    pub fn errors_4xx_percent(&self) -> Option<f64> {
        share(self.errors_4xx?.value, self.requests?.value)
    }

    /// How many percent more requests there are than in the hour before, negative when there are fewer; none where
    /// that hour had none.
    pub fn requests_change_percent(&self) -> Option<f64> {
        share(self.requests?.value, self.requests_before?.value).map(|percent| percent - 100.0)
    }
}

fn share(part: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| 100.0 * part / of)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn sample(value: f64) -> Sample {
        Sample { value, at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn shares_of_requests() {
        let facts = ServiceFacts {
            requests: Some(sample(200.0)),
            errors_5xx: Some(sample(1.0)),
            errors_4xx: Some(sample(0.0)),
            requests_before: Some(sample(100.0)),
            ..ServiceFacts::default()
        };
        assert_eq!(facts.errors_5xx_percent(), Some(0.5));
        assert_eq!(facts.errors_4xx_percent(), Some(0.0));
        assert_eq!(facts.requests_change_percent(), Some(100.0));
    }

    #[test]
    fn no_requests_are_no_share_and_nothing_known_is_nothing() {
        let none =
            ServiceFacts { requests: Some(sample(0.0)), errors_5xx: Some(sample(0.0)), ..ServiceFacts::default() };
        assert_eq!(none.errors_5xx_percent(), None);
        assert_eq!(none.requests_change_percent(), None);
        let quiet =
            ServiceFacts { requests: Some(sample(5.0)), requests_before: Some(sample(0.0)), ..ServiceFacts::default() };
        assert_eq!((quiet.requests_change_percent(), quiet.errors_5xx_percent()), (None, None));
        let fallen = ServiceFacts {
            requests: Some(sample(25.0)),
            requests_before: Some(sample(100.0)),
            ..ServiceFacts::default()
        };
        assert_eq!(fallen.requests_change_percent(), Some(-75.0));
    }
}
