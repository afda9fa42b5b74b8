//! Risk events, and how many there were of each sort on each day.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, ToSql, params};
use super::{List, all, change_one, count_one, page};
use authms_core::id::{EventId, TenantId};
use authms_core::page::{Page, PageRequest};
use authms_core::risk::{
    Change, Country, LOOKED_AT, Level, Observation, RiskCount, RiskEvent, RiskFilter, RiskOutcome, RiskyUser,
    Signal,
};
use authms_core::signin::MethodKind;
use authms_core::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

const COLUMNS: [&str; 13] = [
    "tenant_id",
    "id",
    "user_id",
    "type",
    "score",
    "level",
    "outcome",
    "method",
    "ip",
    "country",
    "device",
    "observed",
    "at",
];

fn read(c: &mut Columns<'_>) -> Result<RiskEvent> {
    Ok(RiskEvent {
        tenant: c.id()?,
        id: c.id()?,
        user: c.id()?,
        signal: c.named(Signal::parse)?,
        score: c.take()?,
        level: c.named(Level::parse)?,
        outcome: c.named(RiskOutcome::parse)?,
        method: c.named(MethodKind::parse)?,
        ip: c.named_if(|ip| ip.parse::<IpAddr>().ok())?,
        country: c.named_if(Country::parse)?,
        device: c.take()?,
        observed: c.named(observed)?,
        at: c.time()?,
    })
}

/// An observation at rest.
#[derive(Serialize, Deserialize)]
struct Row<'a> {
    signal: Cow<'a, str>,
    weight: u8,
    counted: u8,
    what: Cow<'a, str>,
}

fn observed(text: &str) -> Option<Vec<Observation>> {
    let rows: Vec<Row<'_>> = serde_json::from_str(text).ok()?;
    let read = |row: Row<'_>| {
        let (signal, what) = (Signal::parse(&row.signal)?, row.what.into_owned().into());
        Some(Observation { signal, weight: row.weight, counted: row.counted, what })
    };
    rows.into_iter().map(read).collect()
}

fn column(observed: &[Observation]) -> String {
    let row = |o: &'_ Observation| {
        serde_json::json!(Row {
            signal: o.signal.as_str().into(),
            weight: o.weight,
            counted: o.counted,
            what: o.what.as_ref().into(),
        })
    };
    observed.iter().map(row).collect::<serde_json::Value>().to_string()
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
        format!("INSERT INTO risk_events ({columns}) VALUES ({values})")
    });
    let Change::Keep(new) = change;
    let row = params![
        new.tenant.bytes(),
        new.id.bytes(),
        new.user.bytes(),
        new.signal.as_str(),
        new.score,
        new.level.as_str(),
        new.outcome.as_str(),
        new.method.as_str(),
        new.ip.as_ref().map(IpAddr::to_string),
        new.country.as_ref().map(Country::as_str),
        new.device,
        column(&new.observed),
        at.as_millis(),
    ];
    change_one(conn, &SQL, row)?;
    let sql = "INSERT INTO risk_counts (tenant_id, day, type, band, count) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (tenant_id, day, type, band) DO UPDATE SET count = risk_counts.count + excluded.count";
    let band = RiskEvent::band(new.score);
    count_one(conn, sql, params![new.tenant.bytes(), at.day().number(), new.signal.as_str(), band, 1])
}

/// The first identifier of that time: identifiers begin with it.
fn first_id(at: Timestamp) -> EventId {
    let millis = u64::try_from(at.as_millis()).unwrap_or(0).min(0xFFFF_FFFF_FFFF);
    EventId::from_bytes((u128::from(millis) << 80).to_be_bytes())
}

/// A tenant's events, newest first. Which are looked at is decided on an index alone.
pub(crate) fn list(
    conn: Conn<'_>,
    tenant: TenantId,
    filter: &RiskFilter,
    request: PageRequest,
) -> Result<Page<RiskEvent>> {
    let from = first_id(filter.from.unwrap_or_default());
    let until = filter.until.map_or(EventId::from_bytes([0xFF; 16]), first_id);
    let least = filter.min_score.unwrap_or(0);
    let mut params: Vec<&dyn ToSql> = vec![tenant.bytes(), from.bytes(), until.bytes(), &least];
    let (user, signal) = (filter.user, filter.signal.map(Signal::as_str));
    let mut narrowed = String::new();
    if let Some(user) = &user {
        params.push(user.bytes());
        narrowed = format!(" AND user_id = ?{}", params.len());
    }
    if let Some(signal) = &signal {
        params.push(signal);
        narrowed = format!("{narrowed} AND type = ?{}", params.len());
    }
    let index = match (user, signal) {
        (Some(_), _) => "risk_events_by_user",
        (None, Some(_)) => "risk_events_by_type",
        (None, None) => "risk_events_by_score",
    };
    let from = format!(
        "FROM (SELECT id, score FROM risk_events {}
               WHERE tenant_id = ?1 AND id >= ?2 AND id < ?3{narrowed} ORDER BY id DESC LIMIT {LOOKED_AT}) way
         JOIN risk_events e ON e.tenant_id = ?1 AND e.id = way.id WHERE way.score >= ?4",
        conn.indexed_by(index),
    );
    let columns = columns::list("e", &COLUMNS);
    page(conn, &List { columns: &columns, from: &from, order: "way.id DESC" }, &params, request, read)
}

/// How many there were of each sort on each of these days.
pub(crate) fn counts(conn: Conn<'_>, tenant: TenantId, days: &RangeInclusive<Day>) -> Result<Vec<RiskCount>> {
    let sql = "SELECT day, type, band, count FROM risk_counts WHERE tenant_id = ?1 AND day BETWEEN ?2 AND ?3";
    all(conn, sql, params![tenant.bytes(), days.start().number(), days.end().number()], |c| {
        Ok(RiskCount {
            day: c.take().map(Day::numbered)?,
            signal: c.named(Signal::parse)?,
            band: c.take()?,
            count: c.count()?,
        })
    })
}

/// The users with the most events since then, among the newest.
pub(crate) fn riskiest(
    conn: Conn<'_>,
    tenant: TenantId,
    since: Timestamp,
    users: u32,
) -> Result<Vec<RiskyUser>> {
    let sql = format!(
        "SELECT user_id, count(*) AS events, CAST(avg(score) AS DOUBLE PRECISION), max(score) AS highest
         FROM (SELECT user_id, score FROM risk_events {}
               WHERE tenant_id = ?1 AND id >= ?2 ORDER BY id DESC LIMIT {LOOKED_AT}) newest
         GROUP BY user_id ORDER BY events DESC, highest DESC, user_id LIMIT ?3",
        conn.indexed_by("risk_events_by_score"),
    );
    all(conn, &sql, params![tenant.bytes(), first_id(since).bytes(), users], |c| {
        Ok(RiskyUser { user: c.id()?, count: c.count()?, average: c.take()?, highest: c.take()? })
    })
}
