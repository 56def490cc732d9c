//! Text painted into a place of a row, cut with an ellipsis where it is too long.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId, Painter, Pos2, Rect};

/// Paints text whose left end stands in the middle of the row's height at `at`, no wider than `width`. Answers where.
pub fn elided(painter: &Painter, at: Pos2, width: f32, text: &str, font: FontId, color: Color32) -> Rect {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, color));
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(0.0));
    let galley = painter.layout_job(job);
    let corner = at - egui::vec2(0.0, galley.size().y / 2.0);
    let rect = Rect::from_min_size(corner, galley.size());
    painter.galley(corner, galley, color);
    rect
}
