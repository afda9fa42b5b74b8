use super::{Link, Proxy, Way};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Answers every byte by its own mark and the byte.
fn echo(mark: u8) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
    let address = listener.local_addr().expect("address");
    std::thread::spawn(move || {
        for mut peer in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut byte = [0];
                while peer.read(&mut byte).is_ok_and(|read| read == 1) {
                    let _ = peer.write_all(&[mark, byte[0]]);
                }
            });
        }
    });
    address
}

fn connect(link: &Link) -> TcpStream {
    let stream = TcpStream::connect(link.address()).expect("connect");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("timeout");
    stream
}

fn ask(stream: &mut TcpStream, byte: u8) -> std::io::Result<[u8; 2]> {
    stream.write_all(&[byte])?;
    let mut answer = [0; 2];
    stream.read_exact(&mut answer).map(|()| answer)
}

/// Nothing arrives for a while.
fn silent(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(150))).expect("timeout");
    let silent =
        stream.read(&mut [0]).is_err_and(|e| matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("timeout");
    silent
}

#[test]
fn bytes_pass_both_ways() {
    let proxy = Proxy::new().expect("proxy");
    let link = proxy.link(echo(b'a')).expect("link");
    let mut stream = connect(&link);
    assert_eq!(ask(&mut stream, b'1').expect("answer"), *b"a1");
    assert_eq!(ask(&mut stream, b'2').expect("answer"), *b"a2");
}

#[test]
fn a_cut_ends_connections_and_takes_no_new_ones() {
    let proxy = Proxy::new().expect("proxy");
    let link = proxy.link(echo(b'a')).expect("link");
    let mut stream = connect(&link);
    ask(&mut stream, b'1').expect("answer");
    link.cut();
    assert!(ask(&mut stream, b'2').is_err());
    assert!(ask(&mut connect(&link), b'3').is_err());
    link.mend();
    assert!(ask(&mut stream, b'4').is_err(), "what was cut stays cut");
    assert_eq!(ask(&mut connect(&link), b'5').expect("answer"), *b"a5");
}

#[test]
fn a_black_hole_holds_one_direction_or_both() {
    let proxy = Proxy::new().expect("proxy");
    let link = proxy.link(echo(b'a')).expect("link");
    let mut stream = connect(&link);
    ask(&mut stream, b'1').expect("answer");
    for (there, back) in [(Way::SWALLOWING, Way::default()), (Way::default(), Way::SWALLOWING)] {
        link.hinder(there, back);
        stream.write_all(b"2").expect("it is sent");
        assert!(silent(&mut stream));
        link.mend();
        let mut answer = [0; 2];
        stream.read_exact(&mut answer).expect("what was held up arrives");
        assert_eq!(answer, *b"a2");
    }
}

#[test]
fn a_slow_link_is_slow() {
    let proxy = Proxy::new().expect("proxy");
    let link = proxy.link(echo(b'a')).expect("link");
    let mut stream = connect(&link);
    ask(&mut stream, b'1').expect("answer");
    let slow = Way::slow(Duration::from_millis(60), 1_000_000);
    link.hinder(slow, slow);
    let begun = Instant::now();
    ask(&mut stream, b'2').expect("answer");
    assert!(begun.elapsed() >= Duration::from_millis(120));
}

#[test]
fn a_link_can_lead_elsewhere() {
    let proxy = Proxy::new().expect("proxy");
    let link = proxy.link(echo(b'a')).expect("link");
    let mut stream = connect(&link);
    ask(&mut stream, b'1').expect("answer");
    link.lead_to(echo(b'b')).expect("loopback");
    assert!(ask(&mut stream, b'2').is_err(), "connections to the former target end");
    assert_eq!(ask(&mut connect(&link), b'3').expect("answer"), *b"b3");
    assert!(link.lead_to(SocketAddr::from(([192, 0, 2, 1], 5432))).is_err(), "other machines are refused");
}
