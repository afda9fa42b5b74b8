//! Challenges: sign-ins that wait for a second factor.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::standing::{self, Names};
use super::{change, change_one, first, json, mfa_release, signed, ticket, ticket_view, words};
use authms_core::factor::FactorKind;
use authms_core::id::{ChallengeId, TenantId, TicketId, UserId};
use authms_core::mfa::MfaReason;
use authms_core::session::Origin;
use authms_core::signin::MethodKind;
use authms_core::signin::challenge::enrolment::Enrolment;
use authms_core::signin::challenge::{Challenge, ChallengeState, ChallengeView, Change, delay, is_last};
use authms_core::time::Timestamp;
use std::net::IpAddr;
use std::sync::LazyLock;

const COLUMNS: [&str; 34] = [
    "id",
    "secret_hash",
    "tenant_id",
    "user_id",
    "user_rev",
    "client_id",
    "method",
    "ticket_id",
    "minted_by",
    "fence_user",
    "fence_tenant",
    "fence_membership",
    "fence_client",
    "fence_key",
    "fence_actor",
    "fence_actor_membership",
    "auth_time",
    "amr",
    "ip",
    "user_agent",
    "risk_score",
    "risk_level",
    "device_id",
    "methods",
    "why",
    "enrolment",
    "enrol_factor",
    "wrong",
    "next_at",
    "state",
    "passed_at",
    "created_at",
    "expires_at",
    "renews_session",
];

const NAMES: Names = Names {
    tenant: "h.tenant_id",
    subject: "h.user_id",
    client: "h.client_id",
    key: "h.minted_by",
    actor: "NULL",
    actor_session: "NULL",
};

/// A challenge, what answers its completion again, and the present standing of what it rests on.
pub(crate) fn get(conn: Conn<'_>, id: ChallengeId) -> Result<Option<ChallengeView>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {}, r.key_hash, r.salt, r.jti, r.window_ms, rel.expires_at, {}
             FROM challenges h LEFT JOIN ticket_replays r ON r.ticket_id = h.id {} {} WHERE h.id = ?1",
            columns::list("h", &COLUMNS),
            standing::columns(),
            standing::joins(&NAMES),
            mfa_release::JOIN,
        )
    });
    first(conn, &SQL, [id.bytes()], |c| {
        Ok(ChallengeView {
            challenge: read(c)?,
            replay: ticket_view::read_replay(c)?,
            released_until: c.time_if()?,
            standing: standing::read(c)?,
        })
    })
}

fn read(c: &mut Columns<'_>) -> Result<Challenge> {
    Ok(Challenge {
        id: c.id()?,
        secret_hash: c.take()?,
        tenant: c.id()?,
        user: c.id()?,
        user_rev: c.take::<Option<i64>>()?.map(i64::unsigned_abs),
        client: c.id_if()?,
        method: c.named(MethodKind::parse)?,
        ticket: c.id_if()?,
        minted_by: c.id_if()?,
        fences: c.fences()?,
        auth_time: c.time_if()?,
        amr: c.texts()?,
        origin: Origin { ip: c.named_if(|ip| ip.parse().ok())?, user_agent: c.take()? },
        risk: c.risk_if()?.ok_or_else(|| c.invalid())?,
        device: c.id_if()?,
        methods: c.words(FactorKind::parse)?.into_iter().collect(),
        why: c.named(MfaReason::parse)?,
        enrolment: read_enrolment(c)?,
        wrong: c.take()?,
        next_at: c.time()?,
        state: read_state(c)?,
        created_at: c.time()?,
        expires_at: c.time()?,
        renews: c.id_if()?,
    })
}

fn read_state(c: &mut Columns<'_>) -> Result<ChallengeState> {
    let (name, passed_at): (String, _) = (c.take()?, c.time_if()?);
    Ok(match (name.as_str(), passed_at) {
        ("open", None) => ChallengeState::Open,
        ("passed", Some(at)) => ChallengeState::Passed { at },
        _ => ChallengeState::Dead,
    })
}

fn read_enrolment(c: &mut Columns<'_>) -> Result<Option<Enrolment>> {
    let parse = |name: &str| match name {
        "asked" => Some(false),
        "proven" => Some(true),
        _ => None,
    };
    let (proven, factor) = (c.named_if(parse)?, c.id_if()?);
    Ok(proven.map(|proven| Enrolment { proven, factor }))
}

const fn stage(enrolment: &Enrolment) -> &'static str {
    if enrolment.proven { "proven" } else { "asked" }
}

