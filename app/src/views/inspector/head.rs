//! The head of the inspector: name, kind, price, findings with their fixes, who names the item; and what is shown when no
//! item is selected.

use bayplan_engine::checks::{Diagnostic, Severity};
use bayplan_engine::design::edit::{self, Edit};
use bayplan_engine::design::network::EndpointService;
use bayplan_engine::design::project::Project;
use bayplan_engine::design::work::CallTarget;
use bayplan_engine::design::{Design, ItemRef, Kind};
use bayplan_engine::units::Usd;
use egui::{Align, Button, Frame, Layout, Margin, RichText, TextEdit, Ui};

use super::{account, names, of_kind};
use crate::command::{Action, Command, Outbox};
use crate::document::Change;
use crate::grid::Pick;
use crate::model::Model;
use crate::widgets::fields::paragraph;
use crate::widgets::icon;
use crate::widgets::theme::{self, Tokens};

/// Name, kind, price, findings.
pub(super) fn item(ui: &mut Ui, model: &Model<'_>, at: &ItemRef, entered: bool, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    ui.horizontal(|ui| {
        let chip = Frame::new().fill(tokens.raised).corner_radius(6.0).inner_margin(Margin::symmetric(7, 2));
        chip.show(ui, |ui| ui.label(theme::small(at.kind().word()).color(tokens.muted)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (action, sign) in [(Action::Delete, icon::TRASH), (Action::Duplicate, icon::COPY)] {
                let button = ui.add(Button::new(sign.to_string()).frame(false));
                let name = format!("{} {at}", action.row().text);
                button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                if button.on_hover_text(name).clicked() {
                    out.act(action);
                }
            }
        });
    });
    let name = rename(ui, model, at, out);
    if entered {
        name.request_focus();
    }
    price(ui, model, at, &tokens);
    for finding in model.analysis.of_item(at) {
        self::finding(ui, finding, out);
    }
    // A service is only as right as what it runs.
    let definition = match at {
        ItemRef::Service(id) => model.design().and_then(|design| design.services.get(id)),
        _ => None,
    };
    let definition = definition.map(|service| ItemRef::TaskDefinition(service.task_definition.clone()));
    for finding in definition.iter().flat_map(|at| model.analysis.of_item(at)) {
        ui.label(theme::small(format!("Of its {}", finding.at.item)).color(tokens.muted));
        self::finding(ui, finding, out);
    }
    ui.add_space(8.0);
}

/// What the item names, and what names it: each leads there.
pub(super) fn around(ui: &mut Ui, design: &Design, at: &ItemRef, out: &mut Outbox) {
    let all = edit::references(design);
    let pick = |at: ItemRef| (at.to_string(), Pick::Item(at));
    let mut used: Vec<_> = all.iter().filter(|r| r.from == *at).map(|r| r.to.clone()).collect();
    used.sort();
    used.dedup();
    names(ui, "Names", used.into_iter().map(pick), out);
    let mut users: Vec<_> = all.into_iter().filter(|r| r.to == *at).map(|r| r.from).collect();
    users.sort();
    users.dedup();
    names(ui, "Named by", users.into_iter().map(pick), out);
}

/// The name, which can be changed everywhere at once.
fn rename(ui: &mut Ui, model: &Model<'_>, at: &ItemRef, out: &mut Outbox) -> egui::Response {
    let id = ui.scope_id().with("name");
    let mut name: String = ui.data_mut(|data| data.get_temp(id)).unwrap_or_else(|| at.name().to_owned());
    let edit = TextEdit::singleline(&mut name).font(egui::FontId::new(theme::TITLE, theme::semibold()));
    let response = ui.add(edit.desired_width(f32::INFINITY));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, format!("Name of {at}")));
    if response.lost_focus() {
        if name.trim() != at.name() && model.design().is_some() {
            out.push(Command::edit(Edit::Rename(at.clone(), name.trim().to_owned())));
        }
        ui.data_mut(|data| data.remove_temp::<String>(id));
    } else if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, name));
    }
    response
}

