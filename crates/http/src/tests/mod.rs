//! The frame as its callers see it.

mod answers;
mod bodies;
mod cors;
mod docs;
mod document;
mod endpoint;
mod limits;
mod overload;
mod routes;
mod transport;
