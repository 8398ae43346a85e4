//! From a `PromQL` query of another tool to one that counts events over `{{.window}}`.
//!
//! Burn is a ratio, so a rate of bad events over a rate of all says the same as their counts; but whether there was enough
//! traffic to say anything is a matter of counts. Over one window an increase is a rate times the window's length, so in
//! an expression that is linear in its rates each `rate` may become an `increase`.

/// What is replaced by a window.
pub(super) const WINDOW: &str = "{{.window}}";

/// Calls that are linear in their argument, and words that are followed by a bracket and are no calls.
const LINEAR: [&str; 12] = [
    "sum",
    "rate",
    "increase",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "label_replace",
    "or",
    "vector",
];

/// A query as the estate file can have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counting {
    /// It counts over `{{.window}}`.
    pub(super) query: String,
    /// What was changed, in words; none where it stands as it was.
    pub(super) changed: Option<String>,
    /// It still gives a rate: the share is right, the number of events is not.
    pub(super) rate: bool,
}

/// The query that counts what this one counts, or why there is none. `counter`: the query names a counter that only
/// rises, rather than what happened in a while.
pub(super) fn counting(query: &str, counter: bool) -> Result<Counting, &'static str> {
    let query = query.trim().replace("{{ .window }}", WINDOW);
    let tokens = tokens(&query);
    let own = format!("[{WINDOW}]");
    let ranges: Vec<&str> = tokens.iter().filter(|t| t.kind == Kind::Range).map(|t| t.text).collect();
    if ranges.iter().any(|range| range.contains(WINDOW)) {
        return Ok(match increases(&tokens, &own) {
            Linear::NoRate => Counting { query, changed: None, rate: false },
            Linear::Yes(query) => {
                let changed = Some("`rate` became `increase`: events are counted".to_owned());
                Counting { query, changed, rate: false }
            }
            Linear::No => Counting { query, changed: None, rate: true },
        });
    }
    if let Some(first) = ranges.first() {
        if ranges.iter().any(|range| range != first) || first.contains(':') {
            return Err("its ranges are fixed and differ; write each as [{{.window}}]");
        }
        return match increases(&tokens, first) {
            Linear::Yes(query) => {
                let changed =
                    format!("`rate(…{first})` became `increase(…{own})`: events are counted over each window");
                Ok(Counting { query: query.replace(first, &own), changed: Some(changed), rate: false })
            }
            _ => Err("its range is fixed; write it as [{{.window}}]"),
        };
    }
    if counter && let Some(query) = of_counter(&tokens) {
        return Ok(Counting { query, changed: Some("the counter's increase is counted".to_owned()), rate: false });
    }
    Err("it does not know its window; write increase(…[{{.window}}])")
}

/// Whether rates may become increases.
enum Linear {
    NoRate,
    Yes(String),
    No,
}

