//! Tasks that fail as they start, and what ECS makes of it.

use super::trace::{Ended, EntryKind};
use super::world::World;
use crate::catalogue::timings::THROTTLE_MAX;
use crate::control::service::failures::{Happening, TOLD_AT, launch_delay};
use crate::design::scenario::RevisionFault;
use crate::plan::index::Ix;
use crate::plan::network::Destination;
use crate::state::task::{Task, TaskStatus};
use crate::units::Span;

impl World<'_> {
    /// Whether a task's containers end as they start.
    pub(super) fn fails_to_start(&self, task: &Task) -> bool {
        let service = self.state.service(task.service);
        service.starts.fail_until > self.now || service.fault_of(task.revision) == Some(RevisionFault::NeverStarts)
    }

    /// Whether a task cannot pull its image: every gateway or endpoint on its way stands in a lost zone (rule INT-03).
    pub(super) fn is_cut_off(&self, task: &Task) -> bool {
        if self.state.lost_until.iter().all(|until| *until <= self.now) {
            return false;
        }
        let service = &self.plan.services[task.service];
        let own = service.zones.iter().find(|(zone, _)| *zone == task.zone).and_then(|(_, subnets)| subnets.first());
        let Some(subnet) = own.map(|subnet| &self.plan.subnets[*subnet]) else { return false };
        let network = &self.plan.network;
        let is_closed = |to: &Destination| {
            let way = network.way(subnet, service.public_ip, *to);
            way.is_some_and(|way| !network.is_open(subnet, *to, way, |zone| self.state.is_up(zone, self.now)))
        };
        service.pulls.iter().flat_map(|(_, from)| from.reaches()).any(is_closed)
    }

    /// A task whose image is out of reach ends: its pull fails like any other start.
    pub(super) fn pull_failed(&mut self, task: Ix<Task>) {
        let ix = self.state.tasks[task].service;
        if self.state.service(ix).starts.failed == 0 {
            let name = &self.plan.services[ix].name;
            let text = || format!("{name} cannot pull its image: the way out stands in a lost zone");
            self.log(EntryKind::Placement, Some(ix), text);
        }
        self.start_failed(task);
    }

    /// A task ends before it is RUNNING: launches of its service wait from when it is STOPPED (rules THR-01 to THR-04).
    pub(super) fn start_failed(&mut self, task: Ix<Task>) {
        let ix = self.state.tasks[task].service;
        let stopped = self.now + self.plan.services[ix].ending.deprovisioning;
        let first = self.plan.timings.throttle_first;
        let starts = &mut self.service(ix).starts;
        starts.failed += 1;
        starts.held_until = stopped + launch_delay(starts.failed, first, THROTTLE_MAX);
        if starts.failed == TOLD_AT {
            let name = self.plan.services[ix].name.clone();
            let text = || format!("{name} is unable to consistently start tasks successfully: launches slow down");
            self.log(EntryKind::Placement, Some(ix), text);
        }
        self.begin_end(task, TaskStatus::Deprovisioning, Ended::NeverRan);
    }

    /// From RUNNING until a task is found to fail its health checks; `None` if it passes them, or has none.
    pub(super) fn fails_checks_after(&self, task: &Task) -> Option<Span> {
        let health = self.plan.services[task.service].health;
        let faulty = self.state.service(task.service).fault_of(task.revision) == Some(RevisionFault::NeverHealthy);
        health.until_unhealthy.filter(|_| faulty || health.fails_while_starting)
    }

    /// A task failed its health checks: it is replaced (rules UNH-01, UNH-04), unless its deployment has failed, whose
    /// tasks stay (rule CBK-07).
    ///
    /// Assumption: it is stopped as its replacement is launched; at twice the desired count, as deployments stand by
    /// default, ECS has no room to start the replacement first.
    pub(super) fn task_unhealthy(&mut self, task: Ix<Task>) {
        let of = self.state.tasks[task];
        if of.status != TaskStatus::Running || of.unhealthy {
            return;
        }
        self.state.tasks[task].unhealthy = true;
        if self.state.service(of.service).rollout.is_some_and(|rollout| rollout.failed) {
            return;
        }
        self.happened(of, Happening::FailedHealthCheck);
        self.leave(task);
    }
}
