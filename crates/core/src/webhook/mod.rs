//! Webhooks: other systems are told of what happens in a tenant, by Standard Webhooks. What is to be told is in the audit log
//! since the act was committed; each endpoint takes it from there, leaf by leaf, once it is sealed. So no act waits for any of this,
//! none is left out, and the order is that of the log.

mod collect;
mod deliver;
mod events;
mod manage;
mod model;
mod payload;
mod replay;
mod secret;
mod send;
mod url;

pub use deliver::{AT_ONCE, deliver};
pub use events::{EVENTS, is_known};
pub use manage::{
    CreateWebhook, CreatedWebhook, MOST, OVERLAP, UpdateWebhook, WebhookError, create, delete, get, list,
    names, ping, rotate_secret, update,
};
pub use model::*;
pub use payload::payload;
pub use replay::{deliveries, replay, replay_dead};
