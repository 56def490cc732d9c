//! The start screen: presets as cards with their own grid, recent files, unsaved work that was kept, open, new, import.

use std::path::Path;

use egui::emath::TSTransform;
use egui::{
    Align, Button, CentralPanel, Frame, Layout, Margin, Panel, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind,
    TextEdit, Ui, Vec2, vec2,
};

use crate::charts::text::Type;
use crate::command::{Action, Command, Outbox};
use crate::grid::{scene, screen};
use crate::model::{Model, PresetCard};
use crate::widgets::icon;
use crate::widgets::theme::{self, Tokens};

/// What is searched.
#[derive(Clone, Debug, Default)]
pub struct State {
    search: String,
}

pub fn ui(ui: &mut Ui, model: &Model<'_>, state: &mut State, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let side = Frame::new().fill(tokens.panel).inner_margin(18.0);
    Panel::left("start").resizable(false).exact_size(264.0).frame(side).show(ui, |ui| left(ui, model, out, &tokens));
    let ground = Frame::new().fill(tokens.ground).inner_margin(Margin::symmetric(36, 28));
    CentralPanel::no_frame().frame(ground).show(ui, |ui| cards(ui, model, state, out, &tokens));
}

fn left(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox, tokens: &Tokens) {
    ui.horizontal(|ui| {
        mark(ui);
        ui.label(theme::title("Bayplan").size(18.0));
    });
    ui.label(theme::small("Draw an ECS deployment, run it, see every task and every dollar").color(tokens.muted));
    ui.add_space(14.0);
    let wide = vec2(ui.available_width(), 36.0);
    for (action, sign) in [(Action::New, icon::PLUS), (Action::Open, icon::OPEN), (Action::Import, icon::IMPORT)] {
        let row = action.row();
        let shortcut = row.shortcuts.first().map(|s| ui.ctx().format_shortcut(s)).unwrap_or_default();
        let text = RichText::new(format!("{sign}  {}", row.text));
        let button = if action == Action::New {
            let shortcut = RichText::new(shortcut).color(tokens.on_accent);
            Button::new(text.color(tokens.on_accent)).fill(tokens.accent).shortcut_text(shortcut)
        } else {
            Button::new(text).shortcut_text(shortcut)
        };
        let response = ui.add(button.min_size(wide)).on_hover_text(row.tooltip);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, row.text));
        if response.clicked() {
            out.act(action);
        }
        ui.add_space(2.0);
    }
    if let Some(document) = model.document {
        let text = format!("{}  Back to {}", icon::ARROW_LEFT, document.project().name);
        if ui.add(Button::new(text).min_size(wide)).clicked() {
            out.push(Command::Back);
        }
    }
    kept(ui, model, out, tokens);
    recent(ui, model, out, tokens);
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        let theme_name = if tokens.dark { ("Light", icon::SUN) } else { ("Dark", icon::MOON) };
        if ui.add(Button::new(format!("{} {}", theme_name.1, theme_name.0)).frame(false)).clicked() {
            out.act(Action::Theme);
        }
        ui.label(theme::small("Drop a project or a task definition anywhere to open it").color(tokens.muted));
    });
}

/// The program's mark: nine tasks stowed.
fn mark(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(20.0), Sense::hover());
    for row in 0..3u8 {
        for column in 0..3u8 {
            let color = theme::SERVICES[usize::from((row * 2 + column) % 6)];
            let corner = rect.min + vec2(f32::from(column), f32::from(row)) * 7.0;
            ui.painter().rect_filled(Rect::from_min_size(corner, Vec2::splat(5.5)), 1.5, color);
        }
    }
}

fn kept(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox, tokens: &Tokens) {
    if model.kept.is_empty() {
        return;
    }
    ui.add_space(14.0);
    ui.label(theme::label("Unsaved work that was kept").color(tokens.warn));
    for kept in model.kept {
        ui.horizontal(|ui| {
            if ui.button(format!("{} Recover {}", icon::REPLACEMENT, kept.name)).clicked() {
                out.push(Command::Recover(kept.file.clone()));
            }
            let forget = ui.add(Button::new(icon::TRASH.to_string()).frame(false));
            let name = format!("Throw away the kept copy of {}", kept.name);
            forget.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            if forget.on_hover_text(&name).clicked() {
                out.push(Command::Forget(kept.file.clone()));
            }
        });
        if let Some(of) = &kept.of {
            ui.label(theme::small(of.display().to_string()).color(tokens.muted));
        }
    }
}

fn recent(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox, tokens: &Tokens) {
    ui.add_space(14.0);
    ui.label(theme::label("Recent").color(tokens.muted));
    if model.recent.is_empty() {
        ui.label(theme::small("Projects you save or open will stand here").color(tokens.muted));
    }
    for path in model.recent {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let button = ui.add(Button::new(&name).frame(false)).on_hover_text(path.display().to_string());
        if button.clicked() {
            out.push(Command::OpenPath(path.clone()));
        }
        let folder = path.parent().map(Path::display).map(|d| d.to_string()).unwrap_or_default();
        ui.add(egui::Label::new(theme::small(folder).color(tokens.muted)).truncate());
    }
}

