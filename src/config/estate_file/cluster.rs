//! `[[cluster]]`.

use super::super::reading::{Reading, Section, Value, Wrong};
use super::super::value;
use super::account::distinct;
use super::{Around, Known};
use crate::estate::DeclaredCluster;
use crate::estate::declared::rfc1123::is_label;

pub(super) fn read(section: &Section<'_>, known: &mut Known<'_>, around: Around<'_>) -> DeclaredCluster {
    let name = known.clusters.claim(section);
    let account = section.optional("account", |v| known.accounts.refer(v));
    let region = section.optional("region", value::region);
    let eks = section.optional("eks", value::text);
    let context = section.optional("context", value::text);
    let kubeconfig = section.optional("kubeconfig", |v| path(v, around));
    let namespaces = namespaces(section);
    entrances(section);
    section.close();
    let eks = account.as_ref().map(|_| eks.unwrap_or_else(|| name.clone()));
    DeclaredCluster { name, account, region, eks, context, kubeconfig, namespaces }
}

/// A cluster is entered by a context, or by its EKS endpoint, which needs account and region.
fn entrances(section: &Section<'_>) {
    let findings = section.findings();
    match (section.has("account"), section.has("region"), section.has("context")) {
        (true, false, true) => findings.report_unless_broken(
            section.span(),
            Wrong::new("a cluster of an account needs its `region`", "`region` is needed here")
                .help("EKS is asked for the cluster's endpoint, so that the context is proven to be that cluster"),
        ),
        (_, _, true) | (true, true, false) => {}
        (account, region, false) => {
            let lacking = match (account, region) {
                (true, _) => "`region`",
                (_, true) => "`account`",
                _ => "`context`, or `account` and `region`",
            };
            findings.report_unless_broken(
                section.span(),
                Wrong::new("there is no way into this cluster", format!("{lacking} is needed here")).help(
                    "give account and region (the EKS endpoint and an STS token), or the context of a kubeconfig",
                ),
            );
        }
    }
    if section.has("eks") && !section.has("account") {
        let wrong = Wrong::new("an EKS cluster lies in an account", "`account` is needed beside it");
        findings.report_unless_broken(section.span_of("eks"), wrong);
    }
    if section.has("kubeconfig") && !section.has("context") {
        let wrong = Wrong::new("a kubeconfig is only used with a context", "`context` is needed beside it");
        let help = "name the context (kubectl config get-contexts), or leave `kubeconfig` out";
        findings.report_unless_broken(section.span_of("kubeconfig"), wrong.help(help));
    }
}

/// `namespaces`: all where it is left out.
pub(super) fn namespaces(section: &Section<'_>) -> Vec<String> {
    let Some(listed) = section.list("namespaces", namespace) else { return Vec::new() };
    if section.is_empty_list("namespaces") {
        let wrong = Wrong::new("no namespace at all would be shown", "at least one namespace");
        section.findings().report(section.span_of("namespaces"), wrong.help("leave `namespaces` out to show all"));
    }
    distinct(section, "namespaces", listed)
}

/// A namespace's name, as Kubernetes takes it: an RFC 1123 label.
pub(super) fn namespace(value: Value<'_>) -> Reading<String> {
    let text = value::string(value)?;
    if is_label(&text) {
        return Ok(text);
    }
    let wrong = Wrong::new(format!("`{text}` cannot be a namespace"), "lower case letters, digits and -, 63 at most");
    Err(if text == "*" { wrong.help("leave `namespaces` out to show all") } else { wrong })
}

fn path(value: Value<'_>, around: Around<'_>) -> Reading<std::path::PathBuf> {
    let text = value::text(value)?;
    around.path(&text).ok_or_else(|| Wrong::new("there is no home directory for `~`", "a whole path"))
}
