//! Names: what AWS takes as the name of each kind of item, of containers, volumes and ports.
//!
//! One table says it for every kind; a kind that AWS names itself (an id) and that people only tag takes any text without
//! control characters.

use super::context::Context;
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::edit::Edit;
use crate::design::outside::SecretStore;
use crate::design::{ItemRef, Kind};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "name-not-taken",
        Severity::Error,
        "AWS does not take an item's name",
        "the API Reference of each service, the name's pattern and length",
        name_not_taken,
    ),
    Rule::new(
        "container-name-not-taken",
        Severity::Error,
        "ECS does not take the name of a container, volume or port",
        "ECS API Reference, \"ContainerDefinition\", \"Volume\", \"PortMapping\", name",
        container_name_not_taken,
    ),
];

/// What AWS takes as a name.
#[derive(Debug, Clone, Copy)]
struct Naming {
    /// The most characters.
    most: usize,
    /// Marks taken beside letters and digits; `None` takes every character but control characters.
    marks: Option<&'static str>,
    /// Whether capital letters are taken.
    capitals: bool,
    /// Marks that a name may not begin with.
    not_first: &'static str,
    /// Marks that a name may not end with.
    not_last: &'static str,
    /// Beginnings that AWS keeps for itself.
    reserved: &'static [&'static str],
}

impl Naming {
    const fn new(most: usize, marks: &'static str) -> Self {
        Self { most, marks: Some(marks), capitals: true, not_first: "", not_last: "", reserved: &[] }
    }

    /// A tag's value: every text of up to 256 characters.
    ///
    /// Source: Amazon EC2 API Reference, "`Tag`": values of up to 256 characters.
    const TAG: Self = Self { marks: None, ..Self::new(256, "") };

    /// Letters, digits, hyphens and underscores, up to 255.
    ///
    /// Source: ECS API Reference, "`CreateCluster`", "`CreateService`", "`CreateCapacityProvider`",
    /// "`RegisterTaskDefinition`", family: "Up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens"
    /// (rules CLU, SVC, CPS-02, TDF-01).
    const ECS: Self = Self::new(255, "-_");

    /// Letters, digits and hyphens, up to 32, none at either end.
    ///
    /// Source: Elastic Load Balancing API Reference, "`CreateLoadBalancer`", "`CreateTargetGroup`", name; a load balancer's
    /// may not begin with `internal-` (rule LB-01).
    const BALANCER: Self = Self { not_first: "-", not_last: "-", ..Self::new(32, "-") };

    /// What is wrong with a name; `None` if AWS takes it.
    fn wrong(self, name: &str) -> Option<String> {
        let length = name.chars().count();
        let bad = name.chars().find(|c| !self.takes(*c));
        if length > self.most {
            Some(format!("it has {length} characters, the most is {}", self.most))
        } else if let Some(bad) = bad {
            Some(format!("`{}` is not taken: {}", bad.escape_debug(), self.taken()))
        } else if let Some(first) = name.chars().next().filter(|c| self.not_first.contains(*c)) {
            Some(format!("it may not begin with `{first}`"))
        } else if let Some(last) = name.chars().last().filter(|c| self.not_last.contains(*c)) {
            Some(format!("it may not end with `{last}`"))
        } else {
            let reserved = self.reserved.iter().find(|prefix| name.starts_with(**prefix))?;
            Some(format!("AWS keeps names that begin with `{reserved}` for itself"))
        }
    }

    fn takes(self, c: char) -> bool {
        let Some(marks) = self.marks else { return !c.is_control() };
        c.is_ascii_digit() || c.is_ascii_lowercase() || self.capitals && c.is_ascii_uppercase() || marks.contains(c)
    }

    fn taken(self) -> String {
        let Some(marks) = self.marks else { return "everything but control characters".to_owned() };
        let letters = if self.capitals { "letters" } else { "lower-case letters" };
        let marks: Vec<_> = marks.chars().map(|c| if c == ' ' { "space".to_owned() } else { c.to_string() }).collect();
        if marks.is_empty() {
            format!("{letters} and digits")
        } else {
            format!("{letters}, digits and {}", marks.join(" "))
        }
    }

    /// The name nearest to it that AWS takes; `None` if nothing of it is left.
    fn mended(self, name: &str) -> Option<String> {
        let filler = if self.marks.is_none_or(|marks| marks.contains('-')) { "-" } else { "" };
        let mut mended = String::new();
        for c in name.chars() {
            let c = if self.capitals { c } else { c.to_ascii_lowercase() };
            if self.takes(c) {
                mended.push(c);
            } else if !mended.ends_with(filler) || filler.is_empty() {
                mended.push_str(filler);
            }
        }
        for prefix in self.reserved {
            mended = mended.strip_prefix(prefix).map_or(mended.clone(), str::to_owned);
        }
        let short: String = mended.trim_start_matches(|c| self.not_first.contains(c)).chars().take(self.most).collect();
        let short = short.trim_end_matches(|c| self.not_last.contains(c) || filler.contains(c)).to_owned();
        (!short.is_empty() && self.wrong(&short).is_none()).then_some(short)
    }
}

