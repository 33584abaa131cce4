//! Alerts at work: the desk beside the fleet's owner, on every effect in the journal's order.

mod board;
mod chunks;
mod desk_thread;
mod new_routes;
mod own_conditions;
mod posts;
mod projections;
mod surroundings;

pub use board::AlertBoard;
pub(crate) use board::Shown;
pub(crate) use desk_thread::DeskThread;
pub(crate) use new_routes::NewRoutes;
pub(crate) use posts::{POSTS, Post};
pub use posts::{PostFigures, PostReceipt};
pub(crate) use projections::Projections;
