//! Instances of a zone as holds, the tasks on them as slabs.
//!
//! A hold is as high as its memory and as wide as its vCPU are, of the largest instance type in the run. A slab is as high
//! as the larger of the shares of CPU and memory that its task reserves. The room left is hatched where it is stranded: where
//! no task of the services that use the instance would fit.

use bayplan_engine::plan::index::Ix;
use bayplan_engine::plan::provider::Candidate;
use bayplan_engine::simulation::trace::{InstanceLife, TaskLife};
use bayplan_engine::units::Mib;
use egui::{Align2, FontId, Rect, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::Chosen;
use super::bay_plan::{Scene, fitting, frame, hatch, more, rows, word};
use super::moment::{Hold, ZoneAt};
use crate::grid::words::plural;
use crate::widgets::theme::{self, Tokens};

/// Sizes that the largest hold may have.
const SIZES: [Vec2; 7] = [
    vec2(84.0, 190.0),
    vec2(72.0, 150.0),
    vec2(64.0, 112.0),
    vec2(52.0, 84.0),
    vec2(40.0, 62.0),
    vec2(30.0, 44.0),
    vec2(22.0, 30.0),
];
/// Room for a hold's type and state under it, where it is wide enough for words.
const NAME: f32 = 30.0;
const WIDE: f32 = 60.0;
/// So many holds are drawn in a zone; more are counted.
const MOST: usize = 120;

/// What an instance has left, and whether any task of the services on it fits there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    pub cpu: u32,
    pub memory: Mib,
    pub is_stranded: bool,
}

/// The type of an instance.
pub(super) fn candidate<'a>(scene: &Scene<'a>, instance: &InstanceLife) -> Option<&'a Candidate> {
    scene.plan.providers[instance.provider].candidates.get(instance.candidate)
}

/// What a hold has left at the scene's moment.
pub(super) fn left(scene: &Scene<'_>, hold: &Hold) -> Option<Left> {
    let life = &scene.trace.instances[hold.instance];
    let kind = candidate(scene, life)?;
    let tasks = || hold.tasks.iter().map(|task| &scene.plan.services[scene.trace.tasks[*task].service]);
    let cpu = kind.cpu.units().saturating_sub(tasks().map(|service| service.cpu.units()).sum());
    let memory = kind.memory.mib().saturating_sub(tasks().map(|service| service.memory.mib()).sum());
    let mut users = scene.plan.providers[life.provider].used_by.iter().map(|(ix, _)| &scene.plan.services[*ix]);
    let fits = users.any(|service| service.cpu.units() <= cpu && service.memory.mib() <= memory);
    Some(Left { cpu, memory: Mib::from_mib(memory), is_stranded: !fits && (cpu > 0 || memory > 0) })
}

pub(super) fn ui(ui: &mut Ui, scene: &Scene<'_>, zone: &ZoneAt, room: Vec2, tokens: &Tokens) -> Option<Chosen> {
    let types = || scene.trace.instances.iter().filter_map(|life| candidate(scene, life));
    let most_cpu = types().map(|c| c.cpu.units()).max().unwrap_or(1).max(1);
    let most_memory = types().map(|c| c.memory.mib()).max().unwrap_or(1).max(1);
    let named = SIZES.map(|size| if size.x >= WIDE { size + vec2(0.0, NAME) } else { size });
    let cell = fitting(&named, scene.most(scene.trace.providers.iter()), room);
    let largest = if cell.x >= WIDE { cell - vec2(0.0, NAME) } else { cell };
    let size = |life: &InstanceLife| {
        candidate(scene, life).map_or(vec2(24.0, 24.0), |c| {
            let share = |of: u32, most: u32| (f64::from(of) / f64::from(most)) as f32;
            let (wide, high) = (share(c.cpu.units(), most_cpu), share(c.memory.mib(), most_memory));
            vec2((largest.x * wide).max(14.0), (largest.y * high).max(18.0))
        })
    };
    let shown = &zone.holds[..zone.holds.len().min(MOST)];
    let feet = vec2(0.0, cell.y - largest.y);
    let rects = rows(ui, cell, shown.iter().map(|hold| size(&scene.trace.instances[hold.instance]) + feet));
    let mut clicked = None;
    for (hold, rect) in shown.iter().zip(rects) {
        let rect = Rect::from_min_max(rect.min, rect.max - feet);
        if one(ui, scene, hold, rect, feet.y > 0.0, tokens) {
            clicked = Some(Chosen::Instance(hold.instance));
        }
    }
    if shown.is_empty() {
        ui.label(theme::small("No instance stands here").color(tokens.muted));
    }
    more(ui, zone.holds.len() - shown.len(), "instance", tokens);
    clicked
}

