//! The `Forwarded` header (RFC 7239).

/// The `for` parameter of each hop, the nearest one first; an empty text for a hop that does not tell.
pub fn hops_from_right(value: &str) -> impl Iterator<Item = String> {
    let hops: Vec<_> = split(value, ',').into_iter().map(|hop| client_of(hop).unwrap_or_default()).collect();
    hops.into_iter().rev()
}

fn client_of(hop: &str) -> Option<String> {
    let pairs = split(hop, ';').into_iter().filter_map(|pair| pair.split_once('='));
    let mut clients = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    let (_, node) = clients.next()?;
    // A parameter may occur once only (§4).
    if clients.next().is_some() { None } else { Some(unquoted(node.trim())) }
}

fn unquoted(node: &str) -> String {
    match node.strip_prefix('"').and_then(|n| n.strip_suffix('"')) {
        Some(quoted) => quoted.replace('\\', ""),
        None => node.to_owned(),
    }
}

/// Splits outside of quoted strings.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
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
    }
}
