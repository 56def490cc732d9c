//! The lives of tasks: every status from PROVISIONING to STOPPED, and what each step does to the world.

use super::event::Event;
use super::trace::{Ended, EntryKind, TaskLife};
use super::world::World;
use crate::chance::{Chance, Concern};
use crate::control::action::Spot;
use crate::control::service::failures::Happening;
use crate::design::service::SchedulingStrategy;
use crate::plan::index::Ix;
use crate::plan::service::PlannedService;
use crate::state::instance::ContainerInstance;
use crate::state::machine::Machine;
use crate::state::task::{Task, TaskStatus};
use crate::units::{SimTime, Span, count};
use crate::usage::record::{Cause, Thing};

/// How far a seed moves a task's start-up, up and down.
///
/// Assumption: a fifth; repeated starts of one image spread about so in public measurements, and nobody publishes more.
const START_UP_SPREAD: u64 = 200_000;

impl World<'_> {
    /// A task is placed: PROVISIONING begins.
    pub(super) fn start_task(&mut self, ix: Ix<PlannedService>, share: usize, on: Spot, cause: Cause) {
        let task = self.new_task(ix, share, on, cause, TaskStatus::Provisioning);
        let now = self.now;
        let service = self.service(ix);
        service.owed.paid(cause);
        service.launches.count(now);
        let provider = self.state.tasks[task].provider;
        if let Some(ration) = self.plan.providers[provider].launches.account {
            self.state.providers[provider.index()].bucket.take(now, ration);
        }
        self.summary.tasks_started += 1;
        self.wait_in_status(task);
    }

    /// A task that stood before the run began: RUNNING, in service, healthy.
    pub(super) fn warm_task(&mut self, ix: Ix<PlannedService>, share: usize, on: Spot) {
        let task = self.new_task(ix, share, on, Cause::DesiredCount, TaskStatus::Running);
        self.begin_meter(task);
        let service = self.service(ix);
        service.running += 1;
        service.healthy += 1;
        let started = &mut self.state.tasks[task];
        started.running_since = Some(SimTime::ZERO);
        started.healthy = true;
        self.set_in_service(task, true);
    }

    fn new_task(
        &mut self,
        ix: Ix<PlannedService>,
        share: usize,
        on: Spot,
        cause: Cause,
        status: TaskStatus,
    ) -> Ix<Task> {
        let (zone, machine) = match on {
            Spot::Zone(zone) => (zone, None),
            Spot::Instance(instance) => {
                (self.state.fleet.instance(instance).zone, Some((instance, self.machine_of[instance.index()])))
            }
        };
        let provider = self.plan.services[ix].capacity[share].provider;
        let now = self.now;
        let service = &mut self.state.services[ix.index()];
        let task = self.state.tasks.push(Task {
            service: ix,
            share: u8::try_from(share).expect("a strategy holds at most 20 providers"),
            provider,
            zone,
            machine: machine.map(|(_, machine)| machine),
            leaving: false,
            revision: service.revision,
            cause,
            status,
            due: now,
            running_since: None,
            in_service: false,
            healthy: false,
            unhealthy: false,
            metered: false,
            live_place: service.live_count(),
        });
        service.live.push(task);
        service.by_share[share] += 1;
        service.by_share_zone[share][zone.index()] += 1;
        if self.plan.providers[provider].vcpus.is_some() {
            self.state.providers[provider.index()].vcpus += self.plan.services[ix].cpu;
        }
        if let Some((instance, machine)) = machine {
            self.reserve(task, instance, machine);
        }
        self.trace_new(task);
        task
    }

    fn trace_new(&mut self, task: Ix<Task>) {
        let (of, now) = (self.state.tasks[task], self.now);
        if let Some(trace) = &mut self.trace {
            let ran = (of.status == TaskStatus::Running).then_some(now);
            trace.tasks.push(TaskLife {
                service: of.service,
                provider: of.provider,
                zone: of.zone,
                instance: of.machine.map(|machine| Ix::new(machine.place())),
                cause: of.cause,
                placed: now,
                running: ran,
                healthy: ran,
                ending: None,
                stopped: None,
            });
        }
    }

    /// Takes what a task needs from its instance.
    fn reserve(&mut self, task: Ix<Task>, instance: Ix<ContainerInstance>, machine: Ix<Machine>) {
        let ix = self.state.tasks[task].service;
        self.state.fleet.reserve(instance, &self.demands[ix.index()], SchedulingStrategy::Replica);
        self.state.services[ix.index()].on_instance.add(self.state.fleet.instance(instance));
        let machine = &mut self.state.machines[machine];
        machine.tasks.push(task);
        machine.standing += 1;
        (machine.changed, machine.dear) = (self.now, None);
    }

    /// An event of a task: its status has lasted its time.
    pub(super) fn step_task(&mut self, task: Ix<Task>) {
        let status = self.state.tasks[task].status;
        if self.state.tasks[task].due != self.now || matches!(status, TaskStatus::Running | TaskStatus::Stopped) {
            return;
        }
        self.leave_status(task);
        self.wait_in_status(task);
    }

    /// A status is over: the next begins, unless the task's image is out of reach or its containers end as they start.
    fn leave_status(&mut self, task: Ix<Task>) {
        let of = &self.state.tasks[task];
        if of.status == TaskStatus::Activating && self.fails_to_start(of) {
            self.start_failed(task);
        } else if of.status == TaskStatus::Pending && !self.has_image(task) && self.is_cut_off(of) {
            self.pull_failed(task);
        } else {
            self.enter_status(task, of.status.next());
        }
    }

    /// Stays in a status as long as it lasts; statuses without work last no time (rule TSK-11).
    fn wait_in_status(&mut self, task: Ix<Task>) {
        loop {
            let status = self.state.tasks[task].status;
            if matches!(status, TaskStatus::Running | TaskStatus::Stopped) {
                return;
            }
            let lasts = self.status_lasts(task, status);
            if lasts > Span::ZERO {
                self.state.tasks[task].due = self.now + lasts;
                self.after(lasts, Event::Task(task));
                return;
            }
            self.leave_status(task);
        }
    }

    fn status_lasts(&self, task: Ix<Task>, status: TaskStatus) -> Span {
        let of = &self.state.tasks[task];
        let service = &self.plan.services[of.service];
        let start = &service.capacity[usize::from(of.share)].start;
        match status {
            TaskStatus::Provisioning => self.jittered(task, start.overhead, 0),
            TaskStatus::Pending => match start.cached_pull.filter(|_| self.has_image(task)) {
                Some(cached) => cached,
                None => self.jittered(task, start.pull, 1),
            },
            TaskStatus::Activating => start.container,
            TaskStatus::Deactivating => service.ending.deregistration,
            TaskStatus::Stopping => service.ending.stop,
            TaskStatus::Deprovisioning => service.ending.deprovisioning,
            TaskStatus::Running | TaskStatus::Stopped => Span::ZERO,
        }
    }

    fn jittered(&self, task: Ix<Task>, span: Span, step: u64) -> Span {
        let thing = u64::from(task.place()) << 1 | step;
        let mut chance = Chance::of(self.options.seed, Concern::StartUp, thing);
        let factor = 1_000_000 - START_UP_SPREAD + chance.below(2 * START_UP_SPREAD + 1);
        Span::from_ms(span.ms().saturating_mul(factor) / 1_000_000)
    }

    fn enter_status(&mut self, task: Ix<Task>, status: TaskStatus) {
        let before = self.state.tasks[task].status;
        self.state.tasks[task].status = status;
        let ix = self.state.tasks[task].service;
        match status {
            TaskStatus::Pending => {
                // The pull begins, and with it Fargate's meter (rules TSK-16, FG-30).
                self.begin_meter(task);
                self.flows.start(ix, &mut self.ledger);
                if !self.has_image(task) && !self.is_cut_off(&self.state.tasks[task]) {
                    let zone = self.state.tasks[task].zone;
                    self.flows.pull(ix, zone, 1, &mut self.ledger);
                }
            }
            TaskStatus::Activating => self.keep_image(task),
            TaskStatus::Running => self.task_runs(task),
            TaskStatus::Deprovisioning if before == TaskStatus::Stopping => {
                let service = self.service(ix);
                service.ending -= 1;
                self.jobs_left(task);
                self.look_at(ix);
            }
            TaskStatus::Stopped => self.task_stopped(task),
            TaskStatus::Provisioning | TaskStatus::Deactivating | TaskStatus::Stopping | TaskStatus::Deprovisioning => {
            }
        }
    }

    /// Whether the task's instance has its image already; Fargate never has (rule FG-03).
    fn has_image(&self, task: Ix<Task>) -> bool {
        let of = &self.state.tasks[task];
        of.machine.is_some_and(|machine| self.state.machines[machine].pulled.contains(&of.service))
    }

    fn keep_image(&mut self, task: Ix<Task>) {
        let of = &self.state.tasks[task];
        if let (Some(machine), service) = (of.machine, of.service)
            && !self.state.machines[machine].pulled.contains(&service)
        {
            self.state.machines[machine].pulled.push(service);
        }
    }

    fn begin_meter(&mut self, task: Ix<Task>) {
        let of = &mut self.state.tasks[task];
        of.metered = true;
        let (ix, share, cause) = (of.service, usize::from(of.share), of.cause);
        let levels = self.task_levels[ix.index()][share];
        let owner = self.plan.services[ix].owner;
        self.ledger.begin(Thing::Task(task.place()), owner, levels, cause, self.now);
    }

    fn task_runs(&mut self, task: Ix<Task>) {
        let now = self.now;
        let ix = self.state.tasks[task].service;
        self.state.tasks[task].running_since = Some(now);
        self.integrate(ix);
        let service = self.service(ix);
        service.running += 1;
        (service.starts.failed, service.starts.held_until) = (0, SimTime::ZERO);
        if let Some(trace) = &mut self.trace {
            trace.tasks[Ix::new(task.place())].running = Some(now);
        }
        self.happened(self.state.tasks[task], Happening::Ran);
        if let Some(after) = self.fails_checks_after(&self.state.tasks[task]) {
            // It does no work, and nobody knows until its checks have failed.
            self.after(after, Event::Unhealthy(task));
        } else {
            let health = self.plan.services[ix].health;
            // Behind a balancer a task takes requests once its target is healthy (rule LBH-04), its containers or not.
            if health.until_serving == Span::ZERO {
                self.set_in_service(task, true);
            } else if health.until_serving != health.until_healthy {
                self.after(health.until_serving, Event::TakesRequests(task));
            }
            self.after(health.until_healthy, Event::Healthy(task));
        }
        self.note(ix);
        self.look_at(ix);
    }

    /// A task's target is healthy or its application has started, while it counts as healthy at another time.
    pub(super) fn takes_requests(&mut self, task: Ix<Task>) {
        if self.state.tasks[task].status == TaskStatus::Running {
            self.set_in_service(task, true);
        }
    }

    /// A task has passed what it must to count as healthy.
    pub(super) fn task_healthy(&mut self, task: Ix<Task>) {
        let of = self.state.tasks[task];
        if of.status != TaskStatus::Running || of.healthy {
            return;
        }
        self.state.tasks[task].healthy = true;
        self.service(of.service).healthy += 1;
        self.happened(of, Happening::BecameHealthy);
        let health = self.plan.services[of.service].health;
        if health.until_serving == health.until_healthy {
            self.set_in_service(task, true);
        }
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.tasks[Ix::new(task.place())].healthy = Some(now);
        }
        self.note(of.service);
        self.look_at(of.service);
    }

    fn set_in_service(&mut self, task: Ix<Task>, takes: bool) {
        let of = self.state.tasks[task];
        if of.in_service == takes {
            return;
        }
        self.settle_before_move(of.service);
        self.state.tasks[task].in_service = takes;
        let counts = &mut self.in_service[of.service.index()][of.zone.index()];
        let service = &mut self.state.services[of.service.index()];
        if takes {
            *counts += 1;
            service.in_service += 1;
        } else {
            *counts -= 1;
            service.in_service -= 1;
        }
        self.capacity_changed(of.service);
    }

    /// A task stops in order: it leaves its target groups, its containers get their signal and their time (rule STP-01).
    pub(super) fn stop_task(&mut self, task: Ix<Task>, why: Ended) {
        let status = self.state.tasks[task].status;
        if !status.is_live() {
            return;
        }
        // A task that never ran gives back its interface (rule TSK-12); one that activates stops its containers.
        let next = match status {
            TaskStatus::Provisioning | TaskStatus::Pending => TaskStatus::Deprovisioning,
            TaskStatus::Activating
            | TaskStatus::Running
            | TaskStatus::Deactivating
            | TaskStatus::Stopping
            | TaskStatus::Deprovisioning
            | TaskStatus::Stopped => TaskStatus::Deactivating,
        };
        self.begin_end(task, next, why);
        self.wait_in_status(task);
    }

    /// A task of Fargate Spot is reclaimed: its signal comes at once, and after two minutes it is gone (rule STP-09).
    pub(super) fn reclaim_task(&mut self, task: Ix<Task>) {
        let status = self.state.tasks[task].status;
        if !status.is_live() {
            return;
        }
        let running = status == TaskStatus::Running;
        let next = if running { TaskStatus::Stopping } else { TaskStatus::Deprovisioning };
        self.begin_end(task, next, Ended::SpotReclaimed);
        if running {
            let ix = self.state.tasks[task].service;
            let notice = crate::catalogue::timings::SPOT_NOTICE;
            let lasts = self.plan.services[ix].ending.stop.min(notice);
            self.state.tasks[task].due = self.now + lasts;
            self.after(lasts, Event::Task(task));
        } else {
            self.wait_in_status(task);
        }
    }

    /// A task is gone at once: its zone or its instance is, or it failed by itself.
    pub(super) fn kill_task(&mut self, task: Ix<Task>, why: Ended) {
        let status = self.state.tasks[task].status;
        if status == TaskStatus::Stopped {
            return;
        }
        if status.is_live() {
            self.begin_end(task, TaskStatus::Stopped, why);
        } else if matches!(status, TaskStatus::Deactivating | TaskStatus::Stopping) {
            let ix = self.state.tasks[task].service;
            self.service(ix).ending -= 1;
            self.state.tasks[task].status = TaskStatus::Stopped;
        } else {
            self.state.tasks[task].status = TaskStatus::Stopped;
        }
        self.task_stopped(task);
    }

    /// Takes a task out of everything that counts live tasks.
    pub(super) fn begin_end(&mut self, task: Ix<Task>, next: TaskStatus, why: Ended) {
        let of = self.state.tasks[task];
        let (ix, share) = (of.service, usize::from(of.share));
        if of.in_service {
            self.jobs_let_go(task, why);
            self.set_in_service(task, false);
        }
        self.integrate(ix);
        let current = !of.leaving && of.revision == self.state.services[ix.index()].revision;
        self.release(task);
        let service = &mut self.state.services[ix.index()];
        if of.running_since.is_some() {
            service.running -= 1;
        }
        if of.healthy {
            service.healthy -= 1;
        }
        if current {
            service.by_share[share] -= 1;
        } else {
            service.old -= 1;
        }
        service.by_share_zone[share][of.zone.index()] -= 1;
        let place = usize::try_from(of.live_place).expect("live tasks are counted in 32 bits");
        service.live.swap_remove(place);
        let moved = service.live.get(place).copied();
        if next.is_live() || matches!(next, TaskStatus::Deactivating | TaskStatus::Stopping) {
            service.ending += 1;
        }
        if let Some(moved) = moved {
            self.state.tasks[moved].live_place = of.live_place;
        }
        let ended = &mut self.state.tasks[task];
        ended.status = next;
        ended.healthy = false;
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.tasks[Ix::new(task.place())].ending = Some((now, why));
        }
        match why {
            Ended::SpotReclaimed => self.service(ix).owed.spot += 1,
            Ended::ZoneLost => self.service(ix).owed.fault += 1,
            Ended::Failed | Ended::InstanceEnded => self.service(ix).owed.replacement += 1,
            Ended::NeverRan | Ended::Unhealthy => self.service(ix).owed.unpaid(of.cause),
            Ended::ScaledIn | Ended::Replaced | Ended::NotNeeded => {}
        }
        if of.running_since.is_none() && matches!(why, Ended::NeverRan | Ended::ZoneLost) {
            self.happened(of, Happening::EndedBeforeRunning);
        }
        self.note(ix);
        self.look_at(ix);
    }

    fn task_stopped(&mut self, task: Ix<Task>) {
        self.jobs_left(task);
        let of = self.state.tasks[task];
        if of.metered {
            self.state.tasks[task].metered = false;
            self.ledger.end(Thing::Task(task.place()), self.now);
        }
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.tasks[Ix::new(task.place())].stopped = Some(now);
        }
        if let Some(machine) = of.machine {
            self.state.machines[machine].standing -= 1;
            self.end_if_empty(machine);
        }
        if self.plan.providers[of.provider].vcpus.is_some() {
            self.give_back_vcpus(of);
        }
        self.look_at(of.service);
    }

    /// A task that is STOPPED uses none of the account's vCPUs: others that wait for them may start.
    fn give_back_vcpus(&mut self, of: Task) {
        self.state.providers[of.provider.index()].vcpus -= self.plan.services[of.service].cpu;
        for (ix, share) in self.plan.providers[of.provider].used_by.iter().copied() {
            if self.state.service(ix).waiting[share] > 0 {
                self.look_at(ix);
            }
        }
    }

    /// A share of tasks or instances, drawn by the seed.
    pub(super) fn drawn<T>(
        &mut self,
        tasks: Vec<Ix<T>>,
        percent: crate::units::Percent,
        concern: Concern,
    ) -> Vec<Ix<T>> {
        let wanted = percent.ceil_of(u32::try_from(tasks.len()).unwrap_or(u32::MAX));
        let mut chance = Chance::of(self.options.seed, concern, self.now.ms());
        let mut left = tasks;
        left.sort();
        let mut drawn = Vec::new();
        for _ in 0..wanted {
            let place = usize::try_from(chance.below(count(left.len()))).unwrap_or(0);
            if left.is_empty() {
                break;
            }
            drawn.push(left.remove(place));
        }
        drawn
    }

    /// What a task's end is put down to, for the log of a run.
    pub(super) fn log_ends(&mut self, service: Ix<PlannedService>, count: usize, why: Ended) {
        let name = self.plan.services[service].name.clone();
        self.log(EntryKind::Replacement, Some(service), || format!("{count} tasks of {name} end: {}", why.word()));
    }
}
