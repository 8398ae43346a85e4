//! AWS: who we are (STS), EKS, RDS, CloudWatch, Budgets and Cost Explorer, by the SDK.
//!
//! ```text
//! profile, role ──▶ sts ──proof──▶ eks ──access──▶ (the Kubernetes sources)
//!                    ▲      ├────▶ rds ──roster──▶ cloudwatch
//!                    │      ├────▶ budgets
//!                  doubt    └────▶ cost-explorer
//! ```
//!
//! Each source is a task of its own. An account's STS source alone resolves credentials; the others get a concrete set
//! of them over a channel once STS has said the configured id, so that nothing but STS is ever called with another's.

mod budgets;
mod cloudwatch;
mod costs;
mod disk;
mod eks;
pub mod hands;
mod http;
mod login;
mod note;
mod polling;
mod probe;
mod proof;
mod rds;
#[cfg(test)]
mod replay;
mod spending;
mod sts;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;
use tokio::sync::watch;

use self::cloudwatch::pace::Load;
use self::costs::allowance::Allowance;
use self::login::Login;
use self::polling::Polling;
use self::proof::Channels;
use self::rds::Roster;
use crate::estate::{
    CostFacts, Covered, DeclaredAccount, DeclaredCluster, DeclaredDatabase, DeclaredEstate, DeclaredService,
    DeclaredSlo, EntryRef, ServiceSignals, Sli, SourceKey, SourceName,
};
use crate::source::access::Access;
use crate::source::{Outbox, Source};
pub use hands::AwsHands;
pub use login::Files;
pub use probe::{Probed, probe};
pub use spending::outlook;

/// How often each service is asked.
const EKS_EVERY: Duration = Duration::from_mins(1);
const RDS_EVERY: Duration = Duration::from_secs(20);
const CLOUDWATCH_EVERY: Duration = Duration::from_mins(1);
const BUDGETS_EVERY: Duration = Duration::from_mins(30);
const COSTS_EVERY: Duration = Duration::from_hours(8);

/// The AWS sources of an estate, not started yet.
pub struct AwsWiring {
    /// One source per name, account and region; each is to be spawned with an [`Outbox`] of its own.
    pub sources: Vec<AwsSource>,
    /// For each declared cluster with an account and region (by its name in the estate file), the way into it.
    pub access: BTreeMap<String, watch::Receiver<Access>>,
}

/// One AWS source.
pub struct AwsSource(Kind);

enum Kind {
    Sts(Box<sts::Sts>),
    Eks(Box<Polling<eks::Eks>>),
    Rds(Box<Polling<rds::Rds>>),
    CloudWatch(Box<Polling<cloudwatch::CloudWatch>>),
    Budgets(Box<Polling<budgets::Budgets>>),
    Costs(Box<Polling<costs::Costs>>),
}

impl Source for AwsSource {
    fn key(&self) -> SourceKey {
        match &self.0 {
            Kind::Sts(source) => source.key(),
            Kind::Eks(source) => source.key(),
            Kind::Rds(source) => source.key(),
            Kind::CloudWatch(source) => source.key(),
            Kind::Budgets(source) => source.key(),
            Kind::Costs(source) => source.key(),
        }
    }

    fn feeds(&self) -> Vec<EntryRef> {
        match &self.0 {
            Kind::Sts(source) => source.feeds(),
            Kind::Eks(source) => source.feeds(),
            Kind::Rds(source) => source.feeds(),
            Kind::CloudWatch(source) => source.feeds(),
            Kind::Budgets(source) => source.feeds(),
            Kind::Costs(source) => source.feeds(),
        }
    }

    async fn run(self, out: Outbox) {
        match self.0 {
            Kind::Sts(source) => source.run(out).await,
            Kind::Eks(source) => source.run(out).await,
            Kind::Rds(source) => source.run(out).await,
            Kind::CloudWatch(source) => source.run(out).await,
            Kind::Budgets(source) => source.run(out).await,
            Kind::Costs(source) => source.run(out).await,
        }
    }
}

/// What earlier runs leave to the sources, so that they do not pay again for what is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Before {
    /// The last costs of each account (by its name in the estate file) and when they were true.
    pub costs: BTreeMap<String, (CostFacts, Timestamp)>,
    /// The time for which each SLO's history (by its name in the estate file) has been asked.
    pub covered: BTreeMap<String, Covered>,
}

/// The AWS sources of an estate.
pub fn sources(estate: &DeclaredEstate, before: Before) -> AwsWiring {
    wire(estate, before, None, &http::shared())
}

/// The same, with AWS' config and credentials files at other places than the environment says.
pub fn sources_with_files(estate: &DeclaredEstate, before: Before, files: &Files) -> AwsWiring {
    wire(estate, before, Some(files), &http::shared())
}

