//! Registering a passkey (WebAuthn §7.1).

use super::assertion::finishing;
use super::ceremony::{self, Begin};
use super::error::PasskeyError;
use super::manage::PasskeyView;
use super::model::{Ceremony, Change, NewPasskey, PASSKEYS_ALLOWED, Passkey, Planned, Purpose};
use super::options::{CreationOptions, Descriptor};
use crate::access::Person;
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::factor::{self, Asked, Changing, Factor, FactorKind};
use crate::fault::Fault;
use crate::id::FactorId;
use crate::parts::Parts;
use crate::ports::random;
use crate::text::{self, InvalidText};
use crate::user::User;
use authms_crypto::webauthn::{
    CeremonyError, Expected, Registered, RegistrationResponse, verify_registration,
};

/// What a passkey is called that its user gave no name.
const NAMELESS: &str = "Passkey";

/// The longest name of a way to reach an authenticator, and the most of them.
const TRANSPORTS: (usize, usize) = (32, 8);

/// A registration to begin.
#[derive(Clone, Debug, Default)]
pub struct BeginRegistration {
    /// What the passkey will be called, 1–100 characters.
    pub name: Option<String>,
    /// What the authenticator shows as the account, if not the user's own name; likewise.
    pub user_name: Option<String>,
}

/// What `navigator.credentials.create()` brought back (WebAuthn §5.1).
#[derive(Clone, Debug)]
pub struct Registration {
    /// `id`, decoded.
    pub id: Vec<u8>,
    /// `rawId`: has to be the same.
    pub raw_id: Vec<u8>,
    /// `type`: has to be `public-key`.
    pub kind: String,
    /// `response.clientDataJSON`.
    pub client_data_json: Vec<u8>,
    /// `response.attestationObject`.
    pub attestation_object: Vec<u8>,
    /// `response.getTransports()`; what is no plain word is left out.
    pub transports: Vec<String>,
}

/// Begins the registration of one of the caller's own passkeys.
///
/// # Errors
/// [`PasskeyError`]
pub async fn begin_registration(
    parts: &Parts,
    me: &Person,
    ask: BeginRegistration,
    asked: &Asked,
    source: &Source,
) -> Result<CreationOptions, PasskeyError> {
    let (name, shown) = labels(&ask)?;
    let changing = Changing::begin(parts, me, asked, source).await?;
    changing.demand_enrolment().await?;
    let user = changing.user;
    let passkeys = parts.store.passkeys_of(me.user).await.map_err(Fault::from)?;
    if passkeys.len() >= PASSKEYS_ALLOWED {
        return Err(PasskeyError::TooMany);
    }
    // One and the same for all of a user's passkeys, so that an authenticator replaces its own.
    let user_handle = passkeys.first().map_or_else(|| random(&*parts.rng), |known| known.user_handle);
    let begin = Begin {
        purpose: Purpose::Register,
        tenant: user.tenant,
        user: Some(user.id),
        bound_to: Some(*me.session.bytes()),
        planned: Some(Planned { name, user_handle }),
    };
    let challenge = ceremony::begin(parts, begin).await?;
    let tenant = parts.store.tenant(user.tenant).await.map_err(Fault::from)?;
    let rp_id = parts.policy.relying_party.id.clone();
    let rp_name = tenant.map_or_else(|| rp_id.clone(), |t| t.name);
    let exclude = passkeys.into_iter().map(Into::into).collect();
    Ok(options(challenge, (rp_id, rp_name), (&user, shown), (user_handle, exclude)))
}

/// What the passkey will be called, and what the authenticator is to show as the account, if that was said.
pub(crate) fn labels(ask: &BeginRegistration) -> Result<(String, Option<String>), InvalidText> {
    let name = ask.name.as_deref().map(|name| text::label("display_name", name, 100)).transpose()?;
    let shown = ask.user_name.as_deref().map(|name| text::label("user_name", name, 100)).transpose()?;
    Ok((name.unwrap_or_else(|| NAMELESS.to_owned()), shown))
}

/// What the browser is given.
pub(crate) fn options(
    challenge: [u8; 32],
    (rp_id, rp_name): (String, String),
    (user, shown): (&User, Option<String>),
    (user_handle, exclude): ([u8; 32], Vec<Descriptor>),
) -> CreationOptions {
    let (user_name, user_display_name) = names(user);
    let user_name = shown.unwrap_or(user_name);
    CreationOptions { challenge, rp_id, rp_name, user_handle, user_name, user_display_name, exclude }
}

/// Finishes it: the challenge is used up, whatever comes of it.
///
/// # Errors
/// [`PasskeyError`]
pub async fn finish_registration(
    parts: &Parts,
    me: &Person,
    registration: Registration,
    asked: &Asked,
    source: &Source,
) -> Result<PasskeyView, PasskeyError> {
    let found = ceremony::find(parts, &registration.client_data_json, Purpose::Register).await?;
    let mine_alone =
        |c: &Ceremony| c.user == Some(me.user) && c.bound_to.as_ref() == Some(me.session.bytes());
    let Some(ceremony) = found.filter(mine_alone) else {
        parts.store.commit(Commit::refusal("passkey_challenge")).await.map_err(Fault::from)?;
        return Err(PasskeyError::Refused);
    };
    let changing = Changing::begin(parts, me, asked, source).await?;
    let registered = match verified(parts, &ceremony, &registration) {
        Ok(registered) => registered,
        Err(why) => return refuse(parts, me, &ceremony, why, source).await,
    };
    let Some(planned) = ceremony.planned.clone() else { return Err(PasskeyError::Refused) };
    let new = new_passkey(parts, &changing.user, planned, registered, registration.transports);
    add(&changing, &ceremony, new).await
}

