//! The windows over the window: new design, unsaved changes, a path typed by hand.

use std::path::{Path, PathBuf};

use bayplan_engine::catalogue::regions::Regions;
use bayplan_engine::embedded;
use bayplan_engine::exchange::region::Spoken;
use bayplan_engine::names::Region;
use egui::{Button, ComboBox, Frame, Grid, Id, Key, Modal, RichText, TextEdit, Ui};

use super::State as Views;
use crate::command::{Answer, Asked, Command, Outbox};
use crate::grid::words::plural;
use crate::model::Model;
use crate::new_design::{Choices, StartCapacity, Tiers};
use crate::widgets::theme::{self, Tokens};

/// A path being typed.
#[derive(Clone, Debug)]
pub struct PathDialog {
    asked: Asked,
    path: String,
    /// The file that would be replaced, where somebody has to agree to that.
    replaces: Option<PathBuf>,
    /// Whether the field has had the keys.
    focused: bool,
}

impl PathDialog {
    /// With a name to begin with.
    pub fn new(asked: Asked, path: String) -> Self {
        Self { asked, path, replaces: None, focused: false }
    }

    /// For a path that is taken.
    pub fn replacing(asked: Asked, path: PathBuf) -> Self {
        Self { path: path.to_string_lossy().into_owned(), replaces: Some(path), ..Self::new(asked, String::new()) }
    }
}

/// Task definitions to be drawn.
#[derive(Clone, Debug)]
pub struct ImportDialog {
    files: Vec<PathBuf>,
    region: Region,
    /// The region that the files speak of.
    spoken: Option<Spoken>,
}

impl ImportDialog {
    pub fn new(files: Vec<PathBuf>, spoken: Option<Spoken>) -> Self {
        let region = spoken.as_ref().map_or_else(|| Choices::default().region, |spoken| spoken.region.clone());
        Self { files, region, spoken }
    }
}

pub fn ui(ui: &mut Ui, model: &Model<'_>, views: &mut Views, out: &mut Outbox) {
    if let Some(choices) = &mut views.new_dialog
        && new_design(ui, choices, out)
    {
        views.new_dialog = None;
    }
    if let Some(dialog) = &mut views.path_dialog
        && path(ui, dialog, out)
    {
        views.path_dialog = None;
    }
    if let Some(dialog) = &mut views.import_dialog
        && import(ui, dialog, out)
    {
        views.import_dialog = None;
    }
    if let Some(question) = model.question {
        unsaved(ui, &question.name, out);
    }
}

/// A window over the window.
fn modal(ui: &Ui, name: &str) -> Modal {
    let id = Id::unique("modal").with(name);
    // Under the lists that its fields open, which stand in the foreground.
    let area = Modal::default_area(id).order(egui::Order::Middle);
    Modal::new(id).area(area).frame(Frame::popup(ui.style()).inner_margin(20.0))
}

/// A button that stands out.
fn main_button(ui: &Ui, text: &str) -> Button<'static> {
    let tokens = Tokens::of(ui.ctx());
    Button::new(RichText::new(text).color(tokens.on_accent)).fill(tokens.accent)
}

/// Whether it is done with.
fn new_design(ui: &Ui, choices: &mut Choices, out: &mut Outbox) -> bool {
    let tokens = Tokens::of(ui.ctx());
    let mut done = false;
    let modal = modal(ui, "new").show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        ui.label(theme::title("New design"));
        ui.label(
            theme::small("A VPC whose subnets do not overlap, a cluster with its capacity, and a way out")
                .color(tokens.muted),
        );
        ui.add_space(10.0);
        Grid::new("choices").num_columns(2).spacing([16.0, 8.0]).show(ui, |ui| fields(ui, choices));
        ui.add_space(6.0);
        let refused = choices.refused();
        let color = if refused.is_some() { tokens.warn } else { tokens.muted };
        ui.label(theme::small(choices.tiers.why()).color(tokens.muted));
        ui.label(theme::small(refused.unwrap_or(choices.way_out.why(choices.capacity))).color(color));
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            if ui.add_enabled(refused.is_none(), main_button(ui, "Create")).clicked() {
                out.push(Command::Create(choices.clone()));
                done = true;
            }
            done |= ui.button("Cancel").clicked();
        });
    });
    done || modal.should_close()
}

fn fields(ui: &mut Ui, choices: &mut Choices) {
    let label = ui.label("Name");
    ui.add(TextEdit::singleline(&mut choices.name).desired_width(330.0)).labelled_by(label.id);
    ui.end_row();
    let regions = embedded::regions().ok();
    region(ui, &mut choices.region);
    ui.end_row();
    let most = regions.as_ref().and_then(|all| all.get(&choices.region)).map_or(3, |facts| facts.zones.len()).min(4);
    choices.zones = choices.zones.clamp(1, most);
    ui.label("Zones");
    ui.horizontal(|ui| {
        for zones in 1..=most {
            ui.selectable_value(&mut choices.zones, zones, format!("{zones} {}", plural(zones, "zone")));
        }
    });
    ui.end_row();
    let label = ui.label("Tiers");
    ComboBox::from_id_salt("tiers")
        .selected_text(choices.tiers.word())
        .width(330.0)
        .show_ui(ui, |ui| {
            for tiers in Tiers::ALL {
                ui.selectable_value(&mut choices.tiers, tiers, tiers.word()).on_hover_text(tiers.why());
            }
        })
        .response
        .labelled_by(label.id);
    choices.fit();
    ui.end_row();
    let label = ui.label("Way out");
    ComboBox::from_id_salt("way out")
        .selected_text(choices.way_out.word())
        .width(330.0)
        .show_ui(ui, |ui| {
            for way in choices.tiers.ways_out().iter().copied() {
                ui.selectable_value(&mut choices.way_out, way, way.word()).on_hover_text(way.why(choices.capacity));
            }
        })
        .response
        .labelled_by(label.id);
    ui.end_row();
    let label = ui.label("Capacity");
    ComboBox::from_id_salt("capacity")
        .selected_text(choices.capacity.word())
        .width(330.0)
        .show_ui(ui, |ui| {
            for capacity in StartCapacity::ALL {
                ui.selectable_value(&mut choices.capacity, capacity, capacity.word());
            }
        })
        .response
        .labelled_by(label.id);
    ui.end_row();
}

