//! The wire contract, as far as the experiments speak it.

use crate::wire::{Answer, Conn, Request, session_id, string_field};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;

/// How long an answer may take before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// `Idempotency-Key` replays are derived for this long.
pub(crate) const REPLAY_WINDOW: Duration = Duration::from_secs(60);

/// The paths of the contract.
pub(crate) mod path {
    pub(crate) const MINT: &str = "/api/v1/auth/generate-ticket";
    pub(crate) const MINT_BATCH: &str = "/api/v1/auth/generate-ticket/batch";
    pub(crate) const SIGN_IN: &str = "/auth/ticket/signin";
    pub(crate) const REFRESH: &str = "/api/v1/auth/refresh";
    pub(crate) const LOGOUT: &str = "/api/v1/auth/logout";
    pub(crate) const ME: &str = "/api/v1/auth/me";
    pub(crate) const LOGIN: &str = "/api/v1/auth/login";
    pub(crate) const PASSWORD: &str = "/api/v1/auth/me/password";
    pub(crate) const FORGOT: &str = "/api/v1/auth/forgot-password";
    pub(crate) const SEND_LOGIN_CODE: &str = "/api/v1/auth/send-login-code";
    pub(crate) const PASSKEY_OPTIONS: &str = "/api/v1/auth/webauthn/authenticate/begin";
    pub(crate) const RISK_CONFIG: &str = "/api/v1/admin/security/risk-config";
    /// One ticket's path has its identifier behind it.
    pub(crate) const TICKETS: &str = "/api/v1/admin/tickets";
    pub(crate) const USERS: &str = "/api/v1/admin/users";
}

/// The bodies of the contract. Identifiers, tickets and tokens never need escaping.
pub(crate) mod body {
    pub(crate) fn mint(user: &str, ttl_seconds: u32) -> String {
        format!(r#"{{"user_id":"{user}","ttl_seconds":{ttl_seconds}}}"#)
    }
    pub(crate) fn sign_in(ticket: &str) -> String {
        format!(r#"{{"ticket":"{ticket}"}}"#)
    }
    /// The same object with further members, which begin with a comma.
    pub(crate) fn with(body: &str, members: &str) -> String {
        format!("{}{members}}}", body.strip_suffix('}').unwrap_or(body))
    }
    pub(crate) fn refresh(token: &str) -> String {
        format!(r#"{{"refresh_token":"{token}"}}"#)
    }
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered(Reply),
    /// It left, perhaps in part, and no whole answer came: it may or may not have taken effect.
    Lost,
    /// No connection could be made: it certainly had no effect.
    NotSent,
}

/// An answer with its body kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// What a sign-in or a refresh hands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) session: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
    /// Of the access token.
    pub(crate) expires_in: Duration,
}

impl Reply {
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        string_field(&self.body, name).map(str::to_owned)
    }

    /// The numeric code of a refusal.
    pub(crate) fn code(&self) -> Option<u64> {
        serde_json::from_slice::<Value>(&self.body).ok()?.get("code")?.as_u64()
    }

    /// `None` unless it is a 200 with tokens of a session.
    pub(crate) fn tokens(&self) -> Option<Tokens> {
        if self.status != 200 {
            return None;
        }
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let text = |name: &str| body.get(name)?.as_str().map(str::to_owned);
        let access = text("access_token")?;
        let expires_in = Duration::from_secs(body.get("expires_in")?.as_u64()?);
        Some(Tokens { session: session_id(&access)?, refresh: text("refresh_token")?, access, expires_in })
    }

    /// The body without what differs from answer to answer.
    pub(crate) fn shape(&self) -> Vec<u8> {
        let Ok(mut body) = serde_json::from_slice::<Value>(&self.body) else { return self.body.clone() };
        blur(&mut body);
        body.to_string().into_bytes()
    }

    /// For messages: the status and the beginning of the body.
    pub(crate) fn summary(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        format!("{} {}", self.status, body.chars().take(200).collect::<String>())
    }
}

/// Replaces texts that are new in each answer by their length.
fn blur(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    // Of listed credentials the length differs, too: by the name, known or not.
                    Value::String(_) if name == "id" => *member = Value::Null,
                    Value::String(text)
                        if ["timestamp", "request_id", "challenge"].contains(&name.as_str()) =>
                    {
                        *member = Value::from(text.len());
                    }
                    _ => blur(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(blur),
        _ => {}
    }
}

impl From<Answer<'_>> for Reply {
    fn from(answer: Answer<'_>) -> Self {
        Self { status: answer.status, body: answer.body.to_vec() }
    }
}

/// One client over one connection, which it opens again when the server has closed it.
#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    patience: Duration,
    conn: Option<Conn>,
    request: Vec<u8>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self::patient(address, PATIENCE)
    }

    /// One that waits so long for an answer.
    pub(crate) fn patient(address: SocketAddr, patience: Duration) -> Self {
        Self { address, patience, conn: None, request: Vec::new() }
    }

    /// Opens a connection unless one is open. False: the server cannot be reached.
    pub(crate) async fn connect(&mut self) -> bool {
        // A connection that is known to be dead would turn "not sent" into "perhaps sent".
        if self.conn.as_ref().is_none_or(Conn::is_stale) {
            self.conn = match tokio::time::timeout(self.patience, Conn::open(self.address)).await {
                Ok(opened) => opened.ok(),
                Err(_) => None,
            };
        }
        self.conn.is_some()
    }

    pub(crate) async fn call(&mut self, request: Request<'_>) -> Outcome {
        request.write_to(&mut self.request);
        self.connect().await;
        let Some(mut conn) = self.conn.take() else { return Outcome::NotSent };
        let reply = match tokio::time::timeout(self.patience, conn.roundtrip(&self.request)).await {
            Ok(Ok(answer)) => Reply::from(answer),
            Ok(Err(_)) | Err(_) => return Outcome::Lost,
        };
        self.conn = Some(conn);
        Outcome::Answered(reply)
    }

    /// For set-up steps, of which each must succeed.
    pub(crate) async fn must(&mut self, request: Request<'_>) -> crate::Result<Reply> {
        match self.call(request).await {
            Outcome::Answered(reply) if (200..300).contains(&reply.status) => Ok(reply),
            Outcome::Answered(reply) => Err(format!("{}: {}", request.path, reply.summary()).into()),
            lost => Err(format!("{}: {lost:?}", request.path).into()),
        }
    }
}
