//! Messages on their way, and the codes in them.

use super::Case;
use super::races::{assert_winners, race};
use super::world::World;
use authms_core::access::Role;
use authms_core::code::{ATTEMPTS, Change as To, NewCode, RESEND_AFTER, SentCode, Slot, TTL};
use authms_core::commit::{Change, Commit, CommitError, Guard};
use authms_core::id::MessageId;
use authms_core::message::{Address, Change as Message, Channel, Language, Outgoing, Way};
use authms_core::time::{Span, Timestamp};
use authms_core::user::{Change as Users, User};

pub(super) const CASES: &[Case] = &[
    Case { name: "messages are due, tried and erased", run: |w| Box::pin(messages(w)) },
    Case { name: "one attempt at a message is made by one alone", run: |w| Box::pin(one_attempt(w)) },
    Case { name: "codes read back; a new one takes the place of the last", run: |w| Box::pin(codes(w)) },
    Case { name: "a code is sent again only after a while", run: |w| Box::pin(resent(w)) },
    Case { name: "a code is open for its time and its attempts", run: |w| Box::pin(open(w)) },
    Case { name: "64 wrong codes at once are counted as few", run: |w| Box::pin(guesses(w)) },
    Case { name: "a sweep erases codes past their time", run: |w| Box::pin(swept(w)) },
    Case { name: "what is known of a user's addresses reads back", run: |w| Box::pin(addresses(w)) },
];

async fn enqueue(w: &World, due_at: Timestamp, expires_at: Option<Timestamp>) -> Outgoing {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let message = Outgoing {
        id: w.id(),
        tenant: tenant.id,
        user: user.id,
        way: Way::Letter(Channel::Sms),
        template: "sign_in".to_owned(),
        sealed: vec![1, 2, 3],
        attempts: 0,
        due_at,
        expires_at,
    };
    w.commit(Change::Message(Message::Enqueue(Box::new(message.clone())))).await;
    message
}

async fn due(w: &World, now: Timestamp) -> Vec<MessageId> {
    w.store.due_messages(now, 10).await.unwrap().into_iter().map(|m| m.id).collect()
}

async fn messages(w: World) {
    let start = w.now();
    let late = enqueue(&w, start.plus(Span::hours(2)), None).await;
    let early = enqueue(&w, start.plus(Span::hours(1)), Some(start.plus(Span::hours(3)))).await;
    assert!(due(&w, early.due_at.minus(Span::millis(1))).await.is_empty());
    assert_eq!(due(&w, early.due_at).await, [early.id]);
    assert_eq!(due(&w, late.due_at).await, [early.id, late.id], "the longest due first");
    assert_eq!(w.store.due_messages(late.due_at, 1).await.unwrap().len(), 1);
    let found = w.store.due_messages(late.due_at, 10).await.unwrap();
    assert_eq!(format!("{:?}", found[0]), format!("{early:?}"));
    let due_at = start.plus(Span::hours(5));
    w.commit(Change::Message(Message::Try { id: early.id, due_at })).await;
    let found = w.store.due_messages(due_at, 10).await.unwrap();
    assert_eq!(format!("{:?}", found[1]), format!("{:?}", Outgoing { attempts: 1, due_at, ..early.clone() }));
    w.commit(Change::Message(Message::Erase(early.id))).await;
    w.commit(Change::Message(Message::Erase(early.id))).await;
    assert_eq!(due(&w, due_at).await, [late.id]);
}

async fn one_attempt(w: World) {
    let message = enqueue(&w, w.now(), None).await;
    let attempt = || {
        let guard = Guard::MessageDue { id: message.id, attempts: 0 };
        w.try_commit(vec![guard], Change::Message(Message::Try { id: message.id, due_at: w.now() }))
    };
    attempt().await.unwrap();
    assert_eq!(attempt().await.map(drop), Err(CommitError::Conflict(0)));
    w.commit(Change::Message(Message::Erase(message.id))).await;
    assert_eq!(attempt().await.map(drop), Err(CommitError::Conflict(0)));
}

fn new(w: &World, slot: Slot) -> SentCode {
    SentCode {
        id: w.id(),
        slot,
        user: w.id(),
        to: Address::new(Channel::Email, "alice@example.com").unwrap(),
        code_hash: w.bytes(),
        attempts: 0,
        sent_at: w.now(),
        expires_at: w.now(),
    }
}

