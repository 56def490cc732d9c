//! Standalone tasks in closed form: what their starts of a window are charged, whenever they come.
//!
//! In: a plan and how long. Out: records, the same for the estimate and for a run, which do not play them. On Fargate a
//! start is billed from the download of its image on (rule FG-30): what the download takes stands apart from what the work
//! takes. Source of the ways out: as of services (`flows`).

use super::flows::{charges, whole};
use super::ledger::{Ledger, stored};
use super::record::{Amount, Cause, Thing, UsageRecord};
use crate::catalogue::meter::Meter;
use crate::design::ItemRef;
use crate::design::network::EndpointService;
use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::network::Destination;
use crate::plan::service::PullFrom;
use crate::plan::standalone::{PlannedStandalone, Times};
use crate::plan::strategy::split;
use crate::units::{SimTime, Span, count};

/// Millionths in one.
const MICRO: u128 = 1_000_000;

/// Records what the starts of a window are charged.
pub fn record(plan: &Plan, ledger: &mut Ledger, window: Span) {
    for standalone in &plan.standalone {
        let times = standalone.starts.within(plan.starts_at, window);
        let mut entry = Entry { plan, standalone, times, window, ledger };
        entry.tasks();
        entry.pulls();
        entry.logs();
    }
}

struct Entry<'a> {
    plan: &'a Plan,
    standalone: &'a PlannedStandalone,
    /// How often they start.
    times: Times,
    window: Span,
    ledger: &'a mut Ledger,
}

impl Entry<'_> {
    fn add(&mut self, owner: Ix<ItemRef>, meter: Meter, cause: Cause, total: u128) {
        if total > 0 {
            let (from, to) = (SimTime::ZERO, SimTime::ZERO + self.window);
            let amount = Amount::Total(total);
            self.ledger.record(UsageRecord { thing: Thing::Flow, owner, meter, amount, from, to, cause });
        }
    }

    /// What each task holds while it is billed. What instances have of it they have anyway.
    fn tasks(&mut self) {
        let task = &self.standalone.task;
        for (share, tasks) in task.capacity.iter().zip(split(&task.capacity, self.standalone.count)) {
            let download = share.start.pull + share.start.container;
            for (meter, level) in &share.levels {
                let end = SimTime::ZERO + download + self.standalone.duration;
                let billed = meter.billing().span(SimTime::ZERO, end, Span::ZERO);
                let starting = download.ceil_second().min(billed);
                let of = |span: Span| {
                    let each = Amount::Level(*level).over(*meter, span).base();
                    self.times.times(each.saturating_mul(u128::from(tasks)))
                };
                let (working, starting) = (of(billed - starting), of(starting));
                self.add(self.standalone.owner, *meter, Cause::Schedule, working);
                self.add(self.standalone.owner, *meter, Cause::ImagePulls, starting);
            }
        }
    }

    /// Fargate keeps no image from one task to the next (rule FG-03); an instance that stands has pulled it before.
    fn pulls(&mut self) {
        let task = &self.standalone.task;
        let shares = task.capacity.iter().zip(split(&task.capacity, self.standalone.count));
        let on_fargate = shares.filter(|(share, _)| self.plan.providers[share.provider].is_fargate());
        let tasks: u128 = on_fargate.map(|(_, tasks)| u128::from(tasks)).sum();
        for (bytes, from) in &task.pulls {
            let to = match from {
                PullFrom::Ecr => Destination::Aws(EndpointService::S3),
                PullFrom::Internet => Destination::Internet,
            };
            self.ways(to, whole(*bytes) * tasks, Cause::ImagePulls);
        }
    }

    fn logs(&mut self) {
        let Some(logs) = self.standalone.task.logs else { return };
        let micro_bytes = whole(self.standalone.log_bytes) * u128::from(self.standalone.count);
        let written = self.times.times(micro_bytes) / MICRO;
        self.add(logs.owner, logs.ingest, Cause::Logs, written);
        self.add(logs.owner, logs.storage, Cause::Logs, stored(written, logs.stored, logs.kept));
        self.ways(Destination::Aws(EndpointService::Logs), micro_bytes, Cause::Logs);
    }

    /// What millionths of a byte of each start cost on their way out: tasks stand in all their zones alike.
    fn ways(&mut self, to: Destination, micro_bytes: u128, cause: Cause) {
        let task = &self.standalone.task;
        let zones = u128::from(count(task.zones.len())).max(1);
        for (_, subnets) in &task.zones {
            let Some(subnet) = subnets.first() else { continue };
            let way = self.plan.network.way(&self.plan.subnets[*subnet], task.public_ip, to);
            for (owner, meter, factor) in charges(self.plan, way, task.owner) {
                let total = self.times.times(micro_bytes * factor / zones) / MICRO;
                self.add(owner, meter, cause, total);
            }
        }
    }
}
