//! Tokens in the hands of those who did not sign in with them: introspection (RFC 7662) and revocation (RFC 7009).

mod client;
mod find;
mod introspect;
mod revoke;

pub use client::{ClientAuthError, authenticate};
pub use introspect::{Active, Asker, IntrospectError, TokenKind, introspect};
pub use revoke::{RevokeError, revoke};