/// One instance, perhaps with its type under it; answers whether it was clicked.
fn one(ui: &Ui, scene: &Scene<'_>, hold: &Hold, rect: Rect, is_named: bool, tokens: &Tokens) -> bool {
    let life = &scene.trace.instances[hold.instance];
    let kind = candidate(scene, life);
    let name = kind.map_or_else(String::new, |c| c.name.to_string());
    let n = hold.tasks.len();
    let said = format!("Instance {name} of {}, {n} {}", scene.plan.providers[life.provider].name, plural(n, "task"));
    let response = ui.interact(rect, ui.scope_id().with(("hold", hold.instance.place())), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
    let ready = life.active.is_some_and(|at| at <= scene.now);
    let leaving = life.draining.is_some_and(|(at, _)| at <= scene.now);
    ui.painter().rect_filled(rect, 3.0, tokens.raised);
    let inner = rect.shrink(2.0);
    let top = kind.map_or(inner.bottom(), |kind| slabs(ui, scene, kind, &hold.tasks, inner));
    let free = Rect::from_min_max(inner.min, pos2(inner.right(), top - 1.0));
    let room = left(scene, hold);
    if room.is_some_and(|room| room.is_stranded) && free.height() > 3.0 {
        hatch(ui, free, tokens.faint);
    }
    let chosen = scene.chosen == Some(Chosen::Instance(hold.instance));
    let color = match (chosen, leaving, ready) {
        (true, _, _) => tokens.accent,
        (_, true, _) => tokens.warn,
        (_, _, true) => tokens.muted,
        (false, false, false) => tokens.faint,
    };
    frame(ui, rect, color, if chosen { 2.0 } else { 1.0 }, !ready);
    if is_named {
        let at = rect.center_bottom();
        word(ui, at + vec2(0.0, 3.0), Align2::CENTER_TOP, &name, tokens.muted);
        let (state, color) = if leaving { ("draining", tokens.warn) } else { ("starting", tokens.muted) };
        if leaving || !ready {
            word(ui, at + vec2(0.0, 16.0), Align2::CENTER_TOP, state, color);
        }
    }
    let said = match room {
        Some(room) if room.is_stranded => {
            format!("{said}\nStranded: {} CPU units and {}, too little for any of its tasks", room.cpu, room.memory)
        }
        Some(room) => format!("{said}\nFree: {} CPU units and {}", room.cpu, room.memory),
        None => said,
    };
    response.on_hover_text(said).clicked()
}

/// Draws what stands in a hold, from its foot; answers where the room above begins.
fn slabs(ui: &Ui, scene: &Scene<'_>, kind: &Candidate, tasks: &[Ix<TaskLife>], rect: Rect) -> f32 {
    let mut bottom = rect.bottom();
    for task in tasks {
        let life = &scene.trace.tasks[*task];
        let service = &scene.plan.services[life.service];
        let share = |of: u32, most: u32| f64::from(of) / f64::from(most.max(1));
        let share = share(service.cpu.units(), kind.cpu.units()).max(share(service.memory.mib(), kind.memory.mib()));
        let high = (f64::from(rect.height()) * share) as f32;
        let slab = Rect::from_min_max(pos2(rect.left(), (bottom - high).max(rect.top())), pos2(rect.right(), bottom));
        bottom = slab.top();
        let slab = slab.shrink(0.5);
        ui.painter().rect_filled(slab, 2.0, scene.task_color(life));
        if scene.plan.providers[life.provider].is_spot() {
            hatch(ui, slab, theme::ON_SERVICE.gamma_multiply(0.28));
        }
        if slab.height() >= 13.0 && slab.width() >= 34.0 {
            let painter = ui.painter().with_clip_rect(slab.shrink(1.0).intersect(ui.clip_rect()));
            let at = slab.left_center() + vec2(4.0, 0.0);
            painter.text(at, Align2::LEFT_CENTER, &service.name, FontId::proportional(10.5), theme::ON_SERVICE);
        }
    }
    bottom
}
