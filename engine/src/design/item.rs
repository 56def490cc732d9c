//! The kinds of item: one row each, from which the design's maps, the item types and the reference types follow.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::anywhere::AnywhereSite;
use super::capacity::CapacityProvider;
use super::cluster::{Cluster, Namespace};
use super::id::{
    AlarmId, ApiGatewayId, CapacityProviderId, CertificateId, ClusterId, EventRuleId, ExpressServiceId, FileSystemId,
    ImageId, LatticeId, LoadBalancerId, LoadId, LogGroupId, NamespaceId, NatGatewayId, NoteId, OutsideSystemId, RoleId,
    RouteTableId, SecretId, SecurityGroupId, ServiceId, SiteId, StandaloneTaskId, SubnetId, TargetGroupId,
    TaskDefinitionId, VpcEndpointId, VpcId, WebAclId,
};
use super::is_default;
use super::load::Load;
use super::load_balancing::{ApiGateway, Lattice, LoadBalancer, TargetGroup};
use super::network::{NatGateway, RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint};
use super::observability::{Alarm, EventRule, LogGroup};
use super::outside::{Certificate, FileSystem, Image, Note, OutsideSystem, Role, Secret, WebAcl};
use super::references::{Fate, ItemId, Refers, Visit};
use super::service::{ExpressService, Service};
use super::standalone::StandaloneTask;
use super::task_definition::TaskDefinition;
use crate::names::Region;

macro_rules! kinds {
    ($($(#[$doc:meta])* $map:ident: $kind:ident($id:ident, $value:ident), $word:literal;)*) => {
        /// What the user drew, right or wrong: one sorted map for each kind of item.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Design {
            /// The region that everything stands in.
            pub region: Region,
            /// Account settings, quotas and purchase plans.
            #[serde(default, skip_serializing_if = "is_default")]
            pub account: Account,
            $(
                $(#[$doc])*
                #[serde(default, skip_serializing_if = "is_default")]
                pub $map: BTreeMap<$id, $value>,
            )*
        }

        /// The kinds of item.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $kind),* }

        /// The name of an item with its kind.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum ItemRef { $($(#[$doc])* $kind($id)),* }

        /// An item with its name.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[expect(clippy::large_enum_variant, reason = "items are edited one at a time, never kept in bulk")]
        pub enum Item { $($(#[$doc])* $kind($id, $value)),* }

        /// A reference inside an item, as the visitor hands it out.
        #[derive(Debug)]
        pub enum RefMut<'a> { $($(#[$doc])* $kind(&'a mut $id)),* }

        impl Design {
            /// An empty drawing in a region.
            pub fn new(region: Region) -> Self {
                Self { region, account: Account::default(), $($map: BTreeMap::new()),* }
            }

            /// The item of a name, if it is drawn.
            pub fn item(&self, at: &ItemRef) -> Option<Item> {
                match at { $(ItemRef::$kind(id) => self.$map.get(id).map(|v| Item::$kind(id.clone(), v.clone()))),* }
            }

            /// Whether an item of that name is drawn.
            pub fn contains(&self, at: &ItemRef) -> bool {
                match at { $(ItemRef::$kind(id) => self.$map.contains_key(id)),* }
            }

            /// Draws an item, in place of one of the same name.
            pub fn put(&mut self, item: Item) {
                match item { $(Item::$kind(id, value) => { self.$map.insert(id, value); }),* }
            }

            /// Takes one item away and nothing else; references to it stay and dangle.
            pub(super) fn take(&mut self, at: &ItemRef) -> Option<Item> {
                match at { $(ItemRef::$kind(id) => self.$map.remove(id).map(|v| Item::$kind(id.clone(), v))),* }
            }

            /// How many items are drawn.
            pub fn item_count(&self) -> usize {
                0 $(+ self.$map.len())*
            }

            /// The names of all items, by kind and name.
            pub fn item_refs(&self) -> Vec<ItemRef> {
                let mut all = Vec::new();
                $(all.extend(self.$map.keys().cloned().map(ItemRef::$kind));)*
                all
            }

            /// Shows every reference of every item to `visit`, with the item that holds it.
            pub fn visit_references(&mut self, visit: &mut dyn FnMut(&ItemRef, &'static str, RefMut<'_>) -> Fate) {
                $(for (id, value) in &mut self.$map {
                    let holder = ItemRef::$kind(id.clone());
                    value.refer(&mut |field, reference| visit(&holder, field, reference));
                })*
            }
        }

        impl Kind {
            /// All kinds, in the order they stand in a file.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// In words, as AWS's console writes it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$kind => $word),* }
            }

            /// An item of this kind by name.
            pub fn named(self, name: &str) -> ItemRef {
                match self { $(Self::$kind => ItemRef::$kind($id::new(name))),* }
            }
        }

        impl ItemRef {
            /// What kind of item it names.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind),* }
            }

            /// The name alone.
            pub fn name(&self) -> &str {
                match self { $(Self::$kind(id) => id.as_str()),* }
            }
        }

        impl Item {
            /// Its name.
            pub fn at(&self) -> ItemRef {
                match self { $(Self::$kind(id, _) => ItemRef::$kind(id.clone())),* }
            }

            /// The same item under another name.
            #[must_use]
            pub fn renamed(self, name: &str) -> Self {
                match self { $(Self::$kind(_, value) => Self::$kind($id::new(name), value)),* }
            }
        }

        impl Refers for Item {
            fn refer(&mut self, visit: &mut Visit<'_>) {
                match self { $(Self::$kind(_, value) => value.refer(visit)),* }
            }
        }

        impl RefMut<'_> {
            /// What it names.
            pub fn target(&self) -> ItemRef {
                match self { $(Self::$kind(id) => ItemRef::$kind((**id).clone())),* }
            }

            /// Makes it name another item of the same kind.
            pub fn rename(&mut self, name: &str) {
                match self { $(Self::$kind(id) => **id = $id::new(name)),* }
            }
        }

        $(impl ItemId for $id {
            fn as_ref_mut(&mut self) -> RefMut<'_> { RefMut::$kind(self) }
        })*
    };
}

