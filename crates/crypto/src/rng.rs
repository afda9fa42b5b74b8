//! Randomness.

use std::cell::RefCell;

use zeroize::Zeroize;

/// Bytes drawn at a time: a draw costs as much for these as for one.
const DRAWN: usize = 512;

/// What a thread has drawn and not yet given away; what was given away is wiped.
struct Drawn {
    bytes: [u8; DRAWN],
    left: usize,
}

thread_local! {
    static THREAD: RefCell<Drawn> = const { RefCell::new(Drawn { bytes: [0; DRAWN], left: 0 }) };
}

/// Fills `buf` from the library's cryptographic generator, which the operating system seeds. Every byte is given away
/// once.
///
/// # Panics
///
/// If the generator yields nothing. Nothing safe can be done without it, and an error that a caller
/// might ignore would be worse than stopping.
pub fn fill_random(buf: &mut [u8]) {
    if buf.len() > DRAWN / 4 {
        return draw(buf);
    }
    THREAD.with_borrow_mut(|drawn| {
        if drawn.left < buf.len() {
            draw(&mut drawn.bytes);
            drawn.left = DRAWN;
        }
        let end = drawn.left;
        let given = &mut drawn.bytes[end - buf.len()..end];
        buf.copy_from_slice(given);
        given.zeroize();
        drawn.left -= buf.len();
    });
}

fn draw(buf: &mut [u8]) {
    aws_lc_rs::rand::fill(buf).expect("the cryptographic random generator failed");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_byte_is_given_away_twice() {
        let mut seen = HashSet::new();
        for length in [8, 16, 32, 100, 128, 129, 600].into_iter().cycle().take(2000) {
            let mut buf = vec![0; length];
            fill_random(&mut buf);
            assert!(buf.windows(8).step_by(8).all(|w| seen.insert(w.to_vec())), "64 bits came back");
        }
    }

    #[test]
    fn what_was_given_away_is_wiped() {
        let mut buf = [0; 32];
        fill_random(&mut buf);
        THREAD.with_borrow(|drawn| {
            assert!(drawn.bytes[drawn.left..].iter().all(|b| *b == 0));
            assert!(drawn.bytes[..drawn.left].iter().any(|b| *b != 0));
        });
    }
}
