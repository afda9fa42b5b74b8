//! The shapes of bodies.

mod at_most;
mod batch;
mod binary;
mod end_user;
mod envelope;
mod factor;
mod given;
mod id;
mod login;
pub mod malformed;
mod paging;
mod qr;
mod simple;
mod strength;
mod text;
mod time;
mod transmission;
mod webauthn;

pub use at_most::AtMost;
pub use batch::{BatchResult, BatchResults, Items};
pub use binary::Binary;
pub use end_user::{EndUserContext, RedeemContext};
pub use envelope::{Data, List, PageInfo};
pub use factor::{ChangeFactorRequest, CodeRequest, CodeSending, Disabled, Valid, factor_kind, wanted};
pub use given::given;
pub use id::{ApiKeyIdText, ClientIdText, IdText, SessionIdText, TenantIdText, TicketIdText, UserIdText};
pub use login::{LoginResponse, RiskAssessmentInfo, UserInfo};
pub use paging::Paging;
pub use qr::png_data_url;
pub use simple::SimpleResponse;
pub use strength::PasswordStrength;
pub use text::{SecretText, Text};
pub use time::Time;
pub use transmission::demand_plain;
pub use webauthn::{AssertionCredential, CreationCredential, CredentialCreation, CredentialRequest};
