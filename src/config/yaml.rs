//! YAML as a tree in which everything knows its place; for the files of other tools, which we read and never write.
//!
//! Every scalar is text: what it means is said by whoever asks for it, so that `on`, `1e3` and `0777` stay what they are.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span};

use super::Diagnostics;

/// How deep lists and mappings may lie within each other; files of people stay far below.
const DEEPEST: usize = 64;

/// How many values a file may come to, aliases counted as often as they are used.
const MOST: usize = 200_000;

/// One value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// The place, in bytes of the text.
    pub(super) span: Range<usize>,
    /// What stands there.
    pub(super) value: Value,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing: an empty value, `~` or `null`.
    Null,
    /// Text, a number, true or false.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the file's order; keys are text and stand once.
    Map(Vec<Entry>),
}

/// One key of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// The key's place.
    pub(super) span: Range<usize>,
    /// Its value.
    pub(super) node: Node,
}

impl Value {
    /// What it is, in words.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Scalar(_) => "text or a number",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// The documents of a file.
///
/// # Errors
/// The text is no YAML: where, and what was expected there.
pub(super) fn parse(file: &str, text: &str) -> Result<Vec<Node>, Diagnostics> {
    let mut reader = Reader {
        places: Places::new(text),
        events: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        depth: 0,
        values: 0,
    };
    reader.documents().map_err(|fault| {
        let mut diagnostics = Diagnostics::new(file, text);
        diagnostics.report(fault.span, fault.message, fault.expected);
        diagnostics
    })
}

/// What is wrong with the text.
struct Fault {
    span: Range<usize>,
    message: &'static str,
    expected: String,
}

impl Fault {
    fn new(span: Range<usize>, message: &'static str, expected: impl Into<String>) -> Self {
        Self { span, message, expected: expected.into() }
    }
}

struct Reader<'t> {
    places: Places<'t>,
    events: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: BTreeMap<usize, (Node, usize)>,
    depth: usize,
    values: usize,
}

impl<'t> Reader<'t> {
    fn documents(&mut self) -> Result<Vec<Node>, Fault> {
        let mut documents = Vec::new();
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(documents),
                (Event::DocumentStart(_), _) => {
                    let first = self.next()?;
                    documents.push(self.node(first)?);
                    self.anchors.clear();
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Range<usize>), Fault> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, self.places.range(&span))),
            Some(Err(error)) => Err(self.broken(&error)),
            None => Ok((Event::StreamEnd, 0..0)),
        }
    }

    fn broken(&self, error: &ScanError) -> Fault {
        let at = self.places.byte(error.marker());
        Fault::new(at..at, "this is not valid YAML", error.info())
    }

    fn node(&mut self, (event, span): (Event<'t>, Range<usize>)) -> Result<Node, Fault> {
        self.values += 1;
        if self.values > MOST {
            let expected = format!("{MOST} values at most, aliases counted as often as they are used");
            return Err(Fault::new(span, "this file comes to too much", expected));
        }
        let counted = self.values;
        let (value, anchor, end) = match event {
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(Fault::new(span, "this alias points into itself", "a value that is complete"));
                };
                self.values = self.values.saturating_add(size);
                return Ok(Node { span, value: node.value });
            }
            Event::Scalar(text, style, anchor, _) => (scalar(text.into_owned(), style), anchor, span.end),
            Event::SequenceStart(anchor, _) => {
                let (items, end) = self.list(&span)?;
                (Value::List(items), anchor, end)
            }
            Event::MappingStart(anchor, _) => {
                let (entries, end) = self.map(&span)?;
                (Value::Map(entries), anchor, end)
            }
            _ => return Ok(Node { span, value: Value::Null }),
        };
        let node = Node { span: span.start..end.max(span.start), value };
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), self.values - counted));
        }
        Ok(node)
    }

    fn descend(&mut self, span: &Range<usize>) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::new(span.clone(), "this lies too deep", format!("{DEEPEST} levels at most")));
        }
        Ok(())
    }

    fn list(&mut self, span: &Range<usize>) -> Result<(Vec<Node>, usize), Fault> {
        self.descend(span)?;
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, end) => {
                    self.depth -= 1;
                    let end = items.last().map_or(end.end, |last: &Node| last.span.end);
                    return Ok((items, end));
                }
                item => items.push(self.node(item)?),
            }
        }
    }

    fn map(&mut self, span: &Range<usize>) -> Result<(Vec<Entry>, usize), Fault> {
        self.descend(span)?;
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd | Event::StreamEnd, end) => {
                    self.depth -= 1;
                    let end = entries.last().map_or(end.end, |last| last.node.span.end);
                    return Ok((entries, end));
                }
                key => self.node(key)?,
            };
            let Value::Scalar(name) = key.value else {
                return Err(Fault::new(key.span, "a key must be text", format!("text, not {}", key.value.word())));
            };
            if entries.iter().any(|entry| entry.key == name) {
                return Err(Fault::new(key.span, "this key stands twice", "a key that is not there yet"));
            }
            let value = self.next()?;
            let node = self.node(value)?;
            entries.push(Entry { key: name, span: key.span, node });
        }
    }
}

