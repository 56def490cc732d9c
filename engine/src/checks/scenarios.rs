//! What is wrong with a scenario itself: edits that cannot be done, faults and deployments of what is not there.
//!
//! In: the design as drawn, a scenario, the catalogue. Out: the design with the scenario's edits done, as far as they can
//! be, and findings that name the scenario and its field. What is wrong with the design that the edits make, [`super::run`]
//! finds as it does of any other. Nothing here plays anything.

use super::diagnostic::{Diagnostic, Findings, RuleId, Severity, Subject};
use crate::catalogue::Catalogue;
use crate::design::edit::EditError;
use crate::design::fault::{Fault, FaultKind};
use crate::design::id::{CapacityProviderId, ScenarioId, ServiceId};
use crate::design::scenario::Scenario;
use crate::design::{Design, ItemRef};
use crate::names::Zone;
use crate::units::{Percent, Span};

/// A scenario beside the design that it is of.
#[derive(Debug)]
struct Context<'a> {
    id: &'a ScenarioId,
    scenario: &'a Scenario,
    /// The design as drawn.
    drawn: &'a Design,
    /// The same with the edits that can be done.
    design: &'a Design,
    /// The edits that cannot, each by its place from 1.
    undone: &'a [(usize, EditError)],
    catalogue: &'a Catalogue,
}

/// One rule over scenarios: a row of the table.
#[derive(Debug, Clone, Copy)]
pub struct ScenarioRule {
    /// Its name.
    pub id: RuleId,
    /// How bad its findings are.
    pub severity: Severity,
    /// The fault in one sentence.
    pub what: &'static str,
    /// Looks for the fault.
    check: fn(&Context<'_>, &mut Findings),
}

/// Every rule over scenarios. What AWS would say of them nobody knows: a scenario is ours, and so are its rules.
pub const RULES: &[ScenarioRule] = &[
    ScenarioRule {
        id: RuleId("scenario-edit-impossible"),
        severity: Severity::Error,
        what: "A scenario changes what is not there",
        check: edit_impossible,
    },
    ScenarioRule {
        id: RuleId("scenario-names-nothing"),
        severity: Severity::Error,
        what: "A fault or a deployment is of something that nobody drew",
        check: names_nothing,
    },
    ScenarioRule {
        id: RuleId("scenario-share-beyond-all"),
        severity: Severity::Error,
        what: "A fault takes more than there is",
        check: share_beyond_all,
    },
    ScenarioRule {
        id: RuleId("scenario-strikes-nothing"),
        severity: Severity::Warning,
        what: "A fault finds nothing that it could strike",
        check: strikes_nothing,
    },
    ScenarioRule {
        id: RuleId("scenario-fault-without-length"),
        severity: Severity::Warning,
        what: "A fault that lasts has no length, or one that strikes once has one",
        check: without_length,
    },
    ScenarioRule {
        id: RuleId("scenario-time-outside-window"),
        severity: Severity::Warning,
        what: "A fault or a deployment comes after the end of a month",
        check: outside_window,
    },
];

/// Looks at one scenario, but for the rules allowed: the design it plays, and what is wrong with the scenario itself.
pub fn run(
    drawn: &Design,
    (id, scenario): (&ScenarioId, &Scenario),
    catalogue: &Catalogue,
    allowed: &[String],
) -> (Design, Vec<Diagnostic>) {
    let mut design = drawn.clone();
    let mut undone = Vec::new();
    for (place, edit) in (1..).zip(&scenario.edits) {
        undone.extend(edit.apply(&mut design).err().map(|error| (place, error)));
    }
    let context = Context { id, scenario, drawn, design: &design, undone: &undone, catalogue };
    let wanted = RULES.iter().filter(|rule| !allowed.iter().any(|id| id == rule.id.0));
    let mut all: Vec<_> = wanted
        .flat_map(|rule| {
            let mut findings = Findings::of(rule.id, rule.severity);
            (rule.check)(&context, &mut findings);
            findings.into_found()
        })
        .collect();
    for finding in &mut all {
        finding.scenario = Some(id.clone());
    }
    (design, all)
}

impl Context<'_> {
    fn add(&self, field: &'static str, message: String, hint: String, out: &mut Findings) {
        out.add(Subject::Scenario(self.id.clone()), field, message, hint);
    }

