//! Reads a Rust file as far as the house rules need it: what is code and what is not, where functions and test
//! parts begin and end, and which modules a path names. Not a parser: it counts brackets, and expects code that
//! compiles.

use std::ops::RangeInclusive;

/// A Rust file, with its comments and the insides of its literals blanked out beside it.
#[derive(Debug, Clone)]
pub struct Source {
    /// From the top of the project: `engine/src/catalogue/mod.rs`.
    pub path: String,
    /// As it stands in the file.
    pub text: String,
    code: String,
}

/// A word, a number, `::` or one sign of punctuation, and its line (from 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// As written.
    pub text: &'a str,
    /// The line it stands on.
    pub line: usize,
}

/// A function, from the line of its `fn` to that of its closing brace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its lines, both ends included.
    pub lines: RangeInclusive<usize>,
}

/// A path that starts at `crate`, `super` or `self`, written from the crate's root: `catalogue::meter::Meter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModulePath {
    /// The parts, without `crate`; `*` for all of a module.
    pub parts: Vec<String>,
    /// The line it stands on.
    pub line: usize,
}

impl Source {
    /// A file's text under its path from the top of the project.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: blank_out(text) }
    }

    /// The code, word for word.
    pub fn tokens(&self) -> Vec<Token<'_>> {
        tokens(&self.code)
    }

    /// The line ranges of all items under `#[cfg(test)]`; the whole file where it opens with `#![cfg(test)]` or is
    /// itself a `tests.rs`.
    pub fn test_parts(&self) -> Vec<RangeInclusive<usize>> {
        let tokens = self.tokens();
        let whole = || vec![1..=self.text.lines().count()];
        if self.path.ends_with("/tests.rs") {
            return whole();
        }
        let mut parts = Vec::new();
        let mut i = 0;
        while i < tokens.len() {
            let Some((end, inner)) = attribute(&tokens, i) else {
                i += 1;
                continue;
            };
            let says = |at: usize, word: &str| tokens.get(at).is_some_and(|t| t.text == word);
            let word = if inner { i + 3 } else { i + 2 };
            let only_in_tests = says(word, "cfg") && (says(word + 2, "test") || says(word + 4, "test"));
            if only_in_tests && !says(word + 2, "not") {
                if inner {
                    return whole();
                }
                let last = item_end(&tokens, end);
                parts.push(tokens[i].line..=tokens[last].line);
                i = last;
            } else {
                i = end;
            }
        }
        parts
    }

    /// Every function with a body, nested ones too.
    pub fn functions(&self) -> Vec<Function> {
        let tokens = self.tokens();
        let mut functions = Vec::new();
        for (i, pair) in tokens.windows(2).enumerate() {
            if pair[0].text == "fn" && is_word(pair[1].text) {
                let last = item_end(&tokens, i);
                if tokens[last].text == "}" {
                    functions.push(Function { name: pair[1].text.to_owned(), lines: pair[0].line..=tokens[last].line });
                }
            }
        }
        functions
    }

    /// Every path in the code that starts at `crate`, `super` or `self`, groups taken apart.
    pub fn module_paths(&self) -> Vec<ModulePath> {
        let tokens = self.tokens();
        let home = module_of(&self.path);
        let mut inline: Vec<(String, usize)> = Vec::new();
        let (mut depth, mut i, mut paths) = (0, 0, Vec::new());
        while i < tokens.len() {
            let token = tokens[i];
            match token.text {
                "{" => {
                    depth += 1;
                    if i >= 2 && tokens[i - 2].text == "mod" {
                        inline.push((tokens[i - 1].text.to_owned(), depth));
                    }
                }
                "}" => {
                    inline.retain(|(_, opened)| *opened < depth);
                    depth = depth.saturating_sub(1);
                }
                "crate" | "super" | "self" if tokens.get(i + 1).is_some_and(|t| t.text == "::") => {
                    let mut found = Vec::new();
                    i = expand(&tokens, i, &mut Vec::new(), &mut found);
                    let here = || home.iter().cloned().chain(inline.iter().map(|(name, _)| name.clone())).collect();
                    paths.extend(
                        found.into_iter().map(|(parts, line)| ModulePath { parts: rooted(here(), parts), line }),
                    );
                    continue;
                }
                _ => {}
            }
            i += 1;
        }
        paths
    }

    /// The line's text, from 1; empty past the end.
    pub fn line(&self, number: usize) -> &str {
        self.text.lines().nth(number.saturating_sub(1)).unwrap_or("")
    }
}