fn cards(ui: &mut Ui, model: &Model<'_>, state: &mut State, out: &mut Outbox, tokens: &Tokens) {
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.label(theme::figure("Start from a design that runs"));
            ui.label(
                RichText::new("Each opens with scenarios, a fault to try and findings to look for").color(tokens.muted),
            );
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let edit = ui.add(TextEdit::singleline(&mut state.search).hint_text("Search presets").desired_width(220.0));
            edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, "Search presets"));
        });
    });
    ui.add_space(18.0);
    let search = state.search.to_lowercase();
    let shown: Vec<_> = model
        .presets
        .iter()
        .filter(|card| format!("{} {}", card.title, card.text).to_lowercase().contains(&search))
        .collect();
    if shown.is_empty() {
        ui.label(RichText::new("No preset is called so").color(tokens.muted));
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let (gap, wanted) = (18.0, 280.0);
        let columns = ((ui.available_width() + gap) / (wanted + gap)).floor().max(1.0);
        // In a wide window a few cards grow, as far as their text stays easy to read.
        let columns = columns.min((shown.len() as f32).max(3.0));
        let width = ((ui.available_width() - gap * (columns - 1.0)) / columns).min(440.0);
        for row in shown.chunks(columns as usize) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                for card in row {
                    self::card(ui, card, width, out, tokens);
                }
            });
            ui.add_space(gap);
        }
    });
}

/// One preset: its grid drawn small, its name, what a month costs, what it is about, its scenarios.
fn card(ui: &mut Ui, card: &PresetCard, width: f32, out: &mut Outbox, tokens: &Tokens) {
    let picture = (width * 0.4).max(116.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 156.0 + picture), Sense::click());
    let name = format!("Open preset {}", card.title);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let edge = if response.hovered() || response.has_focus() { tokens.accent } else { tokens.line };
    ui.painter().rect(rect, 10.0, tokens.panel, Stroke::new(1.0, edge), StrokeKind::Inside);
    let picture = Rect::from_min_size(rect.min + vec2(1.0, 1.0), vec2(width - 2.0, picture));
    ui.painter().rect_filled(picture, egui::CornerRadius { nw: 9, ne: 9, sw: 0, se: 0 }, tokens.ground);
    miniature(ui, picture.shrink(10.0), card, tokens);
    let words = Rect::from_min_max(picture.left_bottom() + vec2(14.0, 10.0), rect.max - vec2(14.0, 10.0));
    let mut ui =
        ui.new_child(egui::UiBuilder::new().max_rect(words).id_salt(card.name).layout(Layout::top_down(Align::Min)));
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.add(egui::Label::new(theme::strong(card.title)).truncate().selectable(false));
    if let Some(month) = card.month {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.add(egui::Label::new(theme::strong(month.dollars_text())).selectable(false));
            ui.add(egui::Label::new(RichText::new("a month").color(tokens.muted)).selectable(false));
        });
    }
    let text = first_sentences(&card.text, 150);
    ui.add(egui::Label::new(theme::small(text).color(tokens.muted)).selectable(false).wrap());
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let mut room = ui.available_width();
            for scenario in card.scenarios.iter().take(3) {
                room -= Type::LABEL_STRONG.width(scenario) + 18.0;
                if room < 0.0 {
                    break;
                }
                let chip = Frame::new().fill(tokens.tint).corner_radius(5.0).inner_margin(Margin::symmetric(6, 1));
                chip.show(ui, |ui| {
                    ui.add(egui::Label::new(theme::label(scenario).color(tokens.accent)).selectable(false).extend())
                });
            }
        });
    });
    if response.clicked() {
        out.push(Command::OpenPreset(card.name));
    }
}

fn miniature(ui: &Ui, area: Rect, card: &PresetCard, tokens: &Tokens) {
    let Some(bounds) = card.grid.vpcs.iter().map(|vpc| vpc.rect).reduce(Rect::union).or(card.grid.bounds) else {
        return;
    };
    let scale = (area.width() / bounds.width()).min(area.height() / bounds.height());
    let translation = area.center().to_vec2() - bounds.center().to_vec2() * scale;
    let none = std::collections::BTreeMap::new();
    let look = scene::Look {
        tokens: *tokens,
        to_screen: TSTransform::new(translation, scale),
        prices: &none,
        stale: false,
        selected: None,
        also: &[],
        flagged: &std::collections::BTreeMap::new(),
        seen: None,
        words: false,
    };
    let shown = TSTransform::new(translation, scale) * bounds.expand(2.0);
    let painter = ui.painter().with_clip_rect(area.intersect(shown).intersect(ui.clip_rect()));
    screen::paint(&painter, &scene::ground(&card.grid, &look));
    screen::paint(&painter, &scene::nodes(&card.grid, &look));
}

/// The text up to the last whole sentence within `most` characters, else cut at a word.
fn first_sentences(text: &str, most: usize) -> String {
    let text = text.replace('`', "");
    if text.chars().count() <= most {
        return text;
    }
    let head: String = text.chars().take(most).collect();
    match head.rfind(". ").or_else(|| head.rfind("? ")) {
        Some(end) if end > most / 3 => head[..=end].to_owned(),
        _ => format!("{}…", head.rsplit_once(' ').map_or(head.as_str(), |(front, _)| front)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_says_whole_sentences() {
        assert_eq!(first_sentences("Short.", 20), "Short.");
        assert_eq!(first_sentences("One thing. Another thing that is long.", 20), "One thing.");
        assert_eq!(first_sentences("Many words without an end anywhere", 20), "Many words without…");
    }
}
