//! `authms webhook …`

use authms_core::id::{EventId, WebhookId};
use authms_core::webhook::{self, CreateWebhook, DeliveryState};
use authms_http::api::admin::webhook::deliveries::WebhookDelivery;
use authms_http::api::admin::webhook::{WebhookDetails, WebhookWithSecret};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::confirm::Confirm;
use super::operator::{TenantArg, operate};
use super::show::{self, JsonArg, PageArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

/// What a list shows for people.
const COLUMNS: [&str; 5] = ["id", "url", "events", "status", "created_at"];
const DELIVERY_COLUMNS: [&str; 6] =
    ["event_id", "event", "status", "attempts", "response_status", "created_at"];

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Have an address told what happens from now on, and print its identifier and secret; the secret is never shown again
    #[command(after_help = "Example:
  authms webhook create --url https://hooks.example.org/authms --event 'user.*'")]
    Create(CreateArgs),
    /// List the webhooks of a tenant, oldest first
    List {
        #[command(flatten)]
        page: PageArgs,
        #[command(flatten)]
        tenant: TenantArg,
        #[command(flatten)]
        format: JsonArg,
    },
    /// List what a webhook was told, is being told, and could not be told
    Deliveries {
        /// Identifier (whk_…)
        #[arg(value_parser = id)]
        webhook: WebhookId,
        /// Only those that wait, were delivered, or are dead letters
        #[arg(long, value_parser = status_parser())]
        status: Option<DeliveryState>,
        #[command(flatten)]
        page: PageArgs,
        #[command(flatten)]
        tenant: TenantArg,
        #[command(flatten)]
        format: JsonArg,
    },
    /// Tell a webhook once more: of one event, or of all its dead letters
    Replay {
        /// Identifier (whk_…)
        #[arg(value_parser = id)]
        webhook: WebhookId,
        /// The event (evt_…); without it, all dead letters
        #[arg(long, value_parser = event_id)]
        event: Option<EventId>,
        #[command(flatten)]
        tenant: TenantArg,
    },
    /// Delete a webhook; what it was not told is lost
    Delete {
        /// Identifier (whk_…)
        #[arg(value_parser = id)]
        webhook: WebhookId,
        #[command(flatten)]
        confirm: Confirm,
        #[command(flatten)]
        tenant: TenantArg,
    },
}

#[derive(Debug, clap::Args)]
pub struct CreateArgs {
    /// Where to: https, at a public address unless the configuration allows others
    #[arg(long)]
    url: String,
    /// A name (user.created), a kind (user.*) or *; repeat for more
    #[arg(long = "event", required = true)]
    events: Vec<String>,
    /// What it is called
    #[arg(long)]
    description: Option<String>,
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    format: JsonArg,
}

fn id(text: &str) -> Result<WebhookId, &'static str> {
    WebhookId::parse(text).ok_or("expected a webhook's identifier, whk_ and 22 letters and digits")
}

fn event_id(text: &str) -> Result<EventId, &'static str> {
    EventId::parse(text).ok_or("expected an event's identifier, evt_ and 22 letters and digits")
}

fn status_parser() -> impl clap::builder::TypedValueParser<Value = DeliveryState> {
    PossibleValuesParser::new(["waiting", "delivered", "dead"])
        .try_map(|name| DeliveryState::parse(&name).ok_or("no such status"))
}

pub fn run(config: &Config, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create(args) => create(config, args),
        Command::List { page, tenant, format } => {
            let page = operate(config, &tenant, async |op| {
                Ok(webhook::list(op.parts, &op.caller, page.request()).await?)
            })?;
            show::page(page.map(WebhookDetails::from), &COLUMNS, format)
        }
        Command::Deliveries { webhook, status, page, tenant, format } => {
            let page = operate(config, &tenant, async |op| {
                Ok(webhook::deliveries(op.parts, &op.caller, webhook, status, page.request()).await?)
            })?;
            show::page(page.map(WebhookDelivery::from), &DELIVERY_COLUMNS, format)
        }
        Command::Replay { webhook, event, tenant } => operate(config, &tenant, async |op| {
            let told = match event {
                Some(event) => webhook::replay(op.parts, &op.caller, (webhook, event), &op.source).await,
                None => webhook::replay_dead(op.parts, &op.caller, webhook, &op.source).await,
            };
            Ok(told?)
        }),
        Command::Delete { webhook, confirm, tenant } => operate(config, &tenant, async |op| {
            let url = webhook::get(op.parts, &op.caller, webhook).await?.url;
            confirm.ask(&format!("Delete the webhook {webhook} to {url}? This cannot be undone."))?;
            Ok(webhook::delete(op.parts, &op.caller, webhook, &op.source).await?)
        }),
    }
}

fn create(config: &Config, args: CreateArgs) -> Result<(), Failure> {
    let ask = CreateWebhook { url: args.url, description: args.description, events: args.events };
    let created = operate(config, &args.tenant, async |op| {
        Ok(webhook::create(op.parts, &op.caller, ask, &op.source).await?)
    })?;
    if !args.format.json {
        let (id, secret) = (created.webhook.id, created.secret.expose());
        return output::block(&format!("id={id}\nsecret={secret}\n"));
    }
    show::thing(&WebhookWithSecret::from(created), args.format)
}
