//! Alternatives side by side: every one under every seed, in parallel, ranked, and the differences by their causes.
//!
//! In: a project, a family, seeds. Out: a [`Comparison`], the same on one thread or sixteen. Low, mid and high are
//! percentiles of simulated totals; a difference is that of the median pair of runs of one seed, and counts only what both
//! sides have a price for. What has an unpriced line, or a difference that rests on something drawn and left out, is never
//! ranked or picked.

use std::sync::Mutex;

use rayon::prelude::*;

use super::families::{self, Candidate, Family, Search};
use super::figures::Run;
use super::judgement::{Judgement, Verdict, judge, only_played};
use super::pairs::{Pair, median};
use super::quotas_used::over_quotas;
use super::risk::{Risk, risks};
use super::{Prepared, Progress, Refused, prepare, prepare_scenario, simulate};
use crate::bill::CostGroup;
use crate::catalogue::Catalogue;
use crate::catalogue::meter::Meter;
use crate::checks::Diagnostic;
use crate::design::ItemRef;
use crate::design::edit::Edit;
use crate::design::id::ScenarioId;
use crate::design::project::Project;
use crate::design::scenario::Scenario;
use crate::plan::Plan;
use crate::plan::left_out::{Claim, Leaves, NotPlayed};
use crate::simulation::Detail;
use crate::units::{Span, Usd};

/// How many seeds a band is made of where nothing is said.
pub const SEEDS: u64 = 20;

/// What is asked of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompareOptions {
    /// The scenario that the families' alternatives are played under; of none, the design as drawn.
    pub scenario: Option<ScenarioId>,
    /// The seeds of each alternative.
    pub seeds: Vec<u64>,
    /// How long is played.
    pub window: Span,
    /// How many instance types of each architecture.
    pub types: usize,
    /// How many threads; `None` is as many as there are.
    pub threads: Option<usize>,
}

impl CompareOptions {
    /// A month, twenty seeds, five types.
    pub fn usual() -> Self {
        let Search { types, window } = Search::USUAL;
        Self { scenario: None, seeds: (1..=SEEDS).collect(), window, types, threads: None }
    }
}

/// Percentiles of an alternative's totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The 10th percentile.
    pub low: Usd,
    /// The 50th.
    pub mid: Usd,
    /// The 90th.
    pub high: Usd,
    /// The place of mid's run among the runs.
    pub mid_run: usize,
}

/// One alternative with all its runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// Its name.
    pub name: String,
    /// What makes it of the design.
    pub edits: Vec<Edit>,
    /// The scenario that repeats it, edits, faults and all: a run of it under one of the seeds gives the same total.
    pub scenario: Scenario,
    /// What else to know of it.
    pub notes: Vec<String>,
    /// What it risks that the design as drawn does not.
    pub risks: Vec<Risk>,
    /// Why it cannot become the drawing: what its scenario plays is no part of a design.
    pub only_played: Option<String>,
    /// Whether it brings other work than the design as drawn.
    pub other_loads: bool,
    /// Why it cannot be; of the design as drawn, why the family has no alternative to it.
    pub not_applicable: Option<String>,
    /// What the checks found.
    pub findings: Vec<Diagnostic>,
    /// Its runs, in the order of seeds; fewer where the work was cancelled.
    pub runs: Vec<Run>,
    /// Its percentiles; `None` without runs.
    pub band: Option<Band>,
    /// What it used that has no price, in any run.
    pub unpriced: Vec<Meter>,
    /// What of it is drawn and neither played nor metered.
    pub not_played: Vec<NotPlayed>,
    /// The runs of one seed that the difference and the judgement are of; `None` where no seed was played by both.
    pub pair: Option<Pair>,
    /// What it costs more than the design as drawn under the same seed, of what both have a price for: of the median pair.
    pub difference: Option<Usd>,
    /// The difference by cause; the causes sum to it, and none is nothing.
    pub by_cause: Vec<(CostGroup, Usd)>,
    /// How it serves beside the design as drawn; `None` of the drawing itself, and where one of the two has no run.
    pub judgement: Option<Judgement>,
}

impl Alternative {
    /// The run that mid is.
    pub fn mid(&self) -> Option<&Run> {
        self.band.and_then(|band| self.runs.get(band.mid_run))
    }

    /// The difference by cause as people are told it: less than a cent either way is said of none.
    pub fn causes_told(&self) -> impl Iterator<Item = &(CostGroup, Usd)> {
        let cent = Usd::from_cents(1);
        self.by_cause.iter().filter(move |(_, change)| *change >= cent || *change <= -cent)
    }

    /// The run that its service is told of: that of its pair, else mid.
    pub fn seen(&self) -> Option<&Run> {
        self.pair.and_then(|pair| self.runs.get(pair.own)).or_else(|| self.mid())
    }

