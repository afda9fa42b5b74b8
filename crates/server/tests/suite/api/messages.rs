//! Messages leave in the background, at least once, and say what they should in the language that they should.

use authms_core::access::Role;
use authms_core::audit::{Event, EventName, Source};
use authms_core::code::{self, CodeFor, Purpose, SendError};
use authms_core::commit::{Commit, CommitError};
use authms_core::id::UserId;
use authms_core::limits::Quota;
use authms_core::message::{self, ATTEMPTS, Address, Channel, Language, Notice, Template};
use authms_core::time::Span;
use authms_core::user::User;
use authms_crypto::SecretString;
use authms_testkit::{Arrived, Setup, TestApp};

const SCOPE: [u8; 16] = [7; 16];

async fn user(app: &TestApp, id: UserId) -> User {
    app.store().member(app.tenant, id).await.expect("reads").expect("a member").user
}

fn act(app: &TestApp, user: &User) -> Commit {
    let event = Event::new(EventName::UserUpdated, Some(app.tenant)).subject(user.id);
    Commit::new(event.into_row(app.parts.now(), &*app.parts.rng))
}

async fn tell(app: &TestApp, user: &User, what: Notice, source: &Source) {
    let commit = act(app, user).with(message::notice(&app.parts, user, what, source));
    app.store().commit(commit).await.expect("commits");
    // The next is a later one.
    app.clock.advance(Span::millis(1));
}

async fn alice(app: &TestApp) -> User {
    let id = app.user("alice", Role::Member).await;
    user(app, id).await
}

async fn send(app: &TestApp, user: &User, purpose: Purpose) -> Result<(), CommitError> {
    let to = Address::new(Channel::Email, user.email.as_deref().expect("an address")).expect("one");
    let ask =
        CodeFor { purpose, user, scope: SCOPE, to: &to, template: Template::SecondFactor, ttl: code::TTL };
    let sending = code::send(&app.parts, &ask, &Source::default()).await.expect("prepares");
    app.store().commit(sending.onto(act(app, user))).await.map(drop)
}

/// Types a code; whether it was right, and counted.
async fn types(app: &TestApp, user: &User, purpose: Purpose, scope: [u8; 16], typed: &str) -> Option<bool> {
    let typed = SecretString::new(typed.to_owned());
    let checked = code::check(&app.parts, user.id, purpose, &scope, &typed).await.expect("reads")?;
    let right = checked.right;
    app.store().commit(checked.onto(act(app, user))).await.ok().map(|_| right)
}

fn wrong(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

#[tokio::test]
async fn a_notice_tells_time_device_and_address_in_the_language_asked_for() {
    let app = TestApp::start().await;
    let alice = alice(&app).await;
    let source = Source {
        ip: Some("192.0.2.7".parse().expect("an address")),
        user_agent: Some("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned()),
        request_id: None,
        language: None,
        ..Source::default()
    };
    tell(&app, &alice, Notice::PasswordChanged, &source).await;
    tell(&app, &alice, Notice::PasswordChanged, &Source { language: Some(Language::Zh), ..source.clone() })
        .await;
    let spoken = User { language: Some(Language::En), ..alice.clone() };
    tell(&app, &spoken, Notice::PasswordChanged, &Source { language: Some(Language::Zh), ..source }).await;
    let [en, zh, own] = &app.post_leaves().await[..] else { panic!("three letters") };
    assert_eq!((en.to.as_str(), en.subject.as_str()), ("alice@example.test", "Your password was changed"));
    for told in ["id.example.test", "192.0.2.7", "Firefox, Linux", " UTC"] {
        assert!(en.text.contains(told), "{told}: {}", en.text);
    }
    assert_eq!(zh.subject, "您的密码已修改");
    assert_eq!(own, en, "what the user has said counts for more than what a request says");
}

#[tokio::test]
async fn what_a_stranger_says_of_itself_is_in_no_letter() {
    let app = TestApp::start().await;
    let alice = alice(&app).await;
    let source = Source {
        user_agent: Some("Call +1 900 to unlock: http://evil.example Firefox/1".to_owned()),
        ..Source::default()
    };
    tell(&app, &alice, Notice::SignInRefused, &source).await;
    let letters = app.post_leaves().await;
    assert!(!letters[0].text.contains("evil") && letters[0].text.contains("Device: unknown"), "{letters:?}");
}

#[tokio::test]
async fn a_message_is_tried_again_with_growing_pauses_and_then_given_up() {
    let app = TestApp::start().await;
    let alice = alice(&app).await;
    tell(&app, &alice, Notice::NewDevice, &Source::default()).await;
    for attempt in 1..ATTEMPTS {
        app.outbox.refuse_next(false);
        assert!(app.post_leaves().await.is_empty());
        let tried = || app.count("SELECT attempts FROM message_outbox");
        assert_eq!(tried(), i64::from(attempt));
        // Nobody tries in the pause, however often they look.
        app.clock.advance(Span::seconds(59));
        app.post_leaves().await;
        assert_eq!(tried(), i64::from(attempt));
        app.clock.advance(Span::hours(1));
    }
    app.outbox.refuse_next(false);
    app.post_leaves().await;
    assert_eq!(app.count("SELECT count(*) FROM message_outbox"), 0, "what it said is erased");
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'message.given_up'"), 1);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'message.sent'"), 0);
}

