//! The region that imported documents speak of.

use std::collections::BTreeMap;

use super::Imported;
use crate::catalogue::regions::Regions;
use crate::design::outside::is_kept_by_aws;
use crate::design::task_definition::VolumeKind;
use crate::names::Region;

/// What says a region, the surest first: an image may be pulled from afar, logs and secrets hardly are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SaidBy {
    /// The ARN that ECS gave the definition.
    Definition,
    /// Where logs are written.
    Logs,
    /// Where secrets and parameters are read.
    Secrets,
    /// Where an image of the account's own, or a file system, is.
    Surroundings,
}

impl SaidBy {
    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Definition => "the definition's ARN",
            Self::Logs => "awslogs-region",
            Self::Secrets => "the ARN of a secret",
            Self::Surroundings => "the registry of an image or the ARN of a file system",
        }
    }
}

/// A region, what says so, and the others that are named too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The region.
    pub region: Region,
    /// What says it.
    pub by: SaidBy,
    /// Others that the documents name.
    pub others: Vec<Region>,
}

/// The region that documents speak of: what the surest of them say, and of several the one named most.
pub fn spoken_of(imports: &[Imported], regions: &Regions) -> Option<Spoken> {
    let mut named: BTreeMap<Region, (SaidBy, usize)> = BTreeMap::new();
    for (by, code) in imports.iter().flat_map(all_named) {
        let region = Region::new(&code);
        if regions.get(&region).is_some() {
            let (surest, count) = named.entry(region).or_insert((by, 0));
            *surest = (*surest).min(by);
            *count += 1;
        }
    }
    let (region, (by, _)) = named.iter().min_by_key(|(_, (by, count))| (*by, std::cmp::Reverse(*count)))?;
    let others = named.keys().filter(|other| *other != region).cloned().collect();
    Some(Spoken { region: region.clone(), by: *by, others })
}

/// Everything in a document that names a region, placeholders among it.
fn all_named(import: &Imported) -> Vec<(SaidBy, String)> {
    let mut all = Vec::new();
    let mut say = |by, code: Option<&str>| all.extend(code.map(|code| (by, code.to_owned())));
    for unread in import.set_aside.iter().filter(|unread| unread.path.ends_with("taskDefinitionArn")) {
        say(SaidBy::Definition, of_arn(unread.value.trim_matches('"')));
    }
    for (_, definition) in &import.definitions {
        for container in &definition.containers {
            say(SaidBy::Surroundings, of_image(&container.image));
            let log = container.log_configuration.as_ref();
            say(SaidBy::Logs, log.and_then(|log| log.options.get("awslogs-region")).map(String::as_str));
            let of_log = log.into_iter().flat_map(|log| &log.secret_options);
            container.secrets.iter().chain(of_log).for_each(|secret| say(SaidBy::Secrets, of_arn(&secret.value_from)));
        }
        for volume in &definition.volumes {
            if let VolumeKind::S3Files { file_system_arn, .. } = &volume.kind {
                say(SaidBy::Surroundings, of_arn(file_system_arn));
            }
        }
    }
    all
}

/// The region in an ARN.
fn of_arn(arn: &str) -> Option<&str> {
    arn.starts_with("arn:").then(|| arn.split(':').nth(3))?
}

/// The region of an image in a private registry of the account's own.
///
/// Source: ECR User Guide, "Amazon ECR private registries": `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, or
/// `ACCOUNT.dkr-ecr.REGION.on.aws`.
fn of_image(uri: &str) -> Option<&str> {
    let host = uri.split('/').next().filter(|_| !is_kept_by_aws(uri))?;
    let (_, rest) = host.split_once(".dkr.ecr.").or_else(|| host.split_once(".dkr-ecr."))?;
    rest.split('.').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded;
    use crate::exchange::task_definition;

    #[track_caller]
    fn speaks(container: &str, task: &str, expected: Option<(&str, SaidBy, &[&str])>) {
        let text = format!(r#"{{"family": "web", {task} "containerDefinitions": [{{"name": "app", {container}}}]}}"#);
        let imported = task_definition::read(&text, "web.json").unwrap();
        let spoken = spoken_of(&[imported], &embedded::regions().unwrap());
        let spoken = spoken.map(|s| (s.region.to_string(), s.by, s.others.iter().map(ToString::to_string).collect()));
        let expected = expected.map(|(region, by, others)| {
            (region.to_owned(), by, others.iter().map(|other| (*other).to_owned()).collect::<Vec<_>>())
        });
        assert_eq!(spoken, expected, "{text}");
    }

    #[test]
    fn the_region_is_the_one_that_the_surest_name() {
        let image = |host: &str| format!(r#""image": "{host}/web:1""#);
        let logs = r#", "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-region": "eu-west-1"}}"#;
        let own = image("210987654321.dkr.ecr.ap-northeast-1.amazonaws.com");
        speaks(&own, "", Some(("ap-northeast-1", SaidBy::Surroundings, &[])));
        speaks(&image("210987654321.dkr-ecr.us-west-2.on.aws"), "", Some(("us-west-2", SaidBy::Surroundings, &[])));
        speaks(&format!("{own}{logs}"), "", Some(("eu-west-1", SaidBy::Logs, &["ap-northeast-1"])));
        let arn = r#""taskDefinitionArn": "arn:aws:ecs:sa-east-1:210987654321:task-definition/web:7","#;
        speaks(&format!("{own}{logs}"), arn, Some(("sa-east-1", SaidBy::Definition, &["ap-northeast-1", "eu-west-1"])));
        let secret =
            r#", "secrets": [{"name": "A", "valueFrom": "arn:aws:ssm:eu-central-1:210987654321:parameter/a"}]"#;
        speaks(&format!("{own}{secret}"), "", Some(("eu-central-1", SaidBy::Secrets, &["ap-northeast-1"])));
        // AWS's own image says nothing of where tasks run; nor does a role, which has no region, nor a placeholder.
        speaks(&image("906394416424.dkr.ecr.us-west-2.amazonaws.com"), "", None);
        speaks(&image("nginx"), r#""taskRoleArn": "arn:aws:iam::210987654321:role/web","#, None);
        speaks(&image("210987654321.dkr.ecr.${AWS_REGION}.amazonaws.com"), "", None);
    }
}
