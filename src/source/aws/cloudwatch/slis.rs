//! The events of SLOs: asked backwards once over each window, then only forward, and told as points of their history.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::super::note::Notes;
use super::super::proof::Proven;
use super::super::spending::CAP_REACHED;
use super::super::trouble::Trouble;
use super::fetching::{Query, Region, Span};
use super::found::{Found, What};
use super::pace::price;
use super::plan::{Asked, Plan, plan};
use super::wait::Wait;
use crate::estate::{Covered, DeclaredSlo, Fact, Metric, Sli};
use crate::source::Outbox;

/// Calls of one round that fill history backwards; the rest waits for the next one, so that what is now is seen first.
const CALLS_A_ROUND: usize = 8;

/// The SLOs of one account and region.
pub(in crate::source::aws) struct Slis {
    all: Vec<One>,
    every: Duration,
    /// How long they are not asked for again; none: they are wanted at once.
    wait: Option<Wait>,
    /// The round before left something for this one.
    filling: bool,
    /// What their last round could not see, which holds until the next one.
    said: Notes,
}

/// What came of one round.
pub(super) struct Told {
    pub(super) facts: Vec<Fact>,
    /// There is more history to be asked for.
    pub(super) more: bool,
    /// Not even what is now has been asked of all of them.
    pub(super) part: bool,
}

/// One SLO.
struct One {
    name: String,
    window_s: u64,
    counted: What,
    /// Events, then total.
    queries: [Query; 2],
    asked: Option<Asked>,
    /// Some point has been seen, now or in an earlier run.
    seen: bool,
    /// The start of the newest minute of which the total is in.
    newest: Option<i64>,
    rest: Option<Rest>,
}

/// Why an SLO is not asked for again at once: its answer was not whole, and others have their turn.
struct Rest {
    wait: Wait,
    why: String,
}

impl One {
    /// What has to be asked at the whole minute `end`. While history is being filled, what is now is asked again only after
    /// `filling`, and not in each round.
    fn plan(&self, end: i64, filling: Option<Duration>) -> Plan {
        if self.rest.is_some() {
            return Plan::default();
        }
        let plan = plan(self.window_s, self.asked, end);
        let fresh = |every: Duration| {
            let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX / 4);
            self.asked.is_some_and(|asked| asked.until <= end && end < asked.until.saturating_add(every))
        };
        if filling.is_some_and(fresh) { Plan { forward: Vec::new(), ..plan } } else { plan }
    }
}

