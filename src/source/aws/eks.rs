//! EKS clusters of one account and region: control plane, add-ons, node groups, and the way into each cluster.

pub(super) mod token;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_eks::Client;
use aws_sdk_eks::types::{self, CapacityTypes};
use base64::Engine;
use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::watch;

use super::http::LeaveAlone;
use super::note::Notes;
use super::polling::{Answer, Ask};
use super::proof::{Proof, Proven};
use super::trouble::{Kind, Trouble, explain};
use crate::estate::{Addon, Capacity, ControlPlane, Endpoint, Fact, NodeGroup};
use crate::source::Outbox;
use crate::source::access::{Access, EksEndpoint};

/// Clusters that are asked about at once.
const CLUSTERS_AT_ONCE: usize = 3;
/// Calls under way at once for one cluster's add-ons, and for its node groups.
const AT_ONCE: usize = 3;
/// Pages of a list that are read; a hundred names each.
const PAGES: usize = 20;

/// One declared cluster.
pub(super) struct Declared {
    /// Its name in the estate file.
    pub(super) name: String,
    /// Its name in EKS.
    pub(super) eks: String,
    /// Where the way into it is told.
    pub(super) access: watch::Sender<Access>,
}

/// Asks EKS in one region of one account.
pub(super) struct Eks {
    pub(super) region: String,
    pub(super) clusters: Vec<Declared>,
    pub(super) proof: watch::Receiver<Proof>,
}

impl Ask for Eks {
    async fn ask(&mut self, proven: &Proven, out: &Outbox) -> Result<Answer, Trouble> {
        let config = proven.config(&self.region, out.meter());
        let client =
            Client::from_conf(aws_sdk_eks::config::Builder::from(&config).retry_classifier(LeaveAlone).build());
        let mut facts = Vec::new();
        let mut notes = Notes::default();
        let mut last = None;
        let mut existing: Option<Vec<String>> = None;
        let region = self.region.as_str();
        let questions = self.clusters.iter().map(|declared| describe(&client, region, &declared.eks, &declared.name));
        let answers: Vec<_> = stream::iter(questions.collect::<Vec<_>>()).buffered(CLUSTERS_AT_ONCE).collect().await;
        for (declared, answer) in self.clusters.iter().zip(answers) {
            match answer {
                Ok((plane, ca_pem, unseen)) => {
                    for note in unseen {
                        notes.add(note);
                    }
                    self.open(declared, &plane, ca_pem);
                    facts.push(Fact::ControlPlane(declared.name.clone(), Some(plane)));
                }
                Err(trouble) if trouble.kind == Kind::NotFound => {
                    if existing.is_none() {
                        existing = Some(names(&client, &self.region).await.unwrap_or_default());
                    }
                    let others = existing.as_deref().unwrap_or_default();
                    let why = missing(declared, &self.region, others);
                    declared.access.send_replace(Access::Unknown(why.clone()));
                    notes.add(why);
                    facts.push(Fact::ControlPlane(declared.name.clone(), None));
                }
                Err(trouble) => {
                    keep_out(declared, &trouble.words);
                    if matches!(trouble.kind, Kind::Expired | Kind::Throttled | Kind::Unreachable) {
                        // The others would fare no better.
                        return Err(trouble);
                    }
                    notes.add(format!("{}: {}", declared.name, trouble.words));
                    last = Some(trouble);
                }
            }
        }
        match last {
            Some(trouble) if facts.is_empty() => Err(trouble),
            _ => Ok(Answer { facts, note: notes.words(), ..Answer::default() }),
        }
    }

    fn barred(&mut self, proof: &Proof) {
        for declared in &self.clusters {
            match proof {
                Proof::Waiting | Proof::Proven(_) => {}
                Proof::Paused(why) => drop(declared.access.send_replace(Access::Paused(why.clone()))),
                Proof::Refused(why) => drop(declared.access.send_replace(Access::Refused(why.clone()))),
                Proof::Unproven(why) => keep_out(declared, why),
            }
        }
    }

    fn failed(&mut self, trouble: &Trouble) {
        for declared in &self.clusters {
            keep_out(declared, &trouble.words);
        }
    }
}

/// Says why a cluster cannot be entered, unless a way in is known already: an outage of EKS need not end a watch.
fn keep_out(declared: &Declared, why: &str) {
    declared.access.send_if_modified(|access| match access {
        Access::Endpoint(_) => false,
        Access::Unknown(said) if said == why => false,
        _ => {
            *access = Access::Unknown(why.to_owned());
            true
        }
    });
}

