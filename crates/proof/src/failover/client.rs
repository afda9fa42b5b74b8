//! A client that wants every ticket, and writes down which it was told it has.

use crate::Result;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_postgres::{Client, NoTls};

/// An answer that takes longer counts as none.
const PATIENCE: Duration = Duration::from_secs(4);
/// When an impatient client cancels.
const IMPATIENCE: Duration = Duration::from_millis(500);
/// Between two attempts to connect.
const KNOCK: Duration = Duration::from_millis(50);
/// Between two tickets, so that racers meet.
const BREATH: Duration = Duration::from_millis(3);
/// How often a ticket is asked for again if no answer came.
const REPEATS: usize = 4;

/// What a client was told about a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Won,
    Lost,
    Nothing,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) ticket: i64,
    pub(super) client: String,
    pub(super) told: Told,
}

/// What all racers share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    stop: AtomicBool,
    begun: std::sync::OnceLock<std::time::Instant>,
}

impl Shared {
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// The ticket of the moment: all racers are at the same.
    fn ticket(&self) -> i64 {
        let begun = self.begun.get_or_init(std::time::Instant::now);
        (begun.elapsed().as_micros() / BREATH.as_micros()) as i64
    }
}

pub(super) struct Racer {
    name: String,
    url: String,
    cancels: bool,
}

impl Racer {
    pub(super) fn new(number: usize, url: String, cancels: bool) -> Self {
        Self { name: format!("client-{number}"), url, cancels }
    }

    /// Everything that it was told, until the end.
    pub(super) fn run(&self, shared: &Shared) -> Result<Vec<Seen>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(self.race(shared)))
    }

    async fn race(&self, shared: &Shared) -> Vec<Seen> {
        let mut seen = Vec::new();
        let mut client = None;
        let mut last = -1;
        while !shared.stop.load(Ordering::SeqCst) {
            let ticket = shared.ticket();
            if ticket == last {
                tokio::time::sleep(BREATH / 4).await;
                continue;
            }
            last = ticket;
            for _ in 0..REPEATS {
                let told = self.take(&mut client, ticket).await;
                seen.push(Seen { ticket, client: self.name.clone(), told });
                if told != Told::Nothing || shared.stop.load(Ordering::SeqCst) {
                    break;
                }
            }
        }
        seen
    }

    /// Tries once; a connection that failed is not used again.
    async fn take(&self, client: &mut Option<Client>, ticket: i64) -> Told {
        if client.as_ref().is_none_or(Client::is_closed) {
            *client = match tokio::time::timeout(PATIENCE, self.connect()).await {
                Ok(Ok(connected)) => Some(connected),
                _ => {
                    tokio::time::sleep(KNOCK).await;
                    return Told::Nothing;
                }
            };
        }
        let Some(connected) = client.as_ref() else { return Told::Nothing };
        let spent = tokio::time::timeout(PATIENCE, spend(connected, ticket, &self.name));
        let outcome = match self.cancels {
            false => spent.await,
            true => cancelled(connected, spent).await,
        };
        match outcome {
            Ok(Ok(true)) => Told::Won,
            Ok(Ok(false)) => Told::Lost,
            Ok(Err(_)) | Err(_) => {
                *client = None;
                Told::Nothing
            }
        }
    }

    async fn connect(&self) -> Result<Client> {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

/// Waits for an answer, and cancels what is asked for if there is none for a while.
async fn cancelled<T>(client: &Client, answer: impl Future<Output = T>) -> T {
    let cancel = async {
        tokio::time::sleep(IMPATIENCE).await;
        let _ = client.cancel_token().cancel_query(NoTls).await;
        std::future::pending().await
    };
    tokio::select! {
        answer = answer => answer,
        never = cancel => never,
    }
}

/// Whether the ticket is ours, now or from an attempt whose answer was lost.
async fn spend(client: &Client, ticket: i64, name: &str) -> Result<bool> {
    let insert = "INSERT INTO spent VALUES ($1, $2) ON CONFLICT DO NOTHING";
    if client.execute(insert, &[&ticket, &name]).await? == 1 {
        return Ok(true);
    }
    let winner = client.query_one("SELECT winner FROM spent WHERE ticket = $1", &[&ticket]).await?;
    Ok(winner.try_get::<_, String>(0)? == name)
}
