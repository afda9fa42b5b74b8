//! Webhooks of the caller's tenant.

pub mod create;
pub mod delete;
pub mod deliveries;
pub mod events;
pub mod list;
pub mod replay;
pub mod replay_dead;
pub mod rotate_secret;
pub mod show;
pub mod test;
pub mod update;

use crate::wire::{AtMost, Text, Time};
use authms_core::webhook::{CreatedWebhook, DisabledWhy, EVENTS, Webhook};
use serde::Serialize;
use utoipa::ToSchema;

/// A webhook; never its secret.
#[derive(Serialize, ToSchema, Debug)]
pub struct WebhookDetails {
    /// When it was created.
    created_at: Time,
    /// What it is called; may be empty.
    description: String,
    /// Why it is disabled: `administrator`, `failing` for days, or `gone`, since it answered 410.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<&'static str>,
    /// Which events: names, kinds such as `user.*`, or `*`.
    events: Vec<String>,
    /// Since when nothing arrives there.
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<Time>,
    /// Until when the secret before signs beside the present one.
    #[serde(skip_serializing_if = "Option::is_none")]
    former_secret_until: Option<Time>,
    /// Its identifier, `whk_…`.
    id: String,
    /// `active` or `disabled`.
    status: &'static str,
    /// Its tenant.
    tenant_id: String,
    /// When it last changed.
    updated_at: Time,
    /// Where events are posted to.
    url: String,
}

impl From<Webhook> for WebhookDetails {
    fn from(webhook: Webhook) -> Self {
        Self {
            created_at: webhook.created_at.into(),
            description: webhook.description,
            disabled_reason: webhook.disabled.map(DisabledWhy::as_str),
            events: webhook.events,
            failing_since: webhook.progress.failing_since.map(Time),
            former_secret_until: webhook.former.map(|former| former.until.into()),
            id: webhook.id.to_string(),
            status: if webhook.disabled.is_some() { "disabled" } else { "active" },
            tenant_id: webhook.tenant.to_string(),
            updated_at: webhook.updated_at.into(),
            url: webhook.url,
        }
    }
}

/// A webhook with its secret.
#[derive(Serialize, ToSchema, Debug)]
pub struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    webhook: WebhookDetails,
    /// What its receiver verifies signatures with, `whsec_…`; shown this once.
    secret: String,
}

impl From<CreatedWebhook> for WebhookWithSecret {
    fn from(created: CreatedWebhook) -> Self {
        Self { secret: created.secret.expose().to_owned(), webhook: created.webhook.into() }
    }
}

fn strings(texts: AtMost<EVENTS, Text<64>>) -> Vec<String> {
    texts.into_vec().into_iter().map(Text::into_string).collect()
}
