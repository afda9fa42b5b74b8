//! Guards: read under the writer's lock, before any change of their commit.

use crate::queries::{
    Conn, Result, act_notice, act_request, api_key, audit_export, audit_outlet, audit_tree, challenge,
    client, device, factor, history, installation, invitation, membership, message, mfa_release, passkey,
    passkey_ceremony, recovery_code, sent_code, session, tenant, ticket, ticket_life, user, webhook,
};
use authms_core::code::RESEND_AFTER;
use authms_core::commit::{Guard, Row};
use authms_core::invitation::InvitationStatus;
use authms_core::time::Timestamp;

/// The index of the first guard that fails at this time.
pub(crate) fn first_failed(conn: Conn<'_>, guards: &[Guard], at: Timestamp) -> Result<Option<usize>> {
    for (index, guard) in guards.iter().enumerate() {
        if !holds(conn, guard, at)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn holds(conn: Conn<'_>, guard: &Guard, at: Timestamp) -> Result<bool> {
    Ok(match guard {
        Guard::TicketLive { id, attempts_below } => {
            ticket_life::get(conn, *id)?.is_some_and(|life| life.is_live(*attempts_below, at))
        }
        Guard::ReplaysBelow { id, bound } => {
            ticket_life::get(conn, *id)?.is_some_and(|life| life.replays < *bound)
        }
        Guard::TicketsBelow { tenant, user, client, purpose, bound } => {
            ticket_life::count_issued(conn, (*tenant, *user, *client), *purpose, at)? < *bound
        }
        Guard::FamilyHead { session, generation } => {
            session::life(conn, *session)?.is_some_and(|life| life.is_open(at) && life.head == *generation)
        }
        Guard::SessionOpen(id) => session::life(conn, *id)?.is_some_and(|life| life.is_open(at)),
        Guard::InvitationOpen(id) => {
            invitation::get(conn, *id)?.is_some_and(|i| i.status(at) == InvitationStatus::Open)
        }
        Guard::ActRequestPermits { id, step } => {
            act_request::get(conn, *id)?.is_some_and(|request| request.permits(*step, at))
        }
        Guard::OptedIn { tenant, user } => act_request::opted_out(conn, *tenant, *user)?.is_none(),
        Guard::ActUntold(session) => act_notice::is_there(conn, *session)?,
        Guard::ChallengeAsRead { id, wrong } => challenge::is_as_read(conn, *id, *wrong, at)?,
        Guard::EnrolmentAsRead { id, enrolment } => {
            challenge::is_enrolment_as_read(conn, *id, enrolment, at)?
        }
        Guard::WithoutFactor(user) => !factor::is_any_enrolled(conn, *user)?,
        Guard::ReleaseLives { tenant, user } => {
            mfa_release::until(conn, *tenant, *user)?.is_some_and(|until| until > at)
        }
        Guard::FactorUsable { user, id } => factor::is_usable(conn, *user, *id)?,
        Guard::StepUnspent { user, id, step } => {
            factor::last_step(conn, *user, *id)?.is_some_and(|last| last.is_none_or(|last| last < *step))
        }
        Guard::MessageDue { id, attempts } => message::attempts(conn, *id)? == Some(*attempts),
        Guard::CodeDue(slot) => {
            sent_code::get(conn, *slot)?.is_none_or(|code| code.sent_at.plus(RESEND_AFTER) <= at)
        }
        Guard::CodeOpen { slot, id, attempts_below } => sent_code::get(conn, *slot)?
            .is_some_and(|code| code.id == *id && code.expires_at > at && code.attempts < *attempts_below),
        Guard::DeviceSecret { id, hash } => device::has_secret(conn, *id, hash)?,
        Guard::FactorPending { user, id } => factor::is_pending(conn, *user, *id)?,
        Guard::FactorEnrolled { user, id } => factor::is_enrolled(conn, *user, *id)?,
        Guard::FactorsBelow { user, kind, bound } => factor::count(conn, *user, *kind)? < *bound,
        Guard::RecoveryCodeUnspent { user, hash } => recovery_code::is_unspent(conn, *user, *hash)?,
        Guard::HistoryAsRead { tenant, user, rev } => {
            history::rev(conn, *tenant, *user)?.unwrap_or(0) == *rev
        }
        Guard::SessionUnflagged(id) => session::is_flagged(conn, *id)? == Some(false),
        Guard::CeremonyOpen(challenge_hash) => passkey_ceremony::is_open(conn, challenge_hash, at)?,
        Guard::PasskeyAsRead { user, factor, counter } => {
            passkey::counter(conn, *factor, *user)? == Some(*counter)
        }
        Guard::FactorThere { user, id } => factor::last_step(conn, *user, *id)?.is_some(),
        Guard::PasskeysBelow { user, bound } => passkey::count(conn, *user)? < *bound,
        Guard::IdempotencyFree { scope, key_hash } => {
            ticket::by_idempotency(conn, *scope, *key_hash, at)?.is_none()
        }
        Guard::ExportAsRead { id, looked_at } => {
            audit_export::get(conn, *id)?.is_some_and(|export| export.looked_at == *looked_at)
        }
        Guard::WebhookTurn { id, turn } => webhook::turn(conn, *id)? == Some(*turn),
        Guard::WebhooksBelow { tenant, bound } => webhook::count(conn, *tenant)? < u64::from(*bound),
        Guard::OutletTurn { name, turn } => {
            audit_outlet::get(conn, name)?.map_or(0, |outlet| outlet.turn) == *turn
        }
        Guard::SealerAsRead { rev } => audit_tree::sealer(conn)?.rev == *rev,
        Guard::Rev { row, rev: wanted } => match rev(conn, *row)? {
            Some(found) => *wanted != 0 && found == *wanted,
            None => *wanted == 0,
        },
    })
}

fn rev(conn: Conn<'_>, row: Row) -> Result<Option<u64>> {
    match row {
        Row::Installation => installation::rev(conn),
        Row::Tenant(id) => tenant::rev(conn, id),
        Row::User(id) => user::rev(conn, id),
        Row::Membership(tenant, user) => membership::rev(conn, tenant, user),
        Row::Client(id) => client::rev(conn, id),
        Row::ApiKey(id) => api_key::rev(conn, id),
        Row::Webhook(id) => webhook::rev(conn, id),
    }
}
