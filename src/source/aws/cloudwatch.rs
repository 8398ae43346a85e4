//! CloudWatch: what is asked of one account in one region, batched: the numbers of databases and of services in one call
//! each minute, and the events of its SLOs, both more rarely where the day's spend cap does not allow that.
//!
//! Whoever needs another metric makes [`fetching::Query`]s, asks [`fetching::Region::fetch`] for them within
//! [`CloudWatch::ask`], and counts them in [`pace::Load`]. Each metric that is asked for costs $0.00001.

mod fetching;
mod found;
mod numbers;
pub(super) mod pace;
mod plan;
mod services;
mod slis;
mod wait;

use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use tokio::sync::watch;

use self::fetching::{Points, Query, Region, built};
use self::pace::{Load, Pace};
pub(super) use self::services::{METRICS, Services};
pub(super) use self::slis::Slis;
use self::wait::Wait;
use super::note::Notes;
use super::polling::{Answer, Ask};
use super::proof::{Proof, Proven};
use super::rds::Roster;
use super::trouble::{Kind, Trouble, explain};
use crate::estate::Fact;
use crate::source::Outbox;

/// CloudWatch has a new point each minute: the schedule's own pace. What failed is asked for again after that, too.
const AT_FULL_PACE: Duration = Duration::from_mins(1);
/// How soon history is asked for again while it is being filled backwards.
const FILL_PAUSE: Duration = Duration::from_millis(500);

/// Asks CloudWatch in one region of one account.
pub(super) struct CloudWatch {
    pub(super) region: String,
    /// The members of the region's databases; none where none is declared.
    pub(super) roster: Option<watch::Receiver<Roster>>,
    pub(super) services: Services,
    pub(super) slis: Slis,
    /// What is asked of CloudWatch in all accounts together.
    load: Load,
    /// How long numbers are not asked for again; none: they are wanted at once.
    steady: Option<Wait>,
    /// What could not be seen when they were asked for last, which holds until the next time.
    said: Notes,
}

impl CloudWatch {
    pub(super) fn new(
        region: &str,
        roster: Option<watch::Receiver<Roster>>,
        services: Services,
        slis: Slis,
        load: Load,
    ) -> Self {
        Self { region: region.to_owned(), roster, services, slis, load, steady: None, said: Notes::default() }
    }

    /// Whether there are numbers to be asked for besides SLOs.
    fn has_steady(&self) -> bool {
        self.roster.is_some() || !self.services.is_empty()
    }

    /// Whether it is time for them: they wait, but not when RDS tells of other members.
    fn is_steady_due(&self, now: Timestamp) -> bool {
        self.steady.is_none_or(|wait| wait.is_over(now))
    }

    /// Lets numbers that were asked for wait for their next time, however often history is asked for meanwhile.
    fn rest_steady(&mut self, pause: Duration, now: Timestamp) {
        self.steady = Some(Wait::new(now, pause));
    }

    /// When to ask again where the cap slows polling down; none: as the schedule says.
    fn again(&self, pace: Pace, now: Timestamp) -> Option<Duration> {
        if !self.has_steady() {
            return Some(self.slis.until_due(now));
        }
        if pace.steady <= AT_FULL_PACE {
            return None;
        }
        let left = self.steady.map_or(Duration::ZERO, |wait| wait.left(now)).max(Duration::from_secs(1));
        Some(if self.slis.is_empty() { left } else { left.min(self.slis.until_due(now)) })
    }
}

