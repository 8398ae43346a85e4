//! The estate that the team declared, rigged to its real sources, with what an earlier run saw already recalled.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::output::complain_plain;
use super::{Context, Exit, Rigging};
use crate::config::{self, ConfigError, EstateFile};
use crate::estate::{CostFacts, DeclaredEstate, Estate, Fact, Remembered, SourceKey};
#[cfg(any(feature = "kubernetes", feature = "prometheus", feature = "aws"))]
use crate::source::Source;
use crate::source::{Clock, Purse};
use crate::store::{Recalled, Store, StoreWriter};

/// The declared estate, ready to be watched.
pub(super) struct Real {
    /// The estate and its sources, not running yet.
    pub(super) rigging: Rigging,
    /// The team's policy and all else that its file says.
    pub(super) file: EstateFile,
    /// What an earlier run left, apart from the facts that the estate has taken in.
    pub(super) recalled: Recalled,
    /// Keeps what must survive; none where there is no store.
    pub(super) writer: Option<StoreWriter>,
    /// What is to be said at the start.
    pub(super) notices: Vec<String>,
}

/// Reads the estate file and rigs the estate; fails on the file alone.
///
/// Needs the runtime's context, for the sources prepare their clients.
pub(super) fn rig(context: &Context) -> Result<Real, ConfigError> {
    rig_some(context, &|_| true)
}

/// The same with only those sources that are wanted.
pub(super) fn rig_some(context: &Context, wanted: &dyn Fn(&SourceKey) -> bool) -> Result<Real, ConfigError> {
    let file = config::load_estate(&context.places, context.estate_flag())?;
    let now = Timestamp::now();
    let mut notices = Vec::new();
    let mut recalled = Recalled::default();
    let path = context.places.state().join(super::STORE);
    let mut writer = None;
    let mut estate = Estate::new(file.declared.clone());
    match Store::open(&path, &file.declared.name, now) {
        Ok(mut store) => {
            recalled = store.recall(now);
            for kept in store.recall_series(&estate.identities()) {
                estate.restore_history(&kept.name, &kept.chunks, kept.covered, now);
            }
            notices.extend(store.notice().map(str::to_owned));
            match StoreWriter::start(store) {
                Ok(started) => writer = Some(started),
                Err(e) => notices.push(format!("what is seen will not be kept: {e}")),
            }
        }
        Err(e) => notices.push(e.to_string()),
    }
    let purse = Purse::new(file.policy.spend_cap_usd_per_day, recalled.spent_today_usd, now);
    let mut rigging = Rigging::new(estate, Clock::System).with_purse(purse);
    let costs = costs(&recalled.seen, &file.declared);
    add_sources(&mut rigging, &file.declared, costs, wanted);
    for remembered in std::mem::take(&mut recalled.seen) {
        rigging.estate.recall(remembered);
    }
    Ok(Real { rigging, file, recalled, writer, notices })
}

/// Says on standard error what is wrong with the estate file, and what to do.
pub(super) fn explain(error: &ConfigError, context: &Context) -> Exit {
    match error {
        ConfigError::Wrong(diagnostics) => complain_plain(&diagnostics.render(context.look), Exit::Config),
        ConfigError::NoEstate { .. } => complain_plain(&beginning(error), Exit::Config),
        _ => complain_plain(&format!("quarterdeck: {error}\n"), Exit::Config),
    }
}

/// What to do where there is no estate file yet.
pub(super) fn beginning(error: &ConfigError) -> String {
    format!(
        "quarterdeck: {error}\n  quarterdeck init    writes one to begin with\n  quarterdeck demo    shows the console on an embedded estate, without any account\n"
    )
}

/// The last known costs of each account, so that Cost Explorer is not paid again for what is known.
///
/// Those of another id than the configured one are another account's.
fn costs(seen: &[Remembered], declared: &DeclaredEstate) -> BTreeMap<String, (CostFacts, Timestamp)> {
    let id = |r: &Remembered| r.source.account.as_deref().and_then(|name| declared.account(name)).map(|a| &a.id);
    let own = seen.iter().filter(|r| r.account_id.is_some() && r.account_id.as_ref() == id(r));
    let facts = own.flat_map(|r| r.facts.iter().map(move |f| (f, r.as_of)));
    facts
        .filter_map(|(fact, as_of)| match fact {
            Fact::Costs(account, costs) => Some((account.clone(), (costs.clone(), as_of))),
            _ => None,
        })
        .collect()
}

fn add_sources(
    rigging: &mut Rigging,
    declared: &DeclaredEstate,
    costs: BTreeMap<String, (CostFacts, Timestamp)>,
    wanted: &dyn Fn(&SourceKey) -> bool,
) {
    #[cfg(any(feature = "aws", feature = "prometheus"))]
    let covered = rigging.estate.coverage();
    #[cfg(feature = "aws")]
    let mut access = {
        let before = crate::source::aws::Before { costs, covered: covered.clone() };
        let wiring = crate::source::aws::sources(declared, before);
        for source in wiring.sources.into_iter().filter(|source| wanted(&source.key())) {
            rigging.add(source);
        }
        wiring.access
    };
    #[cfg(feature = "kubernetes")]
    for cluster in &declared.clusters {
        #[cfg(feature = "aws")]
        let way_in = access.remove(&cluster.name);
        #[cfg(not(feature = "aws"))]
        let way_in = None;
        let source = crate::source::kubernetes::KubernetesCluster::new(cluster.clone(), way_in);
        if wanted(&source.key()) {
            rigging.add(source.counting_rollouts(declared.counting_rollouts_of(&cluster.name)));
        }
    }
    #[cfg(feature = "prometheus")]
    for source in crate::source::prometheus::sources_after(declared, &covered) {
        if wanted(&source.key()) {
            rigging.add(source);
        }
    }
    #[cfg(not(feature = "aws"))]
    drop(costs);
    #[cfg(not(any(feature = "kubernetes", feature = "prometheus", feature = "aws")))]
    let _ = (rigging, declared, wanted);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{DeclaredAccount, SourceName};

    #[test]
    fn costs_of_another_id_are_another_accounts() {
        let account = DeclaredAccount {
            name: "live".to_owned(),
            id: "111122223333".to_owned(),
            environment: "production".to_owned(),
            regions: vec!["us-east-1".to_owned()],
            profile: None,
            role_arn: None,
            operate_role_arn: None,
            guarded: true,
        };
        let declared = DeclaredEstate { accounts: vec![account], ..DeclaredEstate::default() };
        let seen = |id: &str| {
            let facts = CostFacts { month_to_date_usd: 7.0, by_service: Vec::new(), asked: Vec::new() };
            vec![Remembered {
                source: SourceKey::new(SourceName::CostExplorer).of("live"),
                account_id: Some(id.to_owned()),
                as_of: Timestamp::UNIX_EPOCH,
                targets: Vec::new(),
                facts: vec![Fact::Costs("live".to_owned(), facts)],
            }]
        };
        assert!(costs(&seen("111122223333"), &declared).contains_key("live"));
        assert!(costs(&seen("999999999999"), &declared).is_empty());
    }
}
