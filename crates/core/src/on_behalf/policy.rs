//! Who may act for whom in a tenant, where, and how long.

use super::Terms;
use crate::access::{Caller, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::fault::Fault;
use crate::id::{ClientId, UserId};
use crate::parts::Parts;
use crate::tenant::{self, Tenant, TenantError};
use crate::text::{self, InvalidText};
use crate::time::Span;

/// A tenant's rules for acting on somebody's behalf. They only ever take away: rank, a fresh second factor, a reason and
/// the audit log are asked for whatever they say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OnBehalfPolicy {
    /// Who may act for whom: one that fits is enough. None at all: whoever has the permission, for everybody below them,
    /// at every client that may redeem such tickets, and only to look.
    pub rules: Vec<Rule>,
    /// For whom nobody acts: at most [`OnBehalfPolicy::MOST_OPTED_OUT`].
    pub opted_out: Vec<UserId>,
    /// Whether every act needs a reference, such as a case number.
    pub require_reference: bool,
    /// Whether another administrator has to approve every act.
    pub require_approval: bool,
    /// Whether the user has to agree to every act.
    pub require_consent: bool,
    /// Whether an actor may, in an emergency, act without anybody's leave: neither that of an administrator nor the user's, who
    /// may have opted out. Others are told at once.
    pub break_glass: bool,
    /// Whether an actor may act for several people at once; else a new act ends the one before.
    pub several_at_once: bool,
    /// How long an act lasts; [`OnBehalfPolicy::USUAL`] if absent.
    pub session_ttl: Option<Span>,
    /// Why users are not told of acts by mail, 1–200 characters; absent: they are.
    pub notice_off: Option<String>,
    /// Whether they are told once a day, not at once.
    pub notice_daily: bool,
}

/// How users are told of acts by mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Telling {
    /// As they begin.
    AtOnce,
    /// Of all that began on a day, after it.
    Daily,
    /// Not at all.
    Off,
}

impl Telling {
    /// The name on the wire and in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Daily => "daily",
            Self::Off => "off",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::AtOnce, Self::Daily, Self::Off].into_iter().find(|t| t.as_str() == name)
    }
}

/// Some who may act for some. An empty list stands for all whom rank allows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rule {
    /// Who acts: of one of these roles,
    pub actor_roles: Vec<Role>,
    /// and one of these users.
    pub actors: Vec<UserId>,
    /// For whom: users of one of these roles.
    pub subject_roles: Vec<Role>,
    /// At which clients; if there are any, nowhere else.
    pub clients: Vec<ClientId>,
    /// Whether they may change anything there.
    pub writes: bool,
}

/// An act as a policy sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act<'a> {
    pub actor: UserId,
    pub actor_role: Role,
    pub subject: UserId,
    pub subject_role: Role,
    /// `None` inside: at our own endpoints. `None`: not known yet.
    pub client: Option<Option<ClientId>>,
    pub terms: &'a Terms,
}

impl OnBehalfPolicy {
    /// How long an act lasts if nobody says.
    pub const USUAL: Span = Span::seconds(1800);
    /// How long it lasts at the most.
    pub const LONGEST: Span = Span::seconds(3600);
    /// The most rules, and the most entries in a list of one.
    pub const MOST: usize = 50;
    /// The most users who have opted out: every sign-in of the tenant reads the policy.
    pub const MOST_OPTED_OUT: usize = 200;

    /// How long an act lasts.
    pub fn ttl(&self) -> Span {
        self.session_ttl.unwrap_or(Self::USUAL).min(Self::LONGEST)
    }

    /// How users are told.
    pub const fn telling(&self) -> Telling {
        match (&self.notice_off, self.notice_daily) {
            (Some(_), _) => Telling::Off,
            (None, true) => Telling::Daily,
            (None, false) => Telling::AtOnce,
        }
    }

