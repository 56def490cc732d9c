//! A long list whose rows have heights of their own: only those in sight are laid out, the others keep their room.
//!
//! Heights are learnt as rows come into sight; a list short enough to cost nothing is laid out whole, so that every row
//! can be found by name.

use egui::{ScrollArea, Ui, vec2};

/// So many rows are laid out whether they are in sight or not.
const WHOLE: usize = 64;
/// The height of a row that has not been seen yet.
const GUESS: f32 = 24.0;

/// What is known of the rows' heights.
#[derive(Clone, Debug, Default)]
pub struct Heights {
    width: f32,
    of: Vec<f32>,
}

impl Heights {
    /// Forgets what was learnt of another list or width.
    fn fit(&mut self, count: usize, width: f32) {
        if self.of.len() != count || (self.width - width).abs() > 0.5 {
            self.width = width;
            self.of = vec![GUESS; count];
        }
    }

    /// The rows that show between two heights, and where the first of them begins.
    fn between(&self, top: f32, bottom: f32) -> (std::ops::Range<usize>, f32) {
        let (mut first, mut above, mut at) = (0, 0.0, 0.0);
        for (place, height) in self.of.iter().enumerate() {
            if at >= bottom {
                return (first..place, above);
            }
            at += height;
            if at <= top {
                (first, above) = (place + 1, at);
            }
        }
        (first..self.of.len(), above)
    }
}

/// Shows a list that scrolls; `row` lays out one of them.
pub fn rows(ui: &mut Ui, heights: &mut Heights, count: usize, mut row: impl FnMut(&mut Ui, usize)) {
    ScrollArea::vertical().auto_shrink(false).show_viewport(ui, |ui, sight| {
        heights.fit(count, ui.available_width());
        let (shown, above) =
            if count <= WHOLE { (0..count, 0.0) } else { heights.between(sight.top(), sight.bottom()) };
        let below: f32 = heights.of[shown.end..].iter().sum();
        room(ui, above);
        for place in shown {
            let before = ui.cursor().top();
            ui.push_id(place, |ui| row(ui, place));
            heights.of[place] = ui.cursor().top() - before;
        }
        room(ui, below);
    });
}

/// Keeps room for rows that are not laid out; a row's height has the space after it in it.
fn room(ui: &mut Ui, height: f32) {
    if height > 0.0 {
        ui.allocate_space(vec2(0.0, (height - ui.spacing().item_spacing.y).max(0.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_sight_are_found_by_their_own_heights() {
        let heights = Heights { width: 100.0, of: vec![10.0, 30.0, 20.0, 40.0] };
        assert_eq!(heights.between(0.0, 15.0), (0..2, 0.0));
        assert_eq!(heights.between(10.0, 41.0), (1..3, 10.0));
        assert_eq!(heights.between(45.0, 60.0), (2..3, 40.0));
        assert_eq!(heights.between(59.0, 500.0), (2..4, 40.0));
        assert_eq!(heights.between(200.0, 300.0), (4..4, 100.0));
    }

    #[test]
    fn another_list_forgets_the_heights() {
        let mut heights = Heights { width: 100.0, of: vec![10.0, 30.0] };
        heights.fit(2, 100.2);
        assert_eq!(heights.of, [10.0, 30.0]);
        heights.fit(2, 140.0);
        assert_eq!(heights.of, [GUESS, GUESS]);
        heights.fit(3, 140.0);
        assert_eq!(heights.of.len(), 3);
    }
}