fn increases(tokens: &[Token<'_>], range: &str) -> Linear {
    let calls: Vec<&str> = tokens
        .windows(2)
        .filter(|pair| pair[0].kind == Kind::Word && pair[1].text == "(")
        .map(|pair| pair[0].text)
        .collect();
    let lower = |call: &&str| call.to_ascii_lowercase();
    if !calls.iter().any(|call| lower(call) == "rate") {
        return if calls.iter().any(|call| matches!(lower(call).as_str(), "irate" | "deriv")) {
            Linear::No
        } else {
            Linear::NoRate
        };
    }
    let all_linear = calls.iter().all(|call| LINEAR.contains(&lower(call).as_str()));
    // A constant beside a rate would not grow with it, but for nothing at all.
    let constants = tokens.windows(4).filter(|t| t[0].text.eq_ignore_ascii_case("vector")).all(|t| t[2].text == "0");
    let compared = tokens.iter().any(|t| t.kind == Kind::Other && matches!(t.text, "<" | ">" | "=" | "!" | "^" | "%"));
    let multiplied = tokens.iter().any(|t| t.kind == Kind::Other && matches!(t.text, "*" | "/"));
    let ranges = tokens.iter().filter(|t| t.kind == Kind::Range).all(|t| t.text == range);
    if !all_linear || !constants || compared || multiplied || !ranges || calls.iter().any(|c| lower(c) == "increase") {
        return Linear::No;
    }
    let rewritten = tokens.windows(2).map(|pair| {
        let call = pair[0].text.eq_ignore_ascii_case("rate") && pair[1].text == "(";
        let text = if call { "increase" } else { pair[0].text };
        [pair[0].blank, text].concat()
    });
    let last = tokens.last().map(|t| [t.blank, t.text].concat());
    Linear::Yes(rewritten.chain(last).collect())
}

/// `x{…}` or `sum(x{…})` of a counter, as its increase.
fn of_counter(tokens: &[Token<'_>]) -> Option<String> {
    let selector = match tokens {
        [sum, open, inner @ .., close]
            if sum.text.eq_ignore_ascii_case("sum") && open.text == "(" && close.text == ")" =>
        {
            inner
        }
        all => all,
    };
    let selector = match selector {
        [name] if name.kind == Kind::Word => name.text.to_owned(),
        [matchers] if matchers.kind == Kind::Matchers => matchers.text.to_owned(),
        [name, matchers] if name.kind == Kind::Word && matchers.kind == Kind::Matchers => {
            [name.text, matchers.text].concat()
        }
        _ => return None,
    };
    Some(format!("sum(increase({selector}[{WINDOW}]))"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Range,
    Matchers,
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Token<'q> {
    kind: Kind,
    /// The white space before it.
    blank: &'q str,
    text: &'q str,
}

fn tokens(query: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = query;
    loop {
        let trimmed = rest.trim_start();
        let blank = &rest[..rest.len() - trimmed.len()];
        let Some(first) = trimmed.chars().next() else { return tokens };
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.');
        let (kind, length) = match first {
            '[' => (Kind::Range, closed(trimmed, '[', ']')),
            '{' => (Kind::Matchers, closed(trimmed, '{', '}')),
            '"' | '\'' | '`' => (Kind::Other, quoted(trimmed, first)),
            c if word(c) => (Kind::Word, trimmed.find(|c| !word(c)).unwrap_or(trimmed.len())),
            c => (Kind::Other, c.len_utf8()),
        };
        tokens.push(Token { kind, blank, text: &trimmed[..length] });
        rest = &trimmed[length..];
    }
}

/// The length of what a bracket closes, quotes and brackets within passed over.
fn closed(text: &str, open: char, close: char) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '"' | '\'' | '`' => {
                at += quoted(&text[at..], c);
                continue;
            }
            c if c == open => depth += 1,
            c if c == close => depth -= 1,
            _ => {}
        }
        at += c.len_utf8();
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote != '`' {
            escaped = true;
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str, counter: bool) -> (String, bool, bool) {
        let counting = counting(text, counter).unwrap();
        (counting.query, counting.changed.is_some(), counting.rate)
    }

    #[test]
    fn linear_rates_become_increases() {
        for (text, expected) in [
            (
                "sum(rate(x_count{code=~\"(5..|429)\"}[{{.window}}]))",
                "sum(increase(x_count{code=~\"(5..|429)\"}[{{.window}}]))",
            ),
            (
                "sum(rate(x{a=\"rate(\"}[{{ .window }}])) OR on() vector(0)",
                "sum(increase(x{a=\"rate(\"}[{{.window}}])) OR on() vector(0)",
            ),
            (
                "sum by (le) (rate(a[{{.window}}]))\n-\nsum(rate(b[{{.window}}]))",
                "sum by (le) (increase(a[{{.window}}]))\n-\nsum(increase(b[{{.window}}]))",
            ),
            ("sum(rate(x[5m]))", "sum(increase(x[{{.window}}]))"),
        ] {
            assert_eq!(query(text, false), (expected.to_owned(), true, false));
        }
    }

    #[test]
    fn what_counts_already_stays() {
        for text in [
            "sum(increase(x{job=\"a\"}[{{.window}}]))",
            "sum_over_time((count(ratio < 0.75))[{{.window}}:]) OR on() vector(0)",
            "count_over_time(x[{{.window}}])",
        ] {
            assert_eq!(query(text, true), (text.to_owned(), false, false));
        }
    }

    #[test]
    fn rates_that_are_not_linear_stay_rates() {
        for text in [
            "sum(rate(x[{{.window}}])) > 0",
            "sum(rate(x[{{.window}}])) / sum(rate(y[{{.window}}]))",
            "sum(rate(x[{{.window}}])) or vector(1)",
            "max(rate(x[{{.window}}]))",
            "sum(irate(x[{{.window}}]))",
            "sum(rate(x[{{.window}}]) + increase(x[{{.window}}]))",
        ] {
            assert_eq!(query(text, false), (text.to_owned(), false, true));
        }
    }

    #[test]
    fn a_counter_is_counted_by_its_increase() {
        let expected = "sum(increase(http_requests{k8s=\"prod\",code=~\"2xx|4xx\"}[{{.window}}]))";
        let text = "sum(http_requests{k8s=\"prod\",code=~\"2xx|4xx\"})";
        assert_eq!(query(text, true).0, expected);
        assert_eq!(query("http_requests{k8s=\"prod\",code=~\"2xx|4xx\"}", true).0, expected);
        assert_eq!(query("up", true).0, "sum(increase(up[{{.window}}]))");
        assert!(counting(text, false).is_err());
        assert!(counting("sum(a) + sum(b)", true).is_err());
        assert!(counting("sum(rate(a[5m])) + sum(rate(b[1m]))", true).is_err());
        assert!(counting("quantile_over_time(0.9, a[5m])", true).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_whole(text in "[a-z(){}\\[\\]\"'` .5\\\\é-]{0,40}") {
            let joined: String = tokens(&text).iter().flat_map(|t| [t.blank, t.text]).collect();
            assert_eq!(joined.trim_end(), text.trim_end());
            let _ = (counting(&text, true), counting(&text, false));
        }
    }
}
