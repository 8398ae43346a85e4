//! `quarterdeck status`: one look, without a screen.

pub mod document;

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use super::args::{Format, Status};
use super::output::{complain, print_json, print_text};
use super::real::{self, Real};
use super::{Context, Exit, LAST_WRITING, drive, operate};
use crate::judge::judge;

/// Looks until every source has answered or failed, prints, and ends with the level.
pub(super) fn run(status: &Status, context: &Context) -> Exit {
    drive(look(status, context)).unwrap_or_else(|exit| exit)
}

async fn look(status: &Status, context: &Context) -> Exit {
    let Real { mut rigging, file, mut recalled, writer, notices } = match real::rig(context) {
        Ok(real) => real,
        Err(e) => return real::explain(&e, context),
    };
    for notice in notices {
        complain(&notice, Exit::Ok);
    }
    rigging.start();
    let deadline = Instant::now() + Duration::from_secs_f64(status.wait);
    let cap = file.policy.spend_cap_usd_per_day;
    let looking = async {
        while !rigging.estate.settled() {
            let Ok(Some(observation)) = timeout_at(deadline, rigging.observations.recv()).await else { break };
            rigging.estate.apply(observation);
            let capped = cap.is_some_and(|cap| rigging.purse.spent_usd(Timestamp::now()) >= cap);
            rigging.may_spend.send_if_modified(|may| std::mem::replace(may, !capped) == capped);
        }
    };
    let settling = operate::settle_before(&file.declared, context, Duration::from_secs_f64(status.wait));
    tokio::join!(looking, settling);
    rigging.estate.explain_waiting(&format!("has not answered within {} s", status.wait));
    let now = Timestamp::now();
    // One look says what is now; it does not wait to see whether what has ended stays so.
    recalled.history = recalled.history.glance();
    let judgement = judge(&rigging.estate, &recalled.history, &file.policy, now);
    recalled.history.learn(&judgement, now);
    if let Some(writer) = writer {
        writer.remember(rigging.estate.memory());
        rigging.estate.pass_time(now);
        writer.chronicle(rigging.estate.histories(), now);
        writer.learn(recalled.history);
        // What was sent and not answered in time may be charged as well.
        writer.spend(now, rigging.purse.spent_usd(now), recalled.spent_today_usd);
        writer.close(LAST_WRITING);
    }
    let exit = Exit::Level(judgement.level);
    let document = document::document(&rigging.estate, &judgement, now);
    let printed = match status.format {
        Format::Json => print_json(&document),
        Format::Table => print_text(&document.table()),
    };
    if printed == Exit::Ok { exit } else { printed }
}
