//! The lives of instances: launched, registered, drained, terminated.

use super::event::Event;
use super::trace::{Ended, InstanceLife};
use super::world::World;
use crate::design::service::SchedulingStrategy;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::provider::{PlannedProvider, ProviderKind};
use crate::state::instance::{InstanceStatus, Room};
use crate::state::machine::{Machine, MachineStatus};
use crate::state::pool::{Attributes, PoolFacts};
use crate::state::task::{Task, TaskStatus};
use crate::units::{SimTime, Span};
use crate::usage::record::{Cause, Thing};

impl World<'_> {
    /// Asks for an instance; after `delay` it runs and is metered.
    pub(super) fn launch(
        &mut self,
        provider: Ix<PlannedProvider>,
        candidate: usize,
        zone: Ix<PlannedZone>,
        cause: Cause,
        delay: Span,
    ) -> Ix<Machine> {
        let now = self.now;
        let machine = self.state.machines.push(Machine {
            provider,
            candidate,
            zone,
            cause,
            status: MachineStatus::Pending,
            due: now + delay,
            launched: now,
            registered: now,
            changed: now,
            dear: None,
            instance: None,
            tasks: Vec::new(),
            standing: 0,
            pulled: Vec::new(),
        });
        self.state.providers[provider.index()].machines.push(machine);
        self.state.vcpus.take(&self.plan.providers[provider].candidates[candidate], 1);
        if let Some(trace) = &mut self.trace {
            let life = InstanceLife {
                provider,
                candidate,
                zone,
                launched: now,
                active: None,
                draining: None,
                terminated: None,
            };
            trace.instances.push(life);
        }
        self.after(delay, Event::Machine(machine));
        self.draw_interruption(machine);
        machine
    }

    /// An instance that stood before the run began.
    pub(super) fn warm_machine(
        &mut self,
        provider: Ix<PlannedProvider>,
        candidate: usize,
        zone: Ix<PlannedZone>,
        cause: Cause,
    ) {
        let machine = self.launch(provider, candidate, zone, cause, Span::ZERO);
        self.run_machine(machine);
        self.register(machine);
    }

    /// An event of an instance: its status has lasted its time.
    pub(super) fn step_machine(&mut self, ix: Ix<Machine>) {
        let machine = &self.state.machines[ix];
        if machine.due != self.now {
            return;
        }
        match machine.status {
            MachineStatus::Pending => {
                self.run_machine(ix);
                let timings = &self.plan.timings;
                let boot = match self.plan.providers[self.state.machines[ix].provider].kind {
                    ProviderKind::ManagedInstances { .. } => timings.mi_register,
                    ProviderKind::AutoScalingGroup(_) | ProviderKind::Fargate | ProviderKind::FargateSpot => {
                        timings.boot_register + timings.place_after_register
                    }
                };
                self.state.machines[ix].due = self.now + boot;
                self.after(boot, Event::Machine(ix));
            }
            MachineStatus::Booting => {
                self.register(ix);
                let provider = self.state.machines[ix].provider;
                self.look_at_services_on(provider);
            }
            // Two minutes after a Spot notice the instance is gone (rule EC2-32).
            MachineStatus::Draining => self.kill_machine(ix, Ended::SpotReclaimed),
            MachineStatus::Active | MachineStatus::Terminated => {}
        }
    }

    fn run_machine(&mut self, ix: Ix<Machine>) {
        let machine = &mut self.state.machines[ix];
        machine.status = MachineStatus::Booting;
        let (provider, candidate, cause) = (machine.provider, machine.candidate, machine.cause);
        let levels = self.instance_levels[provider.index()][candidate];
        if let Some(owner) = self.plan.providers[provider].owner {
            self.ledger.begin(Thing::Instance(ix.place()), owner, levels, cause, self.now);
        }
        self.note_machines(provider);
    }

    fn register(&mut self, ix: Ix<Machine>) {
        let machine = &self.state.machines[ix];
        let (provider, zone) = (machine.provider, machine.zone);
        let candidate = &self.plan.providers[provider].candidates[machine.candidate];
        let registered =
            Room { cpu: candidate.cpu, memory: candidate.memory, gpus: candidate.gpus, enis: candidate.awsvpc_tasks };
        let facts = PoolFacts {
            provider,
            zone,
            kind: candidate.kind,
            architecture: candidate.architecture,
            registered,
            attributes: Attributes::built_in(&self.plan.zones[zone].name, &candidate.name, candidate.architecture),
        };
        let pool = self.state.fleet.pool_of(facts);
        let instance = self.state.fleet.register(pool, InstanceStatus::Active, self.now);
        self.machine_of.push(ix);
        let now = self.now;
        let machine = &mut self.state.machines[ix];
        machine.status = MachineStatus::Active;
        machine.instance = Some(instance);
        (machine.registered, machine.changed) = (now, now);
        if let Some(trace) = &mut self.trace {
            trace.instances[Ix::new(ix.place())].active = Some(now);
        }
    }

    /// Empties an instance: nothing new is placed on it, its tasks are replaced within their services' percents.
    pub(super) fn drain(&mut self, ix: Ix<Machine>, why: Ended) {
        if self.state.machines[ix].status == MachineStatus::Draining {
            return;
        }
        let now = self.now;
        self.state.machines[ix].status = MachineStatus::Draining;
        if let Some(instance) = self.state.machines[ix].instance {
            self.state.fleet.set_status(instance, InstanceStatus::Draining);
        }
        if let Some(trace) = &mut self.trace {
            trace.instances[Ix::new(ix.place())].draining = Some((now, why));
        }
        for task in self.state.machines[ix].tasks.clone() {
            self.leave(task);
        }
        self.end_if_empty(ix);
    }

    /// A task must be replaced: it counts among the old ones.
    pub(super) fn leave(&mut self, task: Ix<Task>) {
        let of = self.state.tasks[task];
        let service = &mut self.state.services[of.service.index()];
        if !of.leaving && of.revision == service.revision {
            service.by_share[usize::from(of.share)] -= 1;
            service.old += 1;
        }
        self.state.tasks[task].leaving = true;
        self.look_at(of.service);
    }

    /// Terminates a draining instance once nothing stands on it.
    pub(super) fn end_if_empty(&mut self, ix: Ix<Machine>) {
        let machine = &self.state.machines[ix];
        if machine.status == MachineStatus::Draining && machine.standing == 0 {
            self.terminate(ix);
        }
    }

    /// An instance is gone at once, and all on it.
    pub(super) fn kill_machine(&mut self, ix: Ix<Machine>, why: Ended) {
        if self.state.machines[ix].status == MachineStatus::Terminated {
            return;
        }
        let standing = |(_, task): &(Ix<Task>, &Task)| task.machine == Some(ix) && task.status != TaskStatus::Stopped;
        let lost: Vec<_> = self.state.tasks.pairs().filter(standing).map(|(task, _)| task).collect();
        self.state.machines[ix].status = MachineStatus::Draining;
        for task in lost {
            self.kill_task(task, why);
        }
        self.terminate(ix);
    }

    fn terminate(&mut self, ix: Ix<Machine>) {
        let (now, machine) = (self.now, &mut self.state.machines[ix]);
        let metered = machine.status != MachineStatus::Pending;
        if machine.status == MachineStatus::Terminated {
            return;
        }
        machine.status = MachineStatus::Terminated;
        let (provider, candidate, instance) = (machine.provider, machine.candidate, machine.instance);
        self.state.providers[provider.index()].machines.retain(|other| *other != ix);
        self.state.vcpus.give_back(&self.plan.providers[provider].candidates[candidate]);
        if let Some(instance) = instance {
            self.state.fleet.set_status(instance, InstanceStatus::Inactive);
        }
        if metered && self.plan.providers[provider].owner.is_some() {
            self.ledger.end(Thing::Instance(ix.place()), now);
        }
        if let Some(trace) = &mut self.trace {
            trace.instances[Ix::new(ix.place())].terminated = Some(now);
        }
        self.note_machines(provider);
    }

    /// Notes how many instances a provider has.
    fn note_machines(&mut self, provider: Ix<PlannedProvider>) {
        let of_provider = &self.state.providers[provider.index()].machines;
        let counted = of_provider.iter().filter(|ix| self.state.machines[**ix].status != MachineStatus::Pending);
        let count = u32::try_from(counted.count()).unwrap_or(u32::MAX);
        let now = self.now;
        let summary = &mut self.summary.instances[provider.index()];
        let last = &mut self.machines_noted[provider.index()];
        summary.2 += u64::from(last.1) * now.since(last.0).ms();
        *last = (now, count);
        if now > SimTime::ZERO {
            summary.0 = summary.0.min(count);
        }
        summary.1 = summary.1.max(count);
        if let Some(trace) = &mut self.trace {
            trace.providers[provider.index()].set(now, count);
        }
    }

    /// Closes the instance counts at the end of a run.
    pub(super) fn close_machines(&mut self) {
        for provider in self.plan.providers.indices() {
            self.note_machines(provider);
            let summary = &mut self.summary.instances[provider.index()];
            summary.0 = summary.0.min(summary.1);
        }
    }

    fn look_at_services_on(&mut self, provider: Ix<PlannedProvider>) {
        for (ix, service) in self.plan.services.pairs() {
            if service.capacity.iter().any(|share| share.provider == provider) {
                self.state.services[ix.index()].waiting.fill(0);
                self.look_at(ix);
            }
        }
    }

    /// Gives back what a task held on its instance.
    pub(super) fn release(&mut self, task: Ix<Task>) {
        let of = self.state.tasks[task];
        let Some(ix) = of.machine else { return };
        let now = self.now;
        let machine = &mut self.state.machines[ix];
        machine.tasks.retain(|other| *other != task);
        (machine.changed, machine.dear) = (now, None);
        let Some(instance) = machine.instance else { return };
        let demand = &self.demands[of.service.index()];
        self.state.fleet.release(instance, demand, SchedulingStrategy::Replica);
        let seen = self.state.fleet.instance(instance);
        self.state.services[of.service.index()].on_instance.remove(seen);
    }
}
