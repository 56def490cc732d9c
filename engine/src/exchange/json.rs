//! JSON, or YAML for it, read so that nothing gets lost: each key is taken by name, and what nobody took is told with its
//! place.
//!
//! In: a text. Out: [`Object`]s to take fields from, and [`Notes`] of what could not be understood. Nothing here knows
//! what a key means.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::{Map, Value};

use super::lenient::{self, PassedOver};
use super::places::Places;
use super::yaml::{self, Fault};
use super::{ImportError, Unread, foreign};

/// How much of a value is shown where it is told that it was not understood.
///
/// Assumption: 60 characters fit one line beside the path.
const SUMMARY: usize = 60;

/// Why a key is told that no field was found for.
const NO_PLACE: &str = "Bayplan has no place for it";

/// What was noted while a text was read.
pub(super) struct Notes {
    file: String,
    places: Places,
    /// What could not be understood, in the order it was met.
    pub(super) not_understood: Vec<Unread>,
    /// What is not as it should be, and was understood all the same.
    pub(super) read_anyway: Vec<Unread>,
    /// What is knowingly left out.
    pub(super) set_aside: Vec<Unread>,
}

/// Parses a text, JSON or YAML: each document with its path, where arrays give one for each of their items.
pub(super) fn parse(text: &str, file: &str, wanted: &str) -> Result<(Vec<(String, Value)>, Notes), ImportError> {
    let text = text.trim_start_matches('\u{feff}');
    let error =
        |(line, column): (usize, usize), what: String| ImportError { file: file.to_owned(), line, column, what };
    let foreign = || {
        let (offset, what) = foreign::of_text(text, file)?;
        Some(error(Places::new(text, BTreeMap::new(), Vec::new()).of_offset(offset), what))
    };
    let read = if is_yaml(text, file) { read_yaml(text, wanted) } else { read_json(text, wanted) };
    let Read { documents, places, passed_over } =
        read.map_err(|(line, column, what)| foreign().unwrap_or_else(|| error((line, column), what)))?;
    let is_nothing = |document: &Value| document.as_array().is_some_and(Vec::is_empty);
    if documents.iter().all(is_nothing) {
        return Err(error((1, 1), format!("nothing is here; expected {wanted}")));
    }
    if let Some(what) = documents.iter().find_map(foreign::of_value) {
        return Err(error((1, 1), what));
    }
    if documents.iter().all(|document| !document.is_object() && !document.is_array())
        && let Some(error) = foreign()
    {
        return Err(error);
    }
    let several = documents.len() > 1;
    let mut all = Vec::new();
    for (i, document) in documents.into_iter().enumerate() {
        let path = if several { format!("[{i}]") } else { String::new() };
        match document {
            Value::Array(items) => {
                all.extend(items.into_iter().enumerate().map(|(i, item)| (format!("{path}[{i}]"), item)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                all.push((path, document));
            }
        }
    }
    let (not_understood, set_aside, read_anyway) = (Vec::new(), Vec::new(), Vec::new());
    let mut notes = Notes { file: file.to_owned(), places, not_understood, read_anyway, set_aside };
    for path in notes.places.doubled().to_vec() {
        notes.tell(&path, String::new(), "the key stands twice in its object; the last value counts");
    }
    notes.tell_passed_over(&passed_over);
    Ok((all, notes))
}

/// What a text holds, whichever way it is written.
struct Read {
    documents: Vec<Value>,
    places: Places,
    passed_over: PassedOver,
}

/// Whether a text is YAML: by its file's name, else because it does not begin as JSON does.
fn is_yaml(text: &str, file: &str) -> bool {
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let (json, _) = lenient::without_extras(text);
    ["yaml", "yml"].contains(&ending.as_str()) || json.trim_start().starts_with(|c: char| !"{[".contains(c))
}

fn read_yaml(text: &str, wanted: &str) -> Result<Read, Fault> {
    let (documents, places) = yaml::parse(text)
        .map_err(|(line, column, what)| (line, column, format!("{what}; expected YAML or JSON: {wanted}")))?;
    Ok(Read { documents, places, passed_over: PassedOver::default() })
}

/// Reads JSON; with comments and trailing commas where it does not go without.
fn read_json(text: &str, wanted: &str) -> Result<Read, Fault> {
    let read = |text: &str, passed_over: PassedOver| {
        let documents: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter::<Value>().collect();
        let documents = documents.map_err(|error| syntax_fault(&error, wanted))?;
        let places = Places::of(text, documents.len() > 1);
        Ok(Read { documents, places, passed_over })
    };
    read(text, PassedOver::default()).or_else(|fault| {
        let (without, passed_over) = lenient::without_extras(text);
        if passed_over == PassedOver::default() { Err(fault) } else { read(&without, passed_over) }
    })
}

fn syntax_fault(error: &serde_json::Error, wanted: &str) -> Fault {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    (error.line().max(1), error.column().max(1), format!("{what}; expected JSON: {wanted}"))
}

impl Notes {
    /// The error that something at `path` cannot be read at all.
    pub(super) fn error(&self, path: &str, what: String) -> ImportError {
        let (line, column) = self.places.line_and_column(path);
        ImportError { file: self.file.clone(), line, column, what }
    }

    fn unread(&self, path: &str, value: String, why: &str) -> Unread {
        let (line, column) = self.places.line_and_column(path);
        Unread { path: path.to_owned(), value, why: why.to_owned(), line, column }
    }

    /// Notes what JSON does not have: once of a kind, where it is first.
    fn tell_passed_over(&mut self, passed: &PassedOver) {
        for (offsets, what) in [(&passed.comments, "comment"), (&passed.commas, "trailing comma")] {
            let Some(first) = offsets.first() else { continue };
            let (line, column) = self.places.of_offset(*first);
            let (count, plural) = (offsets.len(), if offsets.len() == 1 { "" } else { "s" });
            let why = "JSON has none; passed over".to_owned();
            let path = format!("{count} {what}{plural}");
            self.read_anyway.push(Unread { path, value: String::new(), why, line, column });
        }
    }

    /// Notes what is not as it should be, and was understood all the same.
    pub(super) fn tell_read(&mut self, path: &str, value: &Value, why: &str) {
        let unread = self.unread(path, summary(value), why);
        self.read_anyway.push(unread);
    }

    /// Notes what was not understood.
    pub(super) fn tell(&mut self, path: &str, value: String, why: &str) {
        let unread = self.unread(path, value, why);
        self.not_understood.push(unread);
    }
}

/// A value in one short line.
fn summary(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SUMMARY {
        return text;
    }
    text.chars().take(SUMMARY - 1).chain(['…']).collect()
}

/// A text, or what stands for one: people write numbers and truth values where AWS wants text.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A number, or text that is one.
fn number_of<T: std::str::FromStr>(value: &Value) -> Option<T> {
    match value {
        Value::Number(number) => number.to_string().parse().ok(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// An object being read. When it goes, the keys nobody took are noted: none is dropped silently.
pub(super) struct Object<'n> {
    fields: Map<String, Value>,
    path: String,
    whole: String,
    notes: &'n mut Notes,
}

impl Drop for Object<'_> {
    fn drop(&mut self) {
        for (key, value) in std::mem::take(&mut self.fields) {
            if !value.is_null() {
                self.notes.tell(&self.path_of(&key), summary(&value), NO_PLACE);
            }
        }
    }
}

impl<'n> Object<'n> {
    /// The object at `path`; another kind of value is noted.
    pub(super) fn of(value: Value, path: String, notes: &'n mut Notes) -> Option<Self> {
        let whole = summary(&value);
        match value {
            Value::Object(fields) => Some(Self { fields, path, whole, notes }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                notes.tell(&path, whole, "expected an object");
                None
            }
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Whether a key is there with text.
    pub(super) fn has_text(&self, key: &str) -> bool {
        self.fields.get(key).is_some_and(Value::is_string)
    }

    /// Whether a key is there with more than null.
    pub(super) fn has(&self, key: &str) -> bool {
        self.fields.get(key).is_some_and(|value| !value.is_null())
    }

    /// The error that this object cannot be read at all.
    pub(super) fn error(&self, what: String) -> ImportError {
        self.notes.error(&self.path, what)
    }

    /// Takes a key's value; null is none.
    fn take(&mut self, key: &str) -> Option<Value> {
        self.fields.shift_remove(key).filter(|value| !value.is_null())
    }

    /// Leaves a key out knowingly.
    pub(super) fn set_aside(&mut self, key: &str, why: &str) {
        if let Some(value) = self.take(key) {
            let unread = self.notes.unread(&self.path_of(key), summary(&value), why);
            self.notes.set_aside.push(unread);
        }
    }

    /// Notes that the whole object is not understood, for it lacks or contradicts something.
    pub(super) fn refuse<T>(&mut self, why: &str) -> Option<T> {
        self.fields.clear();
        self.notes.tell(&self.path, self.whole.clone(), why);
        None
    }

    /// Notes something about one key already taken.
    pub(super) fn tell(&mut self, key: &str, value: String, why: &str) {
        self.notes.tell(&self.path_of(key), value, why);
    }

    /// Takes a key by a function of one's own; a value it cannot read is noted with what was expected.
    pub(super) fn read<T>(&mut self, key: &str, expected: &str, of: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = self.take(key).filter(|value| !is_empty(value))?;
        let read = of(&value);
        if read.is_none() {
            self.tell(key, summary(&value), &format!("expected {expected}"));
        }
        read
    }

    /// Takes text; empty text is none.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.read(key, "text", text_of)
    }

    /// Takes text that may be empty, and then is.
    pub(super) fn text_or_empty(&mut self, key: &str) -> String {
        self.text(key).unwrap_or_default()
    }

    /// Takes a whole number of the width its field has.
    pub(super) fn number<T: std::str::FromStr>(&mut self, key: &str, expected: &str) -> Option<T> {
        self.read(key, expected, number_of)
    }

    /// Takes a truth value.
    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        self.read(key, "true or false", |value| match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.parse().ok(),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        })
    }

    /// Takes one of AWS's words.
    pub(super) fn word<T: Copy + Display>(&mut self, key: &str, all: &[T]) -> Option<T> {
        self.read(key, &words(all), |value| word_of(value, all))
    }

    /// Takes two words that mean on and off.
    pub(super) fn switch(&mut self, key: &str, on: &str, off: &str) -> Option<bool> {
        self.read(key, &format!("{on} or {off}"), |value| match value.as_str() {
            Some(text) if text == on => Some(true),
            Some(text) if text == off => Some(false),
            Some(_) | None => None,
        })
    }

    /// Takes a list of AWS's words; each that is none is noted. One word alone is a list of it.
    pub(super) fn words<T: Copy + Display>(&mut self, key: &str, all: &[T]) -> Vec<T> {
        if let Some(word) = self.fields.get(key).and_then(|value| word_of(value, all)) {
            let value = self.take(key).unwrap_or_default();
            self.notes.tell_read(&self.path_of(key), &value, "expected a list; taken for a list of one");
            return vec![word];
        }
        let items = self.items(key);
        let mut known = Vec::new();
        for (i, item) in items.iter().enumerate() {
            match word_of(item, all) {
                Some(word) => known.push(word),
                None => self.tell(&format!("{key}[{i}]"), summary(item), &format!("expected {}", words(all))),
            }
        }
        known
    }

    /// Takes an object within.
    pub(super) fn object(&mut self, key: &str) -> Option<Object<'_>> {
        let value = self.take(key)?;
        let path = self.path_of(key);
        Object::of(value, path, self.notes)
    }

    /// Takes a list's items as they are.
    fn items(&mut self, key: &str) -> Vec<Value> {
        match self.take(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => {
                if !is_empty(&other) {
                    self.tell(key, summary(&other), "expected a list");
                }
                Vec::new()
            }
        }
    }

    /// Takes a list of objects; those that `of` gives up have been noted by it.
    pub(super) fn list<T>(&mut self, key: &str, mut of: impl FnMut(Object<'_>) -> Option<T>) -> Vec<T> {
        let path = self.path_of(key);
        let mut all = Vec::new();
        for (i, item) in self.items(key).into_iter().enumerate() {
            if let Some(object) = Object::of(item, format!("{path}[{i}]"), self.notes) {
                all.extend(of(object));
            }
        }
        all
    }

    /// Takes a list of texts.
    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        let items = self.items(key);
        let mut all = Vec::new();
        for (i, item) in items.iter().enumerate() {
            match text_of(item) {
                Some(text) => all.push(text),
                None => self.tell(&format!("{key}[{i}]"), summary(item), "expected text"),
            }
        }
        all
    }

    /// Takes an object whose keys are the user's own and whose values are text.
    pub(super) fn map(&mut self, key: &str) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        if let Some(mut object) = self.object(key) {
            for (name, value) in std::mem::take(&mut object.fields) {
                match text_of(&value) {
                    Some(text) => drop(all.insert(name, text)),
                    None if value.is_null() => {}
                    None => object.tell(&name, summary(&value), "expected text"),
                }
            }
        }
        all
    }

    /// Takes a list of objects that each give a name and a value.
    pub(super) fn pairs(&mut self, key: &str, name_key: &str, value_key: &str) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        self.list(key, |mut pair| {
            let Some(name) = pair.text(name_key) else {
                return pair.refuse::<()>(&format!("expected {name_key} and {value_key}"));
            };
            let value = pair.text_or_empty(value_key);
            if all.insert(name.clone(), value).is_some() {
                pair.tell(name_key, name, "the name stands twice in its list; the last value counts");
            }
            None
        });
        all
    }
}

fn word_of<T: Copy + Display>(value: &Value, all: &[T]) -> Option<T> {
    let text = value.as_str()?;
    all.iter().copied().find(|word| word.to_string() == text)
}

/// `EC2, FARGATE or EXTERNAL`.
fn words<T: Display>(all: &[T]) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