/// What AWS takes as the name of an item; `None` where the name is Bayplan's own.
fn naming(context: &Context<'_>, at: &ItemRef) -> Option<Naming> {
    let naming = match at.kind() {
        // People tag these; AWS gives them an id.
        Kind::Vpc | Kind::Subnet | Kind::RouteTable | Kind::NatGateway | Kind::VpcEndpoint | Kind::FileSystem => {
            Naming::TAG
        }
        // Source: Amazon EC2 API Reference, "`CreateSecurityGroup`", groupName in a VPC.
        Kind::SecurityGroup => Naming { reserved: &["sg-"], ..Naming::new(255, " ._-:/()#,@[]+=&;{}!$*") },
        Kind::LoadBalancer => Naming { reserved: &["internal-"], ..Naming::BALANCER },
        Kind::TargetGroup => Naming::BALANCER,
        // Source: Amazon API Gateway API Reference, "`CreateApi`", name: up to 128 characters.
        Kind::ApiGateway => Naming { marks: None, ..Naming::new(128, "") },
        // Source: Amazon VPC Lattice API Reference, "`CreateServiceNetwork`", name.
        Kind::Lattice => {
            Naming { capitals: false, not_first: "-", not_last: "-", reserved: &["sn-"], ..Naming::new(63, "-") }
        }
        // Source: AWS Cloud Map API Reference, "`CreateHttpNamespace`", name: `[!-~]{1,1024}`; of DNS, 253 (rule S2S).
        Kind::Namespace => Naming::new(1024, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
        Kind::Cluster | Kind::CapacityProvider | Kind::TaskDefinition | Kind::Service | Kind::ExpressService => {
            Naming::ECS
        }
        // Source: EventBridge API Reference, "`PutRule`", name; EventBridge Scheduler, "`CreateSchedule`", name (SCH-01).
        Kind::StandaloneTask | Kind::EventRule => Naming::new(64, ".-_"),
        // Source: CloudWatch API Reference, "`PutMetricAlarm`", AlarmName: up to 255 characters.
        Kind::Alarm => Naming { marks: None, ..Naming::new(255, "") },
        // Source: CloudWatch Logs API Reference, "`CreateLogGroup`", logGroupName: `[\.\-_/#A-Za-z0-9]+`; names that begin
        // with `aws/` are AWS's own.
        Kind::LogGroup => Naming { reserved: &["aws/"], ..Naming::new(512, "_-/.#") },
        // Source: IAM API Reference, "`CreateRole`", RoleName: `[\w+=,.@-]+`, up to 64.
        Kind::Role => Naming::new(64, "_+=,.@-"),
        Kind::Secret => match secret_store(context, at)? {
            // Source: Secrets Manager API Reference, "`CreateSecret`", name.
            SecretStore::SecretsManager => Naming::new(512, "/_+=.@-"),
            // Source: Systems Manager API Reference, "`PutParameter`", name.
            SecretStore::Parameter => Naming { reserved: &["aws", "ssm"], ..Naming::new(1011, "/_.-") },
        },
        // Source: AWS WAF API Reference, "`CreateWebACL`", name: `[\w\-]+`, up to 128.
        Kind::WebAcl => Naming::new(128, "-_"),
        // An image's URI, a certificate's label and what is Bayplan's own hold no control characters either.
        Kind::Image | Kind::Certificate | Kind::Site | Kind::OutsideSystem | Kind::Load | Kind::Note => {
            Naming { most: usize::MAX, ..Naming::TAG }
        }
    };
    Some(naming)
}

fn secret_store(context: &Context<'_>, at: &ItemRef) -> Option<SecretStore> {
    let ItemRef::Secret(id) = at else { return None };
    context.design.secrets.get(id).map(|secret| secret.store)
}

/// What: a name with characters, a length, a beginning or an end that AWS does not take. Why: the item cannot be made.
/// Example: a family `my web/é app`. Fix: the nearest name that AWS takes, if it is free.
///
/// Source: the API Reference of each service; each row of [`naming`] names its page.
fn name_not_taken(context: &Context<'_>, out: &mut Findings) {
    // What stands for a name, `${SecretId}`, is filled in before AWS sees it.
    for at in context.design.item_refs().into_iter().filter(|at| !at.name().contains("${")) {
        let Some(naming) = naming(context, &at) else { continue };
        let Some(wrong) = naming.wrong(at.name()) else { continue };
        let mended = naming.mended(at.name()).filter(|name| !context.design.contains(&at.kind().named(name)));
        let message = format!("AWS does not take this name of a {}: {wrong}", at.kind().word());
        let finding = out.add(at.clone(), "name", message, "Give it another name");
        if let Some(name) = mended {
            finding.fix(format!("Rename it to {name}"), vec![Edit::Rename(at, name)]);
        }
    }
}

/// What: the name of a container, a volume or a port mapping that ECS does not take. Why: registration fails. Example: a
/// container `sample app`, a port `API`.
///
/// Source: ECS API Reference, "`ContainerDefinition`", name and "`Volume`", name: up to 255 letters, digits, hyphens and
/// underscores; "`PortMapping`", name: up to 64 lower-case letters, digits, hyphens and underscores, no hyphen first
/// (rules TDF-50, TDF-90).
fn container_name_not_taken(context: &Context<'_>, out: &mut Findings) {
    const PORT: Naming = Naming { capitals: false, not_first: "-", ..Naming::new(64, "-_") };
    for (id, definition, _) in context.definitions() {
        let mut tell = |field, what: &str, name: &str, naming: Naming| {
            if let Some(wrong) = naming.wrong(name) {
                let message = format!("ECS does not take the {what} name `{}`: {wrong}", name.escape_debug());
                let hint = naming.mended(name).map_or("Give it another name".to_owned(), |n| format!("Name it `{n}`"));
                out.add(ItemRef::TaskDefinition(id.clone()), field, message, hint);
            }
        };
        for container in &definition.containers {
            tell("containers", "container", container.name.as_str(), Naming::ECS);
            for name in container.port_mappings.iter().filter_map(|port| port.name.as_deref()) {
                tell("containers", "port", name, PORT);
            }
        }
        for volume in &definition.volumes {
            tell("volumes", "volume", volume.name.as_str(), Naming::ECS);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::outside::Secret;

    fn rename(d: &mut Design, at: &str, kind: Kind, name: &str) {
        Edit::Rename(kind.named(at), name.to_owned()).apply(d).unwrap();
    }

    fn secret(d: &mut Design, store: SecretStore, name: &str) {
        d.secrets.insert(name.into(), Secret { store, kms_key: None, tags: [].into() });
    }

    fn port(d: &mut Design, name: &str) {
        app(d).port_mappings[0].name = Some(name.to_owned());
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "name-not-taken",
            |d| rename(d, "worker", Kind::TaskDefinition, "my web/é app"),
            &["my web/é app · name"],
            |d| {
                rename(d, "worker", Kind::TaskDefinition, "My_web-app_1");
            },
        ),
        case(
            "name-not-taken",
            |d| rename(d, "web", Kind::Service, "web.1"),
            &["web.1 · name"],
            |d| {
                rename(d, "web", Kind::Service, "web-1");
            },
        ),
        // 33 letters; 32 are the most.
        case(
            "name-not-taken",
            |d| rename(d, "front", Kind::LoadBalancer, "abcdefghijklmnopqrstuvwxyz0123456"),
            &["abcdefghijklmnopqrstuvwxyz0123456 · name"],
            |d| rename(d, "front", Kind::LoadBalancer, "abcdefghijklmnopqrstuvwxyz012345"),
        ),
        case(
            "name-not-taken",
            |d| rename(d, "front", Kind::LoadBalancer, "internal-front"),
            &["internal-front · name"],
            |d| rename(d, "front", Kind::LoadBalancer, "front-internal"),
        ),
        case(
            "name-not-taken",
            |d| rename(d, "web", Kind::TargetGroup, "web-"),
            &["web- · name"],
            |d| {
                rename(d, "web", Kind::TargetGroup, "w-eb");
            },
        ),
        case(
            "name-not-taken",
            |d| rename(d, "vpc", Kind::Vpc, "a\u{1b}[31mb"),
            &["a\u{1b}[31mb · name"],
            |d| {
                rename(d, "vpc", Kind::Vpc, "Höhle (2)");
            },
        ),
        case(
            "name-not-taken",
            |d| rename(d, "web", Kind::LogGroup, "web logs"),
            &["web logs · name"],
            |d| {
                rename(d, "web", Kind::LogGroup, "/ecs/web.log#1");
            },
        ),
        case(
            "name-not-taken",
            |d| secret(d, SecretStore::Parameter, "a=b"),
            &["a=b · name"],
            |d| {
                secret(d, SecretStore::SecretsManager, "a=b");
            },
        ),
        case(
            "container-name-not-taken",
            |d| app(d).name = "sample app".into(),
            &["web · containers"],
            |d| {
                worker_definition(d).containers[0].name = "sample_app-2".into();
            },
        ),
        case("container-name-not-taken", |d| port(d, "API"), &["web · containers"], |d| port(d, "api")),
        case("container-name-not-taken", |d| port(d, "-api"), &["web · containers"], |d| port(d, "a-pi")),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }

    #[test]
    fn a_name_is_mended_to_one_that_aws_takes() {
        let mended = |naming: Naming, name: &str| naming.mended(name);
        assert_eq!(mended(Naming::ECS, "my web/é app").as_deref(), Some("my-web-app"));
        assert_eq!(mended(Naming::BALANCER, "-a_b-").as_deref(), Some("a-b"));
        assert_eq!(mended(Naming::ECS, "é"), None);
    }
}
