//! Persistence. One module a backend, each an implementation of [`authms_core::ports::Store`]; `queries` holds a file
//! a noun, where its rows and its SQL stand together.

mod limits;
mod queries;
pub mod sqlite;

pub use sqlite::{OpenError, Options, SqliteStore};
