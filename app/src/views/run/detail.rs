//! What is chosen in the bay plan: its life as a bar of states and why it is there; below, what happened when.

use bayplan_engine::plan::index::Ix;
use bayplan_engine::plan::load::{LoadKind, PlannedLoad};
use bayplan_engine::plan::service::PlannedService;
use bayplan_engine::report::chart::TimeAxis;
use bayplan_engine::simulation::trace::{Entry, InstanceLife, TaskLife};
use bayplan_engine::units::{Micro, SimTime, Span};
use egui::{Align, Color32, Layout, Rect, RichText, ScrollArea, Sense, Ui, pos2, vec2};

use super::bay_plan::Scene;
use super::moment::status;
use super::{Chosen, State, holds, timeline};
use crate::grid::words;
use crate::widgets::theme::{self, Tokens};

/// The height of a line of facts or of an event.
const LINE: f32 = 18.0;

pub(super) fn ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut State, axis: &TimeAxis, window: Span) {
    // Lines of text, not fields: they stand closer.
    (ui.spacing_mut().interact_size.y, ui.spacing_mut().item_spacing.y) = (LINE, 4.0);
    match state.chosen {
        Some(Chosen::Task(ix)) if ix.index() < scene.trace.tasks.len() => task(ui, scene, ix, axis, window),
        Some(Chosen::Instance(ix)) if ix.index() < scene.trace.instances.len() => {
            instance(ui, scene, ix, axis, window);
        }
        Some(Chosen::Service(ix)) if ix.index() < scene.plan.services.len() => service(ui, scene, ix),
        Some(_) | None => {
            let tokens = Tokens::of(ui.ctx());
            ui.label(theme::strong("Nothing chosen"));
            let text = "Choose a task or an instance: its life and why it stands there show here. Choose a service in the \
                        legend to look at it alone";
            ui.label(theme::small(text).color(tokens.muted));
        }
    }
    ui.add_space(10.0);
    events(ui, scene, state, axis);
}

