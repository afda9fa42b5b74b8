//! Errands: what somebody without any proof asked to be sent. Whether there is anybody to send it to is looked up in
//! the background, so that neither the answer nor its time can tell.

use super::address::Address;
use super::letter;
use super::model::{Outgoing, Way};
use super::template::Template;
use super::{Channel, Language};
use crate::audit::{Event, EventName, Source};
use crate::code::{self, CodeFor, Purpose, SendError};
use crate::commit::Commit;
use crate::fault::Fault;
use crate::id::{MessageId, TenantId, UserId};
use crate::limits::{self, LimitKind, Take, Throttled, network_key};
use crate::parts::Parts;
use crate::signin::Standing;
use crate::tenant::TenantStatus;
use crate::text;
use crate::user::{Identifier, UserStatus};
use authms_crypto::sha256;
use serde::{Deserialize, Serialize};

/// What is to be sent, to whoever is called so.
#[derive(Serialize, Deserialize)]
pub(crate) struct Errand {
    identity: String,
    purpose: String,
    ip: Option<std::net::IpAddr>,
    user_agent: Option<String>,
    request_id: Option<String>,
    language: Option<String>,
}

/// Accepts an errand: the same work, one durable commit, whoever is called so, and whether anybody is.
///
/// # Errors
/// Outside, [`Fault`]; inside, [`Throttled`], by the name and the address it is asked from.
pub(crate) async fn accept(
    parts: &Parts,
    (tenant, identity, purpose): (TenantId, &str, Purpose),
    source: &Source,
) -> Result<Result<(), Throttled>, Fault> {
    if let Err(throttled) = charge(parts, tenant, identity, purpose, source).await? {
        return Ok(Err(throttled));
    }
    let now = parts.now();
    let errand = Errand {
        identity: identity.to_owned(),
        purpose: purpose.as_str().to_owned(),
        ip: source.ip,
        user_agent: source.user_agent.clone(),
        request_id: source.request_id.clone(),
        language: source.language.map(|l| l.as_str().to_owned()),
    };
    let id = MessageId::generate(now, &*parts.rng);
    let row = Outgoing {
        id,
        tenant,
        // Nobody's, as far as anybody knows yet.
        user: UserId::from_bytes([0; 16]),
        way: Way::Errand,
        template: purpose.as_str().to_owned(),
        sealed: letter::seal_json(parts, id, Way::Errand, &errand),
        attempts: 0,
        due_at: now,
        expires_at: Some(now.plus(code::TTL)),
    };
    parts.store.commit(Commit::errand(row)).await?;
    Ok(Ok(()))
}

/// One budget for each name and network. It is the same for names that nobody has.
async fn charge(
    parts: &Parts,
    tenant: TenantId,
    identity: &str,
    purpose: Purpose,
    source: &Source,
) -> Result<Result<(), Throttled>, Fault> {
    let name = text::login_names(identity).first().map_or([0; 32], |n: &Identifier| sha256(n.key.as_bytes()));
    let network = source.ip.map_or_else(Vec::new, network_key);
    let key = [purpose.as_str().as_bytes(), tenant.bytes(), &name, &network].concat();
    limits::charge(parts, &[Take::of(parts, LimitKind::Codes, &key)]).await
}

/// Runs an errand: finds its user, and has a code sent to them. The commit also ends the errand.
pub(super) async fn run(parts: &Parts, row: &Outgoing) -> Result<Commit, Fault> {
    match sending(parts, row).await? {
        Ok(commit) => Ok(commit),
        Err(why) => Ok(Commit::refusal(why)),
    }
}

/// Inside, why nobody is sent anything.
async fn sending(parts: &Parts, row: &Outgoing) -> Result<Result<Commit, &'static str>, Fault> {
    let Some(errand) = letter::open_json::<Errand>(parts, row) else { return Ok(Err("unreadable_errand")) };
    let Some((purpose, template)) = errand.kind() else { return Ok(Err("unreadable_errand")) };
    let found = parts.store.for_login(row.tenant, text::login_names(&errand.identity)).await?;
    let Some((standing, _)) = found.filter(|(standing, _)| may_be_written_to(standing)) else {
        return Ok(Err("code_for_nobody"));
    };
    let Some(to) = address(parts, &standing, &errand.identity, purpose) else {
        return Ok(Err("code_without_address"));
    };
    let source = errand.source();
    let ask = CodeFor { purpose, user: &standing.user, scope: [0; 16], to: &to, template, ttl: code::TTL };
    let sending = match code::send(parts, &ask, &source).await {
        Ok(sending) => sending,
        Err(SendError::Throttled(_)) => return Ok(Err("codes_enough")),
        Err(SendError::NoTransport(_)) => return Ok(Err("code_without_transport")),
        Err(SendError::Fault(fault)) => return Err(fault),
    };
    let event = Event::new(EventName::CodeSent, Some(row.tenant))
        .subject(standing.user.id)
        .text("purpose", purpose.as_str())
        .text("channel", to.channel().as_str())
        .from(&source);
    Ok(Ok(sending.onto(Commit::new(event.into_row(parts.now(), &*parts.rng)))))
}

fn may_be_written_to(standing: &Standing) -> bool {
    standing.user.status == UserStatus::Active
        && standing.tenant.status == TenantStatus::Active
        && standing.role.is_some()
}

/// Codes to sign in with go by e-mail alone; others to the phone number if that was named, else by e-mail, else to the
/// phone number.
fn address(parts: &Parts, standing: &Standing, identity: &str, purpose: Purpose) -> Option<Address> {
    let user = &standing.user;
    let email = || Address::new(Channel::Email, user.email.as_deref()?).filter(|_| parts.mailer.is_some());
    let phone = || Address::new(Channel::Sms, user.phone.as_deref()?).filter(|_| parts.messenger.is_some());
    let named_phone = text::phone(identity).is_ok_and(|p| user.phone.as_deref() == Some(&p));
    match purpose {
        Purpose::SignIn => email(),
        _ if named_phone => phone().or_else(email),
        _ => email().or_else(phone),
    }
}

impl Errand {
    fn kind(&self) -> Option<(Purpose, Template)> {
        let all = [(Purpose::ResetPassword, Template::ResetPassword), (Purpose::SignIn, Template::SignIn)];
        all.into_iter().find(|(purpose, _)| purpose.as_str() == self.purpose)
    }

    fn source(&self) -> Source {
        Source {
            ip: self.ip,
            user_agent: self.user_agent.clone(),
            request_id: self.request_id.clone(),
            language: self.language.as_deref().and_then(Language::parse),
            device_token: None,
            device_claim: None,
        }
    }
}
