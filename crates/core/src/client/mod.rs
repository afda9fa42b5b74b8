//! Applications that users sign in to.

mod authenticate;
mod create;
mod manage;
mod model;
mod origin;
mod redirect;

pub use authenticate::{Credentials, authenticate};
pub use create::{CreateClient, Created, SECRET_PREFIX, create, rotate_secret};
pub use manage::{ClientError, UpdateClient, delete, get, list, update};
pub use model::*;
pub use origin::check as check_origin;
pub use redirect::check as check_redirect_uri;
