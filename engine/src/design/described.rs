//! What a design file may say: the meaning, unit, range, default and AWS's name of every field, out of the types' own doc
//! comments and serde attributes, so that description and code cannot differ.
//!
//! In: nothing, or a question like `service.health_check_grace_period`. Out: a JSON Schema (draft 2020-12) of a project
//! file, or the answer. A field's doc comment is written for both: it begins with AWS's name in backticks where there is
//! one, says its range as `1 to 2,880`, and its default as `absent is 120`.

use serde_json::{Value, json};

use super::project::Project;

/// How a design file writes what a JSON Schema describes.
const HOW: &str = "A project file of Bayplan. It is RON: an object is written ( field: value, … ), a map { \"key\": value, … }, \
    a list [ … ]; a word of a list stands bare, and a word with content as Word( … ). Fields that are not required may be \
    left out: x-default says what then holds. Quantities are text with their unit. x-aws-name is what AWS calls a field, \
    x-range what AWS takes.";

/// What is said of a field in one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The meaning, in sentences.
    pub meaning: String,
    /// The kind of quantity with its unit, and what it looks like.
    pub unit: Option<String>,
    /// What AWS takes.
    pub range: Option<String>,
    /// What holds where it is left out; none where it has to be there.
    pub default: Option<String>,
    /// What AWS calls it.
    pub aws_name: Option<String>,
}

/// The answer about a kind or a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explained {
    /// What was asked, as files write it.
    pub name: String,
    /// What is known of it.
    pub facts: Facts,
    /// The words it may be, each with its meaning.
    pub words: Vec<(String, Facts)>,
    /// Its fields.
    pub fields: Vec<(String, Facts)>,
}

/// Why nothing can be explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{within} has no {asked}: did you mean {}?", .nearest.join(", "))]
pub struct NotDescribed {
    /// Where it was looked for.
    pub within: String,
    /// What was asked.
    pub asked: String,
    /// The names that come nearest.
    pub nearest: Vec<String>,
}

/// The JSON Schema of a project file.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Project).to_value();
    if let Some(definitions) = schema.get("$defs").cloned() {
        annotate(&mut schema, &definitions);
    }
    if let Some(top) = schema.as_object_mut() {
        top.insert("title".to_owned(), json!("Bayplan project"));
        top.insert("description".to_owned(), json!(HOW));
    }
    schema
}

/// Adds what is known of each field and word below a schema.
fn annotate(schema: &mut Value, definitions: &Value) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(|one| annotate(one, definitions)),
        Value::Object(members) => {
            let required = members.get("required").cloned().unwrap_or_default();
            if let Some(Value::Object(fields)) = members.get_mut("properties") {
                for (name, field) in fields {
                    let must = required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
                    told(field, !must, definitions);
                }
            }
            if let Some(text) = members.get("description").and_then(Value::as_str) {
                let text = plain(text);
                members.insert("description".to_owned(), json!(text));
            }
            for (key, below) in members {
                if let ("properties" | "$defs", Some(named)) = (key.as_str(), below.as_object_mut()) {
                    // Names of fields and types, of which some are words of schemas too.
                    named.values_mut().for_each(|one| annotate(one, definitions));
                } else {
                    annotate(below, definitions);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Puts a field's facts beside it.
fn told(field: &mut Value, may_be_absent: bool, definitions: &Value) {
    let facts = facts(field, may_be_absent, definitions);
    let Some(field) = field.as_object_mut() else { return };
    for (key, value) in
        [("x-aws-name", facts.aws_name), ("x-unit", facts.unit), ("x-range", facts.range), ("x-default", facts.default)]
    {
        if let Some(value) = value {
            field.insert(key.to_owned(), json!(value));
        }
    }
}

/// What a field's schema says of it.
fn facts(field: &Value, may_be_absent: bool, definitions: &Value) -> Facts {
    let text = field.get("description").and_then(Value::as_str).map(plain).unwrap_or_default();
    let inner = behind(field, definitions);
    let quantity = inner.get("x-like").and_then(Value::as_str);
    let what = inner.get("description").and_then(Value::as_str).and_then(|text| text.split(", written like").next());
    let said = default_said(&text);
    Facts {
        unit: what.zip(quantity).map(|(what, like)| format!("{what}, like {like}")),
        range: range_said(&text).or_else(|| inner.get("x-range").and_then(Value::as_str).map(str::to_owned)),
        default: if may_be_absent { said.or_else(|| nothing(field, inner).map(str::to_owned)) } else { None },
        aws_name: field.get("x-aws-name").and_then(Value::as_str).map(str::to_owned).or_else(|| aws_name_said(&text)),
        meaning: text,
    }
}

/// What an absent value of a type is, where its comment says nothing else.
fn nothing(field: &Value, inner: &Value) -> Option<&'static str> {
    let kind = |of: &Value| of.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let optional = field.get("anyOf").is_some() || field.get("type").is_some_and(Value::is_array);
    match kind(if optional { field } else { inner }).as_str() {
        "boolean" => Some("false"),
        "integer" | "number" => Some("0"),
        "array" | "object" | "string" => Some("empty"),
        _ if optional => Some("none"),
        _ => inner.get("x-like").map(|_| "0"),
    }
}

/// A doc comment as a reader of a file takes it: without the ids of rules and the brackets of links, one line a paragraph.
fn plain(text: &str) -> String {
    let mut plain = text.replace("[`", "`").replace("`]", "`");
    for open in ["(rule ", "(rules "] {
        while let Some(from) = plain.find(open) {
            let Some(length) = plain[from..].find(')') else { break };
            let before = plain[..from].trim_end().len();
            plain.replace_range(before..=from + length, "");
        }
    }
    plain.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}

/// The name in backticks that a comment begins with.
fn aws_name_said(text: &str) -> Option<String> {
    let (name, _) = text.strip_prefix('`')?.split_once('`')?;
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c));
    named.then(|| name.to_owned())
}

