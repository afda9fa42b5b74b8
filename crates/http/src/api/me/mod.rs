//! What concerns the caller.

pub mod act_opt_out;
pub mod act_request;
pub mod api_key;
pub mod contact;
pub mod device;
pub mod email_factor;
pub mod impersonation;
pub mod membership;
pub mod mfa;
pub mod mfa_device;
pub mod passkey;
pub mod password;
pub mod profile;
pub mod recovery_code;
pub mod security_event;
pub mod session;
pub mod sms_factor;
pub mod ticket;
pub mod totp;
pub mod trusted_device;
