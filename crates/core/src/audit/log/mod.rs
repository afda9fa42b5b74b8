//! The log that cannot be edited quietly: rows in Merkle trees, one a tenant, in the order of their sealing (in the manner of
//! RFC 9162). docs/audit.md says what that shows.

mod anchor;
mod edge;
mod entry;
mod erase;
mod export;
mod head;
mod model;
mod prove;
mod range;
mod seal;
mod told;
mod verify;
mod wrong;

pub use anchor::{Anchor, Anchors, Forked, next_anchor};
pub use edge::{Edge, LEAVES, Tile, TileAt};
pub use entry::Entry;
pub use erase::erase;
pub use export::{FORMAT, Line, Opening, Reader, lines, opening};
pub use head::{Head, HeadClaims, TYP, head_key};
pub use model::*;
pub use prove::{Inclusion, consistency, inclusion, tree};
pub use range::{Checked, VERIFIED, verify_range};
pub use seal::{Lease, seal};
pub use verify::{Verified, verify};
pub use wrong::Wrong;
