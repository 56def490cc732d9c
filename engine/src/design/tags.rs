//! The tags of an item, whatever its kind.

use super::capacity::CapacityProvider;
use super::{Design, ItemRef, Tags};

impl Design {
    /// The tags that the user gave an item; `None` of what is not drawn or takes none.
    pub fn tags(&self, at: &ItemRef) -> Option<&Tags> {
        match at {
            ItemRef::Vpc(id) => self.vpcs.get(id).map(|item| &item.tags),
            ItemRef::Subnet(id) => self.subnets.get(id).map(|item| &item.tags),
            ItemRef::RouteTable(id) => self.route_tables.get(id).map(|item| &item.tags),
            ItemRef::NatGateway(id) => self.nat_gateways.get(id).map(|item| &item.tags),
            ItemRef::VpcEndpoint(id) => self.vpc_endpoints.get(id).map(|item| &item.tags),
            ItemRef::SecurityGroup(id) => self.security_groups.get(id).map(|item| &item.tags),
            ItemRef::LoadBalancer(id) => self.load_balancers.get(id).map(|item| &item.tags),
            ItemRef::TargetGroup(id) => self.target_groups.get(id).map(|item| &item.tags),
            ItemRef::ApiGateway(id) => self.api_gateways.get(id).map(|item| &item.tags),
            ItemRef::Lattice(id) => self.lattices.get(id).map(|item| &item.tags),
            ItemRef::Namespace(id) => self.namespaces.get(id).map(|item| &item.tags),
            ItemRef::Cluster(id) => self.clusters.get(id).map(|item| &item.tags),
            ItemRef::CapacityProvider(id) => self.capacity_providers.get(id).map(|item| match item {
                CapacityProvider::AutoScalingGroup(group) => &group.tags,
                CapacityProvider::ManagedInstances(managed) => &managed.tags,
            }),
            ItemRef::Site(id) => self.sites.get(id).map(|item| &item.tags),
            ItemRef::TaskDefinition(id) => self.task_definitions.get(id).map(|item| &item.tags),
            ItemRef::Service(id) => self.services.get(id).map(|item| &item.tags),
            ItemRef::StandaloneTask(id) => self.standalone_tasks.get(id).map(|item| &item.tags),
            ItemRef::ExpressService(id) => self.express_services.get(id).map(|item| &item.tags),
            ItemRef::EventRule(id) => self.event_rules.get(id).map(|item| &item.tags),
            ItemRef::Alarm(id) => self.alarms.get(id).map(|item| &item.tags),
            ItemRef::LogGroup(id) => self.log_groups.get(id).map(|item| &item.tags),
            ItemRef::Role(id) => self.roles.get(id).map(|item| &item.tags),
            ItemRef::FileSystem(id) => self.file_systems.get(id).map(|item| &item.tags),
            ItemRef::Secret(id) => self.secrets.get(id).map(|item| &item.tags),
            ItemRef::Certificate(id) => self.certificates.get(id).map(|item| &item.tags),
            ItemRef::WebAcl(id) => self.web_acls.get(id).map(|item| &item.tags),
            ItemRef::OutsideSystem(id) => self.outside_systems.get(id).map(|item| &item.tags),
            ItemRef::Image(_) | ItemRef::Load(_) | ItemRef::Note(_) => None,
        }
    }
}
