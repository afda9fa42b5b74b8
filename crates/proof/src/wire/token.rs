//! Reads a claim of an access token without verifying it: the server under test signed it a moment ago.

use serde_json::Value;

/// The session an access token belongs to.
pub(crate) fn session_id(access_token: &str) -> Option<String> {
    let payload = access_token.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&base64url(payload)?).ok()?;
    let id = claims.get("sid").or_else(|| claims.get("session_id"))?;
    id.as_str().map(str::to_owned)
}

/// Unpadded base64url (RFC 4648 §5); `None` on any other character.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for symbol in text.bytes() {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_read_from_the_payload() {
        // {"sub":"u","sid":"s_1?~"}
        assert_eq!(session_id("e30.eyJzdWIiOiJ1Iiwic2lkIjoic18xP34ifQ.sig").as_deref(), Some("s_1?~"));
        assert_eq!(session_id("opaque"), None);
        assert_eq!(session_id("a.b+.c"), None);
    }

    #[test]
    fn all_lengths_decode() {
        let cases: [(&str, &[u8]); 5] =
            [("", b""), ("Zg", b"f"), ("Zm8", b"fo"), ("Zm9v", b"foo"), ("-_-_", &[0xfb, 0xff, 0xbf])];
        for (text, bytes) in cases {
            assert_eq!(base64url(text).as_deref(), Some(bytes));
        }
    }
}
