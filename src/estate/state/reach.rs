//! How far a word reaches: whose account a fact belongs to, and what falls with a source or an account.

use jiff::Timestamp;

use super::target::about;
use super::{AccountState, Estate, Known};
use crate::estate::{EntryRef, Fact, Identity, IdentityState, ServiceSignals, Sli, SourceState};

impl Estate {
    /// The account of a source; none for a source outside AWS.
    pub(super) fn account_of_source(&self, origin: usize) -> Option<&AccountState> {
        self.sources[origin].key.account.as_deref().and_then(|name| self.account(name))
    }

    /// The account to which a fact belongs, by the entry that it is about.
    pub(super) fn account_of_fact(&self, fact: &Fact) -> Option<&AccountState> {
        match fact {
            // It proves the account, so nothing of it may wait for the proof.
            Fact::Identity(..) => None,
            _ => self.account_of(&about(fact)),
        }
    }

    /// The account to which an entry belongs; none for what is outside AWS.
    pub fn account_of(&self, entry: &EntryRef) -> Option<&AccountState> {
        let name = match entry {
            EntryRef::Account(name) | EntryRef::Costs(name) => name,
            EntryRef::Cluster(name) => self.cluster(name)?.declared.account.as_ref()?,
            EntryRef::Database(name) => &self.database(name)?.declared.account,
            EntryRef::Service(name) => {
                // Queries to a Prometheus server are nobody's account, whatever the service runs in.
                let declared = &self.service(name)?.declared;
                match declared.signals {
                    Some(ServiceSignals::LoadBalancer(_)) => declared.account.as_ref()?,
                    Some(ServiceSignals::Prometheus { .. }) | None => return None,
                }
            }
            EntryRef::Budget(name) => &self.budget(name)?.declared.account,
            EntryRef::Slo(name) => return self.account_of_sli(&self.slo(name)?.declared.sli),
        };
        self.account(name)
    }

    /// The account from which an SLO's counts come; none for counts from outside AWS.
    pub fn account_of_sli(&self, sli: &Sli) -> Option<&AccountState> {
        match sli {
            Sli::CloudWatchCounts { account, .. } | Sli::CloudWatchGoodPercent { account, .. } => self.account(account),
            Sli::Prometheus { .. } => None,
            Sli::Rollouts { cluster, .. } => self.account(self.cluster(cluster)?.declared.account.as_ref()?),
        }
    }

    /// Takes in what STS said of an account.
    pub(super) fn introduce(&mut self, name: &str, identity: Known<Identity>) {
        let Some(account) = self.accounts.iter_mut().find(|a| a.declared.name == name) else { return };
        let was_refused = account.mismatched();
        match identity.value.state {
            IdentityState::Verified => account.proven = true,
            IdentityState::Mismatch => {
                let said = identity.value.account_id.as_deref().unwrap_or("another id");
                let reason = identity.value.error.clone().unwrap_or_else(|| {
                    format!("STS says {said}, the estate file says {}: correct one of them", account.declared.id)
                });
                let (origin, as_of) = (identity.origin, identity.as_of);
                account.identity = Some(identity);
                return self.refuse_account(name, origin, as_of, &reason);
            }
            IdentityState::Expired | IdentityState::Denied | IdentityState::Unreachable => {}
        }
        account.identity = Some(identity);
        if was_refused && self.account(name).is_some_and(AccountState::verified) {
            for source in self.sources.iter_mut().filter(|s| s.key.account.as_deref() == Some(name)) {
                if source.state == SourceState::Refused {
                    (source.state, source.error) = (SourceState::Waiting, None);
                }
            }
        }
    }

