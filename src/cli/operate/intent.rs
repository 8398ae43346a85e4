//! Words into what a person wants; what is wrong with them, and what there is instead.

use std::collections::BTreeMap;

use crate::config::did_you_mean;
use crate::operate::catalogue::{self, CATALOGUE, Misgiven};
use crate::operate::{Freeze, OperationSpec};

/// The operation of a name.
pub(super) fn operation(name: &str) -> Result<&'static OperationSpec, String> {
    catalogue::find(name).ok_or_else(|| {
        let names = || CATALOGUE.iter().map(|o| o.name);
        unknown("operation", name, names())
    })
}

/// Parameters by name, defaults filled in.
pub(super) fn parameters(
    operation: &'static OperationSpec,
    words: &[String],
) -> Result<BTreeMap<String, String>, String> {
    let mut values = Vec::new();
    for word in words {
        let Some(value) = word.split_once('=') else {
            return Err(format!("`{word}` is no parameter: write NAME=VALUE; {}", offers(operation)));
        };
        values.push(value);
    }
    operation.given(values).map_err(|wrong| match wrong {
        Misgiven::Unknown(name) => format!("{} has no parameter `{name}`; {}", operation.name, offers(operation)),
        Misgiven::Unfit(parameter, ref value) => format!("`{}={value}`: {wrong}", parameter.name),
        Misgiven::Twice(_) => wrong.to_string(),
        Misgiven::Missing(p) => format!("{} needs `{}=`: {}", operation.name, p.name, p.takes.words()),
        Misgiven::Nothing => format!("{} needs at least one parameter; {}", operation.name, offers(operation)),
    })
}

/// Whether every freeze that a person goes past is one.
pub(super) fn freezes(past: &[String], freezes: &[Freeze]) -> Result<(), String> {
    let known = || freezes.iter().map(|f| f.name.as_str());
    match past.iter().find(|name| !known().any(|k| k == name.as_str())) {
        Some(name) => Err(unknown("freeze", name, known())),
        None => Ok(()),
    }
}

fn offers(operation: &OperationSpec) -> String {
    if operation.parameters.is_empty() {
        return "it has none".to_owned();
    }
    let each = operation.parameters.iter().map(|p| format!("{}= ({})", p.name, p.takes.words()));
    format!("it has {}", each.collect::<Vec<_>>().join(", "))
}

/// There is no such thing: what was meant, or what there is.
pub(super) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let meant = did_you_mean(name, known.iter().copied());
    let hint = match meant {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("the estate file has no {what}"),
        None => format!("there are {}", known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")),
    };
    format!("there is no {what} `{name}`; {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, words: &[&str]) -> Result<Vec<String>, String> {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        let given = parameters(operation(name)?, &words)?;
        Ok(given.into_iter().map(|(k, v)| format!("{k}={v}")).collect())
    }

    #[test]
    fn parameters_are_read_with_their_defaults() {
        assert_eq!(read("workload.scale", &["replicas=0"]).unwrap(), ["replicas=0"]);
        assert_eq!(
            read("node.drain", &["timeout=60", "local-data=true"]).unwrap(),
            ["bare-pods=false", "local-data=true", "timeout=60"]
        );
        assert!(read("workload.restart", &[]).unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_says_what_there_is() {
        let table: [(&str, &[&str], &str); 9] = [
            ("workload.scal", &[], "did you mean `workload.scale`?"),
            ("teleport", &[], "there are `workload.scale`, `namespace.scale`"),
            ("workload.scale", &[], "needs `replicas=`: a whole number"),
            ("workload.scale", &["replicas=-1"], "replicas takes a whole number from 0"),
            ("workload.scale", &["replicas=1", "replicas=2"], "given twice"),
            ("workload.scale", &["3"], "write NAME=VALUE; it has replicas="),
            ("workload.scale", &["replica=3"], "has no parameter `replica`; it has replicas="),
            ("workload.restart", &["x=1"], "it has none"),
            ("autoscaler.bounds", &[], "at least one parameter"),
        ];
        for (name, words, expected) in table {
            let said = read(name, words).unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }
}
