//! Work in the background: each job on a thread of its own, with progress, cancel, and one answer on its channel.
//!
//! In: [`Work`]. Out: [`Answer`]s, taken once a frame. A job that dies hangs up its channel, and that is told like any
//! other error. Nothing here touches the document.

use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex};

use bayplan_engine::catalogue::Catalogue;
use bayplan_engine::design::project::Project;
use bayplan_engine::evaluate::compare::compare_seen;
use bayplan_engine::evaluate::{self, Progress};
use bayplan_engine::simulation::Detail;
use egui::Context;

use crate::results::{Basis, Compared, Played};
use crate::work::{JobKind, Work};

/// What a job brought back.
#[derive(Debug)]
pub enum Done {
    Played(Box<Played>),
    Compared(Box<Compared>),
    /// What there is so far of a comparison that goes on.
    Partly(Box<Compared>),
    /// It was cancelled before there was anything.
    Cancelled,
}

/// What came from a job.
#[derive(Debug)]
pub struct Answer {
    pub kind: JobKind,
    /// What it brought, or why it could not.
    pub done: Result<Done, String>,
}

/// What there is so far, until somebody looks.
type Partly = Mutex<Option<Box<Compared>>>;

/// A job under way.
#[derive(Debug)]
struct Job {
    kind: JobKind,
    progress: Arc<Progress>,
    partly: Arc<Partly>,
    back: Receiver<Result<Done, String>>,
}

/// The jobs under way.
#[derive(Debug, Default)]
pub struct Jobs(Vec<Job>);

impl Jobs {
    /// Begins work on a project as it stands, unless such work is under way.
    pub fn start(&mut self, work: Work, project: Arc<Project>, catalogue: Arc<Catalogue>, context: &Context) {
        let kind = work.kind();
        if self.is_under_way(kind) {
            return;
        }
        let progress = Arc::new(Progress::default());
        let (send, back) = channel();
        let partly = Arc::new(Partly::default());
        let (shared, so_far, context) = (progress.clone(), partly.clone(), context.clone());
        std::thread::spawn(move || {
            // The window must wake even where the work panics, to see that the channel hung up.
            let wake = Wake(context);
            let seen = |compared| {
                // Only a thread that died in between could have poisoned it; then this job is lost anyway.
                if let Ok(mut partly) = so_far.lock() {
                    *partly = Some(Box::new(compared));
                }
                wake.0.request_repaint();
            };
            let done = carry_out(work, project, &catalogue, &shared, &seen);
            // Nobody waits for it where another project was opened meanwhile.
            let _ = send.send(done);
        });
        self.0.push(Job { kind, progress, partly, back });
    }

    pub fn is_under_way(&self, kind: JobKind) -> bool {
        self.0.iter().any(|job| job.kind == kind)
    }

    pub fn is_idle(&self) -> bool {
        self.0.is_empty()
    }

    /// How much of a job is done, from 0 to 1; `None` where none such is under way.
    pub fn share(&self, kind: JobKind) -> Option<f32> {
        let job = self.0.iter().find(|job| job.kind == kind)?;
        let (done, total) = job.progress.figures();
        Some(if total == 0 { 0.0 } else { (done as f32 / total as f32).min(1.0) })
    }

    /// Asks a job to stop; it answers soon, with what it has.
    pub fn cancel(&self, kind: JobKind) {
        self.0.iter().filter(|job| job.kind == kind).for_each(|job| job.progress.cancel());
    }

    /// Stops all work and forgets it: nobody wants its answers any more.
    pub fn abandon(&mut self) {
        for job in self.0.drain(..) {
            job.progress.cancel();
        }
    }

    /// The answers that have come since the last time.
    pub fn take(&mut self) -> Vec<Answer> {
        let mut answers = Vec::new();
        self.0.retain(|job| {
            let done = match job.back.try_recv() {
                Ok(done) => done,
                Err(TryRecvError::Empty) => {
                    let partly = job.partly.lock().ok().and_then(|mut partly| partly.take());
                    let part = |compared| Answer { kind: job.kind, done: Ok(Done::Partly(compared)) };
                    answers.extend(partly.map(part));
                    return true;
                }
                Err(TryRecvError::Disconnected) => {
                    Err("it stopped by a fault of ours; what was printed to standard error says where".to_owned())
                }
            };
            answers.push(Answer { kind: job.kind, done });
            false
        });
        answers
    }
}