    /// Whether a rule fits this act.
    pub(crate) fn permits(&self, act: Act<'_>) -> bool {
        let below = act.subject_role < act.actor_role && act.actor_role.grants(Permission::TicketOnBehalf);
        let fits = match self.rules.as_slice() {
            [] => !act.terms.writes,
            rules => rules.iter().any(|rule| rule.fits(act)),
        };
        let broke = act.terms.broke_glass;
        let open = if broke { self.break_glass } else { !self.opted_out.contains(&act.subject) };
        below && fits && open
    }

    /// Whether whoever has to was asked before these terms.
    pub(crate) const fn is_cleared(&self, terms: &Terms) -> bool {
        let asked = (terms.approved || !self.require_approval) && (terms.agreed || !self.require_consent);
        asked || (terms.broke_glass && self.break_glass)
    }
}

impl Rule {
    fn fits(&self, act: Act<'_>) -> bool {
        fn among<T: PartialEq>(list: &[T], one: &T) -> bool {
            list.is_empty() || list.contains(one)
        }
        let at = |client: Option<ClientId>| match client {
            Some(id) => among(&self.clients, &id),
            None => self.clients.is_empty(),
        };
        among(&self.actor_roles, &act.actor_role)
            && among(&self.actors, &act.actor)
            && among(&self.subject_roles, &act.subject_role)
            && act.client.is_none_or(at)
            && (self.writes || !act.terms.writes)
    }
}

/// What is to change; absent members stay.
#[derive(Clone, Debug, Default)]
pub struct UpdateOnBehalfPolicy {
    /// See [`OnBehalfPolicy::rules`].
    pub rules: Option<Vec<Rule>>,
    /// See [`OnBehalfPolicy::opted_out`].
    pub opted_out: Option<Vec<UserId>>,
    /// See [`OnBehalfPolicy::require_reference`].
    pub require_reference: Option<bool>,
    /// See [`OnBehalfPolicy::require_approval`].
    pub require_approval: Option<bool>,
    /// See [`OnBehalfPolicy::require_consent`].
    pub require_consent: Option<bool>,
    /// See [`OnBehalfPolicy::break_glass`].
    pub break_glass: Option<bool>,
    /// See [`OnBehalfPolicy::several_at_once`].
    pub several_at_once: Option<bool>,
    /// In seconds; an inner `None` goes back to [`OnBehalfPolicy::USUAL`].
    pub session_ttl: Option<Option<i64>>,
    /// How users are told. Not at all: only with a reason.
    pub notice: Option<Telling>,
    /// Why they are not; an inner `None`: they are.
    pub notice_off: Option<Option<String>>,
}

/// The policy of the caller's tenant.
///
/// # Errors
/// [`TenantError`]
pub async fn policy(parts: &Parts, caller: &Caller) -> Result<OnBehalfPolicy, TenantError> {
    caller.require(Permission::TenantRead)?;
    Ok(own(parts, caller).await?.on_behalf_policy)
}

/// Changes the policy of the caller's tenant: at once for what is begun, also by tickets that are minted already.
///
/// # Errors
/// [`TenantError`]
pub async fn update_policy(
    parts: &Parts,
    caller: &Caller,
    ask: UpdateOnBehalfPolicy,
    source: &Source,
) -> Result<OnBehalfPolicy, TenantError> {
    caller.require(Permission::TenantWrite)?;
    let tenant = own(parts, caller).await?;
    let policy = changed(&tenant.on_behalf_policy, ask)?;
    let rev = tenant.rev;
    let after = Tenant { on_behalf_policy: policy.clone(), rev: rev + 1, ..tenant };
    let commit = Commit::new(event(&after, caller).from(source).into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Tenant(after.id), rev })
        .change(commit::Change::Tenant(tenant::Change::Update(after)));
    parts.store.commit(commit).await?;
    Ok(policy)
}

async fn own(parts: &Parts, caller: &Caller) -> Result<Tenant, TenantError> {
    parts.store.tenant(caller.tenant()).await.map_err(Fault::from)?.ok_or(TenantError::Unknown)
}

