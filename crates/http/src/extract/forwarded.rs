//! The `Forwarded` header (RFC 7239).

/// The `for` parameter of each hop, the nearest one first; an empty text for a hop that does not tell.
///
/// All of it is read by the grammar (§4), or nothing: a client that leaves a quotation open would else swallow what a
/// proxy appends, and be taken at its own word. Then there is one hop, which does not tell.
pub fn hops_from_right(value: &str) -> impl Iterator<Item = String> {
    let hops = hops(value).unwrap_or_else(|| vec![String::new()]);
    hops.into_iter().rev()
}

fn hops(mut rest: &str) -> Option<Vec<String>> {
    let (mut hops, mut client, mut known) = (Vec::new(), None, true);
    loop {
        rest = blank(rest);
        // Elements of a list may be empty (RFC 9110 §5.6.1), and proxies are lenient about pairs, too.
        if !rest.starts_with([',', ';']) && !rest.is_empty() {
            let (name, after) = token(rest)?;
            let (text, after) = value(blank(after).strip_prefix('=')?)?;
            rest = blank(after);
            if name.eq_ignore_ascii_case("for") {
                // A parameter may occur once only.
                known &= client.replace(text).is_none();
            }
        }
        let ends = !rest.starts_with(';');
        if ends {
            hops.push(client.take().filter(|_| known).unwrap_or_default());
            known = true;
        }
        match rest.strip_prefix([',', ';']) {
            Some(next) => rest = next,
            None if rest.is_empty() => return Some(hops),
            None => return None,
        }
    }
}

fn blank(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

/// A token (RFC 9110 §5.6.2) and what follows it.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// A quoted text or one without quotes, and what follows it. Of the latter, colons and brackets are taken, too: many
/// proxies write addresses as they are.
fn value(text: &str) -> Option<(String, &str)> {
    let text = blank(text);
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ';', '"', ' ', '\t', '\\']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let (mut read, mut escaped) = (String::new(), false);
    for (at, c) in quoted.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => {
                escaped = true;
                continue;
            }
            '"' => return Some((read, &quoted[at + 1..])),
            _ => {}
        }
        read.push(c);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hops(value: &str) -> Vec<String> {
        hops_from_right(value).collect()
    }

    #[test]
    fn the_examples_of_the_rfc() {
        assert_eq!(hops("for=\"_gazonk\""), ["_gazonk"]);
        assert_eq!(hops("For=\"[2001:db8:cafe::17]:4711\""), ["[2001:db8:cafe::17]:4711"]);
        assert_eq!(hops("for=192.0.2.60;proto=http;by=203.0.113.43"), ["192.0.2.60"]);
        assert_eq!(hops("for=192.0.2.43, for=198.51.100.17"), ["198.51.100.17", "192.0.2.43"]);
    }

    #[test]
    fn separators_in_quotes_do_not_separate() {
        assert_eq!(hops("for=\"a, for=b\";by=c"), ["a, for=b"]);
        assert_eq!(hops("by=\"\\\", for=1\";for=d"), ["d"]);
    }

    #[test]
    fn hops_that_do_not_tell_are_kept_as_such() {
        assert_eq!(hops("by=x, for=1.2.3.4, for=1;for=2"), ["", "1.2.3.4", ""]);
        assert_eq!(hops("for=1.2.3.4,, for=5.6.7.8;"), ["5.6.7.8", "", "1.2.3.4"]);
    }

    #[test]
    fn s51_an_open_quotation_swallows_nothing_that_a_proxy_appends() {
        for forged in
            ["for=192.0.2.1;x=\"", "for=192.0.2.1;x=\"\\", "for=192.0.2.1;x=\"a\";y=\"", "for=\"192.0.2.1"]
        {
            for honest in
                ["for=203.0.113.9", "for=\"[2001:db8::9]:4711\"", "by=\"[fd00::1]\";for=203.0.113.9"]
            {
                assert_eq!(hops(&format!("{forged}, {honest}")), [""], "{forged} {honest}");
            }
        }
        for malformed in ["for", "for=a b", "for=\"a\"b", "for==", "=a", "for=a, x"] {
            let read = hops(malformed);
            assert!(read == [""] || read == ["="], "{malformed}: {read:?}");
        }
    }
}
