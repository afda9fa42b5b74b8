//! What concerns others than the caller.

pub mod act_request;
pub mod api_key;
pub mod audit;
pub mod audit_export;
pub mod audit_retention;
pub mod client;
pub mod device;
pub mod factor;
pub mod impersonation;
pub mod invitation;
pub mod membership;
pub mod mfa_policy;
pub mod mfa_release;
pub mod on_behalf_policy;
pub mod password_policy;
pub mod recovery_code;
pub mod risk_config;
pub mod risk_event;
pub mod tenant;
pub mod ticket;
pub mod ticket_policy;
pub mod trusted_device;
pub mod user;
pub mod webhook;
