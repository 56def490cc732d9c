//! Forms of loads: what comes, by which door, how it goes over the day, when there is more.

use bayplan_engine::design::load::{Entrance, Jobs, Load, Origin, Requests, Series, Shape, Spike, SpikeTime, Stream};
use bayplan_engine::presets::LOADS;
use bayplan_engine::units::{MilliPerSecond, Minutes, Percent, Weekday};
use egui::{Button, Rect, Sense, Ui, pos2, vec2};

use super::around::services;
use crate::grid::words;
use crate::widgets::fields::Form;
use crate::widgets::theme::{self, Tokens};
use crate::widgets::units::{
    BYTE_RATE, BYTES, COUNT, INSTANT, MINUTES, PERCENT, PORT, RATE, SECONDS, SHARE, SPAN, Unit,
};

pub(super) fn load(ui: &mut Ui, form: &Form<'_>, load: &mut Load) {
    match load {
        Load::Requests(load) => requests(ui, form, load),
        Load::Jobs(load) => jobs(ui, form, load),
        Load::Stream(load) => stream(ui, form, load),
    }
}

fn entrance(ui: &mut Ui, form: &Form<'_>, through: &mut Entrance, listener_port: &mut Option<u16>) {
    let balancers = form.design.load_balancers.keys().cloned().map(Entrance::LoadBalancer);
    let apis = form.design.api_gateways.keys().cloned().map(Entrance::ApiGateway);
    let mut all: Vec<Entrance> = balancers.chain(apis).chain([Entrance::Direct]).collect();
    if !all.contains(through) {
        all.insert(0, through.clone());
    }
    form.pick(ui, "through", "Enters by", through, &all, |door| match door {
        Entrance::LoadBalancer(id) => format!("load balancer {id}"),
        Entrance::ApiGateway(id) => format!("HTTP API {id}"),
        Entrance::Direct => "the tasks themselves".to_owned(),
    });
    if matches!(through, Entrance::LoadBalancer(_)) || listener_port.is_some() {
        let default = "of those that lead there, the one with most rules";
        form.maybe(ui, "listener_port", "Listener's port", listener_port, &PORT, default);
    }
}

fn requests(ui: &mut Ui, form: &Form<'_>, load: &mut Requests) {
    form.reference(ui, "service", "Service", &mut load.service, services(form));
    entrance(ui, form, &mut load.through, &mut load.listener_port);
    form.maybe_choice(ui, "origin", "Comes from", &mut load.origin, Origin::ALL, "internet");
    shape(ui, form, "shape", &mut load.shape, &RATE);
    form.value(ui, "request_bytes", "Request", &mut load.request_bytes, &BYTES);
    form.value(ui, "response_bytes", "Answer", &mut load.response_bytes, &BYTES);
    let each = &mut load.requests_per_connection;
    form.maybe(ui, "requests_per_connection", "Requests a connection", each, &COUNT, "10, assumed");
    form.maybe(ui, "connection_lifetime", "Connection lives", &mut load.connection_lifetime, &SECONDS, "60 s, assumed");
}

fn jobs(ui: &mut Ui, form: &Form<'_>, load: &mut Jobs) {
    form.reference(ui, "queue", "Queue", &mut load.queue, form.design.outside_systems.keys().cloned());
    form.reference(ui, "service", "Service", &mut load.service, services(form));
    form.value(ui, "service_time", "One job takes", &mut load.service_time, &SPAN);
    shape(ui, form, "shape", &mut load.shape, &RATE);
    form.value(ui, "message_bytes", "Message", &mut load.message_bytes, &BYTES);
}

fn stream(ui: &mut Ui, form: &Form<'_>, load: &mut Stream) {
    form.reference(ui, "service", "Service", &mut load.service, services(form));
    entrance(ui, form, &mut load.through, &mut load.listener_port);
    shape(ui, form, "kilobytes", &mut load.kilobytes, &BYTE_RATE);
}

/// How the rate goes: always the same, by the hour of the day, or in samples; and spikes.
fn shape(ui: &mut Ui, form: &Form<'_>, field: &str, shape: &mut Shape, unit: &Unit<MilliPerSecond>) {
    form.section(ui, field, "Over time", true, |ui| {
        picture(ui, shape);
        course(ui, form, field, shape);
        match &mut shape.series {
            Series::Constant(rate) => form.value(ui, field, "Rate", rate, unit),
            Series::Daily { hourly, weekdays } => daily(ui, form, field, hourly, weekdays, unit),
            Series::Samples { step, values, source } => {
                form.value(ui, field, "Step", step, &SECONDS);
                form.text(ui, field, "Source", source);
                let tokens = Tokens::of(ui.ctx());
                ui.label(theme::small(format!("{} samples", values.len())).color(tokens.muted));
            }
        }
        form.value(ui, field, "Noise", &mut shape.noise, &SHARE);
    });
    form.section(ui, field, "Spikes", false, |ui| spikes(ui, form, field, &mut shape.spikes));
}