    /// Its faults, each by its place from 1.
    fn faults(&self) -> impl Iterator<Item = (u32, &Fault)> {
        (1..).zip(&self.scenario.faults)
    }

    fn is_drawn(&self, at: &ItemRef) -> bool {
        self.drawn.contains(at) || self.design.contains(at)
    }

    fn knows_provider(&self, id: &CapacityProviderId) -> bool {
        is_aws_own(id) || self.is_drawn(&ItemRef::CapacityProvider(id.clone()))
    }

    fn knows_zone(&self, zone: &Zone) -> bool {
        self.catalogue.region.zones.contains(zone) || [self.drawn, self.design].iter().any(|d| stands_in(d, zone))
    }
}

/// Whether it is one of the two providers that every account has.
fn is_aws_own(id: &CapacityProviderId) -> bool {
    *id == CapacityProviderId::fargate() || *id == CapacityProviderId::fargate_spot()
}

fn stands_in(design: &Design, zone: &Zone) -> bool {
    design.subnets.values().any(|subnet| subnet.zone == *zone)
}

/// Names in a row, or that there is none.
fn listed<'n>(kind: &str, names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<_> = names.collect();
    names.dedup();
    if names.is_empty() { format!("the design has no {kind}") } else { format!("{kind}s are {}", names.join(", ")) }
}

fn services(design: &Design) -> String {
    listed("service", design.services.keys().map(ServiceId::as_str))
}

/// What: an edit of a scenario changes an item that is not there, or gives a name that is taken. Why: the scenario cannot be
/// played or priced. Example: `Set(Service("web"), DesiredCount(3))` after `web` was taken out of the drawing.
///
/// Source: Bayplan: an edit is of something that is drawn.
fn edit_impossible(context: &Context<'_>, out: &mut Findings) {
    for (place, error) in context.undone {
        let edit = &context.scenario.edits[place - 1];
        let message = format!("edit {place} ({}) cannot be done: {error}", edit.describe());
        context.add("edits", message, "name what is drawn, or take the edit out of the scenario".to_owned(), out);
    }
}

/// What: a fault or deployment names a zone, a provider or a service that is neither drawn nor AWS's own. Why: it strikes
/// nothing, and what the scenario asks is not answered. Example: `ZoneLoss("us-east-9z")`.
///
/// Source: Bayplan: a fault strikes what is drawn.
fn names_nothing(context: &Context<'_>, out: &mut Findings) {
    for (place, fault) in context.faults() {
        let (what, hint) = match &fault.kind {
            FaultKind::ZoneLoss(zone) if !context.knows_zone(zone) => {
                let mut zones: Vec<_> = context.design.subnets.values().map(|subnet| subnet.zone.as_str()).collect();
                zones.sort_unstable();
                let region = &context.design.region;
                (format!("{zone} is no zone of {region}"), format!("drawn {}", listed("zone", zones.into_iter())))
            }
            FaultKind::SpotWave { provider, .. } | FaultKind::SpotDrought { provider }
                if !context.knows_provider(provider) =>
            {
                let drawn = context.design.capacity_providers.keys().map(CapacityProviderId::as_str);
                let all = drawn.chain(["FARGATE_SPOT"]);
                (format!("there is no capacity provider {provider}"), listed("capacity provider", all))
            }
            FaultKind::TaskFailure { service, .. } | FaultKind::StartFailure { service }
                if !context.is_drawn(&ItemRef::Service(service.clone())) =>
            {
                (format!("there is no service {service}"), services(context.design))
            }
            FaultKind::ZoneLoss(_)
            | FaultKind::SpotWave { .. }
            | FaultKind::SpotDrought { .. }
            | FaultKind::TaskFailure { .. }
            | FaultKind::StartFailure { .. } => continue,
        };
        context.add("faults", format!("fault {place} ({}): {what}", fault.kind.describe()), hint, out);
    }
    for (place, deployment) in (1..).zip(&context.scenario.deployments) {
        let service = &deployment.service;
        if !context.is_drawn(&ItemRef::Service(service.clone())) {
            let place: u32 = place;
            let message = format!("deployment {place}: there is no service {service}");
            context.add("deployments", message, services(context.design), out);
        }
    }
}

