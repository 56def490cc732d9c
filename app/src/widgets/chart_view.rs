//! A chart on the screen: drawn once, read under the pointer or by the arrow keys, with a menu to take it away.
//!
//! In: a chart, perhaps the moment of the playhead. Out: the picture and a [`ChartAction`], which the caller carries out.
//! No file is touched here. The shapes are kept until chart, size, scale or theme change.

use std::sync::Arc;

use bayplan_engine::report::chart::{Body, Chart};
use egui::{
    Align2, Color32, EventFilter, FontId, Id, Key, LayerId, Order, Painter, Pos2, Rect, Response, Role, Sense, Shape,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use plotters_backend::DrawingErrorKind;

use super::icon;
use super::theme::{self, Tokens};
use crate::charts::egui_backend::Screen;
use crate::charts::read_out::{ReadOut, read_out, stepped};
use crate::charts::{self, Across, Look, Placed};

/// What somebody asked of a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ChartAction {
    /// Put `charts::csv::to_csv` on the clipboard.
    CopyCsv,
    /// Ask where, then write `charts::svg::to_svg`.
    SaveSvg,
    /// Ask where, then write `charts::png::to_png`.
    SavePng,
    /// Move the playhead: milliseconds since time zero.
    Seek(u64),
    /// A row, bar, dot, column or event sign was chosen: `charts::Spot::of`.
    Pick(usize),
}

/// A chart to be shown.
pub struct ChartView<'a> {
    chart: &'a Chart,
    id_salt: &'a str,
    height: f32,
    titled: bool,
    playhead: Option<u64>,
}

/// What was kept from the frame in which the chart was drawn.
struct Kept {
    chart: Chart,
    look: Look,
    size: Vec2,
    /// How full the atlas of glyphs was: when egui empties it, words drawn before point at nothing.
    atlas: f32,
    shapes: Vec<Shape>,
    placed: Placed,
}

impl<'a> ChartView<'a> {
    /// `id_salt` tells charts of one panel apart.
    pub fn new(chart: &'a Chart, id_salt: &'a str) -> Self {
        Self { chart, id_salt, height: 240.0, titled: true, playhead: None }
    }

    #[must_use]
    pub fn height(mut self, height: f32) -> Self {
        self.height = height;
        self
    }

    /// Leaves out title and note, where the card around it has them.
    #[must_use]
    pub fn untitled(mut self) -> Self {
        self.titled = false;
        self
    }

    /// Shows a playhead, which clicks, drags and arrow keys move.
    #[must_use]
    pub fn playhead(mut self, at_ms: u64) -> Self {
        self.playhead = Some(at_ms);
        self
    }

    /// Shows the chart over the whole width. Answers what was asked for in this frame.
    pub fn show(self, ui: &mut Ui) -> (Response, Option<ChartAction>) {
        let size = vec2(ui.available_width(), self.height);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let id = ui.scope_id().with(self.id_salt);
        let response = ui.interact(rect, id, Sense::click_and_drag());
        let tokens = Tokens::of(ui.ctx());
        let kept = self.kept(ui, id, rect.size(), tokens);
        let scale = ui.ctx().pixels_per_point();
        let corner = (rect.min.to_vec2() * scale).round() / scale;
        let painter = ui.painter_at(rect.expand(1.0));
        painter.extend(kept.shapes.iter().cloned().map(|mut shape| {
            shape.translate(corner);
            shape
        }));
        let plot = kept.placed.plot.translate(corner);
        if response.has_focus() {
            let ring = Stroke::new(1.0, tokens.accent);
            ui.painter().rect_stroke(rect.expand(6.0), f32::from(theme::RADIUS_CARD), ring, StrokeKind::Inside);
        }
        let mut action = self.keys(ui, &response, &kept.placed);
        let pointed = response.hover_pos().map(|p| p - corner);
        let spot = pointed.and_then(|p| kept.placed.spots.iter().find(|s| s.area.contains(p)));
        let spot = spot.or_else(|| focused_spot(ui, &response, &kept.placed));
        if let Some(spot) = spot {
            painter.rect_filled(spot.area.translate(corner), 4.0, tokens.accent.gamma_multiply(0.12));
            let at = response.hover_pos().unwrap_or(spot.area.translate(corner).center());
            word_box(ui, id, at, &spot.said, &tokens);
            if response.clicked() {
                action = Some(ChartAction::Pick(spot.of));
            }
        }
        if let Some(at) = self.playhead {
            playhead(&painter, plot, &kept.placed, self.chart, at, &tokens);
            let seeks = response.dragged() || (response.clicked() && spot.is_none());
            if seeks && let Some(moment) = response.interact_pointer_pos().and_then(|p| place(&kept.placed, plot, p.x))
            {
                action = Some(ChartAction::Seek(moment.max(0.0).round() as u64));
            }
        }
        let read = if spot.is_none() { self.read(ui, &response, &kept.placed, plot) } else { None };
        if let Some(read) = &read {
            read_at(ui, id, &painter, plot, &kept, read);
        }
        let said = spot.map(|spot| spot.said.replace('\n', ", ")).or_else(|| read.map(|read| read.text()));
        self.tell(ui, &response, said);
        let menu = self.menu(ui, rect, &tokens);
        (response, menu.or(action))
    }

