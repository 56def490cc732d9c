//! A few choices side by side in one frame, of which one is chosen.

use egui::{Button, Frame, Margin, Response, RichText, Ui, vec2};

use super::theme::{self, Tokens};

/// Shows the choices; answers whether another was chosen.
pub fn segments<T: Copy + PartialEq>(ui: &mut Ui, chosen: &mut T, choices: &[(T, &str)]) -> bool {
    let before = *chosen;
    let tokens = Tokens::of(ui.ctx());
    let frame = Frame::new()
        .fill(tokens.raised)
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS_FIELD)
        .inner_margin(Margin::same(2));
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            // In a row that fills from the right the first choice still stands at the left.
            let from_right = ui.layout().prefer_right_to_left();
            for place in 0..choices.len() {
                let (choice, text) = choices[if from_right { choices.len() - 1 - place } else { place }];
                if segment(ui, *chosen == choice, text, &tokens).clicked() {
                    *chosen = choice;
                }
            }
        });
    });
    before != *chosen
}

fn segment(ui: &mut Ui, is_chosen: bool, text: &str, tokens: &Tokens) -> Response {
    let color = if is_chosen { tokens.on_accent } else { tokens.text };
    let button = Button::new(RichText::new(text).color(color)).min_size(vec2(0.0, 22.0));
    let fill = if is_chosen { tokens.accent } else { egui::Color32::TRANSPARENT };
    let button = button.fill(fill).stroke(egui::Stroke::NONE);
    let response = ui.add(button);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::RadioButton, true, is_chosen, text));
    response
}
