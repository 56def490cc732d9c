//! The window: `logic` takes what came back and carries out what was asked, `ui` draws.

use std::path::PathBuf;
use std::sync::Arc;

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::evaluate;
use bayplan_engine::presets::PRESETS;
use bayplan_engine::units::Span;
use eframe::{CreationContext, Frame, NativeOptions};
use egui::{Context, Key, Ui};

use crate::analysis::Analysis;
use crate::command::{Action, Command, FileToSave, Outbox, ROWS, Row};
use crate::document::Document;
use crate::grid::Pick;
use crate::grid::layout::{self, Density};
use crate::jobs::{Done, Jobs};
use crate::model::{Kept, Model, Notice, PresetCard, Question};
use crate::perform::dialogs::{Dialogs, Native};
use crate::perform::{self, export, file, recovery, shelf};
use crate::results::Results;
use crate::views::{self, Place};
use crate::widgets::theme;
use crate::work::Work;

/// What the window starts with.
pub struct Setup {
    /// A project to open at once: a file, or the name of a preset.
    pub path: Option<PathBuf>,
    /// Where recent files and kept copies live; none keeps nothing.
    pub folder: Option<PathBuf>,
    pub dialogs: Box<dyn Dialogs>,
}

/// The program while its window is open.
pub struct App {
    pub(crate) document: Option<Document>,
    pub(crate) analysis: Analysis,
    pub(crate) selected: Option<Pick>,
    /// What is selected besides.
    pub(crate) also: Vec<Pick>,
    pub(crate) scenario: Option<ScenarioId>,
    pub(crate) state: views::State,
    pub(crate) notice: Option<Notice>,
    pub(crate) question: Option<(Question, file::Then)>,
    pub(crate) after_save: Option<file::Then>,
    pub(crate) waiting: Option<file::Waiting>,
    pub(crate) to_save: Option<FileToSave>,
    pub(crate) writing: Option<export::Writing>,
    pub(crate) dialogs: Box<dyn Dialogs>,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) recent: Vec<PathBuf>,
    pub(crate) kept: Vec<Kept>,
    pub(crate) watch: recovery::Watch,
    /// Whether the project must be looked at anew.
    pub(crate) look_again: bool,
    pub(crate) may_close: bool,
    catalogue: Option<(String, Result<Arc<Catalogue>, String>)>,
    pub(crate) jobs: Jobs,
    pub(crate) results: Results,
    presets: Vec<PresetCard>,
    out: Outbox,
    title: String,
}

impl App {
    /// The window's program; gives the context our look.
    pub fn new(creation: &CreationContext<'_>, setup: Setup) -> Self {
        theme::install(&creation.egui_ctx);
        let mut app = Self {
            document: None,
            analysis: Analysis::default(),
            selected: None,
            also: Vec::new(),
            scenario: None,
            state: views::State::new(),
            notice: None,
            question: None,
            after_save: None,
            waiting: None,
            to_save: None,
            writing: None,
            dialogs: setup.dialogs,
            recent: shelf::recent(setup.folder.as_deref()),
            kept: recovery::list(setup.folder.as_deref()),
            folder: setup.folder,
            watch: recovery::Watch::default(),
            look_again: false,
            may_close: false,
            catalogue: None,
            jobs: Jobs::default(),
            results: Results::default(),
            presets: presets(),
            out: Outbox::default(),
            title: String::new(),
        };
        if let Some(path) = setup.path {
            // As on the command line: a file goes before a preset of its name.
            match path.to_str().and_then(perform::preset).filter(|_| !path.is_file()) {
                Some(project) => file::show(&mut app, Document::fresh(project)),
                None => file::open(&mut app, &path),
            }
        }
        app.look();
        app
    }

    /// The project that is open.
    pub fn document(&self) -> Option<&Document> {
        self.document.as_ref()
    }

    /// What is selected.
    pub fn selected(&self) -> Option<&Pick> {
        self.selected.as_ref()
    }

    /// What is selected besides.
    pub fn also(&self) -> &[Pick] {
        &self.also
    }

    /// What is known of the project.
    pub fn analysis(&self) -> &Analysis {
        &self.analysis
    }

    /// What was told last.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// Looks at the project anew, if it changed.
    fn look(&mut self) {
        if !std::mem::take(&mut self.look_again) {
            return;
        }
        let Some(document) = &self.document else { return };
        let project = document.project();
        let key = format!("{}\n{:?}\n{:?}", project.design.region, project.price_book, document.path);
        if self.catalogue.as_ref().is_none_or(|(of, _)| *of != key) {
            self.catalogue = Some((key, file::catalogue(project, document.path.as_deref()).map(Arc::new)));
        }
        let before = std::mem::take(&mut self.analysis);
        let catalogue = match &self.catalogue {
            Some((_, Ok(catalogue))) => Ok(catalogue.as_ref()),
            Some((_, Err(why))) => Err(why.as_str()),
            None => Err("no prices are loaded"),
        };
        self.analysis = Analysis::of(project, self.scenario.as_ref(), catalogue, before);
    }

    /// Begins work on the project as it stands.
    pub(crate) fn start(&mut self, work: Work, context: &Context) {
        let (Some(document), Some((_, Ok(catalogue)))) = (&self.document, &self.catalogue) else { return };
        self.jobs.start(work, document.project().clone(), catalogue.clone(), context);
    }

    /// Takes what jobs brought back.
    fn come_back(&mut self) {
        for answer in self.jobs.take() {
            match answer.done {
                Ok(Done::Played(played)) => {
                    self.results.run = Some(Arc::new(*played));
                    self.state.run.forget_chosen();
                }
                Ok(Done::Compared(compared) | Done::Partly(compared)) => {
                    self.results.comparisons.insert(compared.comparison.family, Arc::new(*compared));
                }
                Ok(Done::Cancelled) => {}
                Err(why) => perform::complain(self, why),
            }
        }
    }

