//! A grid as marks to paint: rectangles, words, squares, each with its colour, at any zoom.
//!
//! In: a [`Grid`], what things cost, what is selected, a transform from world to screen. Out: [`Mark`]s in screen points,
//! back to front, for the screen, cards and exports alike. Words keep their real size and are left out where they cannot
//! be read; further out squares become a bar, then a band is a colour.

use std::collections::BTreeMap;

use bayplan_engine::checks::Severity;
use bayplan_engine::design::ItemRef;
use bayplan_engine::design::network::SubnetTier;
use bayplan_engine::units::Usd;
use egui::emath::TSTransform;
use egui::{Align2, Color32, Pos2, Rect, pos2, vec2};

use super::lines::{Line, Path};
use super::{Cell, Form, Grid, Node, Pick, Row, Segment, Tone};
use crate::charts::text::Type;
use crate::widgets::icon;
use crate::widgets::theme::{self, Tokens, mixed};

/// Which face of our font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    Regular,
    Strong,
    Icon,
}

/// One thing to paint.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    Box { rect: Rect, radius: f32, fill: Color32, edge: Option<(f32, Color32)>, dashed: bool },
    Words { at: Pos2, anchor: Align2, size: f32, face: Face, color: Color32, text: String },
    Line { points: Vec<Pos2>, width: f32, color: Color32, arrow: bool },
    Hatch { rect: Rect, pattern: theme::Pattern, color: Color32 },
}

/// What is known besides the grid.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub tokens: Tokens,
    pub to_screen: TSTransform,
    pub prices: &'a BTreeMap<ItemRef, Usd>,
    /// Whether the prices are of an earlier design.
    pub stale: bool,
    pub selected: Option<&'a Pick>,
    /// What else is selected.
    pub also: &'a [Pick],
    /// Items with findings, and the worst of them.
    pub flagged: &'a BTreeMap<ItemRef, Severity>,
    /// The part of the screen that is painted, if not all of it: what stands outside is left out.
    pub seen: Option<Rect>,
    /// Whether words are painted where they can be read.
    pub words: bool,
}

/// The smallest words that are painted, in points.
const LEAST_WORDS: f32 = 6.5;

/// VPCs, rows and cells: what nodes and lines stand on.
pub fn ground(grid: &Grid, look: &Look<'_>) -> Vec<Mark> {
    let mut scene = Scene { look, marks: Vec::new() };
    for vpc in &grid.vpcs {
        let t = &look.tokens;
        scene.frame(vpc.rect, 12.0, mixed(t.ground, t.panel, 0.55), Some((1.2, t.faint)), false);
        let head = vpc.rect.min + vec2(14.0, 18.0);
        scene.words(head, Align2::LEFT_CENTER, 14.0, Face::Icon, t.muted, &icon::VPC.to_string());
        scene.words(head + vec2(22.0, 0.0), Align2::LEFT_CENTER, 13.0, Face::Strong, t.text, vpc.id.as_str());
        let name = Type { size: 13.0, strong: true }.width(vpc.id.as_str());
        scene.words(head + vec2(34.0 + name, 0.0), Align2::LEFT_CENTER, 11.0, Face::Regular, t.muted, &vpc.detail);
        for (zone, column) in &vpc.columns {
            let column = column.expand2(vec2(4.0, 0.0));
            scene.frame(column, 8.0, Color32::TRANSPARENT, Some((1.0, t.line)), true);
            let at = pos2(column.left() + 14.0, column.top() + 12.0);
            scene.words(at, Align2::LEFT_CENTER, 11.0, Face::Strong, t.muted, zone.as_str());
        }
    }
    for (place, row) in grid.rows.iter().enumerate() {
        for cell in grid.cells.iter().filter(|cell| cell.row == place) {
            scene.cell(cell, row);
        }
        scene.row_head(row);
    }
    scene.marks
}

/// Bands, pieces and cards.
pub fn nodes(grid: &Grid, look: &Look<'_>) -> Vec<Mark> {
    let mut scene = Scene { look, marks: Vec::new() };
    for node in &grid.nodes {
        if scene.is_seen(node.rect) {
            scene.node(node);
        }
    }
    scene.marks
}

/// How many lines a drawing may have before they would hide it.
const MANY: usize = 14;

