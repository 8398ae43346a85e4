//! The parts of the world, each a source of its own, as AWS and Kubernetes would have them.

use jiff::Timestamp;

use super::chance::grain;
use super::moment::{At, Moment};
use super::slo::SloPlan;
use super::world::World;
use crate::estate::{DeclaredService, EntryRef, Fact, ServiceSignals, Sli, SourceKey, SourceName};

/// What one source tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Who we are in an account (its index).
    Identity(usize),
    /// The budgets of an account.
    Budgets(usize),
    /// The costs of an account.
    Costs(usize),
    /// The control planes of an account's region.
    ControlPlanes(usize, String),
    /// The databases of an account's region, and the Global Databases that reach into it.
    Databases(usize, String),
    /// Their numbers.
    Numbers(usize, String),
    /// The SLOs that rest on an account's region.
    Slos(usize, String),
    /// The SLOs that rest on a Prometheus server.
    Queries(String),
    /// A cluster (its index).
    Cluster(usize),
}

/// Why a source cannot tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// The service does not answer: the error.
    Down(String),
    /// The login has expired: the error.
    LoggedOut(String),
}

impl World {
    /// Every part that has something to tell.
    pub(super) fn parts(&self) -> Vec<Part> {
        let mut all = Vec::new();
        for (i, account) in self.declared.accounts.iter().enumerate() {
            all.extend([Part::Identity(i), Part::Budgets(i), Part::Costs(i)]);
            for region in &account.regions {
                let of_region = [
                    Part::ControlPlanes(i, region.clone()),
                    Part::Databases(i, region.clone()),
                    Part::Numbers(i, region.clone()),
                    Part::Slos(i, region.clone()),
                ];
                all.extend(of_region.into_iter().filter(|p| !self.feeds(p).is_empty()));
            }
        }
        for slo in &self.declared.slos {
            if let Sli::Prometheus { url, .. } = &slo.sli
                && !all.contains(&Part::Queries(url.clone()))
            {
                all.push(Part::Queries(url.clone()));
            }
        }
        all.extend((0..self.clusters.len()).map(Part::Cluster));
        all
    }

    /// The index of the account whose identity a part waits for.
    pub(super) fn account_of(&self, part: &Part) -> Option<usize> {
        match part {
            Part::Identity(i)
            | Part::Budgets(i)
            | Part::Costs(i)
            | Part::ControlPlanes(i, _)
            | Part::Databases(i, _)
            | Part::Numbers(i, _)
            | Part::Slos(i, _) => Some(*i),
            Part::Cluster(c) => {
                let account = &self.clusters[*c].account;
                self.declared.accounts.iter().position(|a| a.name == *account)
            }
            Part::Queries(_) => None,
        }
    }

    /// The key of a part's source: always `simulated`; its subject says which service it stands for.
    pub(super) fn key(&self, part: &Part) -> SourceKey {
        let key = SourceKey::new(SourceName::Simulated);
        let key = match self.account_of(part) {
            Some(i) => key.of(&self.declared.accounts[i].name),
            None => key,
        };
        match part {
            Part::Identity(_) => key.about("sts"),
            Part::Budgets(_) => key.about("budgets"),
            Part::Costs(_) => key.about("cost-explorer"),
            Part::ControlPlanes(_, region) => key.within(region).about("eks"),
            Part::Databases(_, region) => key.within(region).about("rds"),
            Part::Numbers(_, region) => key.within(region).about("cloudwatch"),
            Part::Slos(_, region) => key.within(region).about("slos"),
            Part::Queries(url) => key.about(url),
            Part::Cluster(c) => key.within(&self.clusters[*c].region).about(&self.clusters[*c].name),
        }
    }

