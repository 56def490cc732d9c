//! Families of alternatives: what a design could be instead, each a list of edits that anybody could have made.
//!
//! In: a design and the catalogue. Out: [`Candidate`]s, the first always the design as drawn. A candidate that would
//! bring errors the design does not have is never offered: it says why instead. Nothing here runs a simulation; what is
//! searched for (instance types, endpoints) is searched with the estimate.

mod capacity;
mod egress;
mod gpus;
mod inbound;
mod moving;
mod names;
mod remarks;

#[cfg(test)]
pub(in crate::evaluate) mod testing;

use std::collections::BTreeSet;

use crate::bill::{Window, price};
use crate::catalogue::Catalogue;
use crate::checks::{self, Place, RuleId, Severity};
use crate::design::Design;
use crate::design::edit::{Edit, difference};
use crate::design::id::ScenarioId;
use crate::design::project::Project;
use crate::design::scenario::Scenario;
use crate::estimate::estimate;
use crate::plan::Plan;
use crate::plan::resolve::resolve;
use crate::units::{Span, Usd};

/// The name of the first alternative of every family.
pub const AS_DRAWN: &str = "As drawn";

/// What is varied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// What tasks run on.
    Capacity,
    /// How they reach AWS services and the internet.
    Egress,
    /// How requests reach them.
    Inbound,
    /// The project's own scenarios.
    Scenarios,
}

impl Family {
    /// All, in the order they are offered.
    pub const ALL: &'static [Self] = &[Self::Capacity, Self::Egress, Self::Inbound, Self::Scenarios];

    /// In a word, as the command line takes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Capacity => "capacity",
            Self::Egress => "egress",
            Self::Inbound => "inbound",
            Self::Scenarios => "scenarios",
        }
    }

    /// As a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Capacity => "What tasks run on",
            Self::Egress => "How tasks reach what is outside",
            Self::Inbound => "How requests come in",
            Self::Scenarios => "Your scenarios",
        }
    }
}

impl std::str::FromStr for Family {
    type Err = UnknownFamily;
    fn from_str(text: &str) -> Result<Self, UnknownFamily> {
        Self::ALL.iter().copied().find(|family| family.word() == text).ok_or_else(|| UnknownFamily(text.to_owned()))
    }
}

/// A family that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no family `{0}`; there are capacity, egress, inbound and scenarios")]
pub struct UnknownFamily(String);

/// Something the design could be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its name: what differs, with the architecture where that is chosen.
    pub name: String,
    /// What makes it of the design.
    pub edits: Vec<Edit>,
    /// What else to know of it: sizes rounded up, services that stay, images that must exist.
    pub notes: Vec<String>,
    /// The project's scenario that it is.
    pub scenario: Option<ScenarioId>,
    /// Why it cannot be; of the design as drawn, why the family has no alternative to it.
    pub not_applicable: Option<String>,
}

impl Candidate {
    fn impossible(name: impl Into<String>, why: impl Into<String>) -> Self {
        let (name, why) = (name.into(), Some(why.into()));
        Self { name, edits: Vec::new(), notes: Vec::new(), scenario: None, not_applicable: why }
    }

    fn as_drawn(not_applicable: Option<String>) -> Self {
        let name = AS_DRAWN.to_owned();
        Self { name, edits: Vec::new(), notes: Vec::new(), scenario: None, not_applicable }
    }
}

/// How far families look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search {
    /// How many instance types of each architecture are compared: the ones that the estimate finds cheapest.
    pub types: usize,
    /// Over which time costs are estimated.
    pub window: Span,
}

impl Search {
    /// Five types, a month.
    pub const USUAL: Self = Self { types: 5, window: Span::MONTH };
}

/// The alternatives of a family to a design, itself first; of the scenarios, those of the project.
pub fn alternatives(
    family: Family,
    project: &Project,
    design: &Design,
    catalogue: &Catalogue,
    search: Search,
) -> Vec<Candidate> {
    let ground = Ground::new(design, catalogue, search);
    let mut others = match family {
        Family::Capacity => capacity::candidates(&ground),
        Family::Egress => egress::candidates(&ground),
        Family::Inbound => inbound::candidates(&ground),
        Family::Scenarios => scenarios(project),
    };
    // What comes out as it is drawn is not an alternative to it.
    let as_it_is = |c: &Candidate| c.edits.is_empty() && c.not_applicable.is_none() && c.scenario.is_none();
    let same: Vec<_> = others.iter().filter(|c| as_it_is(c)).map(|c| c.name.clone()).collect();
    others.retain(|c| !as_it_is(c));
    merge_alike(&mut others);
    let why = match others.iter().find_map(|c| c.not_applicable.clone()) {
        _ if others.iter().any(|c| c.not_applicable.is_none()) => None,
        _ if family == Family::Scenarios => Some("the project has no scenarios".to_owned()),
        Some(why) => Some(why),
        None => Some("nothing in the design can be varied this way".to_owned()),
    };
    let mut first = Candidate::as_drawn(why);
    first.notes.extend(same.iter().map(|name| format!("This is: {name}")));
    std::iter::once(first).chain(others).collect()
}

/// Keeps the first of candidates that make the same design, and what the others say of it.
fn merge_alike(candidates: &mut Vec<Candidate>) {
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates.drain(..) {
        let possible = candidate.not_applicable.is_none() && candidate.scenario.is_none();
        match kept.iter_mut().find(|k| possible && k.not_applicable.is_none() && k.edits == candidate.edits) {
            Some(same) => {
                let new = candidate.notes.into_iter().filter(|note| !same.notes.contains(note)).collect::<Vec<_>>();
                same.notes.extend(new);
            }
            None => kept.push(candidate),
        }
    }
    *candidates = kept;
}

