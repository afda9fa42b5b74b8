//! Reads that every request makes: those that wait at the same moment are one query.

use super::draft::{Draft, Kind, Repeated};
use crate::postgres::error::PostgresError;
use crate::postgres::pool::Pool;
use crate::postgres::value::value;
use crate::queries::{Conn, Error, Result};
use authms_core::ports::{Down, Read};
use rusqlite::types::Value;
use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{Mutex, oneshot};
use tokio_postgres::{Client, Row, SimpleQueryMessage};

/// Questions in one query.
const BATCH: usize = 256;

/// Questions that may wait.
const QUEUE: usize = 16_384;

/// The rows that answer one question, in the place of a connection.
pub(crate) struct Answer {
    rows: Arc<[Row]>,
    of: std::ops::Range<usize>,
    taken: Cell<bool>,
}

impl Answer {
    /// Visits the rows. There is an answer to one question only.
    pub(crate) fn each(&self, mut visit: impl FnMut(&Row) -> Result<ControlFlow<()>>) -> Result<()> {
        if self.taken.replace(true) {
            return Err(Error::Asked);
        }
        for row in &self.rows[self.of.clone()] {
            if visit(row)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

struct Question {
    sql: Box<str>,
    values: Vec<Value>,
    answer: oneshot::Sender<Read<Answer>>,
}

/// The way to those who ask.
pub(in crate::postgres) struct Reads {
    questions: Sender<Question>,
    pool: Arc<Pool>,
}

impl Reads {
    /// So many connections ask, each what waits when it has its last answers.
    pub(in crate::postgres) fn start(
        (pool, others): (&Arc<Pool>, &Arc<Pool>),
        connections: u32,
        runtime: &Handle,
    ) -> Self {
        let (questions, waiting) = channel(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..connections {
            runtime.spawn(run(Arc::clone(pool), Arc::clone(others), Arc::clone(&waiting)));
        }
        Self { questions, pool: Arc::clone(pool) }
    }

    /// What one of the connections has planned so far, and keeps.
    pub(in crate::postgres) async fn plans(&self) -> Read<Vec<String>> {
        let session = self.pool.lend().await?;
        session.within(plans(session.client())).await.map_err(failed)
    }

    /// Asks what a query asks first, and runs it again on the answer.
    pub(in crate::postgres) async fn read<T>(&self, query: impl Fn(Conn<'_>) -> Result<T>) -> Read<T> {
        let asked = self.ask(&query)?;
        let answer = asked.await.unwrap_or(Err(Down))?;
        query(Conn::Answer(&answer)).map_err(failed)
    }

    fn ask<T>(&self, query: impl Fn(Conn<'_>) -> Result<T>) -> Read<oneshot::Receiver<Read<Answer>>> {
        let draft = Draft::default();
        match query(Conn::Draft(&draft)) {
            Err(Error::Asked) => {}
            Err(error) => return Err(failed(error)),
            Ok(_) => return Err(Down), // it asked nothing
        }
        let (answer, answered) = oneshot::channel();
        let first = draft.into_order().into_iter().next();
        let (sql, values) =
            first.and_then(|asked| Some((asked.sql, asked.rows.into_iter().next()?))).ok_or(Down)?;
        let sent = self.questions.try_send(Question { sql, values, answer });
        sent.map(|()| answered).map_err(|_| Down)
    }
}

async fn plans(client: &Client) -> Result<Vec<String>> {
    let kept = "SELECT 'EXPLAIN EXECUTE ' || name || '(' ||
                    array_to_string(array_fill('NULL'::text, ARRAY[cardinality(parameter_types)]), ', ') || ')'
                FROM pg_prepared_statements WHERE cardinality(parameter_types) > 0";
    let mut plans = Vec::new();
    for row in client.query(kept, &[]).await.map_err(PostgresError::from)? {
        let lines = client.simple_query(row.get(0)).await.map_err(PostgresError::from)?;
        let line = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        plans.push(lines.iter().filter_map(line).collect::<Vec<_>>().join("\n"));
    }
    Ok(plans)
}

fn failed(error: Error) -> Down {
    tracing::error!(%error, "a read failed");
    Down
}

async fn ask_on(pool: &Arc<Pool>, asked: Repeated) -> Read<Vec<Row>> {
    pool.run(move |session| session.wait(asked.ask(session))).await?.map_err(failed)
}

async fn run(pool: Arc<Pool>, others: Arc<Pool>, waiting: Arc<Mutex<Receiver<Question>>>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.lock().await.recv_many(&mut batch, BATCH).await > 0 {
        let groups = by_text(batch.drain(..));
        let session = pool.lend().await;
        if let Ok(session) = &session
            && let Err(error) = session.within(session.renew_plans()).await
        {
            failed(error);
        }
        for (asked, answers) in groups {
            let found = match &session {
                Ok(session) => session.within(asked.ask(session)).await.map_err(failed),
                // Where there are too few connections, those that read anything else do this, too.
                Err(Down) => ask_on(&others, asked).await,
            };
            match found.and_then(|rows| parted(rows, answers.len()).map_err(failed)) {
                Ok(parts) => {
                    parts.into_iter().zip(answers).for_each(|(part, answer)| drop(answer.send(Ok(part))));
                }
                Err(Down) => answers.into_iter().for_each(|answer| drop(answer.send(Err(Down)))),
            }
        }
    }
}

type Group = (Repeated, Vec<oneshot::Sender<Read<Answer>>>);

fn by_text(questions: impl Iterator<Item = Question>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for Question { sql, values, answer } in questions {
        match groups.iter_mut().find(|(asked, _)| asked.sql == sql) {
            Some((asked, answers)) => {
                asked.rows.push(values);
                answers.push(answer);
            }
            None => groups.push((Repeated { sql, rows: vec![values], kind: Kind::Ask }, vec![answer])),
        }
    }
    groups
}

/// To each question its rows, which come in the order of the questions; to the only one all.
fn parted(rows: Vec<Row>, questions: usize) -> Result<Vec<Answer>> {
    if questions == 1 {
        let of = 0..rows.len();
        return Ok(vec![Answer { rows: rows.into(), of, taken: Cell::new(false) }]);
    }
    let mut ends = vec![0; questions];
    let mut last = 0;
    for (index, row) in rows.iter().enumerate() {
        let number = value(row, row.len().saturating_sub(1))?.as_i64().map_err(|_| Error::Invalid(0))?;
        let number = usize::try_from(number - 1).ok().filter(|n| *n >= last && *n < questions);
        last = number.ok_or(Error::Invalid(0))?;
        ends[last] = index + 1;
    }
    let rows: Arc<[Row]> = rows.into();
    let mut start = 0;
    let part = |end: usize| {
        let of = start..end.max(start);
        start = of.end;
        Answer { rows: Arc::clone(&rows), of, taken: Cell::new(false) }
    };
    Ok(ends.into_iter().map(part).collect())
}
