//! Histories made by hand, good and bad.
#![cfg(test)]

use super::{Clocks, Facts, SessionFact, Skew, TicketFact, judge};
use crate::torture::history::{Call, Issued, NEVER, Op, Outcome};
use crate::torture::promise::Promise;
use authms_core::id::{SessionId, TicketId};

const SECOND: u64 = 1_000_000;
const REUSED: u64 = 40_000_201;

fn ticket_id() -> TicketId {
    TicketId::from_bytes([7; 16])
}

fn session(number: u8) -> String {
    SessionId::from_bytes([number; 16]).to_string()
}

/// From and to in seconds; node 0.
fn op(from: f64, to: f64, call: Call, outcome: Outcome) -> Op {
    let at = |seconds: f64| (seconds * SECOND as f64) as u64;
    let to = if outcome == Outcome::Unknown { NEVER } else { at(to) };
    Op { node: 0, ticket: "t".into(), call, outcome, from: at(from), to }
}

fn redeem(key: Option<&str>) -> Call {
    Call::Redeem { key: key.map(Into::into) }
}
fn refresh(token: &str) -> Call {
    Call::Refresh { token: token.into() }
}
fn look() -> Call {
    Call::Look { until: 1800 * SECOND }
}
/// Tokens of session 1.
fn tokens(refresh: &str) -> Outcome {
    tokens_of(1, refresh)
}
fn tokens_of(number: u8, refresh: &str) -> Outcome {
    let (refresh, access) = (refresh.into(), "a".into());
    Outcome::Tokens(Issued { session: session(number), refresh, access, until: 1800 * SECOND })
}
fn refused(status: u16) -> Outcome {
    Outcome::Refused { status, code: 0 }
}
fn reused() -> Outcome {
    Outcome::Refused { status: 401, code: REUSED }
}
use Outcome::{Done, Unknown};

fn minted() -> Op {
    let outcome = Outcome::Minted { ticket: "t".into(), id: ticket_id().to_string(), expires: 600 * SECOND };
    op(0.0, 0.1, Call::Mint, outcome)
}

/// What a ticket minted for ten minutes and then these show.
fn verdict(ops: impl IntoIterator<Item = Op>) -> Vec<Promise> {
    found(ops, &Clocks::default(), None)
}

fn found(ops: impl IntoIterator<Item = Op>, clocks: &Clocks, facts: Option<&Facts>) -> Vec<Promise> {
    let ops: Vec<Op> = std::iter::once(minted()).chain(ops).collect();
    let mut promises: Vec<_> = judge(&ops, clocks, facts).into_iter().map(|v| v.promise).collect();
    promises.sort_unstable();
    promises
}

#[test]
fn a_whole_life_is_clean() {
    let k = || redeem(Some("k"));
    let life = [
        op(1.0, 2.0, k(), Unknown),
        op(2.0, 2.5, k(), tokens("r0")),
        op(2.1, 2.4, k(), tokens("r0")),
        op(2.6, 2.7, look(), Done),
        op(3.0, 3.3, refresh("r0"), tokens("r1")),
        op(3.1, 3.2, refresh("r0"), tokens("r1")),
        op(4.0, 4.3, refresh("r1"), tokens("r2")),
        op(5.0, 5.1, k(), refused(400)),
        op(6.0, 6.3, Call::Logout, Done),
        op(6.1, 6.2, look(), Done),
        op(6.1, 6.4, refresh("r2"), refused(401)),
        op(7.0, 7.1, look(), refused(401)),
    ];
    assert_eq!(verdict(life), []);
}

#[test]
fn of_racers_one_wins() {
    let race = |second| [op(1.0, 1.5, redeem(None), tokens("r")), op(1.1, 1.4, redeem(None), second)];
    assert_eq!(verdict(race(refused(400))), []);
    assert_eq!(verdict(race(Unknown)), []);
    assert_eq!(verdict(race(tokens_of(2, "q"))), [Promise::Doubled]);
    assert_eq!(verdict(race(tokens("r"))), [Promise::Doubled], "no key, no repetition");
    let keyed =
        |key, second| [op(1.0, 1.5, redeem(Some("k")), tokens("r")), op(1.1, 1.4, redeem(key), second)];
    assert_eq!(verdict(keyed(Some("k"), tokens("r"))), []);
    assert_eq!(verdict(keyed(Some("k"), tokens("q"))), [Promise::Differs]);
    assert_eq!(verdict(keyed(Some("j"), tokens("r"))), [Promise::Doubled]);
    assert_eq!(verdict(keyed(None, tokens_of(2, "q"))), [Promise::Doubled]);
}

