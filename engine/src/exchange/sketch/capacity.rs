//! On what each definition runs: where it says, else on Fargate if no rule refuses it there, else on instances.

use std::collections::{BTreeMap, BTreeSet};

use super::Sketch;
use super::machines::said;
use crate::catalogue::fargate::{Platform, nearest};
use crate::checks::{self, Severity};
use crate::design::ItemRef;
use crate::design::capacity::LaunchType;
use crate::design::id::{ServiceId, TaskDefinitionId};
use crate::design::task_definition::{NetworkMode, TaskDefinition};
use crate::names::Architecture;
use crate::units::Mib;

/// The memory of a task on instances whose containers state none.
///
/// Assumption: 512 MiB, the least that Fargate sells.
const MEMORY: Mib = Mib::from_mib(512);

impl Sketch<'_> {
    /// What a definition runs on.
    pub(super) fn kind(&self, id: &TaskDefinitionId) -> LaunchType {
        self.kinds.get(id).copied().unwrap_or(LaunchType::Ec2)
    }

    /// What each definition runs on.
    pub(super) fn choose_kinds(&self) -> BTreeMap<TaskDefinitionId, LaunchType> {
        let of = |(id, definition): (TaskDefinitionId, TaskDefinition)| {
            let kind = said(&definition).unwrap_or_else(|| self.kind_that_takes(&id));
            (id, kind)
        };
        self.definitions().into_iter().map(of).collect()
    }

    /// Fargate, unless a rule refuses the definition there that lets it pass on instances.
    fn kind_that_takes(&self, id: &TaskDefinitionId) -> LaunchType {
        let fargate = self.refusals(id, LaunchType::Fargate);
        if fargate.is_empty() || fargate.is_subset(&self.refusals(id, LaunchType::Ec2)) {
            LaunchType::Fargate
        } else {
            LaunchType::Ec2
        }
    }

    /// The rules that refuse one definition, or a service of it, on a kind of capacity.
    fn refusals(&self, id: &TaskDefinitionId, kind: LaunchType) -> BTreeSet<&'static str> {
        let mut trial = self.clone();
        trial.design.task_definitions.retain(|other, _| other == id);
        trial.kinds = [(id.clone(), kind)].into();
        if trial.draw_all().is_err() {
            // What no instance holds is for Fargate, or for nobody.
            return BTreeSet::from(["nothing fits"]);
        }
        let (definition, service) =
            (ItemRef::TaskDefinition(id.clone()), ItemRef::Service(ServiceId::new(id.as_str())));
        let found = checks::run(&trial.design, self.catalogue, &[]).into_iter();
        let refused = found.filter(|finding| finding.severity == Severity::Error);
        let own =
            refused.filter(|finding| finding.at.item.item().is_some_and(|at| [&definition, &service].contains(&at)));
        own.map(|finding| finding.rule.0).collect()
    }

    /// Gives containers the task around them: the smallest that Fargate sells and that holds them, or on instances the
    /// memory that nobody states.
    pub(super) fn fill_in(&mut self, at: &ItemRef, definition: &mut TaskDefinition, kind: LaunchType) {
        if kind == LaunchType::Fargate {
            if definition.network_mode.is_none() {
                definition.network_mode = Some(NetworkMode::Awsvpc);
                self.assume(at, "network_mode", "awsvpc, which Fargate asks for: the file holds containers alone");
            }
            let platform =
                match (definition.runtime_platform.is_windows(), definition.runtime_platform.cpu_architecture) {
                    (true, _) => Platform::Windows,
                    (false, architecture) => Platform::linux(architecture.unwrap_or(Architecture::X86)),
                };
            let limits =
                definition.containers.iter().filter_map(|container| container.memory.max(container.memory_reservation));
            let (cpu, memory) = (definition.cpu_demand(), limits.sum());
            if let ((None, None), Some(size)) =
                ((definition.cpu, definition.memory), nearest(platform, cpu, memory).first())
            {
                (definition.cpu, definition.memory) = (Some(size.cpu), Some(size.memory));
                let why = "the smallest size of Fargate that holds the containers: the file has them alone";
                self.assume(at, "cpu", &format!("{}: {why}", size.cpu));
                self.assume(at, "memory", &format!("{}: {why}", size.memory));
            }
        } else if definition.memory.is_none() && definition.memory_demand() == Mib::ZERO {
            definition.memory = Some(MEMORY);
            self.assume(at, "memory", "512 MiB: the file holds containers alone, and these state none");
        }
    }
}
