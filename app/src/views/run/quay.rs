//! The quay: tasks on Fargate, a square each, striped where they are Spot.

use bayplan_engine::plan::service::PlannedService;
use egui::{Role, Sense, Ui, Vec2, WidgetInfo};

use super::Chosen;
use super::bay_plan::{Scene, fitting, frame, hatch, more, rows};
use super::moment::{ZoneAt, status};
use crate::widgets::theme::{self, Tokens};

/// Sizes that a task's square may have.
const SIZES: [Vec2; 6] =
    [Vec2::splat(34.0), Vec2::splat(28.0), Vec2::splat(22.0), Vec2::splat(17.0), Vec2::splat(13.0), Vec2::splat(9.0)];
/// So many squares are drawn in a zone; more are counted.
const MOST: usize = 600;

pub(super) fn ui(ui: &mut Ui, scene: &Scene<'_>, zone: &ZoneAt, room: Vec2, tokens: &Tokens) -> Option<Chosen> {
    ui.label(theme::small("Fargate").color(tokens.muted));
    if zone.quay.is_empty() {
        ui.label(theme::small("Nothing stands here").color(tokens.muted));
        return None;
    }
    let mut order = zone.quay.clone();
    order.sort_by_key(|task| (scene.trace.tasks[*task].service, *task));
    let shown = &order[..order.len().min(MOST)];
    let on_fargate = |service: &PlannedService| {
        service.capacity.iter().any(|share| scene.plan.providers[share.provider].is_fargate())
    };
    let counted = scene.plan.services.iter().zip(&scene.trace.services).filter(|(service, _)| on_fargate(service));
    let side = fitting(&SIZES, scene.most(counted.map(|(_, trace)| &trace.running)), room);
    let rects = rows(ui, side, shown.iter().map(|_| side));
    let mut clicked = None;
    for (task, rect) in shown.iter().zip(rects) {
        let life = &scene.trace.tasks[*task];
        let provider = &scene.plan.providers[life.provider];
        let service = &scene.plan.services[life.service].name;
        let said = format!("Task of {service} on {}, {}", provider.name, status(life, scene.now));
        let response = ui.interact(rect, ui.scope_id().with(("task", task.place())), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
        ui.painter().rect_filled(rect, 3.0, scene.task_color(life));
        if provider.is_spot() {
            hatch(ui, rect, theme::ON_SERVICE.gamma_multiply(0.28));
        }
        if scene.chosen == Some(Chosen::Task(*task)) {
            frame(ui, rect.expand(2.0), tokens.text, 2.0, false);
        }
        if response.on_hover_text(said).clicked() {
            clicked = Some(Chosen::Task(*task));
        }
    }
    more(ui, order.len() - shown.len(), "task", tokens);
    clicked
}