fn put(code: &SentCode) -> Change {
    Change::Code(To::Put(Box::new(NewCode { code: code.clone(), ttl: TTL })))
}

async fn sent(w: &World, slot: Slot) -> SentCode {
    let code = new(w, slot);
    let at = w.commit(put(&code)).await.at;
    SentCode { sent_at: at, expires_at: at.plus(TTL), ..code }
}

async fn codes(w: World) {
    let (slot, other) = (Slot(w.bytes()), Slot(w.bytes()));
    let first = sent(&w, slot).await;
    let found = w.store.sent_code(slot).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{first:?}"));
    w.commit(Change::Code(To::Fail(slot))).await;
    assert_eq!(w.store.sent_code(slot).await.unwrap().unwrap().attempts, 1);
    let second = sent(&w, slot).await;
    let found = w.store.sent_code(slot).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{second:?}"), "with all of its attempts");
    w.commit(Change::Code(To::Spend(slot))).await;
    assert!(w.store.sent_code(slot).await.unwrap().is_none());
    assert!(w.store.sent_code(other).await.unwrap().is_none());
}

async fn resent(w: World) {
    let slot = Slot(w.bytes());
    let again = || w.try_commit(vec![Guard::CodeDue(slot)], put(&new(&w, slot)));
    let at = again().await.unwrap().at;
    w.clock.set(at.plus(RESEND_AFTER).minus(Span::millis(10)));
    assert_eq!(again().await.map(drop), Err(CommitError::Conflict(0)));
    w.clock.set(at.plus(RESEND_AFTER));
    again().await.unwrap();
}

async fn open(w: World) {
    let slot = Slot(w.bytes());
    let former = sent(&w, slot).await;
    let code = sent(&w, slot).await;
    let fail = |id| {
        let guard = Guard::CodeOpen { slot, id, attempts_below: ATTEMPTS };
        w.try_commit(vec![guard], Change::Code(To::Fail(slot)))
    };
    let dead = Err(CommitError::Conflict(0));
    assert_eq!(fail(former.id).await.map(drop), dead, "another code has taken its place");
    for _ in 0..ATTEMPTS {
        fail(code.id).await.unwrap();
    }
    assert_eq!(fail(code.id).await.map(drop), dead, "its attempts are used up");
    let code = sent(&w, slot).await;
    w.clock.set(code.expires_at.minus(Span::millis(1)));
    fail(code.id).await.unwrap();
    w.clock.set(code.expires_at);
    assert_eq!(fail(code.id).await.map(drop), dead, "its time is over");
}

async fn guesses(w: World) {
    let slot = Slot(w.bytes());
    let code = sent(&w, slot).await;
    let guess = || {
        let guard = Guard::CodeOpen { slot, id: code.id, attempts_below: ATTEMPTS };
        Commit::new(w.audit()).guard(guard).change(Change::Code(To::Fail(slot)))
    };
    let outcomes = race(&w, (0..64).map(|_| guess()).collect()).await;
    assert_winners(&outcomes, usize::from(ATTEMPTS));
}

async fn swept(w: World) {
    let slot = Slot(w.bytes());
    let code = sent(&w, slot).await;
    w.clock.set(code.expires_at.minus(Span::millis(1)));
    w.store.sweep().await.unwrap();
    assert!(w.store.sent_code(slot).await.unwrap().is_some());
    w.clock.set(code.expires_at);
    w.store.sweep().await.unwrap();
    assert!(w.store.sent_code(slot).await.unwrap().is_none());
}

async fn addresses(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let known = User {
        email_verified_at: Some(w.now()),
        phone_verified_at: Some(w.now().minus(Span::hours(1))),
        language: Some(Language::Zh),
        rev: user.rev + 1,
        ..user.clone()
    };
    w.commit(Change::User(Users::Update(Box::new(known.clone())))).await;
    let found = w.store.member(tenant.id, user.id).await.unwrap().unwrap().user;
    assert_eq!(
        (found.email_verified_at, found.phone_verified_at, found.language),
        (known.email_verified_at, known.phone_verified_at, Some(Language::Zh))
    );
    for language in [Some(Language::En), None] {
        w.commit(Change::User(Users::SetLanguage { user: user.id, language })).await;
        let found = w.store.member(tenant.id, user.id).await.unwrap().unwrap().user;
        assert_eq!((found.language, found.rev, found.fence), (language, known.rev, known.fence));
    }
}
