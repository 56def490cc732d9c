//! Where AWS's numbers come from: a constant of the catalogue says so at the spot.

use super::Breach;
use bayplan_tests::source::{self, Source, Token};

/// What a sourced constant says in its doc comment, or in a comment or field of its own rows.
const SAYS: &[&str] = &["Source:", "Assumption:", "source:"];

/// Numbers that only convert units, and so come from nobody: CPU units in a vCPU, milliseconds in an hour, parts of one.
const CONVERSIONS: &[&str] = &["0", "1", "1024", "3_600_000", "1_000_000", "1_000_000_000"];

/// Constants with a number in their value that is more than a conversion, but no source: the doc comment above, and the lines
/// of the value itself (for tables whose rows each say theirs), are searched.
pub(super) fn constants_without_source(source: &Source) -> Vec<Breach> {
    let (tokens, tests) = (source.tokens(), source.test_parts());
    let mut breaches = Vec::new();
    for (i, pair) in tokens.windows(2).enumerate() {
        let (keyword, name) = (pair[0], pair[1]);
        let constant = matches!(keyword.text, "const" | "static") && name.text.starts_with(|c: char| c.is_uppercase());
        if !constant || tests.iter().any(|part| part.contains(&name.line)) {
            continue;
        }
        let Some((start, end)) = value(&tokens, i) else { continue };
        let numbers = tokens[start..end].iter().any(|t| is_number(t.text) && !CONVERSIONS.contains(&t.text));
        if numbers && !is_sourced(source, keyword.line, tokens[end].line) {
            let what = format!(
                "`{}` holds a number: add `/// Source: page, section (read year-month)` or `/// Assumption: why`",
                name.text
            );
            breaches.push(Breach::new(&source.path, keyword.line, what));
        }
    }
    breaches
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// From the token after a constant's `=` to its `;`.
fn value(tokens: &[Token<'_>], mut i: usize) -> Option<(usize, usize)> {
    let mut start = None;
    while i < tokens.len() {
        match tokens[i].text {
            "(" | "[" | "{" => i = source::matching(tokens, i),
            "=" if start.is_none() => start = Some(i + 1),
            ";" => return start.map(|start| (start, i)),
            _ => {}
        }
        i += 1;
    }
    None
}

fn is_sourced(source: &Source, first: usize, last: usize) -> bool {
    let lines: Vec<&str> = source.text.lines().collect();
    let above = lines[..first - 1].iter().rev().take_while(|line| {
        let line = line.trim_start();
        line.starts_with("//") || line.starts_with("#[")
    });
    above.chain(&lines[first - 1..last]).any(|line| SAYS.iter().any(|word| line.contains(word)))
}

/// Figures of the table of timings that no code reads: `name: Type = value` in `timings!`, and `.name` nowhere outside
/// tests. A list of assumptions that nothing rests on misleads who reads it.
pub(super) fn timings_nobody_reads(table: &Source, others: &[&Source]) -> Vec<Breach> {
    let tokens = table.tokens();
    let Some(start) = tokens.windows(3).position(|t| t[0].text == "timings" && t[1].text == "!" && t[2].text == "{")
    else {
        return vec![Breach::new(&table.path, 1, "has no table `timings! { … }`: the rule holds of nothing")];
    };
    let rows = &tokens[start + 3..source::matching(&tokens, start + 2)];
    let begins = |i: usize| i == 0 || rows[i - 1].text == ";";
    let names = (0..rows.len()).filter(|i| begins(*i)).map(|i| rows[i]);
    let read: std::collections::BTreeSet<&str> = others.iter().flat_map(|source| fields_read(source)).collect();
    let unread = names.filter(|name| !read.contains(name.text));
    let what = |name: &str| format!("nothing reads `{name}`: remove it, or play what it stands for");
    unread.map(|name| Breach::new(&table.path, name.line, what(name.text))).collect()
}

/// Every word after a dot that is no test's.
fn fields_read(source: &Source) -> Vec<&str> {
    if source.path.contains("/tests/") {
        return Vec::new();
    }
    let (tokens, tests) = (source.tokens(), source.test_parts());
    let fields = tokens.windows(2).filter(|pair| pair[0].text == ".").map(|pair| pair[1]);
    fields.filter(|field| !tests.iter().any(|part| part.contains(&field.line))).map(|field| field.text).collect()
}

#[cfg(test)]
mod tests {
    use super::super::bites;
    use super::*;

    #[test]
    fn figures_that_nobody_reads_are_found() {
        let table = "timings! {\n    // Boot.\n    boot: Span = s(1), \"A\",\n        \"b; c\";\n    pull: Span = ms(2), \"D\", \"e\";\n}";
        let check = |path: &str, text: &str, lines: &[usize]| {
            let other = Source::new(path, text);
            bites(|table| timings_nobody_reads(table, &[&other]), "engine/src/catalogue/timings.rs", table, lines);
        };
        check("engine/src/a.rs", "fn a(t: &Timings) -> Span { t.boot + t.pull }", &[]);
        check("engine/src/a.rs", "fn a(t: &Timings) -> Span { let pull = t.boot; pull } // t.pull", &[5]);
        check("engine/src/a.rs", "#[cfg(test)]\nmod tests {\n    fn a() { t.boot; t.pull; }\n}", &[3, 5]);
        check("engine/src/a/tests/b.rs", "fn a() { t.boot; t.pull; }", &[3, 5]);
        bites(|table| timings_nobody_reads(table, &[]), "engine/src/catalogue/timings.rs", "fn a() {}", &[1]);
    }

    #[track_caller]
    fn check(text: &str, lines: &[usize]) {
        bites(constants_without_source, "engine/src/catalogue/quotas.rs", text, lines);
    }

    #[test]
    fn numbers_without_source_are_found() {
        check("//! x\n/// Tasks.\npub const A: u32 = 5000;", &[3]);
        check(
            "/// Tasks.\n///\n/// Source: \"Quotas\" (read 2026-08).\n#[rustfmt::skip]\npub const A: u32 = 5000;",
            &[],
        );
        check("/// Assumption: measured by none.\nconst A: Span = Span::from_s(40);\nconst B: u32 = 7;", &[3]);
        check("/// Source: x.\n\nconst A: u32 = 5000;", &[3]);
        check("const A: [u8; 3] = [B; 0];\nconst C: &str = \"5\";\nconst fn d() -> u32 { 7 }", &[]);
        check("const A: &[Row] = &[\n    // Source: x\n    Row { n: 5 },\n];\nstatic B: &[u8] = &[\n    7,\n];", &[5]);
        check("const A: &[Row] = &[Row { n: 5, source: \"x\" }];", &[]);
        check("impl A {\n    const B: u32 = 7;\n}", &[2]);
        check("const VCPU_HOUR: Unit = unit(\"vCPU-hour\", 1024 * HOUR);\nconst HOUR: u128 = 3_600_000;", &[]);
        check("#[cfg(test)]\nmod tests {\n    const B: u32 = 7;\n}", &[]);
    }
}