fn wire(estate: &DeclaredEstate, before: Before, files: Option<&Files>, http: &SharedHttpClient) -> AwsWiring {
    let mut wiring = AwsWiring { sources: Vec::new(), access: BTreeMap::new() };
    let load = spending::load(estate);
    let Before { mut costs, covered } = before;
    for account in &estate.accounts {
        let costs = costs.remove(&account.name);
        let login = Login::new(account, files.cloned(), http.clone());
        let channels = Channels::new();
        Wire { estate, account, covered: &covered, load, channels, wiring: &mut wiring }.all(login, costs);
    }
    wiring
}

/// Wires one account.
struct Wire<'a> {
    estate: &'a DeclaredEstate,
    account: &'a DeclaredAccount,
    covered: &'a BTreeMap<String, Covered>,
    /// What is asked of CloudWatch in all accounts together.
    load: Load,
    channels: Channels,
    wiring: &'a mut AwsWiring,
}

impl<'a> Wire<'a> {
    fn all(mut self, login: Login, costs: Option<(CostFacts, Timestamp)>) {
        let mut sources = Vec::new();
        for (region, clusters) in clusters_of(self.estate, self.account) {
            sources.push(Kind::Eks(Box::new(self.eks(region, &clusters))));
        }
        let mut slos = slos_of(self.estate, self.account);
        let mut services = services_of(self.estate, self.account);
        for (region, databases) in databases_of(self.estate, self.account) {
            let roster = watch::channel(Roster::Waiting).0;
            let counted = (slos.remove(region).unwrap_or_default(), services.remove(region).unwrap_or_default());
            let subscribed = Some(roster.subscribe());
            sources.push(Kind::CloudWatch(Box::new(self.cloudwatch(region, &databases, &counted, subscribed))));
            sources.push(Kind::Rds(Box::new(self.rds(region, &databases, roster))));
        }
        let regions: BTreeSet<&str> = slos.keys().chain(services.keys()).copied().collect();
        for region in regions {
            let counted = (slos.remove(region).unwrap_or_default(), services.remove(region).unwrap_or_default());
            sources.push(Kind::CloudWatch(Box::new(self.cloudwatch(region, &[], &counted, None))));
        }
        sources.extend(self.budgets().map(|source| Kind::Budgets(Box::new(source))));
        sources.push(Kind::Costs(Box::new(self.costs(costs))));
        let Channels { proof, doubts, .. } = self.channels;
        let sts = sts::Sts { account: self.account.clone(), login, proof, doubts };
        self.wiring.sources.push(AwsSource(Kind::Sts(Box::new(sts))));
        self.wiring.sources.extend(sources.into_iter().map(AwsSource));
    }

    fn eks(&mut self, region: &str, clusters: &[&'a DeclaredCluster]) -> Polling<eks::Eks> {
        let feeds = clusters.iter().map(|c| EntryRef::Cluster(c.name.clone())).collect();
        let declared = clusters.iter().map(|cluster| {
            let access = watch::channel(Access::Waiting).0;
            self.wiring.access.insert(cluster.name.clone(), access.subscribe());
            let eks = cluster.eks.clone().unwrap_or_else(|| cluster.name.clone());
            eks::Declared { name: cluster.name.clone(), eks, access }
        });
        let ask = eks::Eks {
            region: region.to_owned(),
            clusters: declared.collect(),
            proof: self.channels.proof.subscribe(),
        };
        self.polling(SourceKey::new(SourceName::Eks).within(region), feeds, EKS_EVERY, ask)
    }

    fn rds(&self, region: &str, databases: &[&DeclaredDatabase], roster: watch::Sender<Roster>) -> Polling<rds::Rds> {
        let declared = databases.iter().map(|d| (*d).clone()).collect();
        let ask = rds::Rds { region: region.to_owned(), databases: declared, roster };
        self.polling(SourceKey::new(SourceName::Rds).within(region), entries(databases), RDS_EVERY, ask)
    }

    fn cloudwatch(
        &self,
        region: &str,
        databases: &[&DeclaredDatabase],
        (slos, services): &(Vec<&DeclaredSlo>, Vec<&DeclaredService>),
        roster: Option<watch::Receiver<Roster>>,
    ) -> Polling<cloudwatch::CloudWatch> {
        let counted = cloudwatch::Slis::new(slos, self.covered, CLOUDWATCH_EVERY);
        let measured = cloudwatch::Services::new(services);
        let ask = cloudwatch::CloudWatch::new(region, roster, measured, counted, self.load);
        let key = SourceKey::new(SourceName::CloudWatch).within(region);
        let mut feeds = entries(databases);
        feeds.extend(slos.iter().map(|slo| EntryRef::Slo(slo.name.clone())));
        feeds.extend(services.iter().map(|service| EntryRef::Service(service.name.clone())));
        self.polling(key, feeds, CLOUDWATCH_EVERY, ask)
    }

    fn budgets(&self) -> Option<Polling<budgets::Budgets>> {
        let budgets = aws_budgets_of(self.estate, self.account);
        if budgets.is_empty() {
            return None;
        }
        let feeds = budgets.iter().map(|(name, _)| EntryRef::Budget(name.clone())).collect();
        let ask = budgets::Budgets {
            account_id: self.account.id.clone(),
            region: global_region(self.account),
            named: budgets,
        };
        Some(self.polling(SourceKey::new(SourceName::Budgets), feeds, BUDGETS_EVERY, ask))
    }

    fn costs(&self, known: Option<(CostFacts, Timestamp)>) -> Polling<costs::Costs> {
        let own = self.estate.budgets.iter().filter(|b| b.account == self.account.name && b.budget.is_none());
        let budgets: Vec<(String, f64)> = own.filter_map(|b| Some((b.name.clone(), b.limit_usd?))).collect();
        let feeds = budgets
            .iter()
            .map(|(name, _)| EntryRef::Budget(name.clone()))
            .chain([EntryRef::Costs(self.account.name.clone())])
            .collect();
        let allowance = Allowance::new(known.as_ref().map(|(facts, _)| facts.asked.clone()).unwrap_or_default());
        let ask = costs::Costs {
            account: self.account.name.clone(),
            account_id: self.account.id.clone(),
            region: global_region(self.account),
            budgets,
            known,
            allowance,
            load: self.load,
        };
        self.polling(SourceKey::new(SourceName::CostExplorer), feeds, COSTS_EVERY, ask)
    }

    fn polling<A>(&self, key: SourceKey, feeds: Vec<EntryRef>, every: Duration, ask: A) -> Polling<A> {
        Polling {
            key: key.of(&self.account.name),
            feeds,
            proof: self.channels.proof.subscribe(),
            doubt: self.channels.doubt.clone(),
            every,
            ask,
        }
    }
}

fn entries(databases: &[&DeclaredDatabase]) -> Vec<EntryRef> {
    databases.iter().map(|d| EntryRef::Database(d.name.clone())).collect()
}

/// Things of an account, by the region in which AWS is asked about them.
type ByRegion<'a, T> = BTreeMap<&'a str, Vec<&'a T>>;

/// The account's EKS clusters, by region.
fn clusters_of<'a>(estate: &'a DeclaredEstate, account: &DeclaredAccount) -> ByRegion<'a, DeclaredCluster> {
    by_region(&estate.clusters, account, |c| Some((c.account.as_deref()?, c.region.as_deref()?)))
}

