//! Telling those who administer users: that the glass is broken, or that their approval is asked for.

use crate::access::{Permission, Person, Role};
use crate::audit::Source;
use crate::commit;
use crate::fault::Fault;
use crate::id::UserId;
use crate::message::{self, ActTold, Notice};
use crate::page::PageRequest;
use crate::parts::Parts;
use crate::user::{UserFilter, UserStatus};

/// How many others must be told at the least.
pub(crate) const TOLD_AT_LEAST: usize = 2;

/// Letters to those who administer users, but for the actor and the subject: for the commit of the act. So many of each role
/// that nobody hides among newer ones.
pub(crate) async fn alarm(
    parts: &Parts,
    me: &Person,
    subject: UserId,
    act: ActTold<'_>,
    source: &Source,
) -> Result<Vec<commit::Change>, Fault> {
    letters(parts, me, (subject, None), (Notice::GlassBroken, act), source).await
}

/// The same to those who may approve a request: who rank strictly above this role, too.
pub(crate) async fn ask_approvers(
    parts: &Parts,
    me: &Person,
    (subject, above): (UserId, Role),
    act: ActTold<'_>,
    source: &Source,
) -> Result<Vec<commit::Change>, Fault> {
    letters(parts, me, (subject, Some(above)), (Notice::ApprovalAsked, act), source).await
}

async fn letters(
    parts: &Parts,
    me: &Person,
    (subject, above): (UserId, Option<Role>),
    (notice, act): (Notice, ActTold<'_>),
    source: &Source,
) -> Result<Vec<commit::Change>, Fault> {
    let mut letters = Vec::new();
    for role in administering(above) {
        let filter = UserFilter { status: Some(UserStatus::Active), role: Some(role), search: None };
        let most = PageRequest::new(None, Some(PageRequest::MAX_SIZE));
        let members = parts.store.members(me.tenant, filter, most).await?.items;
        let others = members.iter().map(|m| &m.user).filter(|user| user.id != me.user && user.id != subject);
        letters.extend(others.filter_map(|user| message::notice_of_act(parts, (user, notice), act, source)));
    }
    Ok(letters)
}

/// The roles that administer users, if they do so above this one.
fn administering(above: Option<Role>) -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(move |role| role.grants(Permission::UserWrite) && Some(*role) > above)
}
