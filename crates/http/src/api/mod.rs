//! The endpoints, by who may call them: a noun a folder, a verb a file.

pub mod public;
