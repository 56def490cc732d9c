//! Tasks that are wanted and cannot start: what is noted of them, and when they are looked at again.

use super::event::Event;
use super::trace::EntryKind;
use super::world::World;
use crate::control::action::Held;
use crate::control::placement;
use crate::plan::index::Ix;
use crate::plan::service::PlannedService;
use crate::units::{SimTime, Span};

impl World<'_> {
    /// Tasks of an entry of the strategy cannot start, or can again.
    pub(super) fn note_waiting(&mut self, ix: Ix<PlannedService>, share: usize, tasks: u32, held: Option<Held>) {
        let provider = self.plan.services[ix].capacity[share].provider;
        if matches!(held, Some(Held::NoRoom(_))) && placement::stays_refused(&self.plan.services[ix]) {
            self.service(ix).refused[share] = Some(self.state.fleet.freed(provider));
        }
        let service = self.service(ix);
        service.waiting[share] = tasks;
        service.paced[share] = matches!(held, Some(Held::StartFailures(_) | Held::LaunchRate(_)));
        if service.waiting_count() == 0 {
            (service.retry, service.waiting_since, service.launches_at) = (None, None, None);
            return;
        }
        match held {
            Some(Held::StartFailures(free)) => self.launch_at(ix, free),
            Some(Held::LaunchRate(free)) => self.wait_for_launches(ix, tasks, free),
            Some(Held::NoRoom(_) | Held::StillNoRoom | Held::NoCapacity | Held::VcpuQuota) | None => {
                self.wait_for_place(ix, share, tasks, held);
            }
        }
    }

    /// Placement is tried after 10 s, six times, then ever further apart, at most five minutes (rule PLC-45).
    fn wait_for_place(&mut self, ix: Ix<PlannedService>, share: usize, tasks: u32, held: Option<Held>) {
        let (first, most, now) = (self.plan.timings.placement_retry, self.plan.timings.placement_retry_max, self.now);
        let service = self.service(ix);
        let begins = service.waiting_since.is_none();
        let since = *service.waiting_since.get_or_insert(now);
        let due = service.retry.is_none_or(|(at, _)| at <= now);
        if due {
            let step = match service.retry {
                None => first,
                Some((_, step)) if now.since(since) < Span::MINUTE => step,
                Some((_, step)) => step.times(2).min(most),
            };
            service.retry = Some((now + step, step));
            self.after(step, Event::Retry(ix));
        }
        if let Some(held) = held.filter(|_| begins) {
            let provider = self.plan.services[ix].capacity[share].provider;
            let (name, provider) = (&self.plan.services[ix].name, &self.plan.providers[provider].name);
            let text = || {
                let what = if tasks == 1 { "1 task of" } else { &format!("{tasks} tasks of") };
                let find = if tasks == 1 { "finds" } else { "find" };
                format!("{what} {name} {find} no place on {provider}: {held}; none goes to another provider")
            };
            self.log(EntryKind::Placement, Some(ix), text);
        }
    }

    /// Launches go on when their rate lets them (rules RAT-04, RAT-06); told once until none waits.
    fn wait_for_launches(&mut self, ix: Ix<PlannedService>, tasks: u32, free: SimTime) {
        let begins = self.service(ix).launches_at.is_none();
        self.launch_at(ix, free);
        if begins {
            let name = &self.plan.services[ix].name;
            let text = || format!("launches of {name} are throttled: {tasks} tasks wait for their turn");
            self.log(EntryKind::Placement, Some(ix), text);
        }
    }

    fn launch_at(&mut self, ix: Ix<PlannedService>, free: SimTime) {
        let now = self.now;
        let service = self.service(ix);
        if service.launches_at.is_some_and(|at| at > now && at <= free) {
            return;
        }
        service.launches_at = Some(free);
        if free != SimTime::NEVER {
            self.queue.push(free, Event::Launches(ix));
        }
    }

    /// It is time to try placement again.
    pub(super) fn retry(&mut self, ix: Ix<PlannedService>) {
        if self.service(ix).retry.is_some_and(|(at, _)| at == self.now) {
            self.look_anew(ix);
        }
    }

    /// Launches that waited for their time may go on.
    pub(super) fn launches_go_on(&mut self, ix: Ix<PlannedService>) {
        if self.state.service(ix).launches_at == Some(self.now) {
            self.look_anew(ix);
        }
    }

    /// What was noted as waiting is looked at as if new.
    fn look_anew(&mut self, ix: Ix<PlannedService>) {
        self.service(ix).waiting.fill(0);
        self.look_at(ix);
    }
}
