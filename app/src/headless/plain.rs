//! Text on its way to a terminal: what would steer the terminal is shown instead.
//!
//! Names, files and errors hold what others wrote. A control character in them moves the cursor, changes colours or types
//! for the user; here it becomes `\u{1b}`, as Rust writes it.

use std::io::{Result, Write};

/// A writer that lets text through, and of control characters line feeds and tabs alone.
pub struct Plain<W: Write> {
    to: W,
    /// The first byte of a character of two, which may be a control character of the upper half.
    held: Option<u8>,
}

/// The first byte, in UTF-8, of the control characters from U+0080 on.
const UPPER: u8 = 0xc2;

impl<W: Write> Plain<W> {
    /// Before this writer.
    pub fn new(to: W) -> Self {
        Self { to, held: None }
    }

    fn let_go(&mut self) -> Result<()> {
        match self.held.take() {
            Some(byte) => self.to.write_all(&[byte]),
            None => Ok(()),
        }
    }
}

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut done = 0;
        for (at, byte) in bytes.iter().copied().enumerate() {
            let control = match (self.held, byte) {
                (Some(_), 0x80..=0x9f) => {
                    self.held = None;
                    true
                }
                (None, b'\n' | b'\t') => false,
                (None, _) => byte.is_ascii_control(),
                (Some(_), _) => {
                    self.to.write_all(&bytes[done..at])?;
                    done = at;
                    self.let_go()?;
                    byte.is_ascii_control() && byte != b'\n' && byte != b'\t'
                }
            };
            if control || byte == UPPER {
                self.to.write_all(&bytes[done..at])?;
                done = at + 1;
            }
            if control {
                write!(self.to, "\\u{{{byte:x}}}")?;
            } else if byte == UPPER {
                self.held = Some(byte);
            }
        }
        self.to.write_all(&bytes[done..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(parts: &[&[u8]], expected: &str) {
        let mut out = Vec::new();
        let mut plain = Plain::new(&mut out);
        for part in parts {
            plain.write_all(part).unwrap();
        }
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn what_would_steer_a_terminal_is_shown() {
        shows(&["naïve · 5 µs\tß\n".as_bytes()], "naïve · 5 µs\tß\n");
        shows(&[b"a\x1b[31mred\x1b[0m\r\x07\x7f"], "a\\u{1b}[31mred\\u{1b}[0m\\u{d}\\u{7}\\u{7f}");
        // U+009B begins an escape code in one character; U+00B5 is a letter of the same first byte.
        shows(&["\u{9b}31m\u{b5}".as_bytes()], "\\u{9b}31m\u{b5}");
        // A character in two parts, either way.
        shows(&[b"x\xc2", b"\x9b", b"\xc2", b"\xb5y"], "x\\u{9b}\u{b5}y");
    }
}
