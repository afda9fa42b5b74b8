//! Points in time as plain values: rules take `now`, they never read a clock.

use std::fmt;

/// Milliseconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down: a JWT's NumericDate (RFC 7519 §2).
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment and `span` more; stays at the end of time instead of overflowing.
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// This moment less `span`.
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Timestamp {
    /// The day that it is of.
    pub const fn day(self) -> Day {
        Day(self.0.div_euclid(Day::MILLIS))
    }
}

/// RFC 3339 in UTC, millisecond precision.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(t) => write!(f, "{t:.3}"),
            Err(_) => write!(f, "9999-12-31T23:59:59.999Z"),
        }
    }
}

impl std::str::FromStr for Timestamp {
    type Err = InvalidTimestamp;
    /// Parses RFC 3339.
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        text.parse::<jiff::Timestamp>().map(|t| Self(t.as_millisecond())).map_err(|_| InvalidTimestamp)
    }
}

/// The text is no RFC 3339 date and time.
#[derive(Debug, thiserror::Error)]
#[error("not an RFC 3339 date and time")]
pub struct InvalidTimestamp;

/// A day in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(i64);

impl Day {
    const MILLIS: i64 = 86_400_000;

    /// By its number, counted from the Unix epoch.
    pub const fn numbered(number: i64) -> Self {
        Self(number)
    }

    /// Its number, counted from the Unix epoch.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// When it begins.
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(Self::MILLIS))
    }

    /// The day after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// So many days before it.
    #[must_use]
    pub const fn before(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days))
    }
}

/// `2026-05-25`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.start().to_string().split('T').next().unwrap_or_default())
    }
}

impl std::str::FromStr for Day {
    type Err = InvalidTimestamp;
    /// Parses a full date of RFC 3339.
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        if text.len() != "2026-05-25".len() {
            return Err(InvalidTimestamp);
        }
        Ok(format!("{text}T00:00:00Z").parse::<Timestamp>()?.day())
    }
}

/// A length of time in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(i64);

impl Span {
    /// So many milliseconds.
    pub const fn millis(millis: i64) -> Self {
        Self(millis)
    }

    /// So many seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds * 1000)
    }

    /// So many hours.
    pub const fn hours(hours: i64) -> Self {
        Self::seconds(hours * 3600)
    }

    /// Both, one after the other.
    pub const fn and(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }

    /// The length in whole seconds.
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1000
    }

    /// The length in milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}
