//! plotters' backend that collects a chart as egui shapes, its top left corner at (0, 0).
//!
//! In: plotters' whole steps, `scale` to the point: some to the pixel, so that curves are smooth. Out: shapes, which the
//! widget keeps and moves to their place; egui puts the edges of rectangles on pixels. Words are laid out with the window's own fonts.

use std::convert::Infallible;
use std::sync::Arc;

use egui::epaint::{PathShape, TextShape};
use egui::{
    Color32, Context, FontFamily, FontId, Galley, Mesh, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2,
};
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};

use super::pen::LINE_OF_EM;
use super::text::MIDDLE_TO_BASELINE;
use crate::widgets::theme;

type Done = Result<(), DrawingErrorKind<Infallible>>;

/// Collects shapes.
pub struct Screen<'a> {
    pub context: &'a Context,
    /// The chart's size in points.
    pub size: Vec2,
    /// Steps to the point.
    pub scale: f32,
    pub shapes: Vec<Shape>,
}

fn ink(color: BackendColor) -> Color32 {
    Color32::from_rgba_unmultiplied(color.rgb.0, color.rgb.1, color.rgb.2, (color.alpha * 255.0).round() as u8)
}

impl Screen<'_> {
    fn at(&self, (x, y): BackendCoord) -> Pos2 {
        pos2(x as f32, y as f32) / self.scale
    }

    fn path(&self, path: impl IntoIterator<Item = BackendCoord>) -> Vec<Pos2> {
        path.into_iter().map(|p| self.at(p)).collect()
    }

    fn stroke(&self, style: &impl BackendStyle) -> Stroke {
        Stroke::new(style.stroke_width().max(1) as f32 / self.scale, ink(style.color()))
    }

    #[expect(clippy::unnecessary_wraps, reason = "the backend's trait wants a result of every call that ends here")]
    fn push(&mut self, shape: impl Into<Shape>) -> Done {
        self.shapes.push(shape.into());
        Ok(())
    }

    fn galley(&self, text: &str, style: &impl BackendTextStyle) -> (Arc<Galley>, f32) {
        let em = (style.size() / LINE_OF_EM) as f32 / self.scale;
        let strong = matches!(style.style(), FontStyle::Bold);
        let family = if strong { theme::semibold() } else { FontFamily::Proportional };
        let color = ink(style.color());
        let galley = self.context.fonts_mut(|f| f.layout_no_wrap(text.to_owned(), FontId::new(em, family), color));
        (galley, em)
    }
}