    /// The entries that rest on a part.
    pub(super) fn feeds(&self, part: &Part) -> Vec<EntryRef> {
        let account = self.account_of(part).map(|i| self.declared.accounts[i].name.clone()).unwrap_or_default();
        match part {
            Part::Identity(_) => vec![EntryRef::Account(account)],
            Part::Budgets(_) => {
                let own = self.declared.budgets.iter().filter(|b| b.account == account);
                own.map(|b| EntryRef::Budget(b.name.clone())).collect()
            }
            Part::Costs(_) => vec![EntryRef::Costs(account)],
            Part::ControlPlanes(_, region) => {
                let own = self.clusters.iter().filter(|c| c.account == account && c.region == *region);
                own.map(|c| EntryRef::Cluster(c.name.clone())).collect()
            }
            Part::Databases(_, region) | Part::Numbers(_, region) => {
                let reaches = |d: &&super::database::DatabasePlan| {
                    let follower = d.global.as_ref().is_some_and(|g| g.region == *region);
                    d.account == account && (d.region == *region || follower)
                };
                self.databases.iter().filter(reaches).map(|d| EntryRef::Database(d.name.clone())).collect()
            }
            Part::Slos(_, region) => {
                let here = |sli: &Sli| match sli {
                    Sli::CloudWatchCounts { account: a, region: r, .. }
                    | Sli::CloudWatchGoodPercent { account: a, region: r, .. } => *a == account && r == region,
                    Sli::Prometheus { .. } | Sli::Rollouts { .. } => false,
                };
                let own = self.declared.slos.iter().filter(|s| here(&s.sli));
                let slos = own.map(|s| EntryRef::Slo(s.name.clone()));
                let balanced = |s: &&DeclaredService| {
                    matches!(s.signals, Some(ServiceSignals::LoadBalancer(_)))
                        && s.account.as_deref() == Some(account.as_str())
                        && s.region.as_ref() == Some(region)
                };
                let services = self.declared.services.iter().filter(balanced);
                slos.chain(services.map(|s| EntryRef::Service(s.name.clone()))).collect()
            }
            Part::Queries(url) => {
                let asks = |sli: &Sli| matches!(sli, Sli::Prometheus { url: u, .. } if u == url);
                let own = self.declared.slos.iter().filter(|s| asks(&s.sli));
                own.map(|s| EntryRef::Slo(s.name.clone())).collect()
            }
            Part::Cluster(c) => vec![EntryRef::Cluster(self.clusters[*c].name.clone())],
        }
    }

    /// What a part tells at an instant; a cluster's API server is walked along instead (`walk`).
    pub(super) fn facts(&self, part: &Part, at: At) -> Vec<Fact> {
        let fed = self.feeds(part);
        let feeds = |name: &str| fed.iter().any(|e| e.name() == name && !matches!(e, EntryRef::Service(_)));
        match part {
            Part::Identity(i) => {
                let account = &self.declared.accounts[*i];
                vec![Fact::Identity(account.name.clone(), self.identity(account, at))]
            }
            Part::Budgets(_) => {
                let own = self.budgets.iter().filter(|b| feeds(&b.name));
                own.map(|b| Fact::Budget(b.name.clone(), Some(b.facts(at)))).collect()
            }
            Part::Costs(i) => {
                let own = self.budgets.iter().filter(|b| b.account == self.declared.accounts[*i].name);
                own.map(|b| Fact::Costs(b.account.clone(), b.costs(at))).collect()
            }
            Part::ControlPlanes(..) => {
                let own =
                    (0..self.clusters.len()).filter(|i| feeds(&self.clusters[*i].name)).map(|i| self.acted_cluster(i));
                own.map(|c| Fact::ControlPlane(c.name.clone(), Some(c.control_plane(at)))).collect()
            }
            Part::Databases(_, region) => {
                let mut facts = Vec::new();
                for d in self.acted_databases().iter().filter(|d| feeds(&d.name)) {
                    if d.region == *region {
                        facts.push(Fact::Database(d.name.clone(), Some(d.facts(at))));
                    }
                    // Every region of a Global Database describes it; one region telling it would do, all are heard.
                    facts.extend(d.global_facts(at).map(|g| Fact::Global(d.name.clone(), Some(g))));
                }
                facts
            }
            Part::Numbers(_, region) => {
                let mut facts = Vec::new();
                for d in self.acted_databases().iter().filter(|d| feeds(&d.name)) {
                    if d.region == *region {
                        facts.push(Fact::Numbers(d.name.clone(), d.numbers(at)));
                    }
                    // The lag of a Global Database is measured where it is followed.
                    if d.follower(at).is_some_and(|(follower, _)| follower == region) {
                        facts.extend(d.lag(at).map(|lag| Fact::GlobalLag(d.name.clone(), lag)));
                    }
                }
                facts
            }
            Part::Slos(..) | Part::Queries(_) => {
                let all = self.acted_slos();
                let own = all.iter().filter(|s| feeds(&s.name));
                let slos = own.filter_map(|s| s.counts(at).map(|c| Fact::Slo(s.name.clone(), c)));
                slos.chain(self.services(&all, &fed, at)).collect()
            }
            Part::Cluster(_) => Vec::new(),
        }
    }

