//! Traffic budgets in the database, counted for all nodes: the arithmetic is that of [`crate::limits`]. What waits on this node
//! is charged together.

use super::apply::Time;
use super::pool::Pool;
use super::session::Session;
use super::value::value;
use crate::limits::{Schedule, nanos};
use crate::queries::{Error, Result};
use authms_core::limits::{Budget, Take};
use authms_core::ports::{Down, Read};
use authms_crypto::sha256;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// Takes charged in one transaction.
const BATCH: usize = 256;

/// Takes that may wait.
const QUEUE: usize = 16_384;

type Answer = oneshot::Sender<Read<Vec<Budget>>>;

/// Whose budget: a hash, so that keys of any length and of any secrecy take the same place.
type Key = [u8; 16];

struct Job {
    takes: Vec<Take>,
    charge: bool,
    answer: Answer,
}

/// The way to the budgets.
pub(super) struct Limits {
    jobs: Sender<Job>,
}

impl Limits {
    /// Starts what counts.
    pub(super) fn start(pool: Arc<Pool>, time: Time, runtime: &Handle) -> Self {
        let (jobs, waiting) = channel(QUEUE);
        runtime.spawn(run(waiting, pool, time));
        Self { jobs }
    }

    /// Takes from each budget what it costs, or nothing from any.
    pub(super) fn take(&self, takes: Vec<Take>) -> impl Future<Output = Read<Vec<Budget>>> + use<> {
        self.ask(takes, true)
    }

    /// What is left of each budget.
    pub(super) fn look(&self, takes: Vec<Take>) -> impl Future<Output = Read<Vec<Budget>>> + use<> {
        self.ask(takes, false)
    }

    fn ask(&self, takes: Vec<Take>, charge: bool) -> impl Future<Output = Read<Vec<Budget>>> + use<> {
        let (answer, budgets) = oneshot::channel();
        let nothing = takes.is_empty();
        let sent = nothing || self.jobs.try_send(Job { takes, charge, answer }).is_ok();
        async move {
            match (nothing, sent) {
                (true, _) => Ok(Vec::new()),
                (false, true) => budgets.await.unwrap_or(Err(Down)),
                (false, false) => Err(Down),
            }
        }
    }
}

async fn run(mut jobs: Receiver<Job>, pool: Arc<Pool>, time: Time) {
    let mut waiting = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut waiting, BATCH).await > 0 {
        let (batch, answers): (Vec<_>, Vec<_>) =
            waiting.drain(..).map(|job| ((job.takes, job.charge), job.answer)).unzip();
        let time = time.clone();
        let judged = pool.run(move |session| judge(session, &batch, &time)).await;
        let judged = judged.and_then(|judged| {
            judged.map_err(|error| {
                tracing::error!(%error, "limits cannot be counted");
                Down
            })
        });
        match judged {
            Ok(all) => all.into_iter().zip(answers).for_each(|(one, answer)| drop(answer.send(Ok(one)))),
            Err(down) => answers.into_iter().for_each(|answer| drop(answer.send(Err(down)))),
        }
    }
}

fn judge(session: &Session, batch: &[(Vec<Take>, bool)], time: &Time) -> Result<Vec<Vec<Budget>>> {
    let charges = batch.iter().any(|(_, charge)| *charge);
    // Losing a few charges in a crash is cheaper than waiting for the disk at every request.
    if charges {
        session.batch("BEGIN; SET LOCAL synchronous_commit = off")?;
    }
    let judged = locked(session, batch, charges, time);
    match (&judged, charges) {
        (_, false) => {}
        (Ok(_), true) => session.batch("COMMIT")?,
        (Err(_), true) => drop(session.batch("ROLLBACK")),
    }
    judged
}

fn locked(
    session: &Session,
    batch: &[(Vec<Take>, bool)],
    charges: bool,
    time: &Time,
) -> Result<Vec<Vec<Budget>>> {
    let mut full_at: BTreeMap<Key, i64> =
        batch.iter().flat_map(|(takes, _)| takes).map(|take| (key(take), i64::MIN)).collect();
    let keys: Vec<&[u8]> = full_at.keys().map(|key| key.as_slice()).collect();
    if charges {
        let insert = "INSERT INTO limits (key, full_at) SELECT key, 0 FROM unnest($1::bytea[]) AS n (key)
                      ON CONFLICT DO NOTHING";
        session.run(insert, &[&keys])?;
    }
    let lock = if charges { "ORDER BY key FOR UPDATE" } else { "" };
    let sql = format!("SELECT key, full_at FROM limits WHERE key = ANY($1::bytea[]) {lock}");
    let found = session.run(&sql, &[&keys])?;
    for row in &found {
        let key =
            value(row, 0)?.as_blob().ok().and_then(|key| key.try_into().ok()).ok_or(Error::Invalid(0))?;
        full_at.insert(key, value(row, 1)?.as_i64().map_err(|_| Error::Invalid(1))?);
    }
    let now = nanos(time.now(session)?);
    let before = full_at.clone();
    let judged = batch.iter().map(|(takes, charge)| one(&mut full_at, takes, *charge, now)).collect();
    let changed: Vec<_> = full_at.iter().filter(|(key, at)| before.get(*key) != Some(at)).collect();
    if !changed.is_empty() {
        let keys: Vec<&[u8]> = changed.iter().map(|(key, _)| key.as_slice()).collect();
        let times: Vec<i64> = changed.iter().map(|(_, at)| **at).collect();
        let update = "UPDATE limits SET full_at = n.full_at
                      FROM unnest($1::bytea[], $2::bigint[]) AS n (key, full_at) WHERE limits.key = n.key";
        session.run(update, &[&keys, &times])?;
    }
    Ok(judged)
}

/// Judges the takes of one request.
fn one(full_at: &mut BTreeMap<Key, i64>, takes: &[Take], charge: bool, now: i64) -> Vec<Budget> {
    let keys: Vec<Key> = takes.iter().map(key).collect();
    let at = |key| full_at.get(key).copied().unwrap_or(now);
    let schedules: Vec<Schedule> =
        takes.iter().zip(&keys).map(|(take, key)| Schedule::new(take.quota, at(key), now)).collect();
    let charge = charge && schedules.iter().zip(takes).all(|(schedule, take)| schedule.allows(take.cost));
    let mut budgets = Vec::with_capacity(takes.len());
    for ((take, key), schedule) in takes.iter().zip(&keys).zip(schedules) {
        let allowed = schedule.allows(take.cost);
        let after = if charge { schedule.charged(take.cost) } else { schedule };
        if charge {
            full_at.insert(*key, after.full_at);
        }
        budgets.push(after.budget(take, allowed));
    }
    budgets
}

fn key(take: &Take) -> Key {
    let hash = sha256(&[take.kind.as_str().as_bytes(), b"\0", &take.key].concat());
    let mut key = Key::default();
    key.copy_from_slice(&hash[..16]);
    key
}
