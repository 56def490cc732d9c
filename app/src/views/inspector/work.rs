//! Forms of what work costs a task, as stated or as measured, and of whom a service calls.

use bayplan_engine::design::network::EndpointService;
use bayplan_engine::design::work::{Call, CallPath, CallTarget, Measured, Work, WorkCost};
use bayplan_engine::units::{Bytes, CpuUnits, Mib, MilliPerSecond, Percent};
use egui::Ui;

use super::around::services;
use crate::grid::words::rate;
use crate::widgets::fields::Form;
use crate::widgets::theme::{self, Tokens};
use crate::widgets::units::{BYTES, COUNT, CPU, CPU_TIME, MEMORY, PERCENT, RATE, SPAN, TIMES_EACH};

/// Nothing known, stated, or measured; what was measured shows the cost of one request that follows from it.
pub(super) fn work(ui: &mut Ui, form: &Form<'_>, work: &mut Work) {
    let log_bytes = work.log_bytes();
    let cost = work.cost().unwrap_or(WorkCost {
        cpu_micros: 5000,
        memory_idle: Mib::from_mib(256),
        duration: None,
        concurrency: None,
    });
    let measured = Measured {
        rate: MilliPerSecond::from_whole(100),
        cpu_utilisation: Percent::from_percent(40),
        memory_utilisation: Percent::from_percent(50),
        tasks: 2,
        task_cpu: CpuUnits::from_units(512),
        task_memory: Mib::from_gib(1),
    };
    let log_bytes = if log_bytes == Bytes::ZERO { Bytes::from_bytes(500) } else { log_bytes };
    let mut all = vec![Work::Unknown, Work::Stated { cost, log_bytes }, Work::Measured { measured, log_bytes }];
    all.retain(|kind| std::mem::discriminant(kind) != std::mem::discriminant(work));
    all.insert(0, work.clone());
    form.pick(ui, "work", "What it costs is", work, &all, |kind| match kind {
        Work::Unknown => "not known".to_owned(),
        Work::Stated { .. } => "stated".to_owned(),
        Work::Measured { .. } => "measured".to_owned(),
    });
    match work {
        Work::Unknown => {
            let tokens = Tokens::of(ui.ctx());
            ui.label(
                theme::small("Tasks stand idle, whatever comes: give a measurement, or state the cost")
                    .color(tokens.warn),
            );
        }
        Work::Stated { cost, log_bytes } => {
            form.value(ui, "work", "CPU a request", &mut cost.cpu_micros, &CPU_TIME);
            form.value(ui, "work", "Memory held", &mut cost.memory_idle, &MEMORY);
            form.maybe(ui, "work", "Takes", &mut cost.duration, &SPAN, "its CPU time");
            form.maybe(ui, "work", "At once", &mut cost.concurrency, &COUNT, "as CPU allows");
            form.value(ui, "work", "Logs a request", log_bytes, &BYTES);
        }
        Work::Measured { measured, log_bytes } => {
            form.value(ui, "work", "Requests a second", &mut measured.rate, &RATE);
            form.value(ui, "work", "Average CPU", &mut measured.cpu_utilisation, &PERCENT);
            form.value(ui, "work", "Average memory", &mut measured.memory_utilisation, &PERCENT);
            form.value(ui, "work", "On tasks", &mut measured.tasks, &COUNT);
            form.value(ui, "work", "Of CPU", &mut measured.task_cpu, &CPU);
            form.value(ui, "work", "And memory", &mut measured.task_memory, &MEMORY);
            derived(ui, measured);
            form.value(ui, "work", "Logs a request", log_bytes, &BYTES);
        }
    }
}

/// The sum that leads from the measurement to one request.
fn derived(ui: &mut Ui, measured: &Measured) {
    let tokens = Tokens::of(ui.ctx());
    let text = match measured.cost() {
        None => "No requests, no cost of one".to_owned(),
        Some(cost) => format!(
            "{} × {} × {} ÷ {} a second = {} of a vCPU for each request; {} held by each task",
            measured.tasks,
            measured.task_cpu,
            measured.cpu_utilisation,
            rate(measured.rate),
            (CPU_TIME.show)(&cost.cpu_micros).replace(" of a vCPU", ""),
            cost.memory_idle,
        ),
    };
    let frame = egui::Frame::new().fill(tokens.tint).corner_radius(6.0).inner_margin(6.0);
    frame.show(ui, |ui| ui.label(theme::small(text)));
}

fn target_word(target: &CallTarget) -> String {
    match target {
        CallTarget::Service { service, .. } => format!("service {service}"),
        CallTarget::Outside(system) => format!("outside system {system}"),
        CallTarget::Aws(service) => format!("AWS service {service}"),
        CallTarget::Internet => "the internet".to_owned(),
    }
}

pub(super) fn calls(ui: &mut Ui, form: &Form<'_>, calls: &mut Vec<Call>) {
    let own = services(form).filter(|id| form.at.is_none_or(|at| id.as_str() != at.name()));
    let drawn = own.map(|service| CallTarget::Service { service, via: CallPath::ServiceConnect });
    let outside = form.design.outside_systems.keys().cloned().map(CallTarget::Outside);
    let aws = EndpointService::ALL.iter().copied().map(CallTarget::Aws);
    let all: Vec<CallTarget> = drawn.chain(outside).chain([CallTarget::Internet]).chain(aws).collect();
    let first = all.first().cloned().unwrap_or(CallTarget::Internet);
    let fresh = || Call {
        to: first,
        per_work: None,
        request_bytes: Bytes::from_bytes(500),
        response_bytes: Bytes::from_bytes(2000),
    };
    form.records(
        ui,
        "call",
        calls,
        |call| target_word(&call.to),
        fresh,
        |ui, call| {
            let mut choices = all.clone();
            choices.retain(|choice| target_word(choice) != target_word(&call.to));
            choices.insert(0, call.to.clone());
            form.pick(ui, "calls", "Calls", &mut call.to, &choices, target_word);
            if let CallTarget::Service { via, .. } = &mut call.to {
                form.choice(ui, "calls", "By", via, CallPath::ALL);
            }
            form.maybe(ui, "calls", "Times each", &mut call.per_work, &TIMES_EACH, "1");
            form.value(ui, "calls", "Sends", &mut call.request_bytes, &BYTES);
            form.value(ui, "calls", "Receives", &mut call.response_bytes, &BYTES);
        },
    );
}
