//! Base62 text of fixed width, in the alphabet `0-9A-Za-z`.
//!
//! The alphabet is in ASCII order and the width is fixed, so that texts sort as their bytes do:
//! an identifier that begins with a time still sorts by time once encoded.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const NOT_A_DIGIT: u8 = u8::MAX;
const VALUES: [u8; 256] = values();

/// Digits taken in one division: the most for which a power of 62 fits in 64 bits.
const CHUNK: usize = 10;
const CHUNK_BASE: u64 = 62u64.pow(CHUNK as u32);

/// 16 bytes, as a big-endian number, in 22 digits.
pub fn encode16(bytes: &[u8; 16]) -> String {
    let value = u128::from_be_bytes(*bytes);
    encode::<2, 22>([(value >> 64) as u64, value as u64])
}

/// Reads what [`encode16`] writes. `None` unless it is exactly 22 digits of a number that fits.
pub fn decode16(text: &str) -> Option<[u8; 16]> {
    let [high, low] = decode::<2, 22>(text)?;
    Some((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
}

/// 32 bytes, as a big-endian number, in 43 digits.
pub fn encode32(bytes: &[u8; 32]) -> String {
    let mut limbs = [0; 4];
    for (limb, part) in limbs.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *limb = u64::from_be_bytes(*part);
    }
    encode::<4, 43>(limbs)
}

/// Reads what [`encode32`] writes. `None` unless it is exactly 43 digits of a number that fits.
pub fn decode32(text: &str) -> Option<[u8; 32]> {
    let limbs = decode::<4, 43>(text)?;
    let mut bytes = [0; 32];
    for (part, limb) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(limbs) {
        *part = limb.to_be_bytes();
    }
    Some(bytes)
}

/// A 32-bit number in 6 digits.
pub fn encode_u32(value: u32) -> String {
    encode::<1, 6>([u64::from(value)])
}

/// Reads what [`encode_u32`] writes. `None` unless it is exactly 6 digits of a number that fits.
pub fn decode_u32(text: &str) -> Option<u32> {
    let [value] = decode::<1, 6>(text)?;
    u32::try_from(value).ok()
}

/// `limbs`, most significant first, in `WIDTH` digits; the caller picks a width that holds them.
fn encode<const LIMBS: usize, const WIDTH: usize>(mut limbs: [u64; LIMBS]) -> String {
    let mut digits = [0u8; WIDTH];
    for chunk in digits.rchunks_mut(CHUNK) {
        let mut rest = divide(&mut limbs, CHUNK_BASE);
        for digit in chunk.iter_mut().rev() {
            *digit = ALPHABET[(rest % 62) as usize];
            rest /= 62;
        }
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// The number of `WIDTH` digits in `text`, if it has that form and fits in the limbs.
fn decode<const LIMBS: usize, const WIDTH: usize>(text: &str) -> Option<[u64; LIMBS]> {
    let digits: &[u8; WIDTH] = text.as_bytes().try_into().ok()?;
    let (head, tail) = digits.split_at(WIDTH % CHUNK);
    let mut limbs = [0; LIMBS];
    for chunk in std::iter::once(head).chain(tail.chunks(CHUNK)) {
        let mut value = 0;
        for digit in chunk {
            match VALUES[usize::from(*digit)] {
                NOT_A_DIGIT => return None,
                digit => value = value * 62 + u64::from(digit),
            }
        }
        multiply_add(&mut limbs, CHUNK_BASE, value)?;
    }
    Some(limbs)
}

/// Divides the number in place and returns the remainder.
fn divide(limbs: &mut [u64], divisor: u64) -> u64 {
    let mut rest = 0u64;
    for limb in limbs {
        let part = u128::from(rest) << 64 | u128::from(*limb);
        *limb = (part / u128::from(divisor)) as u64;
        rest = (part % u128::from(divisor)) as u64;
    }
    rest
}

/// `limbs * factor + addend` in place; `None` if it does not fit.
fn multiply_add(limbs: &mut [u64], factor: u64, addend: u64) -> Option<()> {
    let mut carry = addend;
    for limb in limbs.iter_mut().rev() {
        let part = u128::from(*limb) * u128::from(factor) + u128::from(carry);
        *limb = part as u64;
        carry = (part >> 64) as u64;
    }
    (carry == 0).then_some(())
}

const fn values() -> [u8; 256] {
    let mut values = [NOT_A_DIGIT; 256];
    let mut digit = 0;
    while digit < ALPHABET.len() {
        values[ALPHABET[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
}
