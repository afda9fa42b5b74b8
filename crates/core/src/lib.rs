//! The rules and use cases of authms. Nothing here knows HTTP or SQL: a use case reads what it needs through
//! [`ports`], decides in memory, and ends in one guarded [`commit`].

pub mod access;
pub mod audit;
mod batch;
pub mod client;
pub mod code;
pub mod commit;
pub mod contact;
pub mod device;
pub mod factor;
pub mod fault;
pub mod id;
pub mod install;
pub mod invitation;
pub mod key;
pub mod limits;
pub mod membership;
pub mod message;
pub mod mfa;
pub mod on_behalf;
pub mod page;
pub mod parts;
pub mod passkey;
pub mod password;
pub mod ports;
pub mod recovery;
pub mod retention;
pub mod risk;
pub mod session;
pub mod signin;
pub mod signing_key;
pub mod tenant;
pub mod text;
pub mod ticket;
pub mod time;
pub mod token;
pub mod user;
pub mod webhook;

pub use parts::Parts;
