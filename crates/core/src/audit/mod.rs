//! What happened, for those who must know later.

mod dismiss;
mod export;
mod keep;
pub mod log;
mod model;
mod name;
pub mod outlet;
mod read;
mod verification;

pub use dismiss::dismiss;
pub use export::{
    AskExport, Export, ExportChange, Format, KEPT, LISTED, ask, count, export, exported, exports,
};
pub use keep::{Bounds, Days, Kept, Retention, UpdateRetention, retention, update_retention};
pub use model::*;
pub use name::EventName;
pub use read::*;
pub use verification::{
    Counts, VERIFICATION_KEPT, Verification, counts, public_chain, verifications, verify_newest,
};
