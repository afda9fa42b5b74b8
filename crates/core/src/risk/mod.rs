//! How likely it is that a sign-in is not its user's: signals, their weights, and the score they add up to. Everything
//! here but [`learn`] is pure; who gathers the [`Facts`] and keeps the [`History`] is not its concern.

mod assess;
mod centroids;
mod config;
mod event;
mod facts;
mod history;
mod learn;
mod manage;
mod place;
mod report;
mod signal;

pub use assess::{Assessment, Level, Observation, Risk, assess};
pub use config::{RiskConfig, SignalWeights};
pub use event::{Change, Happened, LOOKED_AT, RiskCount, RiskEvent, RiskFilter, RiskOutcome, RiskyUser};
pub use facts::{Assurance, Delivery, Device, Facts, Opened, TicketFacts, View};
pub use history::{History, SignInSeen};
pub use learn::{Learned, Lesson, learn};
pub use manage::{UpdateRiskConfig, config, reset_config, update_config};
pub use place::{Agent, Country, Place, Point};
pub use report::{Counted, DASHBOARD_DAYS, aggregation, dashboard, events};
pub use signal::Signal;
