//! Reads that every request makes: those that wait at the same moment are one query.

use super::draft::{Draft, Kind, Repeated};
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
use tokio_postgres::Row;

/// Questions in one query.
const BATCH: usize = 64;

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
}

impl Reads {
    /// So many connections ask, each what waits when it has its last answers.
    pub(in crate::postgres) fn start(pool: &Arc<Pool>, connections: u32, runtime: &Handle) -> Self {
        let (questions, waiting) = channel(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..connections {
            runtime.spawn(run(Arc::clone(pool), Arc::clone(&waiting)));
        }
        Self { questions }
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

fn failed(error: Error) -> Down {
    tracing::error!(%error, "a read failed");
    Down
}

async fn run(pool: Arc<Pool>, waiting: Arc<Mutex<Receiver<Question>>>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.lock().await.recv_many(&mut batch, BATCH).await > 0 {
        let groups = by_text(batch.drain(..));
        let Ok(session) = pool.lend().await else {
            groups
                .into_iter()
                .flat_map(|(_, answers)| answers)
                .for_each(|answer| drop(answer.send(Err(Down))));
            continue;
        };
        for (asked, answers) in groups {
            let found =
                session.within(asked.ask(&session)).await.and_then(|rows| parted(rows, answers.len()));
            match found {
                Ok(parts) => {
                    parts.into_iter().zip(answers).for_each(|(part, answer)| drop(answer.send(Ok(part))));
                }
                Err(error) => {
                    let down = failed(error);
                    answers.into_iter().for_each(|answer| drop(answer.send(Err(down))));
                }
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

/// To each question its rows, which come in the order of the questions.
fn parted(rows: Vec<Row>, questions: usize) -> Result<Vec<Answer>> {
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
