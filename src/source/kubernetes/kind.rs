//! One kind, watched wherever it may be: everywhere, in the namespaces that the estate file names, or in those that
//! rights allow.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::follow::{ASK_AGAIN, FromScope, News, follow};
use super::listing::namespaces;
use super::picture::{Picture, Unseen};
use super::request::{Caller, PROTOBUF, Trouble};
use super::scope::Scope;
use super::shown::Shown;
use crate::estate::{Coverage, DeclaredCluster, Fact, Kind};

/// The most namespaces that are watched one by one. Each costs five lines to the server.
const MOST_NAMESPACES: usize = 40;

/// What a kind tells the session: new facts, and how it stands.
pub(super) struct Told {
    /// Which kind.
    pub(super) kind: Kind,
    /// What is new.
    pub(super) facts: Vec<Fact>,
    /// How it stands now.
    pub(super) standing: KindStanding,
    /// Credentials of this generation do not hold, in the server's words.
    pub(super) unauthorized: Option<(u64, String)>,
}

/// How a kind stands.
#[derive(Debug, Clone, Default)]
pub(super) struct KindStanding {
    /// Every place has answered, failed or refused.
    pub(super) settled: bool,
    /// Some place is followed or may not be read: the facts can be confirmed.
    pub(super) alive_at: Option<Timestamp>,
    /// Why it fails, and when it is tried next.
    pub(super) failing: Option<(String, Timestamp)>,
    /// What rights do not allow to see.
    pub(super) unseen: Option<Unseen>,
}

impl KindStanding {
    /// Whether something is to be said about the change, more than that the kind is alive.
    pub(super) fn differs(&self, now: &Self) -> bool {
        (self.settled, &self.failing, &self.unseen) != (now.settled, &now.failing, &now.unseen)
    }
}

/// Watches a kind until nobody listens.
pub(super) async fn watch_kind<S: Shown>(
    declared: Arc<DeclaredCluster>,
    caller: Caller,
    seed: u64,
    told: mpsc::Sender<Told>,
) {
    let fixed: Vec<Scope> = if S::KIND == Kind::Nodes {
        Vec::new()
    } else {
        declared.namespaces.iter().cloned().map(Scope::Namespace).collect()
    };
    let may_narrow = fixed.is_empty() && S::KIND != Kind::Nodes;
    let mut plan = if fixed.is_empty() { vec![Scope::Everywhere] } else { fixed };
    let mut narrowed = false;
    let mut coverage = Coverage::Unknown;
    loop {
        let mut watch = KindWatch::<S> {
            declared: &declared,
            caller: &caller,
            told: &told,
            picture: Picture::new(plan.iter().cloned(), narrowed),
            coverage: &mut coverage,
            may_narrow,
        };
        match watch.run(&plan, narrowed, seed).await {
            Some((next, narrow)) => (plan, narrowed) = (next, narrow),
            None => return,
        }
    }
}

struct KindWatch<'a, S: Shown> {
    declared: &'a DeclaredCluster,
    caller: &'a Caller,
    told: &'a mpsc::Sender<Told>,
    picture: Picture<S>,
    /// The coverage that was last told.
    coverage: &'a mut Coverage,
    may_narrow: bool,
}

impl<S: Shown> KindWatch<'_, S> {
    /// Watches the places of a plan; ends with another plan, or with none when nobody listens.
    async fn run(&mut self, plan: &[Scope], narrowed: bool, seed: u64) -> Option<(Vec<Scope>, bool)> {
        let (sender, mut news) = mpsc::channel::<FromScope<S>>(16);
        let mut followers = JoinSet::new();
        for (at, scope) in plan.iter().enumerate() {
            let seed = seed.wrapping_add(at as u64);
            followers.spawn(follow::<S>(self.caller.clone(), scope.clone(), seed, sender.clone()));
        }
        let mut look_again = tokio::time::interval_at(Instant::now() + ASK_AGAIN, ASK_AGAIN);
        loop {
            tokio::select! {
                from = news.recv() => {
                    let (scope, news) = from?;
                    if self.may_narrow
                        && scope == Scope::Everywhere
                        && matches!(news, News::Forbidden(_))
                        && let Some(narrow) = self.narrower().await
                    {
                        return Some((narrow, true));
                    }
                    self.take(&scope, news).await?;
                }
                _ = look_again.tick(), if narrowed => {
                    let wider = self.wider(plan).await;
                    if wider.is_some() {
                        return wider;
                    }
                }
            }
        }
    }

    async fn take(&mut self, scope: &Scope, news: News<S>) -> Option<()> {
        let cluster = &self.declared.name;
        let now = self.caller.clock.now();
        let unauthorized = match &news {
            News::Unauthorized(generation, words) => Some((*generation, words.clone())),
            _ => None,
        };
        let mut facts: Vec<Fact> =
            self.picture.take(scope, news, now).map(|batch| S::fact(cluster, batch)).into_iter().collect();
        let coverage = self.picture.coverage();
        if self.picture.settled() && coverage != Coverage::Unknown && coverage != *self.coverage {
            self.coverage.clone_from(&coverage);
            facts.push(Fact::Coverage(cluster.clone(), S::KIND, coverage));
        }
        let forbidden = self.picture.forbidden().then_some(now);
        let standing = KindStanding {
            settled: self.picture.settled(),
            alive_at: self.picture.alive_at().or(forbidden),
            failing: self.picture.failing(),
            unseen: self.picture.unseen(),
        };
        self.told.send(Told { kind: S::KIND, facts, standing, unauthorized }).await.ok()
    }

    /// The namespaces where the kind may be read, when it may not be read everywhere; none where it is nowhere.
    async fn narrower(&self) -> Option<Vec<Scope>> {
        let candidates = match namespaces(self.caller).await {
            Ok(names) => names,
            Err(_) => vec![self.caller.way.borrow().entered.namespace.clone()],
        };
        let mut allowed = Vec::new();
        for name in candidates.into_iter().take(MOST_NAMESPACES) {
            let scope = Scope::Namespace(name);
            if !matches!(self.look(&scope).await, Err(Trouble::Forbidden(_))) {
                allowed.push(scope);
            }
        }
        (!allowed.is_empty()).then_some(allowed)
    }

    /// Another plan, if rights allow more or less than when this one was made.
    async fn wider(&self, plan: &[Scope]) -> Option<(Vec<Scope>, bool)> {
        if self.look(&Scope::Everywhere).await.is_ok() {
            return Some((vec![Scope::Everywhere], false));
        }
        let now = self.narrower().await?;
        (now != plan).then_some((now, true))
    }

    /// The smallest list there is: may the kind be read there?
    async fn look(&self, scope: &Scope) -> Result<(), Trouble> {
        self.caller.read(&format!("{}?limit=1", scope.path(S::KIND)), PROTOBUF).await.map(|_| ())
    }
}
