//! Tickets, for whoever holds one.

pub mod peek;
pub mod report;
pub mod signin;

use crate::api::public::credentials;
use crate::error::ApiError;
use crate::extract::TenantHeader;
use crate::wire::{RedeemContext, SecretText, Text};
use authms_core::ticket::Redeem;
use authms_crypto::SecretString;
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.TicketSigninRequest`, and the bindings that a ticket may ask for.
#[derive(Deserialize, ToSchema, Debug)]
pub struct TicketSigninRequest {
    /// The one-time ticket.
    ticket: SecretText<256>,
    /// The verifier of the ticket's `proof` (RFC 7636 §4.1).
    verifier: Option<SecretText<128>>,
    /// The ticket's `redirect_uri`, byte for byte.
    redirect_uri: Option<Text<2048>>,
    /// The ticket's `context`, a text; or, from an authenticated client that may, an object that tells of its user.
    context: Option<RedeemContext>,
    /// The redeeming client, unless it authenticates by Basic.
    client_id: Option<Text<64>>,
    /// The redeeming client's secret.
    client_secret: Option<SecretText<256>>,
}

impl TicketSigninRequest {
    /// What the holder presents, in headers and body.
    fn read(
        self,
        headers: &HeaderMap,
        tenant: TenantHeader,
        idempotency_key: Option<SecretString>,
    ) -> Result<Redeem, ApiError> {
        let (context, told) = self.context.map(RedeemContext::read).transpose()?.unwrap_or_default();
        Ok(Redeem {
            client: credentials(headers, self.client_id, self.client_secret)?,
            ticket: self.ticket.into_secret(),
            verifier: self.verifier.map(SecretText::into_secret),
            redirect_uri: self.redirect_uri.map(Text::into_string),
            context,
            told,
            tenant: tenant.0.map(|named| named.map_err(|_| ())),
            idempotency_key,
        })
    }
}
