//! `[[account]]`.

use super::super::reading::{Section, Wrong};
use super::super::value;
use super::names::Names;
use crate::estate::DeclaredAccount;

pub(super) fn read(section: &Section<'_>, names: &mut Names<'_>) -> DeclaredAccount {
    let name = names.claim(section);
    let id = section.required("id", value::account_id);
    let environment = section.required("environment", value::text);
    let regions = match section.list("regions", value::region) {
        Some(regions) => distinct(section, "regions", regions),
        None => section.required("regions", |_| Ok(Vec::new())),
    };
    if section.is_empty_list("regions") {
        let wrong = Wrong::new("an account without a region shows nothing", "at least one region");
        section.findings().report(section.span_of("regions"), wrong);
    }
    let profile = section.optional("profile", value::text);
    let role_arn = role(section, "role_arn", &id);
    let operate_role_arn = role(section, "operate_role_arn", &id);
    let production = ["production", "prod"].iter().any(|p| environment.eq_ignore_ascii_case(p));
    let guarded = section.optional("guarded", value::boolean).unwrap_or(production);
    section.close();
    DeclaredAccount { name, id, environment, regions, profile, role_arn, operate_role_arn, guarded }
}

/// A role of the account itself: one of another account would make STS say another id, and the account refused.
fn role(section: &Section<'_>, key: &'static str, id: &str) -> Option<String> {
    section.optional(key, |value| {
        let arn = value::role_arn(value)?;
        let of = arn.split(':').nth(4).unwrap_or_default();
        if id.is_empty() || of == id {
            return Ok(arn);
        }
        Err(Wrong::new(format!("this role is of account {of}, not of {id}"), format!("a role of account {id}"))
            .help("the console shows an account only when STS says its id; put the right id or the right role"))
    })
}

/// The values of a list, each of which may stand there once.
pub(super) fn distinct(section: &Section<'_>, key: &str, values: Vec<(String, std::ops::Range<usize>)>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(values.len());
    for (value, span) in values {
        if out.contains(&value) {
            let wrong = Wrong::new(format!("`{value}` stands twice in `{key}`"), "once is enough");
            section.findings().report(span, wrong);
        } else {
            out.push(value);
        }
    }
    out
}
