//! RDS: Aurora clusters, their members and Global Databases of one account and region.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{DbCluster, DbInstance, Filter, GlobalCluster};
use tokio::sync::watch;

use super::http::{LeaveAlone, Whole};
use super::note::{Notes, instead};
use super::polling::{Answer, Ask};
use super::proof::Proven;
use super::trouble::{Kind, Trouble, explain};
use crate::estate::capacity::SERVERLESS;
use crate::estate::{DatabaseFacts, DeclaredDatabase, Fact, GlobalFacts, GlobalMember, GlobalRole, Member, MemberRole};
use crate::source::Outbox;

/// Pages of a list that are read; a hundred entries each.
const PAGES: usize = 20;
/// Names that one filter takes.
const NAMES_A_FILTER: usize = 50;

/// What CloudWatch has to know to ask for a database's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The members: name, whether it is a reader, whether it is serverless.
    pub(super) members: Vec<(String, bool, bool)>,
    /// The region that takes the Global Database's writes.
    pub(super) primary: Option<String>,
    /// The secondary regions of the Global Database with their clusters' identifiers.
    pub(super) secondaries: Vec<(String, String)>,
}

/// What RDS knows of the region's members, for CloudWatch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Roster {
    /// RDS has not answered yet.
    #[default]
    Waiting,
    /// By database, as far as RDS has them.
    Known(BTreeMap<String, Asked>),
    /// RDS could not say.
    Unknown(String),
}

/// Asks RDS in one region of one account.
pub(super) struct Rds {
    pub(super) region: String,
    pub(super) databases: Vec<DeclaredDatabase>,
    pub(super) roster: watch::Sender<Roster>,
}

impl Ask for Rds {
    async fn ask(&mut self, proven: &Proven, out: &Outbox) -> Result<Answer, Trouble> {
        let config = proven.config(&self.region, out.meter());
        let client = Client::from_conf(
            aws_sdk_rds::config::Builder::from(&config).retry_classifier(LeaveAlone).interceptor(Whole).build(),
        );
        let region = self.region.as_str();
        let ids: BTreeSet<&str> = self.databases.iter().map(|d| d.cluster.as_str()).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let globals: BTreeSet<&str> = self.databases.iter().filter_map(|d| d.global.as_deref()).collect();
        let (found, members, global) =
            tokio::join!(clusters(&client, region, &ids), instances(&client, region, &ids), async {
                if globals.is_empty() { Ok(HashMap::new()) } else { global_clusters(&client, region, &globals).await }
            });
        let found = found?;
        let mut notes = Notes::default();
        let members = members.map_err(|why| notes.add(format!("members' classes and zones are not known: {why}"))).ok();
        let global = global.map_err(|why| notes.add(format!("Global Databases are not known: {why}"))).ok();
        let mut existing = None;
        let mut facts = Vec::new();
        let mut roster = BTreeMap::new();
        for declared in &self.databases {
            let described = found.get(&key(&declared.cluster)).map(|cluster| database(cluster, members.as_ref()));
            if described.is_none() {
                if existing.is_none() {
                    existing = Some(all_names(&client, region).await.unwrap_or_default());
                }
                let others = instead(&declared.cluster, existing.as_deref().unwrap_or_default());
                let (cluster, name) = (&declared.cluster, &declared.name);
                notes.add(format!("RDS has no cluster {cluster} in {region} (`[[database]] {name}`){others}"));
            }
            let known_global = match (&declared.global, &global) {
                (Some(id), Some(global)) => {
                    let facts = global.get(id).map(global_facts);
                    if facts.is_none() {
                        notes.add(format!("RDS has no Global Database {id} (`[[database]] {}`)", declared.name));
                    }
                    Some(facts)
                }
                // Not part of one: that is known without asking.
                (None, _) => Some(None),
                (Some(_), None) => None,
            };
            if let Some(described) = &described {
                roster.insert(declared.name.clone(), asked(described, known_global.clone().flatten().as_ref()));
            }
            facts.push(Fact::Database(declared.name.clone(), described));
            if let Some(known) = known_global.filter(|_| declared.global.is_some()) {
                facts.push(Fact::Global(declared.name.clone(), known));
            }
        }
        self.tell(Roster::Known(roster));
        Ok(Answer { facts, note: notes.words(), ..Answer::default() })
    }

    fn failed(&mut self, trouble: &Trouble) {
        // A roster that was known stays: the members' numbers are worth having while RDS is away.
        let known = matches!(*self.roster.borrow(), Roster::Known(_));
        if !known {
            self.tell(Roster::Unknown(trouble.words.clone()));
        }
    }
}

