//! Over the router, in one process.

mod api_keys;
mod bad_input;
mod clients;
mod contract;
mod manners;
mod matrix;
mod openapi;
mod redeem;
mod stage;
mod tenancy;
mod tenants;
mod users;
