//! What is logged.

use std::str::FromStr;

use tracing::level_filters::LevelFilter;

/// How a record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// One JSON object per line.
    Json,
    /// One readable line.
    Text,
}

/// Which records are written: a level for everything, and levels for targets (the longest one that
/// begins a record's target holds).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLevels {
    /// For every target without a level of its own.
    pub default: LevelFilter,
    /// Target and level, in the order given.
    pub targets: Vec<(String, LevelFilter)>,
}

impl FromStr for LogLevels {
    type Err = ();

    /// Reads `info` or `info,authms_http=debug`. A list without a plain level keeps `info`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut default = None;
        let mut targets = Vec::new();
        for item in text.split(',').map(str::trim) {
            match item.split_once('=') {
                Some((target, level)) if is_target(target) => targets.push((target.to_owned(), word(level)?)),
                Some(_) => return Err(()),
                None if default.is_none() => default = Some(word(item)?),
                None => return Err(()),
            }
        }
        Ok(Self { default: default.unwrap_or(LevelFilter::INFO), targets })
    }
}

fn word(word: &str) -> Result<LevelFilter, ()> {
    match word {
        "off" => Ok(LevelFilter::OFF),
        "error" => Ok(LevelFilter::ERROR),
        "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        "trace" => Ok(LevelFilter::TRACE),
        _ => Err(()),
    }
}

fn is_target(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_or_a_list_is_read() {
        let levels = |text: &str| text.parse::<LogLevels>();
        assert_eq!(levels("debug"), Ok(LogLevels { default: LevelFilter::DEBUG, targets: vec![] }));
        let list = levels("warn, authms_http=trace,hyper=off").expect("a list");
        assert_eq!(list.default, LevelFilter::WARN);
        assert_eq!(list.targets[0], ("authms_http".into(), LevelFilter::TRACE));
        assert_eq!(list.targets[1], ("hyper".into(), LevelFilter::OFF));
        assert_eq!(levels("a=warn").map(|levels| levels.default), Ok(LevelFilter::INFO));
        for bad in ["", "loud", "info,debug", "info,", "=info", "a=", "a[b]=info", "a=b=info"] {
            assert_eq!(levels(bad), Err(()), "{bad}");
        }
    }
}