/// Whether it waits, and its enrolment has come exactly so far.
pub(crate) fn is_enrolment_as_read(
    conn: Conn<'_>,
    id: ChallengeId,
    enrolment: &Enrolment,
    at: Timestamp,
) -> Result<bool> {
    let sql = "SELECT state = 'open' AND expires_at > ?4 AND enrolment IS NOT DISTINCT FROM ?2
                      AND enrol_factor IS NOT DISTINCT FROM ?3
               FROM challenges WHERE id = ?1";
    let factor = enrolment.factor.as_ref().map(|f| f.bytes());
    let row = params![id.bytes(), stage(enrolment), factor, at.as_millis()];
    Ok(first(conn, sql, row, |c| c.take())?.unwrap_or(false))
}

/// Whether it waits, exactly so many of its codes were wrong, and the next may be looked at.
pub(crate) fn is_as_read(conn: Conn<'_>, id: ChallengeId, wrong: u8, at: Timestamp) -> Result<bool> {
    let sql = "SELECT state = 'open' AND wrong = ?2 AND expires_at > ?3 AND next_at <= ?3
               FROM challenges WHERE id = ?1";
    Ok(first(conn, sql, params![id.bytes(), wrong, at.as_millis()], |c| c.take())?.unwrap_or(false))
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, what: &Change, at: Timestamp) -> Result<()> {
    match what {
        Change::Open(new) => open(conn, new, at),
        Change::Pass { id, replay } => {
            let sql =
                "UPDATE challenges SET state = 'passed', passed_at = ?2 WHERE id = ?1 AND state = 'open'";
            change_one(conn, sql, params![id.bytes(), at.as_millis()])?;
            let kept_under = TicketId::from_bytes(*id.bytes());
            replay.as_ref().map_or(Ok(()), |replay| ticket::keep_replay(conn, kept_under, replay, at))
        }
        Change::CountWrong { id, before } => {
            let state = if is_last(*before) { ChallengeState::Dead } else { ChallengeState::Open };
            let next_at = at.plus(delay(before + 1));
            let sql = "UPDATE challenges SET wrong = wrong + 1, next_at = ?2, state = ?3
                       WHERE id = ?1 AND state = 'open'";
            change_one(conn, sql, params![id.bytes(), next_at.as_millis(), state.as_str()])
        }
        Change::Prove(id) => {
            let sql = "UPDATE challenges SET enrolment = 'proven'
                       WHERE id = ?1 AND state = 'open' AND enrolment = 'asked'";
            change_one(conn, sql, [id.bytes()])
        }
        Change::Enrol { id, factor } => {
            let sql = "UPDATE challenges SET enrol_factor = ?2
                       WHERE id = ?1 AND state = 'open' AND enrolment IS NOT NULL";
            change_one(conn, sql, params![id.bytes(), factor.bytes()])
        }
    }
}

fn open(conn: Conn<'_>, new: &Challenge, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
        format!("INSERT INTO challenges ({columns}) VALUES ({values})")
    });
    let row = params![
        new.id.bytes(),
        new.secret_hash,
        new.tenant.bytes(),
        new.user.bytes(),
        new.user_rev.map(signed),
        new.client.as_ref().map(|c| c.bytes()),
        new.method.as_str(),
        new.ticket.as_ref().map(|t| t.bytes()),
        new.minted_by.as_ref().map(|k| k.bytes()),
        new.fences.user,
        new.fences.tenant,
        new.fences.membership,
        new.fences.client,
        new.fences.key,
        new.fences.actor,
        new.fences.actor_membership,
        new.auth_time.map(Timestamp::as_millis),
        json(&new.amr),
        new.origin.ip.as_ref().map(IpAddr::to_string),
        new.origin.user_agent,
        new.risk.score,
        new.risk.level.as_str(),
        new.device.as_ref().map(|d| d.bytes()),
        words(new.methods.iter().map(FactorKind::as_str)),
        new.why.as_str(),
        new.enrolment.as_ref().map(stage),
        new.enrolment.as_ref().and_then(|e| e.factor.as_ref()).map(|f| f.bytes()),
        new.wrong,
        at.as_millis(),
        new.state.as_str(),
        None::<i64>,
        at.as_millis(),
        at.plus(new.ttl()).as_millis(),
        new.renews.as_ref().map(|s| s.bytes()),
    ];
    change_one(conn, &SQL, row)
}

/// Ends all that wait for this user in this tenant.
pub(crate) fn end_all(conn: Conn<'_>, tenant: TenantId, user: UserId) -> Result<()> {
    let sql = "UPDATE challenges SET state = 'dead' WHERE user_id = ?1 AND tenant_id = ?2 AND state = 'open'";
    change(conn, sql, params![user.bytes(), tenant.bytes()])
}
