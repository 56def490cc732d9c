//! The bar above (name, undo, places, scenario, find-or-do), the line below, and notices.

use bayplan_engine::checks::Severity;
use bayplan_engine::units::Usd;
use egui::{Align, Align2, Button, Frame, Id, Layout, Margin, Panel, Response, RichText, Stroke, Ui, vec2};

use super::{Place, State};
use crate::command::{Action, Command, Outbox};
use crate::document::Document;
use crate::grid::words::plural;
use crate::model::Model;
use crate::widgets::elided::cut;
use crate::widgets::icon;
use crate::widgets::progress::progress;
use crate::widgets::segments::segments;
use crate::widgets::theme::{self, Tokens};
use crate::work::JobKind;

/// A button that is one sign; its name is for tooltips and screen readers.
fn sign(ui: &mut Ui, sign: char, name: &str, enabled: bool) -> Response {
    let button = Button::new(RichText::new(sign.to_string()).size(16.0)).frame(false);
    let response = ui.add_enabled(enabled, button);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, name));
    response.on_hover_text(name).on_disabled_hover_text(name)
}

/// The bar above.
pub fn top(ui: &mut Ui, model: &Model<'_>, state: &State, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let frame = Frame::new().fill(tokens.panel).inner_margin(Margin::symmetric(12, 7));
    Panel::top("top").frame(frame).exact_size(44.0).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            left(ui, model, out, &tokens);
            places(ui, state.place, out);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| right(ui, model, state, out, &tokens));
        });
    });
}

fn left(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox, tokens: &Tokens) {
    if sign(ui, icon::HOME, "Start screen", true).clicked() {
        out.act(Action::Start);
    }
    let menu = ui.menu_button(theme::strong(model.title()), |ui| {
        let files = [Action::New, Action::Open, Action::Import, Action::Save, Action::SaveAs];
        let exports = [Action::ExportDrawing, Action::ExportDefinitions];
        for group in [&files[..], &exports, &[Action::Quit]] {
            for action in group {
                if menu_row(ui, *action).clicked() {
                    out.act(*action);
                    ui.close();
                }
            }
            if group != [Action::Quit] {
                ui.separator();
            }
        }
    });
    menu.response.on_hover_text("File");
    let document = model.document;
    if document.is_some_and(Document::is_dirty) {
        ui.label(RichText::new("edited").color(tokens.muted));
    }
    ui.add_space(6.0);
    let undo = document.and_then(Document::undo_label);
    let name = undo.map_or_else(|| "Undo".to_owned(), |label| format!("Undo: {label}"));
    if sign(ui, icon::UNDO, &name, undo.is_some()).clicked() {
        out.act(Action::Undo);
    }
    let redo = document.and_then(Document::redo_label);
    let name = redo.map_or_else(|| "Redo".to_owned(), |label| format!("Redo: {label}"));
    if sign(ui, icon::REDO, &name, redo.is_some()).clicked() {
        out.act(Action::Redo);
    }
}

/// Narrower than this, the bar leaves words out.
const NARROW: f32 = 1_100.0;

/// The places, in the middle of the bar where there is room.
fn places(ui: &mut Ui, place: Place, out: &mut Outbox) {
    const WIDTH: f32 = 272.0;
    const PLACES: [(Place, Action); 4] = [
        (Place::Design, Action::Design),
        (Place::Run, Action::Run),
        (Place::Compare, Action::Compare),
        (Place::Bill, Action::Bill),
    ];
    let before = (ui.ctx().content_rect().center().x - WIDTH / 2.0 - ui.cursor().left()).max(8.0);
    ui.add_space(before);
    let choices = PLACES.map(|(place, action)| (place, action.row().text));
    let mut chosen = place;
    if segments(ui, &mut chosen, &choices)
        && let Some((_, action)) = PLACES.iter().find(|(place, _)| *place == chosen)
    {
        out.act(*action);
    }
}

/// An action with its shortcut, in a menu.
fn menu_row(ui: &mut Ui, action: Action) -> Response {
    let row = action.row();
    let shortcut = row.shortcuts.first().map(|shortcut| ui.ctx().format_shortcut(shortcut)).unwrap_or_default();
    ui.add(Button::new(row.text).shortcut_text(shortcut)).on_hover_text(row.tooltip)
}

