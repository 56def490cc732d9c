//! `bayplan schema` and `bayplan explain`: what a design file may say, and what commands print.

use std::io::Write;

use bayplan_engine::design::described::{self, Explained, Facts};

use super::Stop;
use crate::output_schema;

/// `bayplan schema`.
pub fn schema(of_output: bool, out: &mut dyn Write) -> Result<u8, Stop> {
    let schema = if of_output { output_schema::schema() } else { described::schema() };
    super::bill::print_json(&schema, out)?;
    Ok(0)
}

/// `bayplan explain`.
pub fn explain(what: Option<&str>, out: &mut dyn Write) -> Result<u8, Stop> {
    let Some(what) = what else {
        writeln!(out, "Kinds of item; `bayplan explain KIND` lists the fields of one:\n")?;
        for kind in described::kinds() {
            writeln!(out, "  {kind}")?;
        }
        return Ok(0);
    };
    let explained = described::explain(what).map_err(|why| Stop::Input(why.to_string()))?;
    print(&explained, out)?;
    Ok(0)
}

/// A name, what is known of it, the words it may be and its fields.
fn print(explained: &Explained, out: &mut dyn Write) -> std::io::Result<()> {
    let facts = &explained.facts;
    writeln!(out, "{}\n", explained.name)?;
    if !facts.meaning.is_empty() {
        writeln!(out, "  {}\n", facts.meaning.replace('\n', "\n  "))?;
    }
    let rows = [("AWS", &facts.aws_name), ("unit", &facts.unit), ("range", &facts.range), ("default", &facts.default)];
    for (label, value) in rows {
        if let Some(value) = value {
            writeln!(out, "  {label:8} {value}")?;
        }
    }
    list("is one of", &explained.words, out)?;
    list("fields", &explained.fields, out)
}

fn list(title: &str, named: &[(String, Facts)], out: &mut dyn Write) -> std::io::Result<()> {
    if named.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {title}")?;
    let width = named.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, facts) in named {
        let first = facts.meaning.lines().next().unwrap_or_default();
        let aws = facts.aws_name.as_ref().filter(|aws| *aws != name && !first.contains(aws.as_str()));
        let aws = aws.map_or_else(String::new, |aws| format!("{aws}: "));
        writeln!(out, "    {name:width$}  {aws}{first}")?;
    }
    Ok(())
}
