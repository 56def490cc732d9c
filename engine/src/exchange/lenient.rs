//! JSON as people write it by hand: comments and commas before a closing bracket, read and told.
//!
//! In: a text that is no JSON. Out: the same text with spaces in their place, so that every place in it stays, and where
//! they were. What stands between quotes stays.

/// What was passed over: how often, and where first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PassedOver {
    /// Offsets of comments.
    pub(super) comments: Vec<usize>,
    /// Offsets of commas.
    pub(super) commas: Vec<usize>,
}

/// A text without comments and trailing commas.
pub(super) fn without_extras(text: &str) -> (String, PassedOver) {
    let mut bytes = text.as_bytes().to_vec();
    let mut passed = PassedOver::default();
    let mut at = 0;
    // The last comma after which nothing but space and comments came.
    let mut comma = None;
    while let Some(byte) = bytes.get(at).copied() {
        let end = match (byte, bytes.get(at + 1)) {
            (b'"', _) => {
                comma = None;
                at = end_of_string(&bytes, at);
                continue;
            }
            (b'/', Some(b'/')) | (b'#', _) => end_of(&bytes, at, b"\n"),
            (b'/', Some(b'*')) => end_of(&bytes, at + 2, b"*/").saturating_add(2).min(bytes.len()),
            (b',', _) => {
                comma = Some(at);
                at += 1;
                continue;
            }
            (b']' | b'}', _) => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                    passed.commas.push(comma);
                }
                at += 1;
                continue;
            }
            (space, _) => {
                if !space.is_ascii_whitespace() {
                    comma = None;
                }
                at += 1;
                continue;
            }
        };
        passed.comments.push(at);
        bytes[at..end].iter_mut().filter(|byte| !byte.is_ascii_whitespace()).for_each(|byte| *byte = b' ');
        at = end;
    }
    // Whole comments went, and commas: what is left is text still.
    (String::from_utf8_lossy(&bytes).into_owned(), passed)
}

/// The offset after a string that begins here.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        at += if *byte == b'\\' { 2 } else { 1 };
        if *byte == b'"' {
            break;
        }
    }
    at
}

/// The offset of what comes first after `from`, or the end.
fn end_of(bytes: &[u8], from: usize, mark: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.windows(mark.len()).position(|window| window == mark).map_or(bytes.len(), |found| from + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_trailing_commas_become_space() {
        for (text, left, comments, commas) in [
            ("{\"a\": 1, // é\n}", "{\"a\": 1       \n}", vec![9], vec![7]),
            ("[1, /* x,\n ] */ 2,]", "[1,      \n      2 ]", vec![4], vec![17]),
            ("[\"//\", \"#\", \"a,]\"]", "[\"//\", \"#\", \"a,]\"]", vec![], vec![]),
            ("# head\n{\"a\\\"//\": 1}", "      \n{\"a\\\"//\": 1}", vec![0], vec![]),
            ("[1,,]", "[1, ]", vec![], vec![3]),
            ("/* open", "       ", vec![0], vec![]),
            ("\"open\\", "\"open\\", vec![], vec![]),
        ] {
            let (without, passed) = without_extras(text);
            assert_eq!(passed, PassedOver { comments, commas }, "{text}");
            assert_eq!(without.len(), text.len(), "every place stays: {text}");
            assert_eq!(without.trim_end(), left.trim_end(), "{text}");
        }
    }
}
