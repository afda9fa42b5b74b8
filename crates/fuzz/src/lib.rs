//! Development only: what is fuzzed. Each target takes bytes and asserts what has to hold whatever they are; that it does
//! not panic is the least of it. `fuzz/` runs them under libFuzzer, the tests replay its corpus.

mod app;
mod input;
mod targets;

pub use targets::{TARGETS, Target, target};
