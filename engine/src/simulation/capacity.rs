//! Minutes of capacity: managed scaling of Auto Scaling groups, Managed Instances, Spot taken back.

use super::event::Event;
use super::trace::{Ended, EntryKind};
use super::world::World;
use crate::catalogue::timings::SPOT_NOTICE;
use crate::chance::{Chance, Concern};
use crate::control::capacity::auto_scaling_group::{LOW_MINUTES, reservation};
use crate::control::capacity::{managed_instances, zones_of_launches};
use crate::plan::index::Ix;
use crate::plan::packing::instances_for;
use crate::plan::provider::{Candidate, PlannedProvider, PlannedScaling, ProviderKind};
use crate::state::machine::{Machine, MachineStatus};
use crate::units::{Percent, SimTime, Span};
use crate::usage::record::Cause;

impl World<'_> {
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
                    self.judge_prices(provider, *after);
                    self.let_one_go(provider, *after);
                }
                ProviderKind::ManagedInstances { scale_in_after: None }
                | ProviderKind::Fargate
                | ProviderKind::FargateSpot => {}
            }
        }
    }

    /// Empties the next instance of Managed Instances that is not needed. Where none was, none is until something of them
    /// changes: all are weighed against all others, which is not done again each minute.
    fn let_one_go(&mut self, provider: Ix<PlannedProvider>, after: Span) {
        let seen = managed_instances::seen(&self.state, provider, after, self.now);
        if self.none_to_go[provider.index()] == seen {
            return;
        }
        match managed_instances::next_to_go(self.plan, &self.state, provider, after, self.now) {
            Some(machine) => self.drain(machine, Ended::NotNeeded),
            None => self.none_to_go[provider.index()] = seen,
        }
    }

    /// Looks whether one cheaper instance would hold what a settled one holds, once for each change of its tasks.
    fn judge_prices(&mut self, provider: Ix<PlannedProvider>, after: Span) {
        for ix in self.state.providers[provider.index()].machines.clone() {
            let machine = &self.state.machines[ix];
            if machine.dear.is_none() && machine.status == MachineStatus::Active && self.now >= machine.changed + after
            {
                self.state.machines[ix].dear = Some(managed_instances::is_dear(self.plan, &self.state, ix));
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
            self.reclaim(machine);
        }
    }

    /// A Spot instance gets its notice (rule EC2-32).
    fn reclaim(&mut self, machine: Ix<Machine>) {
        self.drain(machine, Ended::SpotReclaimed);
        if self.state.machines[machine].status == MachineStatus::Draining {
            self.state.machines[machine].due = self.now + SPOT_NOTICE;
            self.after(SPOT_NOTICE, Event::Machine(machine));
        }
    }

    /// Draws when EC2 takes an instance back: at any time alike, so that its type's share of instances is taken in a month.
    pub(super) fn draw_interruption(&mut self, ix: Ix<Machine>) {
        let machine = &self.state.machines[ix];
        let share = self.plan.providers[machine.provider].candidates[machine.candidate].interrupted;
        let Some(longest) = (Span::MONTH.ms() * 1_000_000).checked_div(u64::from(share.ppm())) else { return };
        let mut chance = Chance::of(self.options.seed, Concern::SpotInterruption, u64::from(ix.place()));
        let at = self.now + Span::from_ms(chance.below(longest));
        if at < self.end {
            self.queue.push(at, Event::Interrupted(ix));
        }
    }

    /// EC2 takes a Spot instance back.
    pub(super) fn interrupted(&mut self, ix: Ix<Machine>) {
        let machine = &self.state.machines[ix];
        if machine.counts() {
            let name = &self.plan.providers[machine.provider].name;
            self.log(EntryKind::Capacity, None, || format!("EC2 takes a Spot instance of {name} back in two minutes"));
            self.reclaim(ix);
        }
    }
}

/// "1 instance", "5 instances".
fn instances(count: usize) -> String {
    format!("{count} {}", if count == 1 { "instance" } else { "instances" })
}
