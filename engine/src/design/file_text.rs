//! The text of a file in the form of project files, before its types are known: keys that stand twice, and the format.
//!
//! In: the text. Out: places in it. RON keeps the last of two equal keys of a map and says nothing, so one of two items of
//! a name would be gone; and it tells a field of a newer format as misspelt, though the file says which format it has.
//! Nothing here judges what a text means: where it breaks RON's grammar, what is found is found, and the reader says the rest.

use std::collections::BTreeMap;

/// A key that stands twice in one map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Twice {
    /// The field that holds the map.
    pub field: String,
    /// The key.
    pub key: String,
    /// The line it stands on first, from 1.
    pub first: usize,
    /// The line and column it stands at again, from 1.
    pub again: (usize, usize),
}

/// The first key of any map that stands there twice.
pub(super) fn twice(text: &str) -> Option<Twice> {
    let mut open: Vec<Frame<'_>> = Vec::new();
    for token in Tokens::of(text) {
        match token.text {
            "(" | "[" | "{" => {
                let field = open.last().map_or("", |frame| frame.field);
                if let Some(frame) = open.last_mut() {
                    frame.key.get_or_insert((token.start, token.start));
                }
                open.push(Frame { is_map: token.text == "{", field, key: None, keys: BTreeMap::new() });
            }
            ")" | "]" | "}" => {
                open.pop();
                if let Some((_, end)) = open.last_mut().and_then(|frame| frame.key.as_mut()) {
                    *end = token.start + token.text.len();
                }
            }
            "," => {
                if let Some(frame) = open.last_mut() {
                    frame.key = None;
                }
            }
            ":" => {
                let Some(frame) = open.last_mut() else { continue };
                let Some((start, end)) = frame.key.take() else { continue };
                if !frame.is_map {
                    frame.field = &text[start..end];
                    continue;
                }
                let key = ron::from_str::<String>(&text[start..end]).unwrap_or_else(|_| text[start..end].to_owned());
                // Places are worked out where they are told: each is a walk through the text.
                if let Some(first) = frame.keys.insert(key.clone(), start) {
                    let (first, again) = (place(text, first).0, place(text, start));
                    return Some(Twice { field: frame.field.to_owned(), key, first, again });
                }
            }
            _ => {
                let Some(frame) = open.last_mut() else { continue };
                let end = token.start + token.text.len();
                frame.key.get_or_insert((token.start, end)).1 = end;
            }
        }
    }
    None
}

/// The number of the file's format as it says itself, and the line and column of that number.
pub(super) fn format(text: &str) -> Option<(u64, (usize, usize))> {
    let mut depth = 0_usize;
    let mut before = ["", ""];
    for token in Tokens::of(text) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            number if depth == 1 && before == ["format", ":"] => {
                return number.parse().ok().map(|number| (number, place(text, token.start)));
            }
            _ => {}
        }
        before = [before[1], token.text];
    }
    None
}

/// A bracket that is open.
struct Frame<'t> {
    is_map: bool,
    /// The field of the nearest struct around it that is being read.
    field: &'t str,
    /// Where what may become a key begins and ends.
    key: Option<(usize, usize)>,
    /// The keys of a map so far, with where they begin.
    keys: BTreeMap<String, usize>,
}

/// A bracket, a sign, a word or a literal.
struct Token<'t> {
    start: usize,
    text: &'t str,
}

/// The tokens of a text, without blanks and comments.
struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Steps over blanks and comments; block comments nest.
    fn skip_blanks(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let blanks = rest.len() - rest.trim_start().len();
            let rest = &rest[blanks..];
            self.at += blanks;
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.at += block_comment(rest);
            } else {
                return;
            }
        }
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let length = literal(rest).or_else(|| rest.chars().next().map(|first| word(rest, first)))?;
        let token = Token { start: self.at, text: &rest[..length] };
        self.at += length;
        Some(token)
    }
}

/// How long the word is that a text begins with; any other sign stands alone.
fn word(rest: &str, first: char) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-');
    if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() }
}

/// How long the block comment is that a text begins with.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        match here {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// How long the text or character is that a text begins with; one that never ends takes all.
fn literal(rest: &str) -> Option<usize> {
    let bare = rest.strip_prefix('b').unwrap_or(rest);
    let before = rest.len() - bare.len();
    if let Some(raw) = bare.strip_prefix('r') {
        let marks = raw.len() - raw.trim_start_matches('#').len();
        if raw[marks..].starts_with('"') {
            let end = format!("\"{}", &raw[..marks]);
            let inside = &raw[marks + 1..];
            let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
            return Some(before + 1 + marks + 1 + length);
        }
    }
    let quote = bare.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    for (at, c) in bare.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(before + at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

/// The line and column of a place, from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(text: &str, expected: Option<(&str, &str, usize, (usize, usize))>) {
        let found = twice(text);
        let found = found.as_ref().map(|t| (t.field.as_str(), t.key.as_str(), t.first, t.again));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_key_that_stands_twice_in_a_map_is_found_with_both_lines() {
        finds("(a: {\"x\": 1,\n\"y\": 2,\n  \"x\": 3})", Some(("a", "x", 1, (3, 3))));
        finds("(a: {\"x\": (b: {\n\"k\": (),\n\"k\": ()})})", Some(("b", "k", 2, (3, 1))));
        // Written another way, the same key.
        finds("(a: {\"x\": 1, r#\"x\"#: 2})", Some(("a", "x", 1, (1, 14))));
        finds("(a: {\"\\u{78}\": 1, \"x\": 2})", Some(("a", "x", 1, (1, 19))));
        finds("(a: {Web(\"x\"): 1, Web(\"x\"): 2})", Some(("a", "Web(\"x\")", 1, (1, 19))));
        finds("{1: 1, 1: 2}", Some(("", "1", 1, (1, 8))));
    }

    #[test]
    fn what_only_looks_like_it_is_not_found() {
        finds("(a: {\"x\": 1}, b: {\"x\": 2})", None);
        finds("(a: {\"x\": {\"x\": 1}, \"y\": {\"x\": 1}})", None);
        finds("(a: {\"x\": 1, /* \"x\": 2, /* \"x\": 3 */ */ // \"x\": 4\n \"z\": 5})", None);
        finds("(a: {\"x\": \"x\", \"b\": \"{\\\"b\\\": 1\", \"c\": '\"', \"d\": r\"\\\", \"e\": \"x\"})", None);
        finds("(a: [(x: 1), (x: 2)], b: (x: [1, 1]))", None);
    }

    #[test]
    fn a_text_that_ends_too_soon_ends_the_search() {
        for text in ["", "(", "{\"", "{\"a\": r#\"", "/* /*", "{'", "}}}", "b", "r", "(a: {\"\\", "{:,:}"] {
            finds(text, None);
        }
    }

    #[test]
    fn the_format_is_the_files_own() {
        assert_eq!(format("// format: 9\n(format: 2, name: \"format: 3\")"), Some((2, (2, 10))));
        assert_eq!(format("Project(design: (format: 4), format: 1)"), Some((1, (1, 38))));
        for text in ["", "(name: \"x\")", "(format: \"1\")", "(design: (format: 4))", "format: 1"] {
            assert_eq!(format(text), None, "{text}");
        }
    }
}
