//! What the tickets of one call rest on, each read once.

use super::ask::{Mint, MintError, Subject};
use super::draft::{By, Ground};
use super::rules;
use crate::access::Caller;
use crate::client::Client;
use crate::fault::Fault;
use crate::id::{ClientId, UserId};
use crate::parts::Parts;
use crate::ports::Member;
use crate::tenant::Tenant;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Users and clients by identifier, none for what is not there. Kept for one call: should any of them change meanwhile,
/// its fence kills the tickets.
#[derive(Default)]
pub(super) struct Known {
    tenant: Option<Tenant>,
    external: HashMap<String, UserId>,
    members: HashMap<UserId, Option<Member>>,
    clients: HashMap<ClientId, Option<Client>>,
}

impl Known {
    /// Reads what these need and is not known yet.
    pub(super) async fn read(
        &mut self,
        parts: &Parts,
        caller: &Caller,
        asks: impl Iterator<Item = &Mint> + Clone,
    ) -> Result<(), Fault> {
        let tenant = caller.tenant();
        if self.tenant.is_none() {
            self.tenant = parts.store.tenant(tenant).await?;
        }
        let actor = match caller {
            Caller::Person(person) => Some(person.user),
            Caller::System(_) | Caller::Console(_) => None,
        };
        let names: Vec<&str> = asks.clone().filter_map(|ask| self.unknown_name(&ask.user)).collect();
        if !names.is_empty() {
            let found = parts.store.by_external_id(tenant, &names).await?;
            let found = names.into_iter().zip(found);
            let found: Vec<_> = found.filter_map(|(name, user)| Some((name.to_owned(), user?))).collect();
            self.external.extend(found);
        }
        let mut unknown: Vec<UserId> =
            asks.clone().filter_map(|ask| self.user(&ask.user)).chain(actor).collect();
        unknown.retain(|user| !self.members.contains_key(user));
        unknown.sort_unstable();
        unknown.dedup();
        let members = parts.store.members_by_id(tenant, &unknown).await?;
        self.members.extend(unknown.into_iter().zip(members));
        for client in asks.filter_map(|ask| ask.client) {
            if let Entry::Vacant(unknown) = self.clients.entry(client) {
                unknown.insert(parts.store.client(client).await?);
            }
        }
        Ok(())
    }

    /// Whom an item is for; `None`: nobody is called so yet.
    pub(super) fn user(&self, asked: &Subject) -> Option<UserId> {
        match asked {
            Subject::User(user) => Some(*user),
            Subject::External(id) => self.external.get(id).copied(),
        }
    }

    fn unknown_name<'n>(&self, asked: &'n Subject) -> Option<&'n str> {
        match asked {
            Subject::External(id) if !self.external.contains_key(id) => Some(id),
            _ => None,
        }
    }

    /// The user of this identifier, if they may sign in.
    pub(super) fn member(&self, user: UserId) -> Result<&Member, MintError> {
        rules::active(self.members.get(&user).and_then(Option::as_ref))
    }

    /// What the decision on this one rests on.
    pub(super) fn ground<'a>(
        &'a self,
        by: &By<'_>,
        ask: &Mint,
        subject: &'a Member,
        is_new: bool,
    ) -> Result<Ground<'a>, MintError> {
        Ok(Ground {
            subject,
            is_new,
            client: ask.client.and_then(|id| self.clients.get(&id)).and_then(Option::as_ref),
            tenant: self.tenant.as_ref(),
            actor: by.minter.acts_for(subject.user.id).map(|user| self.member(user)).transpose()?,
            // Nobody acts by a batch.
            fresh: false,
            opted_out: false,
            cleared: None,
            alarm: &[],
        })
    }
}
