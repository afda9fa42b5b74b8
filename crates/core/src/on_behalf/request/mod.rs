//! Requests to act: asked for by whoever wants to act, approved by another administrator, agreed to by the user. What was
//! cleared like that is good for one ticket.

mod ask;
mod clear;
mod error;
mod list;
mod model;
mod settle;

pub use ask::ask;
pub(crate) use clear::{Cleared, clear};
pub use error::ActRequestError;
pub use list::{get, list, list_mine};
pub use model::{ActEnd, ActRequest, ActStatus, Change, DECIDED_WITHIN, KEPT, Step};
pub use settle::{agree, approve, refuse, refuse_mine};
