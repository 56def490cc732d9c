//! Deployments: how they begin, are completed, fail and are rolled back.

use super::trace::EntryKind;
use super::world::World;
use crate::control::service::failures::{Happening, after};
use crate::design::scenario::RevisionFault;
use crate::plan::index::Ix;
use crate::plan::service::PlannedService;
use crate::state::service::{Rollout, Streak};
use crate::state::task::Task;
use crate::units::SimTime;

impl World<'_> {
    /// A deployment begins, by its place in the plan.
    pub(super) fn rollout_begins(&mut self, place: u32) {
        let rollout = &self.plan.rollouts[usize::try_from(place).expect("deployments are few")];
        let ix = rollout.service;
        let unseen = rollout.fails == Some(RevisionFault::NeverHealthy)
            && self.plan.services[ix].health.until_unhealthy.is_none();
        let service = self.service(ix);
        service.newest += 1;
        let revision = service.newest;
        service.faulty.extend(rollout.fails.map(|fault| (revision, fault)));
        self.deploy(ix, revision, false);
        let name = self.plan.services[ix].name.clone();
        let but = if unseen { "; its tasks are not healthy, which nothing checks" } else { "" };
        self.log(EntryKind::Deployment, Some(ix), || format!("a deployment of {name} begins{but}"));
    }

    /// Tasks of a revision are to take the place of all others.
    fn deploy(&mut self, ix: Ix<PlannedService>, revision: u32, is_rollback: bool) {
        let (now, tasks) = (self.now, &self.state.tasks);
        let service = &mut self.state.services[ix.index()];
        service.revision = revision;
        service.by_share.fill(0);
        service.old = 0;
        for task in service.live.iter().map(|task| &tasks[*task]) {
            if task.leaving || task.revision != revision {
                service.old += 1;
            } else {
                service.by_share[usize::from(task.share)] += 1;
            }
        }
        // An update starts over (rule THR-03).
        (service.starts.failed, service.starts.held_until) = (0, SimTime::ZERO);
        service.rollout = Some(Rollout { revision, since: now, is_rollback, streak: Streak::default(), failed: false });
        self.look_at(ix);
    }

    /// All tasks of the deployment are there and healthy, no other is left.
    pub(super) fn complete(&mut self, ix: Ix<PlannedService>) {
        let now = self.now;
        let service = self.service(ix);
        let Some(rollout) = service.rollout.take() else { return };
        service.completed = rollout.revision;
        let (name, took) = (self.plan.services[ix].name.clone(), now.since(rollout.since));
        let what = if rollout.is_rollback { "rollback" } else { "deployment" };
        self.log(EntryKind::Deployment, Some(ix), || format!("the {what} of {name} is complete after {took}"));
    }

    /// Notes what befell a task of the deployment under way, for the circuit breaker.
    pub(super) fn happened(&mut self, of: Task, happening: Happening) {
        let Some(breaker) = self.plan.services[of.service].circuit_breaker else { return };
        let under_way = self.service(of.service).rollout.as_mut();
        if let Some(rollout) = under_way.filter(|rollout| rollout.revision == of.revision && !rollout.failed) {
            rollout.streak = after(rollout.streak, happening, breaker);
        }
    }

    /// Too many tasks of a deployment failed: the last one that was completed returns, or all stays as it is (rules CBK-06
    /// to CBK-08).
    pub(super) fn give_up(&mut self, ix: Ix<PlannedService>) {
        let rolls_back = self.plan.services[ix].circuit_breaker.is_some_and(|breaker| breaker.rolls_back);
        let name = self.plan.services[ix].name.clone();
        let service = self.service(ix);
        let completed = service.completed;
        let Some(rollout) = &mut service.rollout else { return };
        rollout.failed = true;
        let (failures, was_rollback) = (rollout.streak.failures, rollout.is_rollback);
        if was_rollback {
            let text = || format!("ROLLBACK_FAILED: {failures} tasks of {name} failed; it stays as it is");
            self.log(EntryKind::Deployment, Some(ix), text);
        } else if rolls_back {
            self.deploy(ix, completed, true);
            let text = || format!("the deployment of {name} FAILED after {failures} failed tasks and is rolled back");
            self.log(EntryKind::Deployment, Some(ix), text);
        } else {
            let text = || format!("the deployment of {name} FAILED after {failures} failed tasks; it stays as it is");
            self.log(EntryKind::Deployment, Some(ix), text);
        }
    }
}
