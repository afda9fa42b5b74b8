//! Whose names these are.

use super::create::{CreateUser, named};
use super::error::UserError;
use super::model::User;
use crate::access::{Caller, Permission};
use crate::fault::Fault;
use crate::id::UserId;
use crate::parts::Parts;

/// Looks whether a user could be created, and creates none: `None` if so, and who it is if all of these names are one
/// user's already.
///
/// # Errors
/// [`UserError`], as creating would: [`UserError::Taken`] if somebody has one of the names, but not all, or a name that
/// reads like one.
pub async fn whose(parts: &Parts, caller: &Caller, ask: &CreateUser) -> Result<Option<UserId>, UserError> {
    caller.require(Permission::UserWrite)?;
    let wanted = named(parts, caller, ask)?;
    let mut owners = Vec::new();
    for identifier in wanted.identifiers() {
        let found = parts.store.for_login(caller.tenant(), vec![identifier]).await.map_err(Fault::from)?;
        owners.push(found.map(|(standing, _)| standing.user));
    }
    if owners.iter().all(Option::is_none) {
        return Ok(None);
    }
    match owners.into_iter().collect::<Option<Vec<_>>>().as_deref() {
        Some([first, others @ ..]) if others.iter().all(|o| o.id == first.id) && is(first, &wanted) => {
            Ok(Some(first.id))
        }
        _ => Err(UserError::Taken),
    }
}

/// Whether the names are the very same, where `wanted` has some, and do not only read alike.
fn is(user: &User, wanted: &User) -> bool {
    let same = |own: &Option<String>, wanted: &Option<String>| wanted.is_none() || own == wanted;
    same(&user.username, &wanted.username)
        && same(&user.email, &wanted.email)
        && same(&user.phone, &wanted.phone)
        && same(&user.external_id, &wanted.external_id)
}
