//! The bay plan at the playhead: zones as columns, in each the instances with their tasks and, below, what stands on Fargate.
//!
//! In: a [`Scene`]. Out: what was chosen by a click. Sizes come from the most that stands in a zone at any time of the run,
//! so that nothing changes its size while the run plays.

use bayplan_engine::plan::Plan;
use bayplan_engine::plan::index::Ix;
use bayplan_engine::plan::provider::PlannedProvider;
use bayplan_engine::plan::service::PlannedService;
use bayplan_engine::simulation::trace::{EntryKind, ServiceSummary, Steps, TaskLife, Trace};
use bayplan_engine::units::SimTime;
use egui::{Align2, Color32, Frame, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::moment::{Moment, ZoneAt};
use super::{Chosen, holds, quay};
use crate::grid::scene::Mark;
use crate::grid::screen;
use crate::grid::words::plural;
use crate::widgets::theme::{self, Pattern, Tokens};

/// The space between things.
pub(super) const GAP: f32 = 4.0;
/// Around what stands in a zone.
const MARGIN: f32 = 10.0;
/// A zone's name and facts.
const HEAD: f32 = 48.0;

/// What the drawing reads.
pub(super) struct Scene<'a> {
    pub plan: &'a Plan,
    pub trace: &'a Trace,
    /// The run in figures, by service in the plan's order.
    pub counts: &'a [ServiceSummary],
    pub moment: &'a Moment,
    pub now: SimTime,
    /// The colour's place of each service, in the plan's order.
    pub slots: &'a [u16],
    pub chosen: Option<Chosen>,
}

impl Scene<'_> {
    /// A service's colour.
    pub(super) fn color(&self, service: Ix<PlannedService>) -> Color32 {
        theme::service(self.slots.get(service.index()).copied().unwrap_or(0)).0
    }

    /// A task's colour: paler while it is not in service, or while another service is looked at.
    pub(super) fn task_color(&self, life: &TaskLife) -> Color32 {
        let serves = life.healthy.is_some_and(|at| at <= self.now) && life.ending.is_none_or(|(at, _)| at > self.now);
        let color = self.color(life.service);
        match self.chosen {
            Some(Chosen::Service(ix)) if ix != life.service => color.gamma_multiply(0.18),
            _ if serves => color,
            _ => color.gamma_multiply(0.45),
        }
    }

    /// The most that stands in a zone at once, taken as an even share of the run's most.
    pub(super) fn most<'s>(&self, steps: impl Iterator<Item = &'s Steps>) -> usize {
        let all: u32 = steps.map(|s| s.changes().iter().map(|(_, n)| *n).max().unwrap_or(0)).sum();
        usize::try_from(all).unwrap_or(usize::MAX).div_ceil(self.moment.zones.len().max(1))
    }
}

/// Draws all zones; answers what was chosen by a click.
pub(super) fn ui(ui: &mut Ui, scene: &Scene<'_>) -> Option<Chosen> {
    let mut clicked = None;
    let zones: Vec<_> = scene.moment.zones.iter().collect();
    let height = ui.available_height();
    ui.columns(zones.len().max(1), |columns| {
        for (ui, zone) in columns.iter_mut().zip(zones) {
            clicked = clicked.or(column(ui, scene, zone, height));
        }
    });
    clicked
}

fn column(ui: &mut Ui, scene: &Scene<'_>, zone: &ZoneAt, height: f32) -> Option<Chosen> {
    let tokens = Tokens::of(ui.ctx());
    let outline = Frame::new().corner_radius(theme::RADIUS_CARD).inner_margin(MARGIN);
    let inside = |ui: &mut Ui| {
        ui.set_min_size(vec2(ui.available_width(), height - 2.0 * MARGIN - 2.0));
        head(ui, scene, zone, &tokens);
        let room = vec2(ui.available_width(), (height - HEAD - 2.0 * MARGIN).max(60.0));
        let used = |is_fargate| {
            let mut used = scene.plan.providers.iter().filter(|provider| !provider.used_by.is_empty());
            used.any(|provider| provider.is_fargate() == is_fargate)
        };
        let has_instances = used(false) || !zone.holds.is_empty();
        let has_fargate = used(true) || !zone.quay.is_empty();
        let for_holds = if has_fargate { room.y * 0.62 } else { room.y };
        let mut clicked = None;
        if has_instances {
            clicked = holds::ui(ui, scene, zone, vec2(room.x, for_holds), &tokens);
        }
        if has_fargate {
            let left = if has_instances { room.y - for_holds } else { room.y };
            clicked = clicked.or(quay::ui(ui, scene, zone, vec2(room.x, left - 24.0), &tokens));
        }
        clicked
    };
    outline.stroke(Stroke::new(1.0, tokens.line)).show(ui, inside).inner
}

/// A zone's name, and how much stands there.
fn head(ui: &mut Ui, scene: &Scene<'_>, zone: &ZoneAt, tokens: &Tokens) {
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
    ui.add_space(2.0);
}

/// The largest of some sizes, largest first, in which so many things stand in a room; else the smallest.
pub(super) fn fitting(sizes: &[Vec2], count: usize, room: Vec2) -> Vec2 {
    let stands = |size: &&Vec2| {
        let beside = ((room.x + GAP) / (size.x + GAP)).floor().max(1.0);
        (count as f32 / beside).ceil() * (size.y + GAP) <= room.y
    };
    sizes.iter().find(stands).or(sizes.last()).copied().unwrap_or(Vec2::splat(12.0))
}

