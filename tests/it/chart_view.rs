//! A chart in the window: read by pointer and keys, its menu, its playhead. With `PICTURES=folder` it leaves pictures.

use bayplan::widgets::chart_view::{ChartAction, ChartView};
use bayplan::widgets::theme;
use bayplan_engine::report::chart::Chart;
use egui::{Key, Modifiers, Role, Theme, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};

use super::charts;

struct Shown {
    chart: Chart,
    playhead: Option<u64>,
    actions: Vec<ChartAction>,
}

fn window(chart: Chart, playhead: Option<u64>, dark: bool) -> Harness<'static, Shown> {
    let mut harness = Harness::builder()
        .with_size(vec2(900.0, 400.0))
        .with_max_steps(20)
        .with_theme(if dark { Theme::Dark } else { Theme::Light })
        .with_render_cursor(false)
        .with_context_setup(theme::install)
        .renderer(picture::renderer())
        .build_ui_state(
            |ui, shown: &mut Shown| {
                egui::Frame::central_panel(ui.style()).show(ui, |ui| {
                    let mut view = ChartView::new(&shown.chart, "chart").height(360.0);
                    if let Some(at) = shown.playhead {
                        view = view.playhead(at);
                    }
                    let action = view.show(ui).1;
                    if let Some(ChartAction::Seek(at)) = action {
                        shown.playhead = Some(at);
                    }
                    shown.actions.extend(action);
                });
            },
            Shown { chart, playhead, actions: Vec::new() },
        );
    harness.run();
    harness
}

fn said(harness: &Harness<'static, Shown>) -> String {
    harness.get_by_role(Role::Figure).value().unwrap_or_default()
}

fn pictured(harness: &mut Harness<'static, Shown>, name: &str) {
    if let Some(folder) = std::env::var_os("PICTURES") {
        let path = std::path::Path::new(&folder).join(name);
        picture::save(harness, path).expect("the folder can be written");
    }
}

#[test]
fn a_screen_reader_hears_the_summary() {
    let harness = window(charts::waterfall(), None, true);
    let summary = charts::waterfall().summary();
    assert!(harness.query_by_label(&summary).is_some());
}

#[test]
fn the_menu_offers_csv_svg_and_png() {
    for (item, action) in [
        ("Copy as CSV", ChartAction::CopyCsv),
        ("Save SVG…", ChartAction::SaveSvg),
        ("Save PNG…", ChartAction::SavePng),
    ] {
        let mut harness = window(charts::bars(), None, false);
        harness.get_by_label("Export Tasks above the base count").click();
        harness.run();
        pictured(&mut harness, "view-menu.png");
        harness.get_by_label_contains(item).click();
        harness.run();
        assert_eq!(harness.state().actions, [action]);
    }
}

#[test]
fn the_pointer_reads_every_series() {
    let mut harness = window(charts::stack(), None, true);
    let rect = harness.get_by_role(Role::Figure).rect();
    harness.hover_at(rect.center());
    harness.run();
    let read = said(&harness);
    // Nine layers and their sum, under the head with day and time.
    assert!(read.starts_with("4 Nov ") && read.contains("together $") && read.contains("back office $"), "{read}");
    assert_eq!(read.matches("/h").count(), 10, "{read}");
    pictured(&mut harness, "view-stack.png");
}

#[test]
fn arrow_keys_read_without_a_pointer() {
    let mut harness = window(charts::curves(), None, false);
    harness.get_by_role(Role::Figure).focus();
    harness.run();
    for _ in 0..51 {
        harness.key_press(Key::ArrowRight);
    }
    harness.run();
    // The first key stands at 30 %, fifty more go half of the way to 100 %; Fargate x86 costs the same everywhere.
    let read = said(&harness);
    assert!(read.starts_with("65 %: ") && read.contains("Fargate x86 $2,533"), "{read}");
    pictured(&mut harness, "view-curves.png");
}

#[test]
fn keys_walk_over_rows_and_enter_picks() {
    let mut harness = window(charts::bands(), None, true);
    harness.get_by_role(Role::Figure).focus();
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.key_press(Key::ArrowDown);
    harness.run();
    assert!(said(&harness).starts_with("Fargate ARM $2,071"), "{}", said(&harness));
    harness.key_press_modifiers(Modifiers::NONE, Key::Enter);
    harness.run();
    assert_eq!(harness.state().actions, [ChartAction::Pick(1)]);
    pictured(&mut harness, "view-bands.png");
}

#[test]
fn a_drag_moves_the_playhead() {
    let noon = 12 * 3_600_000;
    let mut harness = window(charts::lines(), Some(noon), true);
    let rect = harness.get_by_role(Role::Figure).rect();
    let from = rect.center();
    harness.drag_at(from);
    harness.hover_at(from + vec2(100.0, 0.0));
    harness.run();
    harness.drop_at(from + vec2(100.0, 0.0));
    harness.run();
    // Less than 900 points stand for 24 hours: 100 points right of the middle is between 14:30 and 15:30.
    let at = harness.state().playhead.expect("it has one");
    assert!((14 * 3_600_000 + 1_800_000..15 * 3_600_000 + 1_800_000).contains(&at), "{at}");
    pictured(&mut harness, "view-lines.png");
}

#[test]
fn a_click_on_a_cause_picks_it() {
    let mut harness = window(charts::waterfall(), None, false);
    let rect = harness.get_by_role(Role::Figure).rect();
    let at = rect.left_center() + vec2(rect.width() * 0.22, 0.0);
    harness.hover_at(at);
    harness.run();
    assert_eq!(said(&harness), "compute −$1,046");
    pictured(&mut harness, "view-waterfall.png");
    harness.drag_at(at);
    harness.drop_at(at);
    harness.run();
    assert_eq!(harness.state().actions, [ChartAction::Pick(1)]);
}

#[test]
fn charts_stand_under_each_other() {
    let (first, second) = (charts::lines(), charts::stack());
    let mut harness = Harness::builder()
        .with_size(vec2(700.0, 500.0))
        .with_context_setup(theme::install)
        .renderer(picture::renderer())
        .build_ui(move |ui| {
            ChartView::new(&first, "first").height(220.0).show(ui);
            ChartView::new(&second, "second").height(220.0).show(ui);
        });
    harness.run();
    let rects: Vec<_> = harness.get_all_by_role(Role::Figure).map(|node| node.rect()).collect();
    assert!(rects.len() == 2 && rects[0].bottom() <= rects[1].top(), "{rects:?}");
}
