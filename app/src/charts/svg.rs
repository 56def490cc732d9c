//! A picture as SVG text.
//!
//! plotters knows whole pixels only, so it is drawn on a grid of quarter points and shown at its size through the
//! view box. Title and description are for who cannot see it.

use egui::Vec2;
use plotters::prelude::SVGBackend;
use plotters_backend::DrawingBackend;

use super::text::FAMILY;
use super::{Look, Picture};
use crate::widgets::theme;

/// Steps of the grid to a point.
const FINE: u16 = 4;

/// The picture as an SVG document, `size` points large.
pub fn to_svg(picture: &impl Picture, size: (u16, u16), dark: bool) -> String {
    let (width, height) = size;
    let tokens = if dark { theme::DARK } else { theme::LIGHT };
    let look = Look { tokens, scale: f32::from(FINE), surface: true, corner: 0.0, titled: true };
    let fine = (u32::from(width) * u32::from(FINE), u32::from(height) * u32::from(FINE));
    let mut body = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut body, fine);
        let points = Vec2::new(f32::from(width), f32::from(height));
        // Writing to a string cannot fail; the backend's error is one of files.
        let drawn = picture.draw(&look, points, &mut backend);
        debug_assert!(drawn.is_ok(), "a string takes every line");
        let closed = backend.present();
        debug_assert!(closed.is_ok(), "a string takes every line");
    }
    let family = format!(" font-family=\"{FAMILY}\"");
    let inside = gathered(body.split_once('>').map_or("", |parts| parts.1)).replace(&family, "");
    format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" xmlns=\"http://www.w3.org/2000/svg\" \
         role=\"img\" aria-labelledby=\"title desc\"{family}>\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>{inside}",
        fine.0,
        fine.1,
        escaped(picture.name()),
        escaped(&picture.words()),
    )
}

/// Neighbouring lines of one style as one path: dashes and hatching would fill most of the file otherwise.
fn gathered(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut style = "";
    for line in body.lines() {
        let parts =
            line.strip_prefix("<polyline ").and_then(|rest| rest.strip_suffix(" \"/>")?.split_once(" points=\""));
        let same = parts.is_some_and(|parts| parts.0 == style);
        if !same && !style.is_empty() {
            out.push_str("\"/>\n");
            style = "";
        }
        if let Some((of, points)) = parts {
            if !same {
                out.push_str("<path ");
                out.push_str(of);
                out.push_str(" d=\"");
                style = of;
            }
            out.push('M');
            out.push_str(points);
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// Text as it may stand between tags; characters that XML does not know are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || c == '\u{FFFE}' || c == '\u{FFFF}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::gathered;

    #[test]
    fn lines_of_one_style_become_one_path() {
        let body = "<polyline stroke=\"a\" points=\"1,2 3,4 \"/>\n<polyline stroke=\"a\" points=\"5,6 7,8 \"/>\n<rect/>\n\
                    <polyline stroke=\"a\" points=\"0,0 1,1 \"/>\n<polyline stroke=\"b\" points=\"2,2 3,3 \"/>\n</svg>";
        let expected = "<path stroke=\"a\" d=\"M1,2 3,4M5,6 7,8\"/>\n<rect/>\n\
                        <path stroke=\"a\" d=\"M0,0 1,1\"/>\n<path stroke=\"b\" d=\"M2,2 3,3\"/>\n</svg>\n";
        assert_eq!(gathered(body), expected);
    }
}