/// What a comment says holds where nothing is written.
fn default_said(text: &str) -> Option<String> {
    let said = ["bsent is ", "bsent are ", "mpty is ", "bsent ", "mpty ", "mpty means "]
        .iter()
        .find_map(|mark| text.split_once(mark).map(|(_, said)| said))?;
    let end = said.char_indices().find(|(at, c)| match c {
        ';' | '\n' => true,
        '.' => said[at + 1..].is_empty() || said[at + 1..].starts_with([' ', '\n']),
        _ => false,
    });
    Some(said[..end.map_or(said.len(), |(at, _)| at)].trim().to_owned())
}

/// The first `1 to 2,880` of a comment, with the unit behind it.
fn range_said(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && !"-−%µ".contains(c)).to_owned();
    let number = |word: &str| bare(word).trim_start_matches(['-', '−']).starts_with(|c: char| c.is_ascii_digit());
    let to = (1..words.len())
        .find(|at| words[*at] == "to" && words.get(at + 1).is_some_and(|most| number(most)) && number(words[at - 1]))?;
    let most = words[to + 1];
    let unit = words.get(to + 2).map(|unit| bare(unit)).filter(|unit| UNITS.contains(&unit.as_str()));
    let unit = unit.filter(|_| !most.ends_with([',', ';', '.']));
    Some(format!(
        "{} to {}{}",
        bare(words[to - 1]),
        bare(most),
        unit.map_or_else(String::new, |unit| format!(" {unit}"))
    ))
}

/// Units that may stand behind a range.
const UNITS: [&str; 11] = ["s", "min", "h", "d", "days", "%", "MiB", "GiB", "KB", "ms", "requests"];

/// The schema that a field leads to: through references, options, lists and maps.
fn behind<'s>(schema: &'s Value, definitions: &'s Value) -> &'s Value {
    let mut schema = schema;
    // A bound for a schema that would lead back to itself.
    for _ in 0..16 {
        let next = if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            name.rsplit('/').next().and_then(|name| definitions.get(name))
        } else if let Some(Value::Array(any)) = schema.get("anyOf") {
            any.iter().find(|one| one.get("type") != Some(&json!("null")))
        } else if let Some(items @ Value::Object(_)) = schema.get("items") {
            Some(items)
        } else {
            schema.get("additionalProperties").filter(|of| of.is_object())
        };
        let Some(next) = next else { return schema };
        schema = next;
    }
    schema
}

/// A name as files write it: `TargetGroup` and `target group` are `target_group`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.trim().chars() {
        if letter.is_uppercase() && snake.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) {
            snake.push('_');
        }
        snake.extend(if matches!(letter, ' ' | '-') { '_'.to_lowercase() } else { letter.to_lowercase() });
    }
    snake
}

/// A schema and the definitions it refers to.
pub(super) struct Described(Value);

