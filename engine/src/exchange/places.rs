//! Where each value of a JSON text stands: its path, line and column.
//!
//! In: a text that has parsed. Out: [`Places`]. It finds keys that stand twice in one object, too, of which a parser
//! keeps the last alone.

use std::collections::BTreeMap;

/// The offsets of all values of a text, by path.
pub(super) struct Places {
    text: String,
    offsets: BTreeMap<String, usize>,
    doubled: Vec<String>,
}

impl Places {
    /// The places of a text; of `several` documents each has its number for its path's start.
    pub(super) fn of(text: &str, several: bool) -> Self {
        let places = Self { text: text.to_owned(), offsets: BTreeMap::new(), doubled: Vec::new() };
        let mut walk = Walk { bytes: text.as_bytes(), at: 0, places };
        let mut number = 0;
        while walk.skip_space().is_some() {
            walk.value(&if several { format!("[{number}]") } else { String::new() });
            number += 1;
        }
        walk.places
    }

    /// What another reader found in a text.
    pub(super) fn new(text: &str, offsets: BTreeMap<String, usize>, doubled: Vec<String>) -> Self {
        Self { text: text.to_owned(), offsets, doubled }
    }

    /// Paths that stand twice.
    pub(super) fn doubled(&self) -> &[String] {
        &self.doubled
    }

    /// Line and column of the value at a path, from 1; the start of the text for a path that is not in it.
    pub(super) fn line_and_column(&self, path: &str) -> (usize, usize) {
        self.of_offset(self.offsets.get(path).copied().unwrap_or(0))
    }

    /// Line and column of an offset, from 1.
    pub(super) fn of_offset(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (line, column)
    }
}

struct Walk<'t> {
    bytes: &'t [u8],
    at: usize,
    places: Places,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes space and what stands between values; gives what comes next.
    fn skip_space(&mut self) -> Option<u8> {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace() || byte == b',' || byte == b':') {
            self.at += 1;
        }
        self.peek()
    }

    /// Passes one value and all within it. Each call passes a byte at least, so the walk ends.
    fn value(&mut self, path: &str) {
        let begins = self.skip_space();
        if self.places.offsets.insert(path.to_owned(), self.at).is_some() {
            self.places.doubled.push(path.to_owned());
        }
        match begins {
            Some(b'{') => self.object(path),
            Some(b'[') => self.array(path),
            Some(b'"') => drop(self.string()),
            Some(_) => self.plain(),
            None => {}
        }
    }

    fn object(&mut self, path: &str) {
        self.at += 1;
        while let Some(byte) = self.skip_space() {
            if byte == b'}' {
                self.at += 1;
                return;
            }
            let key = self.string();
            self.value(&if path.is_empty() { key } else { format!("{path}.{key}") });
        }
    }

    fn array(&mut self, path: &str) {
        self.at += 1;
        let mut number = 0;
        while let Some(byte) = self.skip_space() {
            if byte == b']' {
                self.at += 1;
                return;
            }
            self.value(&format!("{path}[{number}]"));
            number += 1;
        }
    }

    /// Passes a string and gives what it says.
    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        let quoted = self.places.text.get(start..self.at).unwrap_or("");
        serde_json::from_str(quoted).unwrap_or_default()
    }

    /// Passes a number, `true`, `false` or `null`.
    fn plain(&mut self) {
        self.at += 1;
        while self.peek().is_some_and(|byte| !byte.is_ascii_whitespace() && !b",]}".contains(&byte)) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_line_and_column() {
        let places = Places::of("{\n  \"a\": [1, {\"b,\\\"\": true}],\n  \"ä\": \"x\", \"ä\": 2\n}", false);
        for (path, at) in [("", (1, 1)), ("a", (2, 8)), ("a[1]", (2, 12)), ("a[1].b,\"", (2, 21)), ("none", (1, 1))] {
            assert_eq!(places.line_and_column(path), at, "{path}");
        }
        assert_eq!(places.doubled(), ["ä"]);
        assert_eq!(Places::of("{} [3]", true).line_and_column("[1][0]"), (1, 5));
    }
}
