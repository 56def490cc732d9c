//! The shape of a file: how long, how it begins, what it may not hold.

use super::Breach;
use bayplan_tests::source::{self, Source};

/// Lines of a file outside its `#[cfg(test)]` parts: code, comments and blank lines alike.
const FILE_LINES: usize = 500;

/// Lines of a function from its `fn` to its closing brace: code, comments and blank lines alike.
const FUNCTION_LINES: usize = 60;

/// Functions longer than that which stand all the same: file, name, why. One that has become short leaves the list.
const LONG_FUNCTIONS: &[(&str, &str, &str)] =
    &[("engine/src/report/wording.rs", "summary", "one arm a chart; to be parted when a chart is added")];

/// Where numbers may change their type with `as`: the units; the mixing of bits; pixels.
const CASTING: &[&str] = &["units", "chance", "report"];

/// Files and functions, `#[cfg(test)]` parts aside, that are too long to be read whole.
pub(super) fn too_long(source: &Source) -> Vec<Breach> {
    let tests = source.test_parts();
    let lines = (1..=source.text.lines().count()).filter(|line| !tests.iter().any(|part| part.contains(line))).count();
    let mut breaches = Vec::new();
    if lines > FILE_LINES {
        let what = format!("{lines} lines without its tests, at most {FILE_LINES}: find the seam and part it");
        breaches.push(Breach::new(&source.path, 1, what));
    }
    for function in source.functions() {
        let (first, length) = (*function.lines.start(), function.lines.clone().count());
        let listed = LONG_FUNCTIONS.iter().any(|(path, name, _)| source.path == *path && function.name == *name);
        if (length > FUNCTION_LINES) == listed || tests.iter().any(|part| part.contains(&first)) {
            continue;
        }
        let what = if listed {
            format!("`{}` has become short: take it off LONG_FUNCTIONS in tests/it/tidy/shape.rs", function.name)
        } else {
            format!("`{}` has {length} lines, at most {FUNCTION_LINES}: name its steps", function.name)
        };
        breaches.push(Breach::new(&source.path, first, what));
    }
    breaches
}

/// A file whose first line is not its `//!`.
pub(super) fn no_subject(source: &Source) -> Vec<Breach> {
    if source.line(1).strip_prefix("//! ").is_some_and(|subject| !subject.trim().is_empty()) {
        return Vec::new();
    }
    vec![Breach::new(&source.path, 1, "say in the first line, after `//!`, what the file is about")]
}

/// Marks of unfinished or dead code, and of tests that do not run.
pub(super) fn unfinished(source: &Source) -> Vec<Breach> {
    let tokens = source.tokens();
    let mut breaches = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let after = |n: usize| tokens.get(i + n).map_or("", |t| t.text);
        let attribute = i >= 2 && tokens[i - 1].text == "[" && matches!(tokens[i - 2].text, "#" | "!");
        let what = match token.text {
            "todo" | "unimplemented" if after(1) == "!" => "finish it, or leave it out until it is whole",
            "dbg" if after(1) == "!" => "take the `dbg!` out",
            "dead_code" => "delete what nothing calls",
            "ignore" if attribute => "a test runs, or it is not there: take `#[ignore]` off",
            "should_panic" if attribute => "assert on what is returned instead of `#[should_panic]`",
            _ => continue,
        };
        breaches.push(Breach::new(&source.path, token.line, what));
    }
    breaches
}

/// `as` between numbers outside the modules that own them.
pub(super) fn casts(source: &Source) -> Vec<Breach> {
    let module = source::module_of(&source.path).into_iter().next().unwrap_or_default();
    if CASTING.contains(&module.as_str()) {
        return Vec::new();
    }
    let tests = source.test_parts();
    let number = |text: &str| {
        matches!(text, "usize" | "isize" | "f32" | "f64")
            || text.strip_prefix(['u', 'i']).is_some_and(|bits| matches!(bits, "8" | "16" | "32" | "64" | "128"))
    };
    source
        .tokens()
        .windows(2)
        .filter(|pair| pair[0].text == "as" && number(pair[1].text))
        .filter(|pair| !tests.iter().any(|part| part.contains(&pair[0].line)))
        .map(|pair| {
            let what = format!("`as {}`: use From, try_from or a named conversion of units/", pair[1].text);
            Breach::new(&source.path, pair[0].line, what)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::bites;
    use super::*;

    #[test]
    fn long_files_and_functions_are_found() {
        let body = |lines: usize| "x();\n".repeat(lines);
        // `fn` and `}` stand on lines of their own: 58 statements make 60 lines, 59 make 61.
        bites(too_long, "a.rs", &format!("\nfn a() {{\n{}}}\n", body(58)), &[]);
        bites(too_long, "a.rs", &format!("\nfn a() {{\n{}}}\n", body(59)), &[2]);
        let (path, name, _) = LONG_FUNCTIONS[0];
        bites(too_long, path, &format!("fn {name}() {{\n{}}}\n", body(59)), &[]);
        bites(too_long, path, &format!("fn {name}() {{}}\n"), &[1]);
        bites(too_long, "a.rs", &"\n".repeat(500), &[]);
        bites(too_long, "a.rs", &"\n".repeat(501), &[1]);
        let tests = format!("{}#[cfg(test)]\nmod tests {{\nfn a() {{\n{}}}\n}}\n", "\n".repeat(500), body(90));
        bites(too_long, "a.rs", &tests, &[]);
    }

    #[test]
    fn a_missing_subject_is_found() {
        bites(no_subject, "a.rs", "//! Prices.\n", &[]);
        bites(no_subject, "a.rs", "use x;\n//! Prices.\n", &[1]);
        bites(no_subject, "a.rs", "//!\n", &[1]);
        bites(no_subject, "a.rs", "", &[1]);
    }

    #[test]
    fn unfinished_work_is_found() {
        bites(unfinished, "a.rs", "fn a() {\n todo!()\n}\nfn b() { unimplemented!(\"x\") }\n", &[2, 4]);
        bites(
            unfinished,
            "a.rs",
            "#[allow(dead_code)]\nfn a() { dbg!(1); }\n#[test]\n#[ignore]\n#[should_panic]",
            &[1, 2, 4, 5],
        );
        bites(unfinished, "a.rs", "// todo!()\nlet a = \"dbg!(1)\"; todo(); out.ignore = 1;", &[]);
    }

    #[test]
    fn casts_between_numbers_are_found() {
        let text = "use a as b;\nlet x = y as u64;\nlet z = <T as Into<u8>>::into(t) as usize;";
        bites(casts, "engine/src/bill.rs", text, &[2, 3]);
        bites(casts, "engine/src/units/money.rs", text, &[]);
    }
}
