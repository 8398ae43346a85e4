//! The SLOs: whether each can be read, how much of its history is known, and what is missing.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use super::{Group, Row};
use crate::cli::real::{self, Real};
use crate::cli::{Context, LAST_WRITING, Rigging};
use crate::console::widget::quantity::{count, counted, span};
use crate::estate::{
    Coverage, DeclaredEstate, EntryRef, Estate, Kind, Sli, SliPoint, SloState, SourceKey, SourceName, SourceState,
};
use crate::judge::{self, History, Policy};

/// So long the sources have to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// So long they may go on to fill history in once each has answered.
const FILLING: Duration = Duration::from_secs(5);

/// One row for each SLO; none where none is configured. Reads as the console does, from where an earlier run left off, and
/// keeps nothing but what it spent: the sources that no SLO rests on are not asked.
pub(super) async fn group(context: &Context, declared: &DeclaredEstate) -> Option<Group> {
    if declared.slos.is_empty() {
        return None;
    }
    let counts = |name: &str| !declared.counting_rollouts_of(name).is_empty();
    let wanted = |key: &SourceKey| match key.name {
        SourceName::Sts | SourceName::Eks | SourceName::CloudWatch | SourceName::Prometheus => true,
        SourceName::Kubernetes => key.subject.as_deref().is_some_and(counts),
        _ => false,
    };
    let Ok(Real { mut rigging, recalled, writer, .. }) = real::rig_some(context, &wanted) else { return None };
    rigging.start();
    listen(&mut rigging).await;
    if let Some(writer) = writer {
        let now = Timestamp::now();
        writer.spend(now, rigging.purse.spent_usd(now), recalled.spent_today_usd);
        writer.close(LAST_WRITING);
    }
    Some(Group { title: "SLOs".to_owned(), rows: rows(&rigging.estate, Timestamp::now()) })
}

/// Takes in what is said until every SLO's sources have answered and its history is whole, or time is up.
async fn listen(rigging: &mut Rigging) {
    let mut deadline = Instant::now() + PATIENCE;
    let mut all_heard = false;
    loop {
        let estate = &rigging.estate;
        let heard = estate.slos().iter().all(|slo| {
            let entry = slo.entry();
            estate.feeding(&entry).all(|source| source.answered)
        });
        if heard && !all_heard {
            all_heard = true;
            deadline = deadline.min(Instant::now() + FILLING);
        }
        let now = Timestamp::now();
        if heard && estate.slos().iter().all(|slo| !is_read(estate, slo) || is_whole(slo, now)) {
            return;
        }
        let Ok(Some(observation)) = timeout_at(deadline, rigging.observations.recv()).await else { return };
        rigging.estate.apply(observation);
    }
}

fn is_read(estate: &Estate, slo: &SloState) -> bool {
    let entry = slo.entry();
    let mut feeding = estate.feeding(&entry).peekable();
    feeding.peek().is_some() && feeding.all(|source| source.state == SourceState::Live)
}

/// Whether its source has been asked for all of its window; finished rollouts are only ever seen from now on.
fn is_whole(slo: &SloState, now: Timestamp) -> bool {
    let rollouts = matches!(slo.declared.sli, Sli::Rollouts { .. });
    let asked = slo.series.covered().map(|covered| now.duration_since(covered.from).as_secs());
    rollouts || asked.is_some_and(|asked| asked >= window_s(slo) - 3_600)
}

fn window_s(slo: &SloState) -> i64 {
    i64::try_from(slo.declared.window_s).unwrap_or(i64::MAX)
}

/// One row for each SLO.
fn rows(estate: &Estate, now: Timestamp) -> Vec<Row> {
    let judgement = judge::judge(estate, &History::default(), &Policy::default(), now);
    let data = |index: usize| judgement.slos.get(index).map_or("no_data", |verdict| verdict.data);
    let row = |(index, slo): (usize, &SloState)| {
        (format!("slo {}", slo.declared.name), outcome(estate, slo, data(index), now))
    };
    estate.slos().iter().enumerate().map(row).collect()
}

