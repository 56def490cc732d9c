//! Platform versions of AWS Fargate: those that are, for the operating system that tasks run on.

use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::edit::Edit;
use crate::design::{Item, ItemRef};

pub(super) const RULES: &[Rule] = &[Rule::new(
    "platform-version-unknown",
    Severity::Error,
    "A service names a Fargate platform version that is none, or is retired",
    "ECS Developer Guide, \"Fargate platform versions for Amazon ECS\"",
    platform_version_unknown,
)];

/// Source: ECS Developer Guide, "Fargate platform versions for Amazon ECS" and "Fargate Linux platform version retirement"
/// (rule CPS-17): 1.3.0 was retired on 15 June 2026, and its last tasks were stopped on 30 June.
const LINUX: &[&str] = &["LATEST", "1.4.0"];
/// Source: as above, of Windows.
const WINDOWS: &[&str] = &["LATEST", "1.0.0"];

/// What: a platform version of Fargate that is none. Why: `CreateService` refuses it, and its tasks would not start.
/// Example: 1.3.0, which is retired. Fix: the latest.
///
/// Source: ECS Developer Guide, "Fargate platform versions for Amazon ECS" (rule CPS-17).
fn platform_version_unknown(context: &Context<'_>, out: &mut Findings) {
    for runner in context.runners.iter().filter(|runner| runner.on(HostKind::Fargate)) {
        let (Some(id), Some(service)) = (runner.id, runner.service) else { continue };
        let Some(version) = service.platform_version.as_deref() else { continue };
        let windows = runner.definition.is_some_and(|d| d.runtime_platform.is_windows());
        let (known, system) = if windows { (WINDOWS, "Windows") } else { (LINUX, "Linux") };
        if known.contains(&version) {
            continue;
        }
        let message = format!("Fargate has no platform version `{version}` for {system} tasks");
        let mut changed = service.clone();
        changed.platform_version = None;
        let hint = format!("Use {}", known.join(" or "));
        out.add(ItemRef::Service(id.clone()), "platform_version", message, hint)
            .fix("Use LATEST", vec![Edit::Put(Item::Service(id.clone(), changed))]);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::task_definition::OperatingSystemFamily;

    fn version(d: &mut Design, version: &str) {
        web(d).platform_version = Some(version.to_owned());
    }

    fn windows(d: &mut Design) {
        let family = OperatingSystemFamily::WindowsServer2022Core;
        web_definition(d).runtime_platform.operating_system_family = Some(family);
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case("platform-version-unknown", |d| version(d, "1.3.0"), &["web · platform_version"], |d| version(d, "1.4.0")),
        case(
            "platform-version-unknown",
            |d| version(d, "latest"),
            &["web · platform_version"],
            |d| {
                version(d, "LATEST");
            },
        ),
        case(
            "platform-version-unknown",
            |d| {
                windows(d);
                version(d, "1.4.0");
            },
            &["web · platform_version"],
            |d| {
                windows(d);
                version(d, "1.0.0");
            },
        ),
        // On instances there is no Fargate.
        case(
            "platform-version-unknown",
            |d| version(d, "2.0.0"),
            &["web · platform_version"],
            |d| {
                worker(d).platform_version = Some("2.0.0".to_owned());
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
