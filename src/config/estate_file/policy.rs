//! `[policy]`: when things are in order, and what may be done.

mod alerts;
mod freeze;
pub(super) mod severity;

use std::time::Duration;

use super::super::reading::{Section, Wrong};
use super::super::value;
use super::names::Names;
use crate::judge::Policy;
use crate::operate::{Freeze, WritePolicy};
use severity::SeverityRule;

/// Longer than a shift, a write window is no window.
const LONGEST_WINDOW_S: u64 = 12 * 3_600;

/// Everything that `[policy]` says.
#[derive(Default)]
pub(super) struct WholePolicy {
    pub(super) policy: Policy,
    pub(super) writes: WritePolicy,
    pub(super) freezes: Vec<Freeze>,
    pub(super) severities: Vec<SeverityRule>,
}

pub(super) fn read(section: Option<Section<'_>>, accounts: &Names<'_>) -> WholePolicy {
    let Some(section) = section else { return WholePolicy::default() };
    let alerts = section.section("alerts").map(|s| alerts::read(&s)).unwrap_or_default();
    let severities = section.section("severity").map(|s| severity::read(&s)).unwrap_or_default();
    let writes = section.section("writes").map(|s| writes(&s)).unwrap_or_default();
    let mut names = Names::new("freeze", section.findings());
    let freezes = section.sections("freeze").iter().filter_map(|s| freeze::read(s, &mut names, accounts)).collect();
    let spend_cap_usd_per_day = section.section("spend").and_then(|spend| {
        let cap = spend.optional("cap_usd_per_day", value::not_negative);
        spend.close();
        cap
    });
    section.close();
    WholePolicy { policy: Policy { alerts, spend_cap_usd_per_day }, writes, freezes, severities }
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
