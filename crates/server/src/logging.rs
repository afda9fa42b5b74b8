//! Logging: one record a line to standard error, whatever the values hold.
//!
//! Standard output is never written to: it carries the results of commands.

use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write};

use tracing::Subscriber;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::config::{Log, LogFormat, LogLevels};

/// Starts logging to standard error for the rest of the process, panics included.
///
/// # Errors
/// When logging has been started before.
pub fn init(log: &Log) -> Result<(), TryInitError> {
    subscriber(log, io::stderr().is_terminal(), io::stderr).try_init()?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// A subscriber that writes to `out`, as JSON or text as `log` says; `auto` is text when `terminal`.
///
/// In JSON the fields of an event stand beside `timestamp`, `level`, `target`, `message` and `span`; give no
/// field one of these names.
pub fn subscriber<W>(log: &Log, terminal: bool, out: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !terminal,
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        // Such errors would go to standard error as they are, past the escaping.
        .log_internal_errors(false)
        .with_writer(OneLine(out));
    let registry = tracing_subscriber::registry().with(targets(&log.level));
    if json {
        Box::new(registry.with(layer.json().flatten_event(true).with_span_list(false)))
    } else {
        Box::new(registry.with(layer))
    }
}

fn targets(levels: &LogLevels) -> Targets {
    Targets::new().with_default(levels.default).with_targets(levels.targets.iter().cloned())
}

fn log_panic(info: &std::panic::PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(%place, "panic: {}", info.payload_as_str().unwrap_or("no message"));
}

/// Writes a character so that it can neither end a line nor steer a terminal: control characters, line
/// and paragraph separators and those that turn the direction of text become `\n`, `\r`, `\t` or `\uXXXX`,
/// which are also the escapes of JSON.
///
/// # Errors
/// When `out` refuses.
pub fn write_escaped(out: &mut impl fmt::Write, c: char) -> fmt::Result {
    match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        _ if is_unsafe(c) => write!(out, "\\u{:04x}", u32::from(c)),
        _ => out.write_char(c),
    }
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Makes writers that take one record a call and write it as one line.
struct OneLine<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = OneLineWriter<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLineWriter(self.0.make_writer())
    }
}

struct OneLineWriter<W>(W);

impl<W: Write> Write for OneLineWriter<W> {
    /// The formatter hands over a whole record, ending in a newline, in one call. That newline is the only
    /// one that goes through.
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(record);
        let mut line = String::with_capacity(text.len() + 1);
        for c in text.strip_suffix('\n').unwrap_or(&text).chars() {
            write_escaped(&mut line, c).map_err(io::Error::other)?;
        }
        let _ = line.write_char('\n');
        self.0.write_all(line.as_bytes())?;
        Ok(record.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    const NASTY: &str =
        "a\r\n2026-01-01T00:00:00Z ERROR forged\u{1b}[2J\u{2028}x\u{85}\u{7f}\u{202e}\0\u{9b}end";

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn capture(format: LogFormat, level: &str, work: impl FnOnce()) -> String {
        let captured = Captured::default();
        let log = Log { format, level: level.parse().expect("a level") };
        let out = captured.clone();
        tracing::subscriber::with_default(subscriber(&log, false, move || out.clone()), work);
        let bytes = captured.0.lock().expect("not poisoned").clone();
        String::from_utf8(bytes).expect("UTF-8")
    }

    fn log_nasty_values() {
        let span = tracing::info_span!("request", path = %NASTY, quoted = NASTY);
        let _inside = span.enter();
        tracing::info!(shown = %NASTY, debugged = ?NASTY, text = NASTY, "message {NASTY}");
    }

    #[test]
    fn s63_crlf_stays_one_record() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let out = capture(format, "info", log_nasty_values);
            let record = out.strip_suffix('\n').expect("ends in a newline");
            let unsafe_ones: Vec<char> = record.chars().filter(|c| is_unsafe(*c)).collect();
            assert!(unsafe_ones.is_empty(), "{format:?}: {record}");
            assert!(record.contains("forged"), "{format:?}: {record}");
        }
    }

    #[test]
    fn a_json_record_gives_back_the_value() {
        let out = capture(LogFormat::Json, "info", log_nasty_values);
        let record: serde_json::Value = serde_json::from_str(&out).expect("one JSON object");
        assert_eq!(record["shown"], NASTY);
        assert_eq!(record["text"], NASTY);
        assert_eq!(record["message"], format!("message {NASTY}"));
        assert_eq!(record["span"]["path"], NASTY);
        assert_eq!(record["level"], "INFO");
        assert_eq!(record["target"], module_path!());
    }

    #[test]
    fn two_records_are_two_lines_and_auto_without_a_terminal_is_json() {
        let out = capture(LogFormat::Auto, "info", || {
            tracing::info!("one");
            tracing::warn!("two");
        });
        assert_eq!(out.lines().count(), 2);
        assert!(out.lines().all(|line| line.starts_with('{')), "{out}");
    }

    #[test]
    fn auto_on_a_terminal_is_text() {
        let captured = Captured::default();
        let log = Log { format: LogFormat::Auto, level: "info".parse().expect("a level") };
        let out = captured.clone();
        tracing::subscriber::with_default(subscriber(&log, true, move || out.clone()), || {
            tracing::info!(n = 1, "hello");
        });
        let out = String::from_utf8(captured.0.lock().expect("not poisoned").clone()).expect("UTF-8");
        assert!(!out.starts_with('{') && out.contains("hello n=1"), "{out}");
    }

    #[test]
    fn levels_choose_by_target() {
        let out = capture(LogFormat::Text, "warn,chatty=debug,chatty::part=off", || {
            tracing::info!("hidden");
            tracing::warn!("seen one");
            tracing::debug!(target: "chatty", "seen two");
            tracing::trace!(target: "chatty", "hidden");
            tracing::error!(target: "chatty::part", "hidden");
        });
        assert!(out.contains("seen one") && out.contains("seen two") && !out.contains("hidden"), "{out}");
    }
}
