//! The project file: a design, its scenarios and the canvas's layout, as RON.
//!
//! Keys stand in a fixed order and one field on a line, so that files differ well in git; reading and writing again
//! gives the same bytes. Unknown fields are refused with line, column and the fields expected, keys that stand twice in a
//! map with both their lines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::file_text::{self, Twice};
use super::id::{ScenarioId, VpcId};
use super::is_default;
use super::item::{Design, ItemRef};
use super::scenario::Scenario;

/// The format this version writes, and the only one there has been.
pub const FORMAT: u32 = 1;

/// Where things stand on the canvas that have no place by what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Layout {
    /// Bands of each row from top to bottom, where they differ from the order of names.
    #[serde(skip_serializing_if = "is_default")]
    pub order: Vec<ItemRef>,
    /// Rows folded: VPC and name of tier.
    #[serde(skip_serializing_if = "is_default")]
    pub folded: Vec<(VpcId, String)>,
    /// Things in the margins, by distance in points from the margin's upper left corner.
    #[serde(skip_serializing_if = "is_default")]
    pub margins: BTreeMap<String, (i32, i32)>,
}

/// A project: what a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The format's number.
    pub format: u32,
    /// What the project is called.
    pub name: String,
    /// What it is about, for the start screen and reports.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// Values that are our own assumption, by item and field, with the reason; shown beside the value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assumptions: BTreeMap<String, String>,
    /// Rules of the checks switched off, by id.
    #[serde(default, skip_serializing_if = "is_default")]
    pub allowed: Vec<String>,
    /// The file of the user's own prices, relative to this one, laid over the catalogue's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub price_book: Option<String>,
    /// The drawing.
    pub design: Design,
    /// Its scenarios.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scenarios: BTreeMap<ScenarioId, Scenario>,
    /// The canvas.
    #[serde(default, skip_serializing_if = "is_default")]
    pub layout: Layout,
}

/// Why a text is no project.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadProjectError {
    /// The text breaks the format.
    #[error("{line}:{column}: {what}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong and what was expected.
        what: String,
    },
    /// A key stands twice in one map.
    #[error(
        "{line}:{column}: {field} names `{key}` twice, in line {first} and in line {line}: give one of them another name"
    )]
    Twice {
        /// The map's field.
        field: String,
        /// The key.
        key: String,
        /// The line it stands on first, from 1.
        first: usize,
        /// The line it stands on again, from 1.
        line: usize,
        /// The column it stands at there, from 1.
        column: usize,
    },
    /// The format is none that this version reads.
    #[error("{line}:{column}: {}", format_said(*.number))]
    Format {
        /// The format's number as the file has it.
        number: u64,
        /// Line of the number, from 1.
        line: usize,
        /// Column of the number, from 1.
        column: usize,
    },
}

fn format_said(number: u64) -> String {
    if number > u64::from(FORMAT) {
        format!("written by a newer Bayplan: format {number}, this reads up to {FORMAT}; a newer version can open it")
    } else {
        format!("there is no format {number}: this version of Bayplan reads format {FORMAT}")
    }
}

impl From<Twice> for ReadProjectError {
    fn from(Twice { field, key, first, again: (line, column) }: Twice) -> Self {
        Self::Twice { field, key, first, line, column }
    }
}

/// How project files are read and written: optional values stand bare.
fn options() -> ron::Options {
    ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
}

/// Reads a file in the form of project files.
pub(crate) fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, ReadProjectError> {
    let value = options().from_str(text).map_err(|e| ReadProjectError::Syntax {
        line: e.span.start.line,
        column: e.span.start.col,
        what: said(text, &e),
    })?;
    match file_text::twice(text) {
        None => Ok(value),
        Some(twice) => Err(twice.into()),
    }
}

/// What is wrong: a value of ours that does not read says it with its field.
fn said(text: &str, error: &ron::error::SpannedError) -> String {
    let (why, start) = (error.code.to_string(), error.span.start);
    let field = if let ron::Error::Message(_) = error.code { field_before(text, start.line, start.col) } else { None };
    field.map_or_else(|| why.clone(), |field| format!("{field}: {why}"))
}

