//! How it stands with the e-mail address.

use crate::access::Person;
use crate::code::{ATTEMPTS, Purpose, Slot};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::user::{self, UserError};

/// How it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmailStatus {
    /// The address, if there is one.
    pub email: Option<String>,
    /// Whether it is known to be the user's own.
    pub verified: bool,
    /// Whether a code for another address was sent in this session, and is still good.
    pub sent: bool,
}

/// How it stands with the caller's e-mail address.
///
/// # Errors
/// [`UserError`]
pub async fn email_status(parts: &Parts, me: &Person) -> Result<EmailStatus, UserError> {
    let user = user::me(parts, me).await?;
    let slot = Slot::of(Purpose::ChangeEmail, me.user, me.session.bytes());
    let sent = parts.store.sent_code(slot).await.map_err(Fault::from)?;
    let sent = sent.is_some_and(|code| code.expires_at > parts.now() && code.attempts < ATTEMPTS);
    Ok(EmailStatus { verified: user.email_verified_at.is_some(), email: user.email, sent })
}
