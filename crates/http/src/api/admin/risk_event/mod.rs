//! Risk events of the caller's tenant, one by one and counted.

pub mod aggregation;
pub mod dashboard;
pub mod list;

use authms_core::risk::{Counted, RiskEvent, Signal};
use serde::Serialize;
use utoipa::ToSchema;

/// `domain.RiskEventDayCount`
#[derive(Serialize, ToSchema, Debug)]
pub struct RiskEventDayCount {
    /// So many events.
    count: u64,
    /// The day in UTC, `2026-05-25`.
    date: String,
}

/// `domain.RiskScoreRange`
#[derive(Serialize, ToSchema, Debug)]
pub struct RiskScoreRange {
    /// So many events.
    count: u64,
    /// The range of scores, `61-80`.
    range: String,
}

/// `domain.RiskEventTypeCount`
#[derive(Serialize, ToSchema, Debug)]
pub struct RiskEventTypeCount {
    /// So many events.
    count: u64,
    /// The signal that added the most.
    #[serde(rename = "eventType")]
    event_type: &'static str,
}

/// Each day, also those without an event.
fn days(counted: &Counted) -> Vec<RiskEventDayCount> {
    let (first, last) = (*counted.days.start(), *counted.days.end());
    std::iter::successors(Some(first), |day| (*day < last).then(|| day.next()))
        .map(|day| RiskEventDayCount { count: counted.total(|c| c.day == day), date: day.to_string() })
        .collect()
}

fn ranges(counted: &Counted) -> Vec<RiskScoreRange> {
    let range = |band: u8| RiskScoreRange {
        count: counted.total(|c| c.band == band),
        range: format!("{}-{}", if band == 0 { 0 } else { band * 20 + 1 }, (band + 1) * 20),
    };
    (0..RiskEvent::BANDS).map(range).collect()
}

/// Those of which there are any, most first.
fn types(counted: &Counted) -> Vec<RiskEventTypeCount> {
    let count = |signal: Signal| RiskEventTypeCount {
        count: counted.total(|c| c.signal == signal),
        event_type: signal.as_str(),
    };
    let mut types: Vec<_> = Signal::ALL.into_iter().map(count).filter(|t| t.count > 0).collect();
    types.sort_by_key(|t| std::cmp::Reverse(t.count));
    types
}