    fn judged(&self, drawn: &Run) -> Option<Judgement> {
        let run = self.seen()?;
        Some(match &self.only_played {
            Some(why) => Judgement::incomparable(why),
            None if self.other_loads => Judgement::incomparable("it brings other work than is drawn"),
            None => judge(drawn, run),
        })
    }

    /// What its totals claim: all that it costs, or only a part.
    pub fn claim(&self) -> Claim {
        Claim::of(self.unpriced.is_empty(), &self.not_played)
    }

    /// What its totals are without.
    pub fn missing(&self, catalogue: &Catalogue) -> Vec<String> {
        let unpriced = self.unpriced.iter().map(|meter| format!("{}, which has no price", catalogue.label(*meter)));
        let left = self.not_played.iter().filter(|left| left.is_missed());
        unpriced.chain(left.map(|left| format!("{}: {}", left.item, left.what))).collect()
    }

    /// Whether what it costs against the design as drawn rests on something that one of the two totals is without: what has
    /// no price, what only one of them leaves out, and work or plans of both that would cost other amounts on other capacity.
    fn rests_on_what_is_missing(&self, drawn: &Self) -> bool {
        let missed = |of: &Self| of.not_played.iter().filter(|left| left.is_missed()).cloned().collect::<Vec<_>>();
        let (own, others) = (missed(self), missed(drawn));
        let moves = |(group, _): &(CostGroup, Usd)| matches!(group, CostGroup::Compute | CostGroup::ManagementFee);
        let on_capacity = |left: &NotPlayed| left.leaves == Leaves::Plan || needs_capacity(&left.item);
        !self.unpriced.is_empty() || own != others || (self.by_cause.iter().any(moves) && own.iter().any(on_capacity))
    }
}

/// Alternatives side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What was varied.
    pub family: Family,
    /// How long was played.
    pub window: Span,
    /// The alternatives, the design as drawn first.
    pub alternatives: Vec<Alternative>,
    /// Those whose difference is known in full, by mid, cheapest first, as places among the alternatives.
    pub ranking: Vec<usize>,
    /// The cheapest that serves as well as the design as drawn.
    pub pick: Option<usize>,
    /// The cheapest of those that keeps architecture, fallback and zones of the design as drawn; it may be the pick itself.
    pub safe: Option<usize>,
    /// Whether the work was cancelled before all runs were done.
    pub cancelled: bool,
}

/// Why nothing can be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// The design as drawn cannot be run.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The system gave no threads.
    #[error("no threads could be started: {0}")]
    Threads(String),
}

/// Compares a family's alternatives. `progress` advances by milliseconds of simulated time.
pub fn compare(
    project: &Project,
    catalogue: &Catalogue,
    family: Family,
    options: &CompareOptions,
    progress: &Progress,
) -> Result<Comparison, CompareError> {
    compare_seen(project, catalogue, family, options, progress, &|_| {})
}

/// Compares like [`compare`], and shows what there is so far each time that as many more runs are done as there are
/// alternatives. What is shown on the way depends on threads; what comes back does not.
pub fn compare_seen(
    project: &Project,
    catalogue: &Catalogue,
    family: Family,
    options: &CompareOptions,
    progress: &Progress,
    seen: &(dyn Fn(Comparison) + Sync),
) -> Result<Comparison, CompareError> {
    let work = || compare_here(project, catalogue, family, options, progress, seen);
    match options.threads {
        None => work(),
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.map_err(|error| CompareError::Threads(error.to_string()))?.install(work)
        }
    }
}

fn compare_here(
    project: &Project,
    catalogue: &Catalogue,
    family: Family,
    options: &CompareOptions,
    progress: &Progress,
    seen: &(dyn Fn(Comparison) + Sync),
) -> Result<Comparison, CompareError> {
    let scenario = options.scenario.as_ref().filter(|_| family != Family::Scenarios);
    let base = prepare(project, scenario, catalogue)?;
    let search = Search { types: options.types, window: options.window };
    let candidates = families::alternatives(family, project, &base.design, catalogue, search);
    let made: Vec<_> = candidates
        .into_par_iter()
        .map(|candidate| alternative(candidate, project, &base, catalogue, options.window))
        .collect();
    let (mut alternatives, prepared): (Vec<_>, Vec<_>) = made.into_iter().unzip();
    let so_far = SoFar { family, window: options.window, seen, known: Mutex::new((0, alternatives.clone())) };
    for (alternative, runs) in alternatives.iter_mut().zip(play(&prepared, catalogue, options, progress, &so_far)) {
        alternative.runs = runs;
    }
    Ok(judged(family, options.window, alternatives, progress.is_cancelled()))
}