    /// Shortcuts of [`ROWS`], before any widget sees the keys.
    fn shortcuts(&mut self, ui: &Ui) {
        if self.state.palette.is_open() || self.question.is_some() || self.state.is_asking() {
            return;
        }
        let typing = ui.ctx().text_edit_focused();
        let open = self.document.is_some() && self.state.place != Place::Start;
        let on_canvas = self.state.place == Place::Design;
        let applies = |row: &&Row| !row.needs_project || open && (on_canvas || !row.action.is_of_the_canvas());
        for row in ROWS.iter().filter(applies) {
            for shortcut in row.shortcuts {
                let plain = shortcut.modifiers.is_none();
                let editing = [Action::Undo, Action::Redo, Action::SelectAll].contains(&row.action);
                if typing && (plain || editing) {
                    continue;
                }
                if ui.input_mut(|input| input.consume_shortcut(shortcut)) {
                    self.out.act(row.action);
                }
            }
        }
    }

    /// Files dropped on the window.
    fn dropped(&mut self, context: &Context) {
        let files: Vec<PathBuf> =
            context.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
        let is_json = |path: &PathBuf| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        let (json, other): (Vec<_>, Vec<_>) = files.into_iter().partition(is_json);
        if !json.is_empty() {
            file::guarded(self, context, file::Then::Import(json));
        } else if let Some(path) = other.into_iter().next() {
            file::guarded(self, context, file::Then::Open(path));
        }
    }

    fn closing(&mut self, context: &Context) {
        let asked = context.input(|input| input.viewport().close_requested());
        let dirty = self.document.as_ref().is_some_and(Document::is_dirty);
        if asked && dirty && !self.may_close {
            context.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            file::guarded(self, context, file::Then::Close);
        } else if asked && !self.may_close {
            recovery::discard(self);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, context: &Context, _frame: &mut Frame) {
        file::take_answer(self, context);
        export::take_written(self);
        self.come_back();
        self.dropped(context);
        self.closing(context);
        for command in self.out.take() {
            perform::perform(self, context, command);
        }
        self.look();
        if let Some(wait) = recovery::keep(self, context.input(|input| input.time)) {
            context.request_repaint_after(std::time::Duration::from_secs_f64(wait));
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        // `app/benches/window` counts these.
        log::trace!("frame {}", ui.ctx().cumulative_frame_nr());
        self.shortcuts(ui);
        let model = Model {
            document: self.document.as_ref(),
            analysis: &self.analysis,
            catalogue: self.catalogue.as_ref().and_then(|(_, catalogue)| catalogue.as_deref().ok()),
            selected: self.selected.as_ref(),
            also: &self.also,
            scenario: self.scenario.as_ref(),
            presets: &self.presets,
            recent: &self.recent,
            kept: &self.kept,
            notice: self.notice.as_ref(),
            question: self.question.as_ref().map(|(question, _)| question),
            results: &self.results,
            jobs: &self.jobs,
        };
        views::ui(ui, &model, &mut self.state, &mut self.out);
        if self.notice.is_some() && ui.input(|input| input.key_pressed(Key::Escape)) {
            self.out.push(Command::DismissNotice);
        }
        let dirty = self.document.as_ref().is_some_and(Document::is_dirty);
        let title = format!("{}{} – Bayplan", if dirty { "*" } else { "" }, model_title(self.document.as_ref()));
        if title != self.title {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
        if !self.out.is_empty() {
            ui.ctx().request_repaint();
        }
    }
}

fn model_title(document: Option<&Document>) -> String {
    let file = document.and_then(|d| d.path.as_deref()).and_then(std::path::Path::file_name);
    let name = document.map(|d| d.project().name.clone());
    file.map(|file| file.to_string_lossy().into_owned()).or(name).unwrap_or_else(|| "Start".to_owned())
}

/// The presets with their pictures and their months.
fn presets() -> Vec<PresetCard> {
    let mut catalogues: Vec<Catalogue> = Vec::new();
    let mut cards = Vec::new();
    for preset in PRESETS {
        let project = preset.project();
        let region = &project.design.region;
        if catalogues.iter().all(|catalogue| catalogue.region.region != *region) {
            catalogues.extend(Catalogue::load(region).ok());
        }
        let catalogue = catalogues.iter().find(|catalogue| catalogue.region.region == *region);
        let month = catalogue.and_then(|catalogue| {
            let prepared = evaluate::prepare(&project, None, catalogue).ok()?;
            Some(evaluate::estimate_outcome(&prepared, catalogue, Span::MONTH).month.total)
        });
        cards.push(PresetCard {
            name: preset.name,
            title: preset.title,
            text: project.description.clone(),
            scenarios: project.scenarios.keys().map(ToString::to_string).collect(),
            month,
            grid: layout::layout(&project.design, &project.layout, Density::Small),
        });
    }
    cards
}

/// Opens the window and stays until it is closed.
pub fn run_window(path: Option<PathBuf>) -> eframe::Result {
    let folder = directories::ProjectDirs::from("", "", "bayplan").map(|dirs| dirs.data_dir().to_owned());
    let viewport = egui::ViewportBuilder::default()
        .with_app_id("bayplan")
        .with_title("Bayplan")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([960.0, 600.0]);
    let options = NativeOptions { viewport, ..NativeOptions::default() };
    let setup = Setup { path, folder, dialogs: Box::new(Native) };
    eframe::run_native("Bayplan", options, Box::new(move |creation| Ok(Box::new(App::new(creation, setup)))))
}
