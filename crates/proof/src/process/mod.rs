//! The children of an experiment: servers, their figures in `/proc`, and the files they need.

mod binary;
mod meter;
mod server;
mod temp;

pub(crate) use binary::{Binary, command_fed, command_json};
pub(crate) use meter::{Memory, Meter};
pub(crate) use server::{Server, ServerPlan, free_address, is_ready};
pub(crate) use temp::TempDir;
