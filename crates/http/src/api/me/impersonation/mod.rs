//! Acting on somebody's behalf, for whoever acts.

pub mod stop;
