//! Just enough of a response parser: the status, and where the body ends.

/// What the head of a response says. Lengths are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) head_len: usize,
    pub(crate) body_len: usize,
    /// The server closes the connection after this answer.
    pub(crate) close: bool,
}

/// Why an answer could not be read; an answer of that kind counts as no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// `None` while the blank line has not arrived yet: call again with more bytes.
pub(crate) fn parse_head(bytes: &[u8]) -> Result<Option<Head>, Malformed> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let mut lines = bytes[..end].split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end());
    let status = status_of(lines.next().unwrap_or_default())?;
    let mut body_len = None;
    let mut close = false;
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            return Err(Malformed("a header without a colon"));
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            body_len = Some(decimal(value).ok_or(Malformed("content-length is no number"))?);
        } else if name.eq_ignore_ascii_case(b"connection") {
            close = value.eq_ignore_ascii_case(b"close");
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            return Err(Malformed("chunked answers are not expected of this server"));
        }
    }
    let body_len = match (body_len, status) {
        (Some(length), _) => length,
        (None, 204 | 304) => 0,
        (None, _) => return Err(Malformed("no content-length")),
    };
    Ok(Some(Head { status, head_len: end + 4, body_len, close }))
}

fn status_of(line: &[u8]) -> Result<u16, Malformed> {
    let status = line.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(decimal);
    status.and_then(|number| u16::try_from(number).ok()).ok_or(Malformed("no HTTP/1.1 status line"))
}

fn decimal(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] =
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nCONTENT-LENGTH:  12 \r\n\
                            connection: close\r\n\r\n{\"code\":123}";

    #[test]
    fn a_head_is_read_only_once_it_is_whole() {
        let head = parse_head(ANSWER).expect("well formed").expect("whole");
        assert_eq!((head.status, head.body_len, head.close), (400, 12, true));
        assert_eq!(&ANSWER[head.head_len..][..head.body_len], b"{\"code\":123}");
        for split in 0..head.head_len {
            assert_eq!(parse_head(&ANSWER[..split]), Ok(None), "cut at {split}");
        }
        for split in head.head_len..ANSWER.len() {
            assert_eq!(parse_head(&ANSWER[..split]), Ok(Some(head)), "cut at {split}");
        }
    }

    #[test]
    fn what_cannot_be_delimited_is_refused() {
        assert_eq!(
            parse_head(b"HTTP/1.1 204 No Content\r\n\r\n").map(|head| head.map(|h| h.body_len)),
            Ok(Some(0))
        );
        assert!(parse_head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(parse_head(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(parse_head(b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n").is_err());
        assert!(parse_head(b"SSH-2.0-x\r\n\r\n").is_err());
    }
}
