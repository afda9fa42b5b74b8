//! The `Authorization` header: bearer tokens (RFC 6750) and client credentials (RFC 7617).

use crate::error::ApiError;
use authms_crypto::SecretString;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The longest header that is read, in bytes.
const MAX: usize = 8 * 1024;

/// The bearer token; `None` if the request carries no credentials of that scheme.
///
/// # Errors
/// 401 `invalid_token` for more than one header, or for one that cannot hold a token.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let credentials = of_scheme(headers, "Bearer").map_err(|Unreadable| ApiError::invalid_token())?;
    match credentials {
        Some(token) if token.is_empty() || !token.bytes().all(is_token_byte) => {
            Err(ApiError::invalid_token())
        }
        token => Ok(token),
    }
}

/// What a client authenticates itself with.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// The client's identifier, as sent.
    pub id: String,
    /// Its secret.
    pub secret: SecretString,
}

/// The client's credentials; `None` if the request carries none of that scheme.
///
/// # Errors
/// 400 naming the header if it cannot be decoded.
pub fn basic(headers: &HeaderMap) -> Result<Option<ClientCredentials>, ApiError> {
    let malformed = || ApiError::malformed("Authorization", "malformed Basic credentials");
    let Some(encoded) = of_scheme(headers, "Basic").map_err(|Unreadable| malformed())? else {
        return Ok(None);
    };
    decode(encoded).ok_or_else(malformed).map(Some)
}

fn decode(encoded: &str) -> Option<ClientCredentials> {
    let decoded = SecretString::new(String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?);
    let (id, secret) = decoded.expose().split_once(':')?;
    let clean = !decoded.expose().chars().any(char::is_control);
    clean.then(|| ClientCredentials { id: id.to_owned(), secret: SecretString::new(secret.to_owned()) })
}

/// Too many headers, too long, or not text.
struct Unreadable;

fn of_scheme<'a>(headers: &'a HeaderMap, scheme: &str) -> Result<Option<&'a str>, Unreadable> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() || value.len() > MAX {
        return Err(Unreadable);
    }
    let text = value.to_str().map_err(|_| Unreadable)?;
    let (named, credentials) = text.split_once(' ').unwrap_or((text, ""));
    Ok(named.eq_ignore_ascii_case(scheme).then(|| credentials.trim_matches(' ')))
}

/// `token68`, of which JWTs and API keys are made.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(values: &[&str]) -> HeaderMap {
        let pairs = values.iter().map(|v| (AUTHORIZATION, HeaderValue::from_str(v).expect("a value")));
        pairs.collect()
    }

    #[test]
    fn bearer_tokens() {
        assert_eq!(bearer(&headers(&[])).ok(), Some(None));
        assert_eq!(bearer(&headers(&["Basic YTpi"])).ok(), Some(None));
        assert_eq!(bearer(&headers(&["bEARER a.b-c_d~"])).ok(), Some(Some("a.b-c_d~")));
        for bad in ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer \"a\""] {
            assert!(bearer(&headers(&[bad])).is_err(), "{bad}");
        }
        assert!(bearer(&headers(&["Bearer a", "Bearer b"])).is_err(), "two headers");
        assert!(bearer(&headers(&[&format!("Bearer {}", "a".repeat(MAX))])).is_err(), "too long");
    }

    #[test]
    fn client_credentials() {
        let good = basic(&headers(&["basic Y2xpXzE6czplY3JldA=="])).ok().flatten().expect("credentials");
        assert_eq!((good.id.as_str(), good.secret.expose()), ("cli_1", "s:ecret"));
        assert!(!format!("{good:?}").contains("s:ecret"));
        assert!(matches!(basic(&headers(&["Bearer x"])), Ok(None)));
        for bad in ["Basic", "Basic %%%", "Basic bm9jb2xvbg==", "Basic YTpiAA==", "Basic gP8="] {
            assert!(basic(&headers(&[bad])).is_err(), "{bad}");
        }
    }
}
