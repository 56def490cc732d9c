//! What tasks read of secrets as they start, and the keys that those are encrypted with.

use std::collections::{BTreeMap, BTreeSet};

use super::Resolver;
use crate::catalogue::meter::Meter;
use crate::design::id::SecretId;
use crate::design::outside::SecretStore;
use crate::design::task_definition::TaskDefinition;
use crate::design::{Design, ItemRef};
use crate::plan::index::Ix;

impl Resolver<'_> {
    /// What one task asks for as it starts: a request for each value that its containers are given, and one to its key.
    ///
    /// Source: ECS Developer Guide, "Pass Secrets Manager secrets through Amazon ECS environment variables": read when the
    /// container starts; AWS Secrets Manager pricing: by the API call, and AWS KMS's charges for a key of one's own.
    /// Assumption: once for each value and task, however many containers are given it, as the container agent's source
    /// has it (amazon-ecs-agent, `asmsecret`).
    pub(super) fn reads(&mut self, item: &ItemRef, definition: &TaskDefinition) -> Vec<(Ix<ItemRef>, Meter)> {
        let design: &Design = self.design;
        let containers = || definition.containers.iter();
        let of_logs = containers().filter_map(|c| c.log_configuration.as_ref()).flat_map(|log| &log.secret_options);
        let given = containers().flat_map(|c| &c.secrets).chain(of_logs);
        let values: BTreeSet<_> = given.map(|given| (given.secret.as_ref(), given.value_from.as_str())).collect();
        let registries: BTreeSet<_> = containers().filter_map(|c| c.repository_credentials.as_deref()).collect();
        let mut reads = Vec::new();
        for (id, value_from) in values.into_iter().chain(registries.into_iter().map(|value| (None, value))) {
            let drawn = id.and_then(|id| Some((id, design.secrets.get(id)?)));
            // What is drawn nowhere is told by its ARN.
            let managed = drawn.map_or(value_from.contains(":secretsmanager:"), |(_, secret)| {
                secret.store == SecretStore::SecretsManager
            });
            let owner = self.owner(drawn.map_or_else(|| item.clone(), |(id, _)| ItemRef::Secret(id.clone())));
            reads.extend(managed.then_some((owner, Meter::SecretRequest)));
            let of_own = drawn.is_some_and(|(_, secret)| secret.kms_key.is_some());
            reads.extend(of_own.then_some((owner, Meter::KmsRequest)));
        }
        reads
    }

    /// Secrets by the month, and each customer managed key once, at the first secret that is encrypted with it.
    ///
    /// Source: AWS KMS pricing: by the key and month (rule BIL-06).
    pub(super) fn stand_secrets(&mut self) {
        let mut first: BTreeMap<&str, &SecretId> = BTreeMap::new();
        for (id, secret) in &self.design.secrets {
            let key = secret.kms_key.as_deref();
            let is_first = key.is_some_and(|key| *first.entry(key).or_insert(id) == id);
            let stored = u64::from(secret.store == SecretStore::SecretsManager);
            let levels = vec![(Meter::Secret, stored), (Meter::KmsKey, u64::from(is_first))];
            self.stand(ItemRef::Secret(id.clone()), levels);
        }
    }
}
