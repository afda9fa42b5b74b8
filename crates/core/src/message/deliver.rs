//! Sending: in the background, at least once, with growing pauses, and not for ever.

use super::address::Channel;
use super::model::{Change, Outgoing, Way};
use super::{errand, letter};
use crate::audit::{Event, EventName};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::Undelivered;
use crate::time::Span;

/// How many times a message is tried before it is given up.
pub const ATTEMPTS: u32 = 10;

/// Messages read at a time.
const BATCH: u32 = 32;

/// The pause after the first attempt, longer than an attempt may take, so that no message is sent twice by two
/// processes at once. Each pause is twice as long as the one before, up to an hour.
const FIRST_PAUSE: Span = Span::seconds(60);
const LONGEST_PAUSE: Span = Span::hours(1);

/// Sends all messages that are due. Several may work at once, in this process and in others.
///
/// # Errors
/// [`Fault`] of the store; that a message cannot be sent is none.
pub async fn deliver(parts: &Parts) -> Result<(), Fault> {
    loop {
        let due = parts.store.due_messages(parts.now(), BATCH).await?;
        if due.is_empty() {
            return Ok(());
        }
        for message in due {
            send(parts, message).await?;
        }
    }
}

async fn send(parts: &Parts, message: Outgoing) -> Result<(), Fault> {
    if message.expires_at.is_some_and(|at| at <= parts.now()) {
        return ended(parts, &message, Some("expired")).await;
    }
    if message.attempts >= ATTEMPTS {
        return ended(parts, &message, Some("too_many_attempts")).await;
    }
    if !begun(parts, &message).await? {
        return Ok(());
    }
    let Way::Letter(channel) = message.way else { return run(parts, &message).await };
    let Some(letter) = letter::open(parts, &message) else {
        return ended(parts, &message, Some("unreadable")).await;
    };
    let sent = match (channel, &parts.mailer, &parts.messenger) {
        (Channel::Email, Some(mailer), _) => mailer.send(&letter).await,
        (Channel::Sms, _, Some(messenger)) => messenger.send(&letter).await,
        (Channel::Email, None, _) | (Channel::Sms, _, None) => {
            Err(Undelivered { for_good: false, why: "no transport is configured".to_owned() })
        }
    };
    let Err(Undelivered { for_good, why }) = sent else {
        return ended(parts, &message, None).await;
    };
    let (channel, template, attempt) = (message.way.as_str(), &*message.template, message.attempts + 1);
    tracing::warn!(message = %message.id, channel, template, attempt, why, "a message was not sent");
    if for_good {
        ended(parts, &message, Some("refused")).await
    } else if attempt >= ATTEMPTS {
        ended(parts, &message, Some("too_many_attempts")).await
    } else {
        Ok(())
    }
}

/// Runs an errand. A conflict means that the last code is younger than a minute: then there is nothing to do.
async fn run(parts: &Parts, message: &Outgoing) -> Result<(), Fault> {
    let erase = || commit::Change::Message(Change::Erase(message.id));
    let commit = errand::run(parts, message).await?.change(erase());
    match parts.store.commit(commit).await {
        Ok(_) => Ok(()),
        Err(CommitError::Conflict(_)) => {
            parts.store.commit(Commit::refusal("code_too_soon").change(erase())).await?;
            Ok(())
        }
        Err(other) => Err(other.into()),
    }
}

/// Counts the attempt before it is made; whether it is ours to make.
async fn begun(parts: &Parts, message: &Outgoing) -> Result<bool, Fault> {
    let factor = 1_i64.checked_shl(message.attempts).unwrap_or(i64::MAX);
    let pause = Span::millis(FIRST_PAUSE.as_millis().saturating_mul(factor)).min(LONGEST_PAUSE);
    let due_at = parts.now().plus(pause);
    let guard = Guard::MessageDue { id: message.id, attempts: message.attempts };
    let commit = Commit::message_attempt(message.id, due_at).guard(guard);
    match parts.store.commit(commit).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(other) => Err(other.into()),
    }
}

/// Erases what was sent, or, if there is a reason, given up. What anybody may have asked for is counted, not told.
async fn ended(parts: &Parts, message: &Outgoing, given_up: Option<&'static str>) -> Result<(), Fault> {
    let erase = commit::Change::Message(Change::Erase(message.id));
    if message.way == Way::Errand {
        parts.store.commit(Commit::refusal("errand_given_up").change(erase)).await?;
        return Ok(());
    }
    let name = if given_up.is_some() { EventName::MessageGivenUp } else { EventName::MessageSent };
    let row = Event::new(name, Some(message.tenant))
        .subject(message.user)
        .text("message", message.id.to_string())
        .text("channel", message.way.as_str())
        .text("template", message.template.clone())
        .text_if("why", given_up)
        .into_row(parts.now(), &*parts.rng);
    parts.store.commit(Commit::new(row).change(erase)).await?;
    Ok(())
}
