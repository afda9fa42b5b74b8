//! Who may mint what for whom: pure.

use super::ask::{Mint, MintError, Subject};
use crate::access::{Caller, Forbidden, Permission};
use crate::client::{Client, ClientStatus};
use crate::id::TenantId;
use crate::ports::Member;
use crate::text::InvalidText;
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
            if ask.reason.is_none() { Err(MintError::ReasonRequired) } else { Ok(Purpose::OnBehalf) }
        }
        Caller::Console(_) if ask.purpose == Some(Purpose::OnBehalf) => Err(MintError::Purpose),
        Caller::Console(_) => Ok(Purpose::Sso),
    }
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
