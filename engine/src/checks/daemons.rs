//! Managed daemons of a cluster, and the weekly hours in which their instances may be replaced.

use std::collections::BTreeSet;

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::capacity::{CapacityProvider, ManagedInstancesProvider};
use crate::design::cluster::{Cluster, ManagedDaemon};
use crate::design::edit::Edit;
use crate::design::event_window::EventWindow;
use crate::design::id::{CapacityProviderId, ClusterId};
use crate::design::{Item, ItemRef};
use crate::units::{Minutes, Percent, Weekday};

const DAEMON: &str = "ECS API Reference, \"CreateDaemon\", capacityProviderArns";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "daemon-without-provider",
        Severity::Error,
        "A managed daemon names no capacity provider",
        DAEMON,
        nowhere,
    ),
    Rule::new(
        "daemon-on-other-capacity",
        Severity::Error,
        "A managed daemon is put on capacity other than Managed Instances",
        DAEMON,
        on_other_capacity,
    ),
    Rule::new(
        "daemon-provider-not-associated",
        Severity::Error,
        "A managed daemon names a provider that its cluster does not have",
        "ECS Developer Guide, \"Creating and managing daemons\", prerequisites",
        not_associated,
    ),
    Rule::new(
        "daemon-deployment-out-of-range",
        Severity::Error,
        "A setting of a managed daemon's deployments is outside what ECS takes",
        "ECS API Reference, \"DaemonDeploymentConfiguration\"",
        deployment_out_of_range,
    ),
    Rule::new(
        "event-window-out-of-range",
        Severity::Error,
        "The hours of an event window are not what EC2 takes",
        "EC2 User Guide, \"Create custom event windows for scheduled events\"",
        event_window_out_of_range,
    ),
];

/// Every daemon of every cluster, with its place among the cluster's.
fn daemons<'d>(context: &Context<'d>) -> impl Iterator<Item = (&'d ClusterId, &'d Cluster, usize, &'d ManagedDaemon)> {
    context.design.clusters.iter().flat_map(|(id, cluster)| {
        cluster.daemons.iter().enumerate().map(move |(place, daemon)| (id, cluster, place, daemon))
    })
}

fn at(id: &ClusterId) -> ItemRef {
    ItemRef::Cluster(id.clone())
}

fn put_daemon(id: &ClusterId, cluster: &Cluster, place: usize, daemon: ManagedDaemon) -> Vec<Edit> {
    let mut changed = cluster.clone();
    changed.daemons[place] = daemon;
    vec![Edit::Put(Item::Cluster(id.clone(), changed))]
}

/// Whether a provider is drawn, and of Managed Instances.
fn is_managed(context: &Context<'_>, id: &CapacityProviderId) -> bool {
    matches!(context.design.capacity_providers.get(id), Some(CapacityProvider::ManagedInstances(_)))
}

/// What: a daemon without capacity providers. Why: ECS refuses it: it would run on no instance. Fix: the cluster's
/// Managed Instances providers.
///
/// Source: ECS API Reference, "`CreateDaemon`", capacityProviderArns (rule MDA-01).
fn nowhere(context: &Context<'_>, out: &mut Findings) {
    for (id, cluster, place, daemon) in daemons(context).filter(|(.., daemon)| daemon.capacity_providers.is_empty()) {
        let message = format!("Daemon {} runs on the instances of 0 capacity providers", daemon.name);
        let finding = out.add(at(id), "daemons", message, "Name the Managed Instances providers on which it runs");
        let own = cluster.capacity_providers.iter().filter(|provider| is_managed(context, provider));
        let changed = ManagedDaemon { capacity_providers: own.cloned().collect(), ..daemon.clone() };
        if !changed.capacity_providers.is_empty() {
            let names: Vec<_> = changed.capacity_providers.iter().map(ToString::to_string).collect();
            let label = format!("Run it on {}", names.join(", "));
            finding.fix(label, put_daemon(id, cluster, place, changed));
        }
    }
}