/// Whether a line is shown: all lines while they are few, of many only those that lead in and those of what is selected.
pub fn is_shown(line: &Line, all: &[Line], selected: Option<&Pick>) -> bool {
    all.len() <= MANY || line.path == Path::Entrance || selected.is_some_and(|pick| line.touches(pick))
}

/// A line between two nodes; where something else is selected it steps back.
pub fn line(line: &Line, tokens: &Tokens, to_screen: TSTransform, selected: bool, any_selected: bool) -> Mark {
    let color = match line.path {
        Path::Entrance => tokens.accent,
        Path::Call => theme::SERVICES[3],
        Path::WayOut => theme::SERVICES[2],
        Path::Outside => tokens.muted,
    };
    let strength = if selected {
        1.0
    } else if any_selected {
        0.25
    } else {
        0.6
    };
    let width = (thickness(line) + if selected { 0.8 } else { 0.0 }) * to_screen.scaling.clamp(0.5, 1.2);
    let points = line.points.iter().map(|point| to_screen * *point).collect();
    Mark::Line { points, width, color: color.gamma_multiply(strength), arrow: to_screen.scaling > 0.35 }
}

/// A line's width at 100 %: by its bytes a second, half a point more for each ten times as many, from 100 B/s on; where
/// those are not known, by ten thousand bytes for each request.
fn thickness(line: &Line) -> f32 {
    let Some(flow) = line.flow else { return 1.2 };
    let bytes = if flow.bytes_a_second > 0.0 { flow.bytes_a_second } else { flow.rate * 10_000.0 };
    (1.0 + 0.5 * (bytes.max(100.0) / 100.0).log10() as f32).min(4.5)
}

/// Words come in half points.
fn shown_size(size: f32, zoom: f32) -> f32 {
    (size * zoom * 2.0).round() / 2.0
}

struct Scene<'a> {
    look: &'a Look<'a>,
    marks: Vec<Mark>,
}

