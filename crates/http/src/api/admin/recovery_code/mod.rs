//! How many recovery codes others in the caller's tenant have left; the codes themselves nobody knows.

pub mod count;
pub mod list;