    /// The drawn chart, from the last frame where nothing has changed.
    fn kept(&self, ui: &Ui, id: Id, size: Vec2, tokens: Tokens) -> Arc<Kept> {
        let context = ui.ctx();
        // A quarter of a pixel is as fine as a curve needs; plotters counts whole ones.
        let scale = context.pixels_per_point() * 4.0;
        let look = Look { tokens, scale, surface: false, corner: 32.0, titled: self.titled };
        let atlas = context.fonts_mut(|fonts| fonts.font_atlas_fill_ratio());
        let before = context.data(|data| data.get_temp::<Arc<Kept>>(id));
        if let Some(kept) = before
            && kept.look == look
            && kept.size == size
            && kept.atlas <= atlas
            && kept.chart == *self.chart
        {
            return kept;
        }
        let mut screen = Screen { context, size, scale, shapes: Vec::new() };
        let placed = match charts::draw(self.chart, &look, size, &mut screen) {
            Ok(placed) => placed,
            Err(why) => match why {
                DrawingErrorKind::DrawingError(never) => match never {},
                DrawingErrorKind::FontError(why) => {
                    log::warn!("{}: {why}", self.chart.title);
                    Placed { plot: Rect::NOTHING, across: Across::Names, spots: Vec::new() }
                }
            },
        };
        let shapes = screen.shapes;
        let atlas = context.fonts_mut(|fonts| fonts.font_atlas_fill_ratio());
        let kept = Arc::new(Kept { chart: self.chart.clone(), look, size, atlas, shapes, placed });
        context.data_mut(|data| data.insert_temp(id, kept.clone()));
        kept
    }

    /// Arrow keys walk over the width, or over rows and bars; Enter picks, Escape leaves.
    fn keys(&self, ui: &Ui, response: &Response, placed: &Placed) -> Option<ChartAction> {
        if !response.has_focus() {
            return None;
        }
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        let (back, forth) =
            (pressed(Key::ArrowLeft) || pressed(Key::ArrowUp), pressed(Key::ArrowRight) || pressed(Key::ArrowDown));
        let cursor: Cursor = ui.data(|data| data.get_temp(response.id).unwrap_or_default());
        let over_width = read_out(self.chart, 0.0, 0.0).is_some();
        if back || forth {
            let next = if over_width {
                let from = self.playhead.map(|at| at as f64).or(cursor.at);
                Cursor { at: stepped(placed.across, from, forth), spot: None }
            } else {
                let last = placed.spots.len().checked_sub(1)?;
                let next = cursor.spot.map_or(0, |at| if forth { at + 1 } else { at.saturating_sub(1) });
                Cursor { at: None, spot: Some(next.min(last)) }
            };
            ui.data_mut(|data| data.insert_temp(response.id, next));
            return next.at.filter(|_| self.playhead.is_some()).map(|at| ChartAction::Seek(at.round() as u64));
        }
        let chosen = cursor.spot.and_then(|at| placed.spots.get(at))?;
        pressed(Key::Enter).then_some(ChartAction::Pick(chosen.of))
    }

    /// What stands under the pointer, or where the keys have walked.
    fn read(&self, ui: &Ui, response: &Response, placed: &Placed, plot: Rect) -> Option<ReadOut> {
        let hovered = response.hover_pos().filter(|p| plot.expand2(vec2(4.0, 0.0)).contains(*p));
        let by_pointer = hovered.and_then(|p| place(placed, plot, p.x));
        let cursor = || ui.data(|data| data.get_temp::<Cursor>(response.id)).and_then(|cursor| cursor.at);
        let by_keys = || response.has_focus().then(cursor).flatten();
        let at = by_pointer.or_else(by_keys)?;
        let near = (place(placed, plot, plot.left() + 8.0)? - place(placed, plot, plot.left())?).abs();
        read_out(self.chart, at, if by_pointer.is_some() { near } else { 0.0 })
    }

