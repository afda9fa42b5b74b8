//! Minting: a ticket for a user, by a system or a person who may.

use super::PREFIX;
use super::binding::Bindings;
use super::life::TicketState;
use super::model::{Change, Idempotency, Minter, NewTicket, Purpose, Ticket};
use crate::access::{Caller, Forbidden, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::client::{Client, ClientStatus};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::{ClientId, TenantId, TicketId, UserId};
use crate::parts::Parts;
use crate::ports::{Member, random};
use crate::signin::Fences;
use crate::text::{self, InvalidText};
use crate::time::{Span, Timestamp};
use crate::user::UserStatus;
use authms_crypto::{OpaqueToken, Secret, SecretString, sha256};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Mint {
    /// Whom the ticket signs in.
    pub user: UserId,
    /// The tenant; the caller's if absent.
    pub tenant: Option<TenantId>,
    /// Its lifetime; the policy's default if absent.
    pub ttl_seconds: Option<i64>,
    /// The only client that may redeem it.
    pub client: Option<ClientId>,
    /// S256 challenge for the redeemer's verifier.
    pub proof: Option<String>,
    /// What else it is bound to.
    pub bindings: Bindings,
    /// What it is for; decided by who mints for whom if absent.
    pub purpose: Option<Purpose>,
    /// Why, where the minter acts on the user's behalf.
    pub reason: Option<String>,
    /// When the user authenticated, as the minter vouches.
    pub subject_auth_time: Option<Timestamp>,
    /// How the user authenticated (RFC 8176), as the minter vouches.
    pub subject_amr: Vec<String>,
    /// Makes the request safe to repeat.
    pub idempotency_key: Option<String>,
}

impl Mint {
    /// The shortest lifetime.
    pub const MIN_TTL: Span = Span::seconds(10);
    /// The longest lifetime.
    pub const MAX_TTL: Span = Span::seconds(600);

    /// A plain ticket for a user.
    pub fn for_user(user: UserId) -> Self {
        Self {
            user,
            tenant: None,
            ttl_seconds: None,
            client: None,
            proof: None,
            bindings: Bindings::default(),
            purpose: None,
            reason: None,
            subject_auth_time: None,
            subject_amr: Vec::new(),
            idempotency_key: None,
        }
    }
}

/// A new ticket; the only time that its secret is shown.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The bearer text.
    pub ticket: SecretString,
    /// Its identifier, for the audit log and for revoking it.
    pub id: TicketId,
    /// How long it lives.
    pub expires_in: Span,
    /// What it is for.
    pub purpose: Purpose,
}

/// Why nothing was minted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MintError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// The lifetime is out of range.
    #[error("ttl_seconds must be between 10 and 600")]
    Lifetime,
    /// No such user in the caller's tenant.
    #[error("no such user")]
    UnknownUser,
    /// The user may not sign in.
    #[error("the user is not active")]
    UserInactive,
    /// The caller's tenant has no such active client.
    #[error("client_id names no active client")]
    UnknownClient,
    /// The client may not redeem such tickets.
    #[error("the client may not redeem tickets of this purpose")]
    ClientPurpose,
    /// The purpose does not fit who mints for whom.
    #[error("this purpose is not open to this caller for this user")]
    Purpose,
    /// Acting on somebody's behalf needs a reason.
    #[error("a ticket on somebody's behalf needs a reason")]
    ReasonRequired,
    /// The idempotency key was used for the same request.
    #[error("the idempotency key was used")]
    Repeated(TicketId),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Mints a ticket.
///
/// # Errors
/// [`MintError`]; then nothing is stored.
pub async fn mint(parts: &Parts, caller: &Caller, ask: Mint, source: &Source) -> Result<Minted, MintError> {
    caller.require_tenant(ask.tenant)?;
    let minter = minter_of(caller, &ask)?;
    let subject = member(parts, caller.tenant(), ask.user).await?;
    let purpose = purpose_for(caller, &ask, subject.role)?;
    let issuance = Issuance { tenant: caller.tenant(), minter, purpose, subject, caller };
    issue(parts, issuance, ask, source).await
}

/// Mints an `sso` ticket at the operator's command line, which ranks above everybody.
///
/// # Errors
/// [`MintError`]; then nothing is stored.
pub async fn mint_at_console(parts: &Parts, tenant: TenantId, ask: Mint) -> Result<Minted, MintError> {
    mint(parts, &Caller::Console(tenant), ask, &Source::default()).await
}

struct Issuance<'a> {
    tenant: TenantId,
    minter: Minter,
    purpose: Purpose,
    subject: Member,
    caller: &'a Caller,
}

