//! One ticket, decided on what was read and drafted as a commit. Reads nothing.

use super::ask::{Existing, Mint, MintError, Minted};
use super::{newcomer, rules};
use crate::access::Caller;
use crate::audit::{Event, EventName, Source};
use crate::client::Client;
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::TicketId;
use crate::on_behalf::{self, Cleared, Step};
use crate::parts::Parts;
use crate::ports::{Member, random};
use crate::signin::Fences;
use crate::tenant::Tenant;
use crate::text::{self, InvalidText};
use crate::ticket::PREFIX;
use crate::ticket::life::{Revocation, TicketState};
use crate::ticket::model::{Change, Idempotency, Minter, NewTicket, Purpose, Ticket};
use crate::ticket::policy::TicketPolicy;
use crate::time::Span;
use authms_crypto::{OpaqueToken, Secret, sha256};

/// Who mints, and from where.
pub(super) struct By<'a> {
    pub(super) caller: &'a Caller,
    pub(super) minter: Minter,
    pub(super) source: &'a Source,
}

/// What the decision rests on, as it was read.
pub(super) struct Ground<'a> {
    pub(super) subject: &'a Member,
    /// Whether the subject is created by the commit that mints.
    pub(super) is_new: bool,
    /// The client that the ticket is to be bound to, if there is one of that identifier.
    pub(super) client: Option<&'a Client>,
    pub(super) tenant: Option<&'a Tenant>,
    /// The person who mints, if it is another than the subject.
    pub(super) actor: Option<&'a Member>,
    /// Whether they proved a second factor just now.
    pub(super) fresh: bool,
    /// Whether the subject said that nobody acts for them.
    pub(super) opted_out: bool,
    /// What was cleared for it.
    pub(super) cleared: Option<&'a Cleared>,
    /// Letters to others, if the glass is to be broken.
    pub(super) alarm: &'a [commit::Change],
}

/// A ticket that is minted once its commit is durable.
pub(super) struct Draft {
    pub(super) commit: Commit,
    pub(super) minted: Minted,
}

impl Draft {
    /// Decides, and drafts the commit.
    pub(super) fn new(
        parts: &Parts,
        by: &By<'_>,
        ground: &Ground<'_>,
        ask: Mint,
        key: Option<Idempotency>,
    ) -> Result<Self, MintError> {
        let now = parts.now();
        let tenant = by.caller.tenant();
        let purpose = rules::purpose(by.caller, &ask, ground.subject)?;
        if purpose == Purpose::OnBehalf {
            rules::may_act(by.caller, ground, &ask)?;
            rules::is_cleared(ground, &ask)?;
            rules::is_heard(ground, &ask)?;
        }
        let policy = TicketPolicy::of(by.caller, ground.tenant);
        policy.check(&ask)?;
        let ttl = policy.lifetime(&parts.policy, purpose, ask.ttl_seconds)?;
        let reason = ask.reason.as_deref().map(|r| text::label("reason", r, 500)).transpose()?;
        let terms = rules::terms(purpose, ask.terms.clone())?;
        let proof = ask.proof.as_deref().map(text::proof).transpose()?.map(str::to_owned);
        rules::check_vouching(&ask, now)?;
        if ask.client.is_some() {
            rules::check_client(ground.client.ok_or(MintError::UnknownClient)?, tenant, purpose)?;
        }
        let bound = ask.bindings.check(ground.client)?;

        let id = TicketId::generate(now, &*parts.rng);
        let token = OpaqueToken { id: *id.bytes(), secret: Secret::new(random(&*parts.rng)) };
        let ticket = Ticket {
            id,
            tenant,
            subject: ground.subject.user.id,
            purpose,
            minter: by.minter,
            secret_hash: token.hash(),
            client: ask.client,
            proof,
            network: bound.network,
            redirect_uri: bound.redirect_uri,
            context_hash: bound.context_hash,
            reason,
            terms,
            subject_auth_time: ask.subject_auth_time,
            subject_amr: ask.subject_amr,
            minted_ip: by.source.ip.filter(|_| matches!(by.minter, Minter::Person { .. })),
            fences: fences(by, ground),
            created_at: now,
            expires_at: now.plus(ttl),
            state: TicketState::Issued,
            attempts: 0,
            replays: 0,
        };
        let event = minted_event(&ticket, by, ttl, ask.existing);
        let mut commit = Commit::new(event.into_row(now, &*parts.rng));
        if let Some(actor) = ticket.minter.acts_for(ticket.subject) {
            // Of one that was cleared it is written already, when it was asked.
            if ground.cleared.is_none() {
                commit = commit.audit(on_behalf::requested(parts, &ticket, actor, by.source));
            }
        }
        if let Some(key) = &key {
            commit = commit.guard(Guard::IdempotencyFree { scope: key.scope, key_hash: key.key_hash });
        }
        if ground.is_new {
            commit = newcomer::create(parts, by, ground.subject, commit);
        }
        let commit = make_room(commit, &ticket, ask.existing).with(ground.alarm.iter().cloned());
        let commit = match ground.cleared.map(|cleared| cleared.request.id) {
            Some(id) => commit
                .guard(Guard::ActRequestPermits { id, step: Step::Use })
                .change(commit::Change::OnBehalf(on_behalf::Change::Use(id))),
            None => commit,
        };
        let change = Change::Mint(Box::new(NewTicket { ticket, ttl, idempotency: key }));
        let minted = Minted { ticket: token.format(PREFIX), id, expires_in: ttl, purpose };
        Ok(Self { commit: commit.change(commit::Change::Ticket(change)), minted })
    }
}

