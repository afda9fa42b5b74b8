//! Opaque credentials and identifiers: whatever parses prints as it was, and a credential with something changed is none.

use crate::input::Input;
use authms_core::id::{ApiKeyId, ClientId, SessionId, TicketId, UserId};
use authms_core::{client, device, invitation, key, ticket};
use authms_crypto::{OpaqueToken, RefreshToken, Secret};

const PREFIXES: [&str; 5] =
    [ticket::PREFIX, key::PREFIX, client::SECRET_PREFIX, device::PREFIX, invitation::PREFIX];

/// The first 52 bytes make a credential; each pair of those that follow changes a character of it. Then all is text.
pub fn run(data: &[u8]) {
    if let Some(text) = Input(data).text() {
        texts(text);
    }
    let mut input = Input(data);
    let (id, secret, generation) = (input.array(), Secret::new(input.array()), input.array());
    let mac = Secret::new([7; 32]);
    let genuine = OpaqueToken { id, secret: secret.clone() };
    let refresh = RefreshToken { session: id, generation: u32::from_be_bytes(generation), secret };
    for (at, prefix) in PREFIXES.into_iter().enumerate() {
        let printed = genuine.format(prefix);
        let read = OpaqueToken::parse(prefix, printed.expose()).expect("what is printed can be read");
        assert!(read.id == genuine.id && read.matches(&genuine.hash()));
        let other = PREFIXES[(at + 1) % PREFIXES.len()];
        assert!(OpaqueToken::parse(other, printed.expose()).is_none(), "a {prefix} is no {other}");
    }
    changed(input, genuine.format(ticket::PREFIX).expose(), |text| {
        let Some(read) = OpaqueToken::parse(ticket::PREFIX, text) else { return };
        // The checksum finds every slip of one character; what passes it is another ticket and proves nothing.
        assert!(read.id != genuine.id || !read.matches(&genuine.hash()), "two texts for one ticket: {text}");
    });
    changed(input, refresh.format(&mac).expose(), |text| {
        assert!(RefreshToken::parse(&mac, text).is_none(), "a forged refresh token: {text}");
    });
}

/// Gives `check` the text with each change by itself, and with all up to it.
fn changed(mut input: Input<'_>, genuine: &str, check: impl Fn(&str)) {
    let mut all = genuine.as_bytes().to_vec();
    for _ in 0..8 {
        if input.0.is_empty() {
            return;
        }
        let (at, byte) = (input.below(genuine.len()), input.byte() & 0x7f);
        all[at] = byte;
        let mut one = genuine.as_bytes().to_vec();
        one[at] = byte;
        for text in [&one, &all] {
            let text = std::str::from_utf8(text).expect("ASCII");
            if text != genuine {
                check(text);
            }
        }
        let one = std::str::from_utf8(&one).expect("ASCII");
        assert!(one == genuine || OpaqueToken::parse(ticket::PREFIX, one).is_none(), "a slip passed: {one}");
    }
}

fn texts(text: &str) {
    for prefix in PREFIXES {
        if let Some(token) = OpaqueToken::parse(prefix, text) {
            assert_eq!(token.format(prefix).expose(), text);
        }
    }
    let mac = Secret::new([7; 32]);
    if let Some(token) = RefreshToken::parse(&mac, text) {
        assert_eq!(token.format(&mac).expose(), text);
    }
    let printed = [
        TicketId::parse(text).map(|id| id.to_string()),
        UserId::parse(text).map(|id| id.to_string()),
        ClientId::parse(text).map(|id| id.to_string()),
        SessionId::parse(text).map(|id| id.to_string()),
        ApiKeyId::parse(text).map(|id| id.to_string()),
    ];
    let read: Vec<_> = printed.into_iter().flatten().collect();
    assert!(read.is_empty() || read == [text], "{text} is {read:?}");
}
