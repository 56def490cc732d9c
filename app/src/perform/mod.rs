//! Carries out what views asked for, after the frame: the match over [`Command`], by group.
//!
//! The only place that changes the document, touches files or opens dialogs. Each group has its file.

pub mod dialogs;
mod edit;
pub mod export;
pub mod file;
pub mod recovery;
pub mod shelf;

use bayplan_engine::presets;
use egui::Context;

use crate::app::App;
use crate::command::{Action, Asked, Command};
use crate::model::Notice;
use crate::new_design;
use crate::views::Place;

/// Carries out one command.
pub(crate) fn perform(app: &mut App, context: &Context, command: Command) {
    match command {
        Command::Do(action) => act(app, context, action),
        Command::Change { label, changes } => edit::change(app, &label, &changes),
        Command::Select(pick) => edit::select(app, pick),
        Command::SelectAlso(pick) => edit::select_also(app, pick),
        Command::Scenario(scenario) => {
            app.scenario = scenario;
            app.look_again = true;
        }
        Command::LookAt(thing, at_ms) => {
            app.state.run.look_at(thing, at_ms);
            app.state.place = Place::Run;
        }
        Command::Back => app.state.place = Place::Design,
        Command::OpenPath(path) => file::guarded(app, context, file::Then::Open(path)),
        Command::OpenPreset(name) => file::guarded(app, context, file::Then::Preset(name)),
        Command::Create(choices) => file::guarded(app, context, file::Then::Create(choices)),
        Command::Import(files, region) => file::import(app, &files, &region),
        Command::Recover(path) => file::guarded(app, context, file::Then::Recover(path)),
        Command::Forget(path) => recovery::forget(app, &path),
        Command::Answer(answer) => file::answer(app, context, answer),
        Command::Typed { asked, path, replaces } => file::typed_by_hand(app, context, asked, path, replaces),
        Command::Copy { what, text } => {
            context.copy_text(text);
            tell(app, format!("{what} is on the clipboard"));
        }
        Command::SaveFile(file) => file::ask_for(app, context, file),
        Command::Start(work) => app.start(work, context),
        Command::CancelJob(kind) => app.jobs.cancel(kind),
        Command::Complain(why) => complain(app, why),
        Command::DismissNotice => app.notice = None,
    }
}

fn act(app: &mut App, context: &Context, action: Action) {
    match action {
        Action::New => app.state.new_dialog = Some(new_design::Choices::default()),
        Action::Open => file::ask(app, context, Asked::Open),
        Action::Import => file::ask(app, context, Asked::Import),
        Action::Save => file::save(app, context),
        Action::SaveAs => file::ask(app, context, Asked::SaveAs),
        Action::ExportDrawing => file::ask(app, context, Asked::Drawing),
        Action::ExportDefinitions => file::ask(app, context, Asked::Definitions),
        Action::Start => app.state.place = Place::Start,
        Action::Design => app.state.place = Place::Design,
        Action::Run => app.state.place = Place::Run,
        Action::Play => {
            // Whoever looks at the bill wants the bill of the run.
            if app.state.place == Place::Bill {
                app.state.bill.show_run();
            } else {
                app.state.place = Place::Run;
            }
            let work = app.state.run.work(app.scenario.as_ref());
            app.start(work, context);
        }
        Action::Compare => app.state.place = Place::Compare,
        Action::Bill => app.state.place = Place::Bill,
        Action::Undo => edit::undo(app),
        Action::Redo => edit::redo(app),
        Action::Add => app.state.palette.open_parts(),
        Action::Delete => edit::delete(app),
        Action::Duplicate => edit::duplicate(app),
        Action::SelectAll => edit::select_all(app),
        Action::Find => app.state.palette.open_all(),
        Action::Fit => app.state.canvas.fit(),
        Action::FitSelection => app.state.canvas.fit_selection(),
        Action::ActualSize => app.state.canvas.actual_size(),
        Action::ZoomIn => app.state.canvas.zoom(1.25),
        Action::ZoomOut => app.state.canvas.zoom(0.8),
        Action::Problems => {
            app.state.problems_open = app.state.place != Place::Design || !app.state.problems_open;
            app.state.place = Place::Design;
        }
        Action::Scenarios => {
            app.state.scenarios_open = true;
            edit::select(app, None);
            app.state.place = Place::Design;
        }
        Action::Theme => {
            let dark = context.theme() == egui::Theme::Dark;
            context.set_theme(if dark { egui::ThemePreference::Light } else { egui::ThemePreference::Dark });
        }
        Action::Quit => context.send_viewport_cmd(egui::ViewportCommand::Close),
    }
}

/// Tells something that went well.
pub(crate) fn tell(app: &mut App, text: impl Into<String>) {
    app.notice = Some(Notice { text: text.into(), is_error: false });
}

/// Tells something that could not be done, and why.
pub(crate) fn complain(app: &mut App, text: impl Into<String>) {
    app.notice = Some(Notice { text: text.into(), is_error: true });
}

/// A preset's project.
pub(crate) fn preset(name: &str) -> Option<bayplan_engine::design::project::Project> {
    presets::find(name).map(presets::Preset::project)
}
