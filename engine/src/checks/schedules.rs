//! Schedules of standalone tasks: whether EventBridge takes them.

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::ItemRef;
use crate::design::cron::{CYCLE, Cron};
use crate::design::standalone::Schedule;
use crate::units::{CalendarTime, Minutes, Span};

const TYPES: &str = "EventBridge Scheduler User Guide, \"Schedule types\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "schedule-not-readable",
        Severity::Error,
        "EventBridge does not take a schedule",
        TYPES,
        schedule_not_readable,
    ),
    Rule::new(
        "schedule-never-fires",
        Severity::Warning,
        "A schedule starts nothing, ever again",
        TYPES,
        schedule_never_fires,
    ),
    Rule::new(
        "schedule-overlaps-itself",
        Severity::Advice,
        "A task still works when its schedule starts the next",
        TYPES,
        schedule_overlaps_itself,
    ),
];

/// What: a cron expression that is none of AWS's, or a rate of no minutes. Why: the schedule cannot be made. Example:
/// `0 1 * * * *`, where one of the two day fields must be `?`.
///
/// Source: EventBridge Scheduler User Guide, "Schedule types" (rules SCH-03 to SCH-05).
fn schedule_not_readable(context: &Context<'_>, out: &mut Findings) {
    for (id, tasks) in &context.design.standalone_tasks {
        let (message, hint) = match &tasks.schedule {
            Schedule::Cron { expression, .. } => match Cron::parse(expression) {
                Ok(_) => continue,
                Err(error) => {
                    (error.to_string(), "Write minutes, hours, day of month, month, day of week, year: 0 1 * * ? *")
                }
            },
            Schedule::Rate(apart) if *apart == Minutes::from_minutes(0) => {
                ("A rate of 0 minutes".to_owned(), "Let a minute or more lie between two starts")
            }
            Schedule::Rate(_) | Schedule::Once(_) | Schedule::OnEvent => continue,
        };
        out.add(ItemRef::StandaloneTask(id.clone()), "schedule", message, hint);
    }
}

/// What: a cron expression of days that no year has, or of years gone by. Why: it is taken, and starts nothing. Example:
/// `0 0 31 2 ? *`.
///
/// Source: EventBridge Scheduler User Guide, "Schedule types" (rule SCH-04).
fn schedule_never_fires(context: &Context<'_>, out: &mut Findings) {
    for (id, tasks) in &context.design.standalone_tasks {
        let Schedule::Cron { expression, .. } = &tasks.schedule else { continue };
        let Ok(cron) = Cron::parse(expression) else { continue };
        let times = cron.times_a_cycle().unwrap_or_else(|| cron.times_within(CalendarTime::DEFAULT, CYCLE));
        if times == 0 {
            let message = format!("`{expression}` names no day from {} on", CalendarTime::DEFAULT);
            out.add(ItemRef::StandaloneTask(id.clone()), "schedule", message, "Name a day that comes");
        }
    }
}

/// What: a rate shorter than the work. Why: tasks of several starts run side by side, which is charged, and which work that
/// may not run twice does not bear. Example: every 5 minutes, 8 minutes of work.
///
/// Source: EventBridge Scheduler User Guide, "Schedule types": a schedule does not look at what it has started (SCH-03).
fn schedule_overlaps_itself(context: &Context<'_>, out: &mut Findings) {
    for (id, tasks) in &context.design.standalone_tasks {
        let Schedule::Rate(apart) = &tasks.schedule else { continue };
        if apart.span() > Span::ZERO && tasks.duration > apart.span() {
            let message = format!("A task works for {} and is started every {}", tasks.duration, apart.span());
            let hint = "Start it less often, or let it see that another still works";
            out.add(ItemRef::StandaloneTask(id.clone()), "schedule", message, hint);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;

    fn cron(d: &mut Design, expression: &str) {
        nightly(d).schedule = Schedule::Cron { expression: expression.to_owned(), time_zone: None };
    }

    fn rate(d: &mut Design, minutes: u32, works: u64) {
        nightly(d).schedule = Schedule::Rate(Minutes::from_minutes(minutes));
        nightly(d).duration = Span::from_minutes(works);
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "schedule-not-readable",
            |d| cron(d, "0 1 * * * *"),
            &["nightly · schedule"],
            |d| cron(d, "0 1 ? * MON-FRI *"),
        ),
        case("schedule-not-readable", |d| rate(d, 0, 0), &["nightly · schedule"], |d| rate(d, 1, 1)),
        case("schedule-never-fires", |d| cron(d, "0 0 31 2 ? *"), &["nightly · schedule"], |d| cron(d, "0 0 29 2 ? *")),
        case(
            "schedule-never-fires",
            |d| cron(d, "0 0 * * ? 2019"),
            &["nightly · schedule"],
            |d| cron(d, "0 0 * * ? 2027"),
        ),
        case("schedule-overlaps-itself", |d| rate(d, 5, 8), &["nightly · schedule"], |d| rate(d, 8, 8)),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