fn changed(before: &OnBehalfPolicy, ask: UpdateOnBehalfPolicy) -> Result<OnBehalfPolicy, InvalidText> {
    let long = |rule: &Rule| {
        [rule.actor_roles.len(), rule.actors.len(), rule.subject_roles.len(), rule.clients.len()]
            .into_iter()
            .any(|entries| entries > OnBehalfPolicy::MOST)
    };
    if ask.rules.as_ref().is_some_and(|rules| rules.len() > OnBehalfPolicy::MOST || rules.iter().any(long)) {
        return Err(InvalidText {
            member: "rules",
            problem: "must be at most 50, of at most 50 entries a list",
        });
    }
    if ask.opted_out.as_ref().is_some_and(|users| users.len() > OnBehalfPolicy::MOST_OPTED_OUT) {
        return Err(InvalidText { member: "opted_out", problem: "must be at most 200 users" });
    }
    let session_ttl = match ask.session_ttl {
        None => before.session_ttl,
        Some(None) => None,
        Some(Some(seconds @ 60..=3600)) => Some(Span::seconds(seconds)),
        Some(Some(_)) => {
            let problem = "must be between 60 and 3600";
            return Err(InvalidText { member: "session_ttl_seconds", problem });
        }
    };
    let (notice_off, notice_daily) = notice(before, ask.notice, ask.notice_off)?;
    Ok(OnBehalfPolicy {
        rules: ask.rules.unwrap_or_else(|| before.rules.clone()),
        opted_out: ask.opted_out.unwrap_or_else(|| before.opted_out.clone()),
        require_reference: ask.require_reference.unwrap_or(before.require_reference),
        require_approval: ask.require_approval.unwrap_or(before.require_approval),
        require_consent: ask.require_consent.unwrap_or(before.require_consent),
        break_glass: ask.break_glass.unwrap_or(before.break_glass),
        several_at_once: ask.several_at_once.unwrap_or(before.several_at_once),
        session_ttl,
        notice_off,
        notice_daily,
    })
}

/// Why users are not told, and whether they are told by the day. A reason alone switches it off, as the lack of one on.
fn notice(
    before: &OnBehalfPolicy,
    how: Option<Telling>,
    why: Option<Option<String>>,
) -> Result<(Option<String>, bool), InvalidText> {
    let member = "notice_off_reason";
    let why = match why {
        Some(Some(why)) => Some(Some(text::label(member, &why, 200)?)),
        other => other,
    };
    match (how, why) {
        (None, None) => Ok((before.notice_off.clone(), before.notice_daily)),
        (None, Some(None)) => Ok((None, before.notice_daily)),
        (None | Some(Telling::Off), Some(why @ Some(_))) => Ok((why, false)),
        (Some(Telling::Off), None) if before.notice_off.is_some() => Ok((before.notice_off.clone(), false)),
        (Some(Telling::Off), _) => Err(InvalidText { member, problem: "must say why users are not told" }),
        (Some(_), Some(Some(_))) => Err(InvalidText { member, problem: "is for where users are not told" }),
        (Some(how), _) => Ok((None, how == Telling::Daily)),
    }
}

/// Tells the whole policy, so that the log can be read without what went before.
fn event(tenant: &Tenant, caller: &Caller) -> Event {
    let policy = &tenant.on_behalf_policy;
    let yes = |rule: bool| if rule { "yes" } else { "no" };
    let rules: Vec<_> = policy.rules.iter().map(tell).collect();
    let opted_out: Vec<_> = policy.opted_out.iter().map(ToString::to_string).collect();
    Event::new(EventName::OnBehalfPolicyChanged, Some(tenant.id))
        .by(caller)
        .text("rules", rules.join("; "))
        .text("opted_out", opted_out.join(","))
        .text("require_reference", yes(policy.require_reference))
        .text("require_approval", yes(policy.require_approval))
        .text("require_consent", yes(policy.require_consent))
        .text("break_glass", yes(policy.break_glass))
        .text("several_at_once", yes(policy.several_at_once))
        .number("session_ttl_seconds", policy.ttl().as_seconds())
        .text("notice", policy.telling().as_str())
        .text_if("notice_off", policy.notice_off.clone())
}

