//! Whom passkeys are made for: domain and origins from configuration alone, never from a request.

use super::Passkeys;
use super::settings::Kind;
use super::value::expected;
use authms_core::client::check_origin;
use authms_crypto::webauthn::RelyingParty;

/// What Android apps send in place of a page's origin: the hash of the certificate that signs the app.
const ANDROID_APP: &str = "android:apk-key-hash:";

/// The relying party: the configured domain, else the issuer's host; the issuer's own pages, if they are of that
/// domain, and the configured ones.
pub fn relying_party(passkeys: &Passkeys, issuer: &str) -> RelyingParty {
    let id = passkeys.rp_id.clone().unwrap_or_else(|| host_of(issuer).to_owned());
    let own = origin_of(issuer);
    let mut origins: Vec<String> = covers(&id, &own).then_some(own).into_iter().collect();
    origins.extend(passkeys.origins.iter().cloned());
    RelyingParty { id, origins }
}

/// Whether a relying party may have this domain (WebAuthn §5.1.3).
///
/// # Errors
/// Says what is wrong with it.
pub(super) fn check_domain(text: &str) -> Result<(), &'static str> {
    check_origin(&format!("https://{text}"))?;
    if text.contains([':', '[']) || text.rsplit('.').next().is_some_and(|last| last.parse::<u32>().is_ok()) {
        return Err("no port, and no address: browsers make passkeys for names only");
    }
    if !text.contains('.') && text != "localhost" {
        return Err("a name at the top of all names would be everybody's");
    }
    Ok(())
}

/// A comma separated list; empty text is the empty list.
pub(super) fn origins(text: &str) -> Result<Vec<String>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').map(|item| origin(item.trim())).collect()
}

fn origin(text: &str) -> Result<String, String> {
    let is_app = text.strip_prefix(ANDROID_APP).is_some_and(|hash| {
        hash.len() == 43 && hash.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    });
    if !is_app {
        check_origin(text).map_err(|what| format!("{}; {what}", expected(Kind::Origins)))?;
    }
    Ok(text.to_owned())
}

/// Whether pages of this origin may use passkeys of this domain: on it or below it, label by label.
pub(super) fn covers(id: &str, origin: &str) -> bool {
    let host = host_of(origin);
    let below = host.strip_suffix(id).is_some_and(|above| above.is_empty() || above.ends_with('.'));
    below || origin.starts_with(ANDROID_APP)
}

/// The host of a URL, without its port.
pub(super) fn host_of(url: &str) -> &str {
    let authority = authority_of(url);
    let end = authority.find(']').map_or(0, |bracket| bracket + 1);
    let port = authority[end..].find(':').map_or(authority.len(), |colon| end + colon);
    &authority[..port]
}

/// The origin of the pages at a URL, as browsers write it: without the scheme's own port.
fn origin_of(url: &str) -> String {
    let scheme = url.split("://").next().unwrap_or_default();
    let default = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority_of(url);
    format!("{scheme}://{}", authority.strip_suffix(default).unwrap_or(authority))
}

fn authority_of(url: &str) -> &str {
    url.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(rp_id: Option<&str>, origins: &[&str], issuer: &str) -> (String, Vec<String>) {
        let passkeys = Passkeys {
            rp_id: rp_id.map(str::to_owned),
            origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
            user_verification: true,
        };
        let party = relying_party(&passkeys, issuer);
        (party.id, party.origins)
    }

    #[test]
    fn without_settings_the_issuers_own_pages_are_all() {
        for (issuer, id, origin) in [
            ("https://id.example.org", "id.example.org", "https://id.example.org"),
            ("https://id.example.org:443/auth", "id.example.org", "https://id.example.org"),
            ("https://id.example.org:8443", "id.example.org", "https://id.example.org:8443"),
            ("http://localhost:8080", "localhost", "http://localhost:8080"),
        ] {
            assert_eq!(party(None, &[], issuer), (id.to_owned(), vec![origin.to_owned()]), "{issuer}");
        }
    }

    #[test]
    fn the_issuers_pages_count_only_if_they_are_of_the_domain() {
        let (_, origins) = party(Some("example.org"), &["https://app.example.org"], "https://id.example.org");
        assert_eq!(origins, ["https://id.example.org", "https://app.example.org"]);
        let (_, origins) = party(Some("example.com"), &["https://example.com"], "https://id.example.org");
        assert_eq!(origins, ["https://example.com"]);
    }

    #[test]
    fn p15_a_domain_covers_no_name_that_only_ends_like_it() {
        assert!(
            covers("example.com", "https://example.com") && covers("example.com", "https://a.example.com:1")
        );
        for foreign in
            ["https://badexample.com", "https://example.com.evil.test", "https://com", "https://xample.com"]
        {
            assert!(!covers("example.com", foreign), "{foreign}");
        }
    }

    #[test]
    fn domains_are_names_and_not_everybodys() {
        for good in ["example.org", "id.example.org", "localhost", "xn--bcher-kva.example"] {
            assert_eq!(check_domain(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "org",
            "192.0.2.7",
            "[::1]",
            "example.org:443",
            "Example.org",
            "a/b.example",
            "*.example.org",
            "a@b.example",
        ] {
            assert!(check_domain(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn origins_are_pages_or_android_apps() {
        let app = format!("{ANDROID_APP}{}", "a".repeat(43));
        assert_eq!(origins(&format!("https://a.example, {app}")).map(|o| o.len()), Ok(2));
        for bad in [
            "https://a.example/",
            "http://a.example",
            "null",
            "android:apk-key-hash:short",
            "https://a.example,",
        ] {
            assert!(origins(bad).is_err(), "{bad}");
        }
    }
}