impl Eks {
    /// Tells the way into a cluster, once and whenever it changes.
    fn open(&self, declared: &Declared, plane: &ControlPlane, ca_pem: Option<Vec<u8>>) {
        let Some(url) = plane.endpoint.url.clone() else {
            let why = format!("EKS names no endpoint for {} yet: it is {}", declared.eks, plane.status);
            declared.access.send_replace(Access::Unknown(why));
            return;
        };
        declared.access.send_if_modified(|access| {
            if let Access::Endpoint(known) = access
                && known.url == url
                && known.ca_pem == ca_pem
            {
                return false;
            }
            let tokens = token::Tokens::new(self.proof.clone(), &self.region, &declared.eks);
            *access = Access::Endpoint(EksEndpoint { url, ca_pem, tokens: Arc::new(tokens) });
            true
        });
    }
}

fn missing(declared: &Declared, region: &str, others: &[String]) -> String {
    let exist = super::note::instead(&declared.eks, others);
    format!("EKS has no cluster {} in {region} (`[[cluster]] {}`){exist}", declared.eks, declared.name)
}

/// A control plane, its certificate authority, and what could not be seen of it.
type Described = (ControlPlane, Option<Vec<u8>>, Vec<String>);

/// One cluster with its add-ons and node groups.
async fn describe(client: &Client, region: &str, eks: &str, name: &str) -> Result<Described, Trouble> {
    let answer = client
        .describe_cluster()
        .name(eks)
        .send()
        .await
        .map_err(|error| explain(&error, "eks:DescribeCluster", region))?;
    let cluster = answer
        .cluster
        .ok_or_else(|| Trouble::new(Kind::Other, format!("eks:DescribeCluster answered without cluster {eks}")))?;
    let ca_pem = cluster
        .certificate_authority
        .as_ref()
        .and_then(|authority| authority.data.as_deref())
        .and_then(|data| base64::engine::general_purpose::STANDARD.decode(data.trim()).ok());
    let (addons, nodegroups) = tokio::join!(addons(client, region, eks), nodegroups(client, region, eks));
    let mut plane = control_plane(cluster);
    let mut unseen = Vec::new();
    plane.addons = addons.map_err(|why| unseen.push(format!("{name}: add-ons are not known: {why}"))).ok();
    plane.nodegroups = nodegroups.map_err(|why| unseen.push(format!("{name}: node groups are not known: {why}"))).ok();
    Ok((plane, ca_pem, unseen))
}

fn control_plane(cluster: types::Cluster) -> ControlPlane {
    let network = cluster.resources_vpc_config.as_ref();
    let logging = cluster
        .logging
        .iter()
        .flat_map(types::Logging::cluster_logging)
        .filter(|setup| setup.enabled == Some(true))
        .flat_map(|setup| setup.types().iter().map(|t| t.as_str().to_owned()))
        .collect();
    // `secrets` is the only resource that such a configuration can name.
    let secrets_encrypted = !cluster.encryption_config().is_empty();
    ControlPlane {
        status: cluster.status.as_ref().map_or_else(|| "UNKNOWN".to_owned(), |s| s.as_str().to_owned()),
        version: cluster.version.as_deref().map(major_minor),
        endpoint: Endpoint {
            public: network.is_some_and(|n| n.endpoint_public_access),
            private: network.is_some_and(|n| n.endpoint_private_access),
            public_cidrs: network.map(|n| n.public_access_cidrs().to_vec()).unwrap_or_default(),
            url: cluster.endpoint,
        },
        logging,
        secrets_encrypted,
        addons: None,
        nodegroups: None,
        arn: cluster.arn,
    }
}

/// `1.33` of `1.33`, `1.33.2` or `v1.33.2-eks-abc`.
fn major_minor(version: &str) -> String {
    version.trim_start_matches('v').splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}

async fn addons(client: &Client, region: &str, eks: &str) -> Result<Vec<Addon>, Trouble> {
    let mut pages = client.list_addons().cluster_name(eks).into_paginator().send();
    let mut names = Vec::new();
    for _ in 0..PAGES {
        let Some(page) = pages.next().await else { break };
        names.extend(page.map_err(|error| explain(&error, "eks:ListAddons", region))?.addons.unwrap_or_default());
    }
    let questions = names.into_iter().map(|name| async move {
        let answer = client.describe_addon().cluster_name(eks).addon_name(&name).send().await;
        match answer.map_err(|error| explain(&error, "eks:DescribeAddon", region)) {
            Ok(answer) => Ok(answer.addon.map(|addon| Addon {
                version: addon.addon_version,
                status: addon.status.map_or_else(|| "UNKNOWN".to_owned(), |s| s.as_str().to_owned()),
                name,
            })),
            // It was removed between the list and the look.
            Err(trouble) if trouble.kind == Kind::NotFound => Ok(None),
            Err(trouble) => Err(trouble),
        }
    });
    let described: Vec<_> = stream::iter(questions).buffered(AT_ONCE).collect().await;
    described.into_iter().filter_map(Result::transpose).collect()
}

