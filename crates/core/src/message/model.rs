//! Messages as the store keeps them.

use super::address::Channel;
use crate::id::{MessageId, TenantId, UserId};
use crate::time::Timestamp;

/// What becomes of a row of the outbox.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// It is sent.
    Letter(Channel),
    /// It is looked up whom anything is sent to.
    Errand,
}

impl Way {
    /// The name at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Letter(channel) => channel.as_str(),
            Self::Errand => "errand",
        }
    }

    /// The way of that name.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "errand" { Some(Self::Errand) } else { Channel::parse(name).map(Self::Letter) }
    }
}

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The identifier.
    pub id: MessageId,
    /// In whose log its sending stands.
    pub tenant: TenantId,
    /// Whom it concerns; zeros: nobody yet.
    pub user: UserId,
    /// Its way.
    pub way: Way,
    /// The name of its [`Template`](super::Template), or of an errand's purpose.
    pub template: String,
    /// Address and text, sealed: it may carry a code.
    pub sealed: Vec<u8>,
    /// How often its sending was begun.
    pub attempts: u32,
    /// When it is to be sent next.
    pub due_at: Timestamp,
    /// When it is not worth sending any more.
    pub expires_at: Option<Timestamp>,
}

/// What a commit may do to messages.
#[derive(Clone, Debug)]
pub enum Change {
    /// Has a message sent.
    Enqueue(Box<Outgoing>),
    /// Counts an attempt, about to be made; no other is made before `due_at`.
    Try {
        /// The message.
        id: MessageId,
        /// When to try again unless it is gone by then.
        due_at: Timestamp,
    },
    /// Erases a message that was sent or given up.
    Erase(MessageId),
}