#[test]
fn a_minted_ticket_lets_in() {
    assert_eq!(verdict([op(1.0, 1.1, redeem(None), refused(400))]), [Promise::LostMint]);
    let revoke = |outcome| [op(1.0, 1.3, Call::Revoke, outcome), op(1.1, 1.2, redeem(None), refused(400))];
    assert_eq!(verdict(revoke(Done)), []);
    assert_eq!(verdict(revoke(Unknown)), []);
    assert_eq!(verdict([op(599.0, 599.1, redeem(None), refused(400))]), [], "as good as expired");
    assert_eq!(verdict([op(1.0, 1.1, Call::Revoke, refused(404))]), [Promise::LostMint]);
    assert_eq!(verdict([op(1.0, 1.1, Call::Revoke, refused(409))]), [Promise::LostMint]);
    let later = [op(1.0, 1.1, redeem(None), refused(400)), op(1.2, 1.3, redeem(None), tokens("r"))];
    assert_eq!(verdict(later), [Promise::LostMint], "who comes later explains nothing");
}

#[test]
fn a_ticket_is_redeemed_or_revoked() {
    let both = [op(1.0, 1.5, redeem(None), tokens("r")), op(1.1, 1.4, Call::Revoke, Done)];
    assert_eq!(verdict(both), [Promise::Resurrected]);
    let spent = [op(1.0, 1.5, redeem(None), tokens("r")), op(1.1, 1.4, Call::Revoke, refused(409))];
    assert_eq!(verdict(spent), []);
}

#[test]
fn a_lost_answer_can_be_asked_for_again() {
    let again = |key, at: f64| {
        [op(1.0, 2.0, redeem(Some("k")), Unknown), op(at, at + 0.1, redeem(key), refused(400))]
    };
    assert_eq!(verdict(again(Some("k"), 3.0)), [Promise::LostRetry]);
    assert_eq!(verdict(again(None, 3.0)), [], "perhaps spent");
    assert_eq!(verdict(again(Some("k"), 62.0)), [], "too late");
    let refresh_again = |at: f64| {
        let lost = [op(1.0, 1.1, redeem(None), tokens("r")), op(2.0, 2.1, refresh("r"), Unknown)];
        lost.into_iter().chain([op(at, at + 0.1, refresh("r"), refused(401))])
    };
    assert_eq!(verdict(refresh_again(3.0)), [Promise::LostRetry]);
    assert_eq!(verdict(refresh_again(13.0)), [], "too late");
}

#[test]
fn a_session_is_there_until_it_ends() {
    let signed_in = |then| [op(1.0, 1.1, redeem(None), tokens("r")), then];
    let lost = [Promise::LostSession];
    assert_eq!(verdict(signed_in(op(2.0, 2.1, look(), refused(401)))), lost);
    assert_eq!(verdict(signed_in(op(2.0, 2.1, Call::Logout, refused(401)))), lost);
    assert_eq!(verdict(signed_in(op(2.0, 2.1, refresh("r"), refused(401)))), lost);
    assert_eq!(verdict(signed_in(op(2.0, 2.1, refresh("r"), reused()))), lost);
    let logged_out = |outcome| {
        [op(1.0, 1.1, redeem(None), tokens("r")), op(1.5, 2.5, Call::Logout, outcome)]
            .into_iter()
            .chain([op(2.0, 2.1, look(), refused(401))])
    };
    assert_eq!(verdict(logged_out(Done)), []);
    assert_eq!(verdict(logged_out(Unknown)), []);
    assert_eq!(verdict(signed_in(op(1799.0, 1799.1, look(), refused(401)))), [], "as good as expired");
}

#[test]
fn what_ended_stays_ended() {
    let ended = |then| [op(1.0, 1.1, redeem(Some("k")), tokens("r")), op(2.0, 2.1, Call::Logout, Done), then];
    let lives = [Promise::Resurrected];
    assert_eq!(verdict(ended(op(3.0, 3.1, look(), Done))), lives);
    assert_eq!(verdict(ended(op(3.0, 3.1, refresh("r"), tokens("q")))), lives);
    assert_eq!(verdict(ended(op(3.0, 3.1, redeem(Some("k")), tokens("r")))), lives);
    assert_eq!(verdict(ended(op(2.05, 3.1, look(), Done))), [], "it began before the end was acknowledged");
}

#[test]
fn a_family_has_one_head() {
    let race = |second| {
        let first = [op(1.0, 1.1, redeem(None), tokens("r")), op(2.0, 2.2, refresh("r"), tokens("q"))];
        first.into_iter().chain([op(2.1, 2.3, refresh("r"), second)])
    };
    assert_eq!(verdict(race(tokens("q"))), []);
    assert_eq!(verdict(race(tokens("p"))), [Promise::Forked]);
    assert_eq!(verdict(race(tokens_of(2, "q"))), [Promise::Doubled]);
    let merged = [op(3.0, 3.1, refresh("q"), tokens("q"))];
    assert_eq!(verdict(race(tokens("q")).chain(merged)), [Promise::Forked], "a token succeeds itself");
}

