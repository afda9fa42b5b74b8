//! What others ask to do on the caller's behalf.

pub mod agree;
pub mod list;
pub mod refuse;
