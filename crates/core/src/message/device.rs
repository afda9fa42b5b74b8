//! What a message says of the device in front of which somebody sat.

/// Browser and system in words of our own: `User-Agent` is whatever its sender likes, and must never become a text that
/// we send to somebody else.
pub(super) fn describe(user_agent: Option<&str>) -> Option<(&'static str, &'static str)> {
    let text = user_agent?;
    let of = |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| text.contains(mark)).map(|k| k.1);
    Some((of(BROWSERS)?, of(SYSTEMS)?))
}

/// The more particular first: most pretend to be the others, too.
const BROWSERS: &[(&str, &str)] = &[
    ("MicroMessenger/", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("OpenHarmony", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn a_device_is_told_in_our_own_words() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(describe(Some(chrome)), Some(("Chrome", "Windows")));
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                     Gecko) Version/19.0 Mobile/15E148 Safari/604.1";
        assert_eq!(describe(Some(phone)), Some(("Safari", "iOS")));
        assert_eq!(describe(Some("Your account is locked: http://evil.example")), None);
        assert_eq!(describe(None), None);
    }
}