impl Ask for CloudWatch {
    async fn ask(&mut self, proven: &Proven, out: &Outbox) -> Result<Answer, Trouble> {
        if !out.may_spend() {
            return Err(Trouble::capped());
        }
        let mut notes = Notes::default();
        let pace = self.load.pace(out.purse(), out.now());
        pace.words(!self.slis.is_empty(), self.has_steady()).for_each(|words| notes.add(words));
        let steady = self.is_steady_due(out.now());
        let mut said = Notes::default();
        let numbers = if steady { self.numbers(proven, out, &mut said).await } else { Ok((Numbers::Resting, None)) };
        let (numbers, points) = match numbers {
            Ok((numbers, points)) => (Ok(numbers), points),
            Err(why) => (Err(why), None),
        };
        // What was paid for already is told.
        let told = matches!(numbers, Ok(Numbers::Facts(_)));
        let services = if steady { self.services(proven, out, points, &mut said).await } else { Ok(Vec::new()) };
        let services = unless_capped(services, told, "services", &mut said);
        let mut answer = Answer::default();
        let services = unless_told(services, told, &mut answer.failed)?.unwrap_or_default();
        said.extend(answer.failed.iter().chain(numbers.as_ref().err()).map(|why| why.words.clone()));
        let told = told || !services.is_empty();
        let came = numbers.is_ok() || !services.is_empty();
        if steady {
            self.said = said;
        }
        if steady && came {
            // Whatever comes of SLOs: it is not paid for again each time that they are tried.
            self.rest_steady(pace.steady, out.now());
        }
        let (mut slis, mut of_slis) = (None, Notes::default());
        if answer.failed.is_none() {
            let asked = self.slis.ask(&self.region, proven, out, pace.slis, &mut of_slis).await;
            // Where they cannot be paid for, numbers may be, if not at this moment.
            let asked = unless_capped(asked, told || self.has_steady(), "SLOs", &mut of_slis);
            slis = unless_told(asked, told, &mut answer.failed)?.flatten();
        }
        // No facts would confirm all earlier ones, numbers too that were not asked for. What could not be seen is said with
        // the next facts.
        let tells_slis = slis.as_ref().is_some_and(|told| !told.facts.is_empty());
        match numbers {
            Ok(Numbers::Facts(facts)) => answer.facts = facts,
            Ok(Numbers::Waiting) => answer.silent = !tells_slis && self.services.is_empty(),
            Ok(Numbers::Resting) => answer.silent = !tells_slis,
            Ok(Numbers::None) => answer.silent = !tells_slis && self.roster.is_none() && self.services.is_empty(),
            // The members are not known, or not readable: that says nothing against services and SLOs.
            Err(_) if tells_slis || !self.services.is_empty() => {}
            Err(why) => return Err(why),
        }
        answer.facts.extend(services);
        if steady && !came {
            self.rest_steady(AT_FULL_PACE, out.now());
        }
        notes.extend(self.said.all().iter().chain(of_slis.all()).cloned());
        answer.again = self.again(pace, out.now());
        if let Some(slis) = slis {
            answer.facts.extend(slis.facts);
            answer.part = slis.part;
            if slis.more {
                answer.again = Some(FILL_PAUSE);
            }
        }
        answer.note = notes.words();
        Ok(answer)
    }

    fn barred(&mut self, proof: &Proof) {
        // What was known of another account's SLOs is withdrawn, so it has to be asked for again.
        if matches!(proof, Proof::Refused(_)) {
            self.slis.forget();
            self.services.forget();
        }
        // As soon as the account is proven again, numbers are wanted.
        self.steady = None;
    }

    async fn wake(&mut self) {
        let changed = match &mut self.roster {
            Some(roster) => roster.changed().await.is_ok(),
            None => false,
        };
        if !changed {
            std::future::pending::<()>().await;
        }
        self.steady = None;
    }
}

/// What was asked; none, and a note, where the day's cap did not allow it and something else is told, or will be.
fn unless_capped<T>(
    asked: Result<T, Trouble>,
    told: bool,
    what: &str,
    notes: &mut Notes,
) -> Result<Option<T>, Trouble> {
    match asked {
        Err(why) if told && why.kind == Kind::Capped => {
            notes.add(format!("{what} wait: {why}"));
            Ok(None)
        }
        asked => asked.map(Some),
    }
}

