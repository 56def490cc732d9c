//! The six figures of a run as cards, what was not played, and that a run is of an earlier drawing.

use bayplan_engine::evaluate::figures;
use bayplan_engine::units::{Ppm, Usd};
use egui::{Frame, Role, Stroke, Ui, WidgetInfo};

use super::bay_plan::Scene;
use crate::command::{Action, Outbox};
use crate::results::Played;
use crate::widgets::theme::{self, Tokens};

/// A figure: its name, its value, what it is of, whether it is bad.
struct Figure {
    name: &'static str,
    value: String,
    of: String,
    /// A second line of what it is of.
    also: Option<String>,
    is_bad: bool,
}

/// `estimate` is the closed form of the same month, where the run is of the design as it stands.
pub(super) fn ui(
    ui: &mut Ui,
    played: &Played,
    scene: &Scene<'_>,
    is_stale: bool,
    estimate: Option<Usd>,
    out: &mut Outbox,
) {
    let tokens = Tokens::of(ui.ctx());
    if is_stale {
        ui.horizontal(|ui| {
            ui.label(theme::small("The drawing or the scenario has changed since").color(tokens.warn));
            if ui.button("Play again").clicked() {
                out.act(Action::Play);
            }
        });
    }
    let all = figures_of(played, scene, estimate.filter(|_| !is_stale));
    ui.scope(|ui| {
        if is_stale {
            ui.multiply_opacity(super::STALE);
        }
        // Cards are of one height.
        let is_tall = all.iter().any(|figure| figure.also.is_some());
        ui.columns(all.len(), |columns| {
            for (ui, figure) in columns.iter_mut().zip(&all) {
                card(ui, figure, is_tall, &tokens);
            }
        });
    });
    let missing = played.prepared.plan.left_out(played.outcome.window);
    let all: Vec<_> = missing.map(|one| format!("{}: {}", one.item, one.what)).collect();
    if !all.is_empty() {
        let text = format!("Drawn and not played: {}", all.join(" · "));
        ui.label(theme::small(text).color(tokens.warn));
    }
}

fn card(ui: &mut Ui, figure: &Figure, is_tall: bool, tokens: &Tokens) {
    let frame = Frame::new().fill(tokens.panel).corner_radius(theme::RADIUS_CARD).inner_margin(10.0);
    frame.stroke(Stroke::new(1.0, tokens.line)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.set_min_width(ui.available_width());
        ui.add(egui::Label::new(theme::small(figure.name).color(tokens.muted)).truncate());
        let color = if figure.is_bad { tokens.bad } else { tokens.text };
        let label = ui.label(theme::figure(&figure.value).color(color));
        let said = format!("{} {}", figure.name, figure.value);
        label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
        ui.add(egui::Label::new(theme::small(&figure.of).color(tokens.muted)).truncate());
        match &figure.also {
            Some(also) => {
                ui.add(egui::Label::new(theme::small(also).color(tokens.muted)).truncate());
            }
            None if is_tall => ui.add_space(ui.text_style_height(&egui::TextStyle::Small)),
            None => {}
        }
    });
}

fn figures_of(played: &Played, scene: &Scene<'_>, estimate: Option<Usd>) -> [Figure; 6] {
    let run = figures::Run::of(&played.prepared.plan, &played.outcome, played.outcome.seed.unwrap_or(1));
    let (tasks, instances) = scene.moment.counts();
    let over = run.over_capacity();
    let worst = |of: fn(&figures::ServiceFigures) -> u64| {
        let most = run.services.iter().max_by_key(|service| of(service)).filter(|service| of(service) > 0);
        most.map_or_else(|| "no service".to_owned(), |service| format!("most of all {}", service.name))
    };
    let between = |(least, most): (u32, u32)| format!("{least} to {most} in the run");
    let filled = run.packing().map(|(cpu, memory)| format!("CPU {}, memory {} full", percent(cpu), percent(memory)));
    [
        Figure {
            name: "Cost of a month",
            value: played.outcome.month.total_said(),
            of: played.said(),
            also: estimate.map(|of| format!("{} against the estimate", (run.month - of).signed_text())),
            is_bad: false,
        },
        Figure {
            name: "Requests over capacity",
            value: format!("{:.2} %", f64::from(over.ppm()) / 10_000.0),
            of: worst(|service| u64::try_from(service.counts.over_capacity.micro()).unwrap_or(u64::MAX)),
            also: None,
            is_bad: over.ppm() > 0,
        },
        Figure {
            name: "Most tasks without a place",
            value: run.unplaced_max().to_string(),
            of: worst(|service| u64::from(service.counts.unplaced_max)),
            also: None,
            is_bad: run.unplaced_max() > 0,
        },
        Figure {
            name: "Longest recovery",
            value: run.recovery().to_string(),
            of: worst(|service| service.counts.recovery.ms()),
            also: None,
            is_bad: false,
        },
        Figure { name: "Tasks now", value: tasks.to_string(), of: between(played.tasks), also: None, is_bad: false },
        Figure {
            name: "Instances now",
            value: instances.to_string(),
            of: match played.instances {
                (_, 0) => "none is needed".to_owned(),
                counts => between(counts),
            },
            also: filled.filter(|_| played.instances.1 > 0),
            is_bad: false,
        },
    ]
}

fn percent(share: Ppm) -> String {
    format!("{:.0} %", f64::from(share.ppm()) / 10_000.0)
}
