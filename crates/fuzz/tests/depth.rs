//! Depth: what is nested as deep as it can be exhausts no stack, whichever parser reads it.

use authms_fuzz::TARGETS;
use std::thread;

/// As long as a body may be, less what stands around it.
const LENGTH: usize = 60_000;
/// Half of what a worker has.
const STACK: usize = 1024 * 1024;

/// What opens something in one of the formats that are read: JSON, TOML, CBOR, headers, URIs.
const OPENERS: [&[u8]; 14] = [
    b"[",
    b"{",
    b"{\"a\":",
    b"[{\"a\":",
    b"a=[",
    b"[a",
    b"a.",
    b"\x81",
    b"\x9f",
    b"\xa1\x61a",
    b"\xd8\x20",
    b"\"",
    b"(",
    b"\\",
];

/// What has to stand before it, so that the target's parser comes to it.
fn before(target: &str) -> Vec<&'static [u8]> {
    match target {
        "bodies" => {
            vec![b"login nobody\n", b"login nobody\n{\"x\":", b"generate_ticket_batch admin\n{\"items\":["]
        }
        "requests" => {
            vec![b"POST /auth/login nobody\ncontent-type: application/json\n\n", b"GET /", b"GET /auth/me?"]
        }
        "import" => vec![b"\0username\n", b"\x01", b"\x01{\"x\":"],
        "jwt" => vec![b"\0\0\0", b"\0\0\0{\"alg\":\"ES256\",\"kid\":\"$KID\",\"typ\":\"at+jwt\"}\n{\"x\":"],
        "passkeys" => vec![b"", b"\x01x\xa3\x63fmt\x64none\x67attStmt"],
        "proxies" => vec![b"", b"\nfor="],
        "config" => vec![b"", b"a = ", b"\n---\nAUTHMS_SMS__BODY="],
        "headers" => vec![b"accept-language: ", b"authorization: Basic "],
        _ => vec![b""],
    }
}

#[test]
fn p35_depth_exhausts_no_parser() {
    let deep = || {
        for target in TARGETS {
            for (before, opener) in before(target.name).iter().flat_map(|b| OPENERS.map(|o| (b, o))) {
                (target.run)(&[*before, &opener.repeat(LENGTH / opener.len())].concat());
            }
        }
    };
    let small = thread::Builder::new().stack_size(STACK).spawn(deep).expect("a thread");
    small.join().expect("everything holds");
}