async fn nodegroups(client: &Client, region: &str, eks: &str) -> Result<Vec<NodeGroup>, Trouble> {
    let mut pages = client.list_nodegroups().cluster_name(eks).into_paginator().send();
    let mut names = Vec::new();
    for _ in 0..PAGES {
        let Some(page) = pages.next().await else { break };
        let page = page.map_err(|error| explain(&error, "eks:ListNodegroups", region))?;
        names.extend(page.nodegroups.unwrap_or_default());
    }
    let questions = names.into_iter().map(|name| async move {
        let answer = client.describe_nodegroup().cluster_name(eks).nodegroup_name(&name).send().await;
        match answer.map_err(|error| explain(&error, "eks:DescribeNodegroup", region)) {
            Ok(answer) => Ok(answer.nodegroup.map(|group| node_group(name, group))),
            Err(trouble) if trouble.kind == Kind::NotFound => Ok(None),
            Err(trouble) => Err(trouble),
        }
    });
    let described: Vec<_> = stream::iter(questions).buffered(AT_ONCE).collect().await;
    described.into_iter().filter_map(Result::transpose).collect()
}

fn node_group(name: String, group: types::Nodegroup) -> NodeGroup {
    let scaling = group.scaling_config.as_ref();
    let size = |size: Option<i32>| size.and_then(|n| u32::try_from(n).ok());
    NodeGroup {
        name,
        status: group.status.as_ref().map_or_else(|| "UNKNOWN".to_owned(), |s| s.as_str().to_owned()),
        desired: size(scaling.and_then(|s| s.desired_size)),
        min: size(scaling.and_then(|s| s.min_size)),
        max: size(scaling.and_then(|s| s.max_size)),
        capacity: group.capacity_type.as_ref().and_then(|kind| match kind {
            CapacityTypes::OnDemand => Some(Capacity::OnDemand),
            CapacityTypes::Spot => Some(Capacity::Spot),
            CapacityTypes::CapacityBlock => Some(Capacity::CapacityBlock),
            _ => None,
        }),
        instance_types: group.instance_types.unwrap_or_default(),
    }
}

/// The clusters that EKS has.
async fn names(client: &Client, region: &str) -> Result<Vec<String>, Trouble> {
    let answer = client.list_clusters().send().await.map_err(|error| explain(&error, "eks:ListClusters", region))?;
    Ok(answer.clusters.unwrap_or_default())
}

/// What the probe of `quarterdeck check` tries: each call with the IAM action that it needs.
pub(super) async fn probe(
    config: &aws_config::SdkConfig,
    region: &str,
    clusters: &BTreeMap<String, String>,
) -> Vec<(String, Result<String, Trouble>)> {
    let client = Client::new(config);
    let mut rows = Vec::new();
    for (name, eks) in clusters {
        let described = client.describe_cluster().name(eks).send().await;
        let described = described.map_err(|error| explain(&error, "eks:DescribeCluster", region));
        let found = described.is_ok();
        rows.push((
            format!("eks:DescribeCluster {name}"),
            described.map(|answer| {
                let cluster = answer.cluster;
                let status = cluster.as_ref().and_then(|c| c.status.as_ref()).map_or("UNKNOWN", |s| s.as_str());
                format!("{eks} is {status}")
            }),
        ));
        if found {
            let addons = addons(&client, region, eks).await;
            rows.push((format!("eks:ListAddons {name}"), addons.map(|a| format!("{} add-ons", a.len()))));
            let groups = nodegroups(&client, region, eks).await;
            rows.push((format!("eks:ListNodegroups {name}"), groups.map(|g| format!("{} node groups", g.len()))));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::major_minor;

    #[test]
    fn a_version_is_major_and_minor() {
        for (said, shown) in [("1.33", "1.33"), ("1.33.2", "1.33"), ("v1.33.2-eks-abc", "1.33"), ("2", "2")] {
            assert_eq!(major_minor(said), shown);
        }
    }
}
