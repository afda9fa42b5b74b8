use authms_crypto::base62::{decode_u32, decode16, decode32, encode_u32, encode16, encode32};

use crate::random;

/// Long division one byte at a time: slow, and plainly right.
fn reference(bytes: &[u8], width: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = Vec::new();
    for _ in 0..width {
        let mut rest = 0u32;
        for byte in &mut number {
            let part = rest << 8 | u32::from(*byte);
            *byte = (part / 62) as u8;
            rest = part % 62;
        }
        digits.push(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[rest as usize]);
    }
    digits.reverse();
    String::from_utf8(digits).unwrap()
}

/// Random bytes with some leading zeroes, so that short numbers come up too.
fn number<const N: usize>(round: usize) -> [u8; N] {
    let mut bytes = random::<N>();
    bytes[..round % (N + 1)].fill(0);
    bytes
}

#[test]
fn encoding_agrees_with_long_division_and_decodes_back() {
    for round in 0..2_000 {
        let (short, long) = (number::<16>(round), number::<32>(round));
        assert_eq!(encode16(&short), reference(&short, 22));
        assert_eq!(encode32(&long), reference(&long, 43));
        assert_eq!(decode16(&encode16(&short)), Some(short));
        assert_eq!(decode32(&encode32(&long)), Some(long));
        let word = u32::from_be_bytes(number::<4>(round));
        assert_eq!(encode_u32(word), reference(&word.to_be_bytes(), 6));
        assert_eq!(decode_u32(&encode_u32(word)), Some(word));
    }
}

#[test]
fn the_largest_numbers_decode_and_one_more_does_not() {
    assert_eq!(decode16("7n42DGM5Tflk9n8mt7Fhc7"), Some([255; 16]));
    assert_eq!(decode16("7n42DGM5Tflk9n8mt7Fhc8"), None);
    assert_eq!(encode32(&[255; 32]), LARGEST_32);
    assert_eq!(decode32(LARGEST_32), Some([255; 32]));
    assert_eq!(decode32(ONE_MORE_32), None);
    assert_eq!(decode_u32("4gfFC3"), Some(u32::MAX));
    assert_eq!(decode_u32("4gfFC4"), None);
    for overflow in [decode16(&"z".repeat(22)).is_none(), decode32(&"z".repeat(43)).is_none()] {
        assert!(overflow);
    }
    assert_eq!(decode_u32("zzzzzz"), None);
}

#[test]
fn only_the_exact_width_and_alphabet_decode() {
    let text = encode16(&random());
    for wrong in
        [&text[1..], &format!("0{text}"), "", &format!(" {}", &text[1..]), &text.replace(&text[5..6], "_")]
    {
        assert_eq!(decode16(wrong), None, "{wrong:?}");
    }
    for outside in ['/', ':', '@', '[', '`', '{', '+', '-', '_', '\0', '\u{e9}'] {
        assert_eq!(decode_u32(&format!("00{outside}000")), None, "{outside:?}");
    }
}

#[test]
fn texts_sort_as_their_bytes_do() {
    for round in 0..2_000 {
        let (a, mut b) = (number::<16>(round), number::<16>(round));
        assert_eq!(a.cmp(&b), encode16(&a).cmp(&encode16(&b)));
        // Neighbours share a long prefix, where an unordered alphabet shows.
        b = u128::from_be_bytes(a).wrapping_add(1).to_be_bytes();
        assert_eq!(a.cmp(&b), encode16(&a).cmp(&encode16(&b)));
    }
}

const LARGEST_32: &str = "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1";
const ONE_MORE_32: &str = "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp2";
