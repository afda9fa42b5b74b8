//! What a server does every few seconds, whatever is asked of it.

use std::time::Duration;

use authms_core::audit;
use authms_core::audit::outlet::{self, AnchorAt};
use authms_core::fault::Fault;
use authms_core::key;
use authms_core::message;
use authms_core::on_behalf;
use authms_core::parts::Parts;
use authms_core::ports::Fut;
use authms_core::risk;
use authms_core::signing_key;
use authms_core::time::Span;
use authms_core::webhook;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::anchoring::AnchorFile;
use crate::config::Config;
use crate::failure::Failure;
use crate::siem;

/// How soon a rotation by another process is followed.
const KEYS: Duration = Duration::from_secs(1);
/// How soon what may be derived from no longer is erased.
const SWEEP: Duration = Duration::from_secs(2);

/// How soon it is looked whether uses of API keys are to be written down.
const KEY_USES: Duration = Duration::from_secs(2);

/// How soon messages are sent.
const MAIL: Duration = Duration::from_secs(1);

/// How many messages are sent at once.
const SENDERS: usize = 4;

/// How soon webhooks are told of what was sealed.
const WEBHOOKS: Duration = Duration::from_secs(1);

/// How many look for webhooks with work, so that a slow one keeps no others waiting.
const TELLERS: usize = 4;

/// How soon it is looked whether users are to be told of acts on their behalf.
const ACTS: Duration = Duration::from_secs(60);

/// How soon sign-ins are learned from.
const LEARN: Duration = Duration::from_secs(3);

/// How soon the audit log is sealed: within two of these, on a bad day.
const SEAL: Duration = Duration::from_secs(1);

/// How soon it is looked whether rows of it are old.
const ERASE: Duration = Duration::from_secs(3600);

/// How soon it is looked whether heads are to be posted.
const ANCHOR: Duration = Duration::from_secs(2);

/// How soon a SIEM is told of what was sealed.
const SIEM: Duration = Duration::from_secs(1);

/// Places outside that are told of the audit log.
pub struct Outside {
    /// The file that heads are appended to, and how often.
    pub anchor_file: Option<(AnchorFile, Duration)>,
    /// Where heads are posted.
    pub anchor_at: Option<AnchorAt>,
    /// Who is told of events.
    pub siems: Vec<siem::Place>,
}

impl Outside {
    /// As configured.
    ///
    /// # Errors
    /// When the authorities that are named cannot be read.
    pub fn of(config: &Config, issuer: &str) -> Result<Self, Failure> {
        let audit = &config.audit;
        let every = Span::seconds(i64::try_from(audit.anchor_every.as_secs()).unwrap_or(i64::MAX));
        let at = |url: &String| AnchorAt { url: url.clone(), secret: audit.anchor_secret.clone(), every };
        Ok(Self {
            anchor_file: audit.anchor_file.clone().map(|path| (AnchorFile::new(path), audit.anchor_every)),
            anchor_at: audit.anchor_url.as_ref().map(at),
            siems: siem::places(config, issuer)?,
        })
    }

    fn start(self, parts: &Parts, tasks: &mut JoinSet<()>) {
        if let Some((file, period)) = self.anchor_file {
            tasks.spawn(every(period, "anchoring the audit log", parts.clone(), move |parts| {
                let file = file.clone();
                Box::pin(async move {
                    let appended = file.append_all(parts).await;
                    appended.map(drop).map_err(|failure| {
                        tracing::error!("heads of the audit log are not anchored: {failure}");
                        Fault::Unavailable
                    })
                })
            }));
        }
        if let Some(at) = self.anchor_at {
            tasks.spawn(every(ANCHOR, "posting heads of the audit log", parts.clone(), move |parts| {
                let at = at.clone();
                Box::pin(async move { outlet::anchor(parts, &at).await })
            }));
        }
        for (name, siem) in self.siems {
            tasks.spawn(every(SIEM, "telling a SIEM", parts.clone(), move |parts| {
                let siem = siem.clone();
                Box::pin(async move { outlet::tell(parts, name, &*siem).await })
            }));
        }
    }
}

/// Starts the background tasks; they end when the set is dropped.
pub fn start(parts: &Parts, outside: Outside) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(every(KEYS, "keeping the signing keys", parts.clone(), keys));
    tasks.spawn(every(SWEEP, "sweeping the store", parts.clone(), sweep));
    tasks.spawn(every(KEY_USES, "writing down the uses of API keys", parts.clone(), key_uses));
    for _ in 0..SENDERS {
        tasks.spawn(every(MAIL, "sending messages", parts.clone(), mail));
    }
    for _ in 0..TELLERS {
        tasks.spawn(every(WEBHOOKS, "telling webhooks", parts.clone(), webhooks));
    }
    tasks.spawn(every(ACTS, "telling users of acts on their behalf", parts.clone(), acts));
    tasks.spawn(every(LEARN, "learning from sign-ins", parts.clone(), learn));
    tasks.spawn(every(SEAL, "counting exports of the audit log", parts.clone(), count));
    let lease = audit::log::Lease::new(parts);
    tasks.spawn(every(SEAL, "sealing the audit log", parts.clone(), move |parts| {
        Box::pin(audit::log::seal(parts, lease))
    }));
    tasks.spawn(every(ERASE, "erasing old rows of the audit log", parts.clone(), erase));
    outside.start(parts, &mut tasks);
    tasks
}

fn count(parts: &Parts) -> Fut<'_, Result<(), Fault>> {
    Box::pin(audit::count(parts))
}

fn erase(parts: &Parts) -> Fut<'_, Result<(), Fault>> {
    Box::pin(audit::log::erase(parts))
}

fn learn(parts: &Parts) -> Fut<'_, Result<(), Fault>> {
    Box::pin(risk::learn(parts))
}

fn keys(parts: &Parts) -> Fut<'_, Result<(), Fault>> {
    Box::pin(signing_key::maintain(parts))
}

fn sweep(parts: &Parts) -> Fut<'_, Result<(), Fault>> {
    Box::pin(async { Ok(parts.store.sweep().await?) })
}

fn key_uses(parts: &Parts) -> Fut<'_, Result<(), Fault>> {
    Box::pin(key::write_uses(parts))
}

fn mail(parts: &Parts) -> Fut<'_, Result<(), Fault>> {
    Box::pin(message::deliver(parts))
}

fn acts(parts: &Parts) -> Fut<'_, Result<(), Fault>> {
    Box::pin(on_behalf::tell_acts(parts))
}

fn webhooks(parts: &Parts) -> Fut<'_, Result<(), Fault>> {
    Box::pin(webhook::deliver(parts))
}

async fn every(
    period: Duration,
    what: &'static str,
    parts: Parts,
    work: impl for<'a> Fn(&'a Parts) -> Fut<'a, Result<(), Fault>>,
) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        ticks.tick().await;
        let outcome = work(&parts).await;
        // Once for each trouble, however long it lasts.
        match (failing, &outcome) {
            (false, Err(fault)) => {
                tracing::error!(%fault, "{what} fails; it is tried again until it succeeds")
            }
            (true, Ok(())) => tracing::info!("{what} succeeds again"),
            _ => {}
        }
        failing = outcome.is_err();
    }
}