pub(crate) fn verified(
    parts: &Parts,
    ceremony: &Ceremony,
    registration: &Registration,
) -> Result<Registered, CeremonyError> {
    if registration.kind != "public-key" {
        return Err(CeremonyError::Type);
    }
    if registration.id != registration.raw_id {
        return Err(CeremonyError::CredentialId);
    }
    let expected = Expected {
        relying_party: &parts.policy.relying_party,
        challenge_hash: &ceremony.challenge_hash,
        user_verification: false,
    };
    let response = RegistrationResponse {
        credential_id: &registration.raw_id,
        client_data_json: &registration.client_data_json,
        attestation_object: &registration.attestation_object,
    };
    verify_registration(&expected, &response)
}

/// The one commit of a registration. It holds the user's revision, so that of many at once none exceeds what is allowed
/// unseen, and nobody gains a passkey who was disabled meanwhile.
async fn add(
    changing: &Changing<'_>,
    ceremony: &Ceremony,
    new: NewPasskey,
) -> Result<PasskeyView, PasskeyError> {
    let (parts, user) = (changing.parts, &changing.user);
    let NewPasskey { factor, passkey } = new.clone();
    let first = !changing.factors.iter().any(|f| f.is_enrolled() && f.primary);
    let mut commit = finishing(changing.changing(EventName::FactorEnrolled, &factor), ceremony)
        .guard(Guard::SessionOpen(changing.me.session))
        .guard(Guard::PasskeysBelow { user: user.id, bound: PASSKEYS_ALLOWED })
        .guard(Guard::Rev { row: Row::User(user.id), rev: user.rev })
        .change(commit::Change::Passkey(Change::Add(Box::new(new))));
    if first {
        let first = factor::Change::SetPrimary { user: user.id, id: factor.id };
        commit = commit.change(commit::Change::Factor(first));
    }
    match parts.store.commit(commit).await {
        Ok(at) => {
            let factor = Factor { created_at: at.at, verified_at: Some(at.at), primary: first, ..factor };
            Ok(PasskeyView { factor, passkey })
        }
        Err(CommitError::Conflict(0)) => Err(PasskeyError::Refused),
        Err(CommitError::Conflict(2)) => Err(PasskeyError::TooMany),
        Err(CommitError::Taken(_)) => Err(PasskeyError::Taken),
        Err(other) => Err(Fault::from(other).into()),
    }
}

/// The passkey that was made, and its factor, which counts from the commit on.
pub(crate) fn new_passkey(
    parts: &Parts,
    user: &User,
    planned: Planned,
    registered: Registered,
    transports: Vec<String>,
) -> NewPasskey {
    let now = parts.now();
    let factor = Factor {
        id: FactorId::generate(now, &*parts.rng),
        user: user.id,
        kind: FactorKind::Passkey,
        name: planned.name,
        address: None,
        sealed: None,
        verified_at: Some(now),
        enabled: true,
        primary: false,
        failures: 0,
        last_step: None,
        last_used_at: None,
        created_at: now,
        set_password: false,
    };
    let passkey = Passkey {
        factor: factor.id,
        user: user.id,
        tenant: user.tenant,
        credential_id: registered.credential_id,
        user_handle: planned.user_handle,
        key: registered.key.as_cose().to_vec(),
        counter: registered.counter,
        backup_eligible: registered.backup_eligible,
        backed_up: registered.backed_up,
        transports: transports.into_iter().filter(|t| is_word(t)).take(TRANSPORTS.1).collect(),
        aaguid: registered.aaguid,
    };
    NewPasskey { factor, passkey }
}

/// Known ways are `usb`, `nfc`, `ble`, `smart-card`, `hybrid` and `internal`; others will come (§5.8.4).
fn is_word(transport: &str) -> bool {
    (1..=TRANSPORTS.0).contains(&transport.len())
        && transport.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

/// The challenge is used up, and the log says why.
async fn refuse(
    parts: &Parts,
    me: &Person,
    ceremony: &Ceremony,
    why: CeremonyError,
    source: &Source,
) -> Result<PasskeyView, PasskeyError> {
    let event = Event::new(EventName::PasskeyRefused, Some(me.tenant))
        .subject(me.user)
        .text("actor", me.user.to_string())
        .text("why", why.as_str())
        .from(source);
    let commit = finishing(Commit::new(event.into_row(parts.now(), &*parts.rng)), ceremony);
    match parts.store.commit(commit).await {
        Ok(_) | Err(CommitError::Conflict(_)) => Err(PasskeyError::Refused),
        Err(other) => Err(Fault::from(other).into()),
    }
}

/// What the authenticator shows: a name to tell accounts apart, and one for people.
fn names(user: &User) -> (String, String) {
    let names = [&user.username, &user.email, &user.phone];
    let name = names.into_iter().flatten().next().cloned().unwrap_or_else(|| user.id.to_string());
    let display = user.nickname.clone().unwrap_or_else(|| name.clone());
    (name, display)
}