/// What kind of course, and the courses to start from.
fn course(ui: &mut Ui, form: &Form<'_>, field: &str, shape: &mut Shape) {
    let peak = words::span(shape).1;
    let constant = Series::Constant(peak);
    let daily = Series::Daily { hourly: vec![peak; 24], weekdays: Vec::new() };
    let same = |a: &Series, b: &Series| std::mem::discriminant(a) == std::mem::discriminant(b);
    let mut all: Vec<Series> = [constant, daily].into_iter().filter(|s| !same(s, &shape.series)).collect();
    all.insert(0, shape.series.clone());
    form.pick(ui, field, "Course", &mut shape.series, &all, |series| match series {
        Series::Constant(_) => "always the same".to_owned(),
        Series::Daily { .. } => "by the hour".to_owned(),
        Series::Samples { .. } => "samples".to_owned(),
    });
    ui.menu_button("Take the course of…", |ui| {
        for preset in LOADS {
            if ui.button(preset.title).clicked() {
                *shape = preset.profile().at_mean(words::mean(shape));
                ui.close();
            }
        }
    });
}

fn daily(
    ui: &mut Ui,
    form: &Form<'_>,
    field: &str,
    hourly: &mut [MilliPerSecond],
    weekdays: &mut Vec<Percent>,
    unit: &Unit<MilliPerSecond>,
) {
    form.section(ui, field, "Hour by hour, UTC", false, |ui| {
        for (hour, rate) in hourly.iter_mut().enumerate() {
            form.value(ui, field, &format!("{hour:02}:30"), rate, unit);
        }
    });
    form.section(ui, field, "By weekday", false, |ui| {
        let mut differ = !weekdays.is_empty();
        form.check(ui, field, "Days differ", &mut differ);
        if differ == weekdays.is_empty() {
            *weekdays = if differ { vec![Percent::HUNDRED; 7] } else { Vec::new() };
        }
        for (day, percent) in Weekday::ALL.into_iter().zip(weekdays.iter_mut()) {
            form.value(ui, field, day.word(), percent, &PERCENT);
        }
    });
}

fn spikes(ui: &mut Ui, form: &Form<'_>, field: &str, spikes: &mut Vec<Spike>) {
    let name = |spike: &Spike| {
        let at = match &spike.at {
            SpikeTime::EveryDay(minute) => format!("daily {:02}:{:02}", minute.minutes() / 60, minute.minutes() % 60),
            SpikeTime::Once(at) => at.to_string(),
        };
        format!("{} at {at} for {}", spike.percent, spike.lasts)
    };
    let fresh = || Spike {
        at: SpikeTime::EveryDay(Minutes::from_minutes(12 * 60)),
        lasts: Minutes::from_minutes(10),
        percent: Percent::from_percent(300),
    };
    form.records(ui, "spike", spikes, name, fresh, |ui, spike| {
        form.value(ui, field, "Percent of the rate", &mut spike.percent, &PERCENT);
        form.value(ui, field, "Lasts", &mut spike.lasts, &MINUTES);
        let once = SpikeTime::Once(bayplan_engine::units::CalendarTime::DEFAULT);
        let daily = SpikeTime::EveryDay(Minutes::from_minutes(12 * 60));
        let other = if matches!(spike.at, SpikeTime::Once(_)) { daily } else { once };
        let all = [spike.at.clone(), other];
        form.pick(ui, field, "When", &mut spike.at, &all, |at| match at {
            SpikeTime::EveryDay(_) => "every day".to_owned(),
            SpikeTime::Once(_) => "once".to_owned(),
        });
        match &mut spike.at {
            SpikeTime::EveryDay(minute) => form.value(ui, field, "Minute of the day", minute, &MINUTES),
            SpikeTime::Once(at) => form.value(ui, field, "At", at, &INSTANT),
        }
    });
}

/// The rate over its own period, small.
fn picture(ui: &mut Ui, shape: &Shape) {
    let values: Vec<f64> = match &shape.series {
        Series::Constant(rate) => vec![rate.per_second(); 2],
        Series::Daily { hourly, .. } => hourly.iter().map(|rate| rate.per_second()).collect(),
        Series::Samples { values, .. } => {
            let step = values.len().div_ceil(200).max(1);
            values.iter().step_by(step).map(|rate| rate.per_second()).collect()
        }
    };
    let tokens = Tokens::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 46.0), Sense::hover());
    let (low, high) = words::span(shape);
    let said = format!("From {} to {} a second", words::rate(low), words::rate(high));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &said));
    let most = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let plot = Rect::from_min_max(rect.min + vec2(0.0, 4.0), rect.max);
    let at = |(place, value): (usize, &f64)| {
        let x = plot.left() + plot.width() * place as f32 / (values.len().max(2) - 1) as f32;
        pos2(x, plot.bottom() - plot.height() * (value / most) as f32 * 0.92)
    };
    let points: Vec<_> = values.iter().enumerate().map(at).collect();
    ui.painter().line_segment([plot.left_bottom(), plot.right_bottom()], egui::Stroke::new(1.0, tokens.line));
    ui.painter().add(egui::Shape::line(points, egui::Stroke::new(1.5, tokens.accent)));
    ui.add(Button::new(theme::small(said).color(tokens.muted)).frame(false).sense(Sense::hover()));
}