/// The account's databases, by region.
fn databases_of<'a>(estate: &'a DeclaredEstate, account: &DeclaredAccount) -> ByRegion<'a, DeclaredDatabase> {
    by_region(&estate.databases, account, |d| Some((&d.account, &d.region)))
}

/// The account's SLOs whose events CloudWatch counts, by region.
fn slos_of<'a>(estate: &'a DeclaredEstate, account: &DeclaredAccount) -> ByRegion<'a, DeclaredSlo> {
    by_region(&estate.slos, account, place_of)
}

/// The account's services behind a load balancer, by region.
fn services_of<'a>(estate: &'a DeclaredEstate, account: &DeclaredAccount) -> ByRegion<'a, DeclaredService> {
    by_region(&estate.services, account, balanced)
}

/// Those that lie in an account, by region; `place` tells both.
fn by_region<'a, T>(
    things: &'a [T],
    account: &DeclaredAccount,
    place: fn(&T) -> Option<(&str, &str)>,
) -> ByRegion<'a, T> {
    let mut out = ByRegion::new();
    for thing in things {
        if let Some((_, region)) = place(thing).filter(|(name, _)| *name == account.name) {
            out.entry(region).or_default().push(thing);
        }
    }
    out
}

/// The account and region of a service behind a load balancer.
fn balanced(service: &DeclaredService) -> Option<(&str, &str)> {
    match service.signals {
        Some(ServiceSignals::LoadBalancer(_)) => Some((service.account.as_deref()?, service.region.as_deref()?)),
        Some(ServiceSignals::Prometheus { .. }) | None => None,
    }
}

/// The account and region of an SLO whose events CloudWatch counts.
fn place_of(slo: &DeclaredSlo) -> Option<(&str, &str)> {
    match &slo.sli {
        Sli::CloudWatchCounts { account, region, .. } | Sli::CloudWatchGoodPercent { account, region, .. } => {
            Some((account, region))
        }
        Sli::Prometheus { .. } | Sli::Rollouts { .. } => None,
    }
}

/// The account's AWS Budgets: name in the estate file, name in AWS.
fn aws_budgets_of(estate: &DeclaredEstate, account: &DeclaredAccount) -> Vec<(String, String)> {
    let own = estate.budgets.iter().filter(|b| b.account == account.name);
    own.filter_map(|b| Some((b.name.clone(), b.budget.clone()?))).collect()
}

/// The region that answers for services which have none, in the partition of the account's first region.
fn global_region(account: &DeclaredAccount) -> String {
    let first = account.regions.first().map_or("us-east-1", String::as_str);
    let region = if first.starts_with("cn-") {
        "cn-northwest-1"
    } else if first.starts_with("us-gov-") {
        "us-gov-west-1"
    } else {
        "us-east-1"
    };
    region.to_owned()
}

/// A source's own seed for its jitter, so that sources of one kind do not ask in step.
fn seed(key: &SourceKey) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
