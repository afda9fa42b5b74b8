//! Development only: what tests of several crates share.

pub mod app;
pub mod certificate;
pub mod clock;
pub mod data;
mod devices;
pub mod dir;
pub mod enrolment;
mod faults;
mod inspect;
pub mod jwt;
pub mod outbox;
pub mod passwords;
pub mod places;
pub mod population;
pub mod postgres;
pub mod receiver;
pub mod request;
pub mod rng;
mod second_factor;
mod soft_passkey;
pub mod store_contract;
pub mod storm;

pub use app::{ISSUER, Setup, TestApp, Tokens, VERIFIER};
pub use certificate::{TestAuthority, TestCertificate};
pub use data::Engine;
pub use devices::KnownDevice;
pub use faults::{CommitFault, Director, Faults, FaultyStore, ReadFault};
pub use inspect::AtRest;
pub use outbox::{Arrived, Outbox};
pub use population::Population;
pub use receiver::{Received, Receiver};
pub use request::{Answer, TestRequest};
pub use second_factor::Authenticator;
pub use soft_passkey::{SoftPasskey, Twist, flags};
pub use storm::storm;
