//! The grid canvas: pan, zoom at the pointer, select, drag, join, walk by keys.
//!
//! World points are the grid's; the view is a transform of our own, so that words stay crisp at every zoom. What a drag
//! means is decided in `gestures`, what a join means in `connect`; this file only follows the pointer and paints.

mod connect;
mod gestures;
mod overlay;

use std::collections::BTreeMap;

use bayplan_engine::design::{Design, ItemRef};
use egui::emath::TSTransform;
use egui::{CursorIcon, Key, Pos2, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::command::{Action, Command, Outbox};
use crate::document::Change;
use crate::grid::scene::{self, Mark};
use crate::grid::{Cell, Form, Grid, Pick, screen};
use crate::model::Model;
use crate::parts::Spot;
use crate::widgets::theme::Tokens;
use gestures::{Drop, Grip};

/// How far in and out one can go.
const ZOOM: std::ops::RangeInclusive<f32> = 0.08..=4.0;

/// What the view shall do once its size is known.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wish {
    Fit,
    FitSelection,
    Actual,
    Zoom(f32),
}

/// What is dragged.
#[derive(Clone, Debug)]
enum Held {
    Node { of: Pick, grip: Grip, from: Pos2 },
    Join { from: Pick },
}

/// The canvas between frames.
#[derive(Default)]
pub struct State {
    view: TSTransform,
    wish: Option<Wish>,
    held: Option<Held>,
    all_lines: bool,
    /// Whether a field or a button had the keys a frame ago: then Escape was its own.
    was_focused: bool,
    /// Whether the inspector's first field is to take the keys.
    entered: bool,
}

impl State {
    pub fn fit(&mut self) {
        self.wish = Some(Wish::Fit);
    }

    pub fn fit_selection(&mut self) {
        self.wish = Some(Wish::FitSelection);
    }

    pub fn actual_size(&mut self) {
        self.wish = Some(Wish::Actual);
    }

    pub fn zoom(&mut self, by: f32) {
        self.wish = Some(Wish::Zoom(by));
    }

    /// Whether Enter was pressed on what is selected, once.
    pub fn take_entered(&mut self) -> bool {
        std::mem::take(&mut self.entered)
    }

    pub fn scale(&self) -> f32 {
        self.view.scaling
    }

    /// Zooms so that a point of the area stays where it is.
    fn zoom_at(&mut self, at: Vec2, by: f32) {
        let scaling = (self.view.scaling * by).clamp(*ZOOM.start(), *ZOOM.end());
        let k = scaling / self.view.scaling;
        self.view = TSTransform::new(at - k * at + k * self.view.translation, scaling);
    }

    fn show_rect(&mut self, area: Rect, world: Rect, largest: f32) {
        let room = area.size() - vec2(48.0, 64.0);
        let scaling =
            (room.x / world.width().max(1.0)).min(room.y / world.height().max(1.0)).clamp(*ZOOM.start(), largest);
        let translation = area.size() / 2.0 - world.center().to_vec2() * scaling;
        self.view = TSTransform::new(translation, scaling);
    }

    fn grant(&mut self, area: Rect, model: &Model<'_>) {
        let grid = &model.analysis.grid;
        match self.wish.take() {
            None => {}
            Some(Wish::Fit) => match grid.bounds {
                Some(bounds) => self.show_rect(area, bounds, 2.0),
                // An empty grid may still be on its way: the wish waits.
                None => self.wish = Some(Wish::Fit),
            },
            Some(Wish::FitSelection) => {
                let node = model.selected.and_then(|pick| grid.node(pick));
                if let Some(node) = node {
                    self.show_rect(area, grid.nodes[node].rect.expand(60.0), 2.0);
                }
            }
            Some(Wish::Actual) => self.zoom_at(area.size() / 2.0, 1.0 / self.view.scaling),
            Some(Wish::Zoom(by)) => self.zoom_at(area.size() / 2.0, by),
        }
    }
}

/// One frame of the canvas. `place` becomes what the pointer was over last, where the next part goes.
pub fn ui(ui: &mut Ui, model: &Model<'_>, state: &mut State, place: &mut Spot, out: &mut Outbox) {
    let Some(design) = model.design() else { return };
    let (area, back) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    back.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Canvas"));
    let tokens = Tokens::of(ui.ctx());
    ui.painter().rect_filled(area, 0.0, tokens.ground);
    state.grant(area, model);
    navigate(ui, area, &back, state);
    keys(ui, model, state, out);
    let to_screen = TSTransform::from_translation(area.min.to_vec2()) * state.view;
    let mut frame = Frame { ui, area, to_screen, model, design, tokens, grid: &model.analysis.grid };
    frame.dots(state);
    frame.paint(state);
    let hovered = frame.cells(&back, state, out);
    frame.nodes(&back, state, out);
    frame.drop(state, out);
    frame.overlays(state, out);
    if back.clicked() {
        out.push(Command::Select(None));
    }
    if back.double_clicked() {
        let at = back.interact_pointer_pos().map(|p| to_screen.inverse() * p);
        *place = at.map(|at| spot(&model.analysis.grid, at)).unwrap_or_default();
        out.act(Action::Add);
    } else if let Some(cell) = hovered {
        *place = cell;
    }
}