impl Described {
    /// Of a project file.
    pub(super) fn new() -> Self {
        Self(schema())
    }

    /// Of the whole file.
    pub(super) const fn whole(&self) -> &Value {
        &self.0
    }

    /// What a field's schema says of it.
    pub(super) fn facts(&self, field: &Value, may_be_absent: bool) -> Facts {
        facts(field, may_be_absent, self.definitions())
    }

    fn definitions(&self) -> &Value {
        &self.0["$defs"]
    }

    /// What may be asked about first: the project's parts, each kind of item, one or all of them, and every type.
    fn kinds(&self) -> Vec<(String, &Value)> {
        let parts = |of: &'_ Value| of["properties"].as_object().cloned().unwrap_or_default();
        let mut kinds = Vec::new();
        for (holder, fields) in
            [(&self.0, parts(&self.0)), (&self.definitions()["Design"], parts(&self.definitions()["Design"]))]
        {
            for name in fields.keys() {
                let field = &holder["properties"][name];
                kinds.push((name.clone(), field));
                if let Some(kind) = field["additionalProperties"]["$ref"].as_str().and_then(|to| to.rsplit('/').next())
                {
                    kinds.push((snake(kind), &self.definitions()[kind]));
                }
            }
        }
        let all = self.definitions().as_object().into_iter().flatten();
        kinds.extend(all.map(|(name, of)| (snake(name), of)));
        kinds
    }

