//! QR codes as pictures.

use base64::prelude::{BASE64_STANDARD, Engine};
use fast_qr::QRBuilder;

/// Pixels a module.
const SCALE: usize = 4;
/// Light modules around the code (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;
/// The longest stored block of DEFLATE (RFC 1951 §3.2.4).
const BLOCK: usize = 65_535;

/// The QR code of a text as a PNG in a `data:` URL; `None` if the text is too long for one.
pub fn png_data_url(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).build().ok()?;
    let side = (code.size + 2 * QUIET) * SCALE;
    let dark = |x: usize, y: usize| {
        let module = |at: usize| (at / SCALE).checked_sub(QUIET).filter(|m| *m < code.size);
        module(x).zip(module(y)).is_some_and(|(x, y)| code[y][x].value())
    };
    let mut pixels = Vec::with_capacity(side * (1 + side.div_ceil(8)));
    for y in 0..side {
        pixels.push(0); // no filter
        for byte in 0..side.div_ceil(8) {
            // A set bit is white, also the padding at the end.
            let white = |bit: usize| u8::from(byte * 8 + bit >= side || !dark(byte * 8 + bit, y));
            pixels.push((0..8).fold(0, |bits, bit| bits << 1 | white(bit)));
        }
    }
    Some(format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png(u32::try_from(side).ok()?, &pixels))))
}

/// A square picture of one bit a pixel (the PNG specification, third edition), not compressed: it is shown once.
fn png(side: u32, pixels: &[u8]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [side.to_be_bytes(), side.to_be_bytes()].concat();
    header.extend([1, 0, 0, 0, 0]); // depth 1, greyscale, the only methods there are, not interlaced
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"IDAT", &zlib(pixels));
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let body = [name, data].concat();
    file.extend(&body);
    file.extend(crc32fast::hash(&body).to_be_bytes());
}

/// Stored blocks (RFC 1950, RFC 1951 §3.2.4).
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = data.chunks(BLOCK);
    let last = blocks.len().saturating_sub(1);
    for (n, block) in blocks.enumerate() {
        stream.push(u8::from(n == last));
        let length = block.len() as u16;
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_picture() {
        let url = png_data_url("otpauth://totp/a:b?secret=JBSWY3DPEHPK3PXP&issuer=a").expect("fits");
        let png = BASE64_STANDARD.decode(url.strip_prefix("data:image/png;base64,").expect("a PNG"));
        let png = png.expect("base64");
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(png[16..20], png[20..24], "a square");
        assert!(png_data_url(&"x".repeat(4000)).is_none());
    }
}
