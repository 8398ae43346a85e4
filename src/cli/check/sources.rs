//! The sources: every account, cluster and Prometheus server, each proven beside the others.

use crate::estate::DeclaredEstate;

use super::Group;

/// One group for each account, cluster and Prometheus server, in the estate file's order.
pub(super) async fn groups(declared: &DeclaredEstate) -> Vec<Group> {
    #[cfg_attr(
        not(any(feature = "kubernetes", feature = "prometheus", feature = "aws")),
        expect(unused_mut, reason = "without a feature there is nothing to prove")
    )]
    let mut proofs: Vec<tokio::task::JoinHandle<Group>> = Vec::new();
    #[cfg(feature = "aws")]
    for account in &declared.accounts {
        let (estate, account) = (declared.clone(), account.clone());
        proofs.push(tokio::spawn(async move {
            let rows = crate::source::aws::probe(&estate, &account, jiff::Timestamp::now(), None).await;
            let title = format!("account {} {}", account.name, account.id);
            Group { title, rows: rows.into_iter().map(|row| (row.what, row.outcome)).collect() }
        }));
    }
    #[cfg(feature = "kubernetes")]
    {
        let mut access = ways_in(declared);
        for cluster in &declared.clusters {
            let (cluster, mut way_in) = (cluster.clone(), access.remove(&cluster.name));
            let rollouts = !declared.counting_rollouts_of(&cluster.name).is_empty();
            proofs.push(tokio::spawn(async move {
                let known = match &mut way_in {
                    Some(way_in) => Some(known(way_in).await),
                    None => None,
                };
                let rows = crate::source::kubernetes::probe(&cluster, known.as_ref(), rollouts).await;
                Group { title: format!("cluster {}", cluster.name), rows }
            }));
        }
    }
    #[cfg(feature = "prometheus")]
    if declared.slos.iter().any(|s| matches!(s.sli, crate::estate::Sli::Prometheus { .. }))
        || declared.services.iter().any(|s| matches!(s.signals, Some(crate::estate::ServiceSignals::Prometheus { .. })))
    {
        let estate = declared.clone();
        proofs.push(tokio::spawn(async move {
            let rows = crate::source::prometheus::probe(&estate, jiff::Timestamp::now()).await;
            Group { title: "prometheus".to_owned(), rows }
        }));
    }
    #[cfg(not(any(feature = "kubernetes", feature = "prometheus", feature = "aws")))]
    let _ = declared;
    let mut groups = Vec::new();
    for proof in proofs {
        match proof.await {
            Ok(group) => groups.push(group),
            Err(_) => groups.push(Group {
                title: "a proof".to_owned(),
                rows: vec![("fault of the console".to_owned(), Err("report it, with the log".to_owned()))],
            }),
        }
    }
    groups
}

/// What the cap means for calls that cost money; none where none do.
pub(super) fn spending(declared: &DeclaredEstate, cap: Option<f64>, spent: f64) -> Option<Group> {
    #[cfg(feature = "aws")]
    return (!declared.accounts.is_empty()).then(|| {
        let outlook = crate::source::aws::outlook(declared, cap, spent, jiff::Timestamp::now());
        Group { title: "calls that cost money".to_owned(), rows: vec![("policy.spend".to_owned(), outlook)] }
    });
    #[cfg(not(feature = "aws"))]
    {
        let _ = (declared, cap, spent);
        None
    }
}

#[cfg(feature = "kubernetes")]
use std::collections::BTreeMap;
#[cfg(feature = "kubernetes")]
use tokio::sync::watch;

#[cfg(feature = "kubernetes")]
use crate::source::access::Access;

/// For each cluster that has an account, what the account's side finds out of it.
#[cfg(all(feature = "kubernetes", feature = "aws"))]
fn ways_in(declared: &DeclaredEstate) -> BTreeMap<String, watch::Receiver<Access>> {
    use crate::estate::{Estate, SourceName};
    use crate::source::{Clock, Source};

    let wiring = crate::source::aws::sources(declared, crate::source::aws::Before::default());
    let mut rigging = crate::cli::Rigging::new(Estate::new(declared.clone()), Clock::System);
    for source in wiring.sources {
        // The others cost calls that nobody looks at here.
        if matches!(source.key().name, SourceName::Sts | SourceName::Eks) {
            rigging.add(source);
        }
    }
    rigging.start();
    let mut observations = rigging.observations;
    tokio::spawn(async move { while observations.recv().await.is_some() {} });
    wiring.access
}

#[cfg(all(feature = "kubernetes", not(feature = "aws")))]
fn ways_in(_: &DeclaredEstate) -> BTreeMap<String, watch::Receiver<Access>> {
    BTreeMap::new()
}

/// What is known of a way in, once something is; what was waited for in vain stays `Waiting`.
#[cfg(feature = "kubernetes")]
async fn known(way_in: &mut watch::Receiver<Access>) -> Access {
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
    let told = way_in.wait_for(|access| !matches!(access, Access::Waiting));
    match tokio::time::timeout(PATIENCE, told).await {
        Ok(Ok(access)) => access.clone(),
        _ => Access::Waiting,
    }
}