/// The field that the value at a place stands behind, where both stand on one line.
fn field_before(text: &str, line: usize, column: usize) -> Option<&str> {
    let line = text.lines().nth(line.checked_sub(1)?)?;
    let end = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    let (before, _) = line[..end].rsplit_once(':')?;
    let rest = before.trim_end_matches(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    Some(&before[rest.len()..]).filter(|name| !name.is_empty())
}

/// Writes a file in the form of project files.
pub(crate) fn write<T: Serialize>(value: &T) -> String {
    let pretty = ron::ser::PrettyConfig::new()
        .indentor("  ")
        .new_line("\n")
        .struct_names(false)
        .extensions(ron::extensions::Extensions::empty());
    let mut text =
        options().to_string_pretty(value, pretty).expect("our files have only keys and values RON can write");
    text.push('\n');
    text
}

impl Project {
    /// A project around a design.
    pub fn new(name: &str, design: Design) -> Self {
        Self {
            format: FORMAT,
            name: name.to_owned(),
            description: String::new(),
            assumptions: BTreeMap::new(),
            allowed: Vec::new(),
            price_book: None,
            design,
            scenarios: BTreeMap::new(),
            layout: Layout::default(),
        }
    }

    /// Read from a file's text.
    pub fn read(text: &str) -> Result<Self, ReadProjectError> {
        match file_text::format(text) {
            Some((number, (line, column))) if number != u64::from(FORMAT) => {
                Err(ReadProjectError::Format { number, line, column })
            }
            Some(_) | None => read(text),
        }
    }

    /// The file's text.
    pub fn write(&self) -> String {
        write(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::id::{ClusterId, ServiceId, TaskDefinitionId};
    use crate::design::item::Item;
    use crate::design::service::Service;
    use crate::names::Region;

    #[test]
    fn a_project_survives_its_file_byte_for_byte() {
        let mut design = Design::new(Region::new("us-east-1"));
        let mut service = Service::new(ClusterId::new("main"), TaskDefinitionId::new("web"));
        service.health_check_grace_period = Some(crate::units::Seconds::from_secs(30));
        design.put(Item::Service(ServiceId::new("web"), service));
        let project = Project::new("test", design);
        let text = project.write();
        let again = Project::read(&text).unwrap();
        assert_eq!(again, project);
        assert_eq!(again.write(), text);
        assert!(text.contains("health_check_grace_period: \"30 s\""), "optional values stand bare:\n{text}");
    }

    #[test]
    fn a_quantity_that_does_not_read_names_its_field_its_unit_and_its_range() {
        let at = |value: &str| {
            format!(
                "(\n  format: 1,\n  name: \"x\",\n  design: (region: \"us-east-1\", vpcs: {{}}, target_groups: {{\n\"a\": (vpc: \"v\", protocol: Http, port: 80, target_type: Ip,\n  slow_start: {value}),\n}}))\n"
            )
        };
        assert!(Project::read(&at("\"90 s\"")).is_ok());
        let error = Project::read(&at("\"5 KB\"")).unwrap_err().to_string();
        for part in
            ["6:", "slow_start: `5 KB` is not a length of time in whole seconds", "90 s or 5 min", "from 0 s to"]
        {
            assert!(error.contains(part), "{error}");
        }
        let error = Project::read(&at("-5")).unwrap_err().to_string();
        assert!(error.contains("slow_start: `-5` is not"), "{error}");
    }

    #[test]
    fn an_unknown_field_is_refused_with_its_place_and_what_was_expected() {
        let text =
            "(\n  format: 1,\n  name: \"x\",\n  design: (\n    region: \"us-east-1\",\n    servces: {},\n  ),\n)\n";
        let error = Project::read(text).unwrap_err().to_string();
        assert!(error.starts_with("6:"), "{error}");
        assert!(error.contains("servces") && error.contains("services"), "{error}");
    }

    #[test]
    fn a_newer_format_is_said_to_be_newer_whatever_its_fields_are() {
        let text = "(format: 2, name: \"x\", planet: \"Mars\", design: (region: \"us-east-1\"))";
        let error = Project::read(text).unwrap_err().to_string();
        assert_eq!(
            error,
            "1:10: written by a newer Bayplan: format 2, this reads up to 1; a newer version can open it"
        );
        let error = Project::read(&text.replace("format: 2", "format: 0")).unwrap_err().to_string();
        assert_eq!(error, "1:10: there is no format 0: this version of Bayplan reads format 1");
    }

    #[test]
    fn a_key_that_stands_twice_in_any_map_is_refused_with_both_lines() {
        let design = "(\n  format: 1,\n  name: \"x\",\n  design: (region: \"us-east-1\", MAPS),\n  REST\n)\n";
        let read = |maps: &str, rest: &str| Project::read(&design.replace("MAPS", maps).replace("REST", rest));
        assert_eq!(read("", "scenarios: {\"d\": ()}").err(), None);
        let error = read("", "scenarios: {\"d\": (),\n\"d\": ()}").unwrap_err().to_string();
        assert_eq!(error, "6:1: scenarios names `d` twice, in line 5 and in line 6: give one of them another name");
        let vpc = "(cidr: \"10.0.0.0/16\", tags: {\"team\": \"a\",\n\"team\": \"b\"})";
        let error = read(&format!("vpcs: {{\"main\": {vpc}}}"), "").unwrap_err().to_string();
        assert!(error.starts_with("5:1: tags names `team` twice, in line 4 and in line 5"), "{error}");
        let error = read("clusters: {\"main\": (), \"main\": ()}", "").unwrap_err().to_string();
        assert!(error.contains("clusters names `main` twice"), "{error}");
        let error = read("", "layout: (margins: {\"x\": (1, 2), \"x\": (3, 4)})").unwrap_err().to_string();
        assert!(error.contains("margins names `x` twice"), "{error}");
    }

    /// A VPC with IPv6, line by line: `BLOCK` is the destination of its route.
    const IPV6: &str = "(
  format: 1,
  name: \"ipv6\",
  design: (
    region: \"us-east-1\",
    vpcs: { \"main\": (cidr: \"2600:1f18:0:ab00::/56\", egress_only_internet_gateway: true) },
    route_tables: { \"out\": (vpc: \"main\", routes: [(destination: \"BLOCK\", target: EgressOnlyInternetGateway)]) },
    security_groups: { \"web\": (vpc: \"main\", ingress: [(peer: Block(\"::/0\"), ports: (443, 443))]) },
  ),
)
";

    #[test]
    fn a_project_with_ipv6_blocks_survives_its_file_byte_for_byte() {
        let text = Project::read(&IPV6.replace("BLOCK", "::/0")).unwrap().write();
        assert_eq!(Project::read(&text).unwrap().write(), text);
        for block in ["cidr: \"2600:1f18:0:ab00::/56\"", "destination: \"::/0\"", "Block(\"::/0\")"] {
            assert!(text.contains(block), "{block}:\n{text}");
        }
    }

    #[test]
    fn what_is_no_block_is_refused_with_its_place_and_what_was_expected() {
        let error = Project::read(&IPV6.replace("BLOCK", "::/129")).unwrap_err().to_string();
        assert!(error.starts_with("7:"), "{error}");
        for part in ["::/129", "an IPv4 block like 10.0.0.0/16", "an IPv6 block like 2600:1f18::/56"] {
            assert!(error.contains(part), "{error}");
        }
    }
}