impl Scene<'_> {
    fn zoom(&self) -> f32 {
        self.look.to_screen.scaling
    }

    /// Whether any of a rectangle of the world is painted; findings' marks reach a little over an item's edge.
    fn is_seen(&self, rect: Rect) -> bool {
        self.look.seen.is_none_or(|seen| seen.intersects(self.look.to_screen * rect.expand(12.0)))
    }

    /// Whether words of a size at 100 % are large enough here to be read.
    fn can_be_read(&self, size: f32) -> bool {
        self.look.words && shown_size(size, self.zoom()) >= LEAST_WORDS
    }

    /// A rectangle of the world.
    fn frame(&mut self, rect: Rect, radius: f32, fill: Color32, edge: Option<(f32, Color32)>, dashed: bool) {
        let rect = self.look.to_screen * rect;
        let radius = if rect.height() < 10.0 { 0.0 } else { radius * self.zoom().min(1.4) };
        self.marks.push(Mark::Box { rect, radius, fill, edge, dashed });
    }

    /// Words at a place of the world; `size` is theirs at 100 %.
    fn words(&mut self, at: Pos2, anchor: Align2, size: f32, face: Face, color: Color32, text: &str) {
        if self.can_be_read(size) && !text.is_empty() {
            let (at, size) = (self.look.to_screen * at, shown_size(size, self.zoom()));
            self.marks.push(Mark::Words { at, anchor, size, face, color, text: text.to_owned() });
        }
    }

    fn cell(&mut self, cell: &Cell, row: &Row) {
        let t = &self.look.tokens;
        let fill = match (&cell.subnet, &row.tier) {
            (None, _) => Color32::TRANSPARENT,
            (Some(_), SubnetTier::Public) => t.public_tier,
            (Some(_), SubnetTier::Private | SubnetTier::Named(_)) => t.private_tier,
            (Some(_), SubnetTier::Isolated) => mixed(t.private_tier, t.ground, 0.5),
        };
        let accent = if row.tier == SubnetTier::Public { t.good } else { t.accent };
        let selected =
            cell.subnet.as_ref().is_some_and(|id| self.is_selected(&Pick::Item(ItemRef::Subnet(id.clone()))));
        let edge = if selected { (2.0, t.accent) } else { (1.0, mixed(fill, accent, 0.35)) };
        let edge = if cell.subnet.is_none() { (1.0, t.line) } else { edge };
        self.frame(cell.rect, 8.0, fill, Some(edge), cell.subnet.is_none());
        let corner = pos2(cell.rect.right() - 8.0, cell.rect.top() + 12.0);
        if cell.subnet.is_some() {
            self.words(corner, Align2::RIGHT_CENTER, 10.5, Face::Regular, t.muted, &cell.corner);
        } else {
            let at = pos2(cell.rect.center().x, cell.rect.top() + 12.0);
            self.words(at, Align2::CENTER_CENTER, 11.0, Face::Regular, t.muted, "+ add subnet");
        }
        if let Some((place, note)) = &cell.note {
            self.words(place.center(), Align2::CENTER_CENTER, 11.0, Face::Regular, t.muted, note);
        }
    }

    fn row_head(&mut self, row: &Row) {
        let t = &self.look.tokens;
        let at = pos2(row.rect.left() + 8.0, row.rect.top() + 12.0);
        let sign = match (&row.tier, row.folded) {
            (_, true) => icon::RIGHT,
            (SubnetTier::Public, _) => icon::GLOBE,
            (SubnetTier::Private | SubnetTier::Named(_), _) => icon::LOCK,
            (SubnetTier::Isolated, _) => icon::DATABASE,
        };
        self.words(at, Align2::LEFT_CENTER, 12.0, Face::Icon, t.muted, &sign.to_string());
        let hidden = if row.folded { format!(" · {} folded", row.hidden) } else { String::new() };
        let text = format!("{}{hidden}", row.tier.word());
        self.words(at + vec2(17.0, 0.0), Align2::LEFT_CENTER, 11.0, Face::Strong, t.muted, &text);
    }

    fn is_selected(&self, of: &Pick) -> bool {
        self.look.selected == Some(of) || self.look.also.contains(of)
    }

    /// Fill, edge and the strip at its left of a node.
    fn colors(&self, tone: Tone) -> (Color32, Color32, Color32) {
        let t = &self.look.tokens;
        let strip = match tone {
            Tone::Service(slot) => theme::service(slot).0,
            Tone::Entrance => t.accent,
            Tone::WayOut => theme::SERVICES[2],
            Tone::Endpoint => t.good,
            Tone::Plain => t.muted,
        };
        let fill = match tone {
            Tone::Service(_) => mixed(t.raised, strip, if t.dark { 0.16 } else { 0.10 }),
            Tone::Entrance | Tone::WayOut | Tone::Endpoint | Tone::Plain => t.raised,
        };
        let edge = match tone {
            Tone::Service(_) => mixed(t.line, strip, 0.45),
            Tone::Entrance | Tone::WayOut | Tone::Endpoint | Tone::Plain => t.line,
        };
        (fill, edge, strip)
    }

    fn node(&mut self, node: &Node) {
        let (fill, edge, strip) = self.colors(node.tone);
        let t = self.look.tokens;
        let selected = self.is_selected(&node.of);
        let edge = if selected { (2.0, t.accent) } else { (1.0, edge) };
        let runs = runs(node);
        for run in &runs {
            self.frame(*run, 6.0, fill, Some(edge), false);
        }
        if let (Some(first), Some(last)) = (runs.first(), runs.last())
            && first != last
        {
            let y = node.rect.center().y;
            let points = vec![self.look.to_screen * pos2(first.right(), y), self.look.to_screen * pos2(last.left(), y)];
            self.marks.push(Mark::Line { points, width: 1.0, color: strip.gamma_multiply(0.6), arrow: false });
        }
        let bar = Rect::from_min_size(node.rect.min, vec2(4.0, node.rect.height()));
        self.frame(bar, 2.0, strip, None, false);
        if let Tone::Service(slot) = node.tone {
            self.pattern(bar, slot);
        }
        // An icon is the largest of a node's signs.
        if self.can_be_read(14.0) {
            self.texts(node, runs.first().copied().unwrap_or(node.rect));
        }
        for segment in &node.segments {
            self.squares(node, segment);
        }
        self.flag(node);
    }

    /// A service's pattern over a patch of its colour, where it can be seen.
    fn pattern(&mut self, rect: Rect, slot: u16) {
        let (color, pattern, _) = theme::service(slot);
        if pattern != theme::Pattern::Plain && self.zoom() > 0.5 {
            let color = mixed(color, Color32::BLACK, 0.45);
            self.marks.push(Mark::Hatch { rect: self.look.to_screen * rect, pattern, color });
        }
    }

    /// Icon, name, detail, capacity and price, each given the room the more important ones leave.
    fn texts(&mut self, node: &Node, first: Rect) {
        let t = self.look.tokens;
        let line = if node.compact { node.rect.center().y } else { node.rect.top() + 16.0 };
        let card = !matches!(node.form, Form::Band) && !node.compact;
        self.words(
            pos2(first.left() + 12.0, line),
            Align2::LEFT_CENTER,
            14.0,
            Face::Icon,
            t.muted,
            &node.icon.to_string(),
        );
        let (left, right) = (first.left() + 32.0, first.right() - 8.0);
        let price = self.price(node).unwrap_or_default();
        let price_color = if self.look.stale { t.muted } else { t.text };
        let price_width = Type { size: 12.0, strong: true }.width(&price);
        let name_type = Type { size: 13.0, strong: true };
        // A card's price stands under its name where both have no room in one line.
        let under = card && left + name_type.width(&node.name) + 8.0 + price_width > right;
        let price_line = if under { node.rect.bottom() - 13.0 } else { line };
        self.words(pos2(right, price_line), Align2::RIGHT_CENTER, 12.0, Face::Strong, price_color, &price);
        let room = right - left - if under { 0.0 } else { price_width + 8.0 };
        let name = name_type.shortened(&node.name, room);
        self.words(pos2(left, line), Align2::LEFT_CENTER, 13.0, Face::Strong, t.text, &name);
        let small = Type { size: 11.0, strong: false };
        if card {
            let room = right - left - if under { price_width + 6.0 } else { 0.0 };
            let detail = small.shortened(&node.detail, room).into_owned();
            let at = pos2(left, node.rect.bottom() - 13.0);
            self.words(at, Align2::LEFT_CENTER, 11.0, Face::Regular, t.muted, &detail);
            return;
        }
        let squares_here = node.compact && node.segments.iter().any(|s| s.squares.iter().any(|(_, n)| *n > 0));
        let mut end = right - price_width - 10.0;
        let start = left + name_type.width(&name) + 10.0;
        if squares_here && matches!(node.tone, Tone::Service(_)) {
            return;
        }
        let capacity = small.width(&node.capacity);
        let detail = small.width(&node.detail);
        if start + detail.min(120.0) + 12.0 + capacity <= end {
            let at = pos2(end, line);
            self.words(at, Align2::RIGHT_CENTER, 11.0, Face::Regular, t.muted, &node.capacity);
            end -= capacity + if capacity > 0.0 { 12.0 } else { 0.0 };
        }
        if end - start > 24.0 {
            let detail = small.shortened(&node.detail, end - start).into_owned();
            self.words(pos2(start, line), Align2::LEFT_CENTER, 11.0, Face::Regular, t.muted, &detail);
        }
    }

    fn price(&self, node: &Node) -> Option<String> {
        let usd = self.look.prices.get(node.of.item()?)?;
        (*usd != Usd::ZERO).then(|| if node.rect.height() < 30.0 { usd.dollars_text() } else { usd.cents_text() })
    }

    /// Task squares of one zone; a bar where squares would be too small; the outline of instances around what is stowed.
    fn squares(&mut self, node: &Node, segment: &Segment) {
        let total: u32 = segment.squares.iter().map(|(_, n)| n).sum();
        let is_provider = matches!(node.of, Pick::Item(ItemRef::CapacityProvider(_)));
        if total == 0 && !is_provider || self.zoom() < 0.16 {
            return;
        }
        let rect = segment.rect;
        let (side, gap) = match (node.compact, self.look.words) {
            (true, true) => (8.0, 2.0),
            (true, false) => (13.0, 4.0),
            (false, _) => (10.0, 4.0),
        };
        let line = if node.compact { rect.center().y } else { rect.top() + 38.0 };
        let left = self.squares_left(node, segment);
        let price = if node.compact && self.look.words { 60.0 } else { 16.0 };
        let room = rect.right() - left - price;
        if is_provider && !node.compact {
            let hold =
                Rect::from_min_max(pos2(left, rect.top() + 30.0), pos2(rect.right() - 16.0, rect.bottom() - 8.0));
            let t = self.look.tokens;
            self.frame(hold, 5.0, mixed(t.raised, t.ground, 0.6), Some((1.0, t.line)), false);
            self.stowed(hold.shrink(4.0), segment);
            return;
        }
        let fits = ((room / (side + gap)).floor().max(1.0)) as u32;
        let bar = self.zoom() < 0.3;
        let mut at = left;
        for (slot, count) in &segment.squares {
            let color = theme::service(*slot).0;
            if bar {
                let width = (*count).min(fits) as f32 * (side + gap);
                self.frame(
                    Rect::from_min_size(pos2(at, line - side / 2.0), vec2(width, side)),
                    0.0,
                    color,
                    None,
                    false,
                );
                continue;
            }
            let shown = if *count > fits { fits.saturating_sub(3).max(1) } else { *count };
            for _ in 0..shown {
                let square = Rect::from_min_size(pos2(at, line - side / 2.0), vec2(side, side));
                self.frame(square, 2.0, color, None, false);
                self.pattern(square, *slot);
                at += side + gap;
            }
            if shown < *count {
                let more = format!("+{}", count - shown);
                let muted = self.look.tokens.muted;
                self.words(pos2(at + 2.0, line), Align2::LEFT_CENTER, 10.5, Face::Regular, muted, &more);
            }
        }
    }

    /// Where squares begin: beside the name in a single line, else under it.
    fn squares_left(&self, node: &Node, segment: &Segment) -> f32 {
        let first = node.segments.first() == Some(segment);
        if !self.look.words {
            return segment.rect.left() + 16.0;
        }
        match (node.compact, first) {
            (true, true) => {
                let name = Type { size: 13.0, strong: true }.width(&node.name);
                (segment.rect.left() + 40.0 + name).max(segment.rect.left() + 106.0).min(segment.rect.right() - 70.0)
            }
            (true, false) => segment.rect.left() + 16.0,
            (false, true) => segment.rect.left() + 32.0,
            (false, false) => segment.rect.left() + 20.0,
        }
    }

    /// Slabs of the services stowed on a provider's instances in one zone.
    fn stowed(&mut self, hold: Rect, segment: &Segment) {
        let total: u32 = segment.squares.iter().map(|(_, n)| n).sum();
        let width = (hold.width() / total.max(1) as f32).min(26.0);
        let mut left = hold.left();
        for (slot, count) in &segment.squares {
            for _ in 0..*count {
                let slab = Rect::from_min_size(pos2(left, hold.top()), vec2((width - 2.0).max(1.0), hold.height()));
                self.frame(slab, 3.0, theme::service(*slot).0, None, false);
                self.pattern(slab, *slot);
                left += width;
            }
        }
    }

    /// A mark at the upper right corner of what has findings: a sign, never colour alone.
    fn flag(&mut self, node: &Node) {
        let Some(worst) = node.of.item().and_then(|at| self.look.flagged.get(at)) else { return };
        let color = match worst {
            Severity::Error => self.look.tokens.bad,
            Severity::Warning => self.look.tokens.warn,
            Severity::Advice => return,
        };
        let at = node.rect.right_top() + vec2(-2.0, 1.0);
        let center = self.look.to_screen * at;
        let radius = (8.0 * self.zoom()).clamp(3.0, 9.0);
        let rect = Rect::from_center_size(center, vec2(radius * 2.0, radius * 2.0));
        self.marks.push(Mark::Box { rect, radius, fill: color, edge: None, dashed: false });
        self.words(at, Align2::CENTER_CENTER, 11.0, Face::Strong, self.look.tokens.panel, "!");
    }
}

/// The parts of a band that hang together; the whole of anything else.
pub fn runs(node: &Node) -> Vec<Rect> {
    let mut runs: Vec<Rect> = Vec::new();
    for segment in &node.segments {
        match runs.last_mut() {
            Some(last) if (segment.rect.left() - last.right()).abs() < 1.0 => *last = last.union(segment.rect),
            _ => runs.push(segment.rect),
        }
    }
    if runs.is_empty() { vec![node.rect] } else { runs }
}
