//! The shapes of bodies.

mod at_most;
mod batch;
mod envelope;
mod given;
mod id;
mod login;
pub mod malformed;
mod paging;
mod simple;
mod strength;
mod text;
mod time;
mod transmission;

pub use at_most::AtMost;
pub use batch::{BatchResult, BatchResults, Items};
pub use envelope::{Data, List, PageInfo};
pub use given::given;
pub use id::{ApiKeyIdText, ClientIdText, IdText, SessionIdText, TenantIdText, TicketIdText, UserIdText};
pub use login::{LoginResponse, RiskAssessmentInfo, UserInfo};
pub use paging::Paging;
pub use simple::SimpleResponse;
pub use strength::PasswordStrength;
pub use text::{SecretText, Text};
pub use time::Time;
pub use transmission::demand_plain;
