//! Over the router, in one process.

mod redeem;
