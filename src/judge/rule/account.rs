//! An account: STS must say the configured id.

use super::team::{Of, team};
use crate::estate::{AccountState, EntryRef, IdentityState};
use crate::judge::docket::Docket;
use crate::judge::finding::Finding;
use crate::judge::{Level, RuleId, Subject};

/// Judges an account's identity. One that is merely not proven makes it unknown; another id is critical.
pub(in crate::judge) fn account(docket: &mut Docket<'_>, state: &AccountState) {
    let name = &state.declared.name;
    let entry = EntryRef::Account(name.clone());
    docket.open(entry.clone(), Some(state));
    team(docket, Of::Account(state), &Subject::Entry(entry.clone()), None);
    let Some(identity) = state.identity.as_ref().filter(|i| i.value.state == IdentityState::Mismatch) else { return };
    if let Some(breach) = docket.state(RuleId::AccountIdentity, Level::Critical) {
        let said = identity.value.account_id.as_deref().unwrap_or("another id");
        let brief = format!("wrong account: STS says {said}, configured {}", state.declared.id);
        let sentence = format!(
            "The credentials of {name} belong to {said}, the estate file says {}: nothing of it is shown and nothing but \
             STS is called until one of them is corrected.",
            state.declared.id,
        );
        let rests = docket.rests_on(identity);
        docket.raise(breach, Subject::Entry(entry), Finding::Said { brief, sentence }, rests);
    }
}