    /// Tells screen readers what the chart shows, and what it says at the place in question.
    fn tell(&self, ui: &Ui, response: &Response, said: Option<String>) {
        let summary = self.chart.summary();
        response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, &summary));
        if let Some(said) = said {
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(said));
        }
    }

    fn menu(&self, ui: &mut Ui, rect: Rect, tokens: &Tokens) -> Option<ChartAction> {
        let place = Rect::from_min_size(pos2(rect.right() - 26.0, rect.top() - 2.0), vec2(26.0, 24.0));
        let mut action = None;
        let builder = egui::UiBuilder::new().max_rect(place).id_salt((self.id_salt, "menu"));
        let mut ui = ui.new_child(builder); // unlike a scope it leaves the place of what comes next alone
        let more = egui::RichText::new(icon::MORE.to_string()).size(theme::TITLE).color(tokens.muted);
        let button = ui.add_sized(place.size(), egui::Button::new(more).frame(false));
        let name = format!("Export {}", self.chart.title);
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        egui::Popup::menu(&button).show(|ui| {
            let offers = [
                (icon::COPY, "Copy as CSV", ChartAction::CopyCsv),
                (icon::EXPORT, "Save SVG…", ChartAction::SaveSvg),
                (icon::EXPORT, "Save PNG…", ChartAction::SavePng),
            ];
            for (sign, text, offer) in offers {
                if ui.button((sign.to_string(), text)).clicked() {
                    action = Some(offer);
                }
            }
        });
        action
    }
}

/// Where the keys have walked to.
#[derive(Clone, Copy, Default)]
struct Cursor {
    at: Option<f64>,
    spot: Option<usize>,
}

fn focused_spot<'a>(ui: &Ui, response: &Response, placed: &'a Placed) -> Option<&'a charts::Spot> {
    let cursor: Cursor = ui.data(|data| data.get_temp(response.id)).filter(|_| response.has_focus())?;
    placed.spots.get(cursor.spot?)
}

/// The place on the width at an x of the screen.
fn place(placed: &Placed, plot: Rect, x: f32) -> Option<f64> {
    let share = f64::from(((x - plot.left()) / plot.width().max(1.0)).clamp(0.0, 1.0));
    match placed.across {
        Across::Time { from_ms, to_ms } => Some(from_ms as f64 + share * to_ms.saturating_sub(from_ms) as f64),
        Across::Values { from, to } => Some(from + share * (to - from)),
        Across::Names => None,
    }
}

/// The x on the screen of a place on the width.
fn x_of(placed: &Placed, plot: Rect, at: f64) -> Option<f32> {
    let (from, to) = match placed.across {
        Across::Time { from_ms, to_ms } => (from_ms as f64, to_ms as f64),
        Across::Values { from, to } => (from, to),
        Across::Names => return None,
    };
    let share = (at - from) / (to - from).max(f64::MIN_POSITIVE);
    (0.0..=1.0).contains(&share).then(|| plot.left() + share as f32 * plot.width())
}

/// A line through the plot with the moment under it.
fn playhead(painter: &Painter, plot: Rect, placed: &Placed, chart: &Chart, at_ms: u64, tokens: &Tokens) {
    let time = match &chart.body {
        Body::Lines(lines) => lines.time,
        Body::Stack(stack) => stack.time,
        Body::Bars(bars) => bars.time,
        Body::Bands(_) | Body::Waterfall(_) | Body::Curves(_) => return,
    };
    let Some(x) = x_of(placed, plot, at_ms as f64) else { return };
    painter.vline(x, plot.top() - 4.0..=plot.bottom() + 2.0, Stroke::new(1.5, tokens.text));
    let font = FontId::new(theme::LABEL, theme::semibold());
    let galley = painter.layout_no_wrap(time.moment(at_ms), font, tokens.panel);
    let size = galley.size() + vec2(12.0, 4.0);
    let middle = x.clamp(plot.left() + size.x / 2.0, (plot.right() - size.x / 2.0).max(plot.left() + size.x / 2.0));
    let pill = Rect::from_center_size(pos2(middle, plot.bottom() + 12.0), size);
    // A tick's label that the pill would cut in half is hidden whole.
    let left = if pill.left() - 20.0 > plot.left() { pill.left() - 20.0 } else { pill.left() };
    let hidden = Rect::from_min_max(pos2(left, pill.top()), pos2(pill.right() + 20.0, pill.bottom() + 1.0));
    painter.rect_filled(hidden, 0.0, tokens.panel);
    painter.rect_filled(pill, 4.0, tokens.text);
    painter.galley(pill.min + vec2(6.0, 2.0), galley, tokens.panel);
}