kinds! {
    /// VPCs.
    vpcs: Vpc(VpcId, Vpc), "VPC";
    /// Subnets.
    subnets: Subnet(SubnetId, Subnet), "subnet";
    /// Route tables.
    route_tables: RouteTable(RouteTableId, RouteTable), "route table";
    /// NAT gateways.
    nat_gateways: NatGateway(NatGatewayId, NatGateway), "NAT gateway";
    /// VPC endpoints.
    vpc_endpoints: VpcEndpoint(VpcEndpointId, VpcEndpoint), "VPC endpoint";
    /// Security groups.
    security_groups: SecurityGroup(SecurityGroupId, SecurityGroup), "security group";
    /// Load balancers.
    load_balancers: LoadBalancer(LoadBalancerId, LoadBalancer), "load balancer";
    /// Target groups.
    target_groups: TargetGroup(TargetGroupId, TargetGroup), "target group";
    /// API Gateway HTTP APIs.
    api_gateways: ApiGateway(ApiGatewayId, ApiGateway), "HTTP API";
    /// VPC Lattice service networks.
    lattices: Lattice(LatticeId, Lattice), "VPC Lattice service network";
    /// Cloud Map namespaces.
    namespaces: Namespace(NamespaceId, Namespace), "namespace";
    /// Clusters.
    clusters: Cluster(ClusterId, Cluster), "cluster";
    /// Capacity providers of the user's own.
    capacity_providers: CapacityProvider(CapacityProviderId, CapacityProvider), "capacity provider";
    /// Machines registered to ECS Anywhere.
    sites: Site(SiteId, AnywhereSite), "ECS Anywhere site";
    /// Task definitions, by family.
    task_definitions: TaskDefinition(TaskDefinitionId, TaskDefinition), "task definition";
    /// Services.
    services: Service(ServiceId, Service), "service";
    /// Standalone tasks: once, on a schedule, on an event.
    standalone_tasks: StandaloneTask(StandaloneTaskId, StandaloneTask), "standalone task";
    /// Express Mode services.
    express_services: ExpressService(ExpressServiceId, ExpressService), "Express Mode service";
    /// EventBridge rules.
    event_rules: EventRule(EventRuleId, EventRule), "EventBridge rule";
    /// CloudWatch alarms.
    alarms: Alarm(AlarmId, Alarm), "alarm";
    /// CloudWatch Logs log groups.
    log_groups: LogGroup(LogGroupId, LogGroup), "log group";
    /// IAM roles.
    roles: Role(RoleId, Role), "IAM role";
    /// What is known of container images, by URI.
    images: Image(ImageId, Image), "image";
    /// File systems.
    file_systems: FileSystem(FileSystemId, FileSystem), "file system";
    /// Secrets and parameters.
    secrets: Secret(SecretId, Secret), "secret";
    /// Certificates.
    certificates: Certificate(CertificateId, Certificate), "certificate";
    /// WAF web ACLs.
    web_acls: WebAcl(WebAclId, WebAcl), "web ACL";
    /// Systems outside ECS.
    outside_systems: OutsideSystem(OutsideSystemId, OutsideSystem), "outside system";
    /// Loads.
    loads: Load(LoadId, Load), "load";
    /// Notes on the canvas.
    notes: Note(NoteId, Note), "note";
}

impl fmt::Display for ItemRef {
    /// `service web`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().word(), self.name())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
