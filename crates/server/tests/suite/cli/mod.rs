//! The real binary: what it prints, how it ends, what it leaves on disk.

mod admin;
mod api_keys;
mod audit;
mod backup;
mod clients;
mod completion;
mod create;
mod help;
mod home;
mod import;
mod install;
mod key_uses;
mod keys;
mod mail;
mod names;
mod overload;
mod people;
mod postgres;
mod postgres_faults;
mod refusals;
mod running;
mod sessions;
mod stop;
mod tenants;
mod tickets;
mod tls;
