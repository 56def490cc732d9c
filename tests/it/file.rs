//! What a design file may not hold, tried in every place of every kind: fields that nobody knows, keys that stand twice.

use std::collections::BTreeSet;

use bayplan_engine::design::Kind;
use bayplan_engine::design::project::Project;
use bayplan_engine::presets::PRESETS;
use bayplan_tests::source::Source;
use bayplan_tests::tree;

/// Every kind of item, and every variant that has fields.
const EVERYTHING: &str = include_str!("../fixtures/designs/everything.ron");

fn documents() -> impl Iterator<Item = (&'static str, &'static str)> {
    PRESETS.iter().map(|preset| (preset.name, preset.text)).chain([("everything", EVERYTHING)])
}

/// Places after the bracket that opens a struct: a field's name and a colon follow it.
fn structs(text: &str) -> Vec<usize> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let opens = |at: &usize| {
        let rest = text[at + 1..].trim_start();
        let name = rest.find(|c| !is_name(c)).unwrap_or(0);
        name > 0 && rest[name..].starts_with(':')
    };
    text.match_indices('(').map(|(at, _)| at).filter(opens).map(|at| at + 1).collect()
}

#[test]
fn the_file_of_everything_draws_every_kind_of_item() {
    let design = Project::read(EVERYTHING).unwrap().design;
    let drawn: BTreeSet<Kind> = design.item_refs().iter().map(bayplan_engine::design::ItemRef::kind).collect();
    assert_eq!(drawn, Kind::ALL.iter().copied().collect());
}

#[test]
fn an_unknown_field_is_refused_in_every_struct_of_every_kind() {
    for (name, text) in documents() {
        let places = structs(text);
        assert!(places.len() > 20, "{name}: {} structs", places.len());
        for at in places {
            let with = format!("{} no_such_field: 0, {}", &text[..at], &text[at..]);
            let line = text[..at].matches('\n').count() + 1;
            match Project::read(&with) {
                Ok(_) => panic!("{name}:{line}: an unknown field passes"),
                Err(e) => assert!(e.to_string().contains("no_such_field"), "{name}:{line}: {e}"),
            }
        }
    }
}

/// The floor that no file reaches by itself: a type with fields of its own that is read from a design says so in its source.
#[test]
fn every_type_of_a_design_that_has_fields_refuses_unknown_ones() {
    let mut seen = 0;
    for file in tree::text_files().unwrap().iter().filter(|f| f.path.starts_with("engine/src/design/")) {
        let source = Source::new(&file.path, &file.text);
        let tokens = source.tokens();
        for (at, token) in tokens.iter().enumerate() {
            if !matches!(token.text, "struct" | "enum") {
                continue;
            }
            let attributes = attributes_before(&source, token.line);
            let body: Vec<_> = tokens[at..].iter().map(|t| t.text).collect();
            if !attributes.contains("Deserialize") || !has_named_fields(&body) || attributes.contains("try_from") {
                continue;
            }
            seen += 1;
            assert!(attributes.contains("deny_unknown_fields"), "{}:{} {}", file.path, token.line, body[1]);
        }
    }
    assert!(seen > 60, "only {seen} types were found");
}

/// The lines of attributes and documentation above a line.
fn attributes_before(source: &Source, line: usize) -> String {
    let lines: Vec<_> = source.text.lines().take(line - 1).collect();
    let above = lines.iter().rev().take_while(|l| !l.trim().is_empty() && !l.trim_end().ends_with('}'));
    above.copied().collect::<Vec<_>>().join("\n")
}

/// Whether an item has a field with a name: `name :` somewhere between its braces.
fn has_named_fields(tokens: &[&str]) -> bool {
    let mut depth = 0_i32;
    for pair in tokens.windows(2) {
        match pair[0] {
            "{" => depth += 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return false,
            name if depth > 0 && pair[1] == ":" && name.chars().all(|c| c.is_ascii_lowercase() || c == '_') => {
                return true;
            }
            _ => {}
        }
        if depth == 0 && pair[0] == "}" {
            return false;
        }
    }
    false
}

#[test]
fn a_key_that_stands_twice_is_refused_with_both_lines_in_every_map() {
    for (name, text) in documents() {
        let entries = first_entries(text);
        assert!(entries.len() > 10, "{name}: {} maps", entries.len());
        for (at, entry) in entries {
            let line = text[..at].matches('\n').count() + 1;
            let again = line + entry.matches('\n').count() + 1;
            let error = Project::read(&format!("{}{entry},\n{}", &text[..at], &text[at..])).unwrap_err().to_string();
            let said = format!("twice, in line {line} and in line {again}");
            assert!(error.contains(&said), "{name}:{line}: {error}");
        }
    }
}

/// The first entry of every map whose keys are text: its place, and it from its key to the end of its value.
fn first_entries(text: &str) -> Vec<(usize, &str)> {
    let opened = |(at, _)| {
        let start = at + 1 + text[at + 1..].len() - text[at + 1..].trim_start().len();
        let key = text[start..].strip_prefix('"')?.find('"')? + 2;
        let value = text[start + key..].strip_prefix(':')?;
        let length = key + 1 + value_length(value);
        Some((start, &text[start..start + length]))
    };
    text.match_indices('{').filter_map(opened).collect()
}

/// How long the value is that a text begins with: to the comma or bracket after it.
fn value_length(text: &str) -> usize {
    let (mut depth, mut is_text, mut is_escaped) = (0_i32, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_text => is_escaped = true,
            '"' => is_text = !is_text,
            _ if is_text => {}
            '(' | '[' | '{' => depth += 1,
            ',' if depth == 0 => return at,
            ')' | ']' | '}' if depth == 0 => return at,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}
