//! The proof of a section: it is read as the estate file would read it, before anybody is given it.

use std::path::Path;

use super::{Events, Slo, writing};
use crate::config::estate_file::{Around, parse};

/// Why the estate file would not take an SLO, in its own words; nothing where it would.
///
/// An SLO may stand in no estate file for reasons that nobody foresaw here: a name too long, a statistic unknown to CloudWatch.
pub(super) fn refused(slo: &Slo) -> Option<String> {
    let account = match &slo.events {
        Events::CloudWatch { account, region, .. } => {
            let (account, region) = (writing::text(account), writing::text(region));
            format!("[[account]]\nname = {account}\nid = \"000000000000\"\nenvironment = \"x\"\nregions = [{region}]\n")
        }
        Events::Prometheus { .. } => String::new(),
    };
    let text = format!("[estate]\nname = \"x\"\n{account}{}", writing::section("", slo, 0));
    let wrong = parse("", text.as_bytes(), Around { home: None, folder: Path::new("/") }).err()?;
    let first = wrong.list().first()?;
    let line = text.lines().nth(wrong.place(first.span.start).0 - 1).unwrap_or_default();
    Some(format!("its `{line}` would not load: {}, {}", first.message, first.label))
}
