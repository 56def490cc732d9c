//! A design file whose comments teach: what each section and each less obvious field means, where it first stands.
//!
//! In: a project. Out: the text that [`Project::write`] gives, with comment lines put in; it reads back to the same
//! project. The words are those of [`super::described`].

use std::collections::BTreeSet;

use serde_json::Value;

use super::described::{Described, Facts};
use super::project::Project;

/// What is known of nothing.
static NOTHING: Value = Value::Null;

/// How wide a comment may be.
const WIDTH: usize = 118;

/// The project's text with comments.
pub fn taught(project: &Project) -> String {
    let described = Described::new();
    let mut teacher = Teacher { described: &described, open: Vec::new(), told: BTreeSet::new() };
    let mut text = String::from(
        "// A project of Bayplan. `bayplan explain KIND.FIELD` says more of any field, `bayplan schema` of all.\n",
    );
    for line in project.write().lines() {
        for comment in teacher.before(line) {
            text.push_str(&comment);
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
        teacher.after(line);
    }
    text
}

/// Where in the file a line stands.
struct Teacher<'d> {
    described: &'d Described,
    /// The schema within each open bracket.
    open: Vec<&'d Value>,
    /// The comments given so far.
    told: BTreeSet<String>,
}

impl<'d> Teacher<'d> {
    /// The comment that stands before a line, if its field is not told of yet.
    fn before(&mut self, line: &str) -> Vec<String> {
        let indent = &line[..line.len() - line.trim_start().len()];
        let Some((name, _)) = field_of(line) else { return Vec::new() };
        let Some((schema, absent)) = self.field(name) else { return Vec::new() };
        let facts = self.described.facts(schema, absent);
        let section = self.open.len() <= 2;
        if !section && !teaches(&facts) {
            return Vec::new();
        }
        let said = sentence(&facts);
        if said.is_empty() || !self.told.insert(format!("{name} {said}")) {
            return Vec::new();
        }
        wrapped(indent, &said)
    }

    /// Follows a line's brackets.
    fn after(&mut self, line: &str) {
        let brackets = brackets(line);
        for _ in 0..brackets.closed {
            self.open.pop();
        }
        let inside = match field_of(line) {
            Some((name, value)) => self.field(name).map(|(schema, _)| self.word(schema, value)),
            None => self.open.last().copied().map(|schema| self.word(schema, entry_value(line))),
        };
        let inside = inside.unwrap_or(if self.open.is_empty() { self.described.whole() } else { &NOTHING });
        self.open.extend(std::iter::repeat_n(inside, brackets.opened));
    }

    fn field(&self, name: &str) -> Option<(&'d Value, bool)> {
        let fields = self.described.fields(self.open.last().copied()?);
        fields.into_iter().find(|(field, ..)| field == name).map(|(_, schema, absent)| (schema, absent))
    }

    /// The content of the word that a value begins with, or the schema itself.
    fn word(&self, schema: &'d Value, value: &str) -> &'d Value {
        let Some((word, _)) = value.split_once('(').filter(|(word, _)| !word.is_empty()) else { return schema };
        let words = self.described.words(schema);
        words.into_iter().find(|(name, _)| name == word).map_or(schema, |(_, of)| &of["properties"][word])
    }
}

/// Whether a field's meaning is more than its name.
fn teaches(facts: &Facts) -> bool {
    facts.aws_name.is_some() || facts.unit.is_some() || facts.range.is_some()
}

/// What a comment says: the first paragraph, up to two sentences.
fn sentence(facts: &Facts) -> String {
    facts.meaning.split("\n\n").next().unwrap_or_default().to_owned()
}

/// A comment in lines of the width.
fn wrapped(indent: &str, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = format!("{indent}//");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, format!("{indent}//")));
        }
        line.push(' ');
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// The field that a line writes, and how its value begins.
fn field_of(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim_start().split_once(": ")?;
    name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_').then_some((name, value))
}

/// How an entry's value begins: of a map behind its key, of a list at once.
fn entry_value(line: &str) -> &str {
    let line = line.trim_start();
    if line.starts_with('"') { line.split_once("\": ").map_or("", |(_, value)| value) } else { line }
}

/// How many brackets a line leaves open, and how many it closes of earlier ones.
struct Brackets {
    opened: usize,
    closed: usize,
}

fn brackets(line: &str) -> Brackets {
    let mut brackets = Brackets { opened: 0, closed: 0 };
    let (mut quoted, mut escaped) = (false, false);
    for letter in line.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => brackets.opened += 1,
            ')' | ']' | '}' if brackets.opened > 0 => brackets.opened -= 1,
            ')' | ']' | '}' => brackets.closed += 1,
            _ => {}
        }
    }
    brackets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_inside_text_do_not_count() {
        let of = |line: &str| (brackets(line).opened, brackets(line).closed);
        assert_eq!(of("  name: \"a ( \\\" [ b\","), (0, 0));
        assert_eq!(of("  \"x\": Requests(("), (2, 0));
        assert_eq!(of("  ports: (80, 443),"), (0, 0));
        assert_eq!(of("  )),"), (0, 2));
    }

    #[test]
    fn comments_are_wrapped_under_their_field() {
        let long = "word ".repeat(40);
        let lines = wrapped("    ", &long);
        assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with("    // word") && line.len() <= WIDTH));
    }
}