fn tell(rule: &Rule) -> String {
    let roles = |roles: &[Role]| roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(",");
    let (actors, clients): (Vec<_>, Vec<_>) = (
        rule.actors.iter().map(ToString::to_string).collect(),
        rule.clients.iter().map(ToString::to_string).collect(),
    );
    format!(
        "actors {} {} for {} at {}{}",
        roles(&rule.actor_roles),
        actors.join(","),
        roles(&rule.subject_roles),
        clients.join(","),
        if rule.writes { ", may write" } else { "" }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    fn id<K>(n: u8) -> crate::id::Id<K> {
        crate::id::Id::from_bytes([n; 16])
    }

    fn rule() -> impl Strategy<Value = Rule> {
        let roles = || subsequence(Role::ALL.to_vec(), 0..=4);
        let ids = || proptest::collection::vec(0u8..3, 0..3);
        (roles(), ids(), roles(), ids(), any::<bool>()).prop_map(|(a, users, s, clients, writes)| Rule {
            actor_roles: a,
            actors: users.into_iter().map(id).collect(),
            subject_roles: s,
            clients: clients.into_iter().map(id).collect(),
            writes,
        })
    }

    proptest! {
        /// Whatever a policy says: nobody acts for their equals or betters, and nobody writes whom no rule lets write.
        #[test]
        fn p20_no_policy_lifts_anybody_above_their_rank(
            rules in proptest::collection::vec(rule(), 0..4),
            (actor, subject, out) in (0u8..3, 3u8..6, 3u8..6),
            roles in (select(Role::ALL.to_vec()), select(Role::ALL.to_vec())),
            client in proptest::option::of(0u8..3),
            (writes, break_glass, broke_glass) in any::<(bool, bool, bool)>(),
        ) {
            let policy =
                OnBehalfPolicy { rules, opted_out: vec![id(out)], break_glass, ..OnBehalfPolicy::default() };
            let terms = Terms { writes, broke_glass, ..Terms::default() };
            let client = client.map(id);
            let act = Act { actor: id(actor), actor_role: roles.0, subject: id(subject), subject_role: roles.1, client: Some(client), terms: &terms };
            if policy.permits(act) {
                prop_assert!(roles.1 < roles.0);
                prop_assert!(subject != out || (break_glass && broke_glass), "opted out");
                prop_assert!(break_glass || !broke_glass, "no glass to break");
                prop_assert!(roles.0.grants(Permission::TicketOnBehalf));
                prop_assert!(!writes || policy.rules.iter().any(|r| r.writes));
                let listed = |r: &Rule| client.map_or(r.clients.is_empty(), |c| r.clients.is_empty() || r.clients.contains(&c));
                prop_assert!(policy.rules.is_empty() || policy.rules.iter().any(listed));
            }
        }
    }

    #[test]
    fn whoever_has_to_is_asked_before() {
        for bits in 0..64u8 {
            let bit = |n: u8| bits & (1 << n) != 0;
            let (require_approval, require_consent, break_glass) = (bit(0), bit(1), bit(2));
            let policy = OnBehalfPolicy {
                require_approval,
                require_consent,
                break_glass,
                ..OnBehalfPolicy::default()
            };
            let terms = Terms { approved: bit(3), agreed: bit(4), broke_glass: bit(5), ..Terms::default() };
            let missing = (require_approval && !terms.approved) || (require_consent && !terms.agreed);
            let broken = break_glass && terms.broke_glass;
            assert_eq!(policy.is_cleared(&terms), broken || !missing, "{bits:06b}");
        }
    }

    #[test]
    fn without_rules_one_may_only_look() {
        let policy = OnBehalfPolicy::default();
        let permits = |writes| {
            let terms = Terms { writes, ..Terms::default() };
            let (actor_role, subject_role) = (Role::Support, Role::Member);
            policy.permits(Act {
                actor: id(1),
                actor_role,
                subject: id(2),
                subject_role,
                client: None,
                terms: &terms,
            })
        };
        assert!(permits(false));
        assert!(!permits(true));
    }
}
