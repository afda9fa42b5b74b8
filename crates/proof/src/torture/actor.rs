//! One request with its history: written down, sent, and its outcome written down.

use super::event::{Event, History, What};
use crate::Result;
use crate::api::{Client, Outcome, Reply, Tokens, body, path};
use crate::setup::TICKET_TTL_SECONDS;
use crate::wire::Request;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// How often a client knocks while the server is down.
const KNOCK: Duration = Duration::from_millis(2);

/// What all actors share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) stop: AtomicBool,
    /// Answers with a status that the contract does not foresee here; each also counts as lost.
    pub(crate) odd: AtomicUsize,
    pub(crate) lost_mints: AtomicUsize,
}

/// A client with a history.
#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) client: Client,
    pub(crate) history: History,
    pub(crate) shared: Arc<Shared>,
    /// The events of the ticket at hand.
    pub(crate) events: Vec<Event>,
}

/// How a request with tokens as its answer ended.
#[derive(Debug)]
pub(crate) enum Ended {
    Tokens(Tokens),
    Refused,
    Lost,
}

impl Actor {
    /// `None`: it was lost, or the torture is over.
    pub(crate) async fn mint(&mut self, user: &str, key: &str) -> Result<Option<String>> {
        let body = body::mint(user, TICKET_TTL_SECONDS);
        match self.call(Request::post(path::MINT, &body).bearer(key)).await {
            Some(reply) if reply.status == 200 => {
                let ticket = reply.field("ticket").ok_or("a mint without a ticket")?;
                let expires = self.history.after(Duration::from_secs(TICKET_TTL_SECONDS.into()));
                self.note(&ticket, What::Minted { expires })?;
                Ok(Some(ticket))
            }
            other => {
                self.count_odd(other.as_ref());
                self.shared.lost_mints.fetch_add(1, Ordering::Relaxed);
                Ok(None)
            }
        }
    }

    pub(crate) async fn redeem(&mut self, ticket: &str, key: Option<&str>) -> Result<Ended> {
        let owned = || key.map(str::to_owned);
        self.note(ticket, What::RedeemSent { key: owned() })?;
        let body = body::sign_in(ticket);
        let reply = self.call(Request::post(path::SIGN_IN, &body).idempotency_key(key)).await;
        let key = owned();
        match reply.as_ref().map(|reply| (reply.status, reply.tokens())) {
            Some((200, Some(tokens))) => {
                let Tokens { session, access, refresh, expires_in } = tokens.clone();
                let expires = self.history.after(expires_in);
                self.note(ticket, What::Redeemed { key, session, refresh, access, expires })?;
                Ok(Ended::Tokens(tokens))
            }
            Some((status @ 400, _)) => {
                self.note(ticket, What::RedeemRefused { key, status })?;
                Ok(Ended::Refused)
            }
            _ => {
                self.count_odd(reply.as_ref());
                self.note(ticket, What::RedeemLost { key })?;
                Ok(Ended::Lost)
            }
        }
    }

    pub(crate) async fn refresh(&mut self, ticket: &str, token: &str) -> Result<Ended> {
        let from = token.to_owned();
        self.note(ticket, What::RefreshSent { from: from.clone() })?;
        let reply = self.call(Request::post(path::REFRESH, &body::refresh(token))).await;
        match reply.as_ref().map(|reply| (reply.status, reply.tokens())) {
            Some((200, Some(tokens))) => {
                let Tokens { session, access, refresh, expires_in } = tokens.clone();
                let expires = self.history.after(expires_in);
                self.note(ticket, What::Refreshed { from, session, refresh, access, expires })?;
                Ok(Ended::Tokens(tokens))
            }
            Some((status @ 401, _)) => {
                self.note(ticket, What::RefreshRefused { from, status })?;
                Ok(Ended::Refused)
            }
            _ => {
                self.count_odd(reply.as_ref());
                self.note(ticket, What::RefreshLost { from })?;
                Ok(Ended::Lost)
            }
        }
    }

    pub(crate) async fn log_out(&mut self, ticket: &str, access: &str) -> Result<()> {
        self.note(ticket, What::LogoutSent)?;
        let reply = self.call(Request::post(path::LOGOUT, "{}").bearer(access)).await;
        let what = match reply.as_ref().map(|reply| reply.status) {
            Some(200..=299) => What::LoggedOut,
            Some(status @ 401) => What::LogoutRefused { status },
            _ => {
                self.count_odd(reply.as_ref());
                What::LogoutLost
            }
        };
        self.note(ticket, what)
    }

    pub(crate) async fn look(&mut self, ticket: &str, access: &str) -> Result<()> {
        match self.call(Request::get(path::ME).bearer(access)).await {
            Some(reply) if matches!(reply.status, 200 | 401) => {
                self.note(ticket, What::Seen { status: reply.status })
            }
            other => {
                self.count_odd(other.as_ref());
                Ok(())
            }
        }
    }

    /// Knocks until the server is back. `None`: lost, or never sent because the torture is over.
    async fn call(&mut self, request: Request<'_>) -> Option<Reply> {
        loop {
            match self.client.call(request).await {
                Outcome::Answered(reply) => return Some(reply),
                Outcome::Lost => return None,
                Outcome::NotSent if self.shared.stop.load(Ordering::SeqCst) => return None,
                Outcome::NotSent => tokio::time::sleep(KNOCK).await,
            }
        }
    }

    fn count_odd(&self, reply: Option<&Reply>) {
        if let Some(reply) = reply {
            eprintln!("torture: unexpected answer {}", reply.summary());
            self.shared.odd.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn note(&mut self, ticket: &str, what: What) -> Result<()> {
        let event = self.history.append(ticket, what)?;
        self.events.push(event);
        Ok(())
    }
}