struct Wake(Context);

impl Drop for Wake {
    fn drop(&mut self) {
        self.0.request_repaint();
    }
}

fn carry_out(
    work: Work,
    project: Arc<Project>,
    catalogue: &Catalogue,
    progress: &Progress,
    seen: &(dyn Fn(Compared) + Sync),
) -> Result<Done, String> {
    match work {
        Work::Simulate { scenario, seed, window } => {
            progress.expect(window.ms());
            let prepared = evaluate::prepare(&project, scenario.as_ref(), catalogue).map_err(|why| why.to_string())?;
            let seed = seed.or(prepared.scenario.seed).unwrap_or(1);
            let Ok(outcome) = evaluate::simulate(&prepared, catalogue, window, seed, Detail::Full, progress) else {
                return Ok(Done::Cancelled);
            };
            let basis = Basis { project, scenario };
            Ok(Done::Played(Box::new(Played::new(basis, prepared, outcome))))
        }
        Work::Compare { family, options } => {
            let basis = Basis { project: project.clone(), scenario: options.scenario.clone() };
            let compared = |comparison| Compared { basis: basis.clone(), comparison, options: options.clone() };
            let seen = |comparison| seen(compared(comparison));
            let comparison = compare_seen(&project, catalogue, family, &options, progress, &seen);
            let comparison = comparison.map_err(|why| why.to_string())?;
            if comparison.alternatives.iter().all(|alternative| alternative.runs.is_empty()) && comparison.cancelled {
                return Ok(Done::Cancelled);
            }
            Ok(Done::Compared(Box::new(compared(comparison))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::design::id::ScenarioId;
    use bayplan_engine::units::Span;

    fn waited(jobs: &mut Jobs) -> Answer {
        loop {
            if let Some(answer) = jobs.take().pop() {
                return answer;
            }
            std::thread::yield_now();
        }
    }

    fn one_day() -> Work {
        Work::Simulate { scenario: None, seed: Some(3), window: Span::from_days(1) }
    }

    fn of_preset() -> (Arc<Project>, Arc<Catalogue>) {
        let project = bayplan_engine::presets::find("small-api").unwrap().project();
        let catalogue = Catalogue::load(&project.design.region).unwrap();
        (Arc::new(project), Arc::new(catalogue))
    }

    #[test]
    fn a_run_comes_back_with_its_seed_and_its_trace() {
        let (project, catalogue) = of_preset();
        let mut jobs = Jobs::default();
        jobs.start(one_day(), project.clone(), catalogue, &Context::default());
        let Ok(Done::Played(played)) = waited(&mut jobs).done else { panic!("it is a run") };
        assert_eq!(played.outcome.seed, Some(3));
        assert!(played.outcome.trace.is_some());
        assert!(Arc::ptr_eq(&played.basis.project, &project));
        assert!(jobs.is_idle());
    }

    #[test]
    fn work_of_one_kind_is_under_way_once_and_can_be_cancelled() {
        let (project, catalogue) = of_preset();
        let mut jobs = Jobs::default();
        // Ten years: far more than is played before the cancel below.
        let work = Work::Simulate { scenario: None, seed: None, window: Span::from_days(3660) };
        jobs.start(work.clone(), project.clone(), catalogue.clone(), &Context::default());
        jobs.start(work, project, catalogue, &Context::default());
        assert_eq!(jobs.0.len(), 1);
        jobs.cancel(JobKind::Simulate);
        assert!(matches!(waited(&mut jobs).done, Ok(Done::Cancelled)));
    }

    #[test]
    fn a_design_that_cannot_be_run_is_told_in_words() {
        let (project, catalogue) = of_preset();
        let mut jobs = Jobs::default();
        let scenario = Some(ScenarioId::new("not there"));
        let work = Work::Simulate { scenario, seed: None, window: Span::from_days(1) };
        jobs.start(work, project, catalogue, &Context::default());
        assert_eq!(waited(&mut jobs).done.unwrap_err(), "there is no scenario not there");
    }

    #[test]
    fn a_job_that_dies_is_an_error_like_any_other() {
        let (send, back) = channel();
        drop(send);
        let (progress, partly) = Default::default();
        let mut jobs = Jobs(vec![Job { kind: JobKind::Simulate, progress, partly, back }]);
        assert!(waited(&mut jobs).done.unwrap_err().contains("fault of ours"));
    }
}