/// What a commit that was not written says of the request; [`Fault::Changed`]: its idempotency key was used, or
/// somebody else has created its user.
pub(super) fn refused(key: Option<Idempotency>, error: CommitError) -> MintError {
    match error {
        CommitError::Conflict(index) if key.is_none() || index > 0 => MintError::TooMany,
        other => Fault::from(other).into(),
    }
}

/// Those of the same purpose count, so that acting on somebody's behalf never keeps them from signing in themself.
fn make_room(commit: Commit, new: &Ticket, existing: Existing) -> Commit {
    let (tenant, user, client) = (new.tenant, new.subject, new.client);
    match existing {
        Existing::Keep => commit,
        Existing::Replace => commit.change(commit::Change::Ticket(Change::RevokeAll {
            tenant,
            user,
            client: Some(client),
            minter: Some(new.minter),
            why: Revocation::Replaced,
        })),
        Existing::Max(bound) => {
            commit.guard(Guard::TicketsBelow { tenant, user, client, purpose: new.purpose, bound })
        }
    }
}

/// The fences of everything that this minting was decided on: if any of them moves before the redemption, the
/// ticket is dead.
fn fences(by: &By<'_>, ground: &Ground<'_>) -> Fences {
    Fences {
        user: Some(ground.subject.user.fence),
        tenant: ground.tenant.map(|t| t.fence),
        membership: Some(ground.subject.fence),
        client: ground.client.map(|c| c.fence),
        key: match by.caller {
            Caller::System(system) => Some(system.fence),
            _ => None,
        },
        actor: ground.actor.map(|a| a.user.fence),
        actor_membership: ground.actor.map(|a| a.fence),
    }
}

/// The request under the minter's idempotency key, if there is one.
pub(super) fn idempotency(minter: Minter, ask: &Mint) -> Result<Option<Idempotency>, InvalidText> {
    let Some(key) = &ask.idempotency_key else { return Ok(None) };
    let key = text::idempotency_key(key)?;
    // Debug shows every member of the request, in order; what differs by itself must not.
    let meaning = format!("{:?}", Mint { idempotency_key: None, step_up: None, ..ask.clone() });
    Ok(Some(Idempotency {
        scope: minter.scope(),
        key_hash: sha256(key.as_bytes()),
        request_hash: sha256(meaning.as_bytes()),
    }))
}

fn minted_event(ticket: &Ticket, by: &By<'_>, ttl: Span, existing: Existing) -> Event {
    Event::new(EventName::TicketMinted, Some(ticket.tenant))
        .by(by.caller)
        .ticket(ticket.id)
        .subject(ticket.subject)
        .text("purpose", ticket.purpose.as_str())
        .number("ttl_seconds", ttl.as_seconds())
        .client(ticket.client)
        .text_if("reason", ticket.reason.clone())
        .text_if("existing", (existing == Existing::Replace).then_some("replace"))
        .from(by.source)
}
