//! What a task definition names besides itself, drawn from the names alone: roles, images, log groups, secrets, file
//! systems.

use std::collections::BTreeMap;

use crate::design::id::{FileSystemId, ImageId, LogGroupId, RoleId, SecretId};
use crate::design::observability::LogGroup;
use crate::design::outside::{FileSystem, FileSystemKind, Image, Registry, Role, RoleUse, Secret, SecretStore};
use crate::design::{Item, Tags};
use crate::exchange::{Assumed, free_name};
use crate::units::{Bytes, Gib};

/// What an image's pull moves where nothing says.
///
/// Assumption: 500 MB, the image of a public report of pull traffic (copilot-cli issue 5167).
const IMAGE_SIZE: Bytes = Bytes::from_mb(500);

/// What a file system holds where nothing says.
///
/// Assumption: 10 GiB, so that its storage has a line in the bill at all.
const FILE_SYSTEM_STORED: Gib = Gib::from_gib(10);

/// The items met so far. The same name for something else gets a number.
#[derive(Default)]
pub(super) struct Around {
    roles: BTreeMap<RoleId, Role>,
    images: BTreeMap<ImageId, Image>,
    log_groups: BTreeMap<LogGroupId, LogGroup>,
    secrets: BTreeMap<SecretId, Secret>,
    file_systems: BTreeMap<FileSystemId, FileSystem>,
}

impl Around {
    /// A role, by ARN or by name. One that is both execution and task role is drawn once, as what it was met as first.
    pub(super) fn role(&mut self, text: &str, used_as: RoleUse) -> RoleId {
        let arn = text.starts_with("arn:").then(|| text.to_owned());
        let name = if arn.is_some() { text.rsplit(['/', ':']).next().unwrap_or(text) } else { text };
        let other = |name: &str| self.roles.get(&RoleId::new(name)).is_some_and(|role| role.arn != arn);
        let id = RoleId::new(&free_name(if name.is_empty() { text } else { name }, other));
        let role = Role { used_as, arn, managed_policies: Vec::new(), actions: Vec::new(), tags: Tags::new() };
        self.roles.entry(id.clone()).or_insert(role);
        id
    }

    /// An image, by its URI.
    pub(super) fn image(&mut self, uri: &str) {
        let image =
            Image { registry: registry_of(uri), compressed_size: IMAGE_SIZE, layers: None, soci: false, zstd: false };
        self.images.insert(ImageId::new(uri), image);
    }

    /// A log group, by its name.
    pub(super) fn log_group(&mut self, name: &str) -> LogGroupId {
        let id = LogGroupId::new(name);
        self.log_groups.entry(id.clone()).or_default();
        id
    }

    /// A secret or parameter, by `valueFrom`: an ARN, or a parameter's name; `None` for an ARN of neither.
    pub(super) fn secret(&mut self, value_from: &str) -> Option<SecretId> {
        let after = |mark: &str| value_from.split_once(mark).map(|(_, rest)| rest);
        let (store, name) = if let Some(rest) = after(":secret:") {
            (SecretStore::SecretsManager, rest.split(':').next().unwrap_or(rest))
        } else if let Some(rest) = after(":parameter/") {
            (SecretStore::Parameter, rest)
        } else if value_from.starts_with("arn:") {
            return None;
        } else {
            (SecretStore::Parameter, value_from.trim_start_matches('/'))
        };
        let other = |name: &str| self.secrets.get(&SecretId::new(name)).is_some_and(|secret| secret.store != store);
        let id = SecretId::new(&free_name(name, other));
        self.secrets.entry(id.clone()).or_insert(Secret { store, kms_key: None, tags: Tags::new() });
        Some(id)
    }

    /// A file system, by AWS's id of it.
    pub(super) fn file_system(&mut self, aws_id: &str, kind: FileSystemKind) -> FileSystemId {
        let id = FileSystemId::new(aws_id);
        let file_system = FileSystem {
            kind,
            subnets: Vec::new(),
            stored: FILE_SYSTEM_STORED,
            throughput: 0,
            security_groups: Vec::new(),
            tags: Tags::new(),
        };
        self.file_systems.entry(id.clone()).or_insert(file_system);
        id
    }

    /// All of them, and what was made up about them.
    pub(super) fn items(self) -> (Vec<Item>, Vec<Assumed>) {
        let mut items = Vec::new();
        let mut assumptions = Vec::new();
        items.extend(self.log_groups.into_iter().map(|(id, group)| Item::LogGroup(id, group)));
        items.extend(self.roles.into_iter().map(|(id, role)| Item::Role(id, role)));
        for (id, image) in self.images {
            let why = "500 MB: a task definition does not say how much a pull moves".to_owned();
            let registry = unnamed(&id).map(|what| format!("Amazon ECR of this account: {what}"));
            let item = Item::Image(id, image);
            assumptions.extend(registry.map(|why| Assumed { at: item.at(), field: "registry", why }));
            assumptions.push(Assumed { at: item.at(), field: "compressed_size", why });
            items.push(item);
        }
        for (id, file_system) in self.file_systems {
            let why = format!("{FILE_SYSTEM_STORED}: a task definition does not say how much is stored");
            let item = Item::FileSystem(id, file_system);
            assumptions.push(Assumed { at: item.at(), field: "stored", why });
            items.push(item);
        }
        items.extend(self.secrets.into_iter().map(|(id, secret)| Item::Secret(id, secret)));
        (items, assumptions)
    }
}

