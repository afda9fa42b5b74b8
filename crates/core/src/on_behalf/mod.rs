//! Acting on somebody's behalf: who may, what such a session may do, how it begins, ends and is told of.

mod alarm;
mod begin;
mod digest;
mod end;
mod fresh;
mod opened;
mod opt_out;
mod policy;
mod request;
mod rights;
mod terms;
mod told;

pub(crate) use alarm::{TOLD_AT_LEAST, alarm, ask_approvers};
pub(crate) use begin::begin_at;
pub use begin::{ActError, begin, differ};
pub use digest::{ActNotice, tell_acts};
pub use end::{StopError, stop};
pub(crate) use end::{end_of_actor, ended_row};
pub(crate) use fresh::demand_fresh;
pub(crate) use opened::opened;
pub use opt_out::{opted_out, set_opt_out};
pub(crate) use policy::Act;
pub use policy::{OnBehalfPolicy, Rule, Telling, UpdateOnBehalfPolicy, policy, update_policy};
pub use request::{
    ActEnd, ActRequest, ActRequestError, ActStatus, Change, DECIDED_WITHIN, KEPT, Step, agree, approve, ask,
    get, list, list_mine, refuse, refuse_mine,
};
pub(crate) use request::{Cleared, clear};
pub use rights::Rights;
pub use terms::Terms;
pub use told::{Reach, note_request};
pub(crate) use told::{refused, requested};
