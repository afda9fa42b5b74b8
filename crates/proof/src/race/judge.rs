//! Whether what the redeemers saw can be the work of a server that lets each ticket in once.

use super::volley::Seen;
use crate::api::Tokens;
use crate::table::{grouped, render};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// What must hold for the answers to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// One gets tokens, all others 400.
    OneWins,
    /// All get tokens: the same session and the same refresh token.
    AllTheSame,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Verdict {
    pub(crate) contests: usize,
    pub(crate) attempts: usize,
    /// Answers with tokens.
    pub(crate) granted: usize,
    /// Everything else, by status or `lost`.
    pub(crate) others: BTreeMap<String, usize>,
    pub(crate) violations: Vec<String>,
}

/// `seen` is by contest: a ticket or a refresh token.
pub(super) fn judge(rule: Rule, seen: &[Vec<Seen>]) -> Verdict {
    let mut verdict = Verdict { contests: seen.len(), ..Verdict::default() };
    let mut sessions: HashMap<String, usize> = HashMap::new();
    for (number, seen) in seen.iter().enumerate() {
        verdict.count(seen);
        let granted: Vec<&Tokens> = seen.iter().filter_map(tokens).collect();
        let broken = match rule {
            Rule::OneWins => one_wins(seen, &granted),
            Rule::AllTheSame => all_the_same(seen, &granted),
        };
        verdict.violations.extend(broken.map(|what| format!("contest {number}: {what}")));
        for id in granted.iter().map(|tokens| &tokens.session) {
            if let Some(other) = sessions.insert(id.clone(), number).filter(|other| *other != number) {
                verdict.violations.push(format!("contests {other} and {number} share session {id}"));
            }
        }
    }
    verdict
}

fn one_wins(seen: &[Seen], granted: &[&Tokens]) -> Option<String> {
    let refused = seen.iter().filter(|seen| **seen == Seen::Status(400)).count();
    match granted.len() {
        1 if refused + 1 == seen.len() => None,
        1 => Some(format!("{} losers were not answered 400", seen.len() - 1 - refused)),
        winners => Some(format!("{winners} winners")),
    }
}

fn all_the_same(seen: &[Seen], granted: &[&Tokens]) -> Option<String> {
    if granted.len() != seen.len() {
        return Some(format!("only {} of {} got tokens", granted.len(), seen.len()));
    }
    let same = |a: &Tokens, b: &Tokens| a.session == b.session && a.refresh == b.refresh;
    match granted.windows(2).all(|pair| same(pair[0], pair[1])) {
        true => None,
        false => Some("not all got the same session and refresh token".into()),
    }
}

fn tokens(seen: &Seen) -> Option<&Tokens> {
    match seen {
        Seen::Tokens(tokens) => Some(tokens),
        Seen::Status(_) | Seen::Lost => None,
    }
}

impl Verdict {
    fn count(&mut self, seen: &[Seen]) {
        self.attempts += seen.len();
        for seen in seen {
            match seen {
                Seen::Tokens(_) => self.granted += 1,
                Seen::Status(status) => *self.others.entry(status.to_string()).or_default() += 1,
                Seen::Lost => *self.others.entry("lost".into()).or_default() += 1,
            }
        }
    }

    pub(crate) fn human(&self) -> String {
        let mut rows = vec![vec!["with tokens".to_owned(), grouped(self.granted as f64)]];
        rows.extend(self.others.iter().map(|(what, count)| vec![what.clone(), grouped(*count as f64)]));
        let mut text = render(&["answers", "count"], &rows);
        let (contests, attempts) = (grouped(self.contests as f64), grouped(self.attempts as f64));
        text +=
            &format!("\n{contests} contests, {attempts} attempts, {} violations\n", self.violations.len());
        for violation in self.violations.iter().take(20) {
            text += &format!("VIOLATION {violation}\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn granted(session: &str, refresh: &str) -> Seen {
        Seen::Tokens(Box::new(Tokens {
            session: session.into(),
            access: "a".into(),
            refresh: refresh.into(),
            expires_in: Duration::from_secs(1800),
        }))
    }

    fn violations(rule: Rule, seen: &[Vec<Seen>]) -> usize {
        judge(rule, seen).violations.len()
    }

    #[test]
    fn one_winner_a_ticket_passes() {
        let contest = |session| vec![Seen::Status(400), granted(session, "r"), Seen::Status(400)];
        let verdict = judge(Rule::OneWins, &[contest("s1"), contest("s2")]);
        assert!(verdict.violations.is_empty());
        assert_eq!(
            (verdict.contests, verdict.attempts, verdict.granted, verdict.others["400"]),
            (2, 6, 2, 4)
        );
    }

    #[test]
    fn anything_else_is_flagged() {
        let loser = || Seen::Status(400);
        assert_eq!(violations(Rule::OneWins, &[vec![granted("s", "r"), granted("t", "q"), loser()]]), 1);
        assert_eq!(violations(Rule::OneWins, &[vec![loser(), loser()]]), 1, "nobody won");
        assert_eq!(violations(Rule::OneWins, &[vec![granted("s", "r"), Seen::Status(503)]]), 1);
        assert_eq!(violations(Rule::OneWins, &[vec![granted("s", "r"), Seen::Lost]]), 1);
        let shared = vec![granted("s", "r"), loser()];
        assert_eq!(violations(Rule::OneWins, &[shared.clone(), shared]), 1, "one session for two tickets");
    }

    #[test]
    fn one_key_must_yield_one_answer() {
        let same = vec![granted("s", "r"), granted("s", "r")];
        assert_eq!(violations(Rule::AllTheSame, &[same]), 0);
        assert_eq!(violations(Rule::AllTheSame, &[vec![granted("s", "r"), granted("s", "q")]]), 1);
        assert_eq!(violations(Rule::AllTheSame, &[vec![granted("s", "r"), Seen::Status(400)]]), 1);
    }
}
