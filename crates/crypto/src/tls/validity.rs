//! When a certificate is valid (RFC 5280 §4.1.2.5), read straight from its DER: the one thing of a server's own
//! certificate that rustls does not tell.

/// From when until when, both included, in seconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Validity {
    pub not_before: i64,
    pub not_after: i64,
}

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

impl Validity {
    /// Of a certificate; `None` if it is none.
    pub fn of(certificate: &[u8]) -> Option<Self> {
        let (signed, _) = take(certificate, SEQUENCE)?;
        let (mut body, _) = take(signed, SEQUENCE)?;
        if let Some((_, rest)) = take(body, VERSION) {
            body = rest;
        }
        // The serial number, the signature's algorithm and the issuer come first.
        for _ in 0..3 {
            (_, _, body) = element(body)?;
        }
        let (times, _) = take(body, SEQUENCE)?;
        let (not_before, rest) = time(times)?;
        let (not_after, _) = time(rest)?;
        Some(Self { not_before, not_after })
    }
}

/// The content of the first element, which must have this tag, and what follows it.
fn take(der: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = element(der)?;
    (tag == wanted).then_some((content, rest))
}

/// Tag and content of the first element, and what follows it (X.690 §8.1).
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// A time, always in UTC and to the second, and what follows it.
fn time(der: &[u8]) -> Option<(i64, &[u8])> {
    let (tag, content, rest) = element(der)?;
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let (year, text) = match tag {
        UTC_TIME => {
            (two(text, 0).map(|year| if year < 50 { 2000 + year } else { 1900 + year })?, text.get(2..)?)
        }
        GENERALIZED_TIME => (100 * two(text, 0)? + two(text, 2)?, text.get(4..)?),
        _ => return None,
    };
    let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|at| two(text, at));
    let (month, day) = (month.filter(|m| (1..=12).contains(m))?, day?);
    (text.len() == 10)
        .then_some((((days(year, month, day) * 24 + hour?) * 60 + minute?) * 60 + second?, rest))
}

/// Two decimal digits.
fn two(text: &str, at: usize) -> Option<i64> {
    text.get(at..at + 2).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
}

/// Days from 1970-01-01 to a day of the Gregorian calendar, counted in years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + day
        - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_understood() {
        for (tag, text, wanted) in [
            (UTC_TIME, "700101000000Z", Some(0)),
            (UTC_TIME, "260131235959Z", Some(1_769_903_999)),
            (UTC_TIME, "491231235959Z", Some(2_524_607_999)),
            (UTC_TIME, "500101000000Z", Some(-631_152_000)),
            (GENERALIZED_TIME, "20500101000000Z", Some(2_524_608_000)),
            (GENERALIZED_TIME, "20240229120000Z", Some(1_709_208_000)),
            (GENERALIZED_TIME, "20000301000000Z", Some(951_868_800)),
            (GENERALIZED_TIME, "99991231235959Z", Some(253_402_300_799)),
            (UTC_TIME, "2601312359Z", None),
            (UTC_TIME, "260131235959+0100", None),
            (UTC_TIME, "261331235959Z", None),
            (GENERALIZED_TIME, "20260131235959.5Z", None),
            (GENERALIZED_TIME, "2026013123595\u{e9}", None),
            (0x13, "260131235959Z", None),
            (UTC_TIME, "", None),
        ] {
            let der = [&[tag, text.len() as u8][..], text.as_bytes(), b"rest"].concat();
            assert_eq!(time(&der), wanted.map(|at| (at, &b"rest"[..])), "{text}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_validity() {
        for bad in [
            &b""[..],
            b"\x30",
            b"\x30\x80",
            b"\x30\x05\x30\x03\x02\x01\x01",
            b"\x30\x84\xff\xff\xff\xff",
            b"x",
        ] {
            assert_eq!(Validity::of(bad), None, "{bad:?}");
        }
    }
}
