//! Text of charts, measured with our own font, so that screen, SVG and PNG break and place it alike.
//!
//! In: words, a size in points, a weight. Out: widths in points, shortened and wrapped words, for the bitmap how much of
//! each pixel a letter covers, and an icon's shape as a polygon. Nothing here draws.

use std::borrow::Cow;
use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, OutlineCurve, Point, point};
use egui::{Pos2, pos2};

use crate::widgets::theme;

/// The family's name as SVG says it, with what a viewer without it should take instead.
pub const FAMILY: &str = "IBM Plex Sans, Roboto, Helvetica, Arial, sans-serif";

/// How far the baseline lies under the middle of the lower-case letters, in ems: half of IBM Plex Sans's x-height.
/// All three backends place text by that middle, which plotters calls `VPos::Center`.
pub const MIDDLE_TO_BASELINE: f32 = 0.258;

/// How far the baseline lies under the middle of figures and capitals, in ems: half their height.
pub const CAPITAL_MIDDLE: f32 = 0.349;

static REGULAR: LazyLock<FontRef<'static>> =
    LazyLock::new(|| FontRef::try_from_slice(theme::SANS).expect("the font is embedded"));
static STRONG: LazyLock<FontRef<'static>> =
    LazyLock::new(|| FontRef::try_from_slice(theme::SANS_SEMIBOLD).expect("the font is embedded"));

static ICONS: LazyLock<FontRef<'static>> =
    LazyLock::new(|| FontRef::try_from_slice(theme::ICONS).expect("the font is embedded"));

/// An icon's shape in ems from the middle of its square, all its contours as one polygon: each is reached from the first
/// corner and left to it again, over a line that has no width. Nothing where the font has no such icon.
pub fn icon_shape(icon: char) -> Vec<Pos2> {
    let em = ICONS.units_per_em().unwrap_or(1000.0);
    let middle = f32::midpoint(ICONS.ascent_unscaled(), ICONS.descent_unscaled());
    let to_em = |p: Point| pos2(p.x / em - 0.5, (middle - p.y) / em);
    let Some(outline) = ICONS.outline(ICONS.glyph_id(icon)) else { return Vec::new() };
    let (mut shape, mut first, mut last): (Vec<Pos2>, Option<Point>, Option<Point>) = (Vec::new(), None, None);
    for curve in outline.curves {
        let (start, end) = match &curve {
            OutlineCurve::Line(a, b) | OutlineCurve::Quad(a, _, b) | OutlineCurve::Cubic(a, _, _, b) => (*a, *b),
        };
        if last != Some(start) {
            shape.extend(first.map(to_em));
            shape.push(to_em(start));
            first = first.or(Some(start));
        }
        shape.extend((1..=4u8).map(|step| to_em(along(&curve, f32::from(step) / 4.0))));
        last = Some(end);
    }
    shape.extend(first.map(to_em));
    shape.dedup();
    shape
}

/// The point of a curve at a share of its way.
fn along(curve: &OutlineCurve, share: f32) -> Point {
    let mid = |a: Point, b: Point| point(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share);
    match *curve {
        OutlineCurve::Line(a, b) => mid(a, b),
        OutlineCurve::Quad(a, b, c) => mid(mid(a, b), mid(b, c)),
        OutlineCurve::Cubic(a, b, c, d) => mid(mid(mid(a, b), mid(b, c)), mid(mid(b, c), mid(c, d))),
    }
}

/// A size in points, and whether it is the heavier weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    pub size: f32,
    pub strong: bool,
}

impl Type {
    pub const LABEL: Self = Self { size: theme::LABEL, strong: false };
    pub const LABEL_STRONG: Self = Self { size: theme::LABEL, strong: true };
    pub const TITLE: Self = Self { size: theme::BODY, strong: true };

    fn font(self) -> &'static FontRef<'static> {
        if self.strong { &STRONG } else { &REGULAR }
    }

    /// How wide a text is, in points.
    pub fn width(self, text: &str) -> f32 {
        let (font, em) = (self.font(), self.font().units_per_em().unwrap_or(1000.0));
        let advance = |c: char| font.h_advance_unscaled(font.glyph_id(c));
        text.chars().map(advance).sum::<f32>() / em * self.size
    }

