//! Sessions and their refresh families.

mod administer;
mod authenticate;
mod end;
mod list;
mod model;
mod refresh;
mod stop;

pub use administer::{AdministerError, end_all_of, end_of, get_of, list_of};
pub(crate) use authenticate::of_access_token;
pub use authenticate::{AuthenticateError, Bearer, authenticate};
pub use end::{EndError, Logout, end_all_mine, end_mine, logout};
pub use list::{ListError, list_mine};
pub use model::*;
pub use refresh::{ROTATION_WINDOW, RefreshError, refresh};