fn price(ui: &mut Ui, model: &Model<'_>, at: &ItemRef, tokens: &Tokens) {
    let Some(month) = &model.analysis.month else { return };
    let stale = model.analysis.is_stale();
    if let Some(usd) = model.price(at) {
        let color = if stale { tokens.muted } else { tokens.text };
        let said = month.outcome.month.claim_of(at).said(&usd.cents_text());
        ui.label(theme::figure(said).color(color));
        let tasks = match at {
            ItemRef::Service(id) => month.tasks.get(id),
            _ => None,
        };
        let tasks = tasks.map(|(min, max, unplaced)| {
            let places = if *unplaced > 0 { format!(", {unplaced} without a place") } else { String::new() };
            if min == max { format!(" · {min} tasks{places}") } else { format!(" · {min} to {max} tasks{places}") }
        });
        let stale = if stale { " · of an earlier design" } else { "" };
        let text = format!("a month of 730 h · closed form{}{stale}", tasks.unwrap_or_default());
        ui.label(theme::small(text).color(tokens.muted));
        lines(ui, model, at, tokens);
    }
}

/// The bill's lines of the item.
fn lines(ui: &mut Ui, model: &Model<'_>, at: &ItemRef, tokens: &Tokens) {
    let Some(month) = &model.analysis.month else { return };
    let own: Vec<_> = month.outcome.month.lines.iter().filter(|line| line.owner == *at).collect();
    egui::CollapsingHeader::new(theme::label(format!("Bill · {} lines", own.len()))).id_salt("bill").show(ui, |ui| {
        for line in own {
            ui.horizontal(|ui| {
                let quantity = line.quantity.decimal_text(line.charge.per_unit(), 1);
                let text = format!("{} · {quantity} {}", line.charge.label(), line.charge.unit());
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.label(theme::small(line.cost.map_or("unpriced".to_owned(), Usd::cents_text)));
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(egui::Label::new(theme::small(text).color(tokens.muted)).truncate());
                    });
                });
            });
        }
    });
}

/// A finding as a card: what, what to do, a button that mends it.
pub(super) fn finding(ui: &mut Ui, finding: &Diagnostic, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let (sign, color) = match finding.severity {
        Severity::Error => (icon::ERROR, tokens.bad),
        Severity::Warning => (icon::WARNING, tokens.warn),
        Severity::Advice => (icon::ADVICE, tokens.accent),
    };
    let fill = theme::mixed(tokens.panel, color, 0.10);
    Frame::new().fill(fill).corner_radius(8.0).inner_margin(8.0).outer_margin(Margin::symmetric(0, 3)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            ui.label(RichText::new(sign.to_string()).color(color).size(15.0));
            ui.vertical(|ui| {
                ui.label(RichText::new(&finding.message).size(12.0));
                ui.label(theme::small(&finding.hint).color(tokens.muted));
                ui.horizontal_wrapped(|ui| {
                    for fix in &finding.fixes {
                        if ui.button(RichText::new(&fix.label).size(12.0)).clicked() {
                            out.push(Command::edits(fix.label.clone(), fix.edits.clone()));
                        }
                    }
                    if finding.is_of_account && ui.button(RichText::new("Open the account").size(12.0)).clicked() {
                        out.push(Command::Select(Some(Pick::Account)));
                    }
                });
            });
        });
    });
}

/// Several items at once: what they cost together, and what can be done with all of them.
pub(super) fn several(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let all: Vec<&ItemRef> = model.also.iter().chain(model.selected).filter_map(Pick::item).collect();
    ui.label(theme::title(format!("{} items", all.len())));
    let sum: Usd = all.iter().filter_map(|at| model.price(at)).sum();
    ui.label(theme::figure(sum.cents_text()));
    ui.label(theme::small("a month of 730 h, together").color(tokens.muted));
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        for (action, sign) in [(Action::Duplicate, icon::COPY), (Action::Delete, icon::TRASH)] {
            if ui.button(format!("{sign} {} all", action.row().text)).clicked() {
                out.act(action);
            }
        }
    });
    ui.label(theme::small("Shift-click takes items in and out").color(tokens.muted));
    names(ui, "Selected", all.into_iter().map(|at| (at.to_string(), Pick::Item(at.clone()))), out);
}

