//! What a scenario changes in the drawing: the share of each load, and its edits in words.

use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::knob::Knob;
use bayplan_engine::design::{Design, ItemRef};
use bayplan_engine::units::Percent;
use egui::{Align, Button, Label, Layout, Ui};

use super::sign;
use crate::widgets::fields::Form;
use crate::widgets::icon;
use crate::widgets::theme::{self, Tokens};
use crate::widgets::units::{COUNT, PERCENT};

pub(super) fn ui(ui: &mut Ui, form: &Form<'_>, edits: &mut Vec<Edit>) {
    let loads: Vec<_> = form.design.loads.keys().map(|id| ItemRef::Load(id.clone())).collect();
    if !loads.is_empty() {
        form.section(ui, "loads", "Loads", true, |ui| {
            for at in loads {
                let mut percent = load_percent(edits, &at);
                form.maybe(ui, "LoadPercent", at.name(), &mut percent, &PERCENT, "100 %, as drawn");
                set_load(edits, &at, percent);
            }
        });
    }
    let others = edits.iter().filter(|edit| !is_load(edit)).count();
    form.section(ui, "edits", &format!("Edits · {others}"), true, |ui| {
        rows(ui, form, edits);
        add(ui, form.design, edits);
    });
}

fn is_load(edit: &Edit) -> bool {
    matches!(edit, Edit::Set(_, Knob::LoadPercent(_)))
}

/// The share of its rate that a load has, where an edit says one.
fn load_percent(edits: &[Edit], at: &ItemRef) -> Option<Percent> {
    edits.iter().find_map(|edit| match edit {
        Edit::Set(of, Knob::LoadPercent(percent)) if of == at => Some(*percent),
        _ => None,
    })
}

/// Changes that edit, adds it or takes it away.
fn set_load(edits: &mut Vec<Edit>, at: &ItemRef, percent: Option<Percent>) {
    if load_percent(edits, at) == percent {
        return;
    }
    let wanted = percent.map(|percent| Edit::Set(at.clone(), Knob::LoadPercent(percent)));
    let place = edits.iter().position(|edit| is_load(edit) && matches!(edit, Edit::Set(of, _) if of == at));
    match (place, wanted) {
        (Some(place), Some(edit)) => edits[place] = edit,
        (Some(place), None) => {
            edits.remove(place);
        }
        (None, edit) => edits.extend(edit),
    }
}

/// Every other edit in words, in the order they are done, with its value where it is one number.
fn rows(ui: &mut Ui, form: &Form<'_>, edits: &mut Vec<Edit>) {
    let tokens = Tokens::of(ui.ctx());
    let mut gone = None;
    for (place, edit) in edits.iter_mut().enumerate().filter(|(_, edit)| !is_load(edit)) {
        let said = edit.describe();
        ui.push_id(place, |ui| {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if sign(ui, icon::TRASH, &format!("Take out: {said}")).clicked() {
                        gone = Some(place);
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(&said).wrap());
                    });
                });
            });
            if let Edit::Set(_, Knob::DesiredCount(count)) = edit {
                form.value(ui, "desiredCount", "Tasks", count, &COUNT);
            }
            if let Edit::Set(_, Knob::ScalingBounds(least, most)) = edit {
                form.value(ui, "MinCapacity", "Fewest tasks", least, &COUNT);
                form.value(ui, "MaxCapacity", "Most tasks", most, &COUNT);
            }
        });
    }
    if edits.iter().all(is_load) {
        ui.label(theme::small("The drawing is played as it is").color(tokens.muted));
    }
    if let Some(place) = gone {
        edits.remove(place);
    }
}

/// Edits to begin with: how many tasks a service has, and items left out.
fn add(ui: &mut Ui, design: &Design, edits: &mut Vec<Edit>) {
    ui.menu_button(format!("{} Add edit", icon::PLUS), |ui| {
        ui.menu_button("Tasks of a service", |ui| {
            for (id, service) in &design.services {
                let at = ItemRef::Service(id.clone());
                let knob = match &service.scaling {
                    Some(scaling) => Knob::ScalingBounds(scaling.min_capacity, scaling.max_capacity),
                    None => Knob::DesiredCount(service.desired_count),
                };
                offer(ui, id, Edit::Set(at, knob), edits);
            }
        });
        ui.menu_button("Leave something out", |ui| {
            egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for at in design.item_refs() {
                    offer(ui, &at, Edit::Remove(at.clone()), edits);
                }
            });
        });
    });
}

fn offer(ui: &mut Ui, name: &impl ToString, edit: Edit, edits: &mut Vec<Edit>) {
    if ui.add_enabled(!edits.contains(&edit), Button::new(name.to_string())).clicked() {
        edits.push(edit);
        ui.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::design::id::{LoadId, ServiceId};

    #[test]
    fn a_loads_share_is_one_edit_among_the_others() {
        let at = ItemRef::Load(LoadId::new("people"));
        let other = Edit::Remove(ItemRef::Service(ServiceId::new("web")));
        let mut edits = vec![other.clone()];
        let percent = |n| Some(Percent::from_percent(n));
        set_load(&mut edits, &at, percent(300));
        assert_eq!((edits.len(), load_percent(&edits, &at)), (2, percent(300)));
        set_load(&mut edits, &at, percent(50));
        assert_eq!((edits.len(), load_percent(&edits, &at)), (2, percent(50)));
        set_load(&mut edits, &at, None);
        assert_eq!(edits, [other]);
    }
}
