//! The window by role and label, headless: what a user clicks, types and reads. With `PICTURES=folder` it leaves pictures.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use bayplan::app::{App, Setup};
use bayplan::perform::dialogs::{Dialogs, Picked, Wanted};
use bayplan_engine::presets;
use egui::{Context, Theme, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};

mod bill;
mod compare;
mod design;
mod files;
mod inspector;
mod run;
mod scenarios;

/// Answers every dialog with one file, or with what a machine without dialogs says.
struct Answers {
    file: Option<PathBuf>,
    no_dialog: bool,
}

impl Dialogs for Answers {
    fn ask(&mut self, _wanted: Wanted, _context: &Context) -> Receiver<Picked> {
        let (send, picked) = channel();
        let answer = self.file.clone().map_or(Picked::Cancelled, |file| Picked::Files(vec![file]));
        let answer = if self.no_dialog { Picked::NoDialog } else { answer };
        send.send(answer).expect("the receiver is held");
        picked
    }
}

/// How a test's window is.
struct Start<'a> {
    path: Option<PathBuf>,
    folder: Option<&'a Path>,
    answer: Option<PathBuf>,
    /// No dialog program answers: paths are typed.
    no_dialog: bool,
    dark: bool,
    size: [f32; 2],
    scale: f32,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self { path: None, folder: None, answer: None, no_dialog: false, dark: true, size: [1440.0, 900.0], scale: 1.0 }
    }
}

type Window = Harness<'static, App>;

fn open(start: Start<'_>) -> Window {
    let setup = Setup {
        path: start.path,
        folder: start.folder.map(Path::to_path_buf),
        dialogs: Box::new(Answers { file: start.answer, no_dialog: start.no_dialog }),
    };
    let mut harness = Harness::builder()
        .with_size(vec2(start.size[0], start.size[1]))
        .with_pixels_per_point(start.scale)
        .with_max_steps(40)
        .with_theme(if start.dark { Theme::Dark } else { Theme::Light })
        .with_render_cursor(false)
        .renderer(picture::renderer())
        .build_eframe(move |creation| App::new(creation, setup));
    harness.run();
    harness
}

/// A window with a preset open.
fn preset(name: &str, start: Start<'_>) -> Window {
    let title = presets::find(name).expect("it is a preset").title;
    let mut window = open(start);
    window.get_by_label(&format!("Open preset {title}")).click();
    window.run();
    window
}

/// Steps until something has come about that a thread does.
fn wait(window: &mut Window, come: impl Fn(&Window) -> bool) {
    // Far more than any of it takes: a bound, not a measure.
    for _ in 0..60_000 {
        if come(window) {
            window.run();
            return;
        }
        window.step();
        std::thread::yield_now();
    }
    panic!("nothing came");
}

fn pictured(window: &mut Window, name: &str) {
    if let Some(folder) = std::env::var_os("PICTURES") {
        picture::save(window, Path::new(&folder).join(name)).expect("the folder can be written");
    }
}

/// The design as it stands.
fn drawn(window: &Window) -> &bayplan_engine::design::Design {
    &window.state().document().expect("a project is open").project().design
}

#[test]
fn the_start_screen_offers_presets_new_open_and_import() {
    for (dark, name) in [(true, "start-dark.png"), (false, "start-light.png")] {
        let mut window = open(Start { dark, ..Start::default() });
        for preset in presets::PRESETS {
            window.get_by_label(&format!("Open preset {}", preset.title));
        }
        for label in ["New design…", "Open…", "Import task definitions…"] {
            window.get_by_label(label);
        }
        pictured(&mut window, name);
    }
}

#[test]
fn every_preset_opens_on_the_canvas_with_its_price() {
    for preset in presets::PRESETS {
        for (dark, look) in [(true, "dark"), (false, "light")] {
            let mut window = self::preset(preset.name, Start { dark, ..Start::default() });
            assert!(window.state().analysis().month.is_some(), "{}", preset.name);
            window.get_by_label_contains("Estimate $");
            for service in drawn(&window).services.keys() {
                window.get_by_label_contains(&format!("service {service} · "));
            }
            pictured(&mut window, &format!("design-{}-{look}.png", preset.name));
        }
    }
}

#[test]
fn the_window_works_small_and_at_two_hundred_percent() {
    for (size, scale, name) in [([1280.0, 800.0], 1.0, "small.png"), ([1280.0, 800.0], 2.0, "double.png")] {
        let mut window = preset("three-tier-web", Start { size, scale, ..Start::default() });
        window.get_by_label_contains("service api · ").click();
        window.run();
        pictured(&mut window, name);
        let canvas = window.get_by_label("Canvas").rect();
        assert!(canvas.width() > 500.0 && canvas.height() > 300.0, "{canvas:?}");
    }
}
