//! What stands at one moment of a run: instances with the tasks on them, tasks on Fargate, what waits.

use bayplan_engine::plan::index::Ix;
use bayplan_engine::plan::{Plan, PlannedZone};
use bayplan_engine::simulation::trace::{InstanceLife, TaskLife, Trace};
use bayplan_engine::units::SimTime;

/// An instance with the tasks on it, in the order they were placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hold {
    pub instance: Ix<InstanceLife>,
    pub tasks: Vec<Ix<TaskLife>>,
}

/// One zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ZoneAt {
    pub zone: Ix<PlannedZone>,
    pub holds: Vec<Hold>,
    /// Tasks that stand on Fargate.
    pub quay: Vec<Ix<TaskLife>>,
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub zones: Vec<ZoneAt>,
    /// By service, in the plan's order: tasks that wait for a place.
    pub waiting: Vec<u32>,
}

impl Moment {
    /// What a trace says of an instant: a task stands from its placement until it is STOPPED, an instance from its launch
    /// until it is terminated.
    pub(super) fn at(plan: &Plan, trace: &Trace, now: SimTime) -> Self {
        let mut zones: Vec<_> =
            plan.zones.indices().map(|zone| ZoneAt { zone, holds: Vec::new(), quay: Vec::new() }).collect();
        for (instance, life) in trace.instances.pairs() {
            if life.launched <= now && life.terminated.is_none_or(|end| end > now) {
                zones[life.zone.index()].holds.push(Hold { instance, tasks: Vec::new() });
            }
        }
        for (task, life) in trace.tasks.pairs() {
            if life.placed > now || life.stopped.is_some_and(|end| end <= now) {
                continue;
            }
            let zone = &mut zones[life.zone.index()];
            let hold = life.instance.and_then(|ix| zone.holds.binary_search_by_key(&ix, |hold| hold.instance).ok());
            match hold {
                Some(place) => zone.holds[place].tasks.push(task),
                None => zone.quay.push(task),
            }
        }
        let waiting = trace.services.iter().map(|service| service.waiting.at(now)).collect();
        Self { zones, waiting }
    }

    /// How many tasks stand, and how many instances.
    pub(super) fn counts(&self) -> (usize, usize) {
        let on = |zone: &ZoneAt| zone.quay.len() + zone.holds.iter().map(|hold| hold.tasks.len()).sum::<usize>();
        (self.zones.iter().map(on).sum(), self.zones.iter().map(|zone| zone.holds.len()).sum())
    }
}

/// What a task is doing at an instant, in ECS's words as far as the trace tells them apart.
pub(super) fn status(life: &TaskLife, now: SimTime) -> &'static str {
    if life.stopped.is_some_and(|at| at <= now) {
        "STOPPED"
    } else if life.placed > now {
        "not started yet"
    } else if life.ending.is_some_and(|(at, _)| at <= now) {
        "stopping"
    } else if life.healthy.is_some_and(|at| at <= now) {
        "RUNNING, in service"
    } else if life.running.is_some_and(|at| at <= now) {
        "RUNNING, not in service yet"
    } else {
        "starting"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::catalogue::Catalogue;
    use bayplan_engine::evaluate::{Progress, prepare, simulate};
    use bayplan_engine::presets;
    use bayplan_engine::simulation::Detail;
    use bayplan_engine::simulation::trace::ServiceTrace;
    use bayplan_engine::units::Span;
    use bayplan_engine::usage::record::Cause;

    /// Two instances in the first zone, one of them gone at 100 ms; a task on each and one on the quay of the second zone.
    #[test]
    fn a_moment_holds_what_had_come_and_had_not_gone() {
        let project = presets::find("three-tier-web").unwrap().project();
        let catalogue = Catalogue::load(&project.design.region).unwrap();
        let plan = prepare(&project, None, &catalogue).unwrap().plan;
        let (zones, at) = (plan.zones.indices().collect::<Vec<_>>(), |ms| SimTime::ZERO + Span::from_ms(ms));
        let (service, provider) = (plan.services.indices().next().unwrap(), plan.providers.indices().next().unwrap());
        let mut trace = Trace::default();
        let mut launch = |from, until| {
            let (launched, terminated) = (at(from), until);
            let life = InstanceLife {
                provider,
                candidate: 0,
                zone: zones[0],
                launched,
                active: None,
                draining: None,
                terminated,
            };
            trace.instances.push(life)
        };
        let (first, second) = (launch(0, Some(at(100))), launch(40, None));
        let mut place = |zone: usize, instance, from, until| {
            let cause = Cause::DesiredCount;
            let (zone, placed, stopped) = (zones[zone], at(from), until);
            let (running, healthy, ending) = (None, None, None);
            let life = TaskLife { service, provider, zone, instance, cause, placed, running, healthy, ending, stopped };
            trace.tasks.push(life)
        };
        let (one, two) = (place(0, Some(first), 10, Some(at(90))), place(0, Some(second), 50, None));
        let three = place(1, None, 20, None);
        let mut waits = ServiceTrace::default();
        waits.waiting.set(at(30), 2);
        waits.waiting.set(at(60), 0);
        trace.services = vec![waits];

        let hold = |instance, tasks: &[Ix<TaskLife>]| Hold { instance, tasks: tasks.to_vec() };
        let seen = |ms| {
            let mut moment = Moment::at(&plan, &trace, at(ms));
            let (first, second) = (moment.zones.remove(0), moment.zones.remove(0));
            (first.holds, second.quay, moment.waiting)
        };
        assert_eq!(seen(9), (vec![hold(first, &[])], vec![], vec![0]));
        assert_eq!(seen(50), (vec![hold(first, &[one]), hold(second, &[two])], vec![three], vec![2]));
        // Gone from the moment it is STOPPED on.
        assert_eq!(seen(90), (vec![hold(first, &[]), hold(second, &[two])], vec![three], vec![0]));
        assert_eq!(seen(100), (vec![hold(second, &[two])], vec![three], vec![0]));
    }

    #[test]
    fn every_running_task_stands_somewhere_and_nothing_else_does() {
        for name in ["small-api", "queue-workers"] {
            let project = presets::find(name).unwrap().project();
            let catalogue = Catalogue::load(&project.design.region).unwrap();
            for scenario in [None].into_iter().chain(project.scenarios.keys().map(Some)) {
                let prepared = prepare(&project, scenario, &catalogue).unwrap();
                let run = simulate(&prepared, &catalogue, Span::DAY, 1, Detail::Full, &Progress::default()).unwrap();
                let trace = run.trace.unwrap();
                for hour in 0..24 {
                    let now = SimTime::ZERO + Span::from_hours(hour);
                    let (tasks, instances) = Moment::at(&prepared.plan, &trace, now).counts();
                    // Steps count RUNNING tasks; those that start and stop stand there besides.
                    let running: u32 = trace.services.iter().map(|s| s.running.at(now)).sum();
                    let counted: u32 = trace.providers.iter().map(|steps| steps.at(now)).sum();
                    assert!(tasks >= running as usize, "{name}, hour {hour}: {tasks} of {running}");
                    assert!(instances >= counted as usize, "{name}, hour {hour}: {instances} of {counted}");
                    let alive = |life: &&TaskLife| life.placed <= now && life.stopped.is_none_or(|end| end > now);
                    assert_eq!(tasks, trace.tasks.iter().filter(alive).count());
                }
            }
        }
    }
}
