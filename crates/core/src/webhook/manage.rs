//! Creating, looking at, changing and deleting endpoints.

use super::events;
use super::model::{Change, DisabledWhy, Former, Progress, Webhook};
use super::{secret, url};
use crate::access::{Caller, Forbidden, Permission};
use crate::audit::log::{Log, tree};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::fault::Fault;
use crate::id::{EventId, TenantId, WebhookId};
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::text::{self, InvalidText};
use crate::time::Span;
use authms_crypto::SecretString;

/// The most endpoints that a tenant may have.
pub const MOST: u32 = 20;

/// How long a replaced secret signs beside the new one.
pub const OVERLAP: Span = Span::hours(24);

/// Why nothing was done about a webhook.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WebhookError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// Nothing may be posted to this URL.
    #[error("url: {0}")]
    Url(&'static str),
    /// The tenant has as many as are allowed.
    #[error("a tenant has at most {MOST} webhooks")]
    TooMany,
    /// No such webhook in the caller's tenant.
    #[error("no such webhook")]
    Unknown,
    /// The event was not told to this webhook, or it is too long ago.
    #[error("no such delivery")]
    UnknownDelivery,
    /// The webhook is disabled.
    #[error("the webhook is disabled")]
    Disabled,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CommitError> for WebhookError {
    fn from(error: CommitError) -> Self {
        Fault::from(error).into()
    }
}

/// A webhook to be created.
#[derive(Clone, Debug)]
pub struct CreateWebhook {
    /// Where: https, or on this machine.
    pub url: String,
    /// What it is called, up to 200 characters.
    pub description: Option<String>,
    /// Which events.
    pub events: Vec<String>,
}

/// A webhook with its secret, which is shown this once.
#[derive(Clone, Debug)]
pub struct CreatedWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// What its receiver verifies with.
    pub secret: SecretString,
}

/// What is to change; absent members stay.
#[derive(Clone, Debug, Default)]
pub struct UpdateWebhook {
    /// Where from now on; what waits goes there, too.
    pub url: Option<String>,
    /// What it is called.
    pub description: Option<String>,
    /// Which events from now on.
    pub events: Option<Vec<String>>,
    /// Whether it is told anything. Enabled again, it goes on where it stopped.
    pub is_enabled: Option<bool>,
    /// When it is enabled again: begin with what happens from now on.
    pub skip_missed: bool,
}

/// Creates a webhook in the caller's tenant. It is told what is sealed from now on.
///
/// # Errors
/// [`WebhookError`]
pub async fn create(
    parts: &Parts,
    caller: &Caller,
    ask: CreateWebhook,
    source: &Source,
) -> Result<CreatedWebhook, WebhookError> {
    require_manager(caller)?;
    check_url(parts, &ask.url)?;
    let (tenant, now) = (caller.tenant(), parts.now());
    let id = WebhookId::generate(now, &*parts.rng);
    let (secret, sealed) = secret::new(parts, id);
    let webhook = Webhook {
        id,
        tenant,
        url: ask.url,
        description: description(ask.description)?,
        events: events::checked(ask.events)?,
        secret: sealed,
        former: None,
        disabled: None,
        rev: 1,
        created_at: now,
        updated_at: now,
        progress: Progress {
            next_leaf: end_of_log(parts, tenant).await?,
            turn: 0,
            free_at: now,
            failures: 0,
            failing_since: None,
        },
    };
    let event = event(EventName::WebhookCreated, &webhook, caller, source)
        .text("url", webhook.url.clone())
        .text("events", webhook.events.join(" "));
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::WebhooksBelow { tenant, bound: MOST })
        .change(commit::Change::Webhook(Change::Create(Box::new(webhook.clone()))));
    match parts.store.commit(commit).await {
        Err(CommitError::Conflict(_)) => Err(WebhookError::TooMany),
        written => Ok(written.map(|_| CreatedWebhook { webhook, secret: secret.format() })?),
    }
}

/// One webhook of the caller's tenant.
///
/// # Errors
/// [`WebhookError`]
pub async fn get(parts: &Parts, caller: &Caller, id: WebhookId) -> Result<Webhook, WebhookError> {
    caller.require(Permission::WebhookRead)?;
    owned(parts, caller, id).await
}

/// The webhooks of the caller's tenant, oldest first.
///
/// # Errors
/// [`WebhookError`]
pub async fn list(parts: &Parts, caller: &Caller, page: PageRequest) -> Result<Page<Webhook>, WebhookError> {
    caller.require(Permission::WebhookRead)?;
    Ok(parts.store.webhooks(caller.tenant(), page).await.map_err(Fault::from)?)
}

/// The names of all events that webhooks can choose.
///
/// # Errors
/// [`Forbidden`]
pub fn names(caller: &Caller) -> Result<Vec<&'static str>, Forbidden> {
    caller.require(Permission::WebhookRead)?;
    Ok(EventName::ALL.iter().map(|name| name.as_str()).collect())
}

