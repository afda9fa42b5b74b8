//! What happened, for those who must know later.

mod export;
pub mod log;
mod model;
mod name;
mod read;

pub use export::{
    AskExport, Export, ExportChange, Format, KEPT, LISTED, ask, count, export, exported, exports,
};
pub use model::*;
pub use name::EventName;
pub use read::*;
