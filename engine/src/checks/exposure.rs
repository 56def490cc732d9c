//! What lies open: secrets, placeholders, rights over the host, ports to log in by.

use super::context::{Context, HostKind};
use super::diagnostic::{Findings, Rule, Severity};
use crate::design::container::Container;
use crate::design::edit::Edit;
use crate::design::network::Peer;
use crate::design::{Item, ItemRef};

const SECURITY: &str = "ECS Developer Guide, \"Amazon ECS task and container security best practices\"";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "placeholder-account-number",
        Severity::Warning,
        "An ARN or image names an account of the documentation",
        "AWS Account Management Reference Guide, \"AWS account identifiers\", examples",
        placeholder_account_number,
    ),
    Rule::new(
        "secret-in-environment",
        Severity::Warning,
        "A secret stands in the open in a container's environment",
        SECURITY,
        secret_in_environment,
    ),
    Rule::new(
        "privileged-container",
        Severity::Advice,
        "A container has the rights of its host",
        SECURITY,
        privileged_container,
    ),
    Rule::new(
        "exec-on-read-only-root",
        Severity::Error,
        "ECS Exec cannot work in a read-only root file system",
        "ECS Developer Guide, \"Monitor Amazon ECS containers with ECS Exec\"",
        exec_on_read_only_root,
    ),
    Rule::new(
        "ssh-open-to-the-world",
        Severity::Warning,
        "Anybody may try to log in",
        "Amazon VPC User Guide, \"Security groups\", best practices",
        ssh_open_to_the_world,
    ),
];

/// What: an ARN or image URI with an account number of the documentation. Why: it belongs to nobody, so nothing is
/// found there. Example: `123456789012.dkr.ecr.us-east-1.amazonaws.com/web`.
///
/// Source: AWS Account Management Reference Guide, "AWS account identifiers", examples.
fn placeholder_account_number(context: &Context<'_>, out: &mut Findings) {
    let named = |text: &str| PLACEHOLDERS.iter().copied().find(|placeholder| text.contains(placeholder));
    for (id, definition, _) in context.definitions() {
        let mut found: Vec<_> = definition.containers.iter().flat_map(texts).filter_map(named).collect();
        found.sort_unstable();
        found.dedup();
        for placeholder in found {
            let message = format!("`{placeholder}` stands for an account and is none");
            out.add(ItemRef::TaskDefinition(id.clone()), "containers", message, "Write the account's own number");
        }
    }
    for (id, role) in &context.design.roles {
        if let Some(placeholder) = role.arn.as_deref().and_then(named) {
            let message = format!("`{placeholder}` stands for an account and is none");
            out.add(ItemRef::Role(id.clone()), "arn", message, "Write the account's own number");
        }
    }
}

/// What: a variable named like a secret with a value, or with a value that is one. Why: whoever may describe the task
/// definition reads it. Example: `DB_PASSWORD`; a URL with a password; an access key.
///
/// Source: ECS Developer Guide, "Pass sensitive data to an Amazon ECS container".
fn secret_in_environment(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions() {
        for container in &definition.containers {
            for (name, value) in &container.environment {
                let Some(what) = secret_in(name, value) else { continue };
                let message = format!("`{name}` of container `{}` has {what} in the open", container.name);
                let hint = "Keep it in Secrets Manager or Parameter Store and name it under secrets";
                out.add(ItemRef::TaskDefinition(id.clone()), "containers", message, hint);
            }
        }
    }
}

/// What secret a variable gives away, if it does.
fn secret_in(name: &str, value: &str) -> Option<&'static str> {
    const ELSEWHERE: &[&str] = &["_FILE", "_ARN", "_NAME", "_ID", "_URL", "_PATH"];
    let upper = name.to_uppercase();
    let points = ELSEWHERE.iter().any(|end| upper.ends_with(end));
    let named = SECRET_WORDS.iter().any(|word| upper.contains(word))
        || upper.split(['_', '-', '.']).skip(1).any(|part| ["PASS", "PWD", "PASSPHRASE"].contains(&part));
    if is_access_key(value) {
        Some("an access key")
    } else if value.starts_with("-----BEGIN") && value.contains("PRIVATE KEY") {
        Some("a private key")
    } else if is_json_web_token(value) {
        Some("a token")
    } else if has_password(value) {
        Some("a URL with its password")
    } else if named && !points && !value.is_empty() {
        Some("its value")
    } else {
        None
    }
}