    /// The numbers of the services among some entries: those of the customers whom their first SLO counts.
    fn services<'a>(&'a self, plans: &'a [SloPlan], fed: &'a [EntryRef], at: At) -> impl Iterator<Item = Fact> + 'a {
        fed.iter().filter_map(move |entry| {
            let EntryRef::Service(name) = entry else { return None };
            let first = self.declared.slos.iter().find(|slo| slo.service == *name)?;
            let plan = plans.iter().find(|plan| plan.name == first.name)?;
            Some(Fact::Service(name.clone(), plan.service(at)?))
        })
    }

    /// What a part tells of the past: all of it, or what has come since an instant.
    pub(super) fn history(&self, part: &Part, since: Option<At>, at: At) -> Vec<Fact> {
        if !matches!(part, Part::Slos(..) | Part::Queries(_)) {
            return Vec::new();
        }
        let fed = self.feeds(part);
        let all = self.acted_slos();
        let own = all.iter().filter(|s| fed.iter().any(|e| e.name() == s.name));
        own.filter_map(|s| Some(Fact::SliPoints(s.name.clone(), s.points(since, at)?))).collect()
    }

    /// What keeps a part from telling at a moment.
    pub(super) fn obstacle(&self, part: &Part, m: &mut Moment) -> Option<Obstacle> {
        let account = self.account_of(part).map(|i| &self.declared.accounts[i]);
        if let Some(account) = account
            && self.login_expires(&account.name).is_some_and(|expires| m.past(expires))
        {
            let profile = account.profile.as_deref().unwrap_or("default");
            let login = Self::login(account);
            return Some(Obstacle::LoggedOut(format!("the login of profile {profile} has expired; run: {login}")));
        }
        let key = self.key(part);
        if matches!(part, Part::Identity(_) | Part::Budgets(_) | Part::Costs(_)) {
            // Their endpoints do not lie in one of the estate's regions.
            return None;
        }
        if let Part::Queries(url) = part
            && self.course.queries_end().is_some_and(|end| m.past(end))
        {
            return Some(Obstacle::Down(format!("{url} did not answer within 10 s; see whether the server is up")));
        }
        let region = key.region.as_deref()?;
        let subject = key.subject.as_deref().unwrap_or_default();
        let outage = self.course.api_outage(Some(region), grain(self.seed, subject))?;
        if !m.within(outage.start, outage.end) {
            return None;
        }
        let who = match part {
            Part::Cluster(_) => format!("the API server of {subject}"),
            Part::Slos(..) => format!("cloudwatch.{region}"),
            _ => format!("{subject}.{region}"),
        };
        Some(Obstacle::Down(format!("{who} did not answer within 10 s; see whether AWS has trouble in {region}")))
    }
}

/// A world's instant of a clock's time.
pub(super) fn at(now: Timestamp) -> At {
    now.as_second()
}
