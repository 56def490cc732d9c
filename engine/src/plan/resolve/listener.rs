//! Which listener of a balancer takes what goes through it to a service.

use super::Resolver;
use crate::design::ItemRef;
use crate::design::id::{LoadBalancerId, ServiceId, TargetGroupId};
use crate::design::load_balancing::{Listener, Protocol};
use crate::plan::network::{PlannedListener, Transport};

impl Resolver<'_> {
    /// The listener that a load names by its port; else the one assumed.
    ///
    /// Assumption: of the listeners that lead to the service, the one with most rules; of several of those, the one whose
    /// protocol fills most capacity units. Rules of other listeners do not count (rule LB-20).
    pub(super) fn listener(
        &mut self,
        item: &ItemRef,
        balancer: &LoadBalancerId,
        service: &ServiceId,
        port: Option<u16>,
    ) -> Option<PlannedListener> {
        let design = self.design;
        let joined = design.services.get(service).map(|s| &s.load_balancers[..]).unwrap_or_default();
        let joins = |group: &TargetGroupId| joined.iter().any(|of| of.target_group == *group);
        let listeners = design.load_balancers.get(balancer).map(|b| &b.listeners[..]).unwrap_or_default();
        if let Some(port) = port.filter(|port| listeners.iter().all(|listener| listener.port != *port)) {
            self.fail(item.clone(), "listener_port", format!("{balancer} does not listen on port {port}"));
            return None;
        }
        let leads = |listener: &&Listener| listener.target_groups().any(joins);
        let asked = listeners.iter().filter(|listener| port.is_none_or(|port| listener.port == port));
        let leading = asked.clone().filter(leads);
        let most = |listener: &&Listener| (listener.rules.len(), transport(listener.protocol));
        let found = leading.max_by_key(most).or_else(|| asked.max_by_key(most));
        Some(PlannedListener {
            rules: found.map_or(0, |listener| u32::try_from(listener.rules.len()).unwrap_or(u32::MAX)),
            transport: found.map_or(Transport::Tcp, |listener| transport(listener.protocol)),
            // Where a service has several target groups behind a listener, one with the optimizer counts for all.
            optimized: found.is_some_and(|listener| {
                let mut groups = listener.target_groups().filter(|group| joins(group));
                groups.any(|group| design.target_groups.get(group).is_some_and(|g| g.target_control_port.is_some()))
            }),
        })
    }
}

/// What a Network Load Balancer counts a listener's protocol as.
///
/// Assumption: `TCP_UDP` as UDP, of which a capacity unit takes half as many connections: DNS and games ask so.
const fn transport(protocol: Protocol) -> Transport {
    match protocol {
        Protocol::Tls => Transport::Tls,
        Protocol::Udp | Protocol::TcpUdp => Transport::Udp,
        Protocol::Tcp | Protocol::Http | Protocol::Https | Protocol::Geneve => Transport::Tcp,
    }
}