impl Slis {
    /// The SLOs of an account and region, asked every so often; `covered` is what earlier runs have asked.
    pub(in crate::source::aws) fn new(
        slos: &[&DeclaredSlo],
        covered: &BTreeMap<String, Covered>,
        every: Duration,
    ) -> Self {
        let one = |slo: &&DeclaredSlo| {
            let (counted, events, total) = match &slo.sli {
                Sli::CloudWatchCounts { counted, events, total, .. } => (What::Count(*counted), events, total),
                Sli::CloudWatchGoodPercent { good_percent, total, .. } => (What::GoodPercent, good_percent, total),
                Sli::Prometheus { .. } | Sli::Rollouts { .. } => return None,
            };
            let asked = covered.get(&slo.name).map(|c| Asked::of(*c));
            let queries = [query(events), query(total)];
            Some(One {
                name: slo.name.clone(),
                window_s: slo.window_s,
                counted,
                queries,
                asked,
                seen: asked.is_some(),
                newest: None,
                rest: None,
            })
        };
        Self { all: slos.iter().filter_map(one).collect(), every, wait: None, filling: false, said: Notes::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Forgets what has been asked.
    pub(super) fn forget(&mut self) {
        self.all.iter_mut().for_each(|one| (one.asked, one.newest, one.rest) = (None, None, None));
        (self.wait, self.filling, self.said) = (None, false, Notes::default());
    }

    /// How long it is until they are to be asked again.
    pub(super) fn until_due(&self, now: Timestamp) -> Duration {
        self.wait.map_or(Duration::ZERO, |wait| wait.left(now)).clamp(Duration::from_secs(1), self.every)
    }

    /// Asks for what is missing, and then again after `every`; none where there are no SLOs or it is not time yet.
    pub(super) async fn ask(
        &mut self,
        region: &str,
        proven: &Proven,
        out: &Outbox,
        every: Duration,
        notes: &mut Notes,
    ) -> Result<Option<Told>, Trouble> {
        self.every = every;
        if self.all.is_empty() {
            return Ok(None);
        }
        let due = self.wait.is_none_or(|wait| wait.is_over(out.now()));
        let told = if due { Some(self.round(region, proven, out).await) } else { None };
        notes.extend(self.said.all().iter().cloned());
        told.transpose()
    }

    /// Asks once.
    ///
    /// Nothing is begun that the day's cap does not let end: SLOs of which a part was asked would look as if they had no
    /// data.
    async fn round(&mut self, region: &str, proven: &Proven, out: &Outbox) -> Result<Told, Trouble> {
        let (now, every) = (out.now(), self.every);
        let mut notes = Notes::default();
        let region = Region::new(proven, region, out);
        let end = now.as_second().div_euclid(60) * 60;
        for one in &mut self.all {
            one.rest = one.rest.take().filter(|rest| !rest.wait.is_over(now));
        }
        let mut plans: Vec<Plan> = self.all.iter().map(|one| one.plan(end, self.filling.then_some(every))).collect();
        let forward = within(plans.iter().map(|p| p.forward.as_slice()), CALLS_A_ROUND);
        if !affords(out, chosen(&plans, &forward, |p| &p.forward)) {
            self.wait = Some(Wait::new(now, every));
            notes.add(format!("SLOs wait: {CAP_REACHED}"));
            self.said = notes;
            return Err(Trouble::capped());
        }
        let mut found: Vec<Found> = self.all.iter().map(|_| Found::default()).collect();
        for (span, which) in by_span(chosen(&plans, &forward, |p| &p.forward)) {
            self.fetch(&region, span, &which, &mut found).await?;
        }
        // What does not come whole is asked for again later, and its history after that.
        for (plan, _) in plans.iter_mut().zip(&found).filter(|(_, found)| found.problem.is_some()) {
            plan.backward.clear();
        }
        // What is now goes first, of all of them.
        let part = forward.contains(&false);
        let mut backward = within(plans.iter().map(|p| p.backward.as_slice()), if part { 0 } else { CALLS_A_ROUND });
        let mut rests = None;
        if part || !affords(out, chosen(&plans, &backward, |p| &p.backward)) {
            rests = (!part).then(|| CAP_REACHED.to_owned());
            backward = plans.iter().map(|plan| plan.backward.is_empty()).collect();
        }
        for found in &mut found {
            found.forward_done = found.problem.is_none();
        }
        for (span, which) in by_span(chosen(&plans, &backward, |p| &p.backward)) {
            if let Err(why) = self.fetch(&region, span, &which, &mut found).await {
                // What came before is told all the same: it would not be asked for again.
                rests = Some(why.words);
                backward = plans.iter().map(|plan| plan.backward.is_empty()).collect();
                break;
            }
        }
        notes.extend(rests.as_ref().map(|why| format!("SLOs have no whole history yet: {why}")));
        let mut facts = Vec::new();
        let rounds = plans.iter().zip(forward.iter().zip(&backward));
        for ((one, mut found), (plan, (forward, backward))) in self.all.iter_mut().zip(found).zip(rounds) {
            if *forward && found.forward_done && !plan.forward.is_empty() {
                one.asked = plan.after_forward;
            }
            if *forward && *backward && found.forward_done && found.problem.is_none() {
                one.asked =
                    one.asked.map(|asked| Asked { from: plan.after_backward.map_or(asked.from, |a| a.from), ..asked });
            }
            if let Some(why) = found.problem.take() {
                one.rest = Some(Rest { wait: Wait::new(now, every), why });
            }
            if let Some(Rest { why, .. }) = &one.rest {
                notes.add(format!("{}: not all of it is known: {why}", one.name));
            }
            one.seen |= !found.points.minutes.is_empty() || !found.points.five_minutes.is_empty();
            if !one.seen && one.rest.is_none() && *forward && *backward {
                notes.add(format!("{}: there is no {} with these dimensions", one.name, one.queries[1].metric));
            }
            one.newest = one.newest.max(found.newest);
            if (*forward && !plan.forward.is_empty()) || (*backward && !plan.backward.is_empty()) {
                facts.push(Fact::SliPoints(one.name.clone(), found.told(one.asked, one.newest, end)));
            }
        }
        let more = part || (rests.is_none() && backward.contains(&false));
        self.filling = more;
        self.wait = (!more).then(|| Wait::new(now, self.every));
        self.said = notes;
        Ok(Told { facts, more, part })
    }

    /// Asks for both metrics of some SLOs over one span.
    async fn fetch(
        &self,
        region: &Region<'_>,
        span: Span,
        which: &[usize],
        found: &mut [Found],
    ) -> Result<(), Trouble> {
        let ones = || which.iter().filter_map(|i| self.all.get(*i));
        let queries: Vec<Query> = ones().flat_map(|one| one.queries.clone()).collect();
        let answers = region.fetch(&queries, span).await?;
        let (pairs, _) = answers.as_chunks::<2>();
        for ((index, one), [events, total]) in which.iter().zip(ones()).zip(pairs) {
            if let Some(found) = found.get_mut(*index) {
                found.take(one.counted, span.period, events, total);
            }
        }
        Ok(())
    }
}

/// Whether the cap leaves enough to ask for both metrics of SLOs over these spans.
fn affords<'a>(out: &Outbox, spans: impl Iterator<Item = &'a [Span]>) -> bool {
    let needed = price(2 * spans.map(<[Span]>::len).sum::<usize>());
    out.purse().left(out.now()).is_none_or(|left| needed <= left)
}

/// The spans of the plans whose turn it is; none of the others.
fn chosen<'a>(
    plans: &'a [Plan],
    turn: &'a [bool],
    spans: impl Fn(&'a Plan) -> &'a Vec<Span> + 'a,
) -> impl Iterator<Item = &'a [Span]> {
    plans.iter().zip(turn).map(move |(plan, turn)| if *turn { spans(plan).as_slice() } else { &[] })
}

