//! The lives of instances: launched, registered, drained, terminated; Auto Scaling groups and Managed Instances.

use super::event::Event;
use super::trace::{Ended, EntryKind, InstanceLife};
use super::world::World;
use crate::chance::Concern;
use crate::control::capacity::auto_scaling_group::{LOW_MINUTES, reservation};
use crate::control::capacity::{managed_instances, zones_of_launches};
use crate::design::service::SchedulingStrategy;
use crate::plan::PlannedZone;
use crate::plan::index::Ix;
use crate::plan::packing::instances_for;
use crate::plan::provider::{Candidate, PlannedProvider, PlannedScaling, ProviderKind};
use crate::state::instance::{InstanceStatus, Room};
use crate::state::machine::{Machine, MachineStatus};
use crate::state::pool::{Attributes, PoolFacts};
use crate::state::task::{Task, TaskStatus};
use crate::units::{Percent, SimTime, Span};
use crate::usage::record::{Cause, Thing};

impl World<'_> {
    /// Asks for an instance; after `delay` it runs and is metered.
    fn launch(
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

    /// A minute of every provider with instances of its own.
    pub(super) fn capacity_minute(&mut self) {
        for (provider, planned) in self.plan.providers.pairs() {
            if planned.is_fargate() {
                continue;
            }
            self.sample_packing(provider);
            match &planned.kind {
                ProviderKind::AutoScalingGroup(group) => {
                    if let Some(scaling) = group.managed_scaling {
                        self.scale_group(
                            provider,
                            scaling,
                            group.min_size,
                            group.max_size,
                            group.termination_protection,
                        );
                    }
                    self.fill_group(provider, Cause::SpareCapacity, Span::ZERO);
                }
                ProviderKind::ManagedInstances { scale_in_after: Some(after) } => {
                    let next = managed_instances::next_to_go(self.plan, &self.state, provider, *after, self.now);
                    if let Some(machine) = next {
                        self.drain(machine, Ended::NotNeeded);
                    }
                }
                ProviderKind::ManagedInstances { scale_in_after: None }
                | ProviderKind::Fargate
                | ProviderKind::FargateSpot => {}
            }
        }
    }

    fn sample_packing(&mut self, provider: Ix<PlannedProvider>) {
        let mut sums = [(0u128, 0u128); 2];
        for (_, instance) in self.state.fleet.of(provider) {
            let (all, free) = (instance.registered, instance.free);
            sums[0].0 += u128::from((all.cpu - free.cpu).units());
            sums[0].1 += u128::from(all.cpu.units());
            sums[1].0 += u128::from((all.memory - free.memory).mib());
            sums[1].1 += u128::from(all.memory.mib());
        }
        for (kept, sum) in self.summary.packing[provider.index()].iter_mut().zip(sums) {
            kept.0 += sum.0 * u128::from(Span::MINUTE.ms());
            kept.1 += sum.1 * u128::from(Span::MINUTE.ms());
        }
    }

    /// One minute of managed scaling (rules CAS-14, CAS-20 to CAS-25).
    fn scale_group(
        &mut self,
        provider: Ix<PlannedProvider>,
        scaling: PlannedScaling,
        min: u32,
        max: u32,
        protected: bool,
    ) {
        let (now, mut running, mut busy, mut warming) = (self.now, 0, 0, false);
        for ix in self.in_group(provider) {
            let machine = &self.state.machines[ix];
            running += 1;
            busy += u32::from(!machine.tasks.is_empty());
            warming |= machine.launched > SimTime::ZERO && now < machine.launched + scaling.warmup;
        }
        let waiting = self.instances_waited_for(provider);
        let seen = reservation(scaling, waiting, busy, running);
        let target = u32::from(scaling.target_capacity.percent().max(1));
        if seen.is_high(target) {
            self.state.providers[provider.index()].low = 0;
            // Instances still warming up count as capacity already: the next step waits for them (rule CAS-23).
            if !warming {
                let wanted = seen.scaled_out(scaling).clamp(min, max.max(min));
                self.state.providers[provider.index()].desired = wanted;
                self.fill_group(provider, Cause::WaitingTasks, self.plan.timings.cas_alarm);
            }
        } else if seen.is_low(target) {
            self.state.providers[provider.index()].low += 1;
            if self.state.providers[provider.index()].low >= LOW_MINUTES {
                let going = seen.scaled_in_by(scaling).min(running.saturating_sub(min));
                self.shrink_group(provider, going, protected);
            }
        } else {
            self.state.providers[provider.index()].low = 0;
        }
    }

    fn in_group(&self, provider: Ix<PlannedProvider>) -> impl Iterator<Item = Ix<Machine>> {
        let all = self.state.providers[provider.index()].machines.iter().copied();
        all.filter(|ix| self.state.machines[*ix].counts())
    }

    /// How many instances the largest group of waiting tasks needs (rule CAS-14): groups are services here.
    fn instances_waited_for(&self, provider: Ix<PlannedProvider>) -> u32 {
        let Some(candidate) = self.plan.providers[provider].candidates.get(self.group_type[provider.index()]) else {
            return 0;
        };
        let used_by = self.plan.providers[provider].used_by.iter();
        let waiting = used_by.map(|(ix, share)| (*ix, self.state.service(*ix).seeking(*share)));
        let needed = waiting
            .filter(|(_, count)| *count > 0)
            .map(|(ix, count)| instances_for(candidate, &[(&self.plan.services[ix], count)]));
        needed.max().unwrap_or(0)
    }

    /// Launches what the group wants and has not, where there is capacity.
    fn fill_group(&mut self, provider: Ix<PlannedProvider>, cause: Cause, delay: Span) {
        let count = u32::try_from(self.in_group(provider).count()).unwrap_or(u32::MAX);
        let missing = self.state.providers[provider.index()].desired.saturating_sub(count);
        if missing == 0 || !self.state.has_capacity(provider, self.now) {
            return;
        }
        let mut counts = vec![0; self.plan.zones.len()];
        self.in_group(provider).for_each(|ix| counts[self.state.machines[ix].zone.index()] += 1);
        let (planned, candidate) = (&self.plan.providers[provider], self.group_type[provider.index()]);
        let room = self.state.vcpus.instances(&planned.candidates[candidate]);
        let chosen = zones_of_launches(&self.state, &planned.zones, counts, missing.min(room), self.now);
        let (delay, launched) = (delay + self.plan.timings.asg_launch, chosen.len());
        for zone in chosen {
            self.launch(provider, candidate, zone, cause, delay);
        }
        self.tell_launches(provider, launched, missing > room);
    }

    /// What a provider launches; that it may not launch more, once until it may.
    fn tell_launches(&mut self, provider: Ix<PlannedProvider>, launched: usize, refused: bool) {
        let name = &self.plan.providers[provider].name;
        if launched > 0 || !refused {
            self.log(EntryKind::Capacity, None, || format!("{name} launches {}", instances(launched)));
        }
        let before = std::mem::replace(&mut self.state.providers[provider.index()].refused, refused);
        if refused && !before {
            let full = |of: &&Candidate| self.state.vcpus.instances(of) == 0;
            let quota = self.plan.providers[provider].candidates.iter().find(full).and_then(|of| of.quota);
            let limit = quota.map(|quota| self.plan.vcpu_quotas[quota]);
            // As EC2 answers VcpuLimitExceeded (rule QTA).
            let text = || {
                let limit = limit.map_or_else(String::new, |of| format!(" of {} ({})", of.vcpus, of.name));
                format!("{name} launches no more: it would take more than the account's vCPU limit{limit}")
            };
            self.log(EntryKind::Capacity, None, text);
        }
    }

    /// Takes instances away: from the zone with most, oldest first; with termination protection only empty ones (rules
    /// CAS-26, CAS-27).
    fn shrink_group(&mut self, provider: Ix<PlannedProvider>, count: u32, protected: bool) {
        for _ in 0..count {
            let group: Vec<_> = self.in_group(provider).collect();
            let mut zones = vec![0u32; self.plan.zones.len()];
            group.iter().for_each(|ix| zones[self.state.machines[*ix].zone.index()] += 1);
            let mut going: Vec<_> = group
                .into_iter()
                .filter(|ix| !protected || self.state.machines[*ix].tasks.is_empty())
                .filter(|ix| self.state.machines[*ix].status == MachineStatus::Active)
                .collect();
            going.sort_by_key(|ix| {
                let machine = &self.state.machines[*ix];
                let empty_last = !machine.tasks.is_empty();
                (empty_last, std::cmp::Reverse(zones[machine.zone.index()]), machine.launched, *ix)
            });
            let Some(machine) = going.first().copied() else { return };
            // Scale-in counts from the instances there are, whatever was asked for and not had (rule CAS-25).
            let there: u32 = zones.iter().sum();
            let state = &mut self.state.providers[provider.index()];
            state.desired = state.desired.min(there).saturating_sub(1);
            self.drain(machine, Ended::NotNeeded);
        }
    }

    /// Managed Instances collects what waits, then buys (rule MI-23). Instances under way are waited for first: what they
    /// bring may be enough.
    pub(super) fn collect(&mut self) {
        for (provider, planned) in self.plan.providers.pairs() {
            if !matches!(planned.kind, ProviderKind::ManagedInstances { .. }) {
                continue;
            }
            let waits = planned.used_by.iter().any(|(ix, share)| self.state.service(*ix).seeking(*share) > 0);
            let of_provider = &self.state.providers[provider.index()];
            let under_way = of_provider
                .machines
                .iter()
                .any(|ix| matches!(self.state.machines[*ix].status, MachineStatus::Pending | MachineStatus::Booting));
            if waits && !under_way && !of_provider.collecting {
                self.state.providers[provider.index()].collecting = true;
                self.after(self.plan.timings.mi_batch_window, Event::Collected(provider));
            }
        }
    }

    /// The time for collecting is over.
    pub(super) fn collected(&mut self, provider: Ix<PlannedProvider>) {
        self.state.providers[provider.index()].collecting = false;
        if !self.state.has_capacity(provider, self.now) {
            return;
        }
        let (launches, short) = managed_instances::launches(self.plan, &self.state, provider, self.now);
        let count = launches.len();
        for (candidate, zone) in launches {
            self.launch(provider, candidate, zone, Cause::WaitingTasks, Span::ZERO);
        }
        self.tell_launches(provider, count, short);
    }

    /// A share of a provider's Spot instances get their notice: they drain, and in two minutes they are gone.
    pub(super) fn reclaim_machines(&mut self, provider: Ix<PlannedProvider>, percent: Percent) {
        let all = self.in_group(provider).collect();
        for machine in self.drawn(all, percent, Concern::SpotReclaim) {
            let notice = crate::catalogue::timings::SPOT_NOTICE;
            self.drain(machine, Ended::SpotReclaimed);
            if self.state.machines[machine].status == MachineStatus::Draining {
                self.state.machines[machine].due = self.now + notice;
                self.after(notice, Event::Machine(machine));
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
        machine.changed = now;
        let Some(instance) = machine.instance else { return };
        let demand = &self.demands[of.service.index()];
        self.state.fleet.release(instance, demand, SchedulingStrategy::Replica);
        let seen = self.state.fleet.instance(instance);
        self.state.services[of.service.index()].on_instance.remove(seen);
    }
}

/// "1 instance", "5 instances".
fn instances(count: usize) -> String {
    format!("{count} {}", if count == 1 { "instance" } else { "instances" })
}