/// What: a wave or a failure takes more than 100 %. Why: there is no more than all. Example: `percent: 400`.
///
/// Source: Bayplan: a share of what runs.
fn share_beyond_all(context: &Context<'_>, out: &mut Findings) {
    for (place, fault) in context.faults() {
        let Some(percent) = share(&fault.kind).filter(|percent| *percent > Percent::HUNDRED) else { continue };
        let message = format!("fault {place} ({}) takes {percent} of what there is", fault.kind.describe());
        context.add("faults", message, "a share is from 1 % to 100 %".to_owned(), out);
    }
}

fn share(kind: &FaultKind) -> Option<Percent> {
    match kind {
        FaultKind::SpotWave { percent, .. } | FaultKind::TaskFailure { percent, .. } => Some(*percent),
        FaultKind::ZoneLoss(_) | FaultKind::SpotDrought { .. } | FaultKind::StartFailure { .. } => None,
    }
}

/// What: a fault is of something known in which nothing of this scenario stands: a zone without a subnet, a provider that
/// buys no Spot, an item that the scenario's own edits take away, a share of nothing. Why: the run is one without the fault.
/// Example: `ZoneLoss("us-east-1f")` of a design in a, b and c.
///
/// Source: Bayplan: a fault strikes what is drawn.
fn strikes_nothing(context: &Context<'_>, out: &mut Findings) {
    let gone = |at: ItemRef| {
        let is_gone = context.drawn.contains(&at) && !context.design.contains(&at);
        is_gone.then(|| format!("the scenario's edits take {at} away"))
    };
    for (place, fault) in context.faults() {
        let why = match &fault.kind {
            kind if share(kind) == Some(Percent::default()) => Some("it takes 0 %".to_owned()),
            FaultKind::ZoneLoss(zone) if context.knows_zone(zone) && !stands_in(context.design, zone) => {
                Some(format!("nothing stands in {zone}"))
            }
            FaultKind::SpotWave { provider, .. } | FaultKind::SpotDrought { provider } => {
                not_spot(context.design, provider).or_else(|| gone(ItemRef::CapacityProvider(provider.clone())))
            }
            FaultKind::TaskFailure { service, .. } | FaultKind::StartFailure { service } => {
                gone(ItemRef::Service(service.clone()))
            }
            FaultKind::ZoneLoss(_) => None,
        };
        if let Some(why) = why {
            let message = format!("fault {place} ({}) strikes nothing: {why}", fault.kind.describe());
            context.add("faults", message, "name what runs in this scenario, or take the fault out".to_owned(), out);
        }
    }
    for (place, deployment) in (1..).zip(&context.scenario.deployments) {
        if let Some(why) = gone(ItemRef::Service(deployment.service.clone())) {
            let place: u32 = place;
            let message = format!("deployment {place} changes nothing: {why}");
            context.add("deployments", message, "name a service of this scenario, or take it out".to_owned(), out);
        }
    }
}

/// Why no Spot capacity can be taken from a provider that is there.
fn not_spot(design: &Design, id: &CapacityProviderId) -> Option<String> {
    use crate::design::capacity::CapacityOptionType;
    let buys_spot = match design.capacity_providers.get(id) {
        Some(provider) => provider.option() == CapacityOptionType::Spot,
        None => *id != CapacityProviderId::fargate(),
    };
    (!buys_spot).then(|| format!("{id} buys no Spot capacity"))
}

/// What: a zone's loss, a drought or a failure to start lasts no time, or a wave or a failure of tasks, which strikes once,
/// has a length. Why: one ends as it begins, of the other the length is not played. Example: `SpotDrought` without `lasts`.
///
/// Source: Bayplan: faults that strike once and faults that last.
fn without_length(context: &Context<'_>, out: &mut Findings) {
    for (place, fault) in context.faults() {
        let said = fault.kind.describe();
        if share(&fault.kind).is_some() {
            if fault.lasts > Span::ZERO {
                let message =
                    format!("fault {place} ({said}) strikes once: that it lasts {} is not played", fault.lasts);
                context.add("faults", message, "leave `lasts` out, or write the fault several times".to_owned(), out);
            }
        } else if fault.lasts == Span::ZERO {
            let message = format!("fault {place} ({said}) lasts no time: it is over as it begins");
            context.add("faults", message, "say how long it lasts in `lasts`".to_owned(), out);
        }
    }
}

