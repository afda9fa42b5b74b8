//! What belongs to acting on somebody's behalf: a tenant's policy in one column of its row, and the terms of an act.

use super::columns::Columns;
use super::conn::{Conn, Result, params};
use super::session_index::OF_USER;
use super::{all, session};
use authms_core::access::Role;
use authms_core::id::{ActRequestId, ClientId, Id, TenantId, UserId};
use authms_core::on_behalf::{OnBehalfPolicy, Rule, Terms};
use authms_core::session::Session;
use authms_core::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::LazyLock;

/// The policy at rest; what a row leaves out is as by default.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct PolicyRow {
    rules: Vec<RuleRow>,
    opted_out: Vec<String>,
    require_reference: bool,
    require_approval: bool,
    require_consent: bool,
    break_glass: bool,
    several_at_once: bool,
    session_ttl_ms: Option<i64>,
    notice_off: Option<String>,
    notice_daily: bool,
}

/// A rule at rest. Every member must be there: one that is lost would stand for everybody.
#[derive(Serialize, Deserialize)]
struct RuleRow {
    actor_roles: Vec<String>,
    actors: Vec<String>,
    subject_roles: Vec<String>,
    clients: Vec<String>,
    writes: bool,
}

/// The policy in the next column. One that cannot be read is an error, never no policy.
pub(super) fn read_policy(c: &mut Columns<'_>) -> Result<OnBehalfPolicy> {
    Ok(c.named_if(|text| policy(serde_json::from_str(text).ok()?))?.unwrap_or_default())
}

fn policy(row: PolicyRow) -> Option<OnBehalfPolicy> {
    Some(OnBehalfPolicy {
        rules: row.rules.into_iter().map(rule).collect::<Option<_>>()?,
        opted_out: ids(&row.opted_out, UserId::parse)?,
        require_reference: row.require_reference,
        require_approval: row.require_approval,
        require_consent: row.require_consent,
        break_glass: row.break_glass,
        several_at_once: row.several_at_once,
        session_ttl: row.session_ttl_ms.map(Span::millis),
        notice_off: row.notice_off,
        notice_daily: row.notice_daily,
    })
}

fn rule(row: RuleRow) -> Option<Rule> {
    let roles = |names: Vec<String>| names.iter().map(|name| Role::parse(name)).collect::<Option<Vec<_>>>();
    Some(Rule {
        actor_roles: roles(row.actor_roles)?,
        actors: ids(&row.actors, UserId::parse)?,
        subject_roles: roles(row.subject_roles)?,
        clients: ids(&row.clients, ClientId::parse)?,
        writes: row.writes,
    })
}

fn ids<K>(texts: &[String], parse: impl Fn(&str) -> Option<Id<K>>) -> Option<Vec<Id<K>>> {
    texts.iter().map(|text| parse(text)).collect()
}

/// The column of this policy.
pub(super) fn policy_column(policy: &OnBehalfPolicy) -> Option<String> {
    let roles = |roles: &[Role]| roles.iter().map(|r| r.as_str().to_owned()).collect();
    let row = PolicyRow {
        rules: policy
            .rules
            .iter()
            .map(|rule| RuleRow {
                actor_roles: roles(&rule.actor_roles),
                actors: rule.actors.iter().map(ToString::to_string).collect(),
                subject_roles: roles(&rule.subject_roles),
                clients: rule.clients.iter().map(ToString::to_string).collect(),
                writes: rule.writes,
            })
            .collect(),
        opted_out: policy.opted_out.iter().map(ToString::to_string).collect(),
        require_reference: policy.require_reference,
        require_approval: policy.require_approval,
        require_consent: policy.require_consent,
        break_glass: policy.break_glass,
        several_at_once: policy.several_at_once,
        session_ttl_ms: policy.session_ttl.map(Span::as_millis),
        notice_off: policy.notice_off.clone(),
        notice_daily: policy.notice_daily,
    };
    (*policy != OnBehalfPolicy::default()).then(|| json!(row).to_string())
}

/// Terms at rest; what a row leaves out was not granted.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct TermsRow {
    writes: bool,
    reference: Option<String>,
    request: Option<String>,
    approved: bool,
    agreed: bool,
    broke_glass: bool,
}

/// The terms in the next column.
pub(super) fn read_terms(c: &mut Columns<'_>) -> Result<Terms> {
    Ok(c.named_if(|text| terms(serde_json::from_str(text).ok()?))?.unwrap_or_default())
}

fn terms(row: TermsRow) -> Option<Terms> {
    let TermsRow { writes, reference, request, approved, agreed, broke_glass } = row;
    let request = match request {
        Some(text) => Some(ActRequestId::parse(&text)?),
        None => None,
    };
    Some(Terms { writes, reference, request, approved, agreed, broke_glass })
}

/// The column of these terms.
pub(super) fn terms_column(terms: &Terms) -> Option<String> {
    let Terms { writes, reference, request, approved, agreed, broke_glass } = terms.clone();
    let request = request.map(|id| id.to_string());
    let row = TermsRow { writes, reference, request, approved, agreed, broke_glass };
    (*terms != Terms::default()).then(|| json!(row).to_string())
}

/// The sessions in which this user acts for others in a tenant that are over neither by time nor by end.
pub(crate) fn acts_of(
    conn: Conn<'_>,
    (tenant, actor): (TenantId, UserId),
    now: Timestamp,
) -> Result<Vec<Session>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {} FROM sessions s
             WHERE s.actor_id = ?1 AND s.tenant_id = ?2 AND s.ended_at IS NULL AND s.expires_at > ?3
             ORDER BY s.id",
            session::columns("s")
        )
    });
    all(conn, &SQL, params![actor.bytes(), tenant.bytes(), now.as_millis()], session::read)
}

/// The same in which others act for this user.
pub(crate) fn acts_for(
    conn: Conn<'_>,
    (tenant, user): (TenantId, UserId),
    now: Timestamp,
) -> Result<Vec<Session>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {} FROM sessions s
             WHERE s.id IN ({OF_USER}) AND s.tenant_id = ?2 AND s.actor_id IS NOT NULL AND s.ended_at IS NULL
                 AND s.expires_at > ?3
             ORDER BY s.id",
            session::columns("s")
        )
    });
    all(conn, &SQL, params![user.bytes(), tenant.bytes(), now.as_millis()], session::read)
}
