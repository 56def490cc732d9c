//! Paints marks on the screen.
//!
//! In: marks of [`super::scene`], a painter. Words go through egui's own cache of laid-out text; sizes come in half points.

use egui::epaint::RectShape;
use egui::{Color32, FontFamily, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2};

use super::scene::{Face, Mark};
use crate::widgets::theme::{self, Direction, Pattern};

/// Paints them in order.
pub fn paint(painter: &Painter, marks: &[Mark]) {
    let clip = painter.clip_rect();
    for mark in marks {
        match mark {
            Mark::Box { rect, radius, fill, edge, dashed } => {
                if !rect.intersects(clip) {
                    continue;
                }
                let stroke = edge.map_or(Stroke::NONE, |(width, color)| Stroke::new(width, color));
                if *dashed {
                    painter.rect_filled(*rect, *radius, *fill);
                    dashed_box(painter, *rect, clip, stroke);
                } else {
                    painter.add(RectShape::new(*rect, *radius, *fill, stroke, StrokeKind::Inside));
                }
            }
            Mark::Words { at, anchor, size, face, color, text } => {
                if clip.expand(300.0).contains(*at) {
                    painter.text(*at, *anchor, text, font(*size, *face), *color);
                }
            }
            Mark::Line { points, width, color, arrow } => line(painter, points, Stroke::new(*width, *color), *arrow),
            Mark::Hatch { rect, pattern, color } => {
                if rect.intersects(clip) {
                    hatch(&painter.with_clip_rect(rect.intersect(clip)), *rect, *pattern, *color);
                }
            }
        }
    }
}

fn font(size: f32, face: Face) -> FontId {
    match face {
        Face::Regular | Face::Icon => FontId::new(size, FontFamily::Proportional),
        Face::Strong => FontId::new(size, theme::semibold()),
    }
}

/// The sides of a box as dashes, only as far as they are seen: a box may be far larger than the screen.
fn dashed_box(painter: &Painter, rect: Rect, clip: Rect, stroke: Stroke) {
    const DASH: f32 = 4.0;
    // Begun a whole number of dashes from the corner, so that they stand still while the ground moves.
    let from = |low: f32, seen: f32| low + ((seen - low) / (2.0 * DASH)).floor().max(0.0) * 2.0 * DASH;
    let (left, top) = (from(rect.left(), clip.left()), from(rect.top(), clip.top()));
    let (right, bottom) = (rect.right().min(clip.right()), rect.bottom().min(clip.bottom()));
    let level = [rect.top(), rect.bottom()].map(|y| [pos2(left, y), pos2(right, y)]);
    let upright = [rect.left(), rect.right()].map(|x| [pos2(x, top), pos2(x, bottom)]);
    for ends in level.iter().chain(&upright) {
        if Rect::from_two_pos(ends[0], ends[1]).intersects(clip) {
            painter.extend(Shape::dashed_line(ends, stroke, DASH, DASH));
        }
    }
}

/// A line with small round corners.
fn line(painter: &Painter, points: &[Pos2], stroke: Stroke, arrow: bool) {
    let path = rounded(points);
    if let Some(head) = head(&path).filter(|_| arrow) {
        painter.add(Shape::convex_polygon(head.to_vec(), stroke.color, Stroke::NONE));
    }
    painter.add(Shape::line(path, stroke));
}

/// The points of a line with small round corners.
pub(super) fn rounded(points: &[Pos2]) -> Vec<Pos2> {
    let mut path = Vec::new();
    for (place, point) in points.iter().enumerate() {
        let (before, after) = (place.checked_sub(1).and_then(|p| points.get(p)), points.get(place + 1));
        match (before, after) {
            (Some(before), Some(after)) => path.extend(corner(*before, *point, *after)),
            _ => path.push(*point),
        }
    }
    path
}

/// The three corners of the arrow at a line's end.
pub(super) fn head(path: &[Pos2]) -> Option<[Pos2; 3]> {
    let [.., from, to] = path else { return None };
    let way = (*to - *from).normalized();
    let side = Vec2::new(-way.y, way.x);
    let (back, half) = (*to - way * 7.0, 3.5);
    Some([*to, back + side * half, back - side * half])
}

/// A corner as a quarter curve of at most six points.
fn corner(before: Pos2, at: Pos2, after: Pos2) -> Vec<Pos2> {
    let radius = 6.0f32.min((at - before).length() / 2.0).min((after - at).length() / 2.0);
    let (enter, leave) = (at + (before - at).normalized() * radius, at + (after - at).normalized() * radius);
    (0..=4u8)
        .map(|step| {
            let share = f32::from(step) / 4.0;
            let (first, second) = (enter.lerp(at, share), at.lerp(leave, share));
            first.lerp(second, share)
        })
        .collect()
}

fn hatch(painter: &Painter, rect: Rect, pattern: Pattern, color: Color32) {
    let stroke = Stroke::new(1.0, color);
    let step = 4.0;
    for direction in pattern.directions() {
        let reach = match direction {
            Direction::Level => rect.height(),
            Direction::Upright => rect.width(),
            Direction::Rising | Direction::Falling => rect.width() + rect.height(),
        };
        let count = (reach / step).ceil().clamp(0.0, 400.0) as u16;
        for number in 1..count.max(1) {
            let at = f32::from(number) * step;
            let ends = match direction {
                Direction::Level => [pos2(rect.left(), rect.top() + at), pos2(rect.right(), rect.top() + at)],
                Direction::Upright => [pos2(rect.left() + at, rect.top()), pos2(rect.left() + at, rect.bottom())],
                Direction::Rising => {
                    [pos2(rect.left() + at - rect.height(), rect.bottom()), pos2(rect.left() + at, rect.top())]
                }
                Direction::Falling => {
                    [pos2(rect.left() + at - rect.height(), rect.top()), pos2(rect.left() + at, rect.bottom())]
                }
            };
            painter.line_segment(ends, stroke);
        }
    }
}
