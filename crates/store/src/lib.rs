//! Persistence. One module a backend, each an implementation of [`authms_core::ports::Store`]; `queries` holds a file
//! a noun, where its rows and its SQL stand together, the same for all.

mod checksum;
pub mod copy;
mod engine;
mod guards;
mod judge;
mod limits;
pub mod postgres;
mod queries;
mod reads;
mod schema;
pub mod sqlite;
mod sweep;

pub use engine::EngineStore;
pub use postgres::PostgresStore;
pub use schema::Unfit;
pub use sqlite::{OpenError, Options, SqliteStore};
