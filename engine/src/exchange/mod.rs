//! The documents of the drawing that can be read and written: AWS's own formats, and others'.
//!
//! In: a document's text, or a design. Out: what of it Bayplan understands with a list of what it does not, or a text.
//! Nothing here drops a key silently, echoes one it does not understand, or changes a placeholder.

mod foreign;
mod json;
mod lenient;
mod places;
pub mod region;
pub mod sketch;
pub mod task_definition;
mod yaml;

use std::collections::BTreeSet;

use crate::design::id::TaskDefinitionId;
use crate::design::project::Project;
use crate::design::task_definition::TaskDefinition;
use crate::design::{Item, ItemRef};

/// A kind of document.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// The extension of its files, without the dot.
    pub extension: &'static str,
    /// What it is, for menus and help.
    pub what: &'static str,
    /// Reads one file: its text, and its name for errors.
    pub read: fn(&str, &str) -> Result<Imported, ImportError>,
    /// Writes all documents of a project.
    pub write: fn(&Project) -> Vec<Document>,
}

/// Every kind of document there is, one row each.
pub const FORMATS: &[Format] = &[Format {
    name: "task-definition",
    extension: "json",
    what: "ECS task definitions, as register-task-definition takes them",
    read: task_definition::read,
    write: task_definition::write_all,
}];

/// A document written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The name of its file, without folders.
    pub file_name: String,
    /// Its text.
    pub text: String,
}

/// What came in with one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Task definitions, in the order of the file.
    pub definitions: Vec<(TaskDefinitionId, TaskDefinition)>,
    /// What they name: roles, log groups, secrets, file systems, images.
    pub items: Vec<Item>,
    /// Definitions of which the file holds the containers alone: what stands around them was not there to be read.
    pub containers_alone: BTreeSet<TaskDefinitionId>,
    /// Values that the file does not say and that were made up.
    pub assumptions: Vec<Assumed>,
    /// What is no part of a definition and is left out knowingly.
    pub set_aside: Vec<Unread>,
    /// What is no JSON, or stands where AWS has it elsewhere, and was understood all the same.
    pub read_anyway: Vec<Unread>,
    /// What was not understood, and is not in the design.
    pub not_understood: Vec<Unread>,
}

/// A value made up, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumed {
    /// The item that has it.
    pub at: ItemRef,
    /// The field.
    pub field: &'static str,
    /// What was assumed and why.
    pub why: String,
}

impl Assumed {
    /// Under what name a project's assumptions have a field of an item.
    pub(crate) fn key(at: &ItemRef, field: &str) -> String {
        format!("{at} · {field}")
    }
}

/// Something in a file that did not become part of the design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where in the document: `containerDefinitions[0].foo`.
    pub path: String,
    /// Its value, in short.
    pub value: String,
    /// Why it was left out, with what was expected.
    pub why: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 1.
    pub column: usize,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}")]
pub struct ImportError {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong and what was expected.
    pub what: String,
}

impl std::fmt::Display for Unread {
    /// `containerDefinitions[0].foo = "bar" (7:12): Bayplan has no place for it`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let equals = if self.value.is_empty() { "" } else { " = " };
        write!(f, "{}{equals}{} ({}:{}): {}", self.path, self.value, self.line, self.column, self.why)
    }
}

/// The first of `name`, `name-2`, `name-3`, … that nobody has taken.
fn free_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    let mut number = 2u32;
    loop {
        let numbered = format!("{name}-{number}");
        if !taken(&numbered) {
            return numbered;
        }
        number += 1;
    }
}
