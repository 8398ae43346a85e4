//! `quarterdeck`: the console on the estate file.

use super::operate;
use super::output::print_text;
use super::real::{self, Real};
use super::screen::{self, Screen};
use super::{Context, Exit};
use crate::config::ConfigError;

/// Runs the console on the estate that the team declared.
pub(super) fn run(context: &Context) -> Exit {
    screen::run(
        || {
            let Real { rigging, file, recalled, writer, notices } = real::rig(context).map_err(|e| match e {
                // Whoever starts it for the first time has made no mistake.
                ConfigError::NoEstate { .. } => print_text(&real::beginning(&e)),
                _ => real::explain(&e, context),
            })?;
            let operator = Some(operate::operator(&file, context));
            Ok(Screen {
                rigging,
                policy: file.policy,
                writes: file.writes,
                operator,
                history: recalled.history,
                spent_today_usd: recalled.spent_today_usd,
                demo: None,
                writer,
                notices,
            })
        },
        context,
    )
}
