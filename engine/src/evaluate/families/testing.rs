//! What tests of families share.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Candidate, Family, Search, alternatives};
use crate::bill::{CostGroup, Window, price};
use crate::catalogue::Catalogue;
use crate::checks::{self, Severity};
use crate::design::Design;
use crate::design::project::Project;
use crate::design::scenario::Scenario;
use crate::estimate::estimate;
use crate::plan::resolve::resolve;
use crate::units::{Span, Usd};

pub(in crate::evaluate) static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::load(&"us-east-1".into()).expect("the catalogue in the program reads"));

/// A design without errors: `web` behind an Application Load Balancer and `api`, both on Fargate in private subnets of
/// three zones, with a NAT gateway in each.
pub(in crate::evaluate) fn project() -> Project {
    Project::read(include_str!("testing.ron")).expect("the design reads")
}

/// What a design costs in a month by the estimate, by group.
pub(super) fn groups(design: &Design) -> BTreeMap<CostGroup, Usd> {
    let plan = resolve(design, &Scenario::default(), &CATALOGUE).expect("the design can be run");
    let records = estimate(&plan, Span::MONTH).records;
    price(&records, &plan, &CATALOGUE.prices, Window::of(&plan, Span::MONTH)).by_group()
}

/// What a whole design costs in a month by the estimate.
pub(super) fn total(design: &Design) -> Usd {
    groups(design).into_values().sum()
}

/// The alternatives of a family, two instance types of each architecture; every one of them is legal.
#[track_caller]
pub(super) fn of(family: Family, design: &Design) -> Vec<Candidate> {
    let project = Project::new("test", design.clone());
    let all = alternatives(family, &project, design, &CATALOGUE, Search { types: 2, window: Span::MONTH });
    assert_eq!(all[0].name, super::AS_DRAWN);
    for candidate in &all {
        let changed = applied(design, candidate);
        let errors: Vec<_> = checks::run(&changed, &CATALOGUE, &[])
            .into_iter()
            .filter(|d| d.severity == Severity::Error)
            .map(|d| d.to_string())
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", candidate.name);
    }
    all
}

pub(in crate::evaluate) fn applied(design: &Design, candidate: &Candidate) -> Design {
    let mut changed = design.clone();
    for edit in &candidate.edits {
        edit.apply(&mut changed).expect("a candidate's edits can be done");
    }
    changed
}

#[track_caller]
pub(super) fn named<'c>(all: &'c [Candidate], name: &str) -> &'c Candidate {
    let names: Vec<_> = all.iter().map(|c| &c.name).collect();
    all.iter().find(|c| c.name == name).unwrap_or_else(|| panic!("no {name} among {names:?}"))
}
