//! A simulated source: tells its part of the world at the pace at which the real service would be asked.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::chance::grain;
use super::moment::{At, Moment};
use super::part::{Obstacle, Part, at};
use super::plan::ClusterPlan;
use super::walk::Walk;
use super::world::World;
use crate::estate::{EntryRef, Fact, Report, SourceKey};
use crate::source::schedule::Schedule;
use crate::source::{Outbox, Source};

/// However fast the world runs, a source speaks at most ten times a real second.
const LEAST_PAUSE: Duration = Duration::from_millis(100);
/// The longest a source waits between two tries after failures, world time.
const LONGEST_RETRY: Duration = Duration::from_secs(30);
/// A quiet cluster says so often that what was seen still holds, world seconds.
const CONFIRMS: At = 30;

/// One source of the embedded estate.
pub struct SimulatedSource {
    world: Arc<World>,
    part: Part,
    /// Says true once the account's identity has been told. None for parts without account.
    proven: Option<watch::Sender<bool>>,
}

/// The sources of a world: each account's identity first, then everything else.
pub fn sources(world: &Arc<World>) -> Vec<SimulatedSource> {
    let proven: Vec<watch::Sender<bool>> = world.declared.accounts.iter().map(|_| watch::Sender::new(false)).collect();
    let source = |part: Part| SimulatedSource {
        world: world.clone(),
        proven: world.account_of(&part).map(|i| proven[i].clone()),
        part,
    };
    world.parts().into_iter().map(source).collect()
}

impl Source for SimulatedSource {
    fn key(&self) -> SourceKey {
        self.world.key(&self.part)
    }

    fn feeds(&self) -> Vec<EntryRef> {
        self.world.feeds(&self.part)
    }

    async fn run(self, out: Outbox) {
        if !matches!(self.part, Part::Identity(_))
            && let Some(proven) = &self.proven
            && proven.subscribe().wait_for(|&proven| proven).await.is_err()
        {
            return;
        }
        let mut telling = Telling {
            recalled: false,
            told: Vec::new(),
            history: None,
            walk: None,
            confirmed: At::MIN,
            measured: At::MIN,
            silenced: false,
        };
        let mut acts = self.world.watch_acts();
        let key = self.key();
        let seed = grain(self.world.seed, &format!("{:?}{:?}{:?}", key.account, key.region, key.subject));
        let mut schedule = Schedule::new(self.every(), LONGEST_RETRY, seed);
        loop {
            let now = at(out.now());
            let mut m = Moment::new(now);
            let listening = match self.world.obstacle(&self.part, &mut m) {
                None => self.tell(&mut telling, now, &mut schedule, &out).await,
                Some(obstacle) => self.complain(&mut telling, obstacle, &mut schedule, &out).await,
            };
            let Some(pause) = listening else { return };
            // What stands in the way is noticed when it comes, not a whole pause later.
            let until_change = Duration::from_secs(m.next().saturating_sub(now).try_into().unwrap_or(u64::MAX));
            let pause = tokio::time::sleep(out.clock().real(pause.min(until_change)).max(LEAST_PAUSE));
            // Whoever watches a service hears of a change at once.
            tokio::select! {
                () = pause => {}
                Ok(()) = acts.changed(), if self.hears() => {}
            }
        }
    }
}

/// What a source has told so far.
struct Telling {
    /// The courses of its numbers before the demo have been told.
    recalled: bool,
    told: Vec<Fact>,
    /// Until when the past has been told.
    history: Option<At>,
    /// Where it stands in its cluster, and the cluster as it was acted on so far.
    walk: Option<(Walk, ClusterPlan)>,
    confirmed: At,
    /// The minute whose usage was told last.
    measured: At,
    silenced: bool,
}

impl SimulatedSource {
    /// How often the real service would be asked.
    fn every(&self) -> Duration {
        Duration::from_secs(match self.part {
            Part::Databases(..) => 5,
            Part::Numbers(..) | Part::Slos(..) | Part::Queries(_) => 20,
            Part::Identity(_) | Part::Cluster(_) => 30,
            Part::ControlPlanes(..) => 60,
            Part::Budgets(_) => 600,
            Part::Costs(_) => 3_600,
        })
    }

