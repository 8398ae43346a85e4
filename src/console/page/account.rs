//! An account: who we are in it, and what it costs; its sources.

use super::{budget, common};
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::{Block, fact, list};
use crate::console::widget::quantity::{UNKNOWN, moment, until};
use crate::console::widget::words::Words;
use crate::estate::{AccountState, EntryRef, IdentityState};

/// Its facts.
pub(super) fn facts(scene: &Scene, name: &str) -> Option<Vec<Block>> {
    let account = scene.estate.account(name)?;
    let declared = &account.declared;
    let mut out = common::verdict(scene, &EntryRef::Account(name.to_owned()));
    out.extend(identity(scene, account));
    out.push(Block::Gap);
    out.push(fact("account id", &declared.id));
    out.push(fact("environment", &declared.environment));
    out.push(fact("regions", list(declared.regions.iter().map(String::as_str))));
    out.push(fact("profile", declared.profile.as_deref().unwrap_or("none: the default chain")));
    if let Some(role) = &declared.role_arn {
        out.push(fact("reads as", role));
    }
    if let Some(role) = &declared.operate_role_arn {
        out.push(fact("acts as", role));
    }
    out.push(fact("guarded", if declared.guarded { "a change asks for its target's name, typed" } else { "no" }));
    out.push(Block::Gap);
    out.extend(budget::costs(scene, account));
    Some(out)
}

fn identity(scene: &Scene, account: &AccountState) -> Vec<Block> {
    let Some(known) = &account.identity else {
        return vec![Block::Fact("identity", Words::dim("STS has not answered yet"))];
    };
    let identity = &known.value;
    let role = match identity.state {
        IdentityState::Verified => Role::Text,
        IdentityState::Mismatch => Role::Critical,
        IdentityState::Expired | IdentityState::Denied | IdentityState::Unreachable => Role::Warning,
    };
    let mut out = vec![Block::Fact("identity", Words::of(role, identity.state.word()))];
    if let Some(error) = &identity.error {
        out.push(Block::Fact("error", Words::of(role, error)));
    }
    if let (Some(login), true) = (&identity.login, identity.state != IdentityState::Verified) {
        out.push(Block::Fact("log in", Words::of(Role::Strong, login)));
    }
    if identity.state == IdentityState::Mismatch {
        let said = identity.account_id.as_deref().unwrap_or(UNKNOWN);
        out.push(Block::Fact(
            "STS said",
            Words::of(role, said).and(Role::Dim, "; nothing of it is shown as this account's"),
        ));
    }
    if let Some(arn) = &identity.arn {
        out.push(fact("arn", arn));
    }
    let expires = identity.expires_at.map_or_else(
        || "not said, or never".to_owned(),
        |at| {
            if at > scene.now {
                format!("in {}, at {}", until(at, scene.now), moment(at, scene.now))
            } else {
                format!("ended at {}", moment(at, scene.now))
            }
        },
    );
    out.push(fact("credentials end", expires));
    out
}