#[tokio::test]
async fn a_message_that_was_sent_is_erased_and_audited_once() {
    let app = TestApp::start().await;
    let alice = alice(&app).await;
    app.outbox.refuse_next(false);
    tell(&app, &alice, Notice::NewDevice, &Source::default()).await;
    assert!(app.post_leaves().await.is_empty());
    app.clock.advance(Span::seconds(60));
    assert_eq!(app.post_leaves().await.len(), 1, "it arrives later");
    app.clock.advance(Span::hours(2));
    assert!(app.post_leaves().await.is_empty(), "and once");
    assert_eq!(app.count("SELECT count(*) FROM message_outbox"), 0);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'message.sent'"), 1);
    app.outbox.refuse_next(true);
    tell(&app, &alice, Notice::NewDevice, &Source::default()).await;
    app.post_leaves().await;
    assert_eq!(app.count("SELECT count(*) FROM message_outbox"), 0, "refused for good: not tried again");
}

#[tokio::test]
async fn two_processes_send_a_message_once() {
    let app = TestApp::start().await;
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    let alice = alice(&app).await;
    for _ in 0..20 {
        tell(&app, &alice, Notice::NewDevice, &Source::default()).await;
    }
    let (here, there) = tokio::join!(app.post_leaves(), other.post_leaves());
    assert_eq!(here.len() + there.len(), 20);
}

#[tokio::test]
async fn p08_no_code_and_no_letter_stands_readable_in_the_database() {
    let app = TestApp::start().await;
    let alice = alice(&app).await;
    send(&app, &alice, Purpose::SecondFactor).await.expect("is sent");
    let before = app.at_rest();
    let code = app.post_leaves().await[0].code();
    assert!(before.holds(b"alice@example.test"), "else this test shows nothing");
    assert!(!before.holds(code.as_bytes()), "the code");
    assert!(!before.holds(b"Your code to"), "the letter");
}

#[tokio::test]
async fn s22_a_code_is_good_once_for_ten_minutes_and_for_its_own_purpose_and_challenge() {
    let app = TestApp::start().await;
    let alice = alice(&app).await;
    let bob = app.user("bob", Role::Member).await;
    let bob = user(&app, bob).await;
    let fresh = async || {
        app.clock.advance(code::RESEND_AFTER);
        send(&app, &alice, Purpose::SecondFactor).await.expect("is sent");
        app.post_leaves().await[0].code()
    };
    let typed = fresh().await;
    assert_eq!(types(&app, &bob, Purpose::SecondFactor, SCOPE, &typed).await, None, "another user's");
    assert_eq!(
        types(&app, &alice, Purpose::SecondFactor, [8; 16], &typed).await,
        None,
        "another challenge's"
    );
    assert_eq!(types(&app, &alice, Purpose::Enrolment, SCOPE, &typed).await, None, "another purpose's");
    let spaced = format!(" {} {}", &typed[..3], &typed[3..]);
    assert_eq!(types(&app, &alice, Purpose::SecondFactor, SCOPE, &spaced).await, Some(true));
    assert_eq!(types(&app, &alice, Purpose::SecondFactor, SCOPE, &typed).await, None, "it is used up");
    let typed = fresh().await;
    app.clock.advance(code::TTL);
    assert_eq!(types(&app, &alice, Purpose::SecondFactor, SCOPE, &typed).await, None, "too late");
}

