//! Who may mint what for whom: pure.

use super::ask::{Mint, MintError, Subject};
use super::draft::Ground;
use crate::access::{Caller, Forbidden, Permission};
use crate::client::{Client, ClientStatus};
use crate::id::TenantId;
use crate::on_behalf::{self, Act, Cleared, Terms};
use crate::ports::Member;
use crate::text::{self, InvalidText};
use crate::ticket::model::{Minter, Purpose};
use crate::time::{Span, Timestamp};
use crate::user::UserStatus;

/// Who mints, if they may at all.
pub(super) fn minter_of(caller: &Caller, ask: &Mint) -> Result<Minter, Forbidden> {
    let vouches = ask.subject_auth_time.is_some() || !ask.subject_amr.is_empty();
    match caller {
        Caller::System(system) => {
            caller.require(Permission::TicketMint)?;
            system.require_client(ask.client)?;
            if vouches {
                caller.require(Permission::TicketVouch)?;
            }
        }
        Caller::Person(person) => {
            if person.acting.is_some() {
                return Err(Forbidden::OnBehalf);
            }
            if vouches {
                return Err(Forbidden::Permission(Permission::TicketVouch));
            }
            if ask.user != Subject::User(person.user) {
                caller.require(Permission::TicketOnBehalf)?;
            }
        }
        Caller::Console(_) => {}
    }
    Ok(minter(caller))
}

/// The caller as a minter.
pub(super) const fn minter(caller: &Caller) -> Minter {
    match caller {
        Caller::System(system) => Minter::System(system.key),
        Caller::Person(person) => Minter::Person { user: person.user, session: person.session },
        Caller::Console(_) => Minter::Console,
    }
}

/// The member, if they are there and may sign in.
pub(super) fn active(member: Option<&Member>) -> Result<&Member, MintError> {
    match member {
        None => Err(MintError::UnknownUser),
        Some(m) if m.user.status == UserStatus::Deleted => Err(MintError::UnknownUser),
        Some(m) if m.user.status != UserStatus::Active => Err(MintError::UserInactive),
        Some(m) => Ok(m),
    }
}

/// What the ticket is for follows from who mints for whom; a stated purpose may only agree. A person's ticket for
/// anybody else acts on their behalf, whatever is stated.
pub(super) fn purpose(caller: &Caller, ask: &Mint, subject: &Member) -> Result<Purpose, MintError> {
    match caller {
        Caller::System(system) => {
            if subject.role > system.rank {
                return Err(Forbidden::Rank.into());
            }
            if ask.purpose == Some(Purpose::OnBehalf) { Err(MintError::Purpose) } else { Ok(Purpose::Sso) }
        }
        Caller::Person(person) if person.user == subject.user.id => {
            if ask.purpose == Some(Purpose::OnBehalf) { Err(MintError::Purpose) } else { Ok(Purpose::Sso) }
        }
        Caller::Person(person) => {
            if subject.role >= person.role {
                return Err(Forbidden::Rank.into());
            }
            let blank = ask.reason.as_deref().is_none_or(|reason| reason.trim().is_empty());
            if blank { Err(MintError::ReasonRequired) } else { Ok(Purpose::OnBehalf) }
        }
        Caller::Console(_) if ask.purpose == Some(Purpose::OnBehalf) => Err(MintError::Purpose),
        Caller::Console(_) => Ok(Purpose::Sso),
    }
}

/// That whoever acts may, for this subject, there, and like this; at last that they have shown who they are.
pub(super) fn may_act(caller: &Caller, ground: &Ground<'_>, ask: &Mint) -> Result<(), MintError> {
    let person = caller.person()?;
    let policy = ground.tenant.map(|t| &t.on_behalf_policy).ok_or(MintError::UnknownUser)?;
    let act = Act {
        actor: person.user,
        actor_role: person.role,
        subject: ground.subject.user.id,
        subject_role: ground.subject.role,
        // Without one any client may redeem it: which, is looked at then.
        client: ask.client.map(Some),
        terms: &ask.terms,
    };
    let is_out = ground.opted_out && !ask.terms.broke_glass;
    if is_out || !policy.permits(act) {
        return Err(MintError::OnBehalfPolicy);
    }
    if policy.require_reference && ask.terms.reference.is_none() {
        return Err(MintError::ReferenceRequired);
    }
    if ground.fresh { Ok(()) } else { Err(MintError::NotFresh) }
}

/// That whoever has to was asked before.
pub(super) fn is_cleared(ground: &Ground<'_>, ask: &Mint) -> Result<(), MintError> {
    let cleared = ground.tenant.is_some_and(|t| t.on_behalf_policy.is_cleared(&ask.terms));
    if cleared { Ok(()) } else { Err(MintError::NotCleared) }
}

/// That enough others are told, if the glass is to be broken.
pub(super) fn is_heard(ground: &Ground<'_>, ask: &Mint) -> Result<(), MintError> {
    let heard = !ask.terms.broke_glass || ground.alarm.len() >= on_behalf::TOLD_AT_LEAST;
    if heard { Ok(()) } else { Err(MintError::NoAlarm) }
}

/// The same request as it was cleared; what is said beside that must not differ. Without one nothing is cleared, whatever is
/// asked.
pub(super) fn as_cleared(ask: Mint, cleared: Option<&Cleared>) -> Result<Mint, MintError> {
    let Some(cleared) = cleared else {
        let Terms { writes, reference, broke_glass, .. } = ask.terms;
        return Ok(Mint { terms: Terms { writes, reference, broke_glass, ..Terms::default() }, ..ask });
    };
    let request = &cleared.request;
    // Who was given leave breaks no glass.
    let agrees = !ask.terms.broke_glass
        && ask.reason.as_ref().is_none_or(|reason| reason.trim() == request.reason)
        && ask
            .terms
            .reference
            .as_ref()
            .is_none_or(|it| Some(it.trim()) == request.terms.reference.as_deref())
        && (ask.client.is_none() || request.client.is_none() || ask.client == request.client)
        && (request.terms.writes || !ask.terms.writes);
    if !agrees {
        return Err(MintError::ActRequest);
    }
    let client = request.client.or(ask.client);
    Ok(Mint { reason: Some(request.reason.clone()), client, terms: cleared.terms(), ..ask })
}

/// The terms of a ticket of this purpose.
pub(super) fn terms(purpose: Purpose, asked: Terms) -> Result<Terms, InvalidText> {
    if purpose != Purpose::OnBehalf {
        return Ok(Terms::default());
    }
    let reference = asked.reference.map(|text| text::label("reference", &text, 100)).transpose()?;
    Ok(Terms { reference, ..asked })
}

/// That what the minter vouches for can be true.
pub(super) fn check_vouching(ask: &Mint, now: Timestamp) -> Result<(), InvalidText> {
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

/// That the client is one of the tenant's, and may redeem such tickets.
pub(super) fn check_client(client: &Client, tenant: TenantId, purpose: Purpose) -> Result<(), MintError> {
    if client.tenant != tenant || client.status != ClientStatus::Active {
        return Err(MintError::UnknownClient);
    }
    if client.purposes.contains(&purpose) { Ok(()) } else { Err(MintError::ClientPurpose) }
}