/// A candidate as an alternative without runs, and ready to be run where it can be.
fn alternative(
    candidate: Candidate,
    project: &Project,
    base: &Prepared,
    catalogue: &Catalogue,
    window: Span,
) -> (Alternative, Option<Prepared>) {
    let own = candidate.scenario.as_ref().and_then(|id| project.scenarios.get(id)).cloned();
    let is_scenario = own.is_some();
    let is_drawn = candidate.name == families::AS_DRAWN;
    let scenario = own.unwrap_or_else(|| {
        let edits = base.scenario.edits.iter().chain(&candidate.edits).cloned().collect();
        Scenario { edits, ..base.scenario.clone() }
    });
    let possible = candidate.not_applicable.is_none() || is_drawn;
    let ready = possible.then(|| prepare_scenario(&project.design, scenario.clone(), catalogue, &project.allowed));
    let (ready, refused) = match ready {
        Some(Ok(ready)) => (Some(ready), None),
        Some(Err(refused)) => (None, Some(refused.to_string())),
        None => (None, None),
    };
    let alternative = Alternative {
        name: candidate.name,
        edits: candidate.edits,
        risks: ready.as_ref().map(|ready| risks(&base.design, &ready.design)).unwrap_or_default(),
        only_played: only_played(&scenario).filter(|_| is_scenario),
        other_loads: ready.as_ref().is_some_and(|ready| ready.design.loads != base.design.loads),
        scenario,
        notes: candidate.notes,
        not_applicable: refused.or(candidate.not_applicable),
        findings: ready.as_ref().map(|ready| ready.findings.clone()).unwrap_or_default(),
        runs: Vec::new(),
        band: None,
        unpriced: Vec::new(),
        not_played: ready.as_ref().map(|ready| left_out(&ready.plan, window)).unwrap_or_default(),
        pair: None,
        difference: None,
        by_cause: Vec::new(),
        judgement: None,
    };
    (alternative, ready)
}

/// What is known while work goes on.
struct SoFar<'a> {
    family: Family,
    window: Span,
    seen: &'a (dyn Fn(Comparison) + Sync),
    /// How many runs are done, and the alternatives with them.
    known: Mutex<(usize, Vec<Alternative>)>,
}

impl SoFar<'_> {
    /// One more run of the alternative in this place.
    fn add(&self, place: usize, run: &Run) {
        // A thread that died has taken the whole work with it: then nothing is shown any more.
        let Ok(mut known) = self.known.lock() else { return };
        let (count, alternatives) = &mut *known;
        let runs = &mut alternatives[place].runs;
        let at = runs.partition_point(|before| before.seed < run.seed);
        runs.insert(at, run.clone());
        *count += 1;
        if count.is_multiple_of(alternatives.len()) {
            let alternatives = alternatives.clone();
            drop(known);
            (self.seen)(judged(self.family, self.window, alternatives, false));
        }
    }
}

/// Every alternative under every seed: seed by seed, so that work cut short has a little of each.
fn play(
    prepared: &[Option<Prepared>],
    catalogue: &Catalogue,
    options: &CompareOptions,
    progress: &Progress,
    so_far: &SoFar<'_>,
) -> Vec<Vec<Run>> {
    let able = || prepared.iter().enumerate().filter_map(|(place, ready)| ready.as_ref().map(|ready| (place, ready)));
    let all: Vec<_> = options.seeds.iter().flat_map(|seed| able().map(|(at, ready)| (at, ready, *seed))).collect();
    progress.expect(options.window.ms().saturating_mul(crate::units::count(all.len())));
    let done: Vec<_> = all
        .par_iter()
        .map(|(place, ready, seed)| {
            if progress.is_cancelled() {
                return None;
            }
            let outcome = simulate(ready, catalogue, options.window, *seed, Detail::Totals, progress).ok()?;
            let mut run = Run::of(&ready.plan, &outcome, *seed);
            if let Some(summary) = &outcome.summary {
                run.over_quotas = over_quotas(&ready.plan, summary, &ready.design.account);
            }
            so_far.add(*place, &run);
            Some((*place, run))
        })
        .collect();
    let mut runs = vec![Vec::new(); prepared.len()];
    done.into_iter().flatten().for_each(|(place, run): (usize, Run)| runs[place].push(run));
    runs
}

/// The place of a percentile by nearest rank among so many, counted from 0.
fn nearest_rank(percent: usize, count: usize) -> usize {
    (percent * count).div_ceil(100).max(1) - 1
}

fn band(runs: &[Run]) -> Option<Band> {
    let mut order: Vec<_> = (0..runs.len()).collect();
    order.sort_by_key(|place| (runs[*place].total, runs[*place].seed));
    let at = |percent| order.get(nearest_rank(percent, order.len())).copied();
    let (low, mid_run, high) = (at(10)?, at(50)?, at(90)?);
    Some(Band { low: runs[low].total, mid: runs[mid_run].total, high: runs[high].total, mid_run })
}

/// What a plan leaves out of a window, each once, in the order of items.
fn left_out(plan: &Plan, window: Span) -> Vec<NotPlayed> {
    let mut all: Vec<_> = plan.left_out_of_bill(window).cloned().collect();
    all.sort();
    all.dedup();
    all
}

