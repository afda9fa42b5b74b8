//! Judges whole histories: what was acknowledged must have stayed so.

use super::event::{Event, What};
use super::ledger::Ledger;
use super::promise::Violation;
use serde::Serialize;
use std::collections::HashMap;

/// What the histories acknowledge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Acknowledged {
    pub(crate) mints: usize,
    pub(crate) redeems: usize,
    pub(crate) refreshes: usize,
    pub(crate) logouts: usize,
    /// Requests whose answer was lost.
    pub(crate) unknown: usize,
}

/// Puts the events of all histories into order, ticket by ticket.
pub(crate) fn by_ticket(histories: Vec<Vec<Event>>) -> Vec<Vec<Event>> {
    let mut tickets: HashMap<String, Vec<Event>> = HashMap::new();
    for event in histories.into_iter().flatten() {
        tickets.entry(event.ticket.clone()).or_default().push(event);
    }
    let mut tickets: Vec<Vec<Event>> = tickets.into_values().collect();
    for events in &mut tickets {
        events.sort_by_key(|event| event.at); // stable: one client's events keep their order
    }
    tickets.sort_by_key(|events| events[0].at);
    tickets
}

/// All promises that were broken.
pub(crate) fn judge(tickets: &[Vec<Event>]) -> Vec<Violation> {
    tickets.iter().flat_map(|events| Ledger::of(events).violations).collect()
}

pub(crate) fn count(tickets: &[Vec<Event>]) -> Acknowledged {
    let mut counts = Acknowledged::default();
    for event in tickets.iter().flatten() {
        match event.what {
            What::Minted { .. } => counts.mints += 1,
            What::Redeemed { .. } => counts.redeems += 1,
            What::Refreshed { .. } => counts.refreshes += 1,
            What::LoggedOut => counts.logouts += 1,
            What::RedeemLost { .. } | What::RefreshLost { .. } | What::LogoutLost => counts.unknown += 1,
            _ => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ticket `t`, one second between events, minted for ten minutes.
    fn verdict(events: impl IntoIterator<Item = What>) -> Vec<Violation> {
        let minted = What::Minted { expires: 600_000_000 };
        let what = std::iter::once(minted).chain(events);
        let at = |(number, what)| Event { at: 1_000_000 * number as u64, ticket: "t".into(), what };
        judge(&by_ticket(vec![what.enumerate().map(at).collect()]))
    }

    fn sent(key: Option<&str>) -> What {
        What::RedeemSent { key: key.map(Into::into) }
    }
    fn redeemed(key: Option<&str>, session: &str, refresh: &str) -> What {
        let (session, refresh) = (session.into(), refresh.into());
        What::Redeemed {
            key: key.map(Into::into),
            session,
            refresh,
            access: "a".into(),
            expires: 1_800_000_000,
        }
    }
    fn refused(key: Option<&str>) -> What {
        What::RedeemRefused { key: key.map(Into::into), status: 400 }
    }
    fn lost(key: Option<&str>) -> What {
        What::RedeemLost { key: key.map(Into::into) }
    }
    fn seen(status: u16) -> What {
        What::Seen { status }
    }
    fn refreshed(from: &str, to: &str) -> What {
        let (session, refresh) = ("s".into(), to.into());
        What::Refreshed { from: from.into(), session, refresh, access: "b".into(), expires: 1_800_000_000 }
    }
    fn t() -> String {
        "t".into()
    }

    #[test]
    fn a_whole_life_is_clean() {
        let k = Some("k");
        let life =
            [sent(k), lost(k), sent(k), redeemed(k, "s", "r"), sent(k), redeemed(k, "s", "r"), seen(200)];
        let rest = [
            What::RefreshSent { from: "r".into() },
            What::RefreshLost { from: "r".into() },
            What::RefreshSent { from: "r".into() },
            refreshed("r", "q"),
            refused(None),
            seen(200),
            What::LogoutSent,
            What::LoggedOut,
            seen(401),
            refused(k),
        ];
        assert_eq!(verdict(life.into_iter().chain(rest)), []);
    }

    #[test]
    fn a_doubled_redeem_is_flagged() {
        let doubled = vec![Violation::Doubled(t())];
        assert_eq!(verdict([redeemed(None, "s", "r"), redeemed(None, "s2", "r2")]), doubled);
        assert_eq!(
            verdict([redeemed(None, "s", "r"), redeemed(None, "s", "r")]),
            doubled,
            "no key, no repetition"
        );
        assert_eq!(verdict([redeemed(Some("k"), "s", "r"), redeemed(Some("j"), "s", "r")]), doubled);
        assert_eq!(verdict([redeemed(Some("k"), "s", "r"), redeemed(Some("k"), "s", "q")]), doubled);
        assert_eq!(verdict([redeemed(Some("k"), "s", "r"), redeemed(None, "s2", "r2")]), doubled);
    }

    #[test]
    fn a_lost_acknowledgement_is_flagged() {
        assert_eq!(verdict([refused(None)]), [Violation::LostMint(t())]);
        assert_eq!(verdict([redeemed(None, "s", "r"), seen(401)]), [Violation::LostSession(t())]);
        let logout = [redeemed(None, "s", "r"), What::LogoutSent, What::LogoutRefused { status: 401 }];
        assert_eq!(verdict(logout), [Violation::LostSession(t())]);
        let refresh = What::RefreshRefused { from: "r".into(), status: 401 };
        assert_eq!(verdict([redeemed(None, "s", "r"), refresh]), [Violation::LostSession(t())]);
    }

    #[test]
    fn a_refused_repetition_is_flagged() {
        let k = Some("k");
        assert_eq!(verdict([sent(k), lost(k), refused(k)]), [Violation::LostRetry(t())]);
        assert_eq!(verdict([sent(k), redeemed(k, "s", "r"), refused(k)]), [Violation::LostRetry(t())]);
        let from = || "r".to_owned();
        let refresh = [
            redeemed(None, "s", "r"),
            What::RefreshSent { from: from() },
            What::RefreshLost { from: from() },
            What::RefreshRefused { from: from(), status: 401 },
        ];
        assert_eq!(verdict(refresh), [Violation::LostRetry(t())]);
    }

    #[test]
    fn a_resurrected_logout_is_flagged() {
        let ended = || [redeemed(None, "s", "r"), What::LogoutSent, What::LoggedOut];
        assert_eq!(verdict(ended().into_iter().chain([seen(200)])), [Violation::Resurrected(t())]);
        assert_eq!(verdict(ended().into_iter().chain([refreshed("r", "q")])), [Violation::Resurrected(t())]);
        assert_eq!(verdict(ended().into_iter().chain([seen(401)])), []);
    }

    #[test]
    fn what_is_unknown_may_go_either_way() {
        assert_eq!(verdict([sent(None), lost(None), refused(None)]), []);
        assert_eq!(verdict([sent(None), lost(None), redeemed(None, "s", "r")]), []);
        for status in [200, 401] {
            assert_eq!(
                verdict([redeemed(None, "s", "r"), What::LogoutSent, What::LogoutLost, seen(status)]),
                []
            );
        }
    }

    #[test]
    fn events_are_put_in_order_across_histories() {
        let event = |at, what| Event { at, ticket: t(), what };
        let client =
            vec![event(1, What::Minted { expires: 600_000_000 }), event(3, redeemed(None, "s", "r"))];
        let prober = vec![event(4, refused(None)), event(5, seen(200))];
        let tickets = by_ticket(vec![prober, client]);
        assert_eq!(judge(&tickets), []);
        assert_eq!(count(&tickets), Acknowledged { mints: 1, redeems: 1, ..Acknowledged::default() });
    }
}
