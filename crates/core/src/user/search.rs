//! What users are found by.

use super::model::User;
use crate::id::UserId;
use crate::text;

/// What a list of users is searched for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Search {
    /// The user of this identifier.
    Id(UserId),
    /// Names with this text in them, folded as in [`User::terms`].
    Text(String),
}

impl Search {
    /// What somebody typed; `None` if that is nothing.
    pub fn parse(typed: &str) -> Option<Self> {
        if let Some(id) = UserId::parse(typed.trim()) {
            return Some(Self::Id(id));
        }
        let text = text::fold(typed);
        // Phone numbers are kept without what makes them readable.
        let is_number = text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
        let text = if is_number { text.replace([' ', '-', '(', ')', '.'], "") } else { text };
        (!text.is_empty()).then_some(Self::Text(text))
    }
}

impl User {
    /// The texts that the user is found by: names, folded so that neither capitals nor widths matter.
    pub fn terms(&self) -> impl Iterator<Item = String> {
        [&self.username, &self.email, &self.phone, &self.external_id, &self.nickname]
            .into_iter()
            .flatten()
            .map(|n| text::fold(n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_folded_like_what_is_kept() {
        let text = |typed: &str| match Search::parse(typed) {
            Some(Search::Text(text)) => Some(text),
            _ => None,
        };
        assert_eq!(text(" ＡＮＮ "), Some("ann".to_owned()));
        assert_eq!(text("ÉMILE"), Some("émile".to_owned()));
        assert_eq!(text("+49 (30) 123-4"), Some("+49301234".to_owned()));
        assert_eq!(text("a.b-c"), Some("a.b-c".to_owned()));
        for nothing in ["", "  ", "---", "()"] {
            assert_eq!(Search::parse(nothing), None, "{nothing:?}");
        }
        let id = UserId::from_bytes([7; 16]);
        assert_eq!(Search::parse(&format!(" {id} ")), Some(Search::Id(id)));
    }
}
