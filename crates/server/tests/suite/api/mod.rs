//! Over the router, in one process.

mod access_token;
mod api_keys;
mod bad_input;
mod clients;
mod contract;
mod discovery;
mod limits;
mod login;
mod logout;
mod manners;
mod matrix;
mod openapi;
mod password;
mod redeem;
mod refresh;
mod rotation;
mod sessions;
mod stage;
mod tenancy;
mod tenants;
mod users;