#[tokio::test]
async fn five_wrong_codes_kill_a_code_and_a_new_one_takes_the_place_of_the_last() {
    let app = TestApp::start().await;
    let alice = alice(&app).await;
    send(&app, &alice, Purpose::SecondFactor).await.expect("is sent");
    assert_eq!(send(&app, &alice, Purpose::SecondFactor).await, Err(CommitError::Conflict(0)), "too soon");
    let first = app.post_leaves().await[0].code();
    app.clock.advance(code::RESEND_AFTER);
    send(&app, &alice, Purpose::SecondFactor).await.expect("is sent");
    let second = app.post_leaves().await[0].code();
    assert_ne!(first, second, "else this test shows nothing");
    assert_eq!(types(&app, &alice, Purpose::SecondFactor, SCOPE, &first).await, Some(false));
    for _ in 1..code::ATTEMPTS {
        let typed = wrong(&second);
        assert_eq!(types(&app, &alice, Purpose::SecondFactor, SCOPE, &typed).await, Some(false));
    }
    assert_eq!(types(&app, &alice, Purpose::SecondFactor, SCOPE, &second).await, None, "it is dead");
}

#[tokio::test]
async fn of_64_codes_typed_at_once_no_more_than_five_are_evaluated() {
    let app = std::sync::Arc::new(TestApp::start().await);
    let alice = alice(&app).await;
    send(&app, &alice, Purpose::SecondFactor).await.expect("is sent");
    let code = app.post_leaves().await[0].code();
    let outcomes = authms_testkit::storm(64, |_| {
        let (app, alice, typed) = (app.clone(), alice.clone(), wrong(&code));
        async move { types(&app, &alice, Purpose::SecondFactor, SCOPE, &typed).await }
    })
    .await;
    let evaluated = outcomes.iter().flatten().count();
    assert_eq!(evaluated, usize::from(code::ATTEMPTS));
}

#[tokio::test]
async fn a_letter_whose_code_is_over_is_not_sent() {
    let app = TestApp::start().await;
    let alice = alice(&app).await;
    app.outbox.refuse_next(false);
    send(&app, &alice, Purpose::SecondFactor).await.expect("is sent");
    assert!(app.post_leaves().await.is_empty());
    app.clock.advance(code::TTL);
    assert_eq!(app.post_leaves().await, Vec::<Arrived>::new());
    assert_eq!(app.count("SELECT count(*) FROM message_outbox"), 0);
}

#[tokio::test]
async fn codes_to_one_address_are_limited() {
    let mut setup = Setup::default();
    setup.policy.quotas.codes = Quota { requests: 2, window: Span::hours(24) };
    let app = TestApp::with(setup).await;
    let alice = alice(&app).await;
    for _ in 0..2 {
        send(&app, &alice, Purpose::SecondFactor).await.expect("is sent");
        app.clock.advance(code::RESEND_AFTER);
    }
    let to = Address::new(Channel::Email, "alice@example.test").expect("an address");
    let (purpose, template) = (Purpose::SecondFactor, Template::SecondFactor);
    let ask = CodeFor { purpose, user: &alice, scope: SCOPE, to: &to, template, ttl: code::TTL };
    let third = code::send(&app.parts, &ask, &Source::default()).await;
    assert!(matches!(third, Err(SendError::Throttled(_))), "{third:?}");
}

#[tokio::test]
async fn without_a_transport_codes_are_refused_and_notices_are_not_kept() {
    let app = TestApp::with(Setup { sends: false, ..Setup::default() }).await;
    let alice = alice(&app).await;
    tell(&app, &alice, Notice::NewDevice, &Source::default()).await;
    assert_eq!(app.count("SELECT count(*) FROM message_outbox"), 0);
    let to = Address::new(Channel::Email, "alice@example.test").expect("an address");
    let (purpose, template) = (Purpose::SecondFactor, Template::SecondFactor);
    let ask = CodeFor { purpose, user: &alice, scope: SCOPE, to: &to, template, ttl: code::TTL };
    let refused = code::send(&app.parts, &ask, &Source::default()).await;
    assert!(matches!(refused, Err(SendError::NoTransport(Channel::Email))), "{refused:?}");
}
