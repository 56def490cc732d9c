//! Amounts that the user has measured: they stand in place of what pulls, calls, logs and placement would give.

use super::Resolver;
use crate::catalogue::meter::Meter;
use crate::design::network::{EndpointKind, NatPlacement};
use crate::design::{Design, ItemRef};
use crate::plan::index::{Ix, Table};
use crate::plan::load::PlannedLoad;
use crate::plan::network::StatedUsage;
use crate::units::Bytes;

/// Hours of a month (rule BIL-06).
const MONTH_HOURS: u128 = 730;

impl Resolver<'_> {
    pub(super) fn stated_usage(&mut self, loads: &Table<PlannedLoad>) -> Vec<StatedUsage> {
        let design: &Design = self.design;
        let mut stated = Vec::new();
        let bytes = |owner, meter, month: Bytes, in_place_of| {
            let month = u128::from(month.bytes());
            StatedUsage { owner, meter, month, in_place_of }
        };
        for (id, nat) in &design.nat_gateways {
            let Some(month) = nat.measured_monthly_bytes else { continue };
            let owner = self.owner(ItemRef::NatGateway(id.clone()));
            let meter = match nat.placement {
                NatPlacement::Zonal(_) => Meter::NatGatewayData,
                NatPlacement::Regional(_) => Meter::RegionalNatGatewayData,
            };
            stated.push(bytes(owner, meter, month, vec![owner]));
        }
        for (id, endpoint) in &design.vpc_endpoints {
            // A gateway endpoint processes for free, however much.
            let interface = matches!(endpoint.kind, EndpointKind::Interface { .. });
            let Some(month) = endpoint.measured_monthly_bytes.filter(|_| interface) else { continue };
            let owner = self.owner(ItemRef::VpcEndpoint(id.clone()));
            stated.push(bytes(owner, Meter::InterfaceEndpointData, month, vec![owner]));
        }
        for (id, balancer) in &design.load_balancers {
            let (Some(mean), Some(planned)) = (balancer.measured_capacity_units_milli, self.balancer_of.get(id)) else {
                continue;
            };
            let (owner, meter) = (self.balancers[*planned].owner, self.balancers[*planned].meters().1);
            // The base unit is a billionth of a capacity unit for an hour.
            let month = u128::from(mean) * 1_000_000 * MONTH_HOURS;
            stated.push(StatedUsage { owner, meter, month, in_place_of: vec![owner] });
        }
        for (id, vpc) in &design.vpcs {
            let Some(month) = vpc.measured_monthly_cross_zone_bytes else { continue };
            let owner = self.owner(ItemRef::Vpc(id.clone()));
            stated.push(bytes(owner, Meter::CrossAz, month, self.crossing_in(owner, loads)));
        }
        stated
    }

    /// Whose bytes cross zones inside a VPC: its services, and the loads that they take.
    fn crossing_in(&self, vpc: Ix<ItemRef>, loads: &Table<PlannedLoad>) -> Vec<Ix<ItemRef>> {
        let inside = self.services.pairs().filter(|(_, service)| {
            let mut subnets = service.zones.iter().flat_map(|(_, subnets)| subnets);
            subnets.any(|subnet| self.subnets[*subnet].vpc == vpc)
        });
        let inside: Vec<_> = inside.map(|(ix, service)| (ix, service.owner)).collect();
        let taken = loads.iter().filter(|load| inside.iter().any(|(ix, _)| *ix == load.service));
        inside.iter().map(|(_, owner)| *owner).chain(taken.map(|load| load.owner)).collect()
    }
}
