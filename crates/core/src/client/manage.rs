//! Looking at, changing and deleting clients.

use super::model::{Change, Client, ClientStatus};
use super::origin::checked_origins;
use super::redirect::checked_uris;
use crate::access::{Caller, Forbidden, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard, Row, Unique};
use crate::fault::Fault;
use crate::id::ClientId;
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::text::{self, InvalidText};
use crate::ticket::Purpose;

/// Why nothing was done to a client.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClientError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// A redirect URI is malformed, or one that nobody can be sent to safely.
    #[error("redirect_uris: {0}")]
    RedirectUri(&'static str),
    /// An origin is not spelled as browsers spell it, or is none that a page can be trusted by.
    #[error("allowed_origins: {0}")]
    Origin(&'static str),
    /// No such client in the caller's tenant.
    #[error("no such client")]
    Unknown,
    /// Another client of the tenant has this name.
    #[error("the client name is taken")]
    NameTaken,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CommitError> for ClientError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Taken(Unique::ClientName) => Self::NameTaken,
            other => Fault::from(other).into(),
        }
    }
}

/// What is to change; absent members stay.
#[derive(Clone, Debug, Default)]
pub struct UpdateClient {
    /// A new name.
    pub name: Option<String>,
    /// Which tickets it may redeem from now on; taking one of them away ends its sessions and tickets at once.
    pub purposes: Option<Vec<Purpose>>,
    /// Its redirect URIs from now on.
    pub redirect_uris: Option<Vec<String>>,
    /// Its allowed origins from now on.
    pub allowed_origins: Option<Vec<String>>,
    /// Whether it may tell of the user behind it from now on.
    pub may_send_context: Option<bool>,
    /// A new status; disabling ends its sessions and tickets at once.
    pub status: Option<ClientStatus>,
}

/// One client of the caller's tenant.
///
/// # Errors
/// [`ClientError`]
pub async fn get(parts: &Parts, caller: &Caller, id: ClientId) -> Result<Client, ClientError> {
    caller.require(Permission::ClientRead)?;
    owned(parts, caller, id).await
}

/// The clients of the caller's tenant.
///
/// # Errors
/// [`ClientError`]
pub async fn list(parts: &Parts, caller: &Caller, page: PageRequest) -> Result<Page<Client>, ClientError> {
    caller.require(Permission::ClientRead)?;
    Ok(parts.store.clients(caller.tenant(), page).await.map_err(Fault::from)?)
}

/// Changes a client.
///
/// # Errors
/// [`ClientError`]
pub async fn update(
    parts: &Parts,
    caller: &Caller,
    id: ClientId,
    ask: UpdateClient,
    source: &Source,
) -> Result<Client, ClientError> {
    caller.require(Permission::ClientWrite)?;
    let before = owned(parts, caller, id).await?;
    let status = ask.status.unwrap_or(before.status);
    let purposes = ask.purposes.unwrap_or_else(|| before.purposes.clone());
    // What it may do no longer it goes on doing nowhere.
    let ends = (status == ClientStatus::Disabled && before.status != ClientStatus::Disabled)
        || before.purposes.iter().any(|purpose| !purposes.contains(purpose));
    let rev = before.rev;
    let mut client = Client {
        name: ask.name.as_deref().map(|n| text::label("name", n, 100)).transpose()?.unwrap_or(before.name),
        purposes,
        redirect_uris: ask.redirect_uris.map(checked_uris).transpose()?.unwrap_or(before.redirect_uris),
        allowed_origins: ask
            .allowed_origins
            .map(checked_origins)
            .transpose()?
            .unwrap_or(before.allowed_origins),
        may_send_context: ask.may_send_context.unwrap_or(before.may_send_context),
        status,
        fence: before.fence + u32::from(ends),
        rev: rev + 1,
        ..before
    };
    let event = Event::new(EventName::ClientUpdated, Some(client.tenant))
        .by(caller)
        .client(Some(id))
        .text("status", status.as_str())
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Client(id), rev })
        .change(commit::Change::Client(Change::Update(Box::new(client.clone()))));
    client.updated_at = parts.store.commit(commit).await?.at;
    Ok(client)
}

/// Deletes a client; its sessions and tickets end at once.
///
/// # Errors
/// [`ClientError`]
pub async fn delete(
    parts: &Parts,
    caller: &Caller,
    id: ClientId,
    source: &Source,
) -> Result<(), ClientError> {
    caller.require(Permission::ClientWrite)?;
    let before = owned(parts, caller, id).await?;
    let event = Event::new(EventName::ClientDeleted, Some(before.tenant))
        .by(caller)
        .client(Some(id))
        .text("name", before.name)
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Client(id), rev: before.rev })
        .change(commit::Change::Client(Change::Delete(id)));
    parts.store.commit(commit).await?;
    Ok(())
}

pub(super) async fn owned(parts: &Parts, caller: &Caller, id: ClientId) -> Result<Client, ClientError> {
    let client = parts.store.client(id).await.map_err(Fault::from)?;
    client.filter(|c| c.tenant == caller.tenant()).ok_or(ClientError::Unknown)
}