impl Rds {
    /// Tells CloudWatch what is new, and of what is still unknown only why: it asks at once, and pays for that.
    fn tell(&self, roster: Roster) {
        self.roster.send_if_modified(|known| {
            let unknown = matches!((&*known, &roster), (Roster::Unknown(_), Roster::Unknown(_)));
            let changed = !unknown && *known != roster;
            *known = roster;
            changed
        });
    }
}

fn filter(ids: &[&str]) -> Filter {
    Filter::builder().name("db-cluster-id").set_values(Some(ids.iter().map(|id| (*id).to_owned()).collect())).build()
}

/// RDS writes identifiers in lower case, whatever case they were given in.
fn key(id: &str) -> String {
    id.to_ascii_lowercase()
}

/// The wanted clusters, by their identifiers in lower case.
async fn clusters(client: &Client, region: &str, ids: &[&str]) -> Result<HashMap<String, DbCluster>, Trouble> {
    let mut found = HashMap::new();
    for some in ids.chunks(NAMES_A_FILTER) {
        let mut pages = client.describe_db_clusters().filters(filter(some)).into_paginator().send();
        for _ in 0..PAGES {
            let Some(page) = pages.next().await else { break };
            match page.map_err(|error| explain(&error, "rds:DescribeDBClusters", region)) {
                Ok(page) => {
                    let named = page.db_clusters.unwrap_or_default().into_iter();
                    found.extend(named.filter_map(|c| Some((key(c.db_cluster_identifier()?), c))));
                }
                Err(trouble) if trouble.kind == Kind::NotFound => break,
                Err(trouble) => return Err(trouble),
            }
        }
    }
    Ok(found)
}

/// The members of the wanted clusters, by their own identifiers.
async fn instances(client: &Client, region: &str, ids: &[&str]) -> Result<HashMap<String, DbInstance>, Trouble> {
    let mut found = HashMap::new();
    for some in ids.chunks(NAMES_A_FILTER) {
        let mut pages = client.describe_db_instances().filters(filter(some)).into_paginator().send();
        for _ in 0..PAGES {
            let Some(page) = pages.next().await else { break };
            match page.map_err(|error| explain(&error, "rds:DescribeDBInstances", region)) {
                Ok(page) => {
                    let named = page.db_instances.unwrap_or_default().into_iter();
                    found.extend(named.filter_map(|i| Some((i.db_instance_identifier()?.to_owned(), i))));
                }
                Err(trouble) if trouble.kind == Kind::NotFound => break,
                Err(trouble) => return Err(trouble),
            }
        }
    }
    Ok(found)
}

