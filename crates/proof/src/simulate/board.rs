//! What the clients know: tickets, sessions and challenges, which all of them may use.

use authms_core::id::{ChallengeId, SessionId, TicketId};
use authms_core::signin::{Answer, SignedIn};
use authms_crypto::SecretString;
use authms_testkit::jwt;

/// A ticket in somebody's hands.
#[derive(Clone)]
pub(super) struct TicketCard {
    pub(super) id: TicketId,
    pub(super) text: SecretString,
    /// Whether it was minted with a proof.
    pub(super) proof: bool,
}

/// A session in somebody's hands: all tokens of it that anybody was given, oldest first.
#[derive(Clone)]
pub(super) struct SessionCard {
    pub(super) id: SessionId,
    pub(super) access: Vec<SecretString>,
    pub(super) refresh: Vec<SecretString>,
}

/// A challenge in somebody's hands.
#[derive(Clone)]
pub(super) struct ChallengeCard {
    pub(super) id: ChallengeId,
    pub(super) token: SecretString,
}

/// Everything that anybody was given.
#[derive(Default)]
pub(super) struct Board {
    pub(super) tickets: Vec<TicketCard>,
    pub(super) sessions: Vec<SessionCard>,
    pub(super) challenges: Vec<ChallengeCard>,
}

/// What an answer opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    /// A session, with its refresh token.
    Session(SessionId, Option<String>),
    Challenge(ChallengeId),
}

impl Opened {
    /// `None`: nothing.
    pub(super) fn by(answer: &Answer) -> Option<Self> {
        match answer {
            Answer::SignedIn(signed_in) => {
                let refresh = signed_in.refresh_token.as_ref().map(|token| token.expose().to_owned());
                Some(Self::Session(session_of(signed_in), refresh))
            }
            Answer::Challenged(challenged) => Some(Self::Challenge(challenge_of(&challenged.token))),
            Answer::ChangeFirst(_) => None,
        }
    }

    pub(super) fn session(&self) -> SessionId {
        match self {
            Self::Session(id, _) => *id,
            Self::Challenge(id) => SessionId::from_bytes(*id.bytes()),
        }
    }
}

impl Board {
    /// Puts what was answered with the rest.
    pub(super) fn add(&mut self, answer: Answer) {
        match answer {
            Answer::SignedIn(signed_in) => self.add_session(*signed_in),
            Answer::Challenged(challenged) => {
                let id = challenge_of(&challenged.token);
                if self.challenges.iter().all(|card| card.id != id) {
                    self.challenges.push(ChallengeCard { id, token: challenged.token });
                }
            }
            Answer::ChangeFirst(_) => {}
        }
    }

    fn add_session(&mut self, signed_in: SignedIn) {
        let id = session_of(&signed_in);
        let at = self.sessions.iter().position(|card| card.id == id).unwrap_or_else(|| {
            self.sessions.push(SessionCard { id, access: Vec::new(), refresh: Vec::new() });
            self.sessions.len() - 1
        });
        let card = &mut self.sessions[at];
        card.access.push(signed_in.access_token);
        card.refresh.extend(signed_in.refresh_token);
    }
}

fn session_of(signed_in: &SignedIn) -> SessionId {
    let claims = jwt::claims(signed_in.access_token.expose());
    claims["sid"].as_str().and_then(SessionId::parse).expect("an access token names its session")
}

fn challenge_of(token: &SecretString) -> ChallengeId {
    let claims = jwt::claims(token.expose());
    claims["jti"].as_str().and_then(ChallengeId::parse).expect("a challenge token names its challenge")
}