/// What can be read of an SLO, or why not and what to do.
fn outcome(estate: &Estate, slo: &SloState, data: &str, now: Timestamp) -> Result<String, String> {
    let entry: EntryRef = slo.entry();
    if let Some(silent) = estate.feeding(&entry).find(|source| source.state != SourceState::Live) {
        let late = format!("{} has not answered within {} s", silent.key.title(), PATIENCE.as_secs());
        return Err(format!("cannot be read: {}", silent.error.as_deref().unwrap_or(&late)));
    }
    if estate.feeding(&entry).next().is_none() {
        return Err(
            "cannot be read: no source of this build tells of it; build with the features aws, kubernetes and \
                    prometheus"
                .to_owned(),
        );
    }
    // What an earlier run counted says nothing of this hour.
    let counts = slo.counts.as_ref().filter(|_| data != "no_data");
    let hour = counts.map(|counts| counts.value.windows[judge::burn::index(crate::estate::Window::H1)]);
    let Some((hour, total)) = hour.and_then(|hour| Some((hour, hour.total?))) else {
        if let Sli::Rollouts { cluster, .. } = &slo.declared.sli {
            return unwatched(estate, slo, cluster, now);
        }
        return Err("its source answers, and tells of no event in the last hour; is there such a metric, with these \
                    labels or dimensions? What is not told is never taken for good"
            .to_owned());
    };
    let noun = if matches!(slo.declared.sli, Sli::Rollouts { .. }) { "rollout" } else { "event" };
    let whole = |n: f64| {
        // A count of events: not negative, and far below what the cast can hold.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count that was sent as a float")]
        let n = n.max(0.0).round() as usize;
        n
    };
    let bad = hour
        .bad
        .map_or_else(|| "how many were bad is not known".to_owned(), |bad| format!("{} bad", count(whole(bad))));
    let mut said = vec![format!("{} in the last hour, {bad}", counted(whole(total), noun))];
    if data == "low_traffic" {
        let floor = counted(usize::try_from(slo.declared.min_events).unwrap_or(usize::MAX), noun);
        said.push(format!("low traffic: some window has fewer than {floor}, so there is no verdict"));
    }
    said.push(history(slo, now));
    Ok(said.join("; "))
}

/// What can be said of rollouts when not all of the last hour was watched.
fn unwatched(estate: &Estate, slo: &SloState, cluster: &str, now: Timestamp) -> Result<String, String> {
    match estate.cluster(cluster).map_or(&Coverage::Unknown, |c| c.coverage(Kind::Deployments)) {
        Coverage::Complete => {
            let seen = "deployments can be watched; their rollouts are counted from the first look on";
            Ok(format!("{seen}, and there was none in the last hour; {}", history(slo, now)))
        }
        Coverage::Forbidden(why) | Coverage::Partial(why) => {
            Err(format!("cannot be read: not all deployments may be listed: {why}"))
        }
        Coverage::Unknown => Err(format!("cannot be read: the deployments of {cluster} were not told in time")),
    }
}