/// Whether an item is work, or brings some, that capacity is needed for.
fn needs_capacity(item: &ItemRef) -> bool {
    matches!(
        item,
        ItemRef::Service(_)
            | ItemRef::StandaloneTask(_)
            | ItemRef::ExpressService(_)
            | ItemRef::TaskDefinition(_)
            | ItemRef::CapacityProvider(_)
            | ItemRef::Cluster(_)
    )
}

fn judged(family: Family, window: Span, mut alternatives: Vec<Alternative>, cancelled: bool) -> Comparison {
    for alternative in &mut alternatives {
        alternative.band = band(&alternative.runs);
        let mut unpriced: Vec<_> = alternative.runs.iter().flat_map(|run| run.unpriced.iter().copied()).collect();
        unpriced.sort();
        unpriced.dedup();
        alternative.unpriced = unpriced;
    }
    if let Some(drawn) = alternatives.first().cloned() {
        alternatives.iter_mut().enumerate().for_each(|(place, of)| set_beside(&drawn, place, of));
    }
    let mut ranking: Vec<_> = (0..alternatives.len())
        .filter_map(|place| {
            let alternative = &alternatives[place];
            let drawn = &alternatives[0];
            alternative.band.filter(|_| !alternative.rests_on_what_is_missing(drawn)).map(|band| (band.mid, place))
        })
        .collect();
    ranking.sort_unstable();
    let ranking: Vec<_> = ranking.into_iter().map(|(_, place)| place).collect();
    let as_well = |of: &Alternative| of.judgement.as_ref().is_some_and(|j| j.verdict == Verdict::AsWell);
    let applies = alternatives.first().is_some_and(|drawn| drawn.not_applicable.is_none());
    // Where what the drawing leaves out keeps others from being ranked, it is not the cheapest for want of them.
    let possible = alternatives.iter().filter(|alternative| alternative.band.is_some()).count();
    let missed = alternatives.first().is_some_and(|drawn| !drawn.claim().is_whole());
    let drawn_may = !(missed && ranking.len() < possible);
    let mut able = ranking.iter().copied().filter(|place| applies && (*place == 0 || as_well(&alternatives[*place])));
    let pick = able.clone().next().filter(|place| *place != 0 || drawn_may);
    let safe = able.find(|place| pick.is_some() && alternatives[*place].risks.is_empty());
    Comparison { family, window, alternatives, ranking, pick, safe, cancelled }
}

/// Sets an alternative beside the design as drawn, which stands beside itself in its mid run.
fn set_beside(drawn: &Alternative, place: usize, of: &mut Alternative) {
    if place == 0 {
        of.pair = of.band.map(|band| Pair { drawn: band.mid_run, own: band.mid_run });
        of.difference = of.band.map(|_| Usd::ZERO);
        return;
    }
    let without = without(drawn, of);
    let Some((pair, by_cause)) = median(&drawn.runs, &of.runs, &without) else { return };
    of.pair = Some(pair);
    of.judgement = of.judged(&drawn.runs[pair.drawn]);
    of.difference = Some(by_cause.iter().map(|(_, change)| *change).sum());
    of.by_cause = by_cause;
}

/// The meters that one of the two has no price for, in any of its runs.
fn without(drawn: &Alternative, of: &Alternative) -> Vec<Meter> {
    drawn.unpriced.iter().chain(&of.unpriced).copied().collect()
}

impl Comparison {
    /// The two runs of one seed that an alternative's difference is of: of the design as drawn, and of its own.
    pub fn pair(&self, place: usize) -> Option<(&Run, &Run)> {
        let (drawn, of) = (self.alternatives.first()?, self.alternatives.get(place)?);
        let pair = of.pair?;
        Some((drawn.runs.get(pair.drawn)?, of.runs.get(pair.own)?))
    }

    /// The meters that an alternative's difference leaves out: the design as drawn or itself has no price for them.
    pub fn left_out(&self, place: usize) -> Vec<Meter> {
        let both = self.alternatives.first().zip(self.alternatives.get(place));
        both.map_or_else(Vec::new, |(drawn, of)| without(drawn, of))
    }

    /// What differences are of, in a sentence.
    pub fn differences_said(&self) -> &'static str {
        "Differences are of runs of the same seed, of their median pair: they need not be one mid less the other"
    }
}

#[cfg(test)]
pub(super) mod testing {
    use std::collections::BTreeMap;

    use super::*;
    use crate::bill::Charge;
    use crate::evaluate::families::testing::project;

