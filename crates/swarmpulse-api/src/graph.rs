//! The entity graph around one entity.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/graph`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Graph {
    /// The `id` of the node in the middle.
    pub around: String,
    /// The entities, the one in the middle first.
    pub nodes: Vec<GraphNode>,
    /// The links between them.
    pub edges: Vec<GraphEdge>,
    /// There are more than may be shown at once.
    pub truncated: bool,
}

/// An entity of the graph.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct GraphNode {
    /// `kind:name`, as edges name it and `around` takes it.
    pub id: String,
    /// agent process task sandbox service host.
    pub kind: String,
    /// Its id among its kind.
    pub name: String,
    /// The verdict, status or state; absent for kinds that have none and entities that are only spoken of.
    pub state: Option<String>,
}

/// A link of the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct GraphEdge {
    /// The node that has the link.
    pub from: String,
    /// The node that it leads to.
    pub to: String,
    /// runs_on in_sandbox process has_task calls worked_on_by holds made_for depends_on.
    pub relation: String,
}
