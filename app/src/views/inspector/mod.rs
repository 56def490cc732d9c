//! What stands right of the canvas: the selected item, with its price, its findings and a form for every field.
//!
//! A form edits a copy of the item; what came out different is put in its place as one step. Fields commit when they are
//! left or Enter is pressed, so that one change is one step.

mod account;
mod around;
mod capacity;
mod container;
mod deployment;
mod head;
mod load;
mod load_balancing;
mod network;
mod scaling;
mod service;
mod task_definition;
mod text;
mod work;

use std::cell::RefCell;

use bayplan_engine::design::edit::Edit;
use bayplan_engine::design::{Design, Item, Kind};
use egui::{ScrollArea, Ui};

use crate::command::{Command, Outbox};
use crate::grid::Pick;
use crate::model::Model;
use crate::widgets::fields::Form;
use crate::widgets::theme::{self, Tokens};

/// `entered` gives the keys to the first field.
pub fn ui(ui: &mut Ui, model: &Model<'_>, entered: bool, out: &mut Outbox) {
    let Some(design) = model.design() else { return };
    let area = ScrollArea::vertical().auto_shrink(false);
    // The bar floats over what it scrolls: figures at the right end before it.
    let mut shown = |ui: &mut Ui| match model.selected {
        Some(_) if !model.also.is_empty() => head::several(ui, model, out),
        None => head::nothing(ui, model, out),
        Some(Pick::Item(at)) => match design.item(at) {
            Some(item) => {
                ui.push_id(at.to_string(), |ui| {
                    head::item(ui, model, at, entered, out);
                    let mut edited = item.clone();
                    let assumptions = &model.project().map(|p| p.assumptions.clone()).unwrap_or_default();
                    form(ui, &Form { design, at: Some(at), assumptions, told: RefCell::default() }, &mut edited);
                    text::ui(ui, &mut edited);
                    head::around(ui, design, at, out);
                    if edited != item {
                        out.push(Command::edit(Edit::Put(edited)));
                    }
                });
            }
            None => {
                ui.label("It is no longer drawn");
            }
        },
        Some(Pick::All(kind)) => head::all_of(ui, design, *kind, out),
        Some(Pick::Aws(service)) => head::aws(ui, design, *service, out),
        Some(Pick::Internet) => head::internet(ui, design, out),
        Some(Pick::Account) => account::ui(ui, design, out),
    };
    area.show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 8.0);
        shown(ui);
    });
}

/// The form of an item, by its kind.
fn form(ui: &mut Ui, form: &Form<'_>, item: &mut Item) {
    match item {
        Item::Vpc(_, vpc) => network::vpc(ui, form, vpc),
        Item::Subnet(_, subnet) => network::subnet(ui, form, subnet),
        Item::RouteTable(_, table) => network::route_table(ui, form, table),
        Item::NatGateway(_, nat) => network::nat_gateway(ui, form, nat),
        Item::VpcEndpoint(_, endpoint) => network::vpc_endpoint(ui, form, endpoint),
        Item::SecurityGroup(_, group) => network::security_group(ui, form, group),
        Item::Lattice(_, lattice) => network::lattice(ui, form, lattice),
        Item::LoadBalancer(_, balancer) => load_balancing::load_balancer(ui, form, balancer),
        Item::TargetGroup(_, group) => load_balancing::target_group(ui, form, group),
        Item::ApiGateway(_, api) => load_balancing::api_gateway(ui, form, api),
        Item::Namespace(_, namespace) => capacity::namespace(ui, form, namespace),
        Item::Cluster(_, cluster) => capacity::cluster(ui, form, cluster),
        Item::CapacityProvider(_, provider) => capacity::provider(ui, form, provider),
        Item::Site(_, site) => capacity::site(ui, form, site),
        Item::TaskDefinition(_, task) => task_definition::task_definition(ui, form, task),
        Item::Service(_, service) => service::service(ui, form, service),
        Item::StandaloneTask(_, task) => service::standalone(ui, form, task),
        Item::ExpressService(_, express) => service::express(ui, form, express),
        Item::EventRule(_, rule) => around::event_rule(ui, form, rule),
        Item::Alarm(_, alarm) => around::alarm(ui, form, alarm),
        Item::LogGroup(_, group) => around::log_group(ui, form, group),
        Item::Role(_, role) => around::role(ui, form, role),
        Item::Image(_, image) => around::image(ui, form, image),
        Item::FileSystem(_, system) => around::file_system(ui, form, system),
        Item::Secret(_, secret) => around::secret(ui, form, secret),
        Item::Certificate(_, certificate) => around::certificate(ui, form, certificate),
        Item::WebAcl(_, acl) => around::web_acl(ui, form, acl),
        Item::OutsideSystem(_, system) => around::outside_system(ui, form, system),
        Item::Load(_, load) => load::load(ui, form, load),
        Item::Note(_, note) => around::note(ui, form, note),
    }
}

/// Rows of names that lead to their items.
fn names(ui: &mut Ui, title: &str, all: impl Iterator<Item = (String, Pick)>, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let all: Vec<_> = all.collect();
    if all.is_empty() {
        return;
    }
    ui.add_space(8.0);
    ui.label(theme::label(title).color(tokens.muted));
    for (name, pick) in all {
        if ui.add(egui::Button::new(name).frame(false)).clicked() {
            out.push(Command::Select(Some(pick)));
        }
    }
}

/// The names of all items of a kind.
fn of_kind(design: &Design, kind: Kind) -> impl Iterator<Item = (String, Pick)> {
    let all = design.item_refs().into_iter().filter(move |at| at.kind() == kind);
    all.map(|at| (at.name().to_owned(), Pick::Item(at)))
}
