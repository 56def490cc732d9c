//! What stands in a side panel: wider content is cut at the panel's edge, and never moves the edge.

use egui::{Sense, Ui, UiBuilder};

/// Lays something out in all the room there is, and takes exactly that room.
pub fn held<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let room = ui.available_rect_before_wrap();
    let mut inside = ui.new_child(UiBuilder::new().max_rect(room).id_salt("held"));
    inside.shrink_clip_rect(room);
    let answer = add(&mut inside);
    ui.allocate_rect(room, Sense::hover());
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Context, Panel, RawInput, Rect, pos2, vec2};

    #[test]
    fn wide_content_leaves_the_panels_edge_where_it_is() {
        let context = Context::default();
        let edge = |content: f32| {
            let input = RawInput {
                screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(800.0, 600.0))),
                ..RawInput::default()
            };
            let mut left = 0.0;
            let mut output = context.run_ui(input, |ui| {
                let panel = Panel::right("side").resizable(true).default_size(300.0);
                let shown = panel.show(ui, |ui| held(ui, |ui| ui.allocate_space(vec2(content, 20.0))));
                left = shown.response.rect.left();
            });
            output.textures_delta.clear();
            left
        };
        let narrow = edge(10.0);
        assert!((edge(900.0) - narrow).abs() < 0.5);
        assert!((edge(10.0) - narrow).abs() < 0.5);
    }
}
