//! Tasks that fail as they start, and what ECS makes of it.

use super::trace::{Ended, EntryKind};
use super::world::World;
use crate::catalogue::timings::THROTTLE_MAX;
use crate::control::service::failures::{TOLD_AT, launch_delay};
use crate::plan::index::Ix;
use crate::state::task::{Task, TaskStatus};

impl World<'_> {
    /// Whether a task's containers end as they start.
    pub(super) fn fails_to_start(&self, task: &Task) -> bool {
        self.state.service(task.service).starts.fail_until > self.now
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
}