    /// The account is not the one that was configured: withdraws all of it and refuses its sources.
    pub(super) fn refuse_account(&mut self, name: &str, origin: usize, at: Timestamp, reason: &str) {
        self.forget_trends(name);
        if let Some(account) = self.accounts.iter_mut().find(|a| a.declared.name == name) {
            account.proven = false;
            account.costs = None;
            if !account.mismatched() {
                let value = Identity {
                    state: IdentityState::Mismatch,
                    account_id: None,
                    arn: None,
                    expires_at: None,
                    error: Some(reason.to_owned()),
                    login: None,
                };
                account.identity = Some(Known { value, as_of: at, origin });
            }
        }
        for c in self.clusters.iter_mut().filter(|c| c.declared.account.as_deref() == Some(name)) {
            c.control_plane = None;
            c.forget_kubernetes();
        }
        for d in self.databases.iter_mut().filter(|d| d.declared.account == name) {
            (d.facts, d.global, d.numbers, d.lags) = (None, None, None, None);
        }
        for b in self.budgets.iter_mut().filter(|b| b.declared.account == name) {
            b.facts = None;
        }
        let of_account =
            |entry: &EntryRef, estate: &Self| estate.account_of(entry).is_some_and(|a| a.declared.name == name);
        for index in 0..self.slos.len() {
            if of_account(&self.slos[index].entry(), self) {
                self.slos[index].forget();
            }
        }
        for index in 0..self.services.len() {
            if of_account(&self.services[index].entry(), self) {
                self.services[index].facts = None;
            }
        }
        let watched: Vec<String> = self
            .clusters
            .iter()
            .filter(|c| c.declared.account.as_deref() == Some(name))
            .map(|c| c.declared.name.clone())
            .collect();
        for source in &mut self.sources {
            if source.key.account.as_deref() == Some(name) || watched.iter().any(|c| source.watches(c)) {
                source.answered = true;
                source.state = SourceState::Refused;
                source.error = Some(reason.to_owned());
                source.as_of = None;
                source.next_try_at = None;
            }
        }
    }

    /// Withdraws every fact that one source said.
    pub(super) fn withdraw(&mut self, origin: usize) {
        for cluster in &mut self.clusters {
            if self.sources[origin].watches(&cluster.declared.name) {
                cluster.forget_kubernetes();
            }
            drop_from(&mut cluster.control_plane, origin);
        }
        for d in &mut self.databases {
            drop_from(&mut d.facts, origin);
            drop_from(&mut d.global, origin);
            drop_from(&mut d.numbers, origin);
            drop_from(&mut d.lags, origin);
        }
        for b in &mut self.budgets {
            drop_from(&mut b.facts, origin);
        }
        for a in &mut self.accounts {
            drop_from(&mut a.costs, origin);
        }
        for s in &mut self.slos {
            if self.sources[origin].feeds.contains(&s.entry()) {
                s.forget();
            }
            drop_from(&mut s.counts, origin);
        }
        for s in &mut self.services {
            drop_from(&mut s.facts, origin);
        }
    }

    /// Every fact that one source said is still true.
    pub(super) fn confirm(&mut self, origin: usize, as_of: Timestamp) {
        for c in &mut self.clusters {
            renew(&mut c.control_plane, origin, as_of);
        }
        for d in &mut self.databases {
            renew(&mut d.facts, origin, as_of);
            renew(&mut d.global, origin, as_of);
            renew(&mut d.numbers, origin, as_of);
            renew(&mut d.lags, origin, as_of);
        }
        for b in &mut self.budgets {
            renew(&mut b.facts, origin, as_of);
        }
        for a in &mut self.accounts {
            renew(&mut a.costs, origin, as_of);
            if self.sources[origin].key.introduces() {
                renew(&mut a.identity, origin, as_of);
            }
        }
        for s in &mut self.slos {
            renew(&mut s.counts, origin, as_of);
        }
        for s in &mut self.services {
            renew(&mut s.facts, origin, as_of);
        }
    }
}

fn drop_from<T>(slot: &mut Option<Known<T>>, origin: usize) {
    if slot.as_ref().is_some_and(|k| k.origin == origin) {
        *slot = None;
    }
}

fn renew<T>(slot: &mut Option<Known<T>>, origin: usize, as_of: Timestamp) {
    if let Some(known) = slot.as_mut().filter(|k| k.origin == origin) {
        known.as_of = as_of;
    }
}