    /// A run that cost so many cents by meter, and has no figures.
    pub(in crate::evaluate) fn run(seed: u64, costs: &[(Meter, i64)], unpriced: &[Meter]) -> Run {
        let design = project().design;
        let inputs = crate::evaluate::stamp::Inputs::of(&design, &Scenario::default());
        let stamp = crate::evaluate::stamp::Stamp::of(&inputs, Span::HOUR, Some(seed), &crate::bill::Bill::default());
        let costs: BTreeMap<_, _> =
            costs.iter().map(|(meter, cents)| (Charge::Aws(*meter), Usd::from_cents(*cents))).collect();
        let total: Usd = costs.values().copied().sum();
        let (unpriced, services, providers) = (unpriced.to_vec(), Vec::new(), Vec::new());
        Run { seed, stamp, total, month: total, costs, unpriced, services, providers, over_quotas: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::run;
    use super::*;
    use crate::bill::Charge;
    use crate::design::fault::{Fault, FaultKind};
    use crate::design::load::Load;
    use crate::evaluate::families::testing::{CATALOGUE, project};
    use crate::evaluate::figures::{ServiceFigures, charges};
    use crate::evaluate::pairs::causes;
    use crate::simulation::trace::ServiceSummary;
    use crate::units::{Micro, Ppm};
    use proptest::prelude::*;

    /// Six hours under a load that moves by the seed.
    fn options(threads: Option<usize>) -> CompareOptions {
        let window = Span::from_hours(6);
        CompareOptions { seeds: (1..=4).collect(), window, types: 1, threads, ..CompareOptions::usual() }
    }

    fn noisy() -> Project {
        let mut project = project();
        if let Some(Load::Requests(requests)) = project.design.loads.get_mut(&"visitors".into()) {
            requests.shape.noise = Ppm::from_ppm(100_000);
        }
        project
    }

    fn compared(family: Family, project: &Project, catalogue: &Catalogue, options: &CompareOptions) -> Comparison {
        compare(project, catalogue, family, options, &Progress::default()).unwrap()
    }

    #[test]
    fn the_charges_of_a_cause_sum_to_it_and_the_largest_change_is_first() {
        use Meter::{FargateArmVcpu, FargateX86Memory, FargateX86Vcpu, NatGatewayHour};
        let from = run(1, &[(FargateX86Vcpu, 900), (FargateX86Memory, 100), (NatGatewayHour, 50)], &[]);
        let to = run(1, &[(FargateArmVcpu, 700), (FargateX86Memory, 100), (NatGatewayHour, 20)], &[]);
        let (group, usd) = (Charge::Aws(FargateX86Vcpu).group(), Usd::from_cents);
        let all = charges(&from, &to, &[], group);
        let expected = [
            (FargateX86Vcpu, usd(900), usd(0)),
            (FargateArmVcpu, usd(0), usd(700)),
            (FargateX86Memory, usd(100), usd(100)),
        ];
        assert_eq!(all, expected.map(|(meter, was, is)| (Charge::Aws(meter), was, is)));
        let cause = causes(&from, &to, &[]).into_iter().find(|(of, _)| *of == group).unwrap();
        assert_eq!(all.iter().map(|(_, was, is)| *is - *was).sum::<Usd>(), cause.1);
        // What one of the two has no price for is in neither.
        let without = run(1, &[(FargateArmVcpu, 700)], &[FargateX86Vcpu]);
        assert!(
            charges(&from, &without, &[FargateX86Vcpu], group)
                .iter()
                .all(|(charge, ..)| *charge != Charge::Aws(FargateX86Vcpu))
        );
    }

    fn alternative(name: &str, runs: Vec<Run>) -> Alternative {
        Alternative {
            name: name.to_owned(),
            edits: Vec::new(),
            scenario: Scenario::default(),
            notes: Vec::new(),
            risks: Vec::new(),
            only_played: None,
            other_loads: false,
            not_applicable: None,
            findings: Vec::new(),
            runs,
            band: None,
            unpriced: Vec::new(),
            not_played: Vec::new(),
            pair: None,
            difference: None,
            by_cause: Vec::new(),
            judgement: None,
        }
    }

    fn judge(alternatives: Vec<Alternative>) -> Comparison {
        judged(Family::Capacity, Span::MONTH, alternatives, false)
    }

    #[test]
    fn no_difference_that_rests_on_what_is_left_out_is_picked() {
        use Meter::{FargateX86Vcpu, NatGatewayHour};
        let left = |item: &ItemRef, leaves| NotPlayed { item: item.clone(), what: "it", after: Span::ZERO, leaves };
        let (service, site) = (ItemRef::Service("web".into()), ItemRef::Site("hall".into()));
        let cheaper = |costs: &[(Meter, i64)], drawn_left: &[NotPlayed], own_left: &[NotPlayed]| {
            let mut drawn = alternative("As drawn", vec![run(1, &[(FargateX86Vcpu, 900), (NatGatewayHour, 50)], &[])]);
            let mut other = alternative("Other", vec![run(1, costs, &[])]);
            (drawn.not_played, other.not_played) = (drawn_left.to_vec(), own_left.to_vec());
            judge(vec![drawn, other]).pick
        };
        let (compute, nat) = ([(FargateX86Vcpu, 800), (NatGatewayHour, 50)], [(FargateX86Vcpu, 900)]);
        let dollars = [left(&service, Leaves::Dollars)];
        let (plan, fee) = ([left(&service, Leaves::Plan)], [left(&site, Leaves::Dollars)]);
        assert_eq!(cheaper(&compute, &[], &[]), Some(1));
        assert_eq!(cheaper(&compute, &[], &[left(&service, Leaves::Behaviour)]), Some(1));
        // What one of the two leaves out is missing from the difference, whichever it is.
        assert_eq!(cheaper(&compute, &[], &dollars), Some(0));
        assert_eq!(cheaper(&compute, &dollars, &[]), None);
        // What both leave out cancels, unless it would cost other amounts on other capacity.
        assert_eq!([cheaper(&nat, &dollars, &dollars), cheaper(&compute, &dollars, &dollars)], [Some(1), None]);
        assert_eq!([cheaper(&nat, &plan, &plan), cheaper(&compute, &plan, &plan)], [Some(1), None]);
        assert_eq!(cheaper(&compute, &fee, &fee), Some(1));
    }

    #[test]
    fn percentiles_are_the_nearest_ranks() {
        // Ranks ⌈p·n⌉ of 20 are 2, 10 and 18; of 3 they are 1, 2 and 3; of one run it is that.
        for (count, expected) in [(20, [2, 10, 18]), (3, [1, 2, 3]), (1, [1, 1, 1])] {
            assert_eq!([10, 50, 90].map(|percent| nearest_rank(percent, count) + 1), expected);
        }
        let runs: Vec<_> =
            (1..=20).map(|seed| run(seed, &[(Meter::AlbHour, 2100 - i64::try_from(seed).unwrap())], &[])).collect();
        let band = band(&runs).unwrap();
        // Totals fall as seeds rise: the 2nd, 10th and 18th smallest are those of seeds 19, 11 and 3.
        assert_eq!([band.low, band.mid, band.high], [2081, 2089, 2097].map(Usd::from_cents));
        assert_eq!(runs[band.mid_run].seed, 11);
    }

    #[test]
    fn threads_change_nothing() {
        let project = noisy();
        let one = compared(Family::Egress, &project, &CATALOGUE, &options(Some(1)));
        assert!(one.alternatives[0].runs.iter().any(|r| r.total != one.alternatives[0].runs[0].total), "seeds differ");
        for threads in [2, 4] {
            assert_eq!(compared(Family::Egress, &project, &CATALOGUE, &options(Some(threads))), one);
        }
    }

    #[test]
    fn one_run_repeated_by_itself_gives_the_same_total() {
        let project = noisy();
        let options = options(None);
        let comparison = compared(Family::Capacity, &project, &CATALOGUE, &options);
        let able: Vec<_> = comparison.alternatives.iter().filter(|a| a.band.is_some()).collect();
        assert!(able.len() >= 6, "{}", able.len());
        for alternative in able {
            let mid = alternative.mid().unwrap();
            let ready = prepare_scenario(&project.design, alternative.scenario.clone(), &CATALOGUE, &[]).unwrap();
            let progress = Progress::default();
            let again = simulate(&ready, &CATALOGUE, options.window, mid.seed, Detail::Full, &progress).unwrap();
            assert_eq!((again.bill.total, again.stamp), (mid.total, mid.stamp), "{}", alternative.name);
            let sum: Usd = alternative.by_cause.iter().map(|(_, change)| *change).sum();
            assert_eq!(alternative.difference, Some(sum));
            let pair = alternative.pair.unwrap();
            let [drawn, own] = [&comparison.alternatives[0].runs[pair.drawn], &alternative.runs[pair.own]];
            assert_eq!((drawn.seed, sum), (own.seed, own.total - drawn.total), "{}", alternative.name);
        }
        assert_eq!(comparison.alternatives[0].difference, Some(Usd::ZERO));
    }

    #[test]
    fn causes_that_an_alternative_does_not_touch_are_in_no_difference() {
        // The load moves by the seed, and with it what scales, is logged and goes out: of one seed it moves alike for both.
        let comparison = compared(Family::Egress, &noisy(), &CATALOGUE, &options(None));
        let one = comparison.alternatives.iter().find(|a| a.name == "One NAT gateway").unwrap();
        let touched = [CostGroup::Nat, CostGroup::PublicIpv4, CostGroup::CrossZone];
        assert!(one.by_cause.iter().all(|(group, _)| touched.contains(group)), "{:?}", one.by_cause);
        let nat = one.by_cause.iter().find(|(group, _)| *group == CostGroup::Nat).unwrap();
        // Two gateways less at $0.045 an hour over six hours: 2 × 6 × 0.045; their bytes are lines less, each rounded.
        assert!((nat.1 - Usd::parse("-0.54").unwrap()).nanos().abs() < 10, "{}", nat.1);
    }

    #[test]
    fn what_has_no_price_is_at_least_so_much_and_never_ranked() {
        let mut catalogue = CATALOGUE.clone();
        catalogue.prices = catalogue.prices.clone().without(Meter::NatGatewayHour);
        let comparison = compared(Family::Egress, &project(), &catalogue, &options(None));
        let named = |name: &str| comparison.alternatives.iter().position(|a| a.name == name).unwrap();
        let (drawn, public) = (0, named("Public subnets"));
        assert_eq!(comparison.alternatives[drawn].claim(), Claim::AtLeast);
        assert_eq!(comparison.alternatives[drawn].unpriced, [Meter::NatGatewayHour]);
        assert!(!comparison.ranking.contains(&drawn) && comparison.ranking.contains(&public));
        // The gateways' hours are known to neither side; their addresses and bytes go.
        let nat = comparison.alternatives[public].by_cause.iter().find(|(group, _)| *group == CostGroup::Nat);
        assert!(nat.is_some_and(|(_, change)| *change < Usd::ZERO && *change > Usd::from_cents(-60)), "{nat:?}");
    }

    #[test]
    fn what_there_is_so_far_shows_after_each_round() {
        let shown = Mutex::new(Vec::new());
        let seen = |comparison: Comparison| shown.lock().unwrap().push(comparison);
        let options = CompareOptions { threads: Some(1), ..options(None) };
        let last =
            compare_seen(&project(), &CATALOGUE, Family::Inbound, &options, &Progress::default(), &seen).unwrap();
        let runs = |comparison: &Comparison| comparison.alternatives.iter().map(|a| a.runs.len()).sum::<usize>();
        let rounds: Vec<_> = shown.lock().unwrap().iter().map(runs).collect();
        let all = last.alternatives.len();
        assert_eq!(rounds, (1..=runs(&last) / all).map(|round| round * all).collect::<Vec<_>>());
        assert!(rounds.len() > 1, "{rounds:?}");
        assert_eq!(last, compared(Family::Inbound, &project(), &CATALOGUE, &options));
    }

    #[test]
    fn cancelled_work_gives_what_there_is() {
        let progress = Progress::default();
        progress.cancel();
        let comparison = compare(&project(), &CATALOGUE, Family::Inbound, &options(None), &progress).unwrap();
        assert!(comparison.cancelled && comparison.ranking.is_empty() && comparison.pick.is_none());
        assert!(comparison.alternatives.len() > 1);
        assert!(comparison.advice().starts_with("Nothing can be picked"));
    }

    #[test]
    fn scenarios_are_compared_with_the_design_as_drawn() {
        let mut project = project();
        let strikes = |kind| Fault { kind, at: Span::HOUR, lasts: Span::HOUR };
        let faults = vec![strikes(FaultKind::ZoneLoss("us-east-1a".into()))];
        project.scenarios.insert("zone lost".into(), Scenario { faults, ..Scenario::default() });
        let edits = vec![Edit::Remove(crate::design::ItemRef::Cluster("main".into()))];
        project.scenarios.insert("broken".into(), Scenario { edits, ..Scenario::default() });
        let comparison = compared(Family::Scenarios, &project, &CATALOGUE, &options(None));
        let names: Vec<_> = comparison.alternatives.iter().map(|a| a.name.as_str()).collect();
        assert_eq!(names, [families::AS_DRAWN, "broken", "zone lost"]);
        assert!(comparison.alternatives[1].not_applicable.is_some() && comparison.alternatives[1].band.is_none());
        let lost = comparison.alternatives[2].mid().unwrap();
        assert!(lost.recovery() > comparison.alternatives[0].mid().unwrap().recovery());
    }

    #[test]
    fn what_nobody_can_adopt_is_never_picked() {
        use crate::design::knob::Knob;
        let mut project = project();
        let count = |count| vec![Edit::Set(crate::design::ItemRef::Service("web".into()), Knob::DesiredCount(count))];
        let faults = vec![Fault { kind: FaultKind::ZoneLoss("us-east-1a".into()), at: Span::HOUR, lasts: Span::HOUR }];
        let fewer = Scenario { edits: count(1), faults, ..Scenario::default() };
        project.scenarios.insert("fewer, and a zone lost".into(), fewer);
        let quiet = vec![Edit::Remove(crate::design::ItemRef::Load("visitors".into()))];
        project.scenarios.insert("nobody comes".into(), Scenario { edits: quiet, ..Scenario::default() });
        let comparison = compared(Family::Scenarios, &project, &CATALOGUE, &options(None));
        assert!(comparison.ranking.len() == 3 && comparison.pick == Some(0), "{comparison:?}");
        let why = |place: usize| comparison.alternatives[place].judgement.as_ref().map(Judgement::said);
        assert_eq!(why(1).unwrap(), "not to be picked: it plays a fault, which nobody can adopt");
        assert_eq!(why(2).unwrap(), "not to be picked: it brings other work than is drawn");
        assert!(comparison.alternatives[2].only_played.is_none(), "somebody may still draw it");
        assert!(comparison.advice().contains("cannot be picked: it "), "{}", comparison.advice());
    }

    #[test]
    fn a_family_that_does_not_apply_picks_nothing() {
        let comparison = compared(Family::Scenarios, &project(), &CATALOGUE, &options(None));
        assert_eq!((comparison.alternatives.len(), comparison.pick), (1, None));
        assert_eq!(comparison.advice(), "This family does not apply: the project has no scenarios");
    }

    #[test]
    fn causes_below_a_cent_are_told_to_nobody() {
        let nano = |text: &str| Usd::parse(text).unwrap();
        let mut of = alternative("other", Vec::new());
        of.by_cause = vec![
            (CostGroup::Compute, nano("-0.01")),
            (CostGroup::Nat, nano("0.009999999")),
            (CostGroup::Logs, nano("-0.000000001")),
            (CostGroup::Storage, nano("0.01")),
        ];
        let told: Vec<_> = of.causes_told().map(|(group, _)| *group).collect();
        assert_eq!(told, [CostGroup::Compute, CostGroup::Storage]);
    }

    #[test]
    fn instances_that_boot_for_minutes_can_be_picked() {
        let project = crate::presets::find("queue-workers").unwrap().project();
        let options = CompareOptions { seeds: vec![1], window: Span::from_days(2), ..options(None) };
        let comparison = compared(Family::Capacity, &project, &CATALOGUE, &options);
        let on_instances = comparison.alternatives.iter().filter(|a| a.mid().is_some_and(|m| m.unplaced_max() > 0));
        let verdicts: Vec<_> = on_instances.map(|a| (a.name.as_str(), a.judgement.as_ref().unwrap().verdict)).collect();
        assert!(verdicts.len() >= 6 && verdicts.iter().all(|(_, v)| *v == Verdict::AsWell), "{verdicts:?}");
        assert_eq!(comparison.pick, comparison.ranking.first().copied(), "nothing serves worse");
    }

    #[test]
    fn what_is_cheaper_and_serves_worse_is_not_picked() {
        let serving = |mut run: Run, over: u128| {
            let counts = ServiceSummary {
                asked: Micro::from_micro(1_000_000),
                over_capacity: Micro::from_micro(over),
                ..ServiceSummary::default()
            };
            run.services = vec![ServiceFigures { name: "web".into(), counts }];
            run
        };
        let of = |cents, over| vec![serving(run(1, &[(Meter::AlbHour, cents)], &[]), over)];
        // One in a thousand more is allowed, 1,000 of a million; 1,100 is not.
        let comparison = judge(vec![
            alternative("As drawn", of(9000, 0)),
            alternative("worse", of(1000, 1100)),
            alternative("as good", of(5000, 1000)),
        ]);
        assert_eq!(comparison.ranking, [1, 2, 0]);
        assert_eq!(comparison.pick, Some(2));
        assert_eq!(
            comparison.advice(),
            "as good costs $50, $40 less than as drawn; worse is cheaper and serves worse: \
             0.110 % of web's requests refused (as drawn 0.000 %, and 0.100 % more is allowed)"
        );
    }

    proptest! {
        #[test]
        fn causes_sum_to_the_difference(
            from in prop::collection::vec(0..1_000_000i64, 5), to in prop::collection::vec(0..1_000_000i64, 5), unpriced in 0..6usize,
        ) {
            const METERS: [Meter; 5] =
                [Meter::AlbHour, Meter::AlbLcu, Meter::NatGatewayHour, Meter::PublicIpv4, Meter::InternetOut];
            let costs = |cents: &[i64]| METERS.into_iter().zip(cents.iter().copied()).collect::<Vec<_>>();
            let without: Vec<_> = METERS.get(unpriced).copied().into_iter().collect();
            let comparison = judge(vec![
                alternative("As drawn", vec![run(1, &costs(&from), &[])]),
                alternative("other", vec![run(1, &costs(&to), &without)]),
            ]);
            let other = &comparison.alternatives[1];
            let kept = |cents: &[i64]| -> i64 {
                cents.iter().enumerate().filter(|(place, _)| *place != unpriced).map(|(_, cents)| cents).sum()
            };
            let expected = Usd::from_cents(kept(&to) - kept(&from));
            prop_assert_eq!(other.difference, Some(expected));
            prop_assert_eq!(other.by_cause.iter().map(|(_, change)| *change).sum::<Usd>(), expected);
            prop_assert!(other.by_cause.iter().all(|(_, change)| *change != Usd::ZERO));
            prop_assert_eq!(comparison.ranking.contains(&1), without.is_empty());
        }
    }
}
