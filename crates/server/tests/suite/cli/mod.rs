//! The real binary: what it prints, how it ends, what it leaves on disk.

mod admin;
mod create;
mod help;
mod home;
mod install;
mod key_uses;
mod keys;
mod overload;
mod refusals;
mod running;
mod stop;
mod tls;
