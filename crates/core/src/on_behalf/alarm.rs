//! Breaking the glass: nobody is asked, and others are told at once.

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
    let mut letters = Vec::new();
    for role in Role::ALL.into_iter().filter(|role| role.grants(Permission::UserWrite)) {
        let filter = UserFilter { status: Some(UserStatus::Active), role: Some(role), search: None };
        let most = PageRequest::new(None, Some(PageRequest::MAX_SIZE));
        let members = parts.store.members(me.tenant, filter, most).await?.items;
        let others = members.iter().map(|m| &m.user).filter(|user| user.id != me.user && user.id != subject);
        letters.extend(
            others.filter_map(|user| message::notice_of_act(parts, (user, Notice::GlassBroken), act, source)),
        );
    }
    Ok(letters)
}
