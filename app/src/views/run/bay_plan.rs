//! The bay plan at the playhead: zones as columns, instances as holds with their tasks as slabs, Fargate tasks on the quay.
//!
//! A hold is as high as its memory and as wide as its vCPU are, of the largest instance type in the plan. A slab is as high
//! as the larger of the shares of CPU and memory that its task reserves.

use bayplan_engine::plan::Plan;
use bayplan_engine::plan::index::Ix;
use bayplan_engine::plan::provider::Candidate;
use bayplan_engine::simulation::trace::{InstanceLife, TaskLife, Trace};
use bayplan_engine::units::SimTime;
use egui::{Align2, Color32, FontId, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::Chosen;
use super::moment::{Moment, ZoneAt, status};
use crate::grid::words::plural;
use crate::widgets::theme::{self, Tokens};

/// A task's square on the quay where there are many, and the space between things.
const SQUARE: f32 = 13.0;
const GAP: f32 = 4.0;
/// The largest hold.
const HOLD: egui::Vec2 = vec2(92.0, 112.0);
/// So many squares and holds are drawn in a zone; more are counted.
const MOST_SQUARES: usize = 300;
const MOST_HOLDS: usize = 60;

/// What the drawing reads.
pub(super) struct Scene<'a> {
    pub plan: &'a Plan,
    pub trace: &'a Trace,
    pub moment: &'a Moment,
    pub now: SimTime,
    /// The colour's place of each service, in the plan's order.
    pub slots: &'a [u16],
    pub chosen: Option<Chosen>,
}

/// Draws all zones; answers what was chosen by a click.
pub(super) fn ui(ui: &mut Ui, scene: &Scene<'_>) -> Option<Chosen> {
    let mut clicked = None;
    let zones: Vec<_> = scene.moment.zones.iter().collect();
    ui.columns(zones.len().max(1), |columns| {
        for (ui, zone) in columns.iter_mut().zip(zones) {
            clicked = clicked.or(column(ui, scene, zone));
        }
    });
    clicked
}

fn column(ui: &mut Ui, scene: &Scene<'_>, zone: &ZoneAt) -> Option<Chosen> {
    let tokens = Tokens::of(ui.ctx());
    let tasks = zone.quay.len() + zone.holds.iter().map(|hold| hold.tasks.len()).sum::<usize>();
    let name = &scene.plan.zones[zone.zone].name;
    let mut facts = format!("{tasks} {}", plural(tasks, "task"));
    if !zone.holds.is_empty() {
        facts = format!("{} {} · {facts}", zone.holds.len(), plural(zone.holds.len(), "instance"));
    }
    let label = ui.label(theme::strong(name.to_string()));
    let said = format!("Zone {name}: {facts}");
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
    ui.label(theme::small(facts).color(tokens.muted));
    let mut clicked = None;
    if !zone.holds.is_empty() {
        ui.add_space(4.0);
        clicked = holds(ui, scene, zone, &tokens);
    }
    if !zone.quay.is_empty() {
        ui.add_space(6.0);
        ui.label(theme::small("Fargate").color(tokens.muted));
        clicked = clicked.or(quay(ui, scene, zone, &tokens));
    }
    if tasks == 0 && zone.holds.is_empty() {
        ui.label(theme::small("Nothing stands here").color(tokens.muted));
    }
    clicked
}

/// Rectangles of a size in rows, as many as stand beside each other.
fn rows(ui: &mut Ui, sizes: impl Iterator<Item = egui::Vec2>) -> Vec<Rect> {
    let width = ui.available_width();
    let start = ui.cursor().min;
    let (mut x, mut y, mut high) = (0.0, 0.0, 0.0f32);
    let mut rects = Vec::new();
    for size in sizes {
        if x > 0.0 && x + size.x > width {
            (x, y, high) = (0.0, y + high + GAP, 0.0);
        }
        rects.push(Rect::from_min_size(pos2(start.x + x, start.y + y), size));
        x += size.x + GAP;
        high = high.max(size.y);
    }
    ui.allocate_space(vec2(width, y + high));
    rects
}