/// Plays the scenario chosen; progress and cancel while it does.
fn play(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox, tokens: &Tokens) {
    if let Some(share) = model.jobs.share(JobKind::Simulate) {
        if sign(ui, icon::STOP, "Cancel the run", true).clicked() {
            out.push(Command::CancelJob(JobKind::Simulate));
        }
        progress(ui, share, 80.0, "Playing");
        return;
    }
    let row = Action::Play.row();
    let button =
        Button::new(RichText::new(format!("{}  Play", icon::PLAY)).color(tokens.on_accent)).fill(tokens.accent);
    let why = model.analysis.unplayable.as_deref().unwrap_or(row.tooltip);
    let response = ui.add_enabled(model.analysis.unplayable.is_none(), button);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, row.text));
    if response.on_hover_text(row.tooltip).on_disabled_hover_text(why).clicked() {
        out.act(Action::Play);
    }
}

fn right(ui: &mut Ui, model: &Model<'_>, _state: &State, out: &mut Outbox, tokens: &Tokens) {
    play(ui, model, out, tokens);
    let find = Action::Find.row();
    let shortcut = find.shortcuts.first().map(|s| ui.ctx().format_shortcut(s)).unwrap_or_default();
    // In a narrow window the signs stand alone, so that the places keep their room.
    let is_narrow = ui.ctx().content_rect().width() < NARROW;
    let text = if is_narrow { icon::SEARCH.to_string() } else { format!("{}  {}", icon::SEARCH, find.text) };
    let button = Button::new(RichText::new(text).color(tokens.muted));
    let response = ui.add(if is_narrow { button } else { button.shortcut_text(&shortcut) });
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, find.text));
    if response.on_hover_text(format!("{} ({shortcut})", find.tooltip)).clicked() {
        out.act(Action::Find);
    }
    let Some(project) = model.project() else { return };
    let shown = model.scenario.map_or("As drawn", |id| id.as_str());
    let combo = egui::ComboBox::from_id_salt("scenario").selected_text(format!("{}  {shown}", icon::SCENARIO));
    let combo = combo.width(if is_narrow { 110.0 } else { 150.0 }).truncate();
    let response = combo.show_ui(ui, |ui| {
        if ui.selectable_label(model.scenario.is_none(), "As drawn").clicked() {
            out.push(Command::Scenario(None));
        }
        for (id, scenario) in &project.scenarios {
            let row = ui.selectable_label(model.scenario == Some(id), id.as_str());
            let row = if scenario.description.is_empty() { row } else { row.on_hover_text(&scenario.description) };
            if row.clicked() {
                out.push(Command::Scenario(Some(id.clone())));
            }
        }
        ui.separator();
        if ui.button(Action::Scenarios.row().text).clicked() {
            out.act(Action::Scenarios);
        }
    });
    let name = format!("Scenario {shown}");
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
}

/// The line below.
pub fn bottom(ui: &mut Ui, model: &Model<'_>, state: &State, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let frame = Frame::new().fill(tokens.panel).inner_margin(Margin::symmetric(12, 3));
    Panel::bottom("bottom").frame(frame).exact_size(28.0).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            // Buttons among labels stand in one line with them.
            (ui.spacing_mut().interact_size.y, ui.spacing_mut().button_padding.y) = (18.0, 0.0);
            facts(ui, model, out, &tokens);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if state.place == Place::Design {
                    let zoom = format!("{:.0} %", state.canvas.scale() * 100.0);
                    ui.label(theme::small(zoom).color(tokens.muted));
                }
                estimate(ui, model, &tokens);
            });
        });
    });
}

/// The most letters of a file's name in the line below.
const FILE_NAME: usize = 32;

fn facts(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox, tokens: &Tokens) {
    let Some(project) = model.project() else { return };
    let muted = |text: String| theme::small(text).color(tokens.muted);
    ui.label(muted(format!("{} {}", icon::REGION, project.design.region)));
    if let Some(date) = model.catalogue.and_then(|c| c.prices.iter().map(|(_, price)| &price.as_of).max()) {
        ui.label(muted(format!("Prices of {date}")));
    }
    let is_dirty = model.document.is_some_and(Document::is_dirty);
    let name = model.file_name().map(|name| cut(&name, |text| text.chars().count() <= FILE_NAME));
    let saved = match name {
        Some(name) if is_dirty => format!("{} {name} · not saved", icon::EDIT),
        Some(name) => format!("{} {name} · saved", icon::OK),
        None if is_dirty => format!("{} not saved", icon::EDIT),
        None => format!("{} no file yet", icon::FILE),
    };
    let label = ui.label(muted(saved));
    if let Some(path) = model.document.and_then(|document| document.path.as_deref()) {
        label.on_hover_text(path.display().to_string());
    }
    let count = |severity, word: &str| {
        let n = model.analysis.count(severity);
        (n > 0).then(|| format!("{n} {word}{}", if n == 1 || severity == Severity::Advice { "" } else { "s" }))
    };
    let parts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Advice, "advice")];
    let counted: Vec<_> = parts.into_iter().filter_map(|(severity, word)| count(severity, word)).collect();
    let (text, color) = if counted.is_empty() {
        (format!("{} no findings", icon::OK), tokens.good)
    } else {
        let bad = model.analysis.count(Severity::Error) > 0;
        (format!("{} {}", icon::WARNING, counted.join(" · ")), if bad { tokens.bad } else { tokens.warn })
    };
    if ui
        .add(Button::new(theme::small(text).color(color)).frame(false))
        .on_hover_text("Show or hide the problems")
        .clicked()
    {
        out.act(Action::Problems);
    }
}