/// Whether a text is the id of an access key.
///
/// Source: IAM User Guide, "IAM identifiers", unique ID prefixes: `AKIA` of a user, `ASIA` of a session, 20 characters.
fn is_access_key(value: &str) -> bool {
    let rest = value.strip_prefix("AKIA").or_else(|| value.strip_prefix("ASIA"));
    rest.is_some_and(|rest| rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
}

/// Whether a text is a signed JSON Web Token: three parts in base64url, the first of them a JSON object.
///
/// Source: RFC 7519, section 3.1.
fn is_json_web_token(value: &str) -> bool {
    let parts: Vec<_> = value.split('.').collect();
    let base64 = |part: &&str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b));
    parts.len() == 3 && parts[0].starts_with("eyJ") && !parts[2].is_empty() && parts.iter().all(base64)
}

/// Whether a text is a URL with a password: `postgres://user:password@host/`.
///
/// Source: RFC 3986, section 3.2.1. `${…}` in its place is filled in elsewhere.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let password = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
    password.is_some_and(|password| !password.is_empty() && !password.starts_with(['$', '{', '<']))
}

/// What: `privileged: true` off Fargate. Why: the container is root on its host. Example: a monitoring agent.
///
/// Source: ECS Developer Guide, "Amazon ECS task and container security best practices"; checkov rule `CKV_AWS_334`.
fn privileged_container(context: &Context<'_>, out: &mut Findings) {
    for (id, definition, _) in context.definitions().filter(|(_, _, uses)| !uses.on(HostKind::Fargate)) {
        for container in definition.containers.iter().filter(|c| c.privileged == Some(true)) {
            let message = format!("Container `{}` is privileged: root on its host", container.name);
            let hint = "Add the few capabilities it needs instead";
            out.add(ItemRef::TaskDefinition(id.clone()), "containers", message, hint)
                .fix("Take the privilege away", super::containers::change(id, definition, |c| c.privileged = None));
        }
    }
}

/// What: ECS Exec for a definition whose every container has a read-only root. Why: the agent cannot put its files
/// there. Fix: switches ECS Exec off.
///
/// Source: ECS Developer Guide, "Monitor Amazon ECS containers with ECS Exec" (rule EXE-03).
fn exec_on_read_only_root(context: &Context<'_>, out: &mut Findings) {
    for runner in &context.runners {
        let (Some((id, service)), Some(definition)) = (runner.as_service(), runner.definition) else { continue };
        let closed = |c: &Container| c.readonly_root_filesystem == Some(true);
        let all = !definition.containers.is_empty() && definition.containers.iter().all(closed);
        if service.enable_execute_command && all {
            let mut changed = service.clone();
            changed.enable_execute_command = false;
            let message = "Every container has a read-only root file system, in which ECS Exec cannot work";
            out.add(
                runner.at.clone(),
                "enable_execute_command",
                message,
                "Let the container's root be written, or do without",
            )
            .fix("Switch ECS Exec off", vec![Edit::Put(Item::Service(id.clone(), changed))]);
        }
    }
}

/// What: port 22 or 3389 open to every address. Why: it is tried at once and all day. Fix: takes the rule out.
///
/// Source: Amazon VPC User Guide, "Security groups", best practices; checkov rules `CKV_AWS_24` and `CKV_AWS_25`.
fn ssh_open_to_the_world(context: &Context<'_>, out: &mut Findings) {
    for (id, group) in &context.design.security_groups {
        let open = |rule: &crate::design::network::SecurityGroupRule| {
            let world = match rule.peer {
                Peer::Block(block) if block.prefix() == 0 => block,
                Peer::Block(_) | Peer::Group(_) => return None,
            };
            let port = LOGIN_PORTS.into_iter().find(|p| rule.ports.is_none_or(|(a, b)| (a..=b).contains(p)));
            port.map(|port| (port, world))
        };
        let Some((port, world)) = group.ingress.iter().find_map(open) else { continue };
        let mut changed = group.clone();
        changed.ingress.retain(|rule| open(rule).is_none());
        let message = format!("Port {port} is open to {world}");
        out.add(
            ItemRef::SecurityGroup(id.clone()),
            "ingress",
            message,
            "Use ECS Exec or Session Manager, or name the addresses",
        )
        .fix("Take the rule out", vec![Edit::Put(Item::SecurityGroup(id.clone(), changed))]);
    }
}

/// Account numbers that documentation uses, and words that stand for one.
///
/// Source: AWS Account Management Reference Guide, "AWS account identifiers"; the examples of AWS's own pages.
const PLACEHOLDERS: &[&str] = &[
    "123456789012",
    "012345678910",
    "111122223333",
    "444455556666",
    "777788889999",
    "000000000000",
    "111111111111",
    "222222222222",
    "333333333333",
    "999999999999",
    "<account",
    "ACCOUNT_ID",
    "aws_account_id",
    "${AWS::AccountId}",
];

