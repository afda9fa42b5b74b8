//! One client: each request is written down, sent to some node, and its outcome written down.

use super::history::{Call, History, Issued, Outcome};
use super::nodes::Nodes;
use crate::Result;
use crate::api::{Client, Outcome as Sent, Reply, Tokens, body, path};
use crate::rng::Rng;
use crate::setup::TICKET_TTL_SECONDS;
use crate::wire::Request;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How often a client knocks while no node can be reached.
const KNOCK: Duration = Duration::from_millis(5);
/// An answer that takes longer counts as none.
const PATIENCE: Duration = Duration::from_secs(4);
/// A request without an answer is repeated for this long, well inside the server's window for refreshes (10 s).
const REPEAT: Duration = Duration::from_secs(4);

/// A ticket at hand.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) text: String,
    pub(crate) id: String,
}

/// Answers that the contract does not foresee, by their beginning.
pub(crate) type Odd = Mutex<BTreeMap<String, usize>>;

/// A client with a history and a connection to each node.
#[derive(Debug)]
pub(crate) struct Actor {
    clients: Vec<Client>,
    history: History,
    nodes: Arc<Nodes>,
    odd: Arc<Odd>,
    pub(crate) rng: Rng,
}

impl Actor {
    pub(crate) fn new(history: History, nodes: &Arc<Nodes>, odd: &Arc<Odd>, rng: Rng) -> Self {
        let clients = nodes.addresses().iter().map(|address| Client::patient(*address, PATIENCE)).collect();
        Self { clients, history, nodes: Arc::clone(nodes), odd: Arc::clone(odd), rng }
    }

    pub(crate) fn stopped(&self) -> bool {
        self.nodes.stopped()
    }

    pub(crate) async fn mint(&mut self, user: &str, key: &str) -> Result<Option<Ticket>> {
        let body = body::mint(user, TICKET_TTL_SECONDS);
        let Some((op, reply)) =
            self.call(None, Call::Mint, Request::post(path::MINT, &body).bearer(key)).await?
        else {
            return Ok(None);
        };
        let Some(reply) = reply.filter(|reply| reply.status == 200) else {
            self.history.answered(op, Outcome::Unknown)?;
            return Ok(None);
        };
        let text = reply.field("ticket").ok_or("a mint without a ticket")?;
        let id = reply.field("id").ok_or("a mint without an identifier")?;
        let expires = self.history.after(Duration::from_secs(TICKET_TTL_SECONDS.into()));
        self.history.answered(op, Outcome::Minted { ticket: text.clone(), id: id.clone(), expires })?;
        Ok(Some(Ticket { text, id }))
    }

    /// Repeated until it is answered: with a key as anybody would; without one, half of the times, as an impatient
    /// user would.
    pub(crate) async fn redeem(&mut self, ticket: &Ticket, key: Option<&str>) -> Result<Option<Issued>> {
        let begun = Instant::now();
        loop {
            match self.redeem_once(ticket, key).await? {
                Some(Outcome::Tokens(issued)) => return Ok(Some(issued)),
                Some(Outcome::Unknown) if !self.gives_up(begun) && (key.is_some() || self.rng.chance(50)) => {
                }
                _ => return Ok(None),
            }
        }
    }

    pub(crate) async fn redeem_once(
        &mut self,
        ticket: &Ticket,
        key: Option<&str>,
    ) -> Result<Option<Outcome>> {
        let body = body::sign_in(&ticket.text);
        let call = Call::Redeem { key: key.map(str::to_owned) };
        let request = Request::post(path::SIGN_IN, &body).idempotency_key(key);
        self.ask(&ticket.text, call, request, |reply| reply.status == 400).await
    }

    /// Repeated until it is answered.
    pub(crate) async fn refresh(&mut self, ticket: &Ticket, token: &str) -> Result<Option<Issued>> {
        let begun = Instant::now();
        loop {
            let body = body::refresh(token);
            let call = Call::Refresh { token: token.to_owned() };
            let request = Request::post(path::REFRESH, &body);
            match self.ask(&ticket.text, call, request, |reply| reply.status == 401).await? {
                Some(Outcome::Tokens(issued)) => return Ok(Some(issued)),
                Some(Outcome::Unknown) if !self.gives_up(begun) => {}
                _ => return Ok(None),
            }
        }
    }

    pub(crate) async fn log_out(&mut self, ticket: &Ticket, issued: &Issued) -> Result<()> {
        let request = Request::post(path::LOGOUT, "{}").bearer(&issued.access);
        self.ask(&ticket.text, Call::Logout, request, |reply| reply.status == 401).await.map(drop)
    }

    pub(crate) async fn look(&mut self, ticket: &Ticket, issued: &Issued) -> Result<()> {
        let request = Request::get(path::ME).bearer(&issued.access);
        let call = Call::Look { until: issued.until };
        self.ask(&ticket.text, call, request, |reply| reply.status == 401).await.map(drop)
    }

    pub(crate) async fn revoke(&mut self, ticket: &Ticket, key: &str) -> Result<()> {
        let path = format!("{}/{}", path::TICKETS, ticket.id);
        let request = Request::delete(&path).bearer(key);
        self.ask(&ticket.text, Call::Revoke, request, |reply| matches!(reply.status, 404 | 409))
            .await
            .map(drop)
    }

    /// Whoever `refuses` is right to, by the contract; a 5xx leaves it open. `None`: it was never sent.
    async fn ask(
        &mut self,
        ticket: &str,
        call: Call,
        request: Request<'_>,
        refuses: fn(&Reply) -> bool,
    ) -> Result<Option<Outcome>> {
        let Some((op, reply)) = self.call(Some(ticket), call, request).await? else { return Ok(None) };
        let outcome = match reply {
            None => Outcome::Unknown,
            Some(reply) => match reply.tokens() {
                Some(Tokens { session, access, refresh, expires_in }) => {
                    let until = self.history.after(expires_in);
                    Outcome::Tokens(Issued { session, refresh, access, until })
                }
                None if (200..300).contains(&reply.status) => Outcome::Done,
                None if refuses(&reply) => {
                    Outcome::Refused { status: reply.status, code: reply.code().unwrap_or_default() }
                }
                None => Outcome::Unknown,
            },
        };
        self.history.answered(op, outcome.clone())?;
        Ok(Some(outcome))
    }

    /// Knocks until a node can be reached. `None`: the torture is over.
    async fn call(
        &mut self,
        ticket: Option<&str>,
        call: Call,
        request: Request<'_>,
    ) -> Result<Option<(u64, Option<Reply>)>> {
        let node = loop {
            let node = self.nodes.pick(&mut self.rng);
            if self.clients[node].connect().await {
                break node;
            }
            if self.stopped() {
                return Ok(None);
            }
            tokio::time::sleep(KNOCK).await;
        };
        let op = self.history.asked(node, ticket, call)?;
        let Sent::Answered(reply) = self.clients[node].call(request).await else {
            return Ok(Some((op, None)));
        };
        // What 503 says is what faults lead to.
        if !matches!(reply.status, 200..=299 | 400 | 401 | 404 | 409 | 503) {
            *self.odd.lock().expect("odd").entry(reply.summary()).or_default() += 1;
        }
        if reply.status == 503 {
            // As `Retry-After` asks, only sooner.
            tokio::time::sleep(KNOCK * 10).await;
        }
        Ok(Some((op, Some(reply))))
    }

    fn gives_up(&self, begun: Instant) -> bool {
        begun.elapsed() > REPEAT || self.stopped()
    }
}