/// What: a daemon on Fargate or on an Auto Scaling group. Why: ECS refuses it: daemons are of Managed Instances alone.
/// Example: a daemon on `FARGATE`. Fix: takes the provider out, where another stays.
///
/// Source: ECS API Reference, "`CreateDaemon`": only for Managed Instances providers (rule MDA-01).
fn on_other_capacity(context: &Context<'_>, out: &mut Findings) {
    for (id, cluster, place, daemon) in daemons(context) {
        let other = |provider: &&CapacityProviderId| {
            let aws = **provider == CapacityProviderId::fargate() || **provider == CapacityProviderId::fargate_spot();
            aws || context.design.capacity_providers.contains_key(*provider) && !is_managed(context, provider)
        };
        let wrong: Vec<_> = daemon.capacity_providers.iter().filter(other).collect();
        if wrong.is_empty() {
            continue;
        }
        let names: Vec<_> = wrong.iter().map(ToString::to_string).collect();
        let message = format!("Daemon {} is put on {}, not on Managed Instances", daemon.name, names.join(" and "));
        let hint = "Elsewhere draw a service with the DAEMON scheduling strategy, or a sidecar on Fargate";
        let finding = out.add(at(id), "daemons", message, hint);
        let mut changed = daemon.clone();
        changed.capacity_providers.retain(|provider| !wrong.contains(&provider));
        if !changed.capacity_providers.is_empty() {
            finding.fix(format!("Take {} out", names.join(" and ")), put_daemon(id, cluster, place, changed));
        }
    }
}

/// What: a daemon on a Managed Instances provider that its cluster is not associated with. Why: no instance of the
/// cluster has it. Fix: associates the provider, where no other cluster has it.
///
/// Source: ECS Developer Guide, "Creating and managing daemons", prerequisites (rule MDA-01).
fn not_associated(context: &Context<'_>, out: &mut Findings) {
    for (id, cluster, _, daemon) in daemons(context) {
        let managed = daemon.capacity_providers.iter().filter(|provider| is_managed(context, provider));
        for provider in managed.filter(|provider| !cluster.capacity_providers.contains(provider)) {
            let message = format!("Daemon {} is put on {provider}, which cluster {id} does not have", daemon.name);
            let finding = out.add(at(id), "daemons", message, "Associate the provider with the cluster");
            if !context.design.clusters.values().any(|other| other.capacity_providers.contains(provider)) {
                let mut changed = cluster.clone();
                changed.capacity_providers.push(provider.clone());
                let edits = vec![Edit::Put(Item::Cluster(id.clone(), changed))];
                finding.fix(format!("Associate {provider} with {id}"), edits);
            }
        }
    }
}

/// The longest bake time of a daemon's deployment.
///
/// Source: ECS API Reference, "`DaemonDeploymentConfiguration`", bakeTimeInMinutes (rule MDA-03).
const LONGEST_BAKE: Minutes = Minutes::from_minutes(1440);

/// What: a drain of more than all instances, or a bake time over 1,440 minutes. Why: ECS refuses it. Fix: AWS's default.
///
/// Source: ECS API Reference, "`DaemonDeploymentConfiguration`": drainPercent 0 to 100, bakeTimeInMinutes 0 to 1,440
/// (rule MDA-03).
fn deployment_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, cluster, place, daemon) in daemons(context) {
        let (drain, bake) = (daemon.drain_percent(), daemon.bake_time.unwrap_or_default());
        let mut changed = daemon.clone();
        let message = if drain > Percent::HUNDRED {
            changed.drain_percent = None;
            format!("Daemon {} drains {drain} of its instances at once, ECS takes 0 to 100 %", daemon.name)
        } else if bake > LONGEST_BAKE {
            changed.bake_time = None;
            format!("Daemon {} bakes for {bake}, ECS takes up to {LONGEST_BAKE}", daemon.name)
        } else {
            continue;
        };
        out.add(at(id), "daemons", message, "Stay within what ECS takes")
            .fix("Use AWS's default", put_daemon(id, cluster, place, changed));
    }
}

/// The shortest time range of an event window, in hours.
///
/// Source: EC2 User Guide, "Create custom event windows for scheduled events", considerations (read 2026-10).
const SHORTEST: u32 = 2;

/// The fewest hours of a week that an event window's ranges cover together.
///
/// Source: EC2 User Guide, "Create custom event windows for scheduled events", considerations (read 2026-10).
const LEAST_OF_WEEK: usize = 4;

/// Hours of a week. A range has a day and hour of start and of end, so that it lasts less.
///
/// Source: EC2 API Reference, "`InstanceEventWindowTimeRangeRequest`".
const WEEK: u32 = 7 * 24;

/// Which hours of the week some ranges cover, each once.
fn covered(windows: &[EventWindow]) -> BTreeSet<u32> {
    let hours = |window: &EventWindow| {
        let days = (0u32..).zip(Weekday::ALL).find(|(_, day)| *day == window.weekday).map_or(0, |(days, _)| days);
        let start = days * 24 + u32::from(window.start_hour);
        (0..window.lasts.minutes().div_ceil(60).min(WEEK)).map(move |hour| (start + hour) % WEEK)
    };
    windows.iter().flat_map(hours).collect()
}

