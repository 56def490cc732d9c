//! Whether an alternative serves as well as the design as drawn: by what its users feel, in numbers.
//!
//! In: a run of each under one seed. Out: a [`Judgement`] with the numbers it rests on. Money plays no part here, and no chance: the same
//! runs are judged the same.

use std::cmp::Reverse;

use super::figures::{Run, ServiceFigures};
use crate::design::scenario::Scenario;
use crate::units::{Ppm, Span};

/// Requests refused, or jobs not done, that a service of an alternative may have above those of the design as drawn and still
/// be picked.
///
/// Assumption: one in a thousand of the service's requests, and of its jobs; below it a difference of money outweighs one of service.
const NOT_DONE_MARGIN: Ppm = Ppm::from_ppm(1000);

/// The share of the time that tasks are wanted for that they may wait for a place, above that of the design as drawn.
///
/// Assumption: one in a hundred. Who scales on instances waits for each to boot, some minutes a day, and its users feel that
/// only where requests go over capacity or recovery is long, which are judged by themselves. A task that finds no place at
/// all waits for all of its time.
const WAITED_MARGIN: Ppm = Ppm::from_ppm(10_000);

/// How much longer than the design as drawn an alternative may take until a service has all the tasks that it wants.
///
/// Assumption: ten minutes: an instance that is launched, boots and registers, and one more try to place what waited for
/// it. Longer is an outage that somebody is called for.
const RECOVERY_MARGIN: Span = Span::from_minutes(10);

/// What is made of an alternative's service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It serves as well as the design as drawn, within what is stated here.
    AsWell,
    /// It serves worse.
    Worse,
    /// It cannot be the answer: it plays what nobody can adopt, or does other work.
    Incomparable,
}

/// A verdict and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The numbers, or what cannot be compared; a clause without a full stop.
    pub why: String,
}

impl Judgement {
    /// It cannot be the answer, because of this.
    pub(super) fn incomparable(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Incomparable, why: why.into() }
    }

    /// Verdict and reason in a clause.
    pub fn said(&self) -> String {
        match self.verdict {
            Verdict::AsWell => format!("serves as well: {}", self.why),
            Verdict::Worse => format!("serves worse: {}", self.why),
            Verdict::Incomparable => format!("not to be picked: {}", self.why),
        }
    }
}

/// Why a scenario can be played only: what it adds to the drawing is no part of a design.
pub(super) fn only_played(scenario: &Scenario) -> Option<String> {
    let failing = scenario.deployments.iter().any(|deployment| deployment.fails.is_some());
    match scenario.faults.len() {
        _ if failing => Some("it plays a deployment that fails, which nobody can adopt".to_owned()),
        0 if scenario.edits.is_empty() => Some("it changes nothing that is drawn".to_owned()),
        0 => None,
        1 => Some("it plays a fault, which nobody can adopt".to_owned()),
        faults => Some(format!("it plays {faults} faults, which nobody can adopt")),
    }
}

/// Beside the run of the design as drawn: the numbers that are too far from it, or all. Requests and jobs are judged apart,
/// each by the service that is worst off beside the drawing.
pub(super) fn judge(drawn: &Run, run: &Run) -> Judgement {
    let mut all: Vec<_> = WORK.iter().filter_map(|work| of_worst_service(drawn, run, work)).collect();
    let (waited, waited_before) = (run.waited(), drawn.waited());
    all.push(Measured::of(
        waited.ppm() > waited_before.ppm().saturating_add(WAITED_MARGIN.ppm()),
        &format!("tasks without a place for {} of their time", percent(waited)),
        &percent(waited_before),
        &percent(WAITED_MARGIN),
    ));
    let (recovery, before) = (run.recovery(), drawn.recovery());
    let (short, most) = (format!("up to {recovery} short of tasks"), RECOVERY_MARGIN.to_string());
    all.push(Measured::of(recovery > before + RECOVERY_MARGIN, &short, &before.to_string(), &most));
    let is_worse = all.iter().any(|measured| measured.is_worse);
    let told = all.into_iter().filter(|measured| measured.is_worse == is_worse).map(|measured| measured.told);
    let verdict = if is_worse { Verdict::Worse } else { Verdict::AsWell };
    Judgement { verdict, why: told.collect::<Vec<_>>().join("; ") }
}