/// How much of the history over an SLO's window is known, and how much is missing.
fn history(slo: &SloState, now: Timestamp) -> String {
    let from = now.as_second().saturating_sub(window_s(slo));
    let known: Vec<SliPoint> = slo.series.five_minutes().filter(|p| p.at.as_second() >= from).collect();
    let Some(first) = known.iter().find(|p| p.total.is_some()) else {
        return "no history yet: it grows while the console runs".to_owned();
    };
    let reach = now.duration_since(first.at).as_secs().min(window_s(slo));
    let missing = known.iter().skip_while(|p| p.total.is_none()).filter(|p| p.total.is_none()).count();
    let gaps = match missing {
        0 => "nothing missing in it".to_owned(),
        n => format!("{} of 5 min missing in it", counted(n, "point")),
    };
    let more = if is_whole(slo, now) { "" } else { ", the rest is filled in while the console runs" };
    // The window's edge lies within a slot of five minutes.
    let of = if reach + 3_600 >= window_s(slo) { String::new() } else { format!(" of {}", slo.declared.window) };
    let reach = if of.is_empty() { slo.declared.window.clone() } else { span(reach) };
    format!("history of {reach}{of}, {gaps}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::draw::tests::fixture::{self, ago, facts, key};
    use crate::estate::{Covered, Fact, SliPoints};

    fn points(minutes: i64, gap: std::ops::Range<i64>, per_minute: f64) -> SliPoints {
        let point = |n: i64| SliPoint {
            at: ago(n),
            bad: (!gap.contains(&n)).then_some(0.0),
            total: (!gap.contains(&n)).then_some(per_minute),
        };
        SliPoints {
            minutes: (1..=minutes).rev().map(point).collect(),
            five_minutes: Vec::new(),
            covered: Some(Covered { from: ago(31 * 24 * 60), until: fixture::now() }),
            counts_at: Some(ago(1)),
        }
    }

    #[test]
    fn each_slo_says_what_is_known_of_it() {
        let cloudwatch = key(SourceName::CloudWatch, "us-east-1");
        let told = |name: &str, points: SliPoints| Fact::SliPoints(name.to_owned(), points);
        let all = vec![
            told("payments availability", points(2 * 24 * 60, 0..0, 100.0)),
            told("checkout availability", points(2 * 24 * 60, 600..640, 100.0)),
            told("reports freshness", points(24 * 60, 0..0, 0.02)),
        ];
        let set = fixture::waiting(&fixture::declared()).told([fixture::verified(), facts(&cloudwatch, 0, all)]);
        let said = rows(&set.estate, fixture::now());
        let text: Vec<String> = said
            .iter()
            .map(|(what, outcome)| match outcome {
                Ok(words) => format!("ok {what}: {words}"),
                Err(words) => format!("fails {what}: {words}"),
            })
            .collect();
        insta::assert_snapshot!(text.join("\n"));
        let denied = fixture::failed(&cloudwatch, "AccessDenied: allow cloudwatch:GetMetricData");
        let set = fixture::waiting(&fixture::declared()).told([fixture::verified(), denied]);
        let (_, outcome) = &rows(&set.estate, fixture::now())[0];
        assert_eq!(outcome.as_ref().unwrap_err(), "cannot be read: AccessDenied: allow cloudwatch:GetMetricData");
    }

    /// No rollout is the rule, and none within the hour says nothing against the source.
    #[test]
    fn rollouts_need_not_happen_each_hour() {
        let mut declared = fixture::declared();
        declared.slos.truncate(1);
        declared.slos[0].sli = Sli::Rollouts { cluster: "prod-use1".to_owned(), namespaces: Vec::new() };
        let kubernetes = key(SourceName::Kubernetes, "prod-use1");
        let set = |coverage: Coverage| {
            let mut set = fixture::Set { estate: Estate::new(declared.clone()), ..fixture::empty() };
            for source in [key(SourceName::Sts, ""), kubernetes.clone()] {
                set.estate.register(source, vec![EntryRef::Slo("payments availability".to_owned())]);
            }
            let covered = Fact::Coverage("prod-use1".to_owned(), Kind::Deployments, coverage);
            set.told([fixture::verified(), facts(&kubernetes, 0, vec![covered])])
        };
        let outcome = |set: &fixture::Set| rows(&set.estate, fixture::now()).remove(0).1;
        let watched = outcome(&set(Coverage::Complete)).unwrap();
        assert!(watched.starts_with("deployments can be watched; their rollouts are counted"), "{watched}");
        let denied = outcome(&set(Coverage::Forbidden("list deployments is denied".to_owned()))).unwrap_err();
        assert_eq!(denied, "cannot be read: not all deployments may be listed: list deployments is denied");
        // What was counted yesterday says nothing of the last hour, though the source is live.
        let mut old = set(Coverage::Forbidden("list deployments is denied".to_owned()));
        let yesterday = SliPoints { counts_at: Some(ago(24 * 60)), ..points(60, 0..0, 3.0) };
        old = old.told([facts(&kubernetes, 0, vec![Fact::SliPoints("payments availability".to_owned(), yesterday)])]);
        assert!(old.estate.slos()[0].counts.is_some());
        assert_eq!(outcome(&old).unwrap_err(), denied);
    }
}