/// What is wrong with an image that is a placeholder, or stands in for one that no file names.
fn unnamed(image: &ImageId) -> Option<&'static str> {
    match image.as_str() {
        super::STAND_IN => Some("the file names no image"),
        uri if is_placeholder(uri) => {
            Some("the file has a placeholder for the image, which says nothing of a registry")
        }
        _ => None,
    }
}

/// Whether an image is a placeholder that something fills in later, and no image of Docker Hub: it names no host, and no
/// repository there may be called so.
///
/// Source: Docker's reference grammar: a path has lower-case letters, digits and separators (`.`, `_`, `__`, dashes, `/`).
/// Assumption: `placeholder` in a name is one, whatever its letters.
fn is_placeholder(uri: &str) -> bool {
    let path = uri.split('@').next().unwrap_or(uri);
    let path = path.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(path, |(path, _)| path);
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '/');
    let hosted = uri.split_once('/').is_some_and(|(host, _)| is_host(host));
    !hosted
        && (!path.starts_with(|c: char| c.is_ascii_alphanumeric())
            || !path.chars().all(legal)
            || path.contains("placeholder"))
}

/// Whether the first part of a reference is a host: it has a dot or a port, or is `localhost`.
fn is_host(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost"
}

/// Where an image is kept, by its URI.
///
/// Source: Docker's reference grammar: the first part is a host if it has a dot or a port, or is `localhost`; without
/// a host it is Docker Hub. ECR User Guide, "Amazon ECR private registries": `ACCOUNT.dkr.ecr.REGION.amazonaws.com`.
fn registry_of(uri: &str) -> Registry {
    if is_placeholder(uri) {
        // Assumption: what a pipeline fills in is an image of one's own.
        return Registry::EcrPrivate;
    }
    let host = uri.split_once('/').map(|(host, _)| host);
    match host.filter(|host| is_host(host)) {
        Some("public.ecr.aws") => Registry::EcrPublic,
        Some("docker.io" | "index.docker.io" | "registry-1.docker.io") | None => Registry::DockerHub,
        Some(host) if host.contains(".dkr.ecr.") || host.contains(".dkr-ecr.") => Registry::EcrPrivate,
        Some(_) => Registry::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_kept_where_their_uri_says() {
        for (uri, registry) in [
            ("nginx:1.27", Registry::DockerHub),
            ("danriti/gunicorn-flask", Registry::DockerHub),
            ("docker.io/library/nginx", Registry::DockerHub),
            ("public.ecr.aws/nginx/nginx:mainline", Registry::EcrPublic),
            ("<account>.dkr.ecr.us-east-1.amazonaws.com/sample-app:1.0", Registry::EcrPrivate),
            ("210987654321.dkr-ecr.us-east-1.on.aws/app", Registry::EcrPrivate),
            ("ghcr.io/example/thumbnailer@sha256:6dc0", Registry::Other),
            ("localhost/app", Registry::Other),
            ("localhost:5000/app", Registry::Other),
            ("nginx:${TAG}", Registry::DockerHub),
            ("katsubushi/katsubushi:{{ env `TAG` `latest` }}", Registry::DockerHub),
            ("<IMAGE>", Registry::EcrPrivate),
            ("<IMAGE1_NAME>", Registry::EcrPrivate),
            ("IMAGE_PLACEHOLDER", Registry::EcrPrivate),
            ("image_placeholder:latest", Registry::EcrPrivate),
            ("${REGISTRY}/app:1", Registry::EcrPrivate),
            ("{{ image }}", Registry::EcrPrivate),
            ("$IMAGE", Registry::EcrPrivate),
            ("__IMAGE__", Registry::EcrPrivate),
        ] {
            assert_eq!(registry_of(uri), registry, "{uri}");
        }
    }

    #[test]
    fn roles_of_one_name_in_two_accounts_stay_apart() {
        let mut around = Around::default();
        let first = around.role("arn:aws:iam::111122223333:role/path/web", RoleUse::Execution);
        let again = around.role("arn:aws:iam::111122223333:role/path/web", RoleUse::Task);
        let other = around.role("arn:aws:iam::<account>:role/web", RoleUse::Task);
        assert_eq!((first.as_str(), again.as_str(), other.as_str()), ("web", "web", "web-2"));
        assert_eq!(around.role("worker", RoleUse::Task).as_str(), "worker");
        assert_eq!(around.roles[&RoleId::new("worker")].arn, None);
    }

    #[test]
    fn secrets_are_named_as_their_store_names_them() {
        let mut around = Around::default();
        for (value_from, id, store) in [
            (
                "arn:aws:secretsmanager:us-east-1:1:secret:a/b-Zz9Yy8:password::",
                "a/b-Zz9Yy8",
                SecretStore::SecretsManager,
            ),
            ("arn:aws:ssm:us-east-1:${AWS::AccountId}:parameter/a/token", "a/token", SecretStore::Parameter),
            ("/a/token", "a/token", SecretStore::Parameter),
            // The same name in the other store.
            ("arn:aws:secretsmanager:us-east-1:1:secret:a/token", "a/token-2", SecretStore::SecretsManager),
        ] {
            let found = around.secret(value_from).unwrap();
            assert_eq!((found.as_str(), around.secrets[&found].store), (id, store), "{value_from}");
        }
        assert_eq!(around.secret("arn:aws:s3:::bucket"), None);
    }
}
