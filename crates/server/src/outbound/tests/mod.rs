//! As somebody who names URLs would attack us.

mod addresses;
mod attacks;
