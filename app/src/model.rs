//! What views may read: one value of references, made for each frame.

use std::path::{Path, PathBuf};

use bayplan_engine::bill::Charge;
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::design::project::Project;
use bayplan_engine::design::{Design, ItemRef};
use bayplan_engine::units::Usd;

use crate::analysis::Analysis;
use crate::document::Document;
use crate::grid::{Grid, Pick};
use crate::jobs::Jobs;
use crate::results::Results;

/// A preset on the start screen.
#[derive(Clone, Debug)]
pub struct PresetCard {
    pub name: &'static str,
    pub title: &'static str,
    pub text: String,
    pub scenarios: Vec<String>,
    pub month: Option<Usd>,
    pub grid: Grid,
}

/// Unsaved work of an earlier time that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it is kept.
    pub file: PathBuf,
    /// The file it is of, if it had one.
    pub of: Option<PathBuf>,
    pub name: String,
}

/// Something to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub is_error: bool,
}

/// What is asked before unsaved changes would be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub name: String,
}

/// What views may read.
#[derive(Clone, Copy)]
pub struct Model<'a> {
    pub document: Option<&'a Document>,
    pub analysis: &'a Analysis,
    pub catalogue: Option<&'a Catalogue>,
    pub selected: Option<&'a Pick>,
    /// What is selected besides.
    pub also: &'a [Pick],
    pub scenario: Option<&'a ScenarioId>,
    pub presets: &'a [PresetCard],
    pub recent: &'a [PathBuf],
    pub kept: &'a [Kept],
    pub notice: Option<&'a Notice>,
    pub question: Option<&'a Question>,
    pub results: &'a Results,
    pub jobs: &'a Jobs,
}

impl<'a> Model<'a> {
    pub fn project(&self) -> Option<&'a Project> {
        self.document.map(|document| document.project().as_ref())
    }

    pub fn design(&self) -> Option<&'a Design> {
        self.project().map(|project| &project.design)
    }

    /// The selected item, if it is one and is drawn.
    pub fn selected_item(&self) -> Option<&'a ItemRef> {
        let at = self.selected?.item()?;
        self.design()?.contains(at).then_some(at)
    }

    /// Whether it is among what is selected.
    pub fn is_selected(&self, pick: &Pick) -> bool {
        self.selected == Some(pick) || self.also.contains(pick)
    }

    /// The name of the project, as the inspector and reports say it.
    pub fn title(&self) -> &str {
        self.project().map_or("Bayplan", |project| &project.name)
    }

    /// The name of the file it stands in.
    pub fn file_name(&self) -> Option<String> {
        let file = self.document?.path.as_deref().and_then(Path::file_name)?;
        Some(file.to_string_lossy().into_owned())
    }

    /// What an item costs a month.
    pub fn price(&self, at: &ItemRef) -> Option<Usd> {
        self.analysis.month.as_ref()?.by_owner.get(at).copied()
    }
}

/// What AWS charges for, with an instance type's name.
pub fn charge_text(charge: Charge, catalogue: &Catalogue) -> String {
    match charge {
        Charge::Aws(meter) => catalogue.label(meter),
        Charge::Own | Charge::Commitment(_) | Charge::Covered(_) => charge.label().to_owned(),
    }
}