/// What: a time range of under two hours, of a week or more, or that does not end on the hour; ranges that cover under
/// four hours of a week together. Why: EC2 refuses the event window. Fix: makes each as long as EC2 takes, and the last
/// one longer until all cover enough.
///
/// Source: EC2 User Guide, "Create custom event windows for scheduled events" (rule MI-41).
fn event_window_out_of_range(context: &Context<'_>, out: &mut Findings) {
    for (id, provider) in &context.design.capacity_providers {
        let CapacityProvider::ManagedInstances(managed) = provider else { continue };
        let windows = &managed.event_windows;
        let hours = covered(windows).len();
        let wrong = windows.iter().find(|window| taken(window.lasts) != window.lasts);
        let message = if let Some(EventWindow { weekday, start_hour, lasts }) = wrong {
            let takes = if lasts.minutes() < WEEK * 60 {
                format!("whole hours, {SHORTEST} h at least")
            } else {
                "less than a week".to_owned()
            };
            format!("The window of {} {start_hour} lasts {lasts}, EC2 takes {takes}", weekday.short())
        } else if !windows.is_empty() && hours < LEAST_OF_WEEK {
            format!("The windows cover {hours} h of a week, EC2 takes {LEAST_OF_WEEK} h at least")
        } else {
            continue;
        };
        let changed = CapacityProvider::ManagedInstances(mended(managed));
        out.add(ItemRef::CapacityProvider(id.clone()), "event_windows", message, "Stay within what EC2 takes")
            .fix("Make it as long as EC2 takes", vec![Edit::Put(Item::CapacityProvider(id.clone(), changed))]);
    }
}

/// The length nearest to a wanted one, upwards, that EC2 takes of a range.
fn taken(lasts: Minutes) -> Minutes {
    Minutes::from_minutes(lasts.minutes().div_ceil(60).clamp(SHORTEST, WEEK - 1) * 60)
}