/// A stretch of a life: until when, in which colour, its name.
type Stretch = (Option<SimTime>, Color32, &'static str);

fn task(ui: &mut Ui, scene: &Scene<'_>, ix: Ix<TaskLife>, axis: &TimeAxis, window: Span) {
    let tokens = Tokens::of(ui.ctx());
    let life = &scene.trace.tasks[ix];
    let (service, provider) = (&scene.plan.services[life.service], &scene.plan.providers[life.provider]);
    ui.label(theme::strong(format!("Task {} of {}", ix.place() + 1, service.name)));
    ui.label(theme::small(status(life, scene.now)).color(tokens.muted));
    let zone = &scene.plan.zones[life.zone].name;
    let on = match life.instance {
        Some(instance) => {
            let of = &scene.trace.instances[instance];
            let kind = scene.plan.providers[of.provider].candidates.get(of.candidate);
            let kind = kind.map_or_else(String::new, |c| c.name.to_string());
            format!("{kind} {} of {} in {zone}", instance.place() + 1, provider.name)
        }
        None => format!("{} in {zone}", provider.name),
    };
    fact(ui, "Stands on", &on, &tokens);
    fact(ui, "Size", &words::reserved(service.cpu, service.memory), &tokens);
    fact(ui, "Started for", life.cause.word(), &tokens);
    fact(ui, "Placed", &moment(axis, life.placed), &tokens);
    if let (Some(healthy), true) = (life.healthy, life.placed > SimTime::ZERO) {
        fact(ui, "In service after", &healthy.since(life.placed).to_string(), &tokens);
    }
    if let Some((at, why)) = life.ending {
        fact(ui, "Ends", &format!("{}: {}", moment(axis, at), why.word()), &tokens);
    }
    let color = theme::service(scene.slots.get(life.service.index()).copied().unwrap_or(0)).0;
    let stretches = [
        (life.running, tokens.warn, "starting"),
        (life.healthy, color.gamma_multiply(0.6), "RUNNING, not in service yet"),
        (life.ending.map(|(at, _)| at), color, "in service"),
        (life.stopped, tokens.bad, "stopping"),
    ];
    bar(ui, life.placed, &stretches, life.stopped, window);
}

/// A service at the moment: what it wants and has, what is asked of it.
fn service(ui: &mut Ui, scene: &Scene<'_>, ix: Ix<PlannedService>) {
    let tokens = Tokens::of(ui.ctx());
    let (trace, now) = (&scene.trace.services[ix.index()], scene.now);
    ui.label(theme::strong(format!("Service {}", scene.plan.services[ix].name)));
    ui.label(theme::small("at this moment").color(tokens.muted));
    fact(ui, "Wanted", &tasks(trace.desired.at(now)), &tokens);
    fact(ui, "RUNNING", &tasks(trace.running.at(now)), &tokens);
    fact(ui, "In service", &tasks(trace.healthy.at(now)), &tokens);
    fact(ui, "Without a place", &tasks(trace.waiting.at(now)), &tokens);
    let minute = usize::try_from(now.ms() / Span::MINUTE.ms()).unwrap_or(usize::MAX);
    if let Some(minute) = trace.minutes.get(minute).or(trace.minutes.last()) {
        fact(ui, "Asked a second", &words::rate(minute.demand), &tokens);
        fact(ui, "Served a second", &words::rate(minute.served), &tokens);
        fact(ui, "CPU used", &format!("{:.0} %", f64::from(minute.cpu.ppm()) / 10_000.0), &tokens);
        fact(ui, "Waiting work", &words::thousands(u64::from(minute.backlog)), &tokens);
        let takes_jobs = |load: &PlannedLoad| load.service == ix && matches!(load.kind, LoadKind::Jobs { .. });
        if scene.plan.loads.iter().any(takes_jobs) {
            fact(ui, "Oldest job waits", &minute.oldest_job.to_string(), &tokens);
        }
    }
    let Some(counts) = scene.counts.get(ix.index()) else { return };
    if counts.oldest_job > Span::ZERO || counts.to_redo > Micro::ZERO {
        ui.label(theme::small("in the whole run").color(tokens.muted));
        fact(ui, "Longest that a job waited", &counts.oldest_job.to_string(), &tokens);
        fact(ui, "Work to do again", &format!("{:.1} job-seconds", counts.to_redo.whole()), &tokens);
    }
    if counts.to_redo > Micro::ZERO {
        let what =
            "What tasks had in hand and could not end when they were taken away: counted, not added to the queue";
        ui.label(theme::small(what).color(tokens.muted));
    }
}

fn tasks(count: u32) -> String {
    format!("{count} {}", words::plural(count as usize, "task"))
}

fn instance(ui: &mut Ui, scene: &Scene<'_>, ix: Ix<InstanceLife>, axis: &TimeAxis, window: Span) {
    let tokens = Tokens::of(ui.ctx());
    let life = &scene.trace.instances[ix];
    let provider = &scene.plan.providers[life.provider];
    let kind = provider.candidates.get(life.candidate);
    let name = kind.map_or_else(String::new, |c| c.name.to_string());
    ui.label(theme::strong(format!("Instance {} · {name}", ix.place() + 1)));
    fact(ui, "Provider", &provider.name, &tokens);
    fact(ui, "Zone", scene.plan.zones[life.zone].name.as_str(), &tokens);
    let held: Vec<_> = scene.moment.zones.iter().flat_map(|zone| &zone.holds).filter(|h| h.instance == ix).collect();
    if let (Some(kind), Some(hold)) = (kind, held.first()) {
        let tasks = || hold.tasks.iter().map(|task| &scene.plan.services[scene.trace.tasks[*task].service]);
        let cpu: u32 = tasks().map(|service| service.cpu.units()).sum();
        let memory: u32 = tasks().map(|service| service.memory.mib()).sum();
        fact(ui, "CPU reserved", &format!("{cpu} of {} units", kind.cpu.units()), &tokens);
        fact(ui, "Memory reserved", &format!("{memory} of {} MiB", kind.memory.mib()), &tokens);
        fact(ui, "Tasks", &hold.tasks.len().to_string(), &tokens);
        if holds::left(scene, hold).is_some_and(|left| left.is_stranded) {
            ui.label(
                theme::small("What is left is stranded: too little for any task of its services").color(tokens.warn),
            );
        }
    }
    fact(ui, "Launched", &moment(axis, life.launched), &tokens);
    if let (Some(active), true) = (life.active, life.launched > SimTime::ZERO) {
        fact(ui, "ACTIVE after", &active.since(life.launched).to_string(), &tokens);
    }
    if let Some((at, why)) = life.draining {
        fact(ui, "Drains", &format!("{}: {}", moment(axis, at), why.word()), &tokens);
    }
    let stretches = [
        (life.active, tokens.warn, "starting"),
        (life.draining.map(|(at, _)| at), tokens.accent, "ACTIVE"),
        (life.terminated, tokens.bad, "DRAINING"),
    ];
    bar(ui, life.launched, &stretches, life.terminated, window);
}

/// What stood before the run began has no moment of its own.
fn moment(axis: &TimeAxis, at: SimTime) -> String {
    if at == SimTime::ZERO { "before the run began".to_owned() } else { axis.moment(at.ms()) }
}

/// A name at the left, its value at the right; under it where it is long.
fn fact(ui: &mut Ui, name: &str, value: &str, tokens: &Tokens) {
    ui.horizontal_wrapped(|ui| {
        let name = ui.label(theme::small(name).color(tokens.muted));
        let text = theme::small(value);
        let long = value.len() > 34;
        ui.with_layout(Layout::right_to_left(Align::Center).with_main_wrap(long), |ui| {
            ui.label(text).labelled_by(name.id);
        });
    });
}

/// A life in its states, over the whole run; each state at least wide enough to be seen.
fn bar(ui: &mut Ui, from: SimTime, stretches: &[Stretch], end: Option<SimTime>, window: Span) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 12.0), Sense::hover());
    let tokens = Tokens::of(ui.ctx());
    ui.painter().rect_filled(rect, 2.0, tokens.raised);
    let all = window.ms().max(1) as f64;
    let x = |at: SimTime| rect.left() + rect.width() * ((at.ms() as f64 / all) as f32).min(1.0);
    let end = end.unwrap_or(SimTime::ZERO + window);
    let mut since = from;
    let mut words = Vec::new();
    for (until, color, name) in stretches {
        let until = until.unwrap_or(end).min(end);
        if until <= since {
            continue;
        }
        let left = x(since).min(rect.right() - 2.0);
        let stretch = Rect::from_min_max(pos2(left, rect.top()), pos2(x(until).max(left + 2.0), rect.bottom()));
        ui.painter().rect_filled(stretch, 0.0, *color);
        words.push(format!("{name} {}", until.since(since)));
        since = until;
    }
    let said = words.join(" · ");
    response.on_hover_text(&said);
    ui.label(theme::small(said).color(tokens.muted));
}

