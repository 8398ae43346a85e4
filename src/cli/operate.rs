//! `quarterdeck operate list`: what can be done to the estate.

use super::Exit;
use super::args::{Format, Operate};
use super::output::{columns, print_json, print_text};
use crate::operate::catalogue::{Parameter, listed};

/// `quarterdeck operate …`
pub(super) fn run(command: &Operate) -> Exit {
    let Operate::List { format } = command;
    match format {
        Format::Json => print_json(&listed()),
        Format::Table => {
            let mut rows = vec![["operation", "target", "parameters", "danger", ""].map(str::to_owned)];
            rows.extend(listed().iter().map(|o| {
                let parameters = o.parameters.iter().map(written).collect::<Vec<_>>().join(" ");
                [o.name.to_owned(), o.target.to_owned(), parameters, o.danger.word().to_owned(), o.doc.to_owned()]
            }));
            print_text(&columns(&rows))
        }
    }
}

/// A parameter as it is typed: `name`, or `name=default`.
fn written(parameter: &Parameter) -> String {
    match parameter.default {
        Some(default) => format!("{}={default}", parameter.name),
        None => parameter.name.to_owned(),
    }
}