/// The wanted Global Databases, by the identifier as it was declared.
async fn global_clusters(
    client: &Client,
    region: &str,
    ids: &BTreeSet<&str>,
) -> Result<HashMap<String, GlobalCluster>, Trouble> {
    let mut found = HashMap::new();
    for id in ids {
        let answer = client.describe_global_clusters().global_cluster_identifier(*id).send().await;
        match answer.map_err(|error| explain(&error, "rds:DescribeGlobalClusters", region)) {
            Ok(answer) => {
                let mut all = answer.global_clusters.unwrap_or_default().into_iter();
                let same = |g: &GlobalCluster| g.global_cluster_identifier().is_some_and(|g| key(g) == key(id));
                found.extend(all.find(same).map(|g| ((*id).to_owned(), g)));
            }
            Err(trouble) if trouble.kind == Kind::NotFound => {}
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(found)
}

/// Every cluster of the region, to say what exists in place of one that does not.
async fn all_names(client: &Client, region: &str) -> Result<Vec<String>, Trouble> {
    let answer = client.describe_db_clusters().send().await;
    let answer = answer.map_err(|error| explain(&error, "rds:DescribeDBClusters", region))?;
    Ok(answer.db_clusters.unwrap_or_default().into_iter().filter_map(|c| c.db_cluster_identifier).collect())
}

fn database(cluster: &DbCluster, instances: Option<&HashMap<String, DbInstance>>) -> DatabaseFacts {
    let mut members: Vec<Member> = cluster
        .db_cluster_members()
        .iter()
        .filter_map(|member| {
            let name = member.db_instance_identifier()?;
            let instance = instances.and_then(|all| all.get(name));
            let writer = member.is_cluster_writer == Some(true);
            Some(Member {
                name: name.to_owned(),
                role: if writer { MemberRole::Writer } else { MemberRole::Reader },
                class: instance.and_then(|i| i.db_instance_class.clone()),
                az: instance.and_then(|i| i.availability_zone.clone()),
                promotion_tier: member
                    .promotion_tier
                    .or_else(|| instance.and_then(|i| i.promotion_tier))
                    .and_then(|tier| u32::try_from(tier).ok()),
                status: instance.and_then(|i| i.db_instance_status.clone()),
            })
        })
        .collect();
    members.sort_by(|a, b| (a.role == MemberRole::Reader, &a.name).cmp(&(b.role == MemberRole::Reader, &b.name)));
    let provisioned =
        !members.is_empty() && members.iter().all(|m| m.class.as_deref().is_some_and(|c| c != SERVERLESS));
    let range = cluster.serverless_v2_scaling_configuration.as_ref().filter(|_| !provisioned);
    DatabaseFacts {
        arn: cluster.db_cluster_arn.clone(),
        status: cluster.status.clone().unwrap_or_else(|| "unknown".to_owned()),
        engine: cluster.engine.clone().unwrap_or_else(|| "unknown".to_owned()),
        version: cluster.engine_version.clone(),
        acu_min: range.and_then(|r| r.min_capacity),
        acu_max: range.and_then(|r| r.max_capacity),
        members,
    }
}

/// RDS' own words for a Global Database that is being moved.
const MOVING: [&str; 4] = ["pending", "failing-over", "switching-over", "cancelling"];

fn global_facts(global: &GlobalCluster) -> GlobalFacts {
    let mut members: Vec<GlobalMember> = global
        .global_cluster_members()
        .iter()
        .filter_map(|member| {
            let arn = member.db_cluster_arn()?;
            let role = if member.is_writer == Some(true) { GlobalRole::Primary } else { GlobalRole::Secondary };
            Some(GlobalMember { region: part(arn, 3)?.to_owned(), role, arn: arn.to_owned() })
        })
        .collect();
    members.sort_by(|a, b| {
        (a.role == GlobalRole::Secondary, &a.region).cmp(&(b.role == GlobalRole::Secondary, &b.region))
    });
    let state = global.failover_state.as_ref().and_then(|f| f.status.as_ref()).map(|s| s.as_str().to_owned());
    let status = global.status.as_deref().filter(|status| MOVING.contains(status)).map(str::to_owned);
    GlobalFacts {
        id: global.global_cluster_identifier.clone().unwrap_or_default(),
        failover_state: state.or(status),
        members,
    }
}

/// One part of an ARN: 3 is the region, 6 the resource's name.
fn part(arn: &str, index: usize) -> Option<&str> {
    arn.split(':').nth(index).filter(|part| !part.is_empty())
}

fn asked(database: &DatabaseFacts, global: Option<&GlobalFacts>) -> Asked {
    let serverless = |class: Option<&str>| class.map_or(database.acu_max.is_some(), |c| c == SERVERLESS);
    let of = |role| global.iter().flat_map(|g| &g.members).filter(move |m| m.role == role);
    Asked {
        members: database
            .members
            .iter()
            .map(|m| (m.name.clone(), m.role == MemberRole::Reader, serverless(m.class.as_deref())))
            .collect(),
        primary: of(GlobalRole::Primary).map(|m| m.region.clone()).next(),
        secondaries: of(GlobalRole::Secondary)
            .filter_map(|m| Some((m.region.clone(), part(&m.arn, 6)?.to_owned())))
            .collect(),
    }
}

/// What the probe of `quarterdeck check` tries.
pub(super) async fn probe(
    config: &aws_config::SdkConfig,
    region: &str,
    databases: &[&DeclaredDatabase],
) -> Vec<(String, Result<String, Trouble>)> {
    let client = Client::new(config);
    let ids: Vec<&str> = databases.iter().map(|d| d.cluster.as_str()).collect();
    let globals: BTreeSet<&str> = databases.iter().filter_map(|d| d.global.as_deref()).collect();
    let found = clusters(&client, region, &ids).await;
    let found = match found {
        Err(why) => Err(why),
        Ok(found) => match ids.iter().find(|id| !found.contains_key(&key(id))) {
            None => Ok(format!("{} of {} clusters", ids.len(), ids.len())),
            Some(id) => {
                let others = instead(id, &all_names(&client, region).await.unwrap_or_default());
                Err(Trouble::new(Kind::NotFound, format!("RDS has no cluster {id} in {region}{others}")))
            }
        },
    };
    let members = instances(&client, region, &ids).await.map(|i| format!("{} members", i.len()));
    let mut rows = vec![("rds:DescribeDBClusters".to_owned(), found), ("rds:DescribeDBInstances".to_owned(), members)];
    if !globals.is_empty() {
        let found = global_clusters(&client, region, &globals).await;
        let found = found.and_then(|found| match globals.iter().find(|id| !found.contains_key(**id)) {
            None => Ok(format!("{} Global Databases", found.len())),
            Some(id) => Err(Trouble::new(Kind::NotFound, format!("RDS has no Global Database {id}"))),
        });
        rows.push(("rds:DescribeGlobalClusters".to_owned(), found));
    }
    rows
}
