//! Giving an API key a new secret, while the old one works for a while yet.

use super::PREFIX;
use super::create::CreatedKey;
use super::manage::{KeyError, changeable, event, update};
use super::model::{ApiKey, PreviousSecret};
use crate::access::Caller;
use crate::audit::{EventName, Source};
use crate::id::ApiKeyId;
use crate::parts::Parts;
use crate::ports::random;
use crate::text::InvalidText;
use crate::time::Span;
use authms_crypto::{OpaqueToken, Secret};

/// How a key is rotated.
#[derive(Clone, Copy, Default, Debug)]
pub struct Rotate {
    /// How long the old secret works besides, in seconds; [`Self::OVERLAP`] if absent, 0: not at all.
    pub overlap_seconds: Option<i64>,
}

impl Rotate {
    /// How long the old secret works if nothing is said.
    pub const OVERLAP: Span = Span::hours(24);
    /// The longest that it may.
    pub const MAX_OVERLAP: Span = Span::hours(7 * 24);

    fn overlap(self) -> Result<Span, InvalidText> {
        let asked = self.overlap_seconds.unwrap_or(Self::OVERLAP.as_seconds());
        if (0..=Self::MAX_OVERLAP.as_seconds()).contains(&asked) {
            Ok(Span::seconds(asked))
        } else {
            Err(InvalidText { member: "overlap_seconds", problem: "must be between 0 and 604800" })
        }
    }
}

/// Gives a key a new secret. It stays the same key: what it minted lives on. At most two secrets work: a rotation
/// during the overlap of another ends the oldest.
///
/// # Errors
/// [`KeyError`]
pub async fn rotate(
    parts: &Parts,
    caller: &Caller,
    id: ApiKeyId,
    ask: Rotate,
    source: &Source,
) -> Result<CreatedKey, KeyError> {
    let before = changeable(parts, caller, id).await?;
    let overlap = ask.overlap()?;
    let token = OpaqueToken { id: *id.bytes(), secret: Secret::new(random(&*parts.rng)) };
    let previous = PreviousSecret { hash: before.secret_hash, expires_at: parts.now().plus(overlap) };
    let key = ApiKey {
        secret_hash: token.hash(),
        previous_secret: (overlap > Span::default()).then_some(previous),
        ..before
    };
    let event =
        event(EventName::KeyRotated, caller, id, source).number("overlap_seconds", overlap.as_seconds());
    Ok(CreatedKey { key: update(parts, key, event).await?, raw: token.format(PREFIX) })
}
