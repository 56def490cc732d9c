//! What can be seen: the places, and what stands beside them.
//!
//! A view reads the [`Model`], keeps its own small state, and pushes commands. It never edits, saves, runs or blocks.

pub mod bill;
pub mod canvas;
pub mod compare;
pub mod dialogs;
pub mod frame;
pub mod inspector;
pub mod palette;
pub mod parts;
pub mod problems;
pub mod run;
pub mod scenarios;
pub mod start;

use std::path::PathBuf;

use bayplan_engine::exchange::region::Spoken;

use egui::{CentralPanel, Frame, Panel, Ui};

use crate::command::{Asked, Outbox};
use crate::model::Model;
use crate::new_design::Choices;
use crate::parts::Spot;
use crate::widgets::held::held;
use crate::widgets::rows::Heights;
use crate::widgets::theme::Tokens;

/// The places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    Start,
    Design,
    Run,
    Compare,
    Bill,
}

/// What views keep between frames.
#[derive(Default)]
pub struct State {
    pub place: Place,
    pub canvas: canvas::State,
    pub parts: parts::State,
    pub palette: palette::State,
    pub start: start::State,
    pub bill: bill::State,
    pub run: run::State,
    pub compare: compare::State,
    /// Where on the canvas the next part goes.
    pub spot: Spot,
    pub problems_open: bool,
    pub problem_rows: Heights,
    /// Whether scenarios stand in the inspector's place while nothing is selected.
    pub scenarios_open: bool,
    pub new_dialog: Option<Choices>,
    pub path_dialog: Option<dialogs::PathDialog>,
    pub import_dialog: Option<dialogs::ImportDialog>,
}

impl State {
    /// At first the findings are shown.
    pub fn new() -> Self {
        Self { problems_open: true, ..Self::default() }
    }

    /// Whether a dialog of the window's own is open.
    pub fn is_asking(&self) -> bool {
        self.new_dialog.is_some() || self.path_dialog.is_some() || self.import_dialog.is_some()
    }

    /// Asks in which region imported task definitions run: at first the one that they speak of.
    pub fn ask_region(&mut self, files: Vec<PathBuf>, spoken: Option<Spoken>) {
        self.import_dialog = Some(dialogs::ImportDialog::new(files, spoken));
    }

    /// Asks for a path to be typed, where no dialog of the system answers.
    pub fn ask_path(&mut self, asked: Asked, name: String) {
        self.path_dialog = Some(dialogs::PathDialog::new(asked, name));
    }

    /// Asks whether a file may be replaced.
    pub fn ask_to_replace(&mut self, asked: Asked, path: PathBuf) {
        self.path_dialog = Some(dialogs::PathDialog::replacing(asked, path));
    }
}

/// The height of the findings at first: their head, and four of two lines each.
const PROBLEMS: f32 = 188.0;

/// The whole window.
pub fn ui(ui: &mut Ui, model: &Model<'_>, state: &mut State, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    match (state.place, model.document) {
        (Place::Start, _) | (_, None) => start::ui(ui, model, &mut state.start, out),
        (place, Some(_)) => {
            frame::top(ui, model, state, out);
            frame::bottom(ui, model, state, out);
            match place {
                Place::Start | Place::Design => design(ui, model, state, out, &tokens),
                Place::Run => run::ui(ui, model, &mut state.run, out),
                Place::Compare => compare::ui(ui, model, &mut state.compare, out),
                Place::Bill => bill::ui(ui, model, &mut state.bill, out),
            }
        }
    }
    dialogs::ui(ui, model, state, out);
    palette::ui(ui, model, state, out);
    frame::notice(ui, model, out);
}

fn design(ui: &mut Ui, model: &Model<'_>, state: &mut State, out: &mut Outbox, tokens: &Tokens) {
    let side = Frame::new().fill(tokens.panel).inner_margin(10.0);
    Panel::left("parts").resizable(true).default_size(172.0).size_range(140.0..=260.0).frame(side).show(ui, |ui| {
        // The pointer came here over whatever lies between: only the VPC it was last in says where a part goes.
        let spot = Spot { vpc: state.spot.vpc.clone(), ..Spot::default() };
        parts::ui(ui, model, &mut state.parts, &spot, out);
    });
    let entered = state.canvas.take_entered();
    Panel::right("inspector").resizable(true).default_size(324.0).size_range(240.0..=460.0).frame(side).show(
        ui,
        |ui| {
            held(ui, |ui| {
                if state.scenarios_open && model.selected.is_none() {
                    scenarios::ui(ui, model, &mut state.scenarios_open, out);
                } else {
                    inspector::ui(ui, model, entered, out);
                }
            });
        },
    );
    if state.problems_open {
        let frame = Frame::new().fill(tokens.panel).inner_margin(egui::Margin::symmetric(12, 6));
        let panel =
            Panel::bottom("problems").resizable(true).default_size(PROBLEMS).size_range(60.0..=360.0).frame(frame);
        panel.show(ui, |ui| problems::ui(ui, model, &mut state.problems_open, &mut state.problem_rows, out));
    }
    CentralPanel::no_frame().show(ui, |ui| canvas::ui(ui, model, &mut state.canvas, &mut state.spot, out));
}
