//! How far work has got, as a bar.

use egui::{Role, Ui, WidgetInfo};

use super::theme::Tokens;

/// Shows the bar, and keeps the window awake while the work goes on.
pub fn progress(ui: &mut Ui, share: f32, width: f32, name: &str) {
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
    ui.scope(|ui| {
        // What is not done yet would have the colour of what stands behind it.
        ui.visuals_mut().extreme_bg_color = Tokens::of(ui.ctx()).line;
        let bar = egui::ProgressBar::new(share).desired_width(width).text(format!("{:.0} %", share * 100.0));
        ui.add(bar).widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, name));
    });
}
