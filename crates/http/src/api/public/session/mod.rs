//! Signing in, refreshing, signing out.

pub mod login;
pub mod login_by_email_code;
pub mod logout;
pub mod refresh;
pub mod send_login_code;
