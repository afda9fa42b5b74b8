//! Creating clients and their secrets.

use super::manage::{ClientError, owned};
use super::model::{Change, Client, ClientStatus};
use super::origin::checked_origins;
use super::redirect::checked_uris;
use crate::access::{Caller, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::id::ClientId;
use crate::parts::Parts;
use crate::ports::random;
use crate::text;
use crate::ticket::Purpose;
use authms_crypto::{OpaqueToken, Secret, SecretString};

/// What goes before a client secret.
pub const SECRET_PREFIX: &str = "cs_";

/// A client to be created.
#[derive(Clone, Debug)]
pub struct CreateClient {
    /// Its name, 1–100 characters, unique in the tenant.
    pub name: String,
    /// Which tickets it may redeem.
    pub purposes: Vec<Purpose>,
    /// Redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Origins of the web pages that may call us from a browser; see [`Client::allowed_origins`].
    pub allowed_origins: Vec<String>,
    /// Whether it may tell of the user behind it.
    pub may_send_context: bool,
}

/// A client with its secret, which is shown this once.
#[derive(Clone, Debug)]
pub struct Created {
    /// The client.
    pub client: Client,
    /// Its secret.
    pub secret: SecretString,
}

/// Creates a client in the caller's tenant.
///
/// # Errors
/// [`ClientError`]
pub async fn create(
    parts: &Parts,
    caller: &Caller,
    ask: CreateClient,
    source: &Source,
) -> Result<Created, ClientError> {
    caller.require(Permission::ClientWrite)?;
    let tenant = caller.tenant();
    let now = parts.now();
    let id = ClientId::generate(now, &*parts.rng);
    let (secret, hash, last_four) = new_secret(parts, id);
    let client = Client {
        id,
        tenant,
        name: text::label("name", &ask.name, 100)?,
        secret_hash: hash,
        secret_last_four: last_four,
        purposes: ask.purposes,
        redirect_uris: checked_uris(ask.redirect_uris)?,
        allowed_origins: checked_origins(ask.allowed_origins)?,
        may_send_context: ask.may_send_context,
        status: ClientStatus::Active,
        fence: 0,
        rev: 1,
        created_at: now,
        updated_at: now,
    };
    let event = Event::new(EventName::ClientCreated, Some(tenant)).by(caller).client(Some(id)).from(source);
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::Client(id), rev: 0 })
        .change(commit::Change::Client(Change::Create(Box::new(client.clone()))));
    parts.store.commit(commit).await?;
    Ok(Created { client, secret })
}

/// Gives a client a new secret; the former stops working at once. Sessions go on.
///
/// # Errors
/// [`ClientError`]
pub async fn rotate_secret(
    parts: &Parts,
    caller: &Caller,
    id: ClientId,
    source: &Source,
) -> Result<Created, ClientError> {
    caller.require(Permission::ClientWrite)?;
    let before = owned(parts, caller, id).await?;
    let (secret, secret_hash, secret_last_four) = new_secret(parts, id);
    let rev = before.rev;
    let client = Client { secret_hash, secret_last_four, rev: rev + 1, ..before };
    let event = Event::new(EventName::ClientUpdated, Some(client.tenant))
        .by(caller)
        .client(Some(id))
        .text("what", "secret")
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Client(id), rev })
        .change(commit::Change::Client(Change::Update(Box::new(client.clone()))));
    parts.store.commit(commit).await?;
    Ok(Created { client, secret })
}

fn new_secret(parts: &Parts, id: ClientId) -> (SecretString, [u8; 32], String) {
    let token = OpaqueToken { id: *id.bytes(), secret: Secret::new(random(&*parts.rng)) };
    let text = token.format(SECRET_PREFIX);
    let last_four = text.expose().chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    (text, token.hash(), last_four)
}