fn minter_of(caller: &Caller, ask: &Mint) -> Result<Minter, Forbidden> {
    let vouches = ask.subject_auth_time.is_some() || !ask.subject_amr.is_empty();
    match caller {
        Caller::System(system) => {
            caller.require(Permission::TicketMint)?;
            if vouches {
                caller.require(Permission::TicketVouch)?;
            }
            Ok(Minter::System(system.key))
        }
        Caller::Person(person) => {
            if person.acting.is_some() {
                return Err(Forbidden::OnBehalf);
            }
            if vouches {
                return Err(Forbidden::Permission(Permission::TicketVouch));
            }
            if person.user != ask.user {
                caller.require(Permission::TicketOnBehalf)?;
            }
            Ok(Minter::Person { user: person.user, session: person.session })
        }
        Caller::Console(_) => Ok(Minter::Console),
    }
}

async fn member(parts: &Parts, tenant: TenantId, user: UserId) -> Result<Member, MintError> {
    let member = parts.store.member(tenant, user).await.map_err(Fault::from)?;
    match member {
        None => Err(MintError::UnknownUser),
        Some(m) if m.user.status == UserStatus::Deleted => Err(MintError::UnknownUser),
        Some(m) if m.user.status != UserStatus::Active => Err(MintError::UserInactive),
        Some(m) => Ok(m),
    }
}

/// What the ticket is for follows from who mints for whom; a stated purpose may only agree. A person's ticket for
/// anybody else acts on their behalf, whatever is stated.
fn purpose_for(caller: &Caller, ask: &Mint, subject: Role) -> Result<Purpose, MintError> {
    match caller {
        Caller::System(system) => {
            if subject > system.rank {
                return Err(Forbidden::Rank.into());
            }
            if ask.purpose == Some(Purpose::OnBehalf) { Err(MintError::Purpose) } else { Ok(Purpose::Sso) }
        }
        Caller::Person(person) if person.user == ask.user => {
            if ask.purpose == Some(Purpose::OnBehalf) {
                Err(MintError::Purpose)
            } else {
                Ok(Purpose::Sso)
            }
        }
        Caller::Person(person) => {
            if subject >= person.role {
                return Err(Forbidden::Rank.into());
            }
            if ask.reason.is_none() { Err(MintError::ReasonRequired) } else { Ok(Purpose::OnBehalf) }
        }
        Caller::Console(_) if ask.purpose == Some(Purpose::OnBehalf) => Err(MintError::Purpose),
        Caller::Console(_) => Ok(Purpose::Sso),
    }
}

async fn issue(
    parts: &Parts,
    issuance: Issuance<'_>,
    ask: Mint,
    source: &Source,
) -> Result<Minted, MintError> {
    let now = parts.now();
    let ttl = lifetime(parts, issuance.purpose, ask.ttl_seconds)?;
    let reason = ask.reason.as_deref().map(|r| text::label("reason", r, 500)).transpose()?;
    let proof = ask.proof.as_deref().map(text::proof).transpose()?.map(str::to_owned);
    check_vouching(&ask, now)?;
    let client = client(parts, &issuance, ask.client).await?;
    let idempotency = idempotency(&issuance, &ask)?;
    let bound = ask.bindings.check(client.as_ref())?;
    let fences = fences(parts, &issuance, client.map(|c| c.fence)).await?;

    let id = TicketId::generate(now, &*parts.rng);
    let token = OpaqueToken { id: *id.bytes(), secret: Secret::new(random(&*parts.rng)) };
    let ticket = Ticket {
        id,
        tenant: issuance.tenant,
        subject: ask.user,
        purpose: issuance.purpose,
        minter: issuance.minter,
        secret_hash: token.hash(),
        client: ask.client,
        proof,
        network: bound.network,
        redirect_uri: bound.redirect_uri,
        context_hash: bound.context_hash,
        reason,
        subject_auth_time: ask.subject_auth_time,
        subject_amr: ask.subject_amr,
        fences,
        created_at: now,
        expires_at: now.plus(ttl),
        state: TicketState::Issued,
        attempts: 0,
        replays: 0,
    };
    let event = minted_event(&ticket, &issuance, ttl, source);
    let mut commit = Commit::new(event.into_row(now, &*parts.rng));
    if let Some(key) = &idempotency {
        commit = commit.guard(Guard::IdempotencyFree { scope: key.scope, key_hash: key.key_hash });
    }
    let change = Change::Mint(Box::new(NewTicket { ticket, ttl, idempotency }));
    match parts.store.commit(commit.change(commit::Change::Ticket(change))).await {
        Ok(_) => Ok(Minted { ticket: token.format(PREFIX), id, expires_in: ttl, purpose: issuance.purpose }),
        Err(CommitError::Conflict(_)) => Err(repeated(parts, idempotency).await?),
        Err(other) => Err(Fault::from(other).into()),
    }
}