    /// The text, cut with an ellipsis where it is wider than `most` points.
    pub fn shortened(self, text: &str, most: f32) -> Cow<'_, str> {
        if self.width(text) <= most {
            return Cow::Borrowed(text);
        }
        let mut kept = text.to_owned();
        while !kept.is_empty() && self.width(&kept) + self.width("…") > most {
            kept.pop();
        }
        Cow::Owned(format!("{}…", kept.trim_end()))
    }

    /// The text in at most `lines` lines of at most `most` points, broken at spaces, the last one shortened.
    pub fn wrapped(self, text: &str, most: f32, lines: usize) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let last = out.len();
            match out.last_mut() {
                Some(line) if last == lines || self.width(line) + self.width(" ") + self.width(word) <= most => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => out.push(word.to_owned()),
            }
        }
        out.iter().map(|line| self.shortened(line, most).into_owned()).collect()
    }

    /// Visits each pixel that the text covers, with its share, the baseline's left end being at (x, y); `pixels_per_em`
    /// is the size in pixels.
    pub fn cover(self, text: &str, (x, y): (f32, f32), pixels_per_em: f32, mut visit: impl FnMut(i32, i32, f32)) {
        let font = self.font();
        let em = font.units_per_em().unwrap_or(1000.0);
        let scale = pixels_per_em / em * font.height_unscaled();
        let mut pen = x;
        for c in text.chars() {
            let id = font.glyph_id(c);
            let glyph = Glyph { id, scale: scale.into(), position: point(pen, y) };
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                let (left, top) = (corner.x as i32, corner.y as i32);
                outline.draw(|dx, dy, share| {
                    visit(left.saturating_add_unsigned(dx), top.saturating_add_unsigned(dy), share);
                });
            }
            pen += font.h_advance_unscaled(id) / em * pixels_per_em;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_600_thousandths_wide() {
        // IBM Plex Sans Regular: every figure advances 600 of 1,000 units. Four of them at 11 points: 4 × 0.6 × 11.
        assert!((Type::LABEL.width("2533") - 26.4).abs() < 1e-3);
        assert!((Type::LABEL.width("1111") - 26.4).abs() < 1e-3);
    }

    #[test]
    fn long_words_are_cut_with_an_ellipsis() {
        assert_eq!(Type::LABEL.shortened("api", 100.0), "api");
        let cut = Type::LABEL.shortened("a service with a very long name", 80.0);
        assert!(cut.ends_with('…') && Type::LABEL.width(&cut) <= 80.0, "{cut}");
    }

    #[test]
    fn words_wrap_at_spaces_into_so_many_lines() {
        let most = Type::LABEL.width("NAT and");
        assert_eq!(Type::LABEL.wrapped("NAT and pulls", most, 2), ["NAT and", "pulls"]);
        let two = Type::LABEL.wrapped("NAT and pulls of images", most, 2);
        assert_eq!(two.len(), 2);
        assert!(two[1].ends_with('…'), "{two:?}");
    }

    #[test]
    fn an_icon_is_one_closed_polygon_in_its_square() {
        let shape = icon_shape(crate::widgets::icon::X);
        assert!(shape.len() > 8 && shape.first() == shape.last());
        assert!(shape.iter().all(|p| p.x.abs() <= 0.5 && p.y.abs() <= 0.5), "{shape:?}");
        assert_eq!(icon_shape('\u{1F600}'), []);
    }

    #[test]
    fn letters_cover_pixels_above_their_baseline() {
        let mut seen = Vec::new();
        Type::LABEL.cover("H", (10.0, 50.0), 20.0, |x, y, share| {
            if share > 0.5 {
                seen.push((x, y));
            }
        });
        // An H of 20 pixels to the em is 0.698 × 20 = 14 high and stands on the baseline.
        assert!(seen.iter().all(|&(x, y)| (10..25).contains(&x) && (35..50).contains(&y)), "{seen:?}");
        assert!(seen.len() > 40);
    }
}
