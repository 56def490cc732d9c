//! Steps of step scaling policies: whether they cover what the alarm can say, once.

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::ItemRef;
use crate::design::scaling::{ScalingPolicy, ScalingStep, StepScaling};

const STEPS: &str = "Application Auto Scaling API Reference, \"StepAdjustment\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "steps-not-whole",
        Severity::Error,
        "The steps of a policy overlap or leave a gap",
        STEPS,
        steps_not_whole,
    ),
    Rule::new(
        "step-alarm-without-periods",
        Severity::Error,
        "The alarm of a step policy looks at no period",
        "CloudWatch API Reference, \"PutMetricAlarm\", EvaluationPeriods",
        step_alarm_without_periods,
    ),
];

fn policies<'d>(context: &Context<'d>) -> impl Iterator<Item = (ItemRef, &'d StepScaling)> {
    context.design.services.iter().flat_map(|(id, service)| {
        let policies = service.scaling.iter().flat_map(|scaling| &scaling.policies);
        policies.filter_map(move |policy| match policy {
            ScalingPolicy::Step(step) => Some((ItemRef::Service(id.clone()), step)),
            ScalingPolicy::TargetTracking(_) | ScalingPolicy::Scheduled(_) | ScalingPolicy::Predictive(_) => None,
        })
    })
}

/// A bound in the metric's unit.
fn bound(milli: i64) -> String {
    let (sign, size) = (if milli < 0 { "-" } else { "" }, milli.unsigned_abs());
    let text = format!("{sign}{}.{:03}", size / 1000, size % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What is wrong with a list of steps, if anything is.
fn wrong(steps: &[ScalingStep]) -> Option<String> {
    if steps.is_empty() {
        return Some("The policy has no step".to_owned());
    }
    // Without a lower bound a step begins below every other.
    let mut sorted = steps.to_vec();
    sorted.sort_by_key(|step| (step.from_milli.unwrap_or(i64::MIN), step.to_milli.unwrap_or(i64::MAX)));
    for step in &sorted {
        match (step.from_milli, step.to_milli) {
            (None, None) if steps.len() > 1 => return Some("A step without bounds stands beside others".to_owned()),
            (Some(from), Some(to)) if from >= to => {
                return Some(format!("A step goes from {} to {}", bound(from), bound(to)));
            }
            _ => {}
        }
    }
    for pair in sorted.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        match (before.to_milli, after.from_milli) {
            (Some(to), Some(from)) if from > to => {
                return Some(format!("No step says what happens between {} and {}", bound(to), bound(from)));
            }
            (Some(to), Some(from)) if from == to => {}
            (Some(_), Some(from)) => return Some(format!("Two steps answer at {}", bound(from))),
            (None, _) => return Some("Two steps answer above every bound".to_owned()),
            (_, None) => return Some("Two steps answer below every bound".to_owned()),
        }
    }
    let (first, last) = (sorted.first()?, sorted.last()?);
    if first.from_milli.is_some_and(|from| from < 0) {
        return Some("The lowest step begins below the threshold, and none goes on below it".to_owned());
    }
    if last.to_milli.is_some_and(|to| to > 0) {
        return Some("The highest step ends above the threshold, and none goes on above it".to_owned());
    }
    None
}

/// What: steps that overlap, leave a gap, or end where the metric goes on. Why: Application Auto Scaling refuses the
/// policy. Example: 0 to 10 and 20 upward.
///
/// Source: Application Auto Scaling API Reference, "`StepAdjustment`": ranges may not overlap or have a gap; one step at
/// most has no lower and one no upper bound; with a negative lower bound one must have none, with a positive upper bound
/// one must have none (rule AAS-07).
fn steps_not_whole(context: &Context<'_>, out: &mut Findings) {
    for (at, policy) in policies(context) {
        if let Some(message) = wrong(&policy.steps) {
            out.add(
                at,
                "scaling",
                message,
                "Let each step begin where the one before it ends, and the last have no end",
            );
        }
    }
}

/// What: a step policy whose alarm looks at no period. Why: `CloudWatch` refuses the alarm.
///
/// Source: CloudWatch API Reference, "`PutMetricAlarm`", `EvaluationPeriods`: at least 1.
fn step_alarm_without_periods(context: &Context<'_>, out: &mut Findings) {
    for (at, _) in policies(context).filter(|(_, policy)| policy.evaluation_periods == 0) {
        out.add(at, "scaling", "The policy's alarm looks at no period; the least is 1", "Look at one period or more");
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::scaling::{AdjustmentType, ScalingMetric};

    type Steps = &'static [(Option<i64>, Option<i64>)];

    fn steps(d: &mut Design, bounds: Steps, evaluation_periods: u32) {
        let step = |(from_milli, to_milli): &(_, _)| ScalingStep {
            from_milli: *from_milli,
            to_milli: *to_milli,
            adjustment: 1,
        };
        let policy = StepScaling {
            metric: ScalingMetric::AverageCpuUtilization,
            threshold_milli: 60_000,
            above: true,
            evaluation_periods,
            adjustment_type: AdjustmentType::ChangeInCapacity,
            steps: bounds.iter().map(step).collect(),
            min_adjustment_magnitude: None,
            cooldown: None,
        };
        web(d).scaling.as_mut().unwrap().policies.push(ScalingPolicy::Step(policy));
    }

    const WHOLE: Steps = &[(Some(0), Some(10_000)), (Some(10_000), None)];

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "steps-not-whole",
            |d| steps(d, &[(Some(0), Some(10_000)), (Some(20_000), None)], 3),
            &["web · scaling"],
            |d| {
                steps(d, WHOLE, 3);
            },
        ),
        case(
            "steps-not-whole",
            |d| steps(d, &[(Some(0), Some(20_000)), (Some(10_000), None)], 3),
            &["web · scaling"],
            |d| {
                steps(d, &[(Some(10_000), None), (Some(0), Some(10_000))], 3);
            },
        ),
        case(
            "steps-not-whole",
            |d| steps(d, &[(Some(0), Some(10_000))], 3),
            &["web · scaling"],
            |d| {
                steps(d, &[(None, Some(-10_000)), (Some(-10_000), Some(0))], 3);
            },
        ),
        case(
            "steps-not-whole",
            |d| steps(d, &[(Some(-10_000), Some(0))], 3),
            &["web · scaling"],
            |d| {
                steps(d, &[(None, Some(0))], 3);
            },
        ),
        case(
            "steps-not-whole",
            |d| steps(d, &[(None, None), (Some(0), None)], 3),
            &["web · scaling"],
            |d| {
                steps(d, &[(None, Some(0)), (Some(0), None)], 3);
            },
        ),
        case("steps-not-whole", |d| steps(d, &[], 3), &["web · scaling"], |d| steps(d, &[(Some(0), None)], 3)),
        case("step-alarm-without-periods", |d| steps(d, WHOLE, 0), &["web · scaling"], |d| steps(d, WHOLE, 1)),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
