//! Lists which tests name which rule: `cargo run -p bayplan-tests --bin rules [BIL SVC-20 …]`.
//!
//! A test names a rule by writing its id (`BIL-02`) in its text, its comment or a table row, or in its name
//! (`bil_02_…`). In: the project's tests. Out: a line an id, with the tests below it as `file:line name`.

use bayplan_tests::{source::Source, tree};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write as _},
};

/// What looks like a family and is none.
const NOT_FAMILIES: &[&str] = &["SHA", "UTF"];

/// Where an id is named: file, line, test.
type Places = BTreeSet<(String, usize, String)>;

fn main() -> io::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let sources: Vec<Source> = tree::text_files()?
        .iter()
        .filter(|file| file.is_kind("rs"))
        .map(|file| Source::new(&file.path, &file.text))
        .collect();
    let families: BTreeSet<String> =
        sources.iter().flat_map(|source| ids(&source.text)).map(|id| family(&id).to_owned()).collect();
    let mut rules: BTreeMap<String, Places> = BTreeMap::new();
    for source in &sources {
        for (id, line, test) in named_in_tests(source, &families) {
            rules.entry(id).or_default().insert((source.path.clone(), line, test));
        }
    }
    let mut out = io::stdout().lock();
    for (id, places) in rules.iter().filter(|(id, _)| wanted.is_empty() || wanted.iter().any(|w| id.starts_with(w))) {
        writeln!(out, "{id}")?;
        for (path, line, test) in places {
            writeln!(out, "    {path}:{line} {test}")?;
        }
    }
    Ok(())
}

/// Every id in the test code of a file, with its line and the test around it; none in what reads the project itself.
fn named_in_tests(source: &Source, families: &BTreeSet<String>) -> Vec<(String, usize, String)> {
    let parts = match source.path.as_str() {
        path if path.starts_with("tests/src/") || path.starts_with("tests/it/tidy") => Vec::new(),
        path if path.starts_with("tests/it/") => vec![1..=usize::MAX],
        _ => source.test_parts(),
    };
    let functions = source.functions();
    let mut named = Vec::new();
    for (i, text) in source.text.lines().enumerate().filter(|(i, _)| parts.iter().any(|part| part.contains(&(i + 1)))) {
        let around = functions.iter().rev().find(|f| f.lines.contains(&(i + 1)));
        let test =
            around.map(|f| f.name.clone()).or_else(|| described(source, i)).unwrap_or_else(|| "(table)".to_owned());
        named.extend(ids(text).into_iter().map(|id| (id, i + 1, test.clone())));
        let starts = functions.iter().filter(|f| *f.lines.start() == i + 1);
        let upper = starts.map(|f| f.name.to_uppercase().replace('_', "-"));
        let in_name = upper.flat_map(|name| ids(&name)).filter(|id| families.contains(family(id)));
        named.extend(in_name.map(|id| (id, i + 1, test.clone())));
    }
    named
}

/// The function whose comment or attribute the line at index `i` is part of.
fn described(source: &Source, i: usize) -> Option<String> {
    let mut below = source.text.lines().skip(i).map(str::trim_start);
    let line = below.find(|line| !(line.starts_with("//") || line.starts_with("#[")))?;
    line.split_once("fn ").map(|(_, rest)| rest.split(['(', '<']).next().unwrap_or(rest).to_owned())
}

/// The family of an id: `EC2` of `EC2-05`.
fn family(id: &str) -> &str {
    id.split_once('-').map_or(id, |(family, _)| family)
}

/// The rule ids in a text: two to four capitals, perhaps a digit, a dash, two or three digits, and neither letter nor
/// digit around them.
fn ids(text: &str) -> Vec<String> {
    let part = |c: &char| c.is_alphanumeric();
    let mut found = Vec::new();
    for (at, _) in text.match_indices('-') {
        let tail: String = text[at + 1..].chars().take_while(part).collect();
        let head: String = text[..at].chars().rev().take_while(part).collect::<Vec<_>>().into_iter().rev().collect();
        let letters = head.strip_suffix(|c: char| c.is_ascii_digit()).unwrap_or(&head);
        let is_family = (2..=4).contains(&letters.len()) && letters.chars().all(|c| c.is_ascii_uppercase());
        if is_family
            && !NOT_FAMILIES.contains(&letters)
            && (2..=3).contains(&tail.len())
            && tail.chars().all(|c| c.is_ascii_digit())
        {
            found.push(format!("{head}-{tail}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_between_other_signs() {
        let found =
            ids("(EC2-05), \"BIL-02\": TV-30..TV-32; SHA-256 B-01 ABCDE-01 FG-1 XAWS-07x us-east-1 TDF-100 PLC-1234");
        assert_eq!(found, ["EC2-05", "BIL-02", "TV-30", "TV-32", "TDF-100"]);
    }

    #[test]
    fn tests_name_rules_in_name_comment_and_row() {
        let text = "// FG-01 is not a test's.\n#[cfg(test)]\nmod tests {\n/// FG-02: pairs.\n#[test]\nfn pairs() {\n\"FG-03\"\n}\n\
            const ROWS: &[&str] = &[\"FG-04\"];\n#[test]\nfn fg_05_and_at_10_percent() {}\n}\n";
        let found = named_in_tests(&Source::new("a.rs", text), &BTreeSet::from(["FG".to_owned()]));
        let found: Vec<_> = found.iter().map(|(id, line, test)| (id.as_str(), *line, test.as_str())).collect();
        let named = "fg_05_and_at_10_percent";
        assert_eq!(
            found,
            [("FG-02", 4, "pairs"), ("FG-03", 7, "pairs"), ("FG-04", 9, "(table)"), ("FG-05", 11, named)]
        );
    }
}