    /// The fields below a schema, of each of its words.
    pub(super) fn fields<'s>(&'s self, schema: &'s Value) -> Vec<(String, &'s Value, bool)> {
        let schema = behind(schema, self.definitions());
        let required = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let mut fields: Vec<_> = schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, field)| (name.clone(), field, !required(name)))
            .collect();
        for (_, content) in
            self.words(schema).into_iter().filter_map(|(word, of)| of["properties"].get(&word).map(|of| (word, of)))
        {
            fields.extend(self.fields(content));
        }
        fields
    }

    /// The words that a schema may be.
    pub(super) fn words<'s>(&'s self, schema: &'s Value) -> Vec<(String, &'s Value)> {
        let schema = behind(schema, self.definitions());
        let mut words = Vec::new();
        for one in schema["oneOf"].as_array().into_iter().flatten() {
            if let Some(word) = one["const"].as_str() {
                words.push((word.to_owned(), one));
            }
            words.extend(
                one["enum"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(|word| (word.to_owned(), one)),
            );
            if let Some(fields) = one["properties"].as_object() {
                words.extend(fields.keys().map(|word| (word.clone(), one)));
            }
        }
        words.extend(
            schema["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(|word| (word.to_owned(), schema)),
        );
        words
    }
}

/// What can be asked about: the kinds of item and the parts of a project.
pub fn kinds() -> Vec<String> {
    let described = Described::new();
    let design = described.definitions()["Design"]["properties"].as_object().cloned().unwrap_or_default();
    let one = |field: &Value| field["additionalProperties"]["$ref"].as_str()?.rsplit('/').next().map(snake);
    design.iter().map(|(name, field)| one(field).unwrap_or_else(|| name.clone())).collect()
}

/// Explains a kind, `target_group`, or a field of it, `service.health_check_grace_period`.
pub fn explain(asked: &str) -> Result<Explained, NotDescribed> {
    let described = Described::new();
    let mut steps = asked.split('.').map(snake);
    let first = steps.next().unwrap_or_default();
    let kinds = described.kinds();
    let Some(mut at) = kinds.iter().find(|(name, _)| *name == first).map(|(_, schema)| *schema) else {
        return Err(not_described("a design file", &first, kinds.iter().map(|(name, _)| name.as_str())));
    };
    let mut name = first;
    let mut may_be_absent = false;
    for step in steps {
        let fields = described.fields(at);
        let Some((_, field, absent)) = fields.iter().find(|(name, ..)| *name == step) else {
            return Err(not_described(&name, &step, fields.iter().map(|(name, ..)| name.as_str())));
        };
        (at, may_be_absent) = (*field, *absent);
        name = format!("{name}.{step}");
    }
    let of = |schema: &Value, absent: bool| described.facts(schema, absent);
    let mut fields: Vec<(String, Facts)> = Vec::new();
    for (field, schema, absent) in described.fields(at) {
        if !fields.iter().any(|(name, _)| *name == field) {
            fields.push((field, of(schema, absent)));
        }
    }
    let words = described.words(at).into_iter().map(|(word, schema)| (word, of(schema, false))).collect();
    Ok(Explained { name, facts: of(at, may_be_absent), words, fields })
}

/// The three names that come nearest to what was asked.
fn not_described<'n>(within: &str, asked: &str, names: impl Iterator<Item = &'n str>) -> NotDescribed {
    let mut near: Vec<(usize, &str)> = names.map(|name| (strsim::damerau_levenshtein(asked, name), name)).collect();
    near.sort_unstable();
    near.dedup();
    let nearest = near.into_iter().take(3).map(|(_, name)| name.to_owned()).collect();
    NotDescribed { within: within.to_owned(), asked: asked.to_owned(), nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every field of every type, with where it stands.
    fn all_fields(schema: &Value, at: &str, found: &mut Vec<(String, Value)>) {
        match schema {
            Value::Object(members) => {
                for (name, field) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
                    found.push((format!("{at}.{name}"), field.clone()));
                }
                for (key, below) in members {
                    let at = format!("{at}/{key}");
                    if let ("properties" | "$defs", Some(named)) = (key.as_str(), below.as_object()) {
                        named.iter().for_each(|(name, one)| all_fields(one, &format!("{at}/{name}"), found));
                    } else {
                        all_fields(below, &at, found);
                    }
                }
            }
            Value::Array(all) => all.iter().for_each(|below| all_fields(below, at, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_field_is_described() {
        let mut fields = Vec::new();
        all_fields(&schema(), "", &mut fields);
        assert!(fields.len() > 400, "{}", fields.len());
        let bare: Vec<_> = fields
            .iter()
            // The word of an enum stands as a field of its own and is described beside it.
            .filter(|(at, field)| field["description"].as_str().is_none_or(str::is_empty) && !at.contains("/oneOf"))
            .map(|(at, _)| at)
            .collect();
        assert_eq!(bare, Vec::<&String>::new());
    }

    #[test]
    fn a_comment_says_name_range_and_default() {
        let text = "`expiresInMinutes`, 1 to 2,880 min; absent is 120 (rule TSP-01).";
        assert_eq!(plain(text), "`expiresInMinutes`, 1 to 2,880 min; absent is 120.");
        assert_eq!(aws_name_said(text).as_deref(), Some("expiresInMinutes"));
        assert_eq!(range_said(text).as_deref(), Some("1 to 2,880 min"));
        assert_eq!(default_said(&plain(text)).as_deref(), Some("120"));
        assert_eq!(aws_name_said("`10.0.0.0/16` or another"), None);
        assert_eq!(range_said("up to 50, or to 60"), None);
    }

    #[test]
    fn a_field_is_explained_with_all_that_is_known() {
        let grace = explain("service.health_check_grace_period").unwrap();
        assert_eq!(grace.facts.aws_name.as_deref(), Some("healthCheckGracePeriodSeconds"));
        assert!(grace.facts.unit.is_some_and(|unit| unit.contains("90 s")), "its unit");
        assert_eq!(grace.facts.default.as_deref(), Some("0 s"));
        assert_eq!(grace.facts.range.as_deref(), Some("0 to 2,147,483,647 s"));
        let strategy = explain("Service.deployment.strategy").unwrap();
        let blue_green = strategy.words.iter().find(|(word, _)| word == "BlueGreen").unwrap();
        assert_eq!(blue_green.1.aws_name.as_deref(), Some("BLUE_GREEN"));
        let group = explain("target group").unwrap();
        assert!(group.fields.iter().any(|(name, _)| name == "deregistration_delay"));
        assert!(explain("capacity_provider.instance_types").is_ok(), "a field of one of its words");
    }

    #[test]
    fn what_is_not_known_is_answered_with_the_nearest_names() {
        assert_eq!(explain("servise").unwrap_err().nearest[0], "service");
        let error = explain("service.health_check_grace").unwrap_err().to_string();
        assert!(
            error.starts_with("service has no health_check_grace: did you mean health_check_grace_period"),
            "{error}"
        );
    }

    #[test]
    fn every_kind_of_item_is_explained() {
        for kind in kinds() {
            let explained = explain(&kind).unwrap();
            let whole = !explained.fields.is_empty() || !explained.words.is_empty() || kind == "region";
            assert!(whole && !explained.facts.meaning.is_empty(), "{kind}: {explained:?}");
        }
    }
}
