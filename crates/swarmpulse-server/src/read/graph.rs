//! The entity graph around one entity: what it is linked to, and what is linked to it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{Graph, GraphEdge, GraphNode};
use swarmpulse_fleet::{Agent, Fleet, SandboxEntry, ServiceEntry, TaskEntry};
use swarmpulse_model::{EntityKind, Text};
use swarmpulse_runtime::Handle;

use super::desk::{Desk, answer};
use super::parameter::{Form, IN_NAMESPACE, Parameter, text};
use super::query::Query;
use super::question::{namespace_of, unknown};
use super::sweep::{Slots, sweep};
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;

/// Its parameters.
pub(crate) const PARAMETERS: &[Parameter] = &[
    text(
        "around",
        "The entity in the middle, as `kind:id`: agent, task, sandbox, service, host or process.",
        "agent:bot-1",
    ),
    Parameter {
        name: "depth",
        what: "How many links away from the middle.",
        form: Form::Count { default: 2, max: 4 },
        example: "2",
    },
    Parameter {
        name: "limit",
        what: "Entities shown at most.",
        form: Form::Count {
            default: 200,
            max: 500,
        },
        example: "200",
    },
    IN_NAMESPACE,
];

type Node = (EntityKind, Text);

/// `GET /api/v1/graph`.
pub(super) async fn get(State(app): State<Arc<App>>, access: Access, uri: Uri) -> Result<Response, ApiError> {
    let query = Query::of(&uri, PARAMETERS)?;
    let namespace = namespace_of(&query, &access)?;
    let around = query.text("around").and_then(parse).ok_or_else(|| {
        ApiError::unprocessable(
            "`around`: expected an entity as `kind:id`, with a kind of agent, task, sandbox, service, host, process",
        )
    })?;
    let (depth, limit) = (query.count("depth"), query.limit().max(1));
    answer(app, Desk::Fleet, move |app| {
        let mut drawing = Drawing::new(app.runtime(), &namespace, limit);
        drawing.draw(&around, depth)
    })
    .await
}

fn parse(around: &str) -> Option<Node> {
    let (kind, id) = around.split_once(':')?;
    (!id.is_empty()).then_some((EntityKind::parse(kind)?, id.into()))
}

fn name((kind, id): &Node) -> String {
    format!("{}:{id}", kind.as_str())
}

/// A graph while it is drawn.
struct Drawing<'h> {
    handle: &'h Handle,
    namespace: &'h str,
    limit: usize,
    order: Vec<Node>,
    distance: BTreeMap<Node, usize>,
    edges: BTreeSet<GraphEdge>,
    truncated: bool,
}

impl<'h> Drawing<'h> {
    fn new(handle: &'h Handle, namespace: &'h str, limit: usize) -> Self {
        Self {
            handle,
            namespace,
            limit,
            order: Vec::new(),
            distance: BTreeMap::new(),
            edges: BTreeSet::new(),
            truncated: false,
        }
    }

    fn draw(&mut self, around: &Node, depth: usize) -> Result<Graph, ApiError> {
        self.add(around.clone(), 0);
        if depth > 0 {
            self.add_incoming(around);
        }
        let is_known = self
            .handle
            .fleet(|fleet| state(fleet, self.namespace, around))
            .is_some();
        let is_spoken_of = matches!(
            around.0,
            EntityKind::Host | EntityKind::Process | EntityKind::TaskType
        ) && !self.edges.is_empty();
        if !is_known && !is_spoken_of {
            let list = if around.0 == EntityKind::Sandbox {
                "sandboxes".into()
            } else {
                format!("{}s", around.0.as_str())
            };
            return Err(unknown(around.0.as_str(), &list, self.namespace, &around.1));
        }
        let mut waiting: VecDeque<Node> = self.order.iter().cloned().collect();
        while let Some(node) = waiting.pop_front() {
            let distance = self.distance.get(&node).copied().unwrap_or(0);
            if distance >= depth {
                continue;
            }
            let links = self
                .handle
                .fleet(|fleet| fleet.edges(node.0, self.namespace, &node.1));
            for link in links {
                let to = (link.to.kind, link.to.id);
                let is_new = !self.distance.contains_key(&to);
                if self.link(&node, to.clone(), link.relation, distance + 1) && is_new {
                    waiting.push_back(to);
                }
            }
        }
        Ok(self.finish(around))
    }

    /// A place for an entity; false if there is none left.
    fn add(&mut self, node: Node, distance: usize) -> bool {
        if self.distance.contains_key(&node) {
            return true;
        }
        if self.order.len() >= self.limit {
            self.truncated = true;
            return false;
        }
        self.order.push(node.clone());
        self.distance.insert(node, distance);
        true
    }

    fn link(&mut self, from: &Node, to: Node, relation: &str, distance: usize) -> bool {
        let edge = GraphEdge {
            from: name(from),
            to: name(&to),
            relation: relation.to_owned(),
        };
        let there = self.add(to, distance);
        if there {
            self.edges.insert(edge);
        }
        there
    }

    /// Links that lead to the entity in the middle. The fleet keeps links with those that have them, so all are asked.
    fn add_incoming(&mut self, around: &Node) {
        self.ask::<Agent>(around, EntityKind::Agent, |agent| agent.id());
        self.ask::<TaskEntry>(around, EntityKind::Task, |task| &task.id);
        self.ask::<SandboxEntry>(around, EntityKind::Sandbox, |sandbox| &sandbox.id);
        self.ask::<ServiceEntry>(around, EntityKind::Service, |service| &service.id);
    }

    fn ask<E: Slots>(&mut self, around: &Node, kind: EntityKind, id: impl Fn(&E) -> &str) {
        let (handle, namespace) = (self.handle, self.namespace);
        sweep(handle, 0, |fleet, _, entity: &E| {
            if entity.namespace(fleet) != namespace {
                return ControlFlow::Continue(());
            }
            for link in fleet.edges(kind, namespace, id(entity)) {
                if (link.to.kind, &link.to.id) == (around.0, &around.1) {
                    let from = (kind, Text::from(id(entity)));
                    if !self.add(from.clone(), 1) {
                        return ControlFlow::Break(());
                    }
                    self.link(&from, around.clone(), link.relation, 0);
                }
            }
            ControlFlow::Continue(())
        });
    }

    fn finish(&mut self, around: &Node) -> Graph {
        let nodes = self.handle.fleet(|fleet| {
            let nodes = self.order.iter().map(|node| GraphNode {
                id: name(node),
                kind: node.0.as_str().to_owned(),
                name: node.1.to_string(),
                state: state(fleet, self.namespace, node).flatten(),
            });
            nodes.collect()
        });
        Graph {
            around: name(around),
            nodes,
            edges: std::mem::take(&mut self.edges).into_iter().collect(),
            truncated: self.truncated,
        }
    }
}

/// Whether an entity is known, and its verdict, status or state if it has one.
fn state(fleet: &Fleet, namespace: &str, (kind, id): &Node) -> Option<Option<String>> {
    let state = match kind {
        EntityKind::Agent => Some(fleet.agent_named(namespace, id)?.verdict().as_str()),
        EntityKind::Task => Some(fleet.task_named(namespace, id)?.status.as_str()),
        EntityKind::Sandbox => Some(fleet.sandbox_named(namespace, id)?.state.as_str()),
        EntityKind::Service => {
            fleet.service_named(namespace, id)?;
            None
        }
        EntityKind::Host | EntityKind::Process | EntityKind::TaskType => return None,
    };
    Some(state.map(str::to_owned))
}
