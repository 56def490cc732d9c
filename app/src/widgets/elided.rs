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

/// Paints a name likewise, cut in its middle: names that differ at the end stay apart.
pub fn elided_name(painter: &Painter, at: Pos2, width: f32, name: &str, font: FontId, color: Color32) -> Rect {
    let fits = |text: &str| painter.layout_no_wrap(text.to_owned(), font.clone(), color).size().x <= width;
    let shown = cut(name, fits);
    elided(painter, at, width, &shown, font, color)
}

/// A name with as much of its beginning and its end as fits, in equal parts.
pub fn cut(name: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(name) {
        return name.to_owned();
    }
    let letters: Vec<char> = name.chars().collect();
    let kept = |count: usize| -> String {
        let (head, tail) = (count.div_ceil(2), letters.len() - count / 2);
        letters[..head].iter().chain(['…'].iter()).chain(&letters[tail..]).collect()
    };
    let counts: Vec<usize> = (0..letters.len()).collect();
    let most = counts.partition_point(|count| fits(&kept(*count)));
    kept(most.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, most: usize, expected: &str) {
        assert_eq!(cut(name, |text| text.chars().count() <= most), expected);
    }

    #[test]
    fn a_name_keeps_its_beginning_and_its_end() {
        check("shop/api:1", 10, "shop/api:1");
        check("shop/api:1", 9, "shop…pi:1");
        check("shop/api:1", 6, "sho…:1");
        check("shop/api:1", 1, "…");
        check("shop/api:1", 0, "…");
        check("", 0, "");
    }
}