/// The spans of all plans, each with those that want it.
fn by_span<'a>(plans: impl Iterator<Item = &'a [Span]>) -> BTreeMap<Span, Vec<usize>> {
    let mut all: BTreeMap<Span, Vec<usize>> = BTreeMap::new();
    for (index, spans) in plans.enumerate() {
        for span in spans {
            all.entry(*span).or_default().push(index);
        }
    }
    all
}

/// Which SLOs' spans fit into so many calls; the first one's always do.
fn within<'a>(spans: impl Iterator<Item = &'a [Span]>, calls: usize) -> Vec<bool> {
    let mut shares = 0.0;
    let fits = |spans: &'a [Span]| {
        let before = shares;
        shares += spans.iter().map(|s| 2.0 / s.queries_a_call() as f64).sum::<f64>();
        spans.is_empty() || before == 0.0 || shares <= calls as f64
    };
    spans.map(fits).collect()
}

fn query(metric: &Metric) -> Query {
    Query {
        namespace: metric.namespace.clone(),
        metric: metric.metric.clone(),
        dimensions: metric.dimensions.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        stat: metric.stat.clone().unwrap_or_else(|| "Sum".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_into_a_round_waits() {
        let month = |days: i64| vec![Span { period: 300, from: 0, to: days * 86_400 }];
        let within = |all: &[Vec<Span>], calls| within(all.iter().map(Vec::as_slice), calls);
        // 11 queries of 30 days fit into a call: five SLOs do.
        assert_eq!(within(&[month(30), Vec::new(), month(30)], 8), [true; 3]);
        let many: Vec<Vec<Span>> = (0..60).map(|_| month(30)).collect();
        assert_eq!(within(&many, 8).iter().filter(|now| **now).count(), 44);
        assert_eq!(within(&[month(4_000), month(1)], 0), [true, false]);
    }
}