/// What: a fault or a deployment comes later than a month after the start. Why: estimates, runs and comparisons look at 730
/// hours unless they are told to look longer, so that nobody sees it. Example: `at` in microseconds for milliseconds.
///
/// Source: Bayplan: a month has 730 hours.
fn outside_window(context: &Context<'_>, out: &mut Findings) {
    let hint = || "times count from the start of the run; a run of more `--days` would reach it".to_owned();
    for (place, fault) in context.faults().filter(|(_, fault)| fault.at >= Span::MONTH) {
        let (said, at) = (fault.kind.describe(), fault.at);
        let message = format!("fault {place} ({said}) strikes after {at}; a month has ended after {}", Span::MONTH);
        context.add("faults", message, hint(), out);
    }
    for (place, deployment) in (1..).zip(&context.scenario.deployments) {
        if deployment.at >= Span::MONTH {
            let (service, at, place): (_, _, u32) = (&deployment.service, deployment.at, place);
            let end = Span::MONTH;
            let message = format!("deployment {place} (of {service}) begins after {at}; a month has ended after {end}");
            context.add("deployments", message, hint(), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{CATALOGUE, base};
    use crate::design::edit::Edit;
    use crate::design::knob::Knob;
    use crate::design::scenario::PlannedDeployment;

    fn found(scenario: &Scenario) -> Vec<Diagnostic> {
        run(&base(), (&"s".into(), scenario), &CATALOGUE, &[]).1
    }

    #[track_caller]
    fn finds(scenario: &Scenario, rule: &str, field: &'static str, says: &[&str]) {
        let all = found(scenario);
        let [finding] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!((finding.rule.0, finding.at.field), (rule, field), "{finding}");
        assert_eq!(finding.at.to_string(), format!("s · {field}"));
        assert_eq!(finding.scenario, Some("s".into()));
        for part in says {
            let text = format!("{} | {}", finding.message, finding.hint);
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    fn fault(kind: FaultKind, lasts: Span) -> Scenario {
        Scenario { faults: vec![Fault { kind, at: Span::HOUR, lasts }], ..Scenario::default() }
    }

    fn wave(provider: &str, percent: u16) -> FaultKind {
        FaultKind::SpotWave { provider: provider.into(), percent: Percent::from_percent(percent) }
    }

    fn edited(edits: Vec<Edit>) -> Scenario {
        Scenario { edits, ..Scenario::default() }
    }

    #[test]
    fn what_is_there_has_no_finding() {
        let whole = Scenario {
            edits: vec![Edit::Set(ItemRef::Service("web".into()), Knob::DesiredCount(3))],
            deployments: vec![PlannedDeployment { service: "web".into(), at: Span::HOUR, fails: None }],
            ..fault(FaultKind::ZoneLoss("us-east-1a".into()), Span::HOUR)
        };
        for scenario in [
            Scenario::default(),
            whole,
            fault(FaultKind::SpotDrought { provider: "FARGATE_SPOT".into() }, Span::HOUR),
            fault(wave("FARGATE_SPOT", 100), Span::ZERO),
            fault(FaultKind::StartFailure { service: "web".into() }, Span::HOUR),
        ] {
            assert_eq!(found(&scenario), Vec::new(), "{scenario:?}");
        }
    }

    #[test]
    fn an_edit_of_what_is_not_there_is_found_and_the_others_are_done() {
        let scenario = edited(vec![
            Edit::Set(ItemRef::Service("wbe".into()), Knob::DesiredCount(3)),
            Edit::Set(ItemRef::Service("web".into()), Knob::DesiredCount(77)),
        ]);
        finds(&scenario, "scenario-edit-impossible", "edits", &["edit 1", "there is no service wbe"]);
        let (design, _) = run(&base(), (&"s".into(), &scenario), &CATALOGUE, &[]);
        assert_eq!(design.services[&ServiceId::new("web")].desired_count, 77);
        for edit in [
            Edit::Remove(ItemRef::Note("x".into())),
            Edit::Rename(ItemRef::Service("web".into()), String::new()),
            Edit::Rename(ItemRef::Service("web".into()), "worker".to_owned()),
            Edit::Set(ItemRef::Vpc("vpc".into()), Knob::DesiredCount(3)),
        ] {
            finds(&edited(vec![edit]), "scenario-edit-impossible", "edits", &["edit 1"]);
        }
    }

    #[test]
    fn faults_and_deployments_of_nothing_are_found() {
        let rule = "scenario-names-nothing";
        let zone = fault(FaultKind::ZoneLoss("us-east-9z".into()), Span::HOUR);
        finds(&zone, rule, "faults", &["us-east-9z is no zone of us-east-1", "us-east-1a, us-east-1b"]);
        finds(&fault(wave("spots", 50), Span::ZERO), rule, "faults", &["no capacity provider spots", "FARGATE_SPOT"]);
        let drought = fault(FaultKind::SpotDrought { provider: "spots".into() }, Span::HOUR);
        finds(&drought, rule, "faults", &["no capacity provider spots"]);
        let failure = FaultKind::TaskFailure { service: "wbe".into(), percent: Percent::HUNDRED };
        finds(&fault(failure, Span::ZERO), rule, "faults", &["no service wbe", "web"]);
        let start = fault(FaultKind::StartFailure { service: "wbe".into() }, Span::HOUR);
        finds(&start, rule, "faults", &["no service wbe"]);
        let deployments = vec![PlannedDeployment { service: "wbe".into(), at: Span::HOUR, fails: None }];
        finds(&Scenario { deployments, ..Scenario::default() }, rule, "deployments", &["no service wbe"]);
    }

    #[test]
    fn faults_that_find_nothing_to_strike_are_found() {
        let rule = "scenario-strikes-nothing";
        finds(&fault(wave("FARGATE_SPOT", 0), Span::ZERO), rule, "faults", &["0 %"]);
        finds(&fault(wave("FARGATE", 50), Span::ZERO), rule, "faults", &["FARGATE buys no Spot"]);
        let empty = fault(FaultKind::ZoneLoss("us-east-1f".into()), Span::HOUR);
        finds(&empty, rule, "faults", &["nothing stands in us-east-1f"]);
        let failure = FaultKind::TaskFailure { service: "web".into(), percent: Percent::HUNDRED };
        let gone = Scenario { edits: vec![Edit::Remove(ItemRef::Service("web".into()))], ..fault(failure, Span::ZERO) };
        finds(&gone, rule, "faults", &["edits take service web away"]);
    }

    #[test]
    fn lengths_shares_and_times_that_nobody_plays_are_found() {
        let none = fault(FaultKind::ZoneLoss("us-east-1a".into()), Span::ZERO);
        finds(&none, "scenario-fault-without-length", "faults", &["lasts no time"]);
        finds(&fault(wave("FARGATE_SPOT", 50), Span::HOUR), "scenario-fault-without-length", "faults", &["1 h"]);
        finds(&fault(wave("FARGATE_SPOT", 101), Span::ZERO), "scenario-share-beyond-all", "faults", &["101 %"]);
        let mut late = fault(FaultKind::ZoneLoss("us-east-1a".into()), Span::HOUR);
        late.faults[0].at = Span::MONTH;
        finds(&late, "scenario-time-outside-window", "faults", &["30 d 10 h"]);
        let deployments = vec![PlannedDeployment { service: "web".into(), at: Span::MONTH, fails: None }];
        let late = Scenario { deployments, ..Scenario::default() };
        finds(&late, "scenario-time-outside-window", "deployments", &["web"]);
    }

    #[test]
    fn a_rule_that_is_allowed_is_silent() {
        let allowed: Vec<_> = RULES.iter().map(|rule| rule.id.0.to_owned()).collect();
        let scenario = fault(FaultKind::ZoneLoss("us-east-9z".into()), Span::ZERO);
        assert_eq!(run(&base(), (&"s".into(), &scenario), &CATALOGUE, &allowed).1, Vec::new());
    }
}
