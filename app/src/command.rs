//! What can be asked of the program: one row for each named action, and the commands that views push.
//!
//! Menus, buttons, shortcuts and the find-or-do palette all read [`ROWS`]. Views push into an [`Outbox`]; `perform` does
//! it after the frame.

use std::path::PathBuf;

use bayplan_engine::design::Design;
use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::names::Region;
use bayplan_engine::usage::record::Thing;
use egui::{Key, KeyboardShortcut, Modifiers};

use crate::charts::csv::to_csv;
use crate::charts::png::to_png;
use crate::charts::svg::to_svg;
use crate::document::Change;
use crate::grid::Pick;
use crate::new_design::Choices;
use crate::parts::{self, Part, Spot};
use crate::widgets::chart_view::ChartAction;
use crate::work::{JobKind, Work};
use bayplan_engine::report::chart::Chart;

/// An action with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    New,
    Open,
    Import,
    Save,
    SaveAs,
    ExportDrawing,
    ExportDefinitions,
    Start,
    Design,
    Run,
    Play,
    Compare,
    Bill,
    Undo,
    Redo,
    Add,
    Delete,
    Duplicate,
    SelectAll,
    Find,
    Fit,
    FitSelection,
    ActualSize,
    ZoomIn,
    ZoomOut,
    Problems,
    Scenarios,
    Theme,
    Quit,
}

/// How an action shows itself.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub action: Action,
    pub text: &'static str,
    pub tooltip: &'static str,
    pub shortcuts: &'static [KeyboardShortcut],
    /// Whether it needs a project to be open.
    pub needs_project: bool,
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn row(
    action: Action,
    text: &'static str,
    tooltip: &'static str,
    shortcuts: &'static [KeyboardShortcut],
    needs_project: bool,
) -> Row {
    Row { action, text, tooltip, shortcuts, needs_project }
}

/// Every action, in the order of the palette. Longer shortcuts of a key come first, for they are looked for first.
pub const ROWS: &[Row] = &[
    row(Action::SaveAs, "Save as…", "Write the project to another file", &[ctrl_shift(Key::S)], true),
    row(Action::Save, "Save", "Write the project to its file", &[ctrl(Key::S)], true),
    row(Action::New, "New design…", "Lay out a VPC by a few choices", &[ctrl(Key::N)], false),
    row(Action::Open, "Open…", "Open a project file", &[ctrl(Key::O)], false),
    row(
        Action::Import,
        "Import task definitions…",
        "Draw a VPC and a service around task definitions, JSON or YAML",
        &[],
        false,
    ),
    row(Action::ExportDrawing, "Export drawing…", "Write the canvas as an SVG or PNG picture", &[], true),
    row(
        Action::ExportDefinitions,
        "Export task definitions…",
        "Write each task definition as JSON into a folder",
        &[],
        true,
    ),
    row(Action::Start, "Start screen", "Presets and recent files", &[], false),
    row(Action::Design, "Design", "Draw the design", &[ctrl(Key::Num1)], true),
    row(Action::Run, "Run", "The bay plan over time", &[ctrl(Key::Num2)], true),
    row(
        Action::Play,
        "Play the scenario",
        "Simulates the scenario chosen and shows it over time",
        &[plain(Key::F5), ctrl(Key::R)],
        true,
    ),
    row(Action::Compare, "Compare", "Alternatives side by side", &[ctrl(Key::Num3)], true),
    row(Action::Bill, "Bill", "What it costs, line by line", &[ctrl(Key::Num4)], true),
    row(Action::Redo, "Redo", "Do again what was undone", &[ctrl_shift(Key::Z), ctrl(Key::Y)], true),
    row(Action::Undo, "Undo", "Take back the last change", &[ctrl(Key::Z)], true),
    row(Action::Add, "Add a part…", "Add something to the drawing", &[plain(Key::Slash)], true),
    row(Action::Duplicate, "Duplicate", "Draw what is selected once more", &[ctrl(Key::D)], true),
    row(Action::SelectAll, "Select all", "Select every item on the canvas", &[ctrl(Key::A)], true),
    row(Action::Delete, "Delete", "Take away what is selected", &[plain(Key::Delete), plain(Key::Backspace)], true),
    row(Action::Find, "Find or do…", "Find an item or an action by name", &[ctrl(Key::K)], false),
    row(Action::Fit, "Fit all", "Show the whole drawing", &[plain(Key::F)], true),
    row(Action::FitSelection, "Fit selection", "Show the selected item large", &[], true),
    row(Action::ActualSize, "100 %", "Show the drawing at its own size", &[ctrl(Key::Num0), plain(Key::Num0)], true),
    row(Action::ZoomIn, "Zoom in", "Show less, larger", &[plain(Key::Plus), plain(Key::Equals)], true),
    row(Action::ZoomOut, "Zoom out", "Show more, smaller", &[plain(Key::Minus)], true),
    row(Action::Problems, "Problems", "Show or hide the list of findings", &[], true),
    row(Action::Scenarios, "Scenarios…", "Add, change and delete scenarios: edits, faults, seeds", &[], true),
    row(Action::Theme, "Dark or light", "Change between the dark and the light look", &[], false),
    row(Action::Quit, "Quit", "Close Bayplan", &[ctrl(Key::Q)], false),
];

