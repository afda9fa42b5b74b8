//! Requests, written straight into a reused buffer.

use std::io::Write;

/// One request; `write_to` makes the bytes of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) bearer: Option<&'a str>,
    pub(crate) idempotency_key: Option<&'a str>,
    /// Further header lines, each with its end.
    pub(crate) headers: &'a str,
    /// JSON. A POST without one sends an empty body.
    pub(crate) body: Option<&'a str>,
}

impl<'a> Request<'a> {
    pub(crate) fn get(path: &'a str) -> Self {
        Self { method: "GET", path, ..Self::default() }
    }

    pub(crate) fn post(path: &'a str, body: &'a str) -> Self {
        Self { method: "POST", path, body: Some(body), ..Self::default() }
    }

    pub(crate) fn delete(path: &'a str) -> Self {
        Self { method: "DELETE", path, ..Self::default() }
    }

    pub(crate) fn bearer(self, token: &'a str) -> Self {
        Self { bearer: Some(token), ..self }
    }

    pub(crate) fn idempotency_key(self, key: Option<&'a str>) -> Self {
        Self { idempotency_key: key, ..self }
    }

    pub(crate) fn headers(self, headers: &'a str) -> Self {
        Self { headers, ..self }
    }

    /// Replaces what the buffer held.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        out.clear();
        for part in [self.method, " ", self.path, " HTTP/1.1\r\nhost: localhost\r\n"] {
            out.extend_from_slice(part.as_bytes());
        }
        for (name, value) in
            [("authorization: Bearer ", self.bearer), ("idempotency-key: ", self.idempotency_key)]
        {
            for part in value.iter().flat_map(|value| [name, value, "\r\n"]) {
                out.extend_from_slice(part.as_bytes());
            }
        }
        out.extend_from_slice(self.headers.as_bytes());
        let body = self.body.unwrap_or_default();
        if self.body.is_some() {
            out.extend_from_slice(b"content-type: application/json\r\n");
        }
        if self.method != "GET" {
            // Writing to a Vec cannot fail.
            let _ = write!(out, "content-length: {}\r\n", body.len());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(body.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(request: Request<'_>) -> String {
        let mut out = b"left over".to_vec();
        request.write_to(&mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn requests_read_as_http() {
        let post = Request::post("/p", "{}").bearer("t").idempotency_key(Some("k"));
        assert_eq!(
            text(post),
            "POST /p HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer t\r\nidempotency-key: k\r\n\
             content-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
        );
        assert_eq!(text(Request::get("/g")), "GET /g HTTP/1.1\r\nhost: localhost\r\n\r\n");
    }
}
