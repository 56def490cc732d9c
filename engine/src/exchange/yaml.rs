//! YAML read as the JSON that it stands for, with the place of each value.
//!
//! In: a text. Out: its documents as JSON values, and [`Places`]. Aliases are followed as long as what they stand for stays
//! small; tags are passed over, as `CloudFormation`'s are not for a task definition.

use std::borrow::Cow;
use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::{Map, Number, Value};

use super::places::Places;

/// How deep values may lie in each other, aliases followed.
///
/// Assumption: 64; a task definition lies eight deep.
const DEPTH: usize = 64;

/// How many bytes and values aliases may stand for in all.
///
/// Assumption: a million; people spare themselves some kilobytes by them.
const FOLLOWED: usize = 1_000_000;

/// What is wrong, with line and column from 1.
pub(super) type Fault = (usize, usize, String);

/// A value with its depth and its weight: bytes and values in it.
#[derive(Clone)]
struct Node {
    value: Value,
    depth: usize,
    weight: usize,
}

/// A list or an object that is still open.
struct Open {
    path: String,
    anchor: usize,
    depth: usize,
    weight: usize,
    holds: Holds,
}

enum Holds {
    Items(Vec<Value>),
    Fields {
        fields: Map<String, Value>,
        /// The key whose value comes next.
        key: Option<String>,
        /// What `<<` brings, where no key of its own says otherwise.
        merged: Map<String, Value>,
    },
}

#[derive(Default)]
struct Reading {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    documents: Vec<Value>,
    offsets: BTreeMap<String, usize>,
    doubled: Vec<String>,
    followed: usize,
}

