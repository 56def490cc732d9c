//! Schedules of standalone tasks: whether EventBridge takes them.

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::ItemRef;
use crate::design::cron::Cron;
use crate::design::standalone::Schedule;
use crate::units::{Minutes, Span};

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
        case("schedule-overlaps-itself", |d| rate(d, 5, 8), &["nightly · schedule"], |d| rate(d, 8, 8)),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
