//! A user's own profile.

use super::error::UserError;
use super::list::me;
use super::model::{Change, User};
use crate::access::{Forbidden, Person};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit};
use crate::factor;
use crate::fault::Fault;
use crate::message::Language;
use crate::parts::Parts;
use crate::text::InvalidText;

/// What a user says of themself; absent members stay.
#[derive(Clone, Debug, Default)]
pub struct UpdateProfile {
    /// The language that they are written to in; inside, `None`: that of the request, as if they had never said one.
    pub language: Option<Option<Language>>,
    /// Their user name as it is: only administrators change it.
    pub username: Option<String>,
    /// Whether they have a second factor, as it is: factors are enrolled and removed by proving them.
    pub has_factor: Option<bool>,
}

/// Changes the caller's own profile.
///
/// # Errors
/// [`UserError::Invalid`] also for what is not changed here and is not as it was said to be.
pub async fn update_profile(
    parts: &Parts,
    caller: &Person,
    ask: &UpdateProfile,
    source: &Source,
) -> Result<(), UserError> {
    if caller.acting.is_some() {
        return Err(Forbidden::OnBehalf.into());
    }
    let before = me(parts, caller).await?;
    unchanged(parts, &before, ask).await?;
    let Some(language) = ask.language.filter(|language| *language != before.language) else { return Ok(()) };
    let event = Event::new(EventName::UserUpdated, Some(caller.tenant))
        .subject(caller.user)
        .text("actor", caller.user.to_string())
        .from(source);
    let change = Change::SetLanguage { user: before.id, language };
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng)).change(commit::Change::User(change));
    parts.store.commit(commit).await?;
    Ok(())
}

/// Clients that send a whole profile back say what is as it is; what they would change is never taken silently.
async fn unchanged(parts: &Parts, user: &User, ask: &UpdateProfile) -> Result<(), UserError> {
    if ask.username.is_some() && ask.username != user.username {
        return Err(
            InvalidText { member: "username", problem: "can be changed by administrators only" }.into()
        );
    }
    if let Some(said) = ask.has_factor {
        let factors = parts.store.factors_of(user.id).await.map_err(Fault::from)?;
        if said != factor::has_enrolled(&factors) {
            let problem = "follows from the factors that are enrolled and removed under /mfa";
            return Err(InvalidText { member: "mfa_enabled", problem }.into());
        }
    }
    Ok(())
}