/// Changes a webhook.
///
/// # Errors
/// [`WebhookError`]
pub async fn update(
    parts: &Parts,
    caller: &Caller,
    id: WebhookId,
    ask: UpdateWebhook,
    source: &Source,
) -> Result<Webhook, WebhookError> {
    require_manager(caller)?;
    let before = owned(parts, caller, id).await?;
    if let Some(url) = &ask.url {
        check_url(parts, url)?;
    }
    let resumes = ask.is_enabled == Some(true) && before.disabled.is_some();
    let disabled = match ask.is_enabled {
        None => before.disabled,
        Some(true) => None,
        Some(false) => before.disabled.or(Some(DisabledWhy::Administrator)),
    };
    let webhook = Webhook {
        url: ask.url.unwrap_or(before.url),
        description: if ask.description.is_some() {
            description(ask.description)?
        } else {
            before.description
        },
        events: ask.events.map(events::checked).transpose()?.unwrap_or(before.events),
        disabled,
        ..before
    };
    let from = if resumes && ask.skip_missed { Some(end_of_log(parts, webhook.tenant).await?) } else { None };
    let event = event(EventName::WebhookUpdated, &webhook, caller, source)
        .text("url", webhook.url.clone())
        .text("events", webhook.events.join(" "))
        .text("status", webhook.disabled.map_or("active", |_| "disabled"));
    let resume = resumes.then_some(commit::Change::Webhook(Change::Resume { id, from }));
    write(parts, webhook, event, resume).await
}

/// Gives a webhook a new secret. The former signs beside it for [`OVERLAP`], the one before that no longer.
///
/// # Errors
/// [`WebhookError`]
pub async fn rotate_secret(
    parts: &Parts,
    caller: &Caller,
    id: WebhookId,
    source: &Source,
) -> Result<CreatedWebhook, WebhookError> {
    require_manager(caller)?;
    let before = owned(parts, caller, id).await?;
    let (secret, sealed) = secret::new(parts, id);
    let former = Some(Former { sealed: before.secret.clone(), until: parts.now().plus(OVERLAP) });
    let webhook = Webhook { secret: sealed, former, ..before };
    let event = event(EventName::WebhookUpdated, &webhook, caller, source).text("what", "secret");
    let webhook = write(parts, webhook, event, None).await?;
    Ok(CreatedWebhook { webhook, secret: secret.format() })
}

/// Deletes a webhook. What waits is not told any more.
///
/// # Errors
/// [`WebhookError`]
pub async fn delete(
    parts: &Parts,
    caller: &Caller,
    id: WebhookId,
    source: &Source,
) -> Result<(), WebhookError> {
    require_manager(caller)?;
    let before = owned(parts, caller, id).await?;
    let event = event(EventName::WebhookDeleted, &before, caller, source).text("url", before.url.clone());
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Webhook(id), rev: before.rev })
        .change(commit::Change::Webhook(Change::Delete(id)));
    parts.store.commit(commit).await?;
    Ok(())
}

/// Has a webhook told of this very act, whichever events it has chosen: to try it out. The event's identifier.
///
/// # Errors
/// [`WebhookError`]
pub async fn ping(
    parts: &Parts,
    caller: &Caller,
    id: WebhookId,
    source: &Source,
) -> Result<EventId, WebhookError> {
    require_manager(caller)?;
    let webhook = owned(parts, caller, id).await?;
    if webhook.disabled.is_some() {
        return Err(WebhookError::Disabled);
    }
    let row = event(EventName::WebhookTested, &webhook, caller, source).into_row(parts.now(), &*parts.rng);
    let event = row.id;
    // Nothing is changed: the row itself is what is told.
    let guard = Guard::Rev { row: Row::Webhook(id), rev: webhook.rev };
    parts.store.commit(Commit::new(row).guard(guard)).await?;
    Ok(event)
}

/// Demands that the caller manages webhooks. Whoever does reads the audit log by them.
pub(super) fn require_manager(caller: &Caller) -> Result<(), Forbidden> {
    caller.require(Permission::WebhookWrite)?;
    caller.require(Permission::AuditRead)
}

pub(super) async fn owned(parts: &Parts, caller: &Caller, id: WebhookId) -> Result<Webhook, WebhookError> {
    let webhook = parts.store.webhook(id).await.map_err(Fault::from)?;
    webhook.filter(|webhook| webhook.tenant == caller.tenant()).ok_or(WebhookError::Unknown)
}

/// An event about a webhook.
pub(super) fn event(name: EventName, webhook: &Webhook, caller: &Caller, source: &Source) -> Event {
    Event::new(name, Some(webhook.tenant)).by(caller).text("webhook", webhook.id.to_string()).from(source)
}

/// Writes a webhook that was read and changed, unless somebody else was faster.
async fn write(
    parts: &Parts,
    webhook: Webhook,
    event: Event,
    more: Option<commit::Change>,
) -> Result<Webhook, WebhookError> {
    let rev = webhook.rev;
    let mut webhook = Webhook { rev: rev + 1, ..webhook };
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Webhook(webhook.id), rev })
        .change(commit::Change::Webhook(Change::Update(Box::new(webhook.clone()))))
        .with(more);
    webhook.updated_at = parts.store.commit(commit).await?.at;
    Ok(webhook)
}

fn check_url(parts: &Parts, url: &str) -> Result<(), WebhookError> {
    url::check(url).map_err(WebhookError::Url)?;
    let refused = parts.poster.as_ref().and_then(|poster| poster.refuses(url));
    refused.map_or(Ok(()), |why| Err(WebhookError::Url(why)))
}

fn description(text: Option<String>) -> Result<String, InvalidText> {
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => text::label("description", &text, 200),
        None => Ok(String::new()),
    }
}

async fn end_of_log(parts: &Parts, tenant: TenantId) -> Result<u64, Fault> {
    Ok(tree(&*parts.store, Log(Some(tenant))).await?.map_or(0, |tree| tree.size))
}
