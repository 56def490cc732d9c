//! Faults: what each does to the world when it strikes and when it ends.

use super::trace::{Ended, EntryKind};
use super::world::World;
use crate::chance::Concern;
use crate::plan::index::Ix;
use crate::plan::{PlannedFaultKind, PlannedZone};
use crate::state::machine::{Machine, MachineStatus};
use crate::state::task::{Task, TaskStatus};
use crate::units::SimTime;

/// A fault that begins while another of its kind lasts ends with the later of the two.
fn outlast(current: &mut SimTime, until: SimTime) {
    *current = (*current).max(until);
}

impl World<'_> {
    /// A fault strikes.
    pub(super) fn fault_strikes(&mut self, place: u32) {
        let fault = &self.plan.faults[usize::try_from(place).expect("faults are few")];
        let (until, said) = (self.now + fault.lasts, fault.said.describe());
        self.log(EntryKind::Fault, None, || said);
        match fault.kind {
            PlannedFaultKind::ZoneLoss(zone) => {
                outlast(&mut self.state.lost_until[zone.index()], until);
                self.lose_zone(zone);
            }
            PlannedFaultKind::SpotDrought(provider) => {
                outlast(&mut self.state.providers[provider.index()].drought_until, until);
            }
            PlannedFaultKind::SpotWave(provider, percent) if !self.plan.providers[provider].is_fargate() => {
                self.reclaim_machines(provider, percent);
            }
            PlannedFaultKind::SpotWave(provider, percent) => {
                let of_provider = self.all_live(|task| task.provider == provider);
                for task in self.drawn(of_provider, percent, Concern::SpotReclaim) {
                    self.reclaim_task(task);
                }
            }
            PlannedFaultKind::StartFailure(service) => outlast(&mut self.service(service).starts.fail_until, until),
            PlannedFaultKind::TaskFailure(service, percent) => {
                let running = self.all_live(|task| task.service == service && task.status == TaskStatus::Running);
                let failed = self.drawn(running, percent, Concern::TaskFailure);
                self.log_ends(service, failed.len(), Ended::Failed);
                for task in failed {
                    self.kill_task(task, Ended::Failed);
                }
            }
        }
    }

    /// A fault ends, unless another of its kind goes on: what waited may be placed again.
    pub(super) fn fault_ends(&mut self, place: u32) {
        let fault = &self.plan.faults[usize::try_from(place).expect("faults are few")];
        let goes_on = match fault.kind {
            PlannedFaultKind::ZoneLoss(zone) => !self.state.is_up(zone, self.now),
            PlannedFaultKind::SpotDrought(provider) => !self.state.has_capacity(provider, self.now),
            PlannedFaultKind::StartFailure(service) => self.state.service(service).starts.fail_until > self.now,
            PlannedFaultKind::SpotWave(..) | PlannedFaultKind::TaskFailure(..) => false,
        };
        if goes_on {
            return;
        }
        let said = format!("over: {}", fault.said.describe());
        self.log(EntryKind::Fault, None, || said);
        for ix in self.plan.services.indices() {
            self.service(ix).refused.fill(None);
            self.look_at(ix);
        }
    }

    fn all_live(&self, wanted: impl Fn(&Task) -> bool) -> Vec<Ix<Task>> {
        let live = self.state.services.iter().flat_map(|service| service.live.iter().copied());
        live.filter(|task| wanted(&self.state.tasks[*task])).collect()
    }

    /// All that stands in a zone ends at once; its tasks are replaced in the zones that are left.
    fn lose_zone(&mut self, zone: Ix<PlannedZone>) {
        let mut lost: Vec<_> = self
            .state
            .tasks
            .pairs()
            .filter(|(_, t)| t.zone == zone && t.status != TaskStatus::Stopped)
            .map(|(ix, _)| ix)
            .collect();
        lost.sort();
        for task in lost {
            self.kill_task(task, Ended::ZoneLost);
        }
        let gone = |(_, m): &(Ix<Machine>, &Machine)| m.zone == zone && m.status != MachineStatus::Terminated;
        let machines: Vec<_> = self.state.machines.pairs().filter(gone).map(|(ix, _)| ix).collect();
        for machine in machines {
            self.kill_machine(machine, Ended::ZoneLost);
        }
    }
}
