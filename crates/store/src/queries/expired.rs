//! What is past its time, of every noun that has one.

use super::conn::{Conn, Result, params};
use authms_core::audit;
use authms_core::device;
use authms_core::invitation::KEPT;
use authms_core::on_behalf;
use authms_core::session::ROTATION_WINDOW;
use authms_core::time::{Span, Timestamp};
use authms_core::webhook;

/// Rows erased in one step.
const ERASED: u32 = 500;

/// How long challenges are kept once they are over: whoever comes late is told so in the audit log.
const CHALLENGE_KEPT: Span = Span::seconds(3600);

/// Erases some of what is past its time; whether that was all.
pub(crate) fn erase(conn: Conn<'_>, now: Timestamp) -> Result<bool> {
    let replays = "DELETE FROM ticket_replays WHERE ticket_id IN
                       (SELECT ticket_id FROM ticket_replays WHERE until <= ?1 LIMIT ?2)";
    let rotations = "DELETE FROM session_rotations WHERE session_id IN
                         (SELECT session_id FROM session_rotations WHERE at <= ?1 LIMIT ?2)";
    let mint_keys = "DELETE FROM mint_keys WHERE (scope, key_hash) IN
                         (SELECT scope, key_hash FROM mint_keys WHERE until <= ?1 LIMIT ?2)";
    let invitations = "DELETE FROM invitations WHERE id IN
                           (SELECT id FROM invitations WHERE expires_at <= ?1 LIMIT ?2)";
    let act_requests = "DELETE FROM act_requests WHERE id IN
                            (SELECT id FROM act_requests WHERE expires_at <= ?1 LIMIT ?2)";
    let challenges = "DELETE FROM challenges WHERE id IN
                          (SELECT id FROM challenges WHERE expires_at <= ?1 LIMIT ?2)";
    let codes = "DELETE FROM sent_codes WHERE slot IN
                     (SELECT slot FROM sent_codes WHERE expires_at <= ?1 LIMIT ?2)";
    let releases = "DELETE FROM mfa_releases WHERE (tenant_id, user_id) IN
                        (SELECT tenant_id, user_id FROM mfa_releases WHERE expires_at <= ?1 LIMIT ?2)";
    let devices = "DELETE FROM devices WHERE id IN (SELECT id FROM devices WHERE seen_at <= ?1 LIMIT ?2)";
    let ceremonies = "DELETE FROM passkey_ceremonies WHERE challenge_hash IN
                          (SELECT challenge_hash FROM passkey_ceremonies WHERE expires_at <= ?1 LIMIT ?2)";
    let exports = "DELETE FROM audit_exports WHERE id IN
                       (SELECT id FROM audit_exports WHERE created_at <= ?1 LIMIT ?2)";
    let verifications = "DELETE FROM audit_verifications WHERE id IN
                             (SELECT id FROM audit_verifications WHERE made_at <= ?1 LIMIT ?2)";
    let told = |state| {
        format!(
            "DELETE FROM webhook_deliveries WHERE (webhook_id, leaf) IN
                 (SELECT webhook_id, leaf FROM webhook_deliveries
                  WHERE state = '{state}' AND ended_at <= ?1 LIMIT ?2)"
        )
    };
    let untold = "DELETE FROM webhook_deliveries WHERE (webhook_id, leaf) IN
                      (SELECT d.webhook_id, d.leaf FROM webhooks w
                           JOIN webhook_deliveries d ON d.webhook_id = w.id
                       WHERE w.status = 'deleted' AND w.updated_at <= ?1 LIMIT ?2)";
    let webhooks = "DELETE FROM webhooks WHERE id IN
                        (SELECT w.id FROM webhooks w
                         WHERE w.status = 'deleted' AND w.updated_at <= ?1
                             AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id)
                         LIMIT ?2)";
    let mut all = true;
    for (sql, until) in [
        (replays, now),
        (rotations, now.minus(ROTATION_WINDOW)),
        (mint_keys, now),
        (invitations, now.minus(KEPT)),
        (act_requests, now.minus(on_behalf::KEPT)),
        (challenges, now.minus(CHALLENGE_KEPT)),
        (codes, now),
        (releases, now),
        (devices, now.minus(device::KEPT)),
        (ceremonies, now),
        (exports, now.minus(audit::KEPT)),
        (verifications, now.minus(audit::VERIFICATION_KEPT)),
        (&told("delivered"), now.minus(webhook::KEPT)),
        (&told("dead"), now.minus(webhook::DEAD_KEPT)),
        (untold, now),
        (webhooks, now),
    ] {
        let erased = conn.execute(sql, params![until.as_millis(), ERASED])?;
        all &= erased < ERASED as usize;
    }
    Ok(all)
}