/// The provider with ranges that EC2 takes, the last long enough for all to cover four hours.
fn mended(managed: &ManagedInstancesProvider) -> ManagedInstancesProvider {
    let mut changed = managed.clone();
    for window in &mut changed.event_windows {
        window.lasts = taken(window.lasts);
    }
    while covered(&changed.event_windows).len() < LEAST_OF_WEEK {
        let Some(last) = changed.event_windows.last_mut() else { break };
        last.lasts = Minutes::from_minutes(last.lasts.minutes() + 60);
    }
    changed
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::event_window::StartHour;
    use crate::units::Weekday;

    fn cluster(d: &mut Design) -> &mut Cluster {
        d.clusters.get_mut(&"main".into()).unwrap()
    }

    fn daemon<'d>(d: &'d mut Design, providers: &[&str]) -> &'d mut ManagedDaemon {
        let providers = providers.iter().map(|id| (*id).into()).collect();
        let daemon = ManagedDaemon::new("agent", "model".into(), providers);
        cluster(d).daemons.push(daemon);
        cluster(d).daemons.last_mut().unwrap()
    }

    /// A range: its day of the week from Monday, its hour, and its length in minutes.
    type Range = (usize, u32, u32);

    fn windows(d: &mut Design, drawn: &[Range]) {
        let window = |(day, hour, lasts): &Range| EventWindow {
            weekday: Weekday::ALL[*day],
            start_hour: StartHour::try_from(*hour).unwrap(),
            lasts: Minutes::from_minutes(*lasts),
        };
        managed(d).event_windows = drawn.iter().map(window).collect();
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        // MDA-01.
        case(
            "daemon-without-provider",
            |d| {
                daemon(d, &[]);
            },
            &["main · daemons"],
            |d| {
                daemon(d, &["managed"]);
            },
        ),
        case(
            "daemon-on-other-capacity",
            |d| {
                daemon(d, &["managed", "machines", "FARGATE"]);
            },
            &["main · daemons"],
            |d| {
                // What is not drawn has its finding as a dangling reference.
                daemon(d, &["managed", "other"]);
            },
        ),
        case(
            "daemon-on-other-capacity",
            |d| {
                daemon(d, &["FARGATE_SPOT"]);
            },
            &["main · daemons"],
            |d| {
                daemon(d, &["managed"]);
            },
        ),
        case(
            "daemon-provider-not-associated",
            |d| {
                daemon(d, &["managed"]);
                cluster(d).capacity_providers.retain(|id| id.as_str() != "managed");
            },
            &["main · daemons"],
            |d| {
                daemon(d, &["managed"]);
            },
        ),
        // MDA-03: the API takes 0 to 100 % and up to 1,440 minutes.
        case(
            "daemon-deployment-out-of-range",
            |d| daemon(d, &["managed"]).drain_percent = Some(Percent::from_percent(101)),
            &["main · daemons"],
            |d| daemon(d, &["managed"]).drain_percent = Some(Percent::HUNDRED),
        ),
        case(
            "daemon-deployment-out-of-range",
            |d| daemon(d, &["managed"]).bake_time = Some(Minutes::from_minutes(1441)),
            &["main · daemons"],
            |d| daemon(d, &["managed"]).bake_time = Some(Minutes::from_minutes(1440)),
        ),
        // MI-41: two hours each, under a week, on the hour, and four hours in all, each counted once.
        case(
            "event-window-out-of-range",
            |d| windows(d, &[(0, 2, 60), (6, 2, 240)]),
            &["managed · event_windows"],
            |d| windows(d, &[(0, 2, 120), (6, 2, 120)]),
        ),
        case(
            "event-window-out-of-range",
            |d| windows(d, &[(6, 2, 180)]),
            &["managed · event_windows"],
            |d| windows(d, &[(6, 2, 240)]),
        ),
        case(
            "event-window-out-of-range",
            |d| windows(d, &[(6, 2, 270)]),
            &["managed · event_windows"],
            |d| windows(d, &[(6, 2, 300)]),
        ),
        case(
            "event-window-out-of-range",
            |d| windows(d, &[(6, 2, 168 * 60)]),
            &["managed · event_windows"],
            |d| windows(d, &[(6, 2, 167 * 60)]),
        ),
        case(
            "event-window-out-of-range",
            // Sunday 23:00 to Monday 1:00, and Monday from midnight on: three hours.
            |d| windows(d, &[(6, 23, 120), (0, 0, 120)]),
            &["managed · event_windows"],
            |d| windows(d, &[(6, 23, 120), (0, 1, 120)]),
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    #[test]
    fn mda_01_says_who_is_put_where() {
        let mut design = base();
        daemon(&mut design, &["managed", "machines"]);
        let all = crate::checks::run(&design, &CATALOGUE, &[]);
        let finding = all.iter().find(|finding| finding.rule.0 == "daemon-on-other-capacity").unwrap();
        assert_eq!(finding.message, "Daemon agent is put on machines, not on Managed Instances");
        let labels: Vec<_> = finding.fixes.iter().map(|fix| fix.label.as_str()).collect();
        assert_eq!(labels, ["Take machines out"]);
    }

    #[test]
    fn mi_41_windows_are_made_as_long_as_ec2_takes() {
        let rows: [(&[Range], &str, &[u32]); 6] = [
            (&[(6, 2, 60)], "The window of Sun 02:00 UTC lasts 60 min, EC2 takes whole hours, 2 h at least", &[240]),
            (&[(6, 2, 250)], "The window of Sun 02:00 UTC lasts 250 min, EC2 takes whole hours, 2 h at least", &[300]),
            (
                &[(0, 2, 0), (6, 2, 240)],
                "The window of Mon 02:00 UTC lasts 0 min, EC2 takes whole hours, 2 h at least",
                &[120, 240],
            ),
            (&[(6, 2, 10_080)], "The window of Sun 02:00 UTC lasts 10080 min, EC2 takes less than a week", &[10_020]),
            (&[(6, 2, 180)], "The windows cover 3 h of a week, EC2 takes 4 h at least", &[240]),
            // Two ranges of the same two hours.
            (&[(6, 2, 120), (6, 2, 120)], "The windows cover 2 h of a week, EC2 takes 4 h at least", &[120, 240]),
        ];
        for (drawn, message, wanted) in rows {
            let mut design = base();
            windows(&mut design, drawn);
            let all = crate::checks::run(&design, &CATALOGUE, &[]);
            let finding = all.iter().find(|finding| finding.rule.0 == "event-window-out-of-range").unwrap();
            assert_eq!(finding.message, message);
            let lasts: Vec<_> = mended(managed(&mut design)).event_windows.iter().map(|w| w.lasts.minutes()).collect();
            assert_eq!(lasts, wanted, "{drawn:?}");
        }
    }
}
