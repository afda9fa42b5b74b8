//! Learning: what a sign-in shows of its user's habits is written into their history behind it, not during it.

use super::history::{History, SignInSeen};
use crate::commit::{Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::{SessionId, TenantId, UserId};
use crate::parts::Parts;
use crate::time::Timestamp;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Sign-ins read at a time, and learned from in one transaction: sign-ins wait no longer than for one.
const BATCH: u32 = 250;

/// Batches in one go: what is left waits for the next.
const BATCHES: u32 = 40;

/// A sign-in to learn from, with its user's history as it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Lesson {
    /// The session that it opened.
    pub session: SessionId,
    /// In this tenant.
    pub tenant: TenantId,
    /// Whose.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// With which `User-Agent`.
    pub user_agent: Option<String>,
    /// What was learned before.
    pub history: History,
    /// The history's revision; 0: there is none yet.
    pub rev: u64,
}

/// What was learned of one user.
#[derive(Clone, PartialEq, Debug)]
pub struct Learned {
    /// In this tenant.
    pub tenant: TenantId,
    /// Whose.
    pub user: UserId,
    /// Everything that is remembered now.
    pub history: History,
    /// The revision before.
    pub rev: u64,
    /// The time of the last sign-in.
    pub at: Timestamp,
    /// The sign-ins that need not be learned from again.
    pub sessions: Vec<SessionId>,
}

/// Learns from the sign-ins that wait for it. Called every few seconds.
///
/// # Errors
/// [`Fault`]; what was not learned is learned the next time.
pub async fn learn(parts: &Parts) -> Result<(), Fault> {
    for _ in 0..BATCHES {
        let lessons = parts.store.to_learn(BATCH).await?;
        if lessons.is_empty() {
            break;
        }
        let is_last = lessons.len() < BATCH as usize;
        let commits = learned(parts, lessons).into_values().map(commit).collect();
        for outcome in parts.store.commit_all(commits).await {
            match outcome {
                // Another process was faster: it has learned the same.
                Ok(_) | Err(CommitError::Conflict(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        if is_last {
            break;
        }
    }
    Ok(())
}

fn learned(parts: &Parts, lessons: Vec<Lesson>) -> BTreeMap<(TenantId, UserId), Learned> {
    let mut all = BTreeMap::new();
    for lesson in lessons {
        let Lesson { session, tenant, user, at, ip, user_agent, history, rev } = lesson;
        let whole = all.entry((tenant, user)).or_insert(Learned {
            tenant,
            user,
            history,
            rev,
            at,
            sessions: Vec::new(),
        });
        whole.history.learn(&SignInSeen {
            at,
            ip,
            place: ip.map(|ip| parts.places.place(ip)).unwrap_or_default(),
            agent: user_agent.and_then(|text| parts.agents.agent(&text)),
        });
        whole.at = whole.at.max(at);
        whole.sessions.push(session);
    }
    all
}

fn commit(learned: Learned) -> Commit {
    let Learned { tenant, user, rev, .. } = learned;
    Commit::learned(learned).guard(Guard::HistoryAsRead { tenant, user, rev })
}
