//! What would become of a sign-in: the way of a real one up to its commit, which is left out.

use super::assess::{Assessed, EndUser};
use super::change_first::state;
use super::decide::{Case, Decision, Refusal, decide};
use super::model::{Evidence, Fences, MethodKind, Standing};
use super::opening::{Ground, Opening};
use crate::access::{Caller, Permission};
use crate::audit::Source;
use crate::device::Device;
use crate::factor::FactorKinds;
use crate::fault::Fault;
use crate::id::{ApiKeyId, DeviceId, UserId};
use crate::mfa::MfaReason;
use crate::parts::Parts;
use crate::ports::Member;
use crate::risk::{self, Assessment, Assurance, Delivery, Place, TicketFacts, View};
use crate::user::{self, UserError};
use std::net::IpAddr;

/// A sign-in that nobody has tried.
#[derive(Clone, Debug)]
pub struct Supposed {
    /// Who signs in.
    pub user: UserId,
    /// How; without it, by password, or by a ticket if they have none here. A ticket is one of a backend that vouches for
    /// nothing.
    pub method: Option<MethodKind>,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// With which `User-Agent`.
    pub user_agent: Option<String>,
    /// On which device of theirs, by its identifier or by what it calls itself: as if it presented its secret. Any other
    /// device is unknown.
    pub device: Option<String>,
}

/// What would become of it.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// How risky it is.
    pub assessment: Assessment,
    /// What follows.
    pub foreseen: Foreseen,
    /// What is known of the device.
    pub device: risk::Device,
}

/// What follows on a sign-in whose proof is right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Foreseen {
    /// The user is signed in.
    Granted,
    /// One of these is asked for.
    Challenged {
        /// What the user has of what satisfies.
        methods: FactorKinds,
        /// Why.
        why: MfaReason,
    },
    /// A factor has to be enrolled first.
    Enrolling {
        /// By what the enrolment goes on; nothing helps but a release if there is none.
        methods: FactorKinds,
        /// Why one is asked for.
        why: MfaReason,
    },
    /// The password must be changed first.
    ChangeFirst,
    /// The user is not signed in.
    Refused(Refusal),
}

/// Evaluates a sign-in of a user of the caller's tenant. Nothing is written and nothing is learned. Whether attempts are
/// left, and whether what was typed is right, is not its concern.
///
/// # Errors
/// [`UserError`]
pub async fn evaluate(parts: &Parts, caller: &Caller, ask: &Supposed) -> Result<Evaluation, UserError> {
    caller.require(Permission::UserRead)?;
    let member = user::existing(parts, caller, ask.user).await?;
    let by_password = member.user.has_password && member.user.tenant == caller.tenant();
    let fallback = if by_password { MethodKind::Password } else { MethodKind::Ticket };
    let standing = standing(parts, caller, member).await?;
    let (device, device_id) = match &ask.device {
        Some(named) => device(parts, &standing, named).await?,
        None => (risk::Device::Unknown, None),
    };
    let (ip, user_agent) = (ask.ip, ask.user_agent.clone());
    let end_user = EndUser { view: View::Direct, ip, user_agent, device, device_id };
    Ok(foresee(parts, &standing, ask.method.unwrap_or(fallback), end_user).await?)
}

/// How a member stands in the caller's tenant.
pub(crate) async fn standing(parts: &Parts, caller: &Caller, member: Member) -> Result<Standing, UserError> {
    let tenant = parts.store.tenant(caller.tenant()).await.map_err(Fault::from)?.ok_or(UserError::Unknown)?;
    let fences = Fences {
        user: Some(member.user.fence),
        tenant: Some(tenant.fence),
        membership: Some(member.fence),
        ..Fences::default()
    };
    Ok(Standing { user: member.user, tenant, role: Some(member.role), fences, actor: None })
}

/// The user's device of this name, the newest first that is known.
async fn device(
    parts: &Parts,
    standing: &Standing,
    named: &str,
) -> Result<(risk::Device, Option<DeviceId>), Fault> {
    let devices = parts.store.devices_of(standing.tenant.id, standing.user.id).await?;
    let is = |d: &&Device| d.id.to_string() == named || d.fingerprint.as_deref() == Some(named);
    let known = devices.iter().filter(is).find_map(|device| {
        let known = device.standing(&standing.user, &standing.fences, parts.now());
        known.proven().then_some((known, Some(device.id)))
    });
    Ok(known.unwrap_or((risk::Device::Unknown, None)))
}

/// Goes the way of a sign-in that proves what this method proves, up to its commit.
pub(crate) async fn foresee(
    parts: &Parts,
    standing: &Standing,
    method: MethodKind,
    end_user: EndUser,
) -> Result<Evaluation, Fault> {
    let now = parts.now();
    let device = end_user.device;
    let evidence = evidence(parts, standing, method);
    let ticket = (method == MethodKind::Ticket).then(|| TicketFacts {
        delivery: Delivery::System,
        assurance: Assurance::Unknown,
        subject_auth_time: None,
        minted_at: now,
        proven: false,
        minted_ip: None,
        minted_place: Place::default(),
    });
    let remembered = parts.store.remembered(standing.tenant.id, standing.user.id).await?;
    let assessed = Assessed::new(parts, &evidence, standing, (end_user, remembered, ticket));
    let case = Case { evidence: &evidence, fenced_on: None, standing, idle: parts.policy.session_idle };
    let decision = decide(&case, &assessed, now);
    let must_change = method == MethodKind::Password && state(standing, now).must_be_changed();
    let foreseen = if matches!(decision, Decision::Grant(_)) && must_change {
        Foreseen::ChangeFirst
    } else {
        let source = Source::default();
        let ground = Ground {
            evidence,
            standing,
            assessed: &assessed,
            // Anything but the command line, which may do what others may not.
            minted_by: Some(ApiKeyId::from_bytes([0; 16])),
            source: &source,
            secret: None,
            renews: None,
        };
        match Opening::plan(parts, decision, ground).await? {
            Err(why) => Foreseen::Refused(why),
            Ok(Opening::Session(_)) => Foreseen::Granted,
            Ok(Opening::Challenge(pending)) => match (pending.awaits, pending.challenge.why) {
                (Some(awaits), why) => Foreseen::Enrolling { methods: awaits.methods, why },
                (None, why) => Foreseen::Challenged { methods: pending.challenge.methods, why },
            },
        }
    };
    Ok(Evaluation { assessment: assessed.assessment, foreseen, device })
}

fn evidence(parts: &Parts, standing: &Standing, method: MethodKind) -> Evidence {
    let amr: &[&str] = match method {
        MethodKind::Ticket => &[],
        MethodKind::Password => &["pwd"],
        MethodKind::EmailCode => &["otp"],
        MethodKind::Passkey if parts.policy.passkey_user_verification => &["hwk", "user", "mfa"],
        MethodKind::Passkey => &["hwk", "user"],
    };
    Evidence {
        method,
        subject: standing.user.id,
        amr: amr.iter().map(|word| (*word).to_owned()).collect(),
        auth_time: (method != MethodKind::Ticket).then(|| parts.now()),
        minted_in_session: false,
        acting: None,
        client: None,
        ticket: None,
    }
}
