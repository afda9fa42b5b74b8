//! One transaction of the hot lane.

use super::super::apply::{Last, Time};
use super::super::error::{Failed, PostgresError};
use super::super::gather::{Draft, Together, runs};
use super::super::session::Session;
use super::super::value::value;
use super::locks::{Locked, Locking, Verdict, Wanted};
use crate::engine::Outcome;
use crate::judge::{tell, write as write_one};
use crate::queries::{Conn, Error, Result, session as sessions};
use authms_core::commit::{Change, Commit, CommitError, Committed};
use authms_core::session::Change as SessionChange;
use authms_core::time::Timestamp;
use futures_util::future::join_all;
use tokio_postgres::Statement;

/// The database's time, and that of the last commit that left an audit row, be it one that waits or the last that was sealed.
const TIMES: &str = "SELECT CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT),
     greatest((SELECT at FROM audit_log ORDER BY seq DESC LIMIT 1), (SELECT last_at FROM audit_sealer), 0)";

/// Writes commits in one transaction, each judged after those before it. `None`: it cannot be judged in this one.
pub(super) async fn write(
    session: &Session,
    commits: &[Commit],
    time: &Time,
    last: &Last,
) -> std::result::Result<Vec<Option<Outcome>>, Failed> {
    session.within(session.renew_plans()).await.map_err(Failed::before_commit)?;
    match session.within(written(session, commits, time, last)).await {
        Ok(outcomes) => match session.within(session.end()).await {
            Ok(()) => Ok(outcomes),
            Err(error) => Err(Failed::at_commit(error)),
        },
        Err(error) => {
            // If this does not arrive either, the connection is lost, and the transaction with it.
            let _ = session.within(session.say("ROLLBACK")).await;
            Err(Failed::before_commit(error))
        }
    }
}

async fn written(
    session: &Session,
    commits: &[Commit],
    time: &Time,
    last: &Last,
) -> Result<Vec<Option<Outcome>>> {
    let wanted = Wanted::by(commits);
    let (locking, times) = (Locking::prepare(session, &wanted).await?, session.prepare(TIMES).await?);
    // Under way at once, answered in this order: who judges has seen all that was written under the locks before, and the time
    // is later than when that was.
    let (begun, locked, times) = tokio::join!(
        session.say("BEGIN; SELECT pg_advisory_xact_lock_shared(7310577, 2)"),
        locking.lock(session, &wanted),
        read_times(session, &times),
    );
    begun?;
    let (mut locked, (now, before)) = (locked?, times?);
    // Never before anything that these rows or this node were told. Beside this runs what may be told a later time, and is not
    // seen: no row is concerned by both.
    let at = last.raise(time.or(now).max(before).max(locked.written_at()));
    let draft = Draft::default();
    let outcomes = commits.iter().map(|commit| judge(&mut locked, commit, at, &draft));
    let outcomes = outcomes.collect::<Result<_>>()?;
    write_all(session, draft).await?;
    Ok(outcomes)
}

async fn read_times(session: &Session, statement: &Statement) -> Result<(Timestamp, Timestamp)> {
    let row = session.client().query_one(statement, &[]).await.map_err(PostgresError::from)?;
    let time = |index| value(&row, index)?.as_i64().map_err(|_| Error::Invalid(index));
    Ok((Timestamp::from_millis(time(0)?), Timestamp::from_millis(time(1)?)))
}

fn judge(locked: &mut Locked, commit: &Commit, at: Timestamp, draft: &Draft) -> Result<Option<Outcome>> {
    match locked.judge(commit, at) {
        Verdict::Later => Ok(None),
        Verdict::Fails(index) => Ok(Some(Err(CommitError::Conflict(index)))),
        Verdict::Passes => {
            let conn = Conn::Draft(draft);
            for change in commit.changes() {
                match change {
                    Change::Session(
                        what @ (SessionChange::Rotate { id, .. } | SessionChange::End { id, .. }),
                    ) => {
                        sessions::write_known(conn, what, locked.opened_by(*id), at)?;
                    }
                    change => write_one(conn, change, at)?,
                }
            }
            tell(conn, commit, at)?;
            Ok(Some(Ok(Committed { at })))
        }
    }
}

/// As few statements as can be, all under way at once.
async fn write_all(session: &Session, draft: Draft) -> Result<()> {
    let all = draft.into_order();
    let mut statements = Vec::new();
    for run in runs(&all) {
        statements.push(Together::prepare(session, run).await?);
    }
    join_all(statements.iter().map(|statement| statement.write(session))).await.into_iter().collect()
}
