//! Sessions and their refresh families.

mod authenticate;
mod end;
mod list;
mod model;
mod refresh;

pub use authenticate::{AuthenticateError, authenticate};
pub use end::{EndError, Logout, end_all_mine, end_mine, logout};
pub use list::{ListError, list_mine};
pub use model::*;
pub use refresh::{ROTATION_WINDOW, RefreshError, refresh};
