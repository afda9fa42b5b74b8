//! What is sent to a user: codes and notices, by e-mail or text message.
//!
//! A message is [enqueued](Change::Enqueue) by the commit of the act that it tells of, sealed, and sent in the
//! background by [`deliver`]: at least once, never on the way of a request.

mod address;
mod deliver;
mod device;
pub(crate) mod errand;
mod language;
mod letter;
mod link;
mod model;
mod notice;
mod template;
mod text;

pub use address::{Address, Channel};
pub use deliver::{ATTEMPTS, deliver};
pub use language::Language;
pub use letter::Letter;
pub(crate) use link::reset_link;
pub use model::{Change, Outgoing, Way};
pub(crate) use notice::{ActTold, digest_of_acts, notice_of_act, notice_to, reaches};
pub use notice::{FactorName, Notice, notice};
pub use template::Template;
pub(crate) use text::link_line;

use crate::id::{TenantId, UserId};
use crate::parts::Parts;
use crate::time::Timestamp;
use std::borrow::Cow;

/// Something to be told to somebody.
#[derive(Clone, Debug)]
pub struct Message {
    /// In whose log its sending stands.
    pub tenant: TenantId,
    /// Whom it concerns.
    pub user: UserId,
    /// Where it goes.
    pub to: Address,
    /// What it says.
    pub template: Template,
    /// In which language.
    pub language: Language,
    /// What the template leaves open: each `{name}` in it is one of these.
    pub values: Vec<(&'static str, Cow<'static, str>)>,
    /// When it is not worth sending any more.
    pub expires_at: Option<Timestamp>,
}

/// The change that has a message sent, for the commit of the act that it tells of.
pub fn enqueue(parts: &Parts, message: &Message) -> crate::commit::Change {
    crate::commit::Change::Message(Change::Enqueue(Box::new(letter::seal(parts, message))))
}

/// The language of a message to this user: theirs, else that of the request, else the configured one.
pub(crate) fn language_for(
    parts: &Parts,
    user: Option<&crate::user::User>,
    source: &crate::audit::Source,
) -> Language {
    user.and_then(|u| u.language).or(source.language).unwrap_or(parts.policy.messages.language)
}

/// What the operator decided about messages.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The language of those who have not said theirs.
    pub language: Language,
    /// The page on which a forgotten password is set anew, with `{code}` and `{identity}` where they go.
    pub reset_url: Option<String>,
}
