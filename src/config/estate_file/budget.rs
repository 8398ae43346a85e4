//! `[[budget]]`.

use super::super::reading::{Section, Wrong};
use super::super::value;
use super::names::Names;
use crate::estate::DeclaredBudget;

pub(super) fn read(section: &Section<'_>, names: &mut Names<'_>, accounts: &Names<'_>) -> DeclaredBudget {
    let name = names.claim(section);
    let account = section.required("account", |v| accounts.refer(v));
    let budget = section.optional("budget", value::text);
    let limit_usd = section.optional("limit_usd", value::positive);
    let findings = section.findings();
    match (section.has("budget"), section.has("limit_usd")) {
        (true, true) => findings.report(
            section.span_of("limit_usd"),
            Wrong::new("a budget has one limit", "`budget` has a limit of its own")
                .help("leave `limit_usd` out to take the AWS Budget's limit, or `budget` to use Cost Explorer alone"),
        ),
        (false, false) => findings.report_unless_broken(
            section.span(),
            Wrong::new("this budget has no limit", "`budget` or `limit_usd` is needed here")
                .help("name the AWS Budget, or give `limit_usd` to use Cost Explorer alone"),
        ),
        _ => {}
    }
    let thresholds = thresholds(section);
    section.close();
    DeclaredBudget { name, account, budget, limit_usd, thresholds }
}

/// Percent of the limit, ascending.
fn thresholds(section: &Section<'_>) -> Option<Vec<f64>> {
    let listed = section.list("thresholds", value::positive)?;
    if section.is_empty_list("thresholds") {
        let wrong = Wrong::new("a budget without thresholds never warns", "percent of the limit, such as [80, 100]");
        let help = "leave `thresholds` out to take the AWS Budget's own notifications";
        section.findings().report(section.span_of("thresholds"), wrong.help(help));
    }
    for pair in listed.windows(2) {
        if let [(lower, _), (higher, span)] = pair
            && higher <= lower
        {
            let wrong = Wrong::new("thresholds must ascend", format!("more than {lower}"));
            section.findings().report(span.clone(), wrong);
        }
    }
    Some(listed.into_iter().map(|(threshold, _)| threshold).collect())
}
