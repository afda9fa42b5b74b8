//! The `authms` binary.

fn main() {}
