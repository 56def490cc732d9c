//! What floats over the canvas: the outcome of a drag, the port joins start from, words of a line, layer switches.

use egui::{Align2, Color32, CursorIcon, FontId, Pos2, Rect, Role, Sense, Stroke, StrokeKind, WidgetInfo, vec2};

use super::gestures::{Drop, Grip};
use super::{Frame, Held, State, connect, port};
use crate::command::{Command, Outbox};
use crate::document::Change;
use crate::grid::Pick;
use crate::widgets::icon;
use crate::widgets::theme;

impl Frame<'_, '_> {
    /// Green where it may go, red with the reason where not; a ghost of what is held.
    pub(super) fn show_drop(&self, held: &Held, pointer: Option<Pos2>, outcome: &Drop) {
        let painter = self.ui.painter_at(self.area);
        let Some(pointer) = pointer else { return };
        let (color, target, words) = match outcome {
            Drop::Nothing => (self.tokens.accent, None, None),
            Drop::Legal { label, target, .. } => (self.tokens.good, Some(*target), Some(label)),
            Drop::Refused { why, target } => (self.tokens.bad, Some(*target), Some(why)),
        };
        if let Some(target) = target {
            let rect = self.to_screen * target;
            painter.rect(rect, 8.0, color.gamma_multiply(0.14), Stroke::new(2.0, color), StrokeKind::Outside);
        }
        match held {
            Held::Node { of, grip: Grip::Body, from } => {
                if let Some(node) = self.grid.node(of) {
                    let ghost = self.to_screen * self.grid.nodes[node].rect.translate(pointer - *from);
                    painter.rect(ghost, 6.0, color.gamma_multiply(0.10), Stroke::new(1.0, color), StrokeKind::Inside);
                }
            }
            Held::Node { .. } => {}
            Held::Join { from } => {
                if let Some(node) = self.grid.node(from) {
                    let start = self.to_screen * port(self.grid.nodes[node].rect);
                    painter.line_segment([start, self.to_screen * pointer], Stroke::new(2.0, color));
                }
            }
        }
        let refused = matches!(outcome, Drop::Refused { .. });
        self.ui.set_cursor_icon(if refused { CursorIcon::NotAllowed } else { CursorIcon::Grabbing });
        if let Some(words) = words {
            let sign = if refused { icon::PROHIBIT } else { icon::CHECK };
            self.bubble(self.to_screen * pointer + vec2(16.0, 18.0), &format!("{sign} {words}"), color);
        }
    }

    /// A line of words on a small card.
    fn bubble(&self, at: Pos2, words: &str, edge: Color32) {
        let painter = self.ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, self.ui.scope_id()));
        let galley = painter.layout(words.to_owned(), FontId::proportional(12.0), self.tokens.text, 340.0);
        let size = galley.size() + vec2(16.0, 10.0);
        let room = self.ui.ctx().content_rect();
        let corner = at.min(room.max - size);
        let rect = Rect::from_min_size(corner, size);
        painter.rect(rect, 6.0, self.tokens.raised, Stroke::new(1.0, edge), StrokeKind::Inside);
        painter.galley(corner + vec2(8.0, 5.0), galley, self.tokens.text);
    }

    pub(super) fn overlays(&mut self, state: &mut State, out: &mut Outbox) {
        self.ports(state, out);
        if state.held.is_none() {
            self.hovered_line();
        }
        self.switches(state);
        if self.grid.nodes.is_empty() && self.grid.vpcs.is_empty() {
            let text = "Nothing is drawn yet: press / or double-click to add a VPC";
            let font = FontId::proportional(theme::TITLE);
            self.ui.painter().text(self.area.center(), Align2::CENTER_CENTER, text, font, self.tokens.muted);
        }
    }

    /// A dot at the right end of what is selected: drag it onto what it shall lead to, or click for a list.
    fn ports(&mut self, state: &mut State, out: &mut Outbox) {
        let Some(pick) = self.model.selected.filter(|pick| connect::leads_on(pick)) else { return };
        let Some(node) = self.grid.node(pick) else { return };
        let at = self.to_screen * port(self.grid.nodes[node].rect);
        if !self.area.contains(at) {
            return;
        }
        let rect = Rect::from_center_size(at, vec2(16.0, 16.0));
        let response = self.ui.interact(rect, self.ui.scope_id().with("port"), Sense::click_and_drag());
        let name = format!("Lead {} to…", self.grid.nodes[node].name);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let painter = self.ui.painter_at(self.area);
        painter.circle(at, 6.0, self.tokens.panel, Stroke::new(2.0, self.tokens.accent));
        painter.circle_filled(at, 2.5, self.tokens.accent);
        if response.drag_started() {
            state.held = Some(Held::Join { from: pick.clone() });
        }
        let all: Vec<Pick> = self.grid.nodes.iter().map(|node| node.of.clone()).collect();
        egui::Popup::menu(&response).show(|ui| {
            let reachable = connect::reachable(self.design, pick, &all);
            if reachable.is_empty() {
                ui.label("There is nothing more it can lead to");
            }
            for to in reachable {
                if let Ok((label, edits)) = connect::connect(self.design, pick, &to)
                    && ui.button(&label).clicked()
                {
                    out.push(Command::Change { label, changes: edits.into_iter().map(Change::Edit).collect() });
                }
            }
        });
        response.on_hover_text(name);
    }

    fn hovered_line(&self) {
        let Some(pointer) = self.ui.input(|i| i.pointer.hover_pos()).filter(|p| self.area.contains(*p)) else { return };
        let world = self.to_screen.inverse() * pointer;
        if self.grid.nodes.iter().any(|node| node.rect.contains(world)) {
            return;
        }
        let reach = 5.0 / self.to_screen.scaling;
        let near = |points: &[Pos2]| points.windows(2).any(|ends| distance(world, ends[0], ends[1]) < reach);
        if let Some(line) = self.model.analysis.lines.iter().find(|line| near(&line.points)) {
            self.bubble(pointer + vec2(14.0, 14.0), &line.said, self.tokens.line);
        }
    }

    /// Whether all lines are shown, in the lower left corner.
    fn switches(&mut self, state: &mut State) {
        let place = Rect::from_min_size(self.area.left_bottom() + vec2(12.0, -40.0), vec2(120.0, 28.0));
        let mut ui = self.ui.new_child(egui::UiBuilder::new().max_rect(place).id_salt("switches"));
        // It lies over whatever is drawn there.
        let ground = egui::Frame::new().fill(self.tokens.panel).corner_radius(theme::RADIUS_FIELD);
        ground.show(&mut ui, |ui| {
            ui.toggle_value(&mut state.all_lines, format!("{} All lines", icon::TRAFFIC))
                .on_hover_text("Many lines are hidden but for those of what is selected");
        });
    }
}

fn distance(at: Pos2, from: Pos2, to: Pos2) -> f32 {
    let (along, by) = (to - from, at - from);
    let share = (by.dot(along) / along.length_sq().max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
    (at - (from + along * share)).length()
}
