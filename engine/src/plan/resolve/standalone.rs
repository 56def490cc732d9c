//! Standalone tasks: what one of them is, and when they start.

use super::Resolver;
use crate::design::capacity::{CapacityProvider, LaunchType};
use crate::design::cron::Cron;
use crate::design::id::StandaloneTaskId;
use crate::design::service::{Capacity, Service};
use crate::design::standalone::{Schedule, StandaloneTask};
use crate::design::work::{Work, WorkCost};
use crate::design::{Design, ItemRef};
use crate::plan::standalone::{PlannedStandalone, Starts};
use crate::units::Mib;

impl Resolver<'_> {
    pub(super) fn place_standalone(&mut self) -> Vec<PlannedStandalone> {
        let design: &Design = self.design;
        design.standalone_tasks.iter().filter_map(|(id, tasks)| self.planned_standalone(id, tasks)).collect()
    }

    fn planned_standalone(&mut self, id: &StandaloneTaskId, tasks: &StandaloneTask) -> Option<PlannedStandalone> {
        let item = ItemRef::StandaloneTask(id.clone());
        if tasks.capacity == Capacity::LaunchType(LaunchType::External) {
            self.not_played(item, "standalone tasks on machines of your own");
            return None;
        }
        let starts = match &tasks.schedule {
            Schedule::Once(at) => Starts::Once(*at),
            Schedule::Rate(apart) => Starts::Every(apart.span()),
            Schedule::Cron { expression, .. } => match Cron::parse(expression) {
                Ok(cron) => Starts::Cron(cron),
                Err(error) => {
                    self.fail(item, "schedule", error.to_string());
                    return None;
                }
            },
            Schedule::OnEvent => {
                self.not_priced(item, "tasks that events start: how often they come is not drawn");
                return None;
            }
        };
        let task = self.planned_task(&item, &id.as_str().into(), &like_service(tasks));
        let own_instances = task.capacity.iter().map(|share| share.provider);
        let own_instances: Vec<_> = own_instances.filter(|provider| !self.providers[*provider].is_fargate()).collect();
        if own_instances.iter().all(|provider| self.stands_anyway(*provider)) {
            self.not_played(item.clone(), "how its tasks start and end: they are charged in closed form");
        } else {
            self.not_priced(item.clone(), "tasks on instances that nothing else keeps");
        }
        let owner = self.owner(item);
        let (count, duration, log_bytes) = (tasks.count, tasks.duration, tasks.log_bytes);
        Some(PlannedStandalone { owner, starts, count, duration, task, log_bytes })
    }

    /// Whether instances of a provider stand whatever these tasks do: for a service's tasks, or by the group's minimum.
    ///
    /// Assumption: such instances have room for them; whether they do is not played.
    fn stands_anyway(&self, provider: crate::plan::index::Ix<crate::plan::provider::PlannedProvider>) -> bool {
        let planned = &self.providers[provider];
        let minimum = match self.design.capacity_providers.get(&planned.name.as_str().into()) {
            Some(CapacityProvider::AutoScalingGroup(group)) => group.min_size,
            Some(CapacityProvider::ManagedInstances(_)) | None => 0,
        };
        minimum > 0 || planned.used_by.iter().any(|(ix, _)| self.services[*ix].bounds.0 > 0)
    }
}

/// The service whose tasks are as these are: the plan has one word for both.
fn like_service(tasks: &StandaloneTask) -> Service {
    Service {
        desired_count: 0,
        capacity: tasks.capacity.clone(),
        subnets: tasks.subnets.clone(),
        security_groups: tasks.security_groups.clone(),
        assign_public_ip: tasks.assign_public_ip,
        placement_constraints: tasks.placement_constraints.clone(),
        placement_strategies: tasks.placement_strategies.clone(),
        work: Work::Stated {
            cost: WorkCost { cpu_micros: 0, memory_idle: Mib::ZERO, duration: None, concurrency: None },
            log_bytes: tasks.log_bytes,
        },
        ..Service::new(tasks.cluster.clone(), tasks.task_definition.clone())
    }
}