fn candidate<'a>(scene: &Scene<'a>, instance: &InstanceLife) -> Option<&'a Candidate> {
    scene.plan.providers[instance.provider].candidates.get(instance.candidate)
}

fn holds(ui: &mut Ui, scene: &Scene<'_>, zone: &ZoneAt, tokens: &Tokens) -> Option<Chosen> {
    let types = || scene.trace.instances.iter().filter_map(|life| candidate(scene, life));
    let most_cpu = types().map(|c| c.cpu.units()).max().unwrap_or(1).max(1);
    let most_memory = types().map(|c| c.memory.mib()).max().unwrap_or(1).max(1);
    let size = |life: &InstanceLife| {
        candidate(scene, life).map_or(vec2(24.0, 24.0), |c| {
            let share = |of: u32, most: u32| (f64::from(of) / f64::from(most)) as f32;
            let (wide, high) = (share(c.cpu.units(), most_cpu), share(c.memory.mib(), most_memory));
            vec2((HOLD.x * wide).max(22.0), (HOLD.y * high).max(26.0))
        })
    };
    let shown = &zone.holds[..zone.holds.len().min(MOST_HOLDS)];
    let rects = rows(ui, shown.iter().map(|hold| size(&scene.trace.instances[hold.instance])));
    let mut clicked = None;
    for (hold, rect) in shown.iter().zip(rects) {
        let life = &scene.trace.instances[hold.instance];
        let kind = candidate(scene, life);
        let name = kind.map_or_else(String::new, |c| c.name.to_string());
        let n = hold.tasks.len();
        let said =
            format!("Instance {name} of {}, {n} {}", scene.plan.providers[life.provider].name, plural(n, "task"));
        let response = ui.interact(rect, ui.scope_id().with(("hold", hold.instance.place())), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
        let ready = life.active.is_some_and(|at| at <= scene.now);
        let leaving = life.draining.is_some_and(|(at, _)| at <= scene.now);
        let painter = ui.painter();
        painter.rect_filled(rect, 3.0, tokens.raised);
        if let Some(kind) = kind {
            slabs(ui, scene, kind, &hold.tasks, rect.shrink(2.0));
        }
        let chosen = scene.chosen == Some(Chosen::Instance(hold.instance));
        let color = if chosen {
            tokens.accent
        } else if leaving {
            tokens.warn
        } else if ready {
            tokens.muted
        } else {
            tokens.faint
        };
        frame(ui, rect, color, if chosen { 2.0 } else { 1.0 }, !ready);
        let response = response.on_hover_text(said);
        if response.clicked() {
            clicked = Some(Chosen::Instance(hold.instance));
        }
    }
    more(ui, zone.holds.len() - shown.len(), "instance", tokens);
    clicked
}

fn slabs(ui: &Ui, scene: &Scene<'_>, kind: &Candidate, tasks: &[Ix<TaskLife>], rect: Rect) {
    let mut bottom = rect.bottom();
    for task in tasks {
        let life = &scene.trace.tasks[*task];
        let service = &scene.plan.services[life.service];
        let share = |of: u32, most: u32| f64::from(of) / f64::from(most.max(1));
        let share = share(service.cpu.units(), kind.cpu.units()).max(share(service.memory.mib(), kind.memory.mib()));
        let high = (f64::from(rect.height()) * share) as f32;
        let slab = Rect::from_min_max(pos2(rect.left(), (bottom - high).max(rect.top())), pos2(rect.right(), bottom));
        bottom = slab.top();
        ui.painter().rect_filled(slab.shrink(0.5), 2.0, task_color(scene, life));
    }
}

/// The service's colour, paler while the task is not in service.
fn task_color(scene: &Scene<'_>, life: &TaskLife) -> Color32 {
    let color = theme::service(scene.slots.get(life.service.index()).copied().unwrap_or(0)).0;
    let serves = life.healthy.is_some_and(|at| at <= scene.now) && life.ending.is_none_or(|(at, _)| at > scene.now);
    if serves { color } else { color.gamma_multiply(0.45) }
}

fn quay(ui: &mut Ui, scene: &Scene<'_>, zone: &ZoneAt, tokens: &Tokens) -> Option<Chosen> {
    let mut order = zone.quay.clone();
    order.sort_by_key(|task| (scene.trace.tasks[*task].service, *task));
    let shown = &order[..order.len().min(MOST_SQUARES)];
    // All zones at all moments alike: a square keeps its size while the run plays.
    let side = match most(scene) {
        0..=24 => 2.0 * SQUARE,
        25..=80 => 1.5 * SQUARE,
        _ => SQUARE,
    };
    let rects = rows(ui, shown.iter().map(|_| vec2(side, side)));
    let mut clicked = None;
    for (task, rect) in shown.iter().zip(rects) {
        let life = &scene.trace.tasks[*task];
        let provider = &scene.plan.providers[life.provider];
        let service = &scene.plan.services[life.service].name;
        let said = format!("Task of {service} on {}, {}", provider.name, status(life, scene.now));
        let response = ui.interact(rect, ui.scope_id().with(("task", task.place())), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
        ui.painter().rect_filled(rect, 2.0, task_color(scene, life));
        if provider.is_spot() {
            let line = Stroke::new(1.5, tokens.panel);
            ui.painter().line_segment([rect.left_bottom(), rect.right_top()], line);
        }
        if scene.chosen == Some(Chosen::Task(*task)) {
            frame(ui, rect.expand(1.5), tokens.accent, 2.0, false);
        }
        let response = response.on_hover_text(said);
        if response.clicked() {
            clicked = Some(Chosen::Task(*task));
        }
    }
    more(ui, order.len() - shown.len(), "task", tokens);
    clicked
}

/// The most tasks that stand in a zone, taken as a share of the most that run at once.
fn most(scene: &Scene<'_>) -> usize {
    let peaks = scene.trace.services.iter().map(|s| s.running.changes().iter().map(|(_, n)| *n).max().unwrap_or(0));
    let all: u32 = peaks.sum();
    usize::try_from(all).unwrap_or(usize::MAX).div_ceil(scene.moment.zones.len().max(1))
}

fn more(ui: &mut Ui, count: usize, word: &str, tokens: &Tokens) {
    if count > 0 {
        ui.label(theme::small(format!("and {count} more {}", plural(count, word))).color(tokens.muted));
    }
}

/// A frame, dashed around what is not there yet.
fn frame(ui: &Ui, rect: Rect, color: Color32, width: f32, dashed: bool) {
    let stroke = Stroke::new(width, color);
    if dashed {
        let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
        ui.painter().extend(egui::Shape::dashed_line(&corners, stroke, 3.0, 3.0));
    } else {
        ui.painter().rect_stroke(rect, 3.0, stroke, StrokeKind::Inside);
    }
}

/// Tasks that wait for a place, as dashed squares with their service and count.
pub(super) fn waiting(ui: &mut Ui, scene: &Scene<'_>) {
    let tokens = Tokens::of(ui.ctx());
    let waiting = scene.plan.services.iter().zip(&scene.moment.waiting).enumerate();
    for (place, (service, count)) in waiting.filter(|(_, (_, count))| **count > 0) {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(SQUARE, SQUARE), Sense::hover());
            let color = theme::service(scene.slots.get(place).copied().unwrap_or(0)).0;
            frame(ui, rect, color, 1.5, true);
            let text = format!("{count} {} of {} wait for a place", plural(*count as usize, "task"), service.name);
            ui.label(theme::small(text).color(tokens.warn));
        });
    }
}

/// Which colour is whose.
pub(super) fn legend(ui: &mut Ui, scene: &Scene<'_>) {
    let tokens = Tokens::of(ui.ctx());
    ui.horizontal_wrapped(|ui| {
        for (service, slot) in scene.plan.services.iter().zip(scene.slots) {
            let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
            ui.painter().rect_filled(rect, 2.0, theme::service(*slot).0);
            ui.label(theme::small(service.name.as_str()).color(tokens.muted));
        }
        ui.label(theme::small("pale: not in service · striped: Spot · dashed: not there yet").color(tokens.muted));
    });
}

/// Small words at a place.
pub(super) fn word(ui: &Ui, at: egui::Pos2, align: Align2, text: &str, color: Color32) {
    ui.painter().text(at, align, text, FontId::proportional(11.0), color);
}
