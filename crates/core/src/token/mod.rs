//! Tokens in the hands of those who did not sign in with them: introspection (RFC 7662), revocation (RFC 7009)
//! and exchange (RFC 8693).

mod client;
mod exchange;
mod find;
mod introspect;
mod revoke;

pub use client::{ClientAuthError, authenticate};
pub use exchange::{Exchange, ExchangeError, exchange};
pub use introspect::{Active, Asker, IntrospectError, TokenKind, active, introspect};
pub use revoke::{RevokeError, revoke};
