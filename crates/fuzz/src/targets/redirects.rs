//! Redirect URIs and origins: those that are taken mean the same to a browser's reader of URLs, letter by letter.

use crate::input::Input;
use authms_core::client::{check_origin, check_redirect_uri};
use url::{Origin, Url};

/// A URI.
pub fn run(data: &[u8]) {
    let Some(text) = Input(data).text() else { return };
    if check_origin(text).is_ok() {
        let url = Url::parse(text).expect("an origin that is taken is a URL");
        assert_eq!(url.origin().ascii_serialization(), text, "browsers would send it otherwise");
    }
    if check_redirect_uri(text).is_ok() {
        redirect(text);
    }
}

fn redirect(text: &str) {
    let url = Url::parse(text).expect("a redirect URI that is taken is a URL");
    let (scheme, rest) = text.split_once("://").expect("absolute");
    assert_eq!(url.scheme(), scheme.to_ascii_lowercase());
    assert!(
        !["javascript", "data", "vbscript", "file", "blob"].contains(&url.scheme()),
        "runs or reads: {text}"
    );
    assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none(), "{text}");
    if ["http", "https"].contains(&url.scheme()) {
        assert!(matches!(url.origin(), Origin::Tuple(..)), "{text} is nowhere");
        let authority = rest.split(['/', '?']).next().unwrap_or_default().to_ascii_lowercase();
        let host = url.host_str().expect("a host");
        let read = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        let default = if url.scheme() == "https" { ":443" } else { ":80" };
        let written = authority.strip_suffix(default).unwrap_or(&authority);
        assert_eq!(written, read, "two readers, two hosts: {text}");
    }
}
