//! The `authms` server: configuration, data directory, logging and, on top of them, the commands.

pub mod config;
pub mod data_dir;
pub mod logging;
#[cfg(test)]
mod scratch;
