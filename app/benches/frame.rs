//! Benchmark E: what a frame of the place Design costs the processor — layout and tessellation, without a graphics card — for
//! canvases of 200, 1,000 and 2,000 services, still and while panning; and what an edit costs: checks, estimate and grid
//! anew, on the largest preset.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark reads the clock and prints a table")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bayplan::analysis::Analysis;
use bayplan::command::Outbox;
use bayplan::document::Document;
use bayplan::jobs::Jobs;
use bayplan::model::Model;
use bayplan::results::Results;
use bayplan::views::{self, Place, State};
use bayplan::widgets::theme;
use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::project::Project;
use bayplan_engine::design::{Design, Item};
use bayplan_engine::presets;
use egui::{Context, Event, Modifiers, MouseWheelSource, MouseWheelUnit, RawInput, Rect, TouchPhase, pos2, vec2};

const FRAMES: usize = 60;

fn preset() -> Project {
    presets::find("three-tier-web").expect("it is a preset").project()
}

/// The largest preset with its `api` drawn again until the canvas has so many services.
fn crowded(services: usize) -> Project {
    let mut project = preset();
    let (_, api) = project.design.services.iter().next().map(|(id, s)| (id.clone(), s.clone())).expect("it has one");
    for n in project.design.services.len()..services {
        let mut service = api.clone();
        service.load_balancers.clear();
        project.design.put(Item::Service(format!("service-{n:04}").as_str().into(), service));
    }
    project
}

struct Window {
    context: Context,
    document: Document,
    analysis: Analysis,
    catalogue: Catalogue,
    state: State,
    results: Results,
    jobs: Jobs,
}

impl Window {
    fn of(project: Project) -> Self {
        let context = Context::default();
        theme::install(&context);
        let catalogue = Catalogue::load(&project.design.region).expect("the region is known");
        let analysis = Analysis::of(&project, None, Ok(&catalogue), Analysis::default());
        let mut state = State::new();
        state.place = Place::Design;
        let (document, results, jobs) = (Document::fresh(project), Results::default(), Jobs::default());
        Self { context, document, analysis, catalogue, state, results, jobs }
    }

    fn frame(&mut self, events: Vec<Event>) -> Duration {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1440.0, 900.0))),
            events,
            ..RawInput::default()
        };
        let model = Model {
            document: Some(&self.document),
            analysis: &self.analysis,
            catalogue: Some(&self.catalogue),
            selected: None,
            also: &[],
            scenario: None,
            presets: &[],
            recent: &[],
            kept: &[],
            notice: None,
            question: None,
            results: &self.results,
            jobs: &self.jobs,
        };
        let mut out = Outbox::default();
        let start = Instant::now();
        let (state, context) = (&mut self.state, &self.context);
        let output = context.run_ui(input, |ui| views::ui(ui, &model, state, &mut out));
        black_box(context.tessellate(output.shapes, output.pixels_per_point));
        start.elapsed()
    }
}

fn wheel() -> Vec<Event> {
    vec![
        Event::PointerMoved(pos2(600.0, 400.0)),
        Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, -12.0),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        },
    ]
}

fn row(name: &str, aim: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |place: usize| times[place].as_secs_f64() * 1e3;
    println!("| {name} | {:.2} ms | {:.2} – {:.2} ms | {aim} |", ms(times.len() / 2), ms(0), ms(times.len() - 1));
}

fn main() {
    println!("| what | median | range | aim |\n|---|---|---|---|");
    for (services, aim) in [(200, "–"), (1_000, "< 4 ms"), (2_000, "< 8 ms")] {
        let mut window = Window::of(crowded(services));
        // Fonts and sizes settle in the first frames.
        (0..5).for_each(|_| _ = window.frame(Vec::new()));
        let still = (0..FRAMES).map(|_| window.frame(Vec::new())).collect();
        row(&format!("E, a frame of {services} services, still"), aim, still);
        let panning = (0..FRAMES).map(|_| window.frame(wheel())).collect();
        row(&format!("E, a frame of {services} services, panning"), aim, panning);
    }
    let mut window = Window::of(preset());
    (0..5).for_each(|_| _ = window.frame(Vec::new()));
    row("E, a frame of the largest preset", "< 8 ms", (0..FRAMES).map(|_| window.frame(Vec::new())).collect());
    edit();
}

/// An edit of the largest preset: one service wants one task more.
fn edit() {
    let project = preset();
    let catalogue = Catalogue::load(&project.design.region).expect("the region is known");
    let more = |design: &mut Design| design.services.values_mut().for_each(|service| service.desired_count += 1);
    let mut edited = project;
    let mut before = Analysis::of(&edited, None, Ok(&catalogue), Analysis::default());
    let mut times = Vec::new();
    for _ in 0..FRAMES {
        more(&mut edited.design);
        let start = Instant::now();
        before = Analysis::of(&edited, None, Ok(&catalogue), before);
        times.push(start.elapsed());
    }
    black_box(&before);
    row("E, checks, estimate and grid after an edit of the largest preset", "< 5 ms", times);
}