impl Action {
    /// Whether it is about what is selected or shown on the canvas, and means nothing in other places.
    pub fn is_of_the_canvas(self) -> bool {
        match self {
            Self::Add
            | Self::Delete
            | Self::Duplicate
            | Self::Fit
            | Self::FitSelection
            | Self::SelectAll
            | Self::ActualSize
            | Self::ZoomIn
            | Self::ZoomOut => true,
            Self::New
            | Self::Open
            | Self::Import
            | Self::Save
            | Self::SaveAs
            | Self::ExportDrawing
            | Self::ExportDefinitions
            | Self::Start
            | Self::Design
            | Self::Run
            | Self::Play
            | Self::Compare
            | Self::Bill
            | Self::Undo
            | Self::Redo
            | Self::Find
            | Self::Problems
            | Self::Scenarios
            | Self::Theme
            | Self::Quit => false,
        }
    }

    /// Its row.
    pub fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.action == self).expect("a test sees that every action has its row")
    }
}

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Open,
    Import,
    SaveAs,
    /// A picture's file.
    Drawing,
    /// The folder of task definitions.
    Definitions,
    /// The file of a report or a chart.
    File,
}

/// A file that waits for its place.
#[derive(Clone, Debug, PartialEq)]
pub struct FileToSave {
    /// Its name at first, without the ending.
    pub name: String,
    pub extension: &'static str,
    pub bytes: Vec<u8>,
}

/// What to do with changes that are not saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Save,
    Discard,
    Cancel,
}

/// What views ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Do(Action),
    /// One step of the history.
    Change {
        label: String,
        changes: Vec<Change>,
    },
    Select(Option<Pick>),
    /// Takes something into what is selected, or out of it.
    SelectAlso(Pick),
    Scenario(Option<ScenarioId>),
    /// Shows a moment of the last run, in milliseconds since its start, and what is looked at there.
    LookAt(Thing, u64),
    /// From the start screen back to the open project.
    Back,
    OpenPath(PathBuf),
    OpenPreset(&'static str),
    Create(Choices),
    /// Task definitions drawn in a region.
    Import(Vec<PathBuf>, Region),
    /// A kept copy of unsaved work is opened, or thrown away.
    Recover(PathBuf),
    Forget(PathBuf),
    Answer(Answer),
    /// A path typed where no dialog of the system answers.
    Typed {
        asked: Asked,
        path: PathBuf,
        /// Whether a file of that name may go.
        replaces: bool,
    },
    /// Something could not be done, for a reason.
    Complain(String),
    /// Text for the clipboard; `what` is told afterwards.
    Copy {
        what: String,
        text: String,
    },
    /// A file that the user is asked a place for.
    SaveFile(FileToSave),
    /// Work in the background.
    Start(Work),
    CancelJob(JobKind),
    DismissNotice,
}

impl Command {
    /// An edit of the drawing under the name it gives itself.
    pub fn edit(edit: Edit) -> Self {
        Self::edits(edit.describe(), vec![edit])
    }

    /// A text file that the user is asked a place for.
    pub fn save_text(name: String, extension: &'static str, text: String) -> Self {
        Self::SaveFile(FileToSave { name, extension, bytes: text.into_bytes() })
    }

    /// What somebody asked of a chart, where it is to be taken away.
    pub fn chart(chart: &Chart, action: ChartAction) -> Option<Self> {
        let name = chart.title.to_lowercase();
        Some(match action {
            ChartAction::CopyCsv => Self::Copy { what: format!("{} as CSV", chart.title), text: to_csv(chart) },
            ChartAction::SaveSvg => Self::save_text(name, "svg", to_svg(chart, CHART, false)),
            ChartAction::SavePng => match to_png(chart, CHART, 2, false) {
                Ok(bytes) => Self::SaveFile(FileToSave { name, extension: "png", bytes }),
                Err(why) => Self::Complain(format!("{}: {why}", chart.title)),
            },
            ChartAction::Seek(_) | ChartAction::Pick(_) => return None,
        })
    }

    /// Edits of the drawing as one step.
    pub fn edits(label: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self::Change { label: label.into(), changes: edits.into_iter().map(Change::Edit).collect() }
    }
}

/// The size of a chart on paper, in points.
const CHART: (u16, u16) = (960, 520);

/// What was asked for in a frame.
#[derive(Debug, Default)]
pub struct Outbox(Vec<Command>);

impl Outbox {
    pub fn push(&mut self, command: Command) {
        self.0.push(command);
    }

    pub fn act(&mut self, action: Action) {
        self.0.push(Command::Do(action));
    }

    /// Draws a part and selects it, or says what it lacks.
    pub fn push_part(&mut self, design: &Design, part: &Part, spot: &Spot) {
        match (part.make)(design, spot) {
            Ok(edits) => {
                let drawn = parts::drawn(&edits);
                self.push(Command::edits(format!("Add {}", part.name), edits));
                self.push(Command::Select(drawn.map(Pick::Item)));
            }
            Err(why) => self.push(Command::Complain(why)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything, in order.
    pub fn take(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_one_row_and_no_two_share_a_shortcut() {
        let mut seen = Vec::new();
        for row in ROWS {
            assert_eq!(ROWS.iter().filter(|other| other.action == row.action).count(), 1, "{}", row.text);
            for shortcut in row.shortcuts {
                assert!(!seen.contains(shortcut), "{}: {shortcut:?} is taken", row.text);
                seen.push(*shortcut);
            }
        }
        let last = Action::Quit as usize;
        assert_eq!(ROWS.len(), last + 1);
    }
}
