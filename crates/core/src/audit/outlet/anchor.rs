//! Telling somebody by webhook of the heads that were signed, each with what shows that its log begins with the one before.

use super::model::{ANCHOR, Told, Untold};
use super::turn::Turn;
use crate::audit::log::{self, Anchor, Head};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::{Post, Poster};
use crate::time::Span;
use authms_crypto::{WebhookSecret, merkle, sha256};
use serde_json::json;

/// Logs that are looked at in one turn.
const LOGS: u32 = 10_000;

/// Heads in one message.
const BATCH: usize = 100;

/// Where heads are posted.
#[derive(Clone, Debug)]
pub struct AnchorAt {
    /// Where.
    pub url: String,
    /// What messages are signed with.
    pub secret: Option<WebhookSecret>,
    /// How often.
    pub every: Span,
}

/// Posts the heads that were signed since the last time, unless that was just now, or somebody else does. Called every few seconds by every
/// process that serves.
///
/// # Errors
/// [`Fault`] of the store; that nobody takes the heads is none.
pub async fn anchor(parts: &Parts, at: &AnchorAt) -> Result<(), Fault> {
    let Some(poster) = parts.poster.as_deref() else { return Ok(()) };
    let Some(turn) = Turn::take(parts, ANCHOR).await? else { return Ok(()) };
    let untold = parts.store.audit_untold(ANCHOR, LOGS).await?;
    let mut forked = None;
    for batch in untold.chunks(BATCH) {
        let (mut anchors, mut told) = (Vec::new(), Vec::new());
        for Untold { tree, head, .. } in batch {
            let last =
                head.as_ref().and_then(|text| Head::verify(text, parts.secrets.audit_key.verifying()).ok());
            match log::next_anchor(parts, tree, last.map(|(head, _)| head).as_ref()).await? {
                Ok(anchor) => anchors.extend(anchor),
                Err(other) => {
                    forked = Some(other.to_string());
                    continue;
                }
            }
            told.push(Told { log: tree.log, next: tree.size, head: Some(tree.head.clone()) });
        }
        if !anchors.is_empty()
            && let Err(why) = post(parts, poster, at, &anchors).await
        {
            return turn.end(Err(why)).await;
        }
        if !told.is_empty() && !turn.told(told, 0).await? {
            return Ok(());
        }
    }
    turn.end(forked.map_or(Ok(at.every), Err)).await
}

async fn post(parts: &Parts, poster: &dyn Poster, at: &AnchorAt, anchors: &[Anchor]) -> Result<(), String> {
    let now = parts.now();
    let data = json!({ "iss": parts.policy.issuer, "anchors": anchors });
    // The same heads have the same name, however often they are told.
    let name = merkle::to_hex(&sha256(data.to_string().as_bytes()));
    let body = json!({ "type": "audit.anchored", "timestamp": now.to_string(), "data": data });
    let (id, body, seconds) =
        (format!("anc_{}", &name[..32]), body.to_string().into_bytes(), now.as_seconds());
    let mut headers = vec![("webhook-id", id.clone()), ("webhook-timestamp", seconds.to_string())];
    if let Some(secret) = &at.secret {
        headers.push(("webhook-signature", secret.sign(&id, seconds, &body)));
    }
    let answered = poster.post(&Post { url: at.url.clone(), headers, body }).await?;
    match answered.status {
        200..300 => Ok(()),
        status => Err(format!("the answer was {status}")),
    }
}