/// The module a file holds: `engine/src/catalogue/meter.rs` is `catalogue`, `meter`; the crate's root is none.
pub fn module_of(path: &str) -> Vec<String> {
    let inside = path.split_once("src/").map_or(path, |(_, rest)| rest).trim_end_matches(".rs");
    let mut parts: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

/// `path` as seen from module `here`, from the crate's root.
fn rooted(here: Vec<String>, path: Vec<String>) -> Vec<String> {
    let mut parts = here;
    for (i, part) in path.into_iter().enumerate() {
        match part.as_str() {
            "crate" => parts.clear(),
            "super" => drop(parts.pop()),
            "self" if i == 0 => {}
            _ => parts.push(part),
        }
    }
    parts
}

/// Reads the path that starts at token `i`, each member of its groups as a path of its own; returns what follows.
fn expand(
    tokens: &[Token<'_>],
    mut i: usize,
    before: &mut Vec<String>,
    found: &mut Vec<(Vec<String>, usize)>,
) -> usize {
    let (start, line) = (before.len(), tokens[i].line);
    before.push(tokens[i].text.to_owned());
    i += 1;
    while i + 1 < tokens.len() && tokens[i].text == "::" {
        let next = tokens[i + 1];
        if next.text == "{" {
            i += 2;
            while i < tokens.len() && tokens[i].text != "}" {
                i = if is_word(tokens[i].text) || tokens[i].text == "*" {
                    expand(tokens, i, before, found)
                } else {
                    i + 1
                };
                if i < tokens.len() && tokens[i].text == "as" {
                    i += 2;
                }
            }
            before.truncate(start);
            return i + 1;
        }
        if !is_word(next.text) && next.text != "*" {
            break;
        }
        before.push(next.text.to_owned());
        i += 2;
    }
    if before.last().is_some_and(|last| last == "self") && before.len() > 1 {
        before.pop();
    }
    found.push((before.clone(), line));
    before.truncate(start);
    i
}

/// Whether the token is an identifier or keyword.
pub fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The token after the attribute that starts at `i`, and whether it is an inner one (`#![…]`).
fn attribute(tokens: &[Token<'_>], i: usize) -> Option<(usize, bool)> {
    let says = |at: usize, text: &str| tokens.get(at).is_some_and(|t| t.text == text);
    let inner = says(i + 1, "!");
    let open = if inner { i + 2 } else { i + 1 };
    (says(i, "#") && says(open, "[")).then(|| (matching(tokens, open) + 1, inner))
}

/// The last token of the item that starts at `i`: its `;`, or the brace that closes its body.
fn item_end(tokens: &[Token<'_>], mut i: usize) -> usize {
    while let Some((after, _)) = attribute(tokens, i) {
        i = after;
    }
    while i < tokens.len() {
        match tokens[i].text {
            "(" | "[" => i = matching(tokens, i),
            "{" => return matching(tokens, i),
            ";" => return i,
            _ => {}
        }
        i += 1;
    }
    tokens.len() - 1
}

/// The bracket that closes the one at `open`; the last token where none does.
pub fn matching(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i;
        }
    }
    tokens.len() - 1
}

fn tokens(code: &str) -> Vec<Token<'_>> {
    let (mut found, mut line, mut rest) = (Vec::new(), 1, code);
    while let Some(first) = rest.chars().next() {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let length = if part(first) {
            rest.find(|c: char| !part(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if first == '\n' {
            line += 1;
        } else if !first.is_whitespace() {
            found.push(Token { text: &rest[..length], line });
        }
        rest = &rest[length..];
    }
    found
}

/// The text with comments, and what stands between quotes, as spaces; line breaks and the quotes stay.
fn blank_out(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let (mut rest, mut word_before) = (text, false);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => comment_length(rest),
            '"' => string_length(rest),
            'r' | 'b' | 'c' if !word_before => raw_string_length(rest),
            '\'' => char_length(rest),
            _ => 0,
        };
        let taken = length.max(first.len_utf8());
        if length == 0 {
            code.push(first);
        } else {
            let quote = if first == '/' { ' ' } else { first };
            code.push(quote);
            code.extend(rest[1..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        word_before = length == 0 && (first.is_alphanumeric() || first == '_');
        rest = &rest[taken..];
    }
    code
}

/// The length of a `/* … */` comment, which may hold others.
fn comment_length(text: &str) -> usize {
    let (mut depth, mut i, bytes) = (0, 0, text.as_bytes());
    while i + 1 < bytes.len() {
        match &bytes[i..i + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                i += 1;
                continue;
            }
        }
        i += 2;
        if depth == 0 {
            return i;
        }
    }
    text.len()
}

/// The length of a `"…"`, escapes and both quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `r"…"`, `br#"…"#` and their kind; 0 where it is none (a name, or a plain `b"…"`).
fn raw_string_length(text: &str) -> usize {
    let prefix = text.find(|c| !matches!(c, 'r' | 'b' | 'c')).unwrap_or(text.len());
    let hashes = text[prefix..].find(|c| c != '#').unwrap_or(0);
    let open = prefix + hashes;
    if !matches!(&text[..prefix], "r" | "br" | "cr") || !text[open..].starts_with('"') {
        return 0;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    text[open + 1..].find(&close).map_or(text.len(), |at| open + 1 + at + close.len())
}

/// The length of a character literal; 0 for a lifetime.
fn char_length(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => text[3.min(text.len())..].find('\'').map_or(0, |at| at + 4),
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Source::new("engine/src/a.rs", text).tokens().iter().map(|t| t.text.to_owned()).collect()
    }

    #[test]
    fn what_is_not_code_is_blank() {
        let cases = [
            ("a // b\nc", "a c"),
            ("a /* b /* c */ d */ e", "a e"),
            (r#"f("x // \" y") g"#, r#"f ( " ) g"#),
            (r##"f(r#"x " y"#) g"##, "f ( r ) g"),
            ("f(br\"x\") g", "f ( b ) g"),
            (r#"f(b"x") g"#, r#"f ( b " ) g"#),
            ("f('\"') g", "f ( ' ) g"),
            (r"f('\'', '\u{41}', '\\') g", "f ( ' , ' , ' ) g"),
            ("f::<'a>(x: &'static T)", "f :: < ' a > ( x : & ' static T )"),
            ("let r = r#type + bar\"\";", "let r = r # type + bar \" ;"),
            ("\"one\ntwo\" f", "\" f"),
        ];
        for (text, code) in cases {
            assert_eq!(words(text).join(" "), code, "{text}");
        }
    }

    #[test]
    fn lines_are_counted_through_strings_and_comments() {
        let source = Source::new("a.rs", "/* 1\n2 */ let a = \"3\n4\";\nb");
        let lines: Vec<_> = source.tokens().iter().map(|t| (t.text.to_owned(), t.line)).collect();
        assert_eq!(lines.first(), Some(&("let".to_owned(), 2)));
        assert_eq!(lines.last(), Some(&("b".to_owned(), 4)));
    }

    #[test]
    fn functions_end_at_their_brace() {
        let text = "fn a(f: fn(u8) -> [u8; 2]) where T: X {\n if x { \"}\" }\n}\ntrait T {\n fn b();\n fn c() {}\n}\n";
        let found = Source::new("a.rs", text).functions();
        let found: Vec<_> = found.iter().map(|f| (f.name.as_str(), *f.lines.start(), *f.lines.end())).collect();
        assert_eq!(found, [("a", 1, 3), ("c", 6, 6)]);
    }

    #[test]
    fn test_parts_are_items_under_their_attribute() {
        let parts = |path: &str, text: &str| Source::new(path, text).test_parts();
        let text =
            "fn a() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nuse d;\n";
        assert_eq!(parts("a.rs", text), [2..=6, 8..=9]);
        assert_eq!(parts("a.rs", "#[cfg(all(test, unix))]\nfn a() {}\n"), [1..=2]);
        assert_eq!(parts("a.rs", "#[cfg(not(test))]\nfn a() {}\n#[derive(Debug)]\nstruct B;\n"), []);
        assert_eq!(parts("a/tests.rs", "fn a() {}\nfn b() {}\n"), [1..=2]);
        assert_eq!(parts("a.rs", "#![cfg(test)]\nfn a() {}\n"), [1..=2]);
    }

    #[track_caller]
    fn names(path: &str, text: &str, expected: &[(&str, usize)]) {
        let found = Source::new(path, text).module_paths();
        let found: Vec<_> = found.iter().map(|p| (p.parts.join("::"), p.line)).collect();
        let expected: Vec<_> = expected.iter().map(|(path, line)| ((*path).to_owned(), *line)).collect();
        assert_eq!(found, expected, "{path}: {text}");
    }

    #[test]
    fn paths_are_taken_apart_and_rooted() {
        let (a, b) = ("engine/src/a/mod.rs", "engine/src/a/b.rs");
        names(a, "use crate::x;\nfn f() -> crate::y::Z { crate::y::w::<u8>() }", &[("x", 1), ("y::Z", 2), ("y::w", 2)]);
        names(a, "use crate::{x::{self, Y as N}, z,\n w::*};", &[("x", 1), ("x::Y", 1), ("z", 1), ("w::*", 2)]);
        names(a, "use super::x; use self::c::D; use super::{y, z};", &[("x", 1), ("a::c::D", 1), ("y", 1), ("z", 1)]);
        names(b, "use super::c; use super::super::x;", &[("a::c", 1), ("x", 1)]);
        names(
            b,
            "mod tests { use super::*; use super::super::c; mod u { } use super::d; }\nuse super::e;",
            &[("a::b::*", 1), ("a::c", 1), ("a::b::d", 1), ("a::e", 2)],
        );
        names(a, "pub(crate) fn f(self, s: \"crate::x\") {} // crate::y", &[]);
        names("engine/src/lib.rs", "pub use self::x::Y;", &[("x::Y", 1)]);
    }
}
