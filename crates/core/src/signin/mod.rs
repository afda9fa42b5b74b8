//! What every way to sign in shares: evidence, one pure decision, one grant.

mod assess;
pub mod challenge;
mod change_first;
mod claims;
mod decide;
mod direct;
mod email_code;
mod evaluate;
mod grant;
mod history;
mod model;
mod opening;
mod passkey;
mod password;
mod renew;
pub(crate) mod throttle;
mod without_factors;

pub use assess::{Assessed, EndUser, Remembered, Told};
pub use change_first::{ChangeFirst, Changing, PASSWORD_CHANGE_TYP, changing};
pub use claims::{ACCESS_TOKEN_TYP, AccessClaims, Act, FIRST_PARTY_CLIENT, Issued};
pub(crate) use decide::stand;
pub use decide::{Case, Decision, Demand, Refusal, decide, decide_again};
pub use email_code::{EmailCodeError, EmailLogin, Promised, login_by_email_code, send_email_code};
pub use evaluate::{Evaluation, Foreseen, Supposed, evaluate};
pub(crate) use evaluate::{foresee, standing as standing_of};
pub(crate) use grant::{AccessToken, Again, again, sign};
pub use grant::{Grant, SignedIn};
pub use history::{Attempt, Change, FAILURES_COUNTED, FAILURES_KEPT, Failure, Outcome, history};
pub use model::*;
pub use opening::Answer;
pub(crate) use opening::{Ground, Opening};
pub use passkey::{BeginPasskeySignIn, PasskeySignInError, begin_by_passkey, by_passkey};
pub use password::{Login, LoginError, login};
pub(crate) use renew::{Renewal, renew};
pub use without_factors::{Lacking, Without, without_factors};