/// Pan by dragging the ground or with the wheel, zoom with Ctrl and the wheel or two fingers.
fn navigate(ui: &Ui, area: Rect, back: &Response, state: &mut State) {
    state.view.translation += back.drag_delta();
    if !ui.rect_contains_pointer(area) {
        return;
    }
    let Some(pointer) = ui.input(|i| i.pointer.hover_pos()) else { return };
    let (zoom, scroll, middle) = ui.input(|i| (i.zoom_delta(), i.smooth_scroll_delta(), i.pointer.middle_down()));
    if (zoom - 1.0).abs() > f32::EPSILON {
        state.zoom_at(pointer - area.min, zoom);
    }
    state.view.translation += scroll;
    if middle && !back.dragged() {
        state.view.translation += ui.input(|i| i.pointer.delta());
    }
}

/// Arrows walk, Enter goes into the inspector, Escape lets go.
fn keys(ui: &Ui, model: &Model<'_>, state: &mut State, out: &mut Outbox) {
    let focused = ui.ctx().memory(|m| m.focused().is_some());
    let was_focused = std::mem::replace(&mut state.was_focused, focused);
    if ui.ctx().text_edit_focused() || egui::Popup::is_any_open(ui.ctx()) || focused {
        return;
    }
    let ways = [
        (Key::ArrowLeft, vec2(-1.0, 0.0)),
        (Key::ArrowRight, vec2(1.0, 0.0)),
        (Key::ArrowUp, vec2(0.0, -1.0)),
        (Key::ArrowDown, vec2(0.0, 1.0)),
    ];
    for (key, way) in ways {
        if ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, key))
            && let Some(pick) = gestures::step(&model.analysis.grid, model.selected, way)
        {
            out.push(Command::Select(Some(pick)));
        }
    }
    // The key that left a field is not the canvas's as well.
    if was_focused {
        return;
    }
    if model.selected.is_some() && ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Enter)) {
        enter(ui, state);
    }
    if ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Escape)) {
        out.push(Command::Select(None));
    }
}

fn enter(ui: &Ui, state: &mut State) {
    state.entered = true;
    ui.ctx().request_repaint();
}

/// What lies at a point of the world, for a part to go there.
fn spot(grid: &Grid, at: Pos2) -> Spot {
    let cell = grid.cells.iter().find(|cell| cell.rect.contains(at));
    let row = cell.map(|cell| &grid.rows[cell.row]);
    let vpc = grid.vpcs.iter().find(|vpc| vpc.rect.contains(at));
    Spot {
        vpc: row.map(|row| row.vpc.clone()).or_else(|| vpc.map(|vpc| vpc.id.clone())),
        tier: row.map(|row| row.tier.clone()),
        zone: cell.map(|cell| cell.zone.clone()),
        service: None,
    }
}

/// One frame under way.
struct Frame<'a, 'u> {
    ui: &'u mut Ui,
    area: Rect,
    to_screen: TSTransform,
    model: &'a Model<'a>,
    design: &'a Design,
    tokens: Tokens,
    grid: &'a Grid,
}

impl Frame<'_, '_> {
    /// A quiet dot every 48 points, so that one sees the ground move.
    fn dots(&self, state: &State) {
        let step = 48.0 * state.view.scaling;
        if step < 14.0 {
            return;
        }
        let painter = self.ui.painter_at(self.area);
        let first = |offset: f32| offset.rem_euclid(step);
        let (mut y, left) = (first(state.view.translation.y), first(state.view.translation.x));
        while y < self.area.height() {
            let mut x = left;
            while x < self.area.width() {
                let dot = Rect::from_center_size(self.area.min + vec2(x, y), vec2(1.0, 1.0));
                painter.rect_filled(dot, 0.0, self.tokens.line);
                x += step;
            }
            y += step;
        }
    }

