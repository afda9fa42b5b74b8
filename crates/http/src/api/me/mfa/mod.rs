//! The caller's second factors, and proving them again.

pub mod challenge;
pub mod list;
pub mod make_primary;
pub mod re_authenticate;
pub mod remove;
pub mod status;
pub mod step_up;