/// What was asked; none where it failed and something else is told: then the answer carries why.
fn unless_told<T>(
    asked: Result<Option<T>, Trouble>,
    told: bool,
    failed: &mut Option<Trouble>,
) -> Result<Option<T>, Trouble> {
    match asked {
        Err(why) if told => {
            *failed = Some(why);
            Ok(None)
        }
        asked => asked,
    }
}

/// What came of asking for the databases' numbers.
enum Numbers {
    Facts(Vec<Fact>),
    /// RDS is being asked at this very moment; its word wakes us.
    Waiting,
    None,
    /// It is not time for them yet.
    Resting,
}

impl CloudWatch {
    /// The databases' numbers, and what was asked of services in the same call.
    async fn numbers(
        &mut self,
        proven: &Proven,
        out: &Outbox,
        notes: &mut Notes,
    ) -> Result<(Numbers, Option<Vec<Points>>), Trouble> {
        let Some(roster) = &mut self.roster else { return Ok((Numbers::None, None)) };
        let roster = roster.borrow_and_update().clone();
        match roster {
            Roster::Waiting => Ok((Numbers::Waiting, None)),
            Roster::Unknown(why) => {
                Err(Trouble::new(Kind::Other, format!("the members to ask about are not known: {why}")))
            }
            Roster::Known(databases) if databases.is_empty() => {
                notes.add("none of the declared databases exists in RDS here".to_owned());
                Ok((Numbers::None, None))
            }
            Roster::Known(databases) => {
                let beside: Vec<Query> = self.services.queries();
                let found = numbers::ask(&self.region, proven, out, (&databases, &beside), notes).await;
                found.map(|(facts, points)| (Numbers::Facts(facts), Some(points)))
            }
        }
    }

    /// The services' numbers: by what was asked of them beside the databases, or by a call of their own.
    async fn services(
        &mut self,
        proven: &Proven,
        out: &Outbox,
        points: Option<Vec<Points>>,
        notes: &mut Notes,
    ) -> Result<Vec<Fact>, Trouble> {
        if self.services.is_empty() {
            return Ok(Vec::new());
        }
        let region = Region::new(proven, &self.region, out);
        let now = out.now().as_second();
        self.services.fill(&region, now).await?;
        let points = match points {
            Some(points) => points,
            None => region.fetch(&self.services.queries(), numbers::span(now)).await?,
        };
        Ok(self.services.take(points, now, notes))
    }
}

/// What the probe of `quarterdeck check` tries: one metric, $0.00001.
pub(super) async fn probe(config: &aws_config::SdkConfig, region: &str, now: Timestamp) -> Result<String, Trouble> {
    let end = now.as_second();
    Client::new(config)
        .get_metric_data()
        .metric_data_queries(built(0, &numbers::average("CPUUtilization", &[]), 60))
        .start_time(DateTime::from_secs(end - 300))
        .end_time(DateTime::from_secs(end))
        .send()
        .await
        .map(|_| "metrics can be read".to_owned())
        .map_err(|error| explain(&error, "cloudwatch:GetMetricData", region))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn numbers_are_asked_for_again_when_the_clock_was_set_back() {
        let services = Services::new(&[]);
        let slis = Slis::new(&[], &std::collections::BTreeMap::new(), AT_FULL_PACE);
        let roster = watch::channel(Roster::Waiting).1;
        let mut asked = CloudWatch::new("us-east-1", Some(roster), services, slis, Load::default());
        // Three hours ahead until it was corrected.
        let ahead: Timestamp = "2026-11-21T18:00:00Z".parse().unwrap();
        let slow = Pace { slis: AT_FULL_PACE, steady: Duration::from_mins(30) };
        asked.rest_steady(slow.steady, ahead);
        assert_eq!((asked.is_steady_due(ahead), asked.again(slow, ahead)), (false, Some(Duration::from_mins(30))));
        let right = ahead - SignedDuration::from_hours(3);
        assert_eq!((asked.is_steady_due(right), asked.again(slow, right)), (true, Some(Duration::from_secs(1))));
    }
}