    fn paint(&self, state: &State) {
        let none = BTreeMap::new();
        let look = scene::Look {
            tokens: self.tokens,
            to_screen: self.to_screen,
            prices: self.model.analysis.month.as_ref().map_or(&none, |month| &month.by_owner),
            stale: self.model.analysis.is_stale(),
            selected: self.model.selected,
            also: self.model.also,
            flagged: &self.model.analysis.worst,
            seen: Some(self.area),
            words: true,
        };
        let painter = self.ui.painter_at(self.area);
        screen::paint(&painter, &scene::ground(self.grid, &look));
        screen::paint(&painter, &self.lines(state));
        screen::paint(&painter, &scene::nodes(self.grid, &look));
    }

    /// All lines while they are few; of many only those of what is selected.
    fn lines(&self, state: &State) -> Vec<Mark> {
        let (all, selected) = (&self.model.analysis.lines, self.model.selected);
        let shown = all.iter().filter(|line| state.all_lines || scene::is_shown(line, all, selected));
        shown
            .map(|line| {
                let own = selected.is_some_and(|pick| line.touches(pick));
                scene::line(line, &self.tokens, self.to_screen, own, selected.is_some())
            })
            .collect()
    }

    /// Cells can be selected; empty ones offer a subnet. Answers where on the canvas the pointer is.
    fn cells(&mut self, back: &Response, state: &State, out: &mut Outbox) -> Option<Spot> {
        let mut hovered = None;
        for (place, cell) in self.grid.cells.iter().enumerate() {
            let rect = (self.to_screen * cell.rect).intersect(self.area);
            if rect.width() < 8.0 || rect.height() < 8.0 {
                continue;
            }
            let response = self.ui.interact(rect, back.id.with(("cell", place)), Sense::click());
            let name = self.cell_name(cell);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            let row = &self.grid.rows[cell.row];
            if response.hovered() {
                let (vpc, tier) = (Some(row.vpc.clone()), Some(row.tier.clone()));
                hovered = Some(Spot { vpc, tier, zone: Some(cell.zone.clone()), service: None });
            }
            if response.double_clicked() && state.held.is_none() && cell.subnet.is_some() {
                out.act(Action::Add);
            } else if response.clicked() {
                match &cell.subnet {
                    Some(id) => out.push(Command::Select(Some(Pick::Item(ItemRef::Subnet(id.clone()))))),
                    None => match crate::parts::network::subnet(self.design, &row.vpc, &row.tier, &cell.zone) {
                        Ok(edit) => out.push(Command::edits(name, vec![edit])),
                        Err(why) => out.push(Command::Complain(why)),
                    },
                }
            }
        }
        self.heads(back, out);
        hovered
    }

    fn cell_name(&self, cell: &Cell) -> String {
        match &cell.subnet {
            Some(id) => format!("Subnet {id}, {}", cell.corner),
            None => format!("Add subnet in {}, {}", self.grid.rows[cell.row].tier.word(), cell.zone),
        }
    }

    /// Row heads fold and unfold, VPC heads select the VPC.
    fn heads(&mut self, back: &Response, out: &mut Outbox) {
        for (place, row) in self.grid.rows.iter().enumerate() {
            let rect = Rect::from_min_size(row.rect.min, vec2(90.0, 22.0));
            let rect = (self.to_screen * rect).intersect(self.area);
            if rect.width() < 8.0 || rect.height() < 8.0 {
                continue;
            }
            let response = self.ui.interact(rect, back.id.with(("row", place)), Sense::click());
            let name = format!("{} row {}", if row.folded { "Unfold" } else { "Fold" }, row.tier.word());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if response.on_hover_text(&name).clicked()
                && let Some(project) = self.model.project()
            {
                let mut layout = project.layout.clone();
                let key = (row.vpc.clone(), row.tier.word().to_owned());
                if row.folded {
                    layout.folded.retain(|other| *other != key);
                } else {
                    layout.folded.push(key);
                }
                out.push(Command::Change { label: name, changes: vec![Change::Layout(layout)] });
            }
        }
        for (place, vpc) in self.grid.vpcs.iter().enumerate() {
            let rect = Rect::from_min_size(vpc.rect.min, vec2(vpc.rect.width(), 32.0));
            let rect = (self.to_screen * rect).intersect(self.area);
            if rect.width() < 8.0 || rect.height() < 8.0 {
                continue;
            }
            let response = self.ui.interact(rect, back.id.with(("vpc", place)), Sense::click());
            let name = format!("VPC {} · {}", vpc.id, vpc.detail);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if response.clicked() {
                out.push(Command::Select(Some(Pick::Item(ItemRef::Vpc(vpc.id.clone())))));
            }
        }
    }