/// A kind of work that a service may not do all of.
struct Work {
    came: fn(&ServiceFigures) -> bool,
    undone: fn(&ServiceFigures) -> Ppm,
    /// Behind a share and the service's name.
    words: &'static str,
}

const WORK: &[Work] = &[
    Work { came: ServiceFigures::has_requests, undone: ServiceFigures::refused, words: "requests refused" },
    Work { came: ServiceFigures::has_jobs, undone: ServiceFigures::jobs_left, words: "jobs not done" },
];

impl Work {
    fn said(&self, of: &ServiceFigures) -> String {
        format!("{} of {}'s {}", percent((self.undone)(of)), of.name, self.words)
    }
}

/// The service whose share of a kind of work not done is furthest above that of the design as drawn; `None` where no such
/// work comes.
fn of_worst_service(drawn: &Run, run: &Run, work: &Work) -> Option<Measured> {
    let before = |of: &ServiceFigures| {
        let same = drawn.services.iter().find(|drawn| drawn.name == of.name);
        same.map_or(Ppm::ZERO, work.undone)
    };
    let by = |of: &&ServiceFigures| {
        let (is, was) = ((work.undone)(of), before(of));
        (i64::from(is.ppm()) - i64::from(was.ppm()), is, Reverse(of.name.clone()))
    };
    let worst = run.services.iter().filter(|of| (work.came)(of)).max_by_key(by)?;
    let (is, was) = ((work.undone)(worst), before(worst));
    let is_worse = is.ppm() > was.ppm().saturating_add(NOT_DONE_MARGIN.ppm());
    Some(Measured::of(is_worse, &work.said(worst), &percent(was), &percent(NOT_DONE_MARGIN)))
}

/// What a run leaves undone of its services' work, where it is more than one in a thousand: a clause for each service and
/// kind of work.
pub fn shortfalls(run: &Run) -> Vec<String> {
    let of = |service| {
        let short = WORK.iter().filter(move |work| (work.undone)(service) > NOT_DONE_MARGIN);
        short.map(move |work| work.said(service))
    };
    run.services.iter().flat_map(of).collect()
}

/// One number of service beside that of the design as drawn.
struct Measured {
    is_worse: bool,
    told: String,
}

impl Measured {
    fn of(is_worse: bool, told: &str, drawn: &str, margin: &str) -> Self {
        let allowed = if is_worse { format!(", and {margin} more is allowed") } else { String::new() };
        Self { is_worse, told: format!("{told} (as drawn {drawn}{allowed})") }
    }
}