impl DrawingBackend for Screen<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let size = self.size * self.scale;
        (size.x as u32, size.y as u32)
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Done {
        self.draw_rect(at, (at.0 + 1, at.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        let (points, stroke) = (self.path(path), self.stroke(style));
        match points[..] {
            [from, to] => self.push(Shape::line_segment([from, to], stroke)), // cheaper, and most are dashes and hatching
            _ => self.push(Shape::line(points, stroke)),
        }
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Done {
        let rect = Rect::from_two_pos(self.at(a), self.at(b));
        if fill {
            self.push(Shape::rect_filled(rect, 0.0, ink(style.color())))
        } else {
            let stroke = self.stroke(style);
            self.push(Shape::rect_stroke(rect, 0.0, stroke, StrokeKind::Middle))
        }
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Done {
        let (centre, radius) = (self.at(centre), radius as f32 / self.scale);
        if fill {
            self.push(Shape::circle_filled(centre, radius, ink(style.color())))
        } else {
            let stroke = self.stroke(style);
            self.push(Shape::circle_stroke(centre, radius, stroke))
        }
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        let points = self.path(path);
        if is_convex(&points) {
            return self.push(PathShape::convex_polygon(points, ink(style.color()), Stroke::NONE));
        }
        self.push(strips(&points, ink(style.color())))
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = self.galley(text, style).0.size() * self.scale;
        Ok((size.x.ceil() as u32, size.y.ceil() as u32))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Done {
        let (galley, em) = self.galley(text, style);
        let ascent = galley.rows.first().and_then(|row| row.glyphs.first()).map_or(em, |glyph| glyph.pos.y);
        let left = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => galley.size().x / 2.0,
            HPos::Right => galley.size().x,
        };
        let corner = self.at(at) + vec2(-left, MIDDLE_TO_BASELINE * em - ascent);
        self.push(TextShape::new(corner, galley, ink(style.color())))
    }
}

/// Whether a polygon turns one way only, once around.
fn is_convex(corners: &[Pos2]) -> bool {
    if corners.len() > 40 {
        return false; // areas under lines; looking at them all would be in vain
    }
    let turn = |i: usize| {
        let [a, b, c] = [i, i + 1, i + 2].map(|at| corners[at % corners.len()]);
        let (ab, bc) = (b - a, c - b);
        ab.x * bc.y - ab.y * bc.x
    };
    (0..corners.len()).all(|i| turn(i) >= -1e-3) || (0..corners.len()).all(|i| turn(i) <= 1e-3)
}

/// Any polygon as a mesh (even-odd): cut at every corner's x, then the edges paired within each strip.
fn strips(corners: &[Pos2], color: Color32) -> Mesh {
    let mut mesh = Mesh::default();
    let mut xs: Vec<f32> = corners.iter().map(|p| p.x).collect();
    xs.sort_by(f32::total_cmp);
    xs.dedup();
    let mut edges: Vec<[Pos2; 2]> = (0..corners.len())
        .map(|i| [corners[i], corners[(i + 1) % corners.len()]])
        .map(|[a, b]| if a.x < b.x { [a, b] } else { [b, a] })
        .filter(|[a, b]| a.x < b.x)
        .collect();
    edges.sort_by(|a, b| a[0].x.total_cmp(&b[0].x));
    let height = |[a, b]: [Pos2; 2], x: f32| a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x);
    let (mut upcoming, mut open) = (edges.into_iter().peekable(), Vec::new());
    for strip in xs.windows(2) {
        let (left, right) = (strip[0], strip[1]);
        open.retain(|edge: &[Pos2; 2]| edge[1].x > left);
        while let Some(edge) = upcoming.next_if(|edge| edge[0].x <= left) {
            open.push(edge);
        }
        let mut cut: Vec<[f32; 2]> = open.iter().map(|&edge| [height(edge, left), height(edge, right)]).collect();
        cut.sort_by(|p, q| (p[0] + p[1]).total_cmp(&(q[0] + q[1])));
        for pair in cut.chunks_exact(2) {
            let first = mesh.vertices.len() as u32;
            let corners = [(left, pair[0][0]), (right, pair[0][1]), (right, pair[1][1]), (left, pair[1][0])];
            for (x, y) in corners {
                mesh.colored_vertex(pos2(x, y), color);
            }
            mesh.indices.extend([first, first + 1, first + 2, first, first + 2, first + 3]);
        }
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(mesh: &Mesh) -> f32 {
        let corner = |i: u32| mesh.vertices[i as usize].pos;
        let triangle = |t: [u32; 3]| {
            let (a, b, c) = (corner(t[0]), corner(t[1]), corner(t[2]));
            ((b - a).x * (c - a).y - (b - a).y * (c - a).x).abs() / 2.0
        };
        mesh.triangles().map(triangle).sum()
    }

    #[test]
    fn a_concave_area_is_filled_exactly() {
        // A U: 30 × 30 less a notch of 10 × 20 = 900 − 200.
        let u = [(0, 0), (10, 0), (10, 20), (20, 20), (20, 0), (30, 0), (30, 30), (0, 30)]
            .map(|(x, y): (i16, i16)| pos2(f32::from(x), f32::from(y)));
        assert!(!is_convex(&u));
        assert!((area(&strips(&u, Color32::RED)) - 700.0).abs() < 1e-2);
    }

    #[test]
    fn a_square_is_convex() {
        assert!(is_convex(&[pos2(0.0, 0.0), pos2(5.0, 0.0), pos2(5.0, 5.0), pos2(0.0, 5.0)]));
    }
}
