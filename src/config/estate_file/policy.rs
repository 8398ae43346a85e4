//! `[policy]`: when things are in order, and what may be done.

mod alerts;
mod freeze;
mod rule;
mod severity;
mod silence;

use std::time::Duration;

use super::super::reading::{Section, Wrong};
use super::super::value;
use super::names::Names;
use crate::judge::Policy;
use crate::operate::{Freeze, WritePolicy};

/// Longer than a shift, a write window is no window.
const LONGEST_WINDOW_S: u64 = 12 * 3_600;

/// Everything that `[policy]` says.
#[derive(Default)]
pub(super) struct WholePolicy {
    pub(super) policy: Policy,
    pub(super) writes: WritePolicy,
    pub(super) freezes: Vec<Freeze>,
}

pub(super) fn read(section: Option<Section<'_>>, accounts: &Names<'_>) -> WholePolicy {
    let Some(section) = section else { return WholePolicy::default() };
    let alerts = section.section("alerts").map(|s| alerts::read(&s)).unwrap_or_default();
    let mut rule_names = Names::new("rule", section.findings());
    let rules: Vec<_> = section.sections("rule").iter().filter_map(|s| rule::read(s, &mut rule_names)).collect();
    let silences = section.sections("silence").iter().filter_map(|s| silence::read(s, &rules)).collect();
    let severities = section.section("severity").map(|s| severity::read(&s, &rules)).unwrap_or_default();
    let writes = section.section("writes").map(|s| writes(&s)).unwrap_or_default();
    let mut names = Names::new("freeze", section.findings());
    let freezes = section.sections("freeze").iter().filter_map(|s| freeze::read(s, &mut names, accounts)).collect();
    let spend_cap_usd_per_day = section.section("spend").and_then(|spend| {
        let cap = spend.optional("cap_usd_per_day", value::not_negative);
        spend.close();
        cap
    });
    section.close();
    let policy = Policy { alerts, rules, silences, severities, spend_cap_usd_per_day };
    WholePolicy { policy, writes, freezes }
}

fn writes(section: &Section<'_>) -> WritePolicy {
    let default = WritePolicy::default();
    let window = section.optional("window", |v| {
        let seconds = value::duration_s(v)?;
        if seconds <= LONGEST_WINDOW_S {
            return Ok(Duration::from_secs(seconds));
        }
        Err(Wrong::new("a write window this long is no window", "12h at most"))
    });
    let headless = section.optional("headless", value::boolean);
    section.close();
    WritePolicy { window: window.unwrap_or(default.window), headless: headless.unwrap_or(default.headless) }
}