/// A line at the place, a point on each series, and the figures beside it.
fn read_at(ui: &Ui, id: Id, painter: &Painter, plot: Rect, kept: &Kept, read: &ReadOut) {
    let tokens = kept.look.tokens;
    let Some(x) = x_of(&kept.placed, plot, read.at) else { return };
    painter.vline(x, plot.y_range(), Stroke::new(1.0, tokens.faint));
    let top = ui
        .input(|input| input.pointer.hover_pos())
        .filter(|p| plot.contains(*p))
        .map_or(plot.top() + plot.height() * 0.4, |p| p.y);
    let rows = read.rows.iter().map(|row| {
        let color = row.ink.map(|ink| kept.look.ink(ink));
        (color, row.name.as_str(), row.figure.as_str())
    });
    let rows: Vec<_> = rows.collect();
    figures_box(ui, id, pos2(x, top), &read.head, &rows, &tokens);
}

/// Words on a small card near a place, over everything else.
fn word_box(ui: &Ui, id: Id, at: Pos2, said: &str, tokens: &Tokens) {
    let (head, rest) = said.split_once('\n').unwrap_or((said, ""));
    let rows: Vec<_> = rest.lines().map(|line| (None, line, "")).collect();
    figures_box(ui, id, at, head, &rows, tokens);
}

fn figures_box(ui: &Ui, id: Id, at: Pos2, head: &str, rows: &[(Option<Color32>, &str, &str)], tokens: &Tokens) {
    const LINE: f32 = 17.0;
    const MOST_ROWS: usize = 14;
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Tooltip, id.with("figures")));
    let strong = FontId::new(theme::LABEL, theme::semibold());
    let plain = FontId::proportional(theme::LABEL);
    let left_out = rows.len().saturating_sub(MOST_ROWS);
    let more = if left_out > 0 { format!("and {left_out} more") } else { String::new() };
    let head = painter.layout_no_wrap(head.to_owned(), strong.clone(), tokens.text);
    let shown: Vec<_> = rows
        .iter()
        .take(MOST_ROWS)
        .copied()
        .chain((left_out > 0).then_some((None, more.as_str(), "")))
        .map(|(color, name, figure)| {
            let name = painter.layout_no_wrap(name.to_owned(), plain.clone(), tokens.muted);
            (color, name, painter.layout_no_wrap(figure.to_owned(), strong.clone(), tokens.text))
        })
        .collect();
    let indent = if rows.iter().any(|row| row.0.is_some()) { 14.0 } else { 0.0 };
    let names = shown.iter().map(|row| row.1.size().x).fold(0.0, f32::max);
    let figures = shown.iter().map(|row| row.2.size().x).fold(0.0, f32::max);
    let gap = if figures > 0.0 { 14.0 } else { 0.0 };
    let inner = vec2((indent + names + gap + figures).max(head.size().x), LINE * (shown.len() + 1) as f32);
    let size = inner + vec2(20.0, 12.0);
    let room = ui.ctx().content_rect().shrink(4.0);
    let left = if at.x + 14.0 + size.x <= room.right() { at.x + 14.0 } else { at.x - 14.0 - size.x };
    let corner = pos2(left.max(room.left()), (at.y - size.y / 2.0).min(room.bottom() - size.y).max(room.top()));
    let card = Rect::from_min_size(corner, size);
    painter.rect(card, 6.0, tokens.raised, Stroke::new(1.0, tokens.line), StrokeKind::Inside);
    let origin = corner + vec2(10.0, 6.0);
    painter.galley(origin + vec2(0.0, (LINE - head.size().y) / 2.0), head, tokens.text);
    for (number, (color, name, figure)) in (1u8..).zip(shown) {
        let middle = origin + vec2(0.0, LINE * (f32::from(number) + 0.5));
        if let Some(color) = color {
            painter.rect_filled(Rect::from_center_size(middle + vec2(4.0, 0.0), Vec2::splat(8.0)), 2.0, color);
        }
        let lift = vec2(0.0, name.size().y / 2.0);
        painter.galley(middle + vec2(indent, 0.0) - lift, name, tokens.muted);
        let edge = Align2::RIGHT_CENTER.anchor_size(middle + vec2(inner.x, 0.0), figure.size()).min;
        painter.galley(edge, figure, tokens.text);
    }
}