/// Every text of a container that may hold an ARN.
fn texts(container: &Container) -> impl Iterator<Item = &str> {
    let logs = container.log_configuration.iter().flat_map(|log| &log.secret_options);
    let secrets = container.secrets.iter().chain(logs).map(|secret| secret.value_from.as_str());
    let credentials = container.repository_credentials.iter().map(String::as_str);
    let files = container.environment_files.iter().map(String::as_str);
    std::iter::once(container.image.as_str()).chain(secrets).chain(credentials).chain(files)
}

/// Words by which variables that hold secrets are commonly named.
///
/// Assumption: a name that ends in `_FILE`, `_ARN`, `_NAME`, `_ID`, `_URL` or `_PATH` points elsewhere, unless its value is
/// a secret by its shape.
const SECRET_WORDS: &[&str] =
    &["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "ACCESS_KEY"];

/// Ports to log in by: SSH and remote desktop.
///
/// Source: Amazon VPC User Guide, "Security groups", best practices: ports 22 and 3389.
const LOGIN_PORTS: [u16; 2] = [22, 3389];

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::checks::testing::*;
    use crate::design::Design;
    use crate::design::network::SecurityGroupRule;

    fn variable(d: &mut Design, name: &str, value: &str) {
        app(d).environment.insert(name.to_owned(), value.to_owned());
    }

    fn open(d: &mut Design, ports: Option<(u16, u16)>, cidr: &str) {
        let rule = SecurityGroupRule { peer: Peer::Block(block(cidr)), ports };
        d.security_groups.get_mut(&"machines".into()).unwrap().ingress.push(rule);
    }

    pub(in crate::checks) const CASES: &[Case] = &[
        case(
            "placeholder-account-number",
            |d| {
                app(d).image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1".to_owned();
                d.roles.get_mut(&"task".into()).unwrap().arn = Some("arn:aws:iam::111122223333:role/x".to_owned());
            },
            &["web · containers", "task · arn"],
            |d| app(d).image = "739216405518.dkr.ecr.us-east-1.amazonaws.com/web:1".to_owned(),
        ),
        case(
            "secret-in-environment",
            |d| variable(d, "db_password", "hunter2"),
            &["web · containers"],
            |d| {
                variable(d, "DB_PASSWORD_FILE", "/run/secrets/db");
                variable(d, "API_TOKEN", "");
            },
        ),
        case(
            "secret-in-environment",
            |d| variable(d, "DB_PASS", "postgres"),
            &["web · containers"],
            |d| {
                variable(d, "COMPASS", "north");
                variable(d, "PWD", "/srv");
            },
        ),
        case(
            "secret-in-environment",
            |d| variable(d, "AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            &["web · containers"],
            |d| {
                variable(d, "AWS_ACCESS_KEY_ID", "from the role");
            },
        ),
        case(
            "secret-in-environment",
            |d| variable(d, "DATABASE_URL", "postgres://u:p4ss@db/x"),
            &["web · containers"],
            |d| {
                variable(d, "DATABASE_URL", "postgres://u@db:5432/x?y=a:b@c");
                variable(d, "CACHE_URL", "redis://u:${PASS}@cache");
            },
        ),
        case(
            "secret-in-environment",
            |d| variable(d, "JWT", "eyJhbGciOiJIUzI1NiJ9.e30.abc"),
            &["web · containers"],
            |d| variable(d, "JWT", "https://issuer.example.com/keys"),
        ),
        case(
            "secret-in-environment",
            |d| variable(d, "KEY", "-----BEGIN RSA PRIVATE KEY-----"),
            &["web · containers"],
            |d| {
                variable(d, "KEY", "-----BEGIN CERTIFICATE-----");
            },
        ),
        case(
            "privileged-container",
            |d| worker_definition(d).containers[0].privileged = Some(true),
            &["worker · containers"],
            |d| {
                worker_definition(d).containers[0].privileged = Some(false);
            },
        ),
        case(
            "exec-on-read-only-root",
            |d| {
                web(d).enable_execute_command = true;
                app(d).readonly_root_filesystem = Some(true);
            },
            &["web · enable_execute_command"],
            |d| app(d).readonly_root_filesystem = Some(true),
        ),
        case(
            "ssh-open-to-the-world",
            |d| open(d, None, "0.0.0.0/0"),
            &["machines · ingress"],
            |d| {
                open(d, Some((22, 22)), "10.0.0.0/8");
                open(d, Some((23, 3388)), "0.0.0.0/0");
            },
        ),
    ];

    #[test]
    fn cases_hold() {
        check(CASES);
    }
}