fn scalar(text: String, style: ScalarStyle) -> Value {
    let empty = matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL");
    if style == ScalarStyle::Plain && empty { Value::Null } else { Value::Scalar(text) }
}

/// From lines and columns to bytes.
struct Places<'t> {
    text: &'t str,
    lines: Vec<usize>,
}

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, lines }
    }

    fn byte(&self, marker: &Marker) -> usize {
        let Some(&start) = self.lines.get(marker.line().saturating_sub(1)) else { return self.text.len() };
        let rest = &self.text[start..];
        start + rest.char_indices().nth(marker.col()).map_or(rest.len(), |(at, _)| at)
    }

    fn range(&self, span: &Span) -> Range<usize> {
        let start = self.byte(&span.start);
        start..self.byte(&span.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Value {
        parse("x.yaml", text).unwrap().remove(0).value
    }

    fn wrong(text: &str) -> (String, usize) {
        let wrong = parse("x.yaml", text).expect_err(text);
        let first = wrong.list()[0].clone();
        (first.message, wrong.place(first.span.start).0)
    }

    #[test]
    fn everything_knows_its_place() {
        let text = "# é\na: é\nb:\n  - 1\n  - \"two\"\n---\nc: |\n  x\n  y\n";
        let documents = parse("x.yaml", text).unwrap();
        assert_eq!(documents.len(), 2);
        let Value::Map(entries) = &documents[0].value else { panic!("no mapping") };
        assert_eq!(&text[entries[0].node.span.clone()], "é");
        let Value::List(items) = &entries[1].node.value else { panic!("no list") };
        assert_eq!(&text[items[1].span.clone()], "\"two\"");
        let Value::Map(entries) = &documents[1].value else { panic!("no mapping") };
        assert_eq!(entries[0].node.value, Value::Scalar("x\ny\n".into()));
        assert_eq!(&text[entries[0].span.clone()], "c");
    }

    #[test]
    fn nothing_is_guessed() {
        for (text, expected) in [
            ("0.999", Value::Scalar("0.999".into())),
            ("on", Value::Scalar("on".into())),
            ("\"\"", Value::Scalar(String::new())),
            ("~", Value::Null),
            ("'null'", Value::Scalar("null".into())),
        ] {
            assert_eq!(one(text), expected, "{text}");
        }
    }

    #[test]
    fn aliases_are_what_they_point_at() {
        let Value::Map(entries) = one("a: &x [1, 2]\nb: *x\n") else { panic!("no mapping") };
        assert_eq!(entries[0].node.value, entries[1].node.value);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        assert_eq!(wrong("a: 1\nb: [1, 2\n").0, "this is not valid YAML");
        assert_eq!(wrong("a: 1\na: 2\n"), ("this key stands twice".into(), 2));
        assert_eq!(wrong("? [a]\n: 1\n"), ("a key must be text".into(), 1));
        assert_eq!(wrong(&"[".repeat(100)).0, "this lies too deep");
        assert_eq!(wrong("a:\n\tb: 1\n").1, 2);
    }

    #[test]
    fn a_file_that_multiplies_itself_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            let before = format!("*a{},", n - 1);
            text.push_str(&["a", &n.to_string(), ": &a", &n.to_string(), " [", &before.repeat(9), "]\n"].concat());
        }
        assert_eq!(wrong(&text).0, "this file comes to too much");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_tree_or_a_place_within_it(text in "[-:a-c \\n\\[\\]{}&*|>\"'#é\\t]{0,60}") {
            match parse("x.yaml", &text) {
                Ok(documents) => documents.iter().for_each(|d| assert!(text.get(d.span.clone()).is_some())),
                Err(wrong) => assert!(!wrong.to_string().is_empty()),
            }
        }
    }
}
