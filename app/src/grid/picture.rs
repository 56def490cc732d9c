//! The drawing as a picture for a file: the marks of the screen, drawn with the pen of the charts.
//!
//! In: a project, what its items cost a month. Out: a [`Drawing`], which SVG and PNG take as they take a chart. It shows the
//! whole drawing at its own size, a very large one smaller; nothing in it is selected.

use std::collections::BTreeMap;

use bayplan_engine::bill::Bill;
use bayplan_engine::design::ItemRef;
use bayplan_engine::design::project::Project;
use bayplan_engine::plan::Plan;
use bayplan_engine::units::Usd;
use egui::emath::TSTransform;
use egui::{Align, Color32, Rect, Vec2, vec2};
use plotters::style::RGBAColor;
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::layout::{self, Density};
use super::lines::{Line, lines};
use super::scene::{self, Face, Mark};
use super::{Grid, screen, traffic};
use crate::charts::pen::{Drawn, Pen, rounded_corners, tone};
use crate::charts::text::Type;
use crate::charts::{Look, Picture};

/// Room around the drawing and for its heading, in points.
const MARGIN: Vec2 = vec2(24.0, 20.0);
const HEADING: f32 = 52.0;

/// The longest side and the largest area of a picture, in points: a bitmap of it has to fit into memory.
const LONGEST: f32 = 3900.0;
const LARGEST: f32 = 3_000_000.0;

/// A drawing with its prices.
#[derive(Clone, Debug)]
pub struct Drawing {
    name: String,
    note: String,
    prices: BTreeMap<ItemRef, Usd>,
    grid: Grid,
    lines: Vec<Line>,
    zoom: f32,
    around: Rect,
}

impl Drawing {
    /// Lays the project out; `month` is what it costs, where that is known, and the plan it was priced by.
    pub fn of(project: &Project, month: Option<(&Bill, &Plan)>) -> Self {
        let grid = layout::layout(&project.design, &project.layout, Density::Full);
        let around = grid.bounds.unwrap_or(Rect::from_min_size(egui::Pos2::ZERO, vec2(320.0, 40.0)));
        let size = around.size();
        let zoom = (LONGEST / size.x.max(size.y)).min((LARGEST / around.area().max(1.0)).sqrt()).min(1.0);
        let cost = month.map_or("not priced".to_owned(), |(bill, _)| {
            format!("estimate {} a month of 730 h, before tax", bill.total_said())
        });
        let prices = month.iter().flat_map(|(bill, _)| bill.by_owner()).map(|(at, usd)| (at.clone(), usd)).collect();
        let mut lines = lines(&project.design, &grid);
        if let Some((bill, plan)) = month {
            traffic::weigh(&mut lines, &project.design, plan, bill);
        }
        Self {
            name: project.name.clone(),
            note: format!("{} · {cost}", project.design.region),
            prices,
            lines,
            grid,
            zoom,
            around,
        }
    }

    /// How large the picture is, in points.
    pub fn size(&self) -> (u16, u16) {
        let size = self.around.size() * self.zoom + 2.0 * MARGIN + vec2(0.0, HEADING);
        let least = Type { size: 11.0, strong: false }.width(&self.note) + 2.0 * MARGIN.x;
        (size.x.max(least).ceil() as u16, size.y.ceil() as u16)
    }

    /// Everything in it, back to front.
    fn marks(&self, look: &Look) -> Vec<Mark> {
        let translation = MARGIN + vec2(0.0, HEADING) - self.around.min.to_vec2() * self.zoom;
        let to_screen = TSTransform::new(translation, self.zoom);
        let look = scene::Look {
            tokens: look.tokens,
            to_screen,
            prices: &self.prices,
            stale: false,
            selected: None,
            also: &[],
            flagged: &BTreeMap::new(),
            seen: None,
            words: true,
        };
        let mut marks = scene::ground(&self.grid, &look);
        let shown = self.lines.iter().filter(|line| scene::is_shown(line, &self.lines, None));
        marks.extend(shown.map(|line| scene::line(line, &look.tokens, to_screen, false, false)));
        marks.extend(scene::nodes(&self.grid, &look));
        marks
    }
}

impl Picture for Drawing {
    fn name(&self) -> &str {
        &self.name
    }

    fn words(&self) -> String {
        let nodes: Vec<_> = self.grid.nodes.iter().map(super::Node::said).collect();
        format!("{}. {}", self.note, nodes.join("; "))
    }

    fn draw<DB: DrawingBackend>(&self, look: &Look, size: Vec2, backend: &mut DB) -> Drawn<DB> {
        let mut pen = Pen::new(backend, look);
        let t = look.tokens;
        pen.rect(Rect::from_min_size(egui::Pos2::ZERO, size), tone(t.ground, 1.0))?;
        let (head, room) = (MARGIN.to_pos2(), size.x - 2.0 * MARGIN.x);
        let title = Type { size: 15.0, strong: true };
        pen.words(head + vec2(0.0, 9.0), HPos::Left, title, &title.shortened(&self.name, room), t.text)?;
        let note = Type::LABEL.shortened(&self.note, room);
        pen.words(head + vec2(0.0, 29.0), HPos::Left, Type::LABEL, &note, t.muted)?;
        for mark in self.marks(look) {
            draw(&mut pen, &mark)?;
        }
        Ok(())
    }
}

/// A colour as plotters has it, its opacity apart.
fn ink(color: Color32) -> RGBAColor {
    let [red, green, blue, alpha] = color.to_srgba_unmultiplied();
    tone(Color32::from_rgb(red, green, blue), f32::from(alpha) / 255.0)
}

fn draw<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, mark: &Mark) -> Drawn<DB> {
    match mark {
        Mark::Box { rect, radius, fill, edge, dashed } => {
            if fill.a() > 0 {
                pen.rounded(*rect, [*radius; 4], ink(*fill))?;
            }
            let Some((width, color)) = edge else { return Ok(()) };
            let mut corners = rounded_corners(rect.shrink(width / 2.0), [*radius; 4]);
            corners.extend(corners.first().copied());
            if *dashed {
                pen.dashed(&corners, [4.0, 4.0], *width, ink(*color))
            } else {
                pen.line(&corners, *width, ink(*color))
            }
        }
        Mark::Words { at, anchor, size, face: Face::Icon, color, text } => {
            let Some(icon) = text.chars().next() else { return Ok(()) };
            // As large as the screen draws it, which places it by its left edge.
            let size = size * crate::widgets::theme::ICON_SCALE;
            let middle = if anchor.x() == Align::Min { *at + vec2(size / 2.0, 0.0) } else { *at };
            pen.icon(middle, size, icon, ink(*color))
        }
        Mark::Words { at, anchor, size, face, color, text } => {
            let side = match anchor.x() {
                Align::Min => HPos::Left,
                Align::Center => HPos::Center,
                Align::Max => HPos::Right,
            };
            pen.words(*at, side, Type { size: *size, strong: *face == Face::Strong }, text, *color)
        }
        Mark::Line { points, width, color, arrow } => {
            let path = screen::rounded(points);
            if let Some(head) = screen::head(&path).filter(|_| *arrow) {
                pen.area(&head, ink(*color))?;
            }
            pen.line(&path, *width, ink(*color))
        }
        Mark::Hatch { rect, pattern, color } => {
            pen.hatch(&rounded_corners(*rect, [0.0; 4]), pattern.directions(), 4.0, 1.0, ink(*color))
        }
    }
}
