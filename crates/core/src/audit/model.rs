//! Audit events: what happened, as bytes that never change again.

use super::EventName;
use crate::access::Caller;
use crate::id::{ApiKeyId, ClientId, EventId, SessionId, TenantId, TicketId, UserId};
use crate::ports::Rng;
use crate::time::Timestamp;
use authms_crypto::SecretString;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::net::IpAddr;

/// Where a request came from, for the audit log.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The client's address, after trusted proxies.
    pub ip: Option<IpAddr>,
    /// `User-Agent`, at most 256 characters.
    pub user_agent: Option<String>,
    /// The request's identifier, as in the answer's `X-Request-Id`.
    pub request_id: Option<String>,
    /// The language that the request asks for, if it is one of ours.
    pub language: Option<crate::message::Language>,
    /// The secret that the device presents; never written down.
    pub device_token: Option<SecretString>,
    /// What the device calls itself (`X-Device-Id`), at most 128 characters: anybody's to make up, so that it proves nothing.
    pub device_claim: Option<String>,
}

/// A row of the audit log. `body` is canonical JSON (RFC 8785): it is what a later log hashes, so it is made once and
/// kept as it is.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// The event's identifier, time-ordered.
    pub id: EventId,
    /// The tenant in whose log it stands; `None`: the installation's own.
    pub tenant: Option<TenantId>,
    /// The event's name.
    pub name: EventName,
    /// Canonical bytes.
    pub body: Vec<u8>,
}

/// What names of events end in that tell of something that was not done.
const REFUSALS: [&str; 5] = ["refused", "failed", "replayed", "reused", "given_up"];

/// Whether an event of this name tells of something that was not done.
pub fn is_refusal(name: &str) -> bool {
    REFUSALS.iter().any(|end| name.ends_with(end))
}

/// What an event of this name is about: its name up to the dot.
pub fn kind_of(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

/// Collects what an event says: texts and integers, so that sorting the members is all that RFC 8785 asks for.
#[derive(Debug)]
pub struct Event {
    name: EventName,
    tenant: Option<TenantId>,
    members: Vec<(&'static str, Member)>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Member {
    Text(Cow<'static, str>),
    Number(i64),
}

impl Event {
    /// An event in a tenant's log, or in the installation's.
    pub fn new(name: EventName, tenant: Option<TenantId>) -> Self {
        Self { name, tenant, members: Vec::with_capacity(16) }
    }

    /// Adds a text; of two of one name the later stays.
    #[must_use]
    pub fn text(self, member: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.with(member, Member::Text(value.into()))
    }

    /// Adds a text, if there is one.
    #[must_use]
    pub fn text_if(self, member: &'static str, value: Option<impl Into<Cow<'static, str>>>) -> Self {
        match value {
            Some(v) => self.text(member, v),
            None => self,
        }
    }

    /// Adds an integer.
    #[must_use]
    pub fn number(self, member: &'static str, value: i64) -> Self {
        self.with(member, Member::Number(value))
    }

    /// Who did it.
    #[must_use]
    pub fn by(self, caller: &Caller) -> Self {
        match caller {
            Caller::Person(p) => self
                .text("actor", p.user.to_string())
                .text("actor_session", p.session.to_string())
                .text_if("actor_on_behalf", p.acting.map(|a| a.to_string())),
            Caller::System(s) => self.text("actor", s.key.to_string()),
            Caller::Console(_) => self.by_console(),
        }
    }

    /// The operator did it, at the command line.
    #[must_use]
    pub fn by_console(self) -> Self {
        self.text("actor", "console")
    }

    /// Whom it concerns.
    #[must_use]
    pub fn subject(self, user: UserId) -> Self {
        self.text("subject", user.to_string())
    }

    /// Which ticket.
    #[must_use]
    pub fn ticket(self, id: TicketId) -> Self {
        self.text("ticket", id.to_string())
    }

    /// Which session.
    #[must_use]
    pub fn session(self, id: SessionId) -> Self {
        self.text("session", id.to_string())
    }

    /// Which client, if any.
    #[must_use]
    pub fn client(self, id: Option<ClientId>) -> Self {
        self.text_if("client", id.map(|c| c.to_string()))
    }

    /// Which API key.
    #[must_use]
    pub fn key(self, id: ApiKeyId) -> Self {
        self.text("key", id.to_string())
    }

    /// Where the request came from.
    #[must_use]
    pub fn from(self, source: &Source) -> Self {
        self.text_if("ip", source.ip.map(|ip| ip.to_string()))
            .text_if("user_agent", source.user_agent.clone())
            .text_if("request_id", source.request_id.clone())
    }

    /// Fixes the event as a row.
    pub fn into_row(self, now: Timestamp, rng: &dyn Rng) -> AuditRow {
        let (name, tenant) = (self.name, self.tenant);
        let id = EventId::generate(now, rng);
        let mut whole = self
            .text("event", name.as_str())
            .text("id", id.to_string())
            .text("time", now.to_string())
            .text_if("tenant", tenant.map(|t| t.to_string()));
        whole.members.sort_unstable_by_key(|(member, _)| *member);
        AuditRow { id, tenant, name, body: canonical(&whole.members) }
    }

    fn with(mut self, member: &'static str, value: Member) -> Self {
        match self.members.iter_mut().find(|(name, _)| *name == member) {
            Some((_, present)) => *present = value,
            None => self.members.push((member, value)),
        }
        self
    }
}

fn canonical(sorted: &[(&'static str, Member)]) -> Vec<u8> {
    let mut body = Vec::with_capacity(512);
    let mut serializer = serde_json::Serializer::new(&mut body);
    let written = serializer.collect_map(sorted.iter().map(|(member, value)| (member, value)));
    written.expect("texts and integers always serialize");
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;
    impl Rng for Zeros {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    #[test]
    fn a_body_is_canonical_json() {
        let event = Event::new(EventName::TicketMinted, None)
            .text("z", "a\u{7}\"\u{2028}é")
            .number("a", -1)
            .text("why", "first")
            .text("why", "second");
        let row = event.into_row(Timestamp::from_millis(0), &Zeros);
        let body = String::from_utf8(row.body).expect("UTF-8");
        assert_eq!(
            body,
            format!(
                r#"{{"a":-1,"event":"ticket.minted","id":"{}","time":"1970-01-01T00:00:00.000Z","why":"second","z":"a\u0007\"{}é"}}"#,
                row.id, '\u{2028}'
            )
        );
    }
}
