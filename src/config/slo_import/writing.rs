//! SLOs as sections of the estate file.

use std::fmt::Write as _;

use super::{Events, Metric, Slo};
use crate::gate;

/// The sections, one after the other, each with the line of the file that it comes from.
pub(super) fn sections(file: &str, slos: &[Slo], lines: &[usize]) -> String {
    let sections: Vec<String> = slos.iter().zip(lines).map(|(slo, line)| section(file, slo, *line)).collect();
    sections.join("\n")
}

/// One of them.
pub(super) fn section(file: &str, slo: &Slo, line: usize) -> String {
    let mut out = format!("# {}:{line}\n", gate::visible(file));
    for line in slo.about.iter().flat_map(|about| about.lines()) {
        put(&mut out, &format!("# {}", gate::visible(line)));
    }
    out.push_str("[[slo]]\n");
    put(&mut out, &format!("name = {}", text(&slo.name)));
    put(&mut out, &format!("service = {}", text(&slo.service)));
    put(&mut out, &format!("objective = {}", slo.objective));
    put(&mut out, &format!("window = {}", text(&slo.window)));
    match &slo.events {
        Events::Prometheus { url, counted, events, total } => {
            out.push_str("[slo.sli.prometheus]\n");
            put(&mut out, &format!("url = {}", text(url)));
            put(&mut out, &format!("{counted} = {}", text(events)));
            put(&mut out, &format!("total = {}", text(total)));
        }
        Events::CloudWatch { account, region, counted, events, total } => {
            out.push_str("[slo.sli.cloudwatch]\n");
            put(&mut out, &format!("account = {}", text(account)));
            put(&mut out, &format!("region = {}", text(region)));
            put(&mut out, &format!("{counted} = {}", metric(events)));
            put(&mut out, &format!("total = {}", metric(total)));
        }
    }
    out
}

fn put(out: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", line.trim_end());
}

fn metric(metric: &Metric) -> String {
    let mut parts =
        vec![format!("namespace = {}", text(&metric.namespace)), format!("metric = {}", text(&metric.name))];
    parts.extend(metric.stat.as_ref().map(|stat| format!("stat = {}", text(stat))));
    if !metric.dimensions.is_empty() {
        let listed: Vec<String> =
            metric.dimensions.iter().map(|(name, value)| format!("{} = {}", text(name), text(value))).collect();
        parts.push(format!("dimensions = {{ {} }}", listed.join(", ")));
    }
    format!("{{ {} }}", parts.join(", "))
}

/// Text as a TOML string: plain where it can be, literal where quotes stand in it, over several lines where it has them.
pub(super) fn text(text: &str) -> String {
    let controls = text.chars().any(|c| c != '\n' && (gate::is_unsafe(c) || c.is_control()));
    let lines = text.contains('\n');
    if !controls && lines && !text.contains("'''") && !text.ends_with('\'') {
        return format!("'''\n{text}'''");
    }
    if !controls && !lines && text.contains(['"', '\\']) && !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if gate::is_unsafe(c) || c.is_control() => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(written: &str) -> String {
        let table: toml::Table = written.parse().unwrap_or_else(|e| panic!("{written}: {e}"));
        table["x"].as_str().unwrap().to_owned()
    }

    #[test]
    fn quotes_are_chosen_for_people() {
        assert_eq!(text("checkout"), "\"checkout\"");
        assert_eq!(text("sum(x{a=\"b\"})"), "'sum(x{a=\"b\"})'");
        assert_eq!(text("a\n/\n\"b\""), "'''\na\n/\n\"b\"'''");
        assert_eq!(text("it's \"x\""), "\"it's \\\"x\\\"\"");
        assert_eq!(text("\u{202e}"), "\"\\U0000202E\"");
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_back(original in "\\PC{0,30}|['\"\\\\\n\t\r\u{1b}\u{85}\u{202e}a]{0,12}") {
            let written = text(&original);
            assert!(!written.chars().any(|c| c != '\n' && gate::is_unsafe(c)));
            assert_eq!(back(&format!("x = {written}")), original);
        }
    }
}