/// Rectangles of a size in rows, as many as stand beside each other, their feet in one line.
pub(super) fn rows(ui: &mut Ui, cell: Vec2, sizes: impl Iterator<Item = Vec2>) -> Vec<Rect> {
    let width = ui.available_width();
    let start = ui.cursor().min;
    let (mut x, mut y) = (0.0, 0.0);
    let mut rects = Vec::new();
    for size in sizes {
        if x > 0.0 && x + cell.x > width {
            (x, y) = (0.0, y + cell.y + GAP);
        }
        rects.push(Rect::from_min_size(pos2(start.x + x, start.y + y + cell.y - size.y), size));
        x += cell.x + GAP;
    }
    ui.allocate_space(vec2(width, if rects.is_empty() { 0.0 } else { y + cell.y }));
    rects
}

/// Says how many more there are than are drawn.
pub(super) fn more(ui: &mut Ui, count: usize, word: &str, tokens: &Tokens) {
    if count > 0 {
        ui.label(theme::small(format!("and {count} more {}", plural(count, word))).color(tokens.muted));
    }
}

/// A frame, dashed around what is not there yet.
pub(super) fn frame(ui: &Ui, rect: Rect, color: Color32, width: f32, dashed: bool) {
    let stroke = Stroke::new(width, color);
    if dashed {
        let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
        ui.painter().extend(egui::Shape::dashed_line(&corners, stroke, 3.0, 3.0));
    } else {
        ui.painter().rect_stroke(rect, 3.0, stroke, StrokeKind::Inside);
    }
}

/// Rising lines: Spot over a task, stranded over an instance's room.
pub(super) fn hatch(ui: &Ui, rect: Rect, color: Color32) {
    screen::paint(ui.painter(), &[Mark::Hatch { rect, pattern: Pattern::Rising, color }]);
}

/// Tasks that wait for a place, as dashed squares with their service, their count and why.
pub(super) fn waiting(ui: &mut Ui, scene: &Scene<'_>) {
    let tokens = Tokens::of(ui.ctx());
    for ((ix, service), count) in scene.plan.services.pairs().zip(&scene.moment.waiting).filter(|(_, n)| **n > 0) {
        ui.horizontal_wrapped(|ui| {
            for _ in 0..(*count).min(12) {
                let (rect, _) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
                frame(ui, rect, scene.color(ix), 1.5, true);
            }
            let text = format!("{count} {} of {} wait for a place", plural(*count as usize, "task"), service.name);
            ui.label(theme::small(text).color(tokens.warn));
            let log = &scene.trace.log[..scene.trace.log.partition_point(|entry| entry.at <= scene.now)];
            let why = log.iter().rev().find(|entry| entry.kind == EntryKind::Placement && entry.service == Some(ix));
            if let Some(why) = why {
                ui.label(theme::small(&why.text).color(tokens.muted));
            }
        });
    }
}

/// Which colour is whose; a click looks at a service alone.
pub(super) fn legend(ui: &mut Ui, scene: &Scene<'_>) -> Option<Chosen> {
    let tokens = Tokens::of(ui.ctx());
    let mut clicked = None;
    ui.horizontal_wrapped(|ui| {
        for (ix, service) in scene.plan.services.pairs() {
            let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
            ui.painter().rect_filled(rect, 2.0, scene.color(ix));
            let chosen = scene.chosen == Some(Chosen::Service(ix));
            let text = theme::small(service.name.as_str()).color(if chosen { tokens.text } else { tokens.muted });
            let response = ui.selectable_label(chosen, text).on_hover_text("Look at this service alone");
            let said = format!("Service {}", service.name);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &said));
            if response.clicked() {
                clicked = Some(Chosen::Service(ix));
            }
        }
        let mut signs = vec!["pale: not in service"];
        let used = || scene.plan.providers.iter().filter(|provider| !provider.used_by.is_empty());
        let spot = used().any(PlannedProvider::is_spot);
        let held = used().any(|provider| !provider.is_fargate());
        signs.extend(spot.then_some("striped: Spot"));
        signs.extend(held.then_some("hatched: room that none of its tasks fits into · dashed: not there yet"));
        ui.label(theme::small(signs.join(" · ")).color(tokens.muted));
    });
    clicked
}

/// Small words at a place.
pub(super) fn word(ui: &Ui, at: egui::Pos2, align: Align2, text: &str, color: Color32) {
    ui.painter().text(at, align, text, egui::FontId::proportional(11.0), color);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_size_that_fits_is_taken() {
        let sizes = [vec2(40.0, 40.0), vec2(20.0, 20.0), vec2(10.0, 10.0)];
        // Two of 40 stand beside each other in 90, four in two rows of 44.
        assert_eq!(fitting(&sizes, 4, vec2(90.0, 90.0)), sizes[0]);
        assert_eq!(fitting(&sizes, 5, vec2(90.0, 90.0)), sizes[1]);
        assert_eq!(fitting(&sizes, 1_000, vec2(90.0, 90.0)), sizes[2]);
    }
}
