//! What the use cases need from outside, in small traits.

mod reads;

pub use reads::*;

use crate::commit::{Commit, CommitError, Committed};
use crate::limits::{Budget, Take};
use crate::message::Letter;
use crate::password::Estimate;
use crate::risk::{Agent, Place};
use crate::time::{Span, Timestamp};
use crate::user::PasswordHash;
use authms_crypto::{Secret, SecretString};
use std::net::IpAddr;
use std::pin::Pin;

/// A boxed future: keeps the traits usable behind `dyn` without a macro.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The time of day.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Randomness for secrets: a CSPRNG.
pub trait Rng: Send + Sync {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// A fresh array of random bytes.
pub fn random<const N: usize>(rng: &dyn Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill(&mut bytes);
    bytes
}

/// The password hasher is full; try again later.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too many passwords are being hashed")]
pub struct Overloaded;

/// What a verification found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The password is right.
    Match {
        /// Its hash was made with other parameters than are in force now.
        needs_rehash: bool,
    },
    /// The password is wrong, or there was nothing to compare it with.
    Mismatch,
}

/// Slow password hashing, a bounded number at a time. The permit travels with the job: an abandoned request does not
/// free its place before the hashing ends.
pub trait Passwords: Send + Sync {
    /// Hashes a new password.
    fn hash(&self, password: SecretString) -> Fut<'_, Result<PasswordHash, Overloaded>>;
    /// How hard a password is to guess for who knows these words: see [`crate::password::estimate`].
    fn estimate(&self, password: SecretString, words: Vec<String>) -> Fut<'_, Result<Estimate, Overloaded>>;
    /// Compares a password; without a hash it takes the same time and finds a mismatch.
    fn verify(
        &self,
        password: SecretString,
        hash: Option<PasswordHash>,
    ) -> Fut<'_, Result<Verdict, Overloaded>>;
    /// What is kept of a secret that is short enough to be guessed: as slow as hashing a password, at a cost that never
    /// changes, so that the same secret and salt always give the same.
    fn stretch(&self, secret: Secret<32>, salt: [u8; 16]) -> Fut<'_, Result<[u8; 32], Overloaded>>;
}

/// A message was not handed over.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{why}")]
pub struct Undelivered {
    /// Whether it never will be: nobody has this address.
    pub for_good: bool,
    /// What happened, for the log: without the address, and without any of the message.
    pub why: String,
}

/// Hands e-mails to whoever delivers them, each within 30 seconds.
pub trait Mailer: Send + Sync {
    /// Hands over one to [`Address::Email`](crate::message::Address).
    fn send<'a>(&'a self, letter: &'a Letter) -> Fut<'a, Result<(), Undelivered>>;
}

/// Hands text messages to whoever delivers them, each within 30 seconds.
pub trait Messenger: Send + Sync {
    /// Hands over one to [`Address::Phone`](crate::message::Address).
    fn send<'a>(&'a self, letter: &'a Letter) -> Fut<'a, Result<(), Undelivered>>;
}

/// What is posted to somebody else's server.
#[derive(Clone, Debug)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// Headers of this message, by their names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Vec<u8>,
}

/// What that server answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// How long it wants to be left alone.
    pub retry_after: Option<Span>,
}

/// Posts to servers that tenants name, each time within 30 seconds: only to where the operator allows it, whatever a name resolves to.
/// Redirects are answers like any other.
pub trait Poster: Send + Sync {
    /// Posts once. Without an answer it says what happened in words of our own.
    fn post<'a>(&'a self, post: &'a Post) -> Fut<'a, Result<Answered, String>>;
    /// Why nothing is ever posted to this URL, as far as its text tells.
    fn refuses(&self, url: &str) -> Option<&'static str>;
}

/// Tells where addresses are, from memory.
pub trait Places: Send + Sync {
    /// Where an address is; what is not known is left out.
    fn place(&self, ip: IpAddr) -> Place;
    /// Whether the operator has listed it as a bad one.
    fn is_bad(&self, ip: IpAddr) -> bool;
}

/// Tells devices by what they call themselves.
pub trait Agents: Send + Sync {
    /// The kind of device that sends this `User-Agent`, if it can be told.
    fn agent(&self, user_agent: &str) -> Option<Agent>;
}

/// The store cannot answer now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the store is unavailable")]
pub struct Down;

/// The outcome of a read.
pub type Read<T> = Result<T, Down>;

/// All of the store. Reads see every commit that was acknowledged before they began.
pub trait Store:
    Installations
    + Tenants
    + Memberships
    + Users
    + Clients
    + ApiKeys
    + Tickets
    + Sessions
    + Invitations
    + ActRequests
    + Factors
    + Challenges
    + Histories
    + Messages
    + Risks
    + Devices
    + Passkeys
    + Audits
    + Webhooks
    + Send
    + Sync
{
    /// Writes a commit durably, or tells why not. An answer may leave only after this returns.
    fn commit(&self, commit: Commit) -> Fut<'_, Result<Committed, CommitError>>;

    /// Writes many commits durably, judged one after another, each with an outcome of its own, in their order. They are
    /// handed over before this returns, so that the next can be prepared meanwhile. All others wait for them: a few
    /// hundred at a time.
    fn commit_all(&self, commits: Vec<Commit>) -> Fut<'_, Vec<Result<Committed, CommitError>>>;

    /// Takes from traffic budgets, all or none: if one is exhausted, none is charged. One budget a take, in order.
    fn take(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>>;

    /// What is left of traffic budgets; takes nothing. `allowed`: whether a take would be.
    fn budgets(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>>;

    /// Erases what may be derived from no longer: replays, rotations and idempotency keys past their time. Called
    /// every few seconds.
    fn sweep(&self) -> Fut<'_, Read<()>>;
}
