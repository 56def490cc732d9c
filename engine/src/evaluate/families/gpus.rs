//! GPUs of services that move: the models they are drawn for, which no alternative changes in silence.

use std::collections::BTreeSet;

use super::Ground;
use super::names::joined;
use crate::design::Design;
use crate::design::capacity::{InstanceRequirements, Range};
use crate::design::task_definition::TaskDefinition;

/// Whether every service that could move needs GPUs: then instances are looked for that have them.
pub(super) fn all_need_gpus(design: &Design) -> bool {
    let mut needs = design.services.values().filter_map(|s| design.task_definitions.get(&s.task_definition));
    needs.clone().next().is_some() && needs.all(|definition| definition.gpu_demand() > 0)
}

/// The models that every service with GPUs runs on as drawn, as the catalogue names them: what works on one model need
/// not work on another, whose memory and software differ. An error if there is none.
pub(super) fn models(ground: &Ground<'_>) -> Result<BTreeSet<String>, String> {
    let plan = ground.plan(ground.design)?;
    let mut common: Option<BTreeSet<String>> = None;
    for service in plan.services.iter().filter(|s| s.gpus > 0) {
        let candidates = service.capacity.iter().flat_map(|share| &plan.providers[share.provider].candidates);
        let gpus = candidates.filter_map(|c| ground.catalogue.types[c.kind].gpus.as_ref());
        let own: BTreeSet<_> = gpus.map(|gpus| gpus.name.clone()).collect();
        common = Some(common.map_or_else(|| own.clone(), |known| known.intersection(&own).cloned().collect()));
    }
    let common = common.unwrap_or_default();
    if common.is_empty() {
        return Err("the services with GPUs have no model in common as drawn".to_owned());
    }
    Ok(common)
}

/// `GPUs as drawn: NVIDIA L4`.
pub(super) fn said(models: &BTreeSet<String>) -> String {
    format!("GPUs as drawn: {}", joined(&models.iter().cloned().collect::<Vec<_>>()))
}

/// GPUs are bought only when asked for, by model and by what one task needs at least (rule MI-10).
pub(super) fn ask(requirements: &mut InstanceRequirements, definition: &TaskDefinition, models: &BTreeSet<String>) {
    let gpus = definition.gpu_demand();
    if gpus == 0 {
        return;
    }
    let more = |range: &mut Range, least: u32| range.min = Some(range.min.unwrap_or_default().max(least));
    more(&mut requirements.accelerator_count, gpus);
    more(&mut requirements.vcpu_count, definition.cpu_demand().units().div_ceil(1024));
    // What an instance registers is somewhat less than what it has.
    more(&mut requirements.memory_mib, definition.memory_demand().mib().saturating_add(1));
    // EC2's API writes a model by the last word of its name: `l4`.
    let short = |model: &String| model.rsplit(' ').next().unwrap_or_default().to_lowercase();
    requirements.accelerator_names = models.iter().map(short).collect();
}
