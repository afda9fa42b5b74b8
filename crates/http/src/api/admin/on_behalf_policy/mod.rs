//! What a tenant asks of those who act on somebody's behalf.

pub mod show;
pub mod update;

use crate::wire::Text;
use authms_core::access::Role;
use authms_core::id::{ClientId, UserId};
use authms_core::on_behalf::{OnBehalfPolicy, Rule};
use authms_core::text::InvalidText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A tenant's rules for acting on somebody's behalf.
#[derive(Serialize, ToSchema, Debug)]
pub struct OnBehalfPolicyDetails {
    /// Whether an actor may, in an emergency, act without anybody's leave; others are told at once.
    break_glass: bool,
    /// How users are told of acts by mail: `at_once`, `daily`, `off`.
    notice: &'static str,
    /// Why they are not; null: they are.
    notice_off_reason: Option<String>,
    /// For whom nobody acts.
    opted_out: Vec<String>,
    /// Whether another administrator has to approve every act.
    require_approval: bool,
    /// Whether the user has to agree to every act.
    require_consent: bool,
    /// Whether every act needs a reference.
    require_reference: bool,
    /// Who may act for whom; none: whoever has `ticket:on_behalf`, for everybody of lower rank, only to look.
    rules: Vec<OnBehalfRuleDetails>,
    /// How long an act lasts at the most, in seconds.
    session_ttl_seconds: i64,
    /// Whether an actor may act for several people at once; else a new act ends the one before.
    several_at_once: bool,
}

/// Some who may act for some. An empty list stands for all whom rank allows.
#[derive(Serialize, ToSchema, Debug)]
pub struct OnBehalfRuleDetails {
    /// The roles of who acts.
    actor_roles: Vec<&'static str>,
    /// Who acts.
    actors: Vec<String>,
    /// At which clients; if there are any, nowhere else.
    client_ids: Vec<String>,
    /// The roles of those for whom.
    subject_roles: Vec<&'static str>,
    /// Whether anything may be changed.
    write: bool,
}

/// The same as asked for; an absent list is an empty one. At most 50 entries each.
#[derive(Deserialize, ToSchema, Debug)]
pub struct OnBehalfRule {
    /// The roles of who acts: `support`, `admin`, `super_admin`.
    #[serde(default)]
    actor_roles: Vec<Text<32>>,
    /// Who acts.
    #[serde(default)]
    actors: Vec<Text<64>>,
    /// At which clients; if there are any, nowhere else.
    #[serde(default)]
    client_ids: Vec<Text<64>>,
    /// The roles of those for whom.
    #[serde(default)]
    subject_roles: Vec<Text<32>>,
    /// Whether anything may be changed.
    #[serde(default)]
    write: bool,
}

/// As it is shown.
pub fn render(policy: OnBehalfPolicy) -> OnBehalfPolicyDetails {
    OnBehalfPolicyDetails {
        session_ttl_seconds: policy.ttl().as_seconds(),
        opted_out: policy.opted_out.iter().map(ToString::to_string).collect(),
        break_glass: policy.break_glass,
        require_approval: policy.require_approval,
        require_consent: policy.require_consent,
        require_reference: policy.require_reference,
        several_at_once: policy.several_at_once,
        notice: policy.telling().as_str(),
        notice_off_reason: policy.notice_off,
        rules: policy.rules.into_iter().map(render_rule).collect(),
    }
}

fn render_rule(rule: Rule) -> OnBehalfRuleDetails {
    let roles = |roles: Vec<Role>| roles.into_iter().map(Role::as_str).collect();
    OnBehalfRuleDetails {
        actor_roles: roles(rule.actor_roles),
        actors: rule.actors.iter().map(ToString::to_string).collect(),
        client_ids: rule.clients.iter().map(ToString::to_string).collect(),
        subject_roles: roles(rule.subject_roles),
        write: rule.writes,
    }
}

fn read_users(member: &'static str, ids: &[Text<64>]) -> Result<Vec<UserId>, InvalidText> {
    let users = ids.iter().map(|id| UserId::parse(id)).collect::<Option<_>>();
    users.ok_or(InvalidText { member, problem: "one is no user's identifier" })
}

fn read_rule(rule: OnBehalfRule) -> Result<Rule, InvalidText> {
    let wrong = |problem| InvalidText { member: "rules", problem };
    let roles = |names: Vec<Text<32>>| {
        let read = names.iter().map(|name| Role::parse(name)).collect::<Option<Vec<_>>>();
        read.ok_or(wrong("unknown role"))
    };
    let clients = rule.client_ids.iter().map(|id| ClientId::parse(id)).collect::<Option<_>>();
    Ok(Rule {
        actor_roles: roles(rule.actor_roles)?,
        actors: read_users("rules", &rule.actors)?,
        subject_roles: roles(rule.subject_roles)?,
        clients: clients.ok_or(wrong("a client_id is no client's identifier"))?,
        writes: rule.write,
    })
}
