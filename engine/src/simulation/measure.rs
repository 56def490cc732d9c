//! Minutes close: metrics reach their alarms, policies speak, rates of the next minute begin.

use super::event::Event;
use super::trace::{EntryKind, Minute};
use super::world::World;
use crate::control::scaling;
use crate::control::scaling::target_tracking::{observe, speaks};
use crate::plan::index::Ix;
use crate::plan::service::{PlannedMetric, PlannedService};
use crate::units::{Micro, Ppm, Span};

impl World<'_> {
    /// A minute closes.
    pub(super) fn close_minute(&mut self) {
        self.integrate_all();
        for ix in self.plan.services.indices() {
            self.measure(ix);
        }
        self.set_rates();
        for ix in self.plan.services.indices() {
            if self.state.service(ix).tracking.iter().any(speaks) || self.state.service(ix).running == 0 {
                self.scale(ix);
            }
        }
        self.capacity_minute();
        self.after(Span::MINUTE, Event::Minute);
    }

    /// Takes a service's minute: into the trace, and on its way to the alarms of its policies.
    fn measure(&mut self, ix: Ix<PlannedService>) {
        let planned = &self.plan.services[ix];
        if planned.tracking.is_empty() && self.trace.is_none() && self.queues[ix.index()].is_none() {
            // Nobody looks at it.
            return;
        }
        let service = &mut self.state.services[ix.index()];
        let traffic = &mut service.traffic;
        let asked = traffic.total_asked.since(&mut traffic.asked_before_minute);
        let done = traffic.total_done.since(&mut traffic.done_before_minute);
        let running_ms = std::mem::take(&mut traffic.minute_running);
        let backlog = traffic.backlog;
        let queue = self.queues[ix.index()].as_mut();
        let oldest_job = queue.map_or(Span::ZERO, |queue| queue.oldest(self.now, backlog));
        let summary = &mut self.summary.services[ix.index()];
        summary.oldest_job = summary.oldest_job.max(oldest_job);
        let cpu = cpu_used(planned, done, running_ms);
        let delay = usize::try_from(self.plan.timings.metric_delay.ms().div_ceil(60_000)).unwrap_or(2);
        for (policy, tracking) in planned.tracking.iter().zip(&mut service.tracking) {
            let value =
                match policy.metric {
                    PlannedMetric::Cpu => cpu.map(|used| u64::from(used.ppm()) / 10),
                    PlannedMetric::Memory => planned.work.as_ref().filter(|_| running_ms > 0).map(|work| {
                        u64::from(work.memory_idle.mib()) * 100_000 / u64::from(planned.memory.mib().max(1))
                    }),
                    // Requests a minute for each task that ran: the minute's sum over its average count.
                    PlannedMetric::RequestsPerTarget => (running_ms > 0).then(|| {
                        u64::try_from(done.micro().saturating_mul(60) / u128::from(running_ms)).unwrap_or(u64::MAX)
                    }),
                    PlannedMetric::BacklogPerTask => {
                        let tasks = u128::from(service.running.max(1));
                        Some(u64::try_from(backlog.micro() / 1000 / tasks).unwrap_or(u64::MAX))
                    }
                };
            tracking.under_way.push_back(value);
            if tracking.under_way.len() > delay {
                let seen = tracking.under_way.pop_front().flatten();
                observe(policy, tracking, seen);
            }
        }
        if let Some(trace) = &mut self.trace {
            trace.services[ix.index()].minutes.push(Minute {
                demand: asked.mean_over(Span::MINUTE),
                served: done.mean_over(Span::MINUTE),
                cpu: cpu.unwrap_or(Ppm::ZERO),
                backlog: u32::try_from(backlog.micro() / 1_000_000).unwrap_or(u32::MAX),
                oldest_job,
            });
        }
    }

    /// Lets a service's policies speak.
    fn scale(&mut self, ix: Ix<PlannedService>) {
        let Some(count) = scaling::desired(self.plan, &self.state, ix, self.now) else { return };
        let now = self.now;
        let service = self.service(ix);
        let before = service.desired;
        service.desired = count;
        if count > before {
            service.scaled_out = Some((now, service.running));
            service.owed.scaling += count - before;
        } else {
            service.scaled_in = Some(now);
            service.owed.scaling = service.owed.scaling.saturating_sub(before - count);
        }
        let name = self.plan.services[ix].name.clone();
        self.log(EntryKind::Scaling, Some(ix), || format!("{name} scales from {before} to {count} tasks"));
        self.note(ix);
        self.look_at(ix);
    }
}

/// CPU used of what running tasks had (rule TRF-02), at most all of it; `None` where none ran.
fn cpu_used(planned: &PlannedService, done: Micro, running_ms: u64) -> Option<Ppm> {
    let work = planned.work.as_ref()?;
    if running_ms == 0 {
        return None;
    }
    // done/10⁶ units × µs each, against CPU units/1024 × running ms × 1000 µs.
    let cpu = planned.cpu.units();
    let ppm = in_64_bits(done, work.cpu_micros, cpu, running_ms)
        .unwrap_or_else(|| in_128_bits(done, work.cpu_micros, cpu, running_ms));
    u32::try_from(ppm.min(1_000_000)).ok().map(Ppm::from_ppm)
}

/// The share in millionths where a minute's products keep within 63 bits, as nearly all do.
fn in_64_bits(done: Micro, cpu_micros: u64, cpu: u32, running_ms: u64) -> Option<u64> {
    let used = u64::try_from(done.micro()).ok()?.checked_mul(cpu_micros.checked_mul(1024)?)?;
    let had = u64::from(cpu).checked_mul(running_ms)?.checked_mul(1000)?;
    (used.max(had.checked_mul(1_000_000)?).leading_zeros() > 0).then(|| used / had.max(1))
}

/// The share in millionths of products that stay far under 2¹²⁸; it needs no more than the 63 bits they are brought down
/// to.
fn in_128_bits(done: Micro, cpu_micros: u64, cpu: u32, running_ms: u64) -> u64 {
    let (mut used, mut had) = (
        done.micro().saturating_mul(u128::from(cpu_micros)).saturating_mul(1024),
        u128::from(cpu) * u128::from(running_ms) * 1000,
    );
    let excess = (128 - used.max(had * 1_000_000).leading_zeros()).saturating_sub(63);
    (used, had) = (used >> excess, (had >> excess).max(1));
    let (used, had) = (u64::try_from(used).unwrap_or(u64::MAX), u64::try_from(had).unwrap_or(u64::MAX));
    used / had
}
