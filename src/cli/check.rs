//! `quarterdeck check`: proves every file, identity and permission, row by row, and says what to do about each failure.

mod files;
mod slos;
mod sources;

use super::output::{complain, complain_plain, print_text};
use super::{Context, Exit, runtime};
use crate::config::{self, ConfigError};
use crate::gate;

/// What was proven of one thing: in words, or why not and what to do.
pub(super) type Row = (String, Result<String, String>);

/// Rows about one file, account, cluster or server.
pub(super) struct Group {
    /// What they are about.
    pub(super) title: String,
    /// The rows.
    pub(super) rows: Vec<Row>,
}

/// Runs every proof; 0 when all will work, else 3. A wrong estate file ends it at once: there is nothing to prove.
pub(super) fn run(context: &Context) -> Exit {
    let (files, spent_today) = files::group(context);
    let mut groups = vec![files];
    let (declared, cap) = match config::load_estate(&context.places, context.estate_flag()) {
        Ok(file) => (file.declared, file.policy.spend_cap_usd_per_day),
        Err(error) => {
            print_text(&table(&groups));
            return match error {
                ConfigError::Wrong(diagnostics) => complain_plain(&diagnostics.render(context.look), Exit::Config),
                error => complain(&error.to_string(), Exit::Config),
            };
        }
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(e) => return complain(&format!("cannot start: {e}"), Exit::Failed),
    };
    groups.extend(sources::spending(&declared, cap, spent_today));
    let proven = runtime.block_on(async {
        let (sources, slos) = tokio::join!(sources::groups(&declared), slos::group(context, &declared));
        sources.into_iter().chain(slos)
    });
    groups.extend(proven);
    runtime.shutdown_background();
    let proven = groups.iter().flat_map(|g| &g.rows).all(|(_, outcome)| outcome.is_ok());
    match print_text(&table(&groups)) {
        Exit::Ok if proven => Exit::Ok,
        Exit::Ok => Exit::Unproven,
        failed => failed,
    }
}

/// The rows as text: a word and a glyph for each, and under a failure what to do.
fn table(groups: &[Group]) -> String {
    let mut out = String::new();
    let rows = || groups.iter().flat_map(|g| &g.rows);
    let widest = rows().map(|(what, _)| gate::width(&gate::visible(what))).max().unwrap_or(0);
    for group in groups {
        out.push_str(&gate::visible(&group.title));
        out.push('\n');
        for (what, outcome) in &group.rows {
            let what = gate::visible(what);
            let gap = " ".repeat(widest - gate::width(&what));
            let (sign, words) = match outcome {
                Ok(words) => ("● ok    ", words),
                Err(words) => ("▲ fails ", words),
            };
            let line = format!("  {sign} {what}{gap}  {}", gate::visible(words));
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    let failed = rows().filter(|(_, outcome)| outcome.is_err()).count();
    let proven = match failed {
        0 => "all".to_owned(),
        n => format!("{n} of"),
    };
    let verdict = if failed == 0 { "will work" } else { "will not work" };
    out + &format!("{proven} {} {verdict}\n", rows().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_line_up_and_failures_are_counted() {
        let groups = [Group {
            title: "account production\u{1b}[2J".into(),
            rows: vec![
                ("identity".into(), Ok("STS says 111122223333".into())),
                ("eks:DescribeCluster".into(), Err("AccessDenied: allow eks:DescribeCluster".into())),
            ],
        }];
        assert_eq!(
            table(&groups),
            "account production␛[2J\n\
             \x20 ● ok     identity             STS says 111122223333\n\
             \x20 ▲ fails  eks:DescribeCluster  AccessDenied: allow eks:DescribeCluster\n\
             1 of 2 will not work\n"
        );
    }
}