fn estimate(ui: &mut Ui, model: &Model<'_>, tokens: &Tokens) {
    let analysis = model.analysis;
    let Some(month) = &analysis.month else {
        let why = analysis.refused.as_deref().unwrap_or("not priced yet");
        ui.label(theme::small(why.lines().next().unwrap_or(why)).color(tokens.warn));
        return;
    };
    if let Some(drawn) = analysis.drawn {
        let difference = month.total - drawn;
        let color = if difference > Usd::ZERO { tokens.bad } else { tokens.good };
        ui.label(theme::small(format!("{} against as drawn", difference.signed_text())).color(color));
    }
    let color = if analysis.is_stale() { tokens.muted } else { tokens.text };
    let hint = "The closed form of a month of 730 h, before tax";
    ui.label(theme::small("/ month").color(tokens.muted)).on_hover_text(hint);
    let total = month.outcome.month.total_said();
    let label = ui.label(theme::strong(&total).color(color)).on_hover_text(hint);
    let said = format!("Estimate {total} a month");
    label.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &said));
    ui.label(theme::small("Estimate").color(tokens.muted));
    if !month.missing.is_empty() {
        let text = format!("{} {} not in it", month.missing.len(), plural(month.missing.len(), "item"));
        ui.label(theme::small(text).color(tokens.warn)).on_hover_text(month.missing.join("\n"));
    }
    if !month.shortfalls.is_empty() {
        let text = format!("{} {} over capacity", month.shortfalls.len(), plural(month.shortfalls.len(), "load"));
        ui.label(theme::small(text).color(tokens.warn)).on_hover_text(month.shortfalls.join("\n"));
    }
    if let Some(why) = &analysis.refused {
        ui.label(theme::small(format!("stale: {}", why.lines().next().unwrap_or(why))).color(tokens.warn));
    }
}

/// How long good news stay, in seconds.
const NOTICE: f64 = 8.0;

/// Something to be told, over the lower edge.
pub fn notice(ui: &Ui, model: &Model<'_>, out: &mut Outbox) {
    let Some(notice) = model.notice else { return };
    let tokens = Tokens::of(ui.ctx());
    // What went well goes by itself; what went wrong stays until it was read.
    let (key, now) = (Id::unique("notice since"), ui.input(|input| input.time));
    let since = ui.data_mut(|data| {
        let held = data.get_temp_mut_or_insert_with(key, || (String::new(), now));
        if held.0 != notice.text {
            *held = (notice.text.clone(), now);
        }
        held.1
    });
    let left = NOTICE - (now - since);
    if !notice.is_error && left <= 0.0 {
        ui.data_mut(|data| data.remove::<(String, f64)>(key));
        out.push(Command::DismissNotice);
    } else if !notice.is_error {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
    }
    let area = egui::Area::new(Id::unique("notice"))
        .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -40.0))
        .order(egui::Order::Foreground);
    area.show(ui.ctx(), |ui| {
        let color = if notice.is_error { tokens.bad } else { tokens.good };
        let frame = Frame::popup(ui.style()).stroke(Stroke::new(1.0, color));
        frame.show(ui, |ui| {
            ui.set_max_width(640.0);
            ui.horizontal(|ui| {
                let mark = if notice.is_error { icon::WARNING } else { icon::OK };
                ui.label(RichText::new(mark.to_string()).color(color));
                if notice.text.lines().count() > 8 {
                    egui::ScrollArea::vertical().max_height(240.0).show(ui, |ui| ui.label(&notice.text));
                } else {
                    ui.label(&notice.text);
                }
                if sign(ui, icon::X, "Dismiss", true).clicked() {
                    out.push(Command::DismissNotice);
                }
            });
        });
    });
}