fn scenarios(project: &Project) -> Vec<Candidate> {
    let of = |(id, scenario): (&ScenarioId, &Scenario)| Candidate {
        name: id.to_string(),
        edits: scenario.edits.clone(),
        notes: Some(scenario.description.clone()).filter(|text| !text.is_empty()).into_iter().collect(),
        scenario: Some(id.clone()),
        not_applicable: None,
    };
    project.scenarios.iter().map(of).collect()
}

/// What families build on: the design, and the errors it has already.
struct Ground<'a> {
    design: &'a Design,
    catalogue: &'a Catalogue,
    search: Search,
    known: BTreeSet<(RuleId, Place)>,
}

impl<'a> Ground<'a> {
    fn new(design: &'a Design, catalogue: &'a Catalogue, search: Search) -> Self {
        let known = errors(design, catalogue).map(|(rule, place, _)| (rule, place)).collect();
        Self { design, catalogue, search, known }
    }

    /// The first error that the changed design has and the drawn one has not.
    fn fault(&self, changed: &Design) -> Option<String> {
        let mut found = errors(changed, self.catalogue);
        let new = found.find(|(rule, place, _)| !self.known.contains(&(*rule, place.clone())));
        new.map(|(_, place, message)| format!("{place}: {message}"))
    }

    /// A changed design as a candidate, if it is legal and can be run.
    fn candidate(&self, name: impl Into<String>, notes: Vec<String>, changed: Result<Design, String>) -> Candidate {
        let name = name.into();
        let made = changed.and_then(|changed| match self.fault(&changed) {
            Some(fault) => Err(fault),
            None => self.plan(&changed).map(|_| difference(self.design, &changed)),
        });
        match made {
            Ok(edits) => Candidate { name, edits, notes, scenario: None, not_applicable: None },
            Err(why) => Candidate::impossible(name, why),
        }
    }

    fn plan(&self, design: &Design) -> Result<Plan, String> {
        let said = |errors: Vec<crate::plan::resolve::Unresolved>| {
            errors.first().map_or_else(|| "it cannot be resolved".to_owned(), ToString::to_string)
        };
        resolve(design, &Scenario::default(), self.catalogue).map_err(said)
    }

    /// What a design costs by the estimate; `None` if it cannot be run or a price is missing.
    fn cost(&self, design: &Design) -> Option<Usd> {
        self.plan(design).ok().and_then(|plan| self.cost_of_plan(&plan))
    }

    fn cost_of_plan(&self, plan: &Plan) -> Option<Usd> {
        let window = self.search.window;
        let estimate = estimate(plan, window);
        if estimate.services.iter().any(|s| s.unplaced_max > 0) {
            return None;
        }
        let bill = price(&estimate.records, plan, &self.catalogue.prices, Window::of(plan, window));
        bill.is_priced().then_some(bill.total)
    }
}

fn errors(design: &Design, catalogue: &Catalogue) -> impl Iterator<Item = (RuleId, Place, String)> {
    let found = checks::run(design, catalogue, &[]).into_iter();
    found.filter(|d| d.severity == Severity::Error).map(|d| (d.rule, d.at, d.message))
}

#[cfg(test)]
mod tests {
    use super::testing::*;
    use super::*;
    use crate::design::Item;
    use crate::design::capacity::StrategyItem;
    use crate::design::id::CapacityProviderId;
    use crate::design::service::Capacity;

    #[test]
    fn families_are_named_as_the_command_line_takes_them() {
        for family in Family::ALL {
            assert_eq!(family.word().parse(), Ok(*family));
        }
        assert!("compute".parse::<Family>().unwrap_err().to_string().contains("`compute`"));
    }

    #[test]
    fn what_comes_out_as_drawn_is_named_once() {
        let all = of(Family::Inbound, &project().design);
        assert_eq!(all[0].notes, ["This is: Application Load Balancer"]);
        assert_eq!(all[0].not_applicable, None);
        assert!(all.iter().all(|c| c.name != "Application Load Balancer"));
    }

    #[test]
    fn a_family_without_alternatives_says_why() {
        let mut design = project().design;
        design.loads.clear();
        let all = of(Family::Inbound, &design);
        assert_eq!(all[0].not_applicable.as_deref(), Some("no load of requests is drawn: nothing comes in"));
        let project = Project::new("none", design.clone());
        let none = alternatives(Family::Scenarios, &project, &design, &CATALOGUE, Search::USUAL);
        assert_eq!(none.len(), 1);
        assert_eq!(none[0].not_applicable.as_deref(), Some("the project has no scenarios"));
    }

    #[test]
    fn a_change_that_brings_an_error_is_refused_with_it() {
        let design = project().design;
        let ground = Ground::new(&design, &CATALOGUE, Search::USUAL);
        let mut wrong = design.clone();
        let mut web = wrong.services[&"web".into()].clone();
        let capacity_provider = CapacityProviderId::new("nowhere");
        web.capacity = Capacity::Strategy(vec![StrategyItem { capacity_provider, base: 0, weight: 1 }]);
        wrong.put(Item::Service("web".into(), web));
        let candidate = ground.candidate("wrong", Vec::new(), Ok(wrong));
        let why = candidate.not_applicable.unwrap();
        assert!(why.contains("web · capacity") && why.contains("nowhere"), "{why}");
        assert!(candidate.edits.is_empty());
    }
}