#[test]
fn a_used_token_ends_its_family_and_only_that() {
    let family = |then: Vec<Op>| {
        let chain = [
            op(1.0, 1.1, redeem(None), tokens("r0")),
            op(2.0, 2.1, refresh("r0"), tokens("r1")),
            op(3.0, 3.1, refresh("r1"), tokens("r2")),
        ];
        chain.into_iter().chain(then)
    };
    let reuse = || op(4.0, 4.1, refresh("r0"), reused());
    assert_eq!(verdict(family(vec![reuse(), op(5.0, 5.1, look(), refused(401))])), []);
    assert_eq!(verdict(family(vec![reuse(), op(5.0, 5.1, look(), Done)])), [Promise::Resurrected]);
    assert_eq!(verdict(family(vec![op(4.0, 4.1, look(), refused(401))])), [Promise::LostSession]);
    // Two that repeat one another do not excuse one another.
    let twins = vec![op(4.0, 4.2, refresh("r2"), reused()), op(4.1, 4.3, refresh("r2"), reused())];
    assert_eq!(verdict(family(twins)), [Promise::LostSession, Promise::LostRetry]);
    // One that is still under way may come late.
    let late = vec![op(1.5, 1.6, refresh("r0"), Unknown), op(5.0, 5.1, look(), refused(401))];
    assert_eq!(verdict(family(late)), []);
}

#[test]
fn a_wrong_clock_of_the_store_excuses_refusals() {
    let wrong = Clocks { skews: vec![Skew { from: 5 * SECOND, to: 9 * SECOND }] };
    let late = || [op(10.0, 10.1, redeem(None), refused(400))];
    assert_eq!(found(late(), &wrong, None), []);
    assert_eq!(verdict(late()), [Promise::LostMint]);
    let before = [op(4.0, 4.1, redeem(None), refused(400))];
    assert_eq!(found(before, &wrong, None), [Promise::LostMint]);
    let taken_for_theft = [
        op(1.0, 1.1, redeem(None), tokens("r")),
        op(6.0, 6.1, refresh("r"), tokens("q")),
        op(6.0, 6.2, refresh("r"), reused()),
        Op { node: 1, ..op(6.3, 6.4, look(), refused(401)) },
    ];
    assert_eq!(found(taken_for_theft.clone(), &wrong, None), []);
    assert!(!verdict(taken_for_theft).is_empty());
    let doubled = [op(6.0, 6.1, redeem(None), tokens("r")), op(6.2, 6.3, redeem(None), tokens_of(2, "q"))];
    assert_eq!(found(doubled, &wrong, None), [Promise::Doubled], "a grant is not excused");
}

/// The store has the ticket, and these sessions of it.
fn facts(sessions: &[(u8, SessionFact)]) -> Facts {
    let first = sessions.first().map(|(number, _)| [*number; 16]);
    let sessions = sessions.iter().map(|(number, fact)| ([*number; 16], *fact));
    Facts::new([(*ticket_id().bytes(), TicketFact { session: first })], sessions)
}

fn open(generation: u32) -> SessionFact {
    SessionFact { ticket: Some(*ticket_id().bytes()), ended: false, generation }
}

#[test]
fn the_store_says_the_same() {
    let judge = |ops: &[Op], facts: &Facts| found(ops.to_vec(), &Clocks::default(), Some(facts));
    let lost = [op(1.0, 2.0, redeem(None), Unknown), op(1.0, 2.0, redeem(None), Unknown)];
    assert_eq!(judge(&lost, &facts(&[])), []);
    assert_eq!(judge(&lost, &facts(&[(1, open(0))])), []);
    assert_eq!(
        judge(&lost, &facts(&[(1, open(0)), (2, open(0))])),
        [Promise::Doubled],
        "behind lost answers"
    );
    assert_eq!(judge(&[], &Facts::default()), [Promise::LostMint]);

    let mut ops = vec![op(1.0, 2.0, redeem(None), tokens("r"))];
    assert_eq!(judge(&ops, &facts(&[(1, open(0))])), []);
    assert_eq!(judge(&ops, &facts(&[])), [Promise::LostSession]);
    assert_eq!(judge(&ops, &facts(&[(1, SessionFact { ended: true, ..open(0) })])), [Promise::LostSession]);
    assert_eq!(judge(&ops, &facts(&[(1, open(1))])), [Promise::Forked], "refreshed by nobody");

    ops.push(op(3.0, 3.1, refresh("r"), tokens("q")));
    assert_eq!(judge(&ops, &facts(&[(1, open(1))])), []);
    assert_eq!(judge(&ops, &facts(&[(1, open(0))])), [Promise::LostSession]);

    ops.push(op(4.0, 4.1, Call::Logout, Done));
    assert_eq!(judge(&ops, &facts(&[(1, SessionFact { ended: true, ..open(1) })])), []);
    assert_eq!(judge(&ops, &facts(&[(1, open(1))])), [Promise::LostEnd]);
}

#[test]
fn what_happened_behind_lost_answers_is_counted() {
    let ops = [minted(), op(1.0, 2.0, redeem(None), Unknown)];
    let unseen = |facts: &Facts| super::done_unseen(&ops, &Clocks::default(), facts);
    assert_eq!((unseen(&facts(&[])), unseen(&facts(&[(1, open(0))]))), (0, 1));
}