    /// Tells what is new, and answers with the pause until there is more; none when nobody listens any more.
    async fn tell(&self, telling: &mut Telling, now: At, schedule: &mut Schedule, out: &Outbox) -> Option<Duration> {
        telling.silenced = false;
        let pause = schedule.after_success();
        if !std::mem::replace(&mut telling.recalled, true) {
            // Before its first word, so that what is now comes after what was.
            let facts = self.world.past(&self.part, now);
            if !facts.is_empty() && !out.say(Report::Part { as_of: out.now(), facts }).await {
                return None;
            }
        }
        if let Part::Cluster(index) = self.part {
            return self.walk(telling, index, now, out).await;
        }
        out.meter().count(self.calls(), 0);
        let facts = self.world.facts(&self.part, now);
        let mut news = Vec::new();
        if facts != telling.told {
            news.extend(facts.iter().cloned());
            news.extend(self.world.history(&self.part, telling.history, now));
            telling.history = Some(now);
        }
        telling.told = facts;
        if !out.tell(news, None).await {
            return None;
        }
        if let (Part::Identity(_), Some(proven)) = (&self.part, &self.proven) {
            proven.send_replace(true);
        }
        Some(pause)
    }

    async fn walk(&self, telling: &mut Telling, index: usize, now: At, out: &Outbox) -> Option<Duration> {
        let (walk, cluster, mut facts) = match telling.walk.take() {
            Some((mut walk, was)) if self.world.has_acted(index, &was) => {
                let cluster = self.world.acted_cluster(index);
                let facts = walk.acted(&was, &cluster, now);
                (walk, cluster, facts)
            }
            Some((mut walk, cluster)) => {
                let facts = walk.advance(&cluster, now);
                (walk, cluster, facts)
            }
            None => {
                out.meter().count(self.calls(), 0);
                let cluster = self.world.acted_cluster(index);
                let (walk, facts) = Walk::begin(&cluster, now);
                (walk, cluster, facts)
            }
        };
        let next = walk.next();
        // Measured once a minute; told with whatever comes after.
        if now.div_euclid(60) != telling.measured {
            telling.measured = now.div_euclid(60);
            facts.extend(cluster.usage(now).map(|usage| Fact::Usage(cluster.name.clone(), usage)));
        }
        telling.walk = Some((walk, cluster));
        if !facts.is_empty() || now - telling.confirmed >= CONFIRMS {
            telling.confirmed = now;
            if !out.tell(facts, None).await {
                return None;
            }
        }
        let pause = next.min(telling.confirmed + CONFIRMS) - now;
        Some(Duration::from_secs(u64::try_from(pause).unwrap_or(1).max(1)))
    }

    /// Says why it cannot tell. Facts that were told are kept by the estate, and grow old.
    async fn complain(
        &self,
        telling: &mut Telling,
        obstacle: Obstacle,
        schedule: &mut Schedule,
        out: &Outbox,
    ) -> Option<Duration> {
        // What was missed meanwhile is told anew, as a whole.
        telling.walk = None;
        telling.told.clear();
        let (report, pause) = match obstacle {
            Obstacle::Down(reason) => {
                out.meter().count(1, 0);
                let pause = schedule.after_failure(None);
                (Report::Failed { reason, next_try_at: later(out.now(), pause) }, pause)
            }
            Obstacle::LoggedOut(reason) => {
                if let (Part::Identity(_), false) = (&self.part, telling.silenced) {
                    let told = out.tell(self.world.facts(&self.part, at(out.now())), None).await;
                    telling.silenced = true;
                    if !told {
                        return None;
                    }
                }
                (Report::Paused { reason, next_try_at: later(out.now(), LONGEST_RETRY) }, LONGEST_RETRY)
            }
        };
        out.say(report).await.then_some(pause)
    }

    /// Whether it hears of a change at once, and does not poll.
    fn hears(&self) -> bool {
        matches!(self.part, Part::Cluster(_))
    }

    /// How many requests the real source would send for one telling.
    fn calls(&self) -> u64 {
        let entries = self.feeds().len() as u64;
        match self.part {
            Part::Identity(_) | Part::Costs(_) | Part::Numbers(..) | Part::Slos(..) => 1,
            Part::Budgets(_) | Part::Databases(..) => 1 + entries,
            // The cluster, its list of add-ons and of node groups, five add-ons and two groups.
            Part::ControlPlanes(..) => 10 * entries,
            // Two queries for each of eight windows.
            Part::Queries(_) => 16 * entries,
            // A watch for each kind.
            Part::Cluster(_) => 5,
        }
    }
}

fn later(now: Timestamp, pause: Duration) -> Option<Timestamp> {
    now.checked_add(SignedDuration::try_from(pause).ok()?).ok()
}
