//! Rules over a design: what AWS would refuse, what breaks on an ordinary day, what could be better.
//!
//! In: a design, right or wrong, and the catalogue of its region. Out: [`Diagnostic`]s with place, numbers, hint and,
//! where one is safe, a fix made of edits. A rule is one function and one row in its family's table. Nothing here
//! changes a design or needs one that can be resolved. Facts come from the AWS pages that each rule names.

mod access;
mod addresses;
mod bounds;
mod capacity;
mod containers;
mod context;
mod cost;
mod daemons;
mod demand;
mod dependencies;
mod deployment;
mod diagnostic;
mod discovery;
mod endpoints;
mod exposure;
mod health;
mod hooks;
mod instances;
mod ipv6;
mod load_balancing;
mod monitoring;
mod naming;
mod needs;
mod network;
mod overload;
mod patterns;
mod placement;
mod platform_version;
mod providers;
mod quotas;
mod ranges;
mod references;
mod registration;
mod requirements;
mod rollout_room;
mod scaling;
pub mod scenarios;
mod schedules;
mod step_scaling;
mod storage;
mod target_groups;
mod task_design;
mod task_size;
mod way_out;

#[cfg(test)]
mod decision_sheet;
#[cfg(test)]
mod testing;

pub use context::Context;
pub use diagnostic::{Diagnostic, Findings, Fix, Place, Rule, RuleId, Severity, Subject};
pub use needs::{Need, needs};

use crate::catalogue::Catalogue;
use crate::design::Design;

/// The families' tables, in the order people read them.
const FAMILIES: &[&[Rule]] = &[
    references::RULES,
    naming::RULES,
    ranges::RULES,
    bounds::RULES,
    task_size::RULES,
    task_design::RULES,
    containers::RULES,
    registration::RULES,
    dependencies::RULES,
    network::RULES,
    ipv6::RULES,
    addresses::RULES,
    placement::RULES,
    platform_version::RULES,
    capacity::RULES,
    providers::RULES,
    instances::RULES,
    daemons::RULES,
    deployment::RULES,
    rollout_room::RULES,
    hooks::RULES,
    scaling::RULES,
    step_scaling::RULES,
    overload::RULES,
    schedules::RULES,
    patterns::RULES,
    load_balancing::RULES,
    target_groups::RULES,
    discovery::RULES,
    health::RULES,
    monitoring::RULES,
    storage::RULES,
    access::RULES,
    exposure::RULES,
    cost::RULES,
    endpoints::RULES,
    quotas::RULES,
];

/// Every rule, family by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().copied().flatten()
}

/// Everything that is wrong with a design, but for the rules allowed: errors first, then by item, field and rule.
pub fn run(design: &Design, catalogue: &Catalogue, allowed: &[String]) -> Vec<Diagnostic> {
    let context = Context::new(design, catalogue);
    let wanted = rules().filter(|rule| !allowed.iter().any(|id| id == rule.id.0));
    let mut found: Vec<_> = wanted.flat_map(|rule| rule.run(&context)).collect();
    found.sort_by(|a, b| (a.severity, &a.at, a.rule).cmp(&(b.severity, &b.at, b.rule)));
    found
}
