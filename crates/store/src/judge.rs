//! Judging a commit inside of a transaction: its guards, then its changes and their audit rows.

use crate::guards;
use crate::queries::{
    Conn, Result, act_request, api_key, attempt, audit, audit_tree, challenge, client, device, factor,
    installation, invitation, membership, message, mfa_release, passkey, refusal, risk_event, sent_code,
    session, signing_key, tenant, ticket_life, user, webhook,
};
use authms_core::commit::{Change, Commit, CommitError, Committed};
use authms_core::time::Timestamp;

/// What becomes of a commit at this time; an error: it cannot be written.
pub(crate) fn judge(
    conn: Conn<'_>,
    commit: &Commit,
    at: Timestamp,
) -> Result<Result<Committed, CommitError>> {
    if let Some(index) = guards::first_failed(conn, commit.guards(), at)? {
        return Ok(Err(CommitError::Conflict(index)));
    }
    for change in commit.changes() {
        write(conn, change, at)?;
    }
    tell(conn, commit, at)?;
    Ok(Ok(Committed { at }))
}

/// Writes a commit's audit rows.
pub(crate) fn tell(conn: Conn<'_>, commit: &Commit, at: Timestamp) -> Result<()> {
    commit.audit_rows().iter().try_for_each(|row| audit::append(conn, row, at))
}

/// Writes one change.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Installation(c) => installation::write(conn, c),
        Change::SigningKeys(c) => signing_key::write(conn, c),
        Change::Tenant(c) => tenant::write(conn, c, at),
        Change::Membership(c) => membership::write(conn, c),
        Change::User(c) => user::write(conn, c, at),
        Change::Client(c) => client::write(conn, c, at),
        Change::ApiKey(c) => api_key::write(conn, c, at),
        Change::Ticket(c) => ticket_life::write(conn, c, at),
        Change::Session(c) => session::write(conn, c, at),
        Change::OnBehalf(c) => act_request::write(conn, c, at),
        Change::Invitation(c) => invitation::write(conn, c, at),
        Change::Factor(c) => factor::write(conn, c, at),
        Change::Challenge(c) => challenge::write(conn, c, at),
        Change::Release(c) => mfa_release::write(conn, c, at),
        Change::Device(c) => device::write(conn, c, at),
        Change::Passkey(c) => passkey::write(conn, c, at),
        Change::SignIn(c) => attempt::write(conn, c, at),
        Change::Message(c) => message::write(conn, c),
        Change::Code(c) => sent_code::write(conn, c, at),
        Change::Risk(c) => risk_event::write(conn, c, at),
        Change::Audit(c) => audit_tree::write(conn, c, at),
        Change::Webhook(c) => webhook::write(conn, c, at),
        Change::CountRefusal(reason) => refusal::count(conn, reason, at),
    }
}
