//! Where an endpoint may be.

use crate::client::check_redirect_uri;

/// Whether something may be posted to this URL; what its host resolves to is looked at when it is.
///
/// # Errors
/// Says what is wrong with it.
pub(super) fn check(url: &str) -> Result<(), &'static str> {
    check_redirect_uri(url)?;
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority
        .rsplit_once(':')
        .filter(|(_, port)| !port.ends_with(']'))
        .map_or(authority, |(host, _)| host);
    match scheme {
        "https" => Ok(()),
        "http" if ["localhost", "127.0.0.1", "[::1]"].contains(&host) => Ok(()),
        _ => Err("only https, and http on this machine"),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn an_endpoint_is_at_an_https_url_or_on_this_machine() {
        for good in [
            "https://hooks.shop.test/in?x=1",
            "https://hooks.shop.test:8443",
            "https://[2001:db8::1]/",
            "http://localhost:3000/in",
            "http://127.0.0.1",
            "http://[::1]:80/",
            "http://[::1]",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "hooks.shop.test",
            "http://shop.test/",
            "http://localhost.shop.test/",
            "http://10.0.0.1/",
            "HTTP://localhost/",
            "ftp://shop.test/",
            "gopher://shop.test/",
            "app://callback",
            "https://me:secret@shop.test/",
            "http://localhost:1@shop.test/",
            "https://shop.test/#x",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://[::ffff:127.0.0.1]/",
            "https://shop.test\\@evil.test/",
            "https://shop.test/ x",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