    fn nodes(&mut self, back: &Response, state: &mut State, out: &mut Outbox) {
        for place in 0..self.grid.nodes.len() {
            let node = &self.grid.nodes[place];
            if !(self.to_screen * node.rect).intersects(self.area) {
                continue;
            }
            for (part, world) in scene::runs(node).into_iter().enumerate() {
                let rect = (self.to_screen * world).intersect(self.area);
                if !rect.is_positive() {
                    continue;
                }
                let response = self.ui.interact(rect, back.id.with(("node", place, part)), Sense::click_and_drag());
                let selected = self.model.is_selected(&node.of);
                if part == 0 {
                    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, self.node_name(place)));
                }
                if response.clicked() && self.ui.input(|i| i.modifiers.shift) {
                    out.push(Command::SelectAlso(node.of.clone()));
                } else if response.clicked() || response.drag_started() {
                    out.push(Command::Select(Some(node.of.clone())));
                }
                if selected && response.has_focus() && self.ui.input(|i| i.key_pressed(Key::Enter)) {
                    enter(self.ui, state);
                }
                self.grip(place, part, &response, state);
            }
        }
    }

    fn node_name(&self, place: usize) -> String {
        let node = &self.grid.nodes[place];
        let kind = node.of.item().map(|at| format!("{} ", at.kind())).unwrap_or_default();
        let price = node.of.item().and_then(|at| self.model.price(at));
        let price = price.map(|usd| format!(" · {} a month", usd.cents_text())).unwrap_or_default();
        format!("{kind}{}{price}", node.said())
    }

    /// Begins a drag; near an end of a band the end is held.
    fn grip(&self, place: usize, part: usize, response: &Response, state: &mut State) {
        let node = &self.grid.nodes[place];
        let reach = 9.0;
        let grip_at = |x: f32| {
            let runs = scene::runs(node);
            let (first, last) = (part == 0, part + 1 == runs.len());
            if node.form != Form::Band || response.rect.width() < 40.0 {
                Grip::Body
            } else if first && x - response.rect.left() < reach {
                Grip::LeftEnd
            } else if last && response.rect.right() - x < reach {
                Grip::RightEnd
            } else {
                Grip::Body
            }
        };
        if let Some(pointer) = response.hover_pos()
            && state.held.is_none()
        {
            let icon = if grip_at(pointer.x) == Grip::Body { CursorIcon::Grab } else { CursorIcon::ResizeHorizontal };
            self.ui.set_cursor_icon(icon);
        }
        if response.drag_started()
            && let Some(from) = self.ui.input(|i| i.pointer.press_origin())
        {
            let from_world = self.to_screen.inverse() * from;
            state.held = Some(Held::Node { of: node.of.clone(), grip: grip_at(from.x), from: from_world });
        }
    }

    /// Shows what letting go would do, and does it.
    fn drop(&mut self, state: &mut State, out: &mut Outbox) {
        let Some(held) = state.held.clone() else { return };
        let pointer = self.ui.input(|i| i.pointer.interact_pos()).map(|p| self.to_screen.inverse() * p);
        let outcome = match (&held, pointer, self.model.project()) {
            (Held::Node { of, grip, from }, Some(to), Some(project)) => self.grid.node(of).map(|node| {
                let (design, layout) = (self.design, &project.layout);
                gestures::drop(gestures::Drag { design, layout, grid: self.grid, node, grip: *grip, from: *from, to })
            }),
            (Held::Join { from }, Some(to), _) => Some(self.join(from, to)),
            _ => None,
        };
        let outcome = outcome.unwrap_or(Drop::Nothing);
        self.show_drop(&held, pointer, &outcome);
        if self.ui.input(|i| i.pointer.any_released()) {
            state.held = None;
            match outcome {
                Drop::Nothing => {}
                Drop::Legal { label, changes, .. } => out.push(Command::Change { label, changes }),
                Drop::Refused { why, .. } => out.push(Command::Complain(why)),
            }
        }
    }

    fn join(&self, from: &Pick, to: Pos2) -> Drop {
        let Some(node) = self.grid.nodes.iter().rev().find(|node| node.rect.contains(to)) else { return Drop::Nothing };
        if node.of == *from {
            return Drop::Nothing;
        }
        match connect::connect(self.design, from, &node.of) {
            Ok((label, edits)) => {
                let changes = edits.into_iter().map(Change::Edit).collect();
                Drop::Legal { label, changes, target: node.rect }
            }
            Err(why) => Drop::Refused { why, target: node.rect },
        }
    }
}

/// Where the middle of a band's right end is, from which joins are drawn.
fn port(rect: Rect) -> Pos2 {
    pos2(rect.right() + 1.0, rect.center().y)
}