fn lifetime(parts: &Parts, purpose: Purpose, asked: Option<i64>) -> Result<Span, MintError> {
    let ttl = match asked {
        Some(seconds) => Span::seconds(seconds.clamp(0, i64::from(i32::MAX))),
        None => match purpose {
            Purpose::Sso => parts.policy.ticket_ttl,
            Purpose::OnBehalf => parts.policy.on_behalf_ttl,
        },
    };
    if (Mint::MIN_TTL..=Mint::MAX_TTL).contains(&ttl) { Ok(ttl) } else { Err(MintError::Lifetime) }
}

fn check_vouching(ask: &Mint, now: Timestamp) -> Result<(), InvalidText> {
    if ask.subject_auth_time.is_some_and(|t| t > now.plus(Span::seconds(60))) {
        return Err(InvalidText { member: "subject_auth_time", problem: "must not be in the future" });
    }
    let word = |w: &String| {
        (1..=32).contains(&w.len())
            && w.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    };
    if ask.subject_amr.len() > 10 || !ask.subject_amr.iter().all(word) {
        return Err(InvalidText { member: "subject_amr", problem: "must list at most 10 RFC 8176 values" });
    }
    Ok(())
}

async fn client(
    parts: &Parts,
    issuance: &Issuance<'_>,
    client: Option<ClientId>,
) -> Result<Option<Client>, MintError> {
    let Some(id) = client else { return Ok(None) };
    let client = parts.store.client(id).await.map_err(Fault::from)?.ok_or(MintError::UnknownClient)?;
    if client.tenant != issuance.tenant || client.status != ClientStatus::Active {
        return Err(MintError::UnknownClient);
    }
    if !client.purposes.contains(&issuance.purpose) {
        return Err(MintError::ClientPurpose);
    }
    Ok(Some(client))
}

/// The fences of everything that this minting was decided on: if any of them moves before the redemption, the
/// ticket is dead.
async fn fences(parts: &Parts, issuance: &Issuance<'_>, client: Option<u32>) -> Result<Fences, MintError> {
    let tenant = parts.store.tenant(issuance.tenant).await.map_err(Fault::from)?;
    let mut fences = Fences {
        user: Some(issuance.subject.user.fence),
        tenant: tenant.map(|t| t.fence),
        membership: Some(issuance.subject.fence),
        client,
        ..Fences::default()
    };
    match issuance.caller {
        Caller::System(system) => fences.key = Some(system.fence),
        Caller::Person(person) if person.user != issuance.subject.user.id => {
            let actor = member(parts, issuance.tenant, person.user).await?;
            fences.actor = Some(actor.user.fence);
            fences.actor_membership = Some(actor.fence);
        }
        Caller::Person(_) | Caller::Console(_) => {}
    }
    Ok(fences)
}

fn idempotency(issuance: &Issuance<'_>, ask: &Mint) -> Result<Option<Idempotency>, InvalidText> {
    let Some(key) = &ask.idempotency_key else { return Ok(None) };
    let key = text::idempotency_key(key)?;
    // Debug shows every member of the request, in order; the key itself must not differ by itself.
    let meaning = format!("{:?}", Mint { idempotency_key: None, ..ask.clone() });
    Ok(Some(Idempotency {
        scope: issuance.minter.scope(),
        key_hash: sha256(key.as_bytes()),
        request_hash: sha256(meaning.as_bytes()),
    }))
}

async fn repeated(parts: &Parts, idempotency: Option<Idempotency>) -> Result<MintError, MintError> {
    let Some(asked) = idempotency else { return Ok(Fault::Changed.into()) };
    let known = parts.store.by_idempotency(asked.scope, asked.key_hash).await.map_err(Fault::from)?;
    Ok(match known {
        Some((id, before)) if before.request_hash == asked.request_hash => MintError::Repeated(id),
        Some(_) => MintError::KeyReused,
        None => Fault::Changed.into(),
    })
}

fn minted_event(ticket: &Ticket, issuance: &Issuance<'_>, ttl: Span, source: &Source) -> Event {
    Event::new(EventName::TicketMinted, Some(ticket.tenant))
        .by(issuance.caller)
        .ticket(ticket.id)
        .subject(ticket.subject)
        .text("purpose", ticket.purpose.as_str())
        .number("ttl_seconds", ttl.as_seconds())
        .client(ticket.client)
        .text_if("reason", ticket.reason.clone())
        .from(source)
}
