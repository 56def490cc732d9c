//! An item as the project file writes it, to be read, copied and changed.

use bayplan_engine::design::Item;
use egui::{CollapsingHeader, TextEdit, Ui};

use crate::widgets::theme::{self, Tokens};

/// How item text is written and read: as in project files.
fn options() -> ron::Options {
    ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
}

/// The item's text.
pub(super) fn written(item: &Item) -> String {
    let pretty = ron::ser::PrettyConfig::new().indentor("  ").struct_names(false);
    let pretty = pretty.extensions(ron::extensions::Extensions::empty());
    options().to_string_pretty(item, pretty).unwrap_or_else(|why| why.to_string())
}

/// The item that a text says, under the same name and of the same kind, or what is wrong with it.
pub(super) fn read(text: &str, like: &Item) -> Result<Item, String> {
    let item: Item = options().from_str(text).map_err(|why| why.to_string())?;
    if item.at() == like.at() { Ok(item) } else { Err(format!("this is {}: here stands {}", item.at(), like.at())) }
}

pub(super) fn ui(ui: &mut Ui, item: &mut Item) {
    CollapsingHeader::new("As text").id_salt("text").show(ui, |ui| {
        let tokens = Tokens::of(ui.ctx());
        let id = ui.scope_id().with("edited");
        let kept: Option<String> = ui.data_mut(|data| data.get_temp(id));
        let mut text = kept.clone().unwrap_or_else(|| written(item));
        let edit = TextEdit::multiline(&mut text).code_editor().desired_width(f32::INFINITY);
        let response = ui.add(edit);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::MultilineTextInput, true, "Item as text"));
        if response.changed() {
            ui.data_mut(|data| data.insert_temp(id, text.clone()));
        }
        if kept.is_none() && !response.changed() {
            return;
        }
        match read(&text, item) {
            Ok(read) => {
                ui.horizontal(|ui| {
                    if ui.button("Apply").clicked() {
                        *item = read;
                        ui.data_mut(|data| data.remove_temp::<String>(id));
                    }
                    if ui.button("Revert").clicked() {
                        ui.data_mut(|data| data.remove_temp::<String>(id));
                    }
                });
            }
            Err(why) => {
                ui.label(theme::small(why).color(tokens.bad));
                if ui.button("Revert").clicked() {
                    ui.data_mut(|data| data.remove_temp::<String>(id));
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::design::id::NoteId;
    use bayplan_engine::design::outside::Note;

    #[test]
    fn an_item_survives_its_text_and_no_other_takes_its_place() {
        let item = Item::Note(NoteId::new("a"), Note { text: "x".to_owned() });
        assert_eq!(read(&written(&item), &item), Ok(item.clone()));
        let other = Item::Note(NoteId::new("b"), Note { text: "x".to_owned() });
        assert_eq!(read(&written(&other), &item), Err("this is note b: here stands note a".to_owned()));
        assert!(read("Note(\"a\", (txt: \"x\"))", &item).unwrap_err().contains("txt"));
    }
}
