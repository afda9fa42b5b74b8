//! Whether a session goes on: a refresh is decided as a sign-in is, from what the session proved and where it is now.

use super::assess::{Assessed, EndUser};
use super::decide::{Case, Decision, Demand, Refusal, decide_again};
use super::model::Evidence;
use super::opening::{Ground, Opening};
use crate::audit::Source;
use crate::fault::Fault;
use crate::parts::Parts;
use crate::risk::{Device, Opened};
use crate::session::{Origin, Session, SessionView};

/// What comes of a refresh.
pub(crate) enum Renewal {
    /// The session goes on.
    GoesOn,
    /// Something has to be proved before.
    Asks(Box<Opening>),
    /// It does not.
    Refused(Refusal),
}

/// Decides whether a living session goes on. Where it began, with what the tenant asks for met, nothing more is read.
pub(crate) async fn renew(
    parts: &Parts,
    view: &SessionView,
    source: &Source,
) -> Result<(Renewal, Assessed), Fault> {
    let SessionView { session, standing, .. } = view;
    let evidence = evidence(session);
    let case = Case {
        evidence: &evidence,
        fenced_on: Some(&session.fences),
        standing,
        idle: parts.policy.session_idle,
    };
    let decide = |assessed: &Assessed| decide_again(&case, assessed, session.created_at, parts.now());
    let mut assessed = assess(parts, view, source).await?;
    let mut decision = decide(&assessed);
    if let Decision::Challenge(Demand { why, .. }) = decision
        && why.is_policy()
    {
        assessed.end_user = known(parts, view, source).await?;
        decision = decide(&assessed);
    }
    let renewal = match decision {
        Decision::Grant(_) => Renewal::GoesOn,
        Decision::Refuse(why) => Renewal::Refused(why),
        Decision::Challenge(demand) => ask(parts, view, (demand, evidence), &assessed, source).await?,
    };
    Ok((renewal, assessed))
}

/// What the sign-in proved. The client's fence stands for the client, as that of the minter does for the minter.
fn evidence(session: &Session) -> Evidence {
    Evidence {
        method: session.method,
        subject: session.user,
        amr: session.amr.clone(),
        auth_time: session.auth_time,
        minted_in_session: false,
        acting: session.acting.clone(),
        client: None,
        ticket: session.ticket,
    }
}

async fn assess(parts: &Parts, view: &SessionView, source: &Source) -> Result<Assessed, Fault> {
    let Some(opened) = moved(parts, view, source) else { return Ok(Assessed::unmoved()) };
    let SessionView { session, standing, .. } = view;
    let end_user = EndUser::direct(parts, source, standing).await?;
    let remembered = parts.store.remembered(session.tenant, session.user).await?;
    Ok(Assessed::moved(parts, standing, (end_user, remembered, opened)))
}

/// Where the session began, if it goes on elsewhere or with something else, and the tenant minds.
fn moved(parts: &Parts, view: &SessionView, source: &Source) -> Option<Opened> {
    let Session { client, origin, .. } = &view.session;
    let config = &view.standing.tenant.risk_config;
    // Who refreshes behind a client may be the client, whose address is nobody's.
    let compared = config.session_risk_enabled && !config.weights.are_silent() && client.is_none();
    if !compared || (origin.ip == source.ip && origin.user_agent == source.user_agent) {
        return None;
    }
    let seen = |origin: &Origin| Opened {
        place: origin.ip.map(|ip| parts.places.place(ip)).unwrap_or_default(),
        agent: origin.user_agent.as_deref().and_then(|text| parts.agents.agent(text)),
    };
    let opened = seen(origin);
    let here = seen(&Origin { ip: source.ip, user_agent: source.user_agent.clone() });
    let is_bad = source.ip.is_some_and(|ip| parts.places.is_bad(ip));
    (is_bad || opened.is_left(&here.place, here.agent.as_ref())).then_some(opened)
}

/// Who refreshes, looked at closely: what the tenant asks of everybody is met, too, by the device that the session was
/// opened with, as long as its user trusts it.
async fn known(parts: &Parts, view: &SessionView, source: &Source) -> Result<EndUser, Fault> {
    let SessionView { session, standing, .. } = view;
    let mut end_user = match session.client {
        Some(_) => EndUser::unseen(),
        None => EndUser::direct(parts, source, standing).await?,
    };
    if end_user.device != Device::Trusted
        && let Some(id) = session.device
        && let Some(device) = parts.store.device(id).await?
        && device.standing(&standing.user, &standing.fences, parts.now()) == Device::Trusted
    {
        end_user.device = Device::Trusted;
    }
    Ok(end_user)
}

async fn ask(
    parts: &Parts,
    view: &SessionView,
    (demand, evidence): (Demand, Evidence),
    assessed: &Assessed,
    source: &Source,
) -> Result<Renewal, Fault> {
    let SessionView { session, standing, .. } = view;
    let client = match session.client {
        Some(id) => parts.store.client(id).await?,
        None => None,
    };
    let evidence = Evidence { client, ..evidence };
    let ground = Ground {
        evidence,
        standing,
        assessed,
        minted_by: session.minted_by,
        source,
        secret: None,
        renews: Some(session.id),
    };
    Ok(match Opening::plan(parts, Decision::Challenge(demand), ground).await? {
        Ok(Opening::Session(_)) => Renewal::GoesOn,
        Ok(opening) => Renewal::Asks(Box::new(opening)),
        Err(why) => Renewal::Refused(why),
    })
}
