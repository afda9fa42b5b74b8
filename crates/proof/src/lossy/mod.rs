//! A file layer for SQLite that forgets, when its process dies, everything that was not synced.
//!
//! A SIGKILL alone proves little about durability: the kernel still holds every write of the dead process. Under
//! this layer a write stays in the process until `xSync` hands it to the real file, so that a kill loses exactly
//! what a power failure may lose. What it does not model: directory entries (a created or deleted file is so at
//! once), and syncs that the disk itself lies about.

mod image;
mod mutant;
mod vfs;

pub(crate) use mutant::Mutant;
pub(crate) use vfs::register;

#[cfg(test)]
mod tests;
