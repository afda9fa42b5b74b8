//! What handlers take from a request. Each refuses what is malformed with its own error.

pub mod address;
pub mod authorization;
mod caller;
mod enrolling;
mod form;
pub mod forwarded;
mod idempotency;
pub mod json;
mod path;
mod query;
pub mod request_id;
mod source;
mod step_up;
mod tenant;
pub mod traceparent;

pub use authorization::{ClientCredentials, basic, bearer};
pub use caller::{Authenticated, Me, MeOrActor, MeOrChanging, MyStanding, Perhaps};
pub use enrolling::MeOrEnrolling;
pub use form::FormOrJson;
pub use idempotency::IdempotencyKey;
pub use json::{BulkJson, Json, MAX_BODY, MAX_BULK_BODY, OptionalJson};
pub use path::{Noun, Path, PathParams};
pub use query::Query;
pub use source::Source;
pub use step_up::{Stepping, step_up_token};
pub use tenant::TenantHeader;