fn percent(share: Ppm) -> String {
    format!("{:.3} %", share.fraction() * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::fault::{Fault, FaultKind};
    use crate::design::scenario::{PlannedDeployment, RevisionFault};
    use crate::evaluate::compare::testing::run;
    use crate::evaluate::figures::ServiceFigures;
    use crate::simulation::trace::ServiceSummary;
    use crate::units::Micro;

    /// A run of one service, `web`: of a million requests so many over capacity, of a million milliseconds wanted so many without a
    /// place, so long short of tasks.
    fn serving(over: u128, unplaced_ms: u64, recovery: Span) -> Run {
        let counts = ServiceSummary {
            asked: Micro::from_micro(1_000_000),
            over_capacity: Micro::from_micro(over),
            desired_ms: 1_000_000,
            unplaced_ms,
            unplaced_max: 18,
            recovery,
            ..ServiceSummary::default()
        };
        let mut run = run(1, &[], &[]);
        run.services = vec![ServiceFigures { name: "web".into(), counts }];
        run
    }

    #[test]
    fn each_number_may_be_worse_by_its_margin_and_no_more() {
        let minutes = Span::from_minutes;
        let drawn = serving(90, 500, minutes(1));
        let verdict = |over, unplaced, recovery| judge(&drawn, &serving(over, unplaced, recovery)).verdict;
        // Margins are 1,000 of a million, 10,000 of a million and ten minutes, above 90, 500 and one minute.
        assert_eq!(verdict(1090, 10_500, minutes(11)), Verdict::AsWell);
        assert_eq!(verdict(1091, 10_500, minutes(11)), Verdict::Worse);
        assert_eq!(verdict(1090, 10_501, minutes(11)), Verdict::Worse);
        assert_eq!(verdict(1090, 10_500, minutes(11) + Span::from_ms(1)), Verdict::Worse);
        assert_eq!(verdict(0, 0, Span::ZERO), Verdict::AsWell);
    }

    #[test]
    fn a_judgement_has_its_numbers() {
        let drawn = serving(90, 0, Span::from_minutes(7));
        assert_eq!(
            judge(&drawn, &serving(300, 2030, Span::from_minutes(10))).said(),
            "serves as well: 0.030 % of web's requests refused (as drawn 0.009 %); tasks without a place for 0.203 % of their \
             time (as drawn 0.000 %); up to 10 min short of tasks (as drawn 7 min)"
        );
        assert_eq!(
            judge(&drawn, &serving(90, 2030, Span::from_minutes(80))).said(),
            "serves worse: up to 1 h 20 min short of tasks (as drawn 7 min, and 10 min more is allowed)"
        );
    }

    /// One more service whose queue got a million jobs, of which so many wait at the end.
    fn with_worker(mut run: Run, left: u128) -> Run {
        let million = Micro::from_micro(1_000_000);
        let counts = ServiceSummary {
            asked: million,
            jobs: million,
            left: Micro::from_micro(left),
            ..ServiceSummary::default()
        };
        run.services.push(ServiceFigures { name: "worker".into(), counts });
        run
    }

    #[test]
    fn jobs_that_still_wait_at_the_end_are_not_done() {
        let run = with_worker(serving(0, 0, Span::ZERO), 2000);
        assert_eq!((run.not_done(), run.over_capacity()), (Ppm::from_ppm(2000), Ppm::ZERO));
        let drawn = with_worker(serving(0, 0, Span::ZERO), 0);
        let worse = judge(&drawn, &run);
        assert_eq!(
            worse.said(),
            "serves worse: 0.200 % of worker's jobs not done (as drawn 0.000 %, and 0.100 % more is allowed)"
        );
    }

    #[test]
    fn a_small_service_is_not_hidden_by_a_large_one() {
        // Half of the worker's million jobs beside 999 million requests are 0.05 % of all work, and half of its own.
        let mut drawn = with_worker(serving(0, 0, Span::ZERO), 500_000);
        drawn.services[0].counts.asked = Micro::from_micro(999_000_000);
        assert_eq!(drawn.not_done(), Ppm::from_ppm(500_000));
        assert_eq!(shortfalls(&drawn), ["50.000 % of worker's jobs not done"]);
        let mut worse = drawn.clone();
        worse.services[1].counts.left = Micro::from_micro(502_000);
        assert_eq!(judge(&drawn, &worse).verdict, Verdict::Worse);
        // The drawing's own shortfall is nothing that an alternative does worse.
        assert_eq!(judge(&drawn, &drawn).verdict, Verdict::AsWell);
        assert!(judge(&drawn, &drawn).why.contains("50.000 % of worker's jobs not done (as drawn 50.000 %)"));
    }

    #[test]
    fn what_is_only_played_says_why() {
        use crate::design::{ItemRef, edit::Edit};
        let edits = vec![Edit::Remove(ItemRef::Cluster("main".into()))];
        let fault = || Fault { kind: FaultKind::ZoneLoss("us-east-1a".into()), at: Span::HOUR, lasts: Span::HOUR };
        let rollout = |fails| PlannedDeployment { service: "web".into(), at: Span::HOUR, fails };
        let why = |faults, deployments, edits| {
            only_played(&Scenario { edits, faults, deployments, ..Scenario::default() }).unwrap_or_default()
        };
        let none = Vec::new;
        assert_eq!(why(Vec::new(), none(), edits.clone()), "");
        assert_eq!(why(Vec::new(), vec![rollout(None)], edits.clone()), "");
        assert_eq!(why(Vec::new(), none(), Vec::new()), "it changes nothing that is drawn");
        assert_eq!(why(vec![fault()], none(), edits.clone()), "it plays a fault, which nobody can adopt");
        assert_eq!(why(vec![fault(), fault()], none(), Vec::new()), "it plays 2 faults, which nobody can adopt");
        let failing = vec![rollout(Some(RevisionFault::NeverStarts))];
        assert_eq!(why(Vec::new(), failing, edits), "it plays a deployment that fails, which nobody can adopt");
    }
}
