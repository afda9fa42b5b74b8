//! The words of messages: one file a language, one place where their gaps are filled.

mod en;
mod zh;

use super::Message;
use super::address::Channel;
use super::language::Language;
use super::notice::FactorName;
use super::template::Template;
use crate::time::Timestamp;
use std::borrow::Cow;

/// The words of one template in one language. `{name}` is a gap.
struct Words {
    /// The subject of an e-mail.
    subject: &'static str,
    /// The text of an e-mail.
    body: &'static str,
    /// The whole of a text message.
    short: &'static str,
}

/// Subject and text of a message. `issuer` is what this service calls itself.
pub(super) fn write(message: &Message, issuer: &str) -> (String, String) {
    let words = words(message.template, message.language);
    let host = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    let (subject, text) = match message.to.channel() {
        Channel::Email => (words.subject, words.body),
        Channel::Sms => ("", words.short),
    };
    // A paragraph of which nothing is left leaves no hole.
    let text = fill(text, host, &message.values).replace("\n\n\n\n", "\n\n");
    (fill(subject, host, &message.values), text)
}

/// Fills the gaps in one go: what stands in a value is never taken for a gap, and stays on its line.
fn fill(words: &str, service: &str, values: &[(&'static str, Cow<'static, str>)]) -> String {
    let mut out = String::with_capacity(words.len() + 64);
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        let value = match name {
            "service" => service,
            _ => values.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value),
        };
        // A list of ours, of which each line was looked at before.
        let lines = name == "acts";
        out.extend(value.chars().filter(|c| !c.is_control() || (lines && *c == '\n')));
        rest = after;
    }
    out.push_str(rest);
    out
}

const fn words(template: Template, language: Language) -> Words {
    match language {
        Language::En => en::words(template),
        Language::Zh => zh::words(template),
    }
}

/// What a factor is called.
pub(super) const fn factor(name: FactorName, language: Language) -> &'static str {
    match language {
        Language::En => en::factor(name),
        Language::Zh => zh::factor(name),
    }
}

/// The word for what is not known.
pub(super) const fn unknown(language: Language) -> &'static str {
    match language {
        Language::En => en::UNKNOWN,
        Language::Zh => zh::UNKNOWN,
    }
}

/// A line with the link under which a code may be used; nothing without one.
pub(crate) fn link_line(link: Option<String>, language: Language) -> String {
    let before = match language {
        Language::En => en::LINK,
        Language::Zh => zh::LINK,
    };
    link.map_or_else(String::new, |link| format!("{before} {link}"))
}

/// A time as people read it, to the minute: `2026-03-01 09:30 UTC`.
pub(super) fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    match text.split_once('T') {
        Some((date, time)) => format!("{date} {} UTC", time.get(..5).unwrap_or(time)),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::notice::Notice;

    const ALL: &[Template] = &[
        Template::ResetPassword,
        Template::ResetByAdministrator,
        Template::SignIn,
        Template::SecondFactor,
        Template::StepUp,
        Template::Enrolment,
        Template::ConfirmAddress,
        Template::Notice(Notice::PasswordChanged),
        Template::Notice(Notice::AccountReset),
        Template::Notice(Notice::EmailChanged),
        Template::Notice(Notice::PhoneChanged),
        Template::Notice(Notice::FactorAdded(FactorName::Totp)),
        Template::Notice(Notice::FactorRemoved(FactorName::Totp)),
        Template::Notice(Notice::FactorsReset),
        Template::Notice(Notice::EnrolmentReleased),
        Template::Notice(Notice::NewDevice),
        Template::Notice(Notice::SignInRefused),
        Template::Notice(Notice::ActedFor),
        Template::Notice(Notice::ActAsked),
        Template::Notice(Notice::ActDigest),
        Template::Notice(Notice::ApprovalAsked),
        Template::Notice(Notice::GlassBroken),
    ];

    const LANGUAGES: [Language; 2] = [Language::En, Language::Zh];

    fn gaps(text: &str) -> Vec<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
    }

    #[test]
    fn each_template_has_its_words_in_each_language() {
        for template in ALL {
            for language in LANGUAGES {
                let words = words(*template, language);
                assert!(!words.subject.is_empty() && !words.subject.contains(['\r', '\n']), "{template:?}");
                let gaps = gaps(words.body);
                if *template == Template::Notice(Notice::ActDigest) {
                    assert!(gaps.contains(&"acts") && words.short.is_empty(), "each act has its own time");
                } else if let Template::Notice(_) = template {
                    assert!(words.short.is_empty(), "notices go by e-mail: {template:?}");
                    assert!(["time", "device", "ip"].iter().all(|gap| gaps.contains(gap)), "{template:?}");
                } else {
                    assert!(gaps.contains(&"code") && gaps.contains(&"minutes"), "{template:?}");
                    assert!(words.short.contains("{code}"), "{template:?}");
                }
            }
        }
        let added = words(Template::Notice(Notice::FactorAdded(FactorName::Totp)), Language::Zh);
        assert!(added.body.contains("{factor}"));
    }

    #[test]
    fn a_value_fills_its_gap_and_no_more() {
        let values = [("code", Cow::Borrowed("{service}\r\nBcc: eve@evil.example"))];
        assert_eq!(fill("a {code} b {none} {", "id.test", &values), "a {service}Bcc: eve@evil.example b  ");
        assert_eq!(minute(Timestamp::from_millis(0)), "1970-01-01 00:00 UTC");
    }
}