/// All that was logged, or only what is about the service looked at; the last before the playhead marked, a click goes
/// to its moment.
fn events(ui: &mut Ui, scene: &Scene<'_>, state: &mut State, axis: &TimeAxis) {
    let tokens = Tokens::of(ui.ctx());
    let of = match state.chosen {
        Some(Chosen::Service(ix)) => Some(ix),
        Some(Chosen::Task(ix)) if ix.index() < scene.trace.tasks.len() => Some(scene.trace.tasks[ix].service),
        Some(Chosen::Task(_) | Chosen::Instance(_)) | None => None,
    };
    let is_about = |entry: &&Entry| of.is_none() || entry.service.is_none() || entry.service == of;
    let log: Vec<&Entry> = scene.trace.log.iter().filter(is_about).collect();
    let about =
        of.map(|ix| format!(" of {} and of the whole design", scene.plan.services[ix].name)).unwrap_or_default();
    ui.label(theme::strong(format!("What happened: {} events{about}", log.len())));
    if log.is_empty() {
        ui.label(theme::small("Nothing scaled, failed or was deployed in this run").color(tokens.muted));
        return;
    }
    let next = log.partition_point(|entry| entry.at.ms() <= state.at_ms);
    let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("events");
    if std::mem::replace(&mut state.listed_at, next) != next {
        area = area.vertical_scroll_offset((next as f32 - 3.0).max(0.0) * (LINE + 2.0));
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    area.show_rows(ui, LINE, log.len(), |ui, rows| {
        for place in rows {
            let entry = log[place];
            let text = RichText::new(format!("{}  {}", axis.moment(entry.at.ms()), entry.text)).size(11.0);
            let color = if place + 1 == next { tokens.accent } else { timeline::color(entry.kind, &tokens) };
            let button = egui::Button::new(text.color(color)).frame(false).truncate().min_size(vec2(0.0, LINE));
            if ui.add(button).on_hover_text(&entry.text).clicked() {
                state.at_ms = entry.at.ms();
            }
        }
    });
}
