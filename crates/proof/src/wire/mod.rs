//! HTTP/1.1 as a client, by hand: the generator shares the cores with the server, so it must cost little.

mod conn;
mod request;
mod response;
mod token;

pub(crate) use conn::{Answer, Conn, loopback_only};
pub(crate) use request::Request;
pub(crate) use response::parse_head;
pub(crate) use token::session_id;

/// The first string value of `name` in a JSON body, unescaped values only: cheap enough for the hot loop, and
/// all that identifiers and tokens need.
pub(crate) fn string_field<'a>(body: &'a [u8], name: &str) -> Option<&'a str> {
    let text = std::str::from_utf8(body).ok()?;
    let mut rest = text;
    loop {
        rest = &rest[rest.find(name)? + name.len()..];
        let Some(value) = rest.strip_prefix('"') else { continue };
        let Some(value) = value.trim_start().strip_prefix(':') else { continue };
        let Some(value) = value.trim_start().strip_prefix('"') else { continue };
        return value.split('"').next();
    }
}

#[cfg(test)]
mod tests {
    use super::string_field;

    #[test]
    fn fields_are_found_by_name() {
        let body = br#"{"message":"ticket","ticket": "tkt_1","refresh_token":"r"}"#;
        assert_eq!(string_field(body, "ticket"), Some("tkt_1"));
        assert_eq!(string_field(body, "refresh_token"), Some("r"));
        assert_eq!(string_field(body, "access_token"), None);
    }
}
