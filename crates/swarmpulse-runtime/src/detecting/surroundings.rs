//! How entities hang together, copied from the fleet in short looks.

use swarmpulse_detect::Graph;
use swarmpulse_fleet::Fleet;
use swarmpulse_model::Text;

use crate::handle::Handle;

/// Agents and services that are copied at one look: records wait meanwhile.
const AT_ONCE: usize = 2_000;

/// The graph as the fleet knows it.
pub(crate) fn graph(handle: &Handle) -> Graph {
    let mut graph = Graph::default();
    let mut next = Some(0);
    while let Some(first) = next {
        next = handle.fleet(|fleet| copy_agents(fleet, first, &mut graph));
    }
    let mut next = Some(0);
    while let Some(first) = next {
        next = handle.fleet(|fleet| copy_services(fleet, first, &mut graph));
    }
    graph
}

/// Copies some agents; gives the slot to go on from.
fn copy_agents(fleet: &Fleet, first: u32, graph: &mut Graph) -> Option<u32> {
    for (seen, (index, agent)) in fleet.agents_from(first).enumerate() {
        if seen == AT_ONCE {
            return Some(index);
        }
        let key = || (Text::from(fleet.namespace_of(agent)), Text::from(agent.id()));
        if let Some(host) = fleet.host_of(agent) {
            graph.host_of.insert(key(), host.into());
        }
        let services: Vec<Text> = agent
            .services()
            .iter()
            .filter_map(|index| fleet.service_at(*index))
            .map(|service| service.id.clone())
            .collect();
        if !services.is_empty() {
            graph.calls.insert(key(), services);
        }
    }
    None
}

/// Copies some services; gives the slot to go on from.
fn copy_services(fleet: &Fleet, first: u32, graph: &mut Graph) -> Option<u32> {
    for (seen, (index, service)) in fleet.services_from(first).enumerate() {
        if seen == AT_ONCE {
            return Some(index);
        }
        if !service.depends_on.is_empty() {
            let key = (fleet.namespace_of_service(service).into(), service.id.clone());
            graph.depends_on.insert(key, service.depends_on.clone());
        }
    }
    None
}
