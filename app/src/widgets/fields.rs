//! Fields of a form: a label at the left, a value with its unit at the right, what AWS would take where nothing is set.
//!
//! Text commits when the field is left or Enter is pressed; what cannot be read stays visible with what could. Every field
//! has its label for screen readers. A field that a project calls an assumption says so under it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use bayplan_engine::design::{Design, ItemRef};
use egui::{
    Button, CollapsingHeader, ComboBox, Id, Key, Popup, PopupCloseBehavior, Response, RichText, TextEdit, Ui, vec2,
};

use super::icon;
use super::theme::{self, Tokens};
use super::units::Unit;

/// A form about one item, or about a scenario.
pub struct Form<'a> {
    pub design: &'a Design,
    /// None while a scenario is edited.
    pub at: Option<&'a ItemRef>,
    /// Why values are what they are, by item and field.
    pub assumptions: &'a BTreeMap<String, String>,
    /// Which of them this frame has told already.
    pub told: RefCell<BTreeSet<String>>,
}

/// The width of a button that takes a record away, with the space before it.
const REMOVE: f32 = 34.0;

/// A text field that commits when it is left; the committed value, if there is one.
fn committed<T>(
    ui: &mut Ui,
    label: &Response,
    salt: &str,
    shown: &str,
    hint: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    let tokens = Tokens::of(ui.ctx());
    let id = ui.scope_id().with((salt, "text"));
    let kept: Option<String> = ui.data(|data| data.get_temp(id));
    let mut text = kept.clone().unwrap_or_else(|| shown.to_owned());
    let mut out = None;
    ui.vertical(|ui| {
        let hint = RichText::new(hint).color(tokens.muted);
        let edit = TextEdit::singleline(&mut text).hint_text(hint).desired_width(ui.available_width());
        let response = ui.add(edit).labelled_by(label.id);
        if response.changed() {
            ui.data_mut(|data| data.insert_temp(id, text.clone()));
        }
        let wrong = if kept.is_some() || response.changed() { read(&text).err() } else { None };
        if response.lost_focus() {
            if ui.input(|i| i.key_pressed(Key::Escape)) || wrong.is_none() {
                ui.data_mut(|data| data.remove_temp::<String>(id));
            }
            if wrong.is_none() && text != shown {
                out = read(&text).ok();
            }
        }
        if let Some(why) = wrong {
            // What is refused stays to be mended, and changes nothing.
            let holds = if shown.is_empty() { String::new() } else { format!("; until then {shown} holds") };
            ui.label(theme::small(format!("{why}{holds}")).color(tokens.bad));
        }
    });
    out
}

/// Several lines under their label, committed when they are left.
pub fn paragraph(ui: &mut Ui, label: &str, value: &str, rows: usize) -> Option<String> {
    let id = ui.scope_id().with(label);
    let mut text: String = ui.data_mut(|data| data.get_temp(id)).unwrap_or_else(|| value.to_owned());
    let muted = Tokens::of(ui.ctx()).muted;
    let label = ui.label(RichText::new(label).color(muted).size(12.0));
    let edit = TextEdit::multiline(&mut text).desired_rows(rows).desired_width(f32::INFINITY);
    let response = ui.add(edit).labelled_by(label.id);
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, text.clone()));
    }
    let left = response.lost_focus();
    if left {
        ui.data_mut(|data| data.remove_temp::<String>(id));
    }
    (left && text != value).then_some(text)
}