/// The project itself, while no item is selected.
pub(super) fn nothing(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let Some(project) = model.project() else { return };
    ui.label(theme::title(&project.name));
    if let Some(month) = &model.analysis.month {
        ui.label(theme::figure(month.outcome.month.total_said()));
        ui.label(theme::small("a month of 730 h · closed form").color(tokens.muted));
    }
    if !project.description.is_empty() {
        ui.add_space(6.0);
        ui.label(RichText::new(project.description.replace('`', "")).color(tokens.muted));
    }
    if let Some(month) = &model.analysis.month {
        ui.add_space(8.0);
        ui.label(theme::label("What it costs").color(tokens.muted));
        let mut owners: Vec<_> = month.by_owner.iter().collect();
        owners.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        for (at, usd) in owners.into_iter().take(12) {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.label(usd.cents_text());
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        if ui.add(Button::new(at.to_string()).frame(false).truncate()).clicked() {
                            out.push(Command::Select(Some(Pick::Item(at.clone()))));
                        }
                    });
                });
            });
        }
    }
    account::lead(ui, &project.design, out);
    assumptions(ui, project, out);
    describe(ui, model, out);
}

/// Where values come from, and which are our assumption, each with its reason; each leads to its item.
fn assumptions(ui: &mut Ui, project: &Project, out: &mut Outbox) {
    let all = &project.assumptions;
    if all.is_empty() {
        return;
    }
    let tokens = Tokens::of(ui.ctx());
    ui.add_space(8.0);
    let title = theme::label(format!("Sources and assumptions · {}", all.len()));
    egui::CollapsingHeader::new(title).id_salt("assumptions").default_open(all.len() < 40).show(ui, |ui| {
        for (key, why) in all {
            let (item, field) = key.split_once(" · ").unwrap_or((key, ""));
            let button = ui.add(Button::new(theme::small(format!("{item} {field}"))).frame(false).truncate());
            if button.clicked()
                && let Some(at) = project.design.item_refs().into_iter().find(|at| at.to_string() == item)
            {
                out.push(Command::Select(Some(Pick::Item(at))));
            }
            ui.label(theme::small(why).color(tokens.muted));
        }
    });
}

/// Name and description of the project.
fn describe(ui: &mut Ui, model: &Model<'_>, out: &mut Outbox) {
    let Some(project) = model.project() else { return };
    ui.add_space(8.0);
    egui::CollapsingHeader::new("Name and description").show(ui, |ui| {
        if let Some(name) = paragraph(ui, "Project name", &project.name, 1) {
            out.push(Command::Change { label: "Name the project".to_owned(), changes: vec![Change::Name(name)] });
        }
        if let Some(text) = paragraph(ui, "Description", &project.description, 4) {
            out.push(Command::Change {
                label: "Describe the project".to_owned(),
                changes: vec![Change::Description(text)],
            });
        }
    });
}

/// All items of a kind that share one card.
pub(super) fn all_of(ui: &mut Ui, design: &Design, kind: Kind, out: &mut Outbox) {
    ui.label(theme::title(format!("All {kind}s")));
    names(ui, kind.word(), of_kind(design, kind), out);
}

/// An AWS service that somebody calls.
pub(super) fn aws(ui: &mut Ui, design: &Design, service: EndpointService, out: &mut Outbox) {
    ui.label(theme::title(service.aws()));
    ui.label("An AWS service outside the VPC, reached through its endpoint where there is one, else by the way out");
    names(ui, "Called by", callers(design, &CallTarget::Aws(service)), out);
}

/// The internet.
pub(super) fn internet(ui: &mut Ui, design: &Design, out: &mut Outbox) {
    ui.label(theme::title("Internet"));
    ui.label("Where answers go, and calls that have no other way");
    names(ui, "Called by", callers(design, &CallTarget::Internet), out);
    names(ui, "By NAT gateway", of_kind(design, Kind::NatGateway), out);
}

fn callers(design: &Design, to: &CallTarget) -> impl Iterator<Item = (String, Pick)> {
    let calls = design.services.iter().filter(|(_, service)| service.calls.iter().any(|call| call.to == *to));
    calls.map(|(id, _)| (id.to_string(), Pick::Item(ItemRef::Service(id.clone()))))
}
