//! What we share with an endpoint, sealed at rest.

use super::model::Webhook;
use crate::id::WebhookId;
use crate::parts::Parts;
use crate::ports::random;
use crate::time::Timestamp;
use authms_crypto::WebhookSecret;

/// A new secret, and what is kept of it.
pub(super) fn new(parts: &Parts, id: WebhookId) -> (WebhookSecret, Vec<u8>) {
    let secret = WebhookSecret::new(random(&*parts.rng));
    let sealed = authms_crypto::seal(&parts.secrets.webhook_seal, &context(id), secret.expose());
    (secret, sealed)
}

/// The secrets that sign now, the present one first; none: they were sealed under another master key.
pub(super) fn signing(parts: &Parts, webhook: &Webhook, now: Timestamp) -> Vec<WebhookSecret> {
    let former = webhook.former.as_ref().filter(|former| former.until > now);
    let sealed = std::iter::once(&webhook.secret).chain(former.map(|former| &former.sealed));
    sealed.filter_map(|sealed| open(parts, webhook.id, sealed)).collect()
}

fn open(parts: &Parts, id: WebhookId, sealed: &[u8]) -> Option<WebhookSecret> {
    let plain = authms_crypto::open(&parts.secrets.webhook_seal, &context(id), sealed).ok()?;
    Some(WebhookSecret::new(<[u8; 32]>::try_from(plain.as_slice()).ok()?))
}

fn context(id: WebhookId) -> Vec<u8> {
    [b"webhooks".as_slice(), id.bytes()].concat()
}