impl Form<'_> {
    /// A label at the left, something at the right, and below it why the value is so. A label too long for its column
    /// stands above.
    pub fn row(&self, ui: &mut Ui, field: &str, label: &str, add: impl FnOnce(&mut Ui, &Response)) {
        let tokens = Tokens::of(ui.ctx());
        let named = |response: Response| if field.is_empty() { response } else { response.on_hover_text(field) };
        let text = egui::Label::new(RichText::new(label).color(tokens.muted).size(12.0)).truncate();
        let left = (ui.available_width() * 0.38).min(150.0);
        let font = egui::FontId::proportional(12.0);
        if ui.painter().layout_no_wrap(label.to_owned(), font, tokens.muted).size().x > left {
            ui.vertical(|ui| {
                let response = named(ui.add(text));
                ui.push_id((field, label), |ui| add(ui, &response));
            });
        } else {
            ui.horizontal_top(|ui| {
                let layout = egui::Layout::left_to_right(egui::Align::Center);
                let response = ui.allocate_ui_with_layout(vec2(left, 26.0), layout, |ui| {
                    ui.set_min_width(left);
                    ui.add(text)
                });
                let response = named(response.inner);
                ui.push_id((field, label), |ui| add(ui, &response));
            });
        }
        self.why(ui, field);
    }

    /// The project's note on a field, once.
    pub fn why(&self, ui: &mut Ui, field: &str) {
        let Some(at) = self.at else { return };
        let key = format!("{at} · {field}");
        if let Some(why) = self.assumptions.get(&key)
            && self.told.borrow_mut().insert(key)
        {
            let tokens = Tokens::of(ui.ctx());
            ui.label(theme::small(why).color(tokens.muted));
        }
    }

    /// A heading with rows under it, folded unless `open`.
    pub fn section(&self, ui: &mut Ui, field: &str, title: &str, open: bool, add: impl FnOnce(&mut Ui)) {
        CollapsingHeader::new(theme::label(title)).id_salt((field, title)).default_open(open).show(ui, |ui| {
            self.why(ui, field);
            add(ui);
        });
    }

    /// A value that must be there.
    pub fn value<T>(&self, ui: &mut Ui, field: &str, label: &str, value: &mut T, unit: &Unit<T>) {
        self.row(ui, field, label, |ui, label| {
            if let Some(new) = committed(ui, label, field, &(unit.show)(value), "", unit.read) {
                *value = new;
            }
        });
    }

    /// A value that may be absent: then AWS's default stands there, muted.
    pub fn maybe<T>(
        &self,
        ui: &mut Ui,
        field: &str,
        label: &str,
        value: &mut Option<T>,
        unit: &Unit<T>,
        default: &str,
    ) {
        self.row(ui, field, label, |ui, label| {
            let shown = value.as_ref().map(unit.show).unwrap_or_default();
            let read = |text: &str| if text.trim().is_empty() { Ok(None) } else { (unit.read)(text).map(Some) };
            if let Some(new) = committed(ui, label, field, &shown, default, read) {
                *value = new;
            }
        });
    }

    /// Free text.
    pub fn text(&self, ui: &mut Ui, field: &str, label: &str, value: &mut String) {
        self.row(ui, field, label, |ui, label| {
            if let Some(new) = committed(ui, label, field, value, "", |text| Ok(text.to_owned())) {
                *value = new;
            }
        });
    }

    /// Free text that may be absent.
    pub fn maybe_text(&self, ui: &mut Ui, field: &str, label: &str, value: &mut Option<String>, default: &str) {
        self.row(ui, field, label, |ui, label| {
            let shown = value.clone().unwrap_or_default();
            let read = |text: &str| Ok((!text.is_empty()).then(|| text.to_owned()));
            if let Some(new) = committed(ui, label, field, &shown, default, read) {
                *value = new;
            }
        });
    }

    /// Several words, apart by commas.
    pub fn words<T: Display>(
        &self,
        ui: &mut Ui,
        field: &str,
        label: &str,
        value: &mut Vec<T>,
        word: fn(&str) -> T,
        hint: &str,
    ) {
        self.row(ui, field, label, |ui, label| {
            let shown = value.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let read = |text: &str| Ok(text.split(',').map(str::trim).filter(|w| !w.is_empty()).map(word).collect());
            if let Some(new) = committed(ui, label, field, &shown, hint, read) {
                *value = new;
            }
        });
    }

    /// Words in order, apart by spaces, as a command line is: quotes hold words together.
    pub fn command(&self, ui: &mut Ui, field: &str, label: &str, value: &mut Vec<String>) {
        self.row(ui, field, label, |ui, label| {
            let read = |text: &str| command_words(text).ok_or_else(|| "a quote is not closed".to_owned());
            if let Some(new) = committed(ui, label, field, &command_text(value), "as in the image", read) {
                *value = new;
            }
        });
    }

    /// Keys and values, `key=value`, apart by commas.
    pub fn pairs(&self, ui: &mut Ui, field: &str, label: &str, value: &mut BTreeMap<String, String>) {
        self.row(ui, field, label, |ui, label| {
            let shown = value.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(", ");
            let one = |pair: &str| match pair.split_once('=') {
                Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
                _ => Err("write it like key=value, other=value".to_owned()),
            };
            let read = |text: &str| text.split(',').filter(|p| !p.trim().is_empty()).map(one).collect::<Result<_, _>>();
            if let Some(new) = committed(ui, label, field, &shown, "key=value", read) {
                *value = new;
            }
        });
    }

    /// Yes or no.
    pub fn check(&self, ui: &mut Ui, field: &str, label: &str, value: &mut bool) {
        self.row(ui, field, label, |ui, label| {
            ui.checkbox(value, "").labelled_by(label.id);
        });
    }

    /// Yes, no, or AWS's default.
    pub fn maybe_check(&self, ui: &mut Ui, field: &str, label: &str, value: &mut Option<bool>, default: &str) {
        let word = |value: &Option<bool>| match value {
            Some(true) => "on".to_owned(),
            Some(false) => "off".to_owned(),
            None => default.to_owned(),
        };
        self.pick(ui, field, label, value, &[None, Some(true), Some(false)], word);
    }

    /// One of a list.
    pub fn choice<T: Copy + PartialEq + Display>(
        &self,
        ui: &mut Ui,
        field: &str,
        label: &str,
        value: &mut T,
        all: &[T],
    ) {
        self.pick(ui, field, label, value, all, ToString::to_string);
    }

    /// One of a list, or AWS's default.
    pub fn maybe_choice<T: Copy + PartialEq + Display>(
        &self,
        ui: &mut Ui,
        field: &str,
        label: &str,
        value: &mut Option<T>,
        all: &[T],
        default: &str,
    ) {
        let choices: Vec<Option<T>> = std::iter::once(None).chain(all.iter().copied().map(Some)).collect();
        let word = |choice: &Option<T>| choice.map_or_else(|| default.to_owned(), |c| c.to_string());
        self.pick(ui, field, label, value, &choices, word);
    }

    /// One of some values, by their words.
    pub fn pick<T: Clone + PartialEq>(
        &self,
        ui: &mut Ui,
        field: &str,
        label: &str,
        value: &mut T,
        all: &[T],
        word: impl Fn(&T) -> String,
    ) {
        self.row(ui, field, label, |ui, label| {
            let combo =
                ComboBox::from_id_salt("pick").selected_text(word(value)).width(ui.available_width()).truncate();
            let shown = combo.show_ui(ui, |ui| {
                for choice in all {
                    ui.selectable_value(value, choice.clone(), word(choice));
                }
            });
            shown.response.labelled_by(label.id);
        });
    }

    /// The name of another item.
    pub fn reference<T: Clone + PartialEq + Display>(
        &self,
        ui: &mut Ui,
        field: &str,
        label: &str,
        value: &mut T,
        all: impl Iterator<Item = T>,
    ) {
        let mut all: Vec<T> = all.collect();
        let missing = !all.contains(value);
        if missing {
            all.insert(0, value.clone());
        }
        let first = value.clone();
        let word = |id: &T| if missing && *id == first { format!("{id} (not drawn)") } else { id.to_string() };
        self.pick(ui, field, label, value, &all, word);
    }

    /// The name of another item, or none.
    pub fn maybe_reference<T: Clone + PartialEq + Display>(
        &self,
        ui: &mut Ui,
        field: &str,
        label: &str,
        value: &mut Option<T>,
        all: impl Iterator<Item = T>,
        none: &str,
    ) {
        let mut choices: Vec<Option<T>> = std::iter::once(None).chain(all.map(Some)).collect();
        if !choices.contains(value) {
            choices.push(value.clone());
        }
        self.pick(ui, field, label, value, &choices, |id| {
            id.as_ref().map_or_else(|| none.to_owned(), ToString::to_string)
        });
    }

    /// The names of several other items, ticked in a list.
    pub fn references<T: Clone + PartialEq + Display>(
        &self,
        ui: &mut Ui,
        field: &str,
        label: &str,
        value: &mut Vec<T>,
        all: impl Iterator<Item = T>,
    ) {
        let mut all: Vec<T> = all.collect();
        all.extend(value.iter().filter(|id| !all.contains(id)).cloned().collect::<Vec<_>>());
        self.row(ui, field, label, |ui, label| {
            let shown = match &value[..] {
                [] => "none".to_owned(),
                some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            };
            let button =
                ui.add(Button::new(shown).truncate().min_size(vec2(ui.available_width(), 24.0))).labelled_by(label.id);
            let popup = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
            popup.show(|ui| {
                if all.is_empty() {
                    ui.label("There is none yet");
                }
                for id in &all {
                    let mut on = value.contains(id);
                    if ui.checkbox(&mut on, id.to_string()).changed() {
                        if on { value.push(id.clone()) } else { value.retain(|other| other != id) }
                    }
                }
            });
        });
    }

    /// Records, each folded under its name, with buttons to add and take away.
    pub fn records<T>(
        &self,
        ui: &mut Ui,
        one: &str,
        records: &mut Vec<T>,
        name: impl Fn(&T) -> String,
        fresh: impl FnOnce() -> T,
        mut row: impl FnMut(&mut Ui, &mut T),
    ) {
        let mut gone = None;
        for (place, record) in records.iter_mut().enumerate() {
            let title = name(record);
            ui.push_id((one, place), |ui| {
                let id = Id::unique("record").with((self.at, one, place));
                let state = egui::collapsing_header::CollapsingState::load_with_default_open(ui.ctx(), id, false);
                let header = state.show_header(ui, |ui| {
                    // However long the title is, what takes the record away stays in sight.
                    ui.scope(|ui| {
                        ui.set_max_width((ui.available_width() - REMOVE).max(0.0));
                        ui.add(egui::Label::new(&title).truncate());
                    });
                    let remove = ui.add(Button::new(icon::TRASH.to_string()).frame(false));
                    let said = format!("Remove {one} {title}");
                    remove.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &said));
                    if remove.on_hover_text(said).clicked() {
                        gone = Some(place);
                    }
                });
                header.body(|ui| row(ui, record));
            });
        }
        if let Some(place) = gone {
            records.remove(place);
        }
        if ui.button(format!("{} Add {one}", icon::PLUS)).clicked() {
            records.push(fresh());
        }
    }

    /// A part that may be absent as a whole: a switch, and its rows while it is on.
    pub fn optional<T>(
        &self,
        ui: &mut Ui,
        field: &str,
        label: &str,
        value: &mut Option<T>,
        fresh: impl FnOnce() -> T,
        rows: impl FnOnce(&mut Ui, &mut T),
    ) {
        let mut on = value.is_some();
        self.check(ui, field, label, &mut on);
        if on != value.is_some() {
            *value = on.then(fresh);
        }
        if let Some(inner) = value {
            ui.indent((field, "rows"), |ui| rows(ui, inner));
        }
    }
}

/// Words as a command line writes them.
fn command_text(words: &[String]) -> String {
    let quoted = |word: &String| {
        if word.is_empty() || word.contains([' ', '"']) {
            format!("\"{}\"", word.replace('"', "\\\""))
        } else {
            word.clone()
        }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// The words of a command line; `None` where a quote is not closed.
fn command_words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if quoted => word.get_or_insert_default().extend(letters.next()),
            space if space.is_whitespace() && !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    (!quoted).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_read_as_they_are_written() {
        for words in [vec!["CMD-SHELL", "curl -f http://localhost/ || exit 1"], vec!["a", "", "say \"hi\""], vec![]] {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            assert_eq!(command_words(&command_text(&words)), Some(words));
        }
        assert_eq!(command_words("a \"b"), None);
    }
}
