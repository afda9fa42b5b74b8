//! The languages that messages are written in.

/// A language.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese, simplified.
    Zh,
}

impl Language {
    /// The name on the wire and at rest (BCP 47).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The language of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::En, Self::Zh].into_iter().find(|l| l.as_str() == name)
    }

    /// The language of a tag (BCP 47), whatever its region and script: `zh-Hans-CN` is Chinese.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::parse(&primary.to_ascii_lowercase())
    }

    /// The best of ours for an `Accept-Language` header (RFC 9110 §12.5.4): `zh-CN` is Chinese, and of two of equal
    /// weight the first is meant. Only the first 16 ranges are looked at.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        for range in header.split(',').take(16) {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight(parameters);
            let Some(language) = Self::of_tag(tag) else { continue };
            if weight > best.map_or(0, |(_, w)| w) {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }
}

/// The weight in thousandths; 0 also for what is no weight.
fn weight(parameters: &str) -> u16 {
    let Some(q) = parameters.trim().strip_prefix(['q', 'Q']).and_then(|rest| rest.strip_prefix('=')) else {
        return 1000;
    };
    match q.trim().parse::<f32>() {
        Ok(q) if (0.0..=1.0).contains(&q) => (q * 1000.0) as u16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_header_names_the_language_that_is_liked_best() {
        for (header, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some(Language::Zh)),
            ("en;q=0.8, zh-Hans;q=0.9", Some(Language::Zh)),
            ("fr, en;q=0.1", Some(Language::En)),
            ("EN-gb", Some(Language::En)),
            ("en, zh", Some(Language::En)),
            ("zh;q=0, en;q=0.2", Some(Language::En)),
            ("ZH;Q=0, en;q=0.2", Some(Language::En)),
            ("fr", None),
            ("*", None),
            ("", None),
            ("zh;q=NaN", None),
            ("zh;q=7", None),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