/// A region with its label.
fn region(ui: &mut Ui, chosen: &mut Region) {
    let label = ui.label("Region");
    let regions = embedded::regions().ok();
    let combo = ComboBox::from_id_salt("region").selected_text(chosen.as_str()).width(330.0).height(320.0);
    let shown = combo.show_ui(ui, |ui| {
        for facts in regions.iter().flat_map(Regions::iter) {
            let text = format!("{} · {}", facts.region, facts.name);
            ui.selectable_value(chosen, facts.region.clone(), text);
        }
    });
    shown.response.labelled_by(label.id);
}

/// Where imported task definitions run, and what is drawn around them; whether it is done with.
fn import(ui: &Ui, dialog: &mut ImportDialog, out: &mut Outbox) -> bool {
    let tokens = Tokens::of(ui.ctx());
    let mut done = false;
    let modal = modal(ui, "import").show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        let count = dialog.files.len();
        ui.label(theme::title(format!("Import {count} {}", plural(count, "task definition"))));
        let names = dialog.files.iter().filter_map(|file| file.file_name()).map(|name| name.to_string_lossy());
        ui.label(theme::small(names.collect::<Vec<_>>().join(", ")).color(tokens.muted));
        ui.add_space(10.0);
        Grid::new("import").num_columns(2).spacing([16.0, 8.0]).show(ui, |ui| region(ui, &mut dialog.region));
        ui.add_space(6.0);
        if let Some(spoken) = &dialog.spoken {
            let said = format!("{} says {}", spoken.by.word(), spoken.region);
            ui.label(theme::small(said).color(tokens.muted));
        }
        let why = "A VPC of three zones and a service are drawn around each, so that it can be priced at once. \
                   Every value that is our assumption is listed, and marked where it stands";
        ui.label(theme::small(why).color(tokens.muted));
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            if ui.add(main_button(ui, "Import")).clicked() {
                out.push(Command::Import(dialog.files.clone(), dialog.region.clone()));
                done = true;
            }
            done |= ui.button("Cancel").clicked();
        });
    });
    done || modal.should_close()
}

fn unsaved(ui: &Ui, name: &str, out: &mut Outbox) {
    let modal = modal(ui, "unsaved").show(ui.ctx(), |ui| {
        ui.set_width(360.0);
        ui.label(theme::title(format!("Save the changes of {name}?")));
        ui.label("Otherwise they are lost");
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            if ui.add(main_button(ui, "Save")).clicked() {
                out.push(Command::Answer(Answer::Save));
            }
            if ui.button("Discard").clicked() {
                out.push(Command::Answer(Answer::Discard));
            }
            if ui.button("Cancel").clicked() {
                out.push(Command::Answer(Answer::Cancel));
            }
        });
    });
    if modal.should_close() {
        out.push(Command::Answer(Answer::Cancel));
    }
}

/// Whether it is done with.
fn path(ui: &Ui, dialog: &mut PathDialog, out: &mut Outbox) -> bool {
    let tokens = Tokens::of(ui.ctx());
    let (title, verb) = match dialog.asked {
        Asked::Open => ("Open a project", "Open"),
        Asked::Import => ("Import a task definition", "Import"),
        Asked::SaveAs => ("Save the project as", "Save"),
        Asked::Drawing => ("Export the drawing as a .svg or .png file", "Export"),
        Asked::Definitions => ("Export task definitions into a folder", "Export"),
        Asked::File => ("Save the file as", "Save"),
    };
    let mut done = false;
    let modal = modal(ui, "path").show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        ui.label(theme::title(title));
        let why = "No file dialog answers here: install zenity or xdg-desktop-portal, or type the path";
        ui.label(theme::small(why).color(tokens.muted));
        ui.add_space(8.0);
        let label = ui.label("Path");
        let edit = ui.add(TextEdit::singleline(&mut dialog.path).desired_width(f32::INFINITY)).labelled_by(label.id);
        if !std::mem::replace(&mut dialog.focused, true) {
            edit.request_focus();
        }
        let replaces = dialog.replaces.as_deref().is_some_and(|path| path == Path::new(dialog.path.trim()));
        if replaces {
            ui.label(theme::small("There is a file of that name: it would be replaced").color(tokens.warn));
        }
        let entered = edit.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        ui.add_space(10.0);
        ui.horizontal(|ui| {
            let ready = !dialog.path.trim().is_empty();
            let verb = if replaces { "Replace it" } else { verb };
            if ui.add_enabled(ready, main_button(ui, verb)).clicked() || entered && ready && !replaces {
                let path = PathBuf::from(dialog.path.trim());
                out.push(Command::Typed { asked: dialog.asked, path, replaces });
                done = true;
            }
            done |= ui.button("Cancel").clicked();
        });
    });
    done || modal.should_close()
}
