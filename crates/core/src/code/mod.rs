//! One-time codes that are sent to a user: six digits, by e-mail or text message.
//!
//! A code is good for one purpose, one user and one thing that it is [bound to](CodeFor::scope) (a challenge, a
//! session), for ten minutes and five attempts; a new one takes its place. Of the code itself only an HMAC is kept.
//!
//! To send one, add [`send`]'s outcome to the commit of the act:
//! ```text
//! let sending = code::send(parts, &CodeFor { purpose: Purpose::SecondFactor, … }, source).await?;
//! let commit = sending.onto(Commit::new(row)); // a conflict at its guard: the last code is younger than a minute
//! ```
//! To check one, commit whatever comes of it under [`Checked::guard`], which right and wrong share, so that of many
//! guesses at once no more are evaluated than are allowed one after another:
//! ```text
//! let Some(checked) = code::check(parts, user, Purpose::SecondFactor, scope, &typed).await? else { refuse };
//! let commit = checked.onto(Commit::new(row)); // a conflict: as if there were no code
//! parts.store.commit(commit).await?; // only now may `checked.right` be acted upon
//! ```

mod check;
mod model;
mod send;

pub use check::{Checked, check};
pub use model::{Change, NewCode, Purpose, SentCode, Slot};
pub(crate) use send::require_transport;
pub use send::{CodeFor, SendError, Sending, send};

use crate::time::Span;

/// How long a code is good (SP 800-63B-4 §3.1.3.1; ASVS 6.5.5): ten minutes.
pub const TTL: Span = Span::seconds(600);

/// How soon another may be sent for the same thing.
pub const RESEND_AFTER: Span = Span::seconds(60);

/// The wrong attempts that kill a code.
pub const ATTEMPTS: u8 = 5;