/// Reads every document of a text.
pub(super) fn parse(text: &str) -> Result<(Vec<Value>, Places), Fault> {
    let events: Vec<(Event<'_>, Span)> =
        Parser::new_from_str(text).collect::<Result<_, _>>().map_err(|e| scan_fault(&e))?;
    // A document of nothing is what a `---` at the end leaves.
    let is_document = |pair: &&[(Event<'_>, Span)]| match pair {
        [(Event::DocumentStart(..), _), (Event::Scalar(text, ScalarStyle::Plain, ..), _)] => !plain(text).is_null(),
        [(start, _), _] => matches!(start, Event::DocumentStart(..)),
        _ => false,
    };
    let documents = events.windows(2).filter(is_document).count();
    let mut reading = Reading::default();
    for (event, span) in events {
        let start = span.start;
        let root = if documents > 1 { format!("[{}]", reading.documents.len()) } else { String::new() };
        reading
            .take(event, &root, start.byte_offset().unwrap_or(0))
            .map_err(|what| (start.line(), start.col() + 1, what))?;
    }
    Ok((reading.documents, Places::new(text, reading.offsets, reading.doubled)))
}

fn scan_fault(error: &ScanError) -> Fault {
    let mark = error.marker();
    (mark.line(), mark.col() + 1, error.info())
}

/// A plain scalar, as YAML's core schema and JSON agree on it.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match serde_json::from_str::<Number>(text) {
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(text.to_owned()),
        },
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Value {
    if style == ScalarStyle::Plain { plain(&text) } else { Value::String(text.into_owned()) }
}

impl Reading {
    fn take(&mut self, event: Event<'_>, root: &str, offset: usize) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                if self.wants_key() {
                    self.key(text.into_owned());
                    return Ok(());
                }
                self.mark(root, offset);
                let weight = text.len() + 1;
                self.put(Node { value: scalar(text, style), depth: 0, weight }, anchor)
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err("the alias stands within what it stands for".to_owned());
                };
                if self.wants_key() {
                    return Err("expected text for a key, not an alias".to_owned());
                }
                self.followed = self.followed.saturating_add(node.weight);
                if self.followed > FOLLOWED {
                    return Err(format!("the aliases up to here stand for more than {FOLLOWED} bytes"));
                }
                self.mark(root, offset);
                self.put(node, 0)
            }
            Event::SequenceStart(_, anchor, _) => self.start(root, offset, anchor, Holds::Items(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                self.start(root, offset, anchor, Holds::Fields { fields: Map::new(), key: None, merged: Map::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::UnresolvedAlias(_) => Ok(()),
            _ => Err("no such YAML is known".to_owned()),
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { holds: Holds::Fields { key: None, .. }, .. }))
    }

    fn key(&mut self, text: String) {
        let Some(Open { path, holds: Holds::Fields { fields, key, .. }, .. }) = self.open.last_mut() else { return };
        if fields.contains_key(&text) {
            self.doubled.push(join(path, &text));
        }
        *key = Some(text);
    }

    /// The path of the value that comes next.
    fn next_path(&self, root: &str) -> String {
        match self.open.last() {
            None => root.to_owned(),
            Some(Open { path, holds: Holds::Items(items), .. }) => format!("{path}[{}]", items.len()),
            Some(Open { path, holds: Holds::Fields { key, .. }, .. }) => join(path, key.as_deref().unwrap_or_default()),
        }
    }

    fn mark(&mut self, root: &str, offset: usize) {
        let path = self.next_path(root);
        self.offsets.insert(path, offset);
    }

    fn start(&mut self, root: &str, offset: usize, anchor: usize, holds: Holds) -> Result<(), String> {
        if self.wants_key() {
            return Err("expected text for a key".to_owned());
        }
        if self.open.len() >= DEPTH {
            return Err(format!("values lie more than {DEPTH} deep in each other"));
        }
        let path = self.next_path(root);
        self.offsets.insert(path.clone(), offset);
        self.open.push(Open { path, anchor, depth: 0, weight: 1, holds });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(Open { anchor, depth, weight, holds, .. }) = self.open.pop() else { return Ok(()) };
        let value = match holds {
            Holds::Items(items) => Value::Array(items),
            Holds::Fields { mut fields, merged, .. } => {
                for (key, value) in merged {
                    fields.entry(key).or_insert(value);
                }
                Value::Object(fields)
            }
        };
        self.put(Node { value, depth: depth + 1, weight }, anchor)
    }

    /// Puts a whole value where it belongs.
    fn put(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        if self.open.len() + node.depth > DEPTH {
            return Err(format!("values lie more than {DEPTH} deep in each other"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.extend(Some(node.value).filter(|value| !value.is_null()));
            return Ok(());
        };
        open.depth = open.depth.max(node.depth);
        open.weight = open.weight.saturating_add(node.weight);
        match &mut open.holds {
            Holds::Items(items) => items.push(node.value),
            Holds::Fields { fields, key, merged } => match (key.take(), node.value) {
                (Some(key), value) if key == "<<" => merge(value, merged)?,
                (Some(key), value) => drop(fields.insert(key, value)),
                (None, _) => {}
            },
        }
        Ok(())
    }
}

/// What the key `<<` brings: an object, or several, of which the first counts.
fn merge(value: Value, merged: &mut Map<String, Value>) -> Result<(), String> {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                merged.entry(key).or_insert(value);
            }
            Ok(())
        }
        Value::Array(items) => items.into_iter().try_for_each(|item| merge(item, merged)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err("expected an object after `<<`".to_owned())
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn reads(text: &str, expected: &Value) -> Places {
        let (documents, places) = parse(text).unwrap();
        assert_eq!(Value::Array(documents), *expected, "{text}");
        places
    }

    #[track_caller]
    fn refuses(text: &str, says: &str) {
        let (_, _, what) = parse(text).map(|_| ()).unwrap_err();
        assert!(what.contains(says), "{what}");
    }

    #[test]
    fn values_are_those_of_json_and_have_their_places() {
        let text = "# head\na: [1, 1.5, \"2\", yes, ~]\nb:\n- c: |\n    two\n    lines\n  d: 012\n";
        let places = reads(text, &json!([{"a": [1, 1.5, "2", "yes", null], "b": [{"c": "two\nlines\n", "d": "012"}]}]));
        for (path, at) in [("a", (2, 4)), ("a[1]", (2, 8)), ("b[0].d", (7, 6))] {
            assert_eq!(places.line_and_column(path), at, "{path}");
        }
        // Digits stay as they were written.
        assert_eq!(parse("1.10").unwrap().0[0].to_string(), "1.10");
        let places = reads("---\na: 1\n---\n- 2\n---\n", &json!([{"a": 1}, [2]]));
        assert_eq!(places.line_and_column("[1][0]"), (4, 3));
        assert_eq!(reads("a: 1\nb: 2\na: 3\n", &json!([{"a": 3, "b": 2}])).doubled(), ["a"]);
    }

    #[test]
    fn aliases_are_followed_and_merged_within_limits() {
        reads(
            "a: &x {k: 1, l: 2}\nb: *x\nc:\n  <<: *x\n  k: 3\n",
            &json!([
                {"a": {"k": 1, "l": 2}, "b": {"k": 1, "l": 2}, "c": {"k": 3, "l": 2}}
            ]),
        );
        // Each of ten lines stands for ten of the one before: 10⁹ values and more.
        let line = |i: u32| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", "));
        let bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned() + &(1..10).map(line).collect::<String>();
        refuses(&bomb, "the aliases up to here stand for more than");
        let line = |i: u32| format!("a{i}: &a{i} [*a{}]\n", i - 1);
        let chain = "a0: &a0 []\n".to_owned() + &(1..100).map(line).collect::<String>();
        refuses(&chain, "more than 64 deep");
        refuses(&("[".repeat(200) + &"]".repeat(200)), "deep");
        refuses("a: *b\n", "anchor");
        refuses("[1]: 2\n", "key");
        refuses("<<: 3\n", "<<");
    }
}
