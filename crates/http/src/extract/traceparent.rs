//! `traceparent` (W3C Trace Context).

use axum::http::HeaderMap;

/// The trace that the caller is in; `None` unless there is exactly one well-formed header.
pub fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all("traceparent").iter();
    let (value, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    parse(value)
}

fn parse(value: &str) -> Option<&str> {
    let (version, rest) = field(value, 2)?;
    let (trace, rest) = field(rest.strip_prefix('-')?, 32)?;
    let (parent, rest) = field(rest.strip_prefix('-')?, 16)?;
    let (_flags, rest) = field(rest.strip_prefix('-')?, 2)?;
    let ends = rest.is_empty() || (version != "00" && rest.starts_with('-'));
    (ends && version != "ff" && !is_zero(trace) && !is_zero(parent)).then_some(trace)
}

fn field(text: &str, length: usize) -> Option<(&str, &str)> {
    let (hex, rest) = text.split_at_checked(length)?;
    hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).then_some((hex, rest))
}

fn is_zero(hex: &str) -> bool {
    hex.bytes().all(|b| b == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_specification_allows() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let good = format!("00-{trace}-00f067aa0ba902b7-01");
        assert_eq!(parse(&good), Some(trace));
        assert_eq!(parse(&format!("cc-{trace}-00f067aa0ba902b7-01-what-the-future-holds")), Some(trace));
        for bad in [
            String::new(),
            format!("{good}-x"),
            format!("{good}x"),
            format!("cc-{trace}-00f067aa0ba902b7-01.x"),
            good.replace("00-4", "ff-4"),
            good.to_uppercase(),
            good.replace('-', "_"),
            good.replace(trace, &"0".repeat(32)),
            good.replace("00f067aa0ba902b7", &"0".repeat(16)),
            good[..54].to_owned(),
        ] {
            assert_eq!(parse(&bad), None, "{bad}");
        }
    }
}
