//! Text messages by an HTTP gateway: one POST a message, over TLS off this machine. Redirects are not followed: a
//! message goes where the operator said, and nowhere else.

use std::time::Duration;

use authms_core::message::Letter;
use authms_core::ports::{Fut, Messenger, Undelivered};
use authms_crypto::{SecretString, TlsClient};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::rt::{Read, Write};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::config::{Sms, SmsFormat};
use crate::failure::Failure;

/// How long a message may take.
const WHOLE: Duration = Duration::from_secs(20);

/// Hands text messages to one gateway.
pub(super) struct Gateway {
    target: Uri,
    /// `None`: in the clear, on this machine.
    tls: Option<TlsClient>,
    authorization: Option<HeaderValue>,
    from: String,
    form: Form,
}

/// What the body is like.
enum Form {
    /// JSON, in whose texts `{to}`, `{from}` and `{text}` are gaps.
    Json(Value),
    /// The form of Twilio's Messages resource: `To`, `From`, `Body`.
    Twilio,
}

impl Gateway {
    /// Speaks to this gateway; no connection is made yet.
    pub(super) fn new(sms: &Sms) -> Result<Self, Failure> {
        let target: Uri =
            sms.url.parse().map_err(|_| Failure::new("`sms.url` is not understood as a URL"))?;
        let tls = (target.scheme_str() == Some("https")).then(|| tls(sms)).transpose()?;
        let form = match sms.format {
            SmsFormat::Twilio => Form::Twilio,
            SmsFormat::Json => Form::Json(
                serde_json::from_str(&sms.body).map_err(|_| Failure::new("`sms.body` is no JSON"))?,
            ),
        };
        let authorization = sms.token.as_ref().map(|token| authorization(sms.username.as_deref(), token));
        Ok(Self {
            target,
            tls,
            authorization: authorization.transpose()?,
            from: sms.from.clone().unwrap_or_default(),
            form,
        })
    }

    async fn post(&self, letter: &Letter) -> Result<StatusCode, &'static str> {
        let host = self.target.host().ok_or("the gateway has no host")?;
        let port = self.target.port_u16().unwrap_or(if self.tls.is_some() { 443 } else { 80 });
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let tcp = TcpStream::connect((bare, port)).await.map_err(|_| "the gateway cannot be reached")?;
        let Some(tls) = &self.tls else { return self.send(tcp, letter).await };
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| "the gateway has no host")?;
        let stream = TlsConnector::from(tls.clone()).connect(name, tcp).await;
        self.send(stream.map_err(|_| "TLS failed: the gateway's certificate is not believed")?, letter).await
    }

    async fn send<S>(&self, stream: S, letter: &Letter) -> Result<StatusCode, &'static str>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
        TokioIo<S>: Read + Write,
    {
        let broken = "the connection to the gateway broke";
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| broken)?;
        let request = self.request(letter).ok_or("no request can be made of it")?;
        // The connection is worked on beside its one request. If it ends first, the answer has come or never will.
        let working = async {
            let _ = connection.await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            answer = sender.send_request(request) => answer.map(|a| a.status()).map_err(|_| broken),
            () = working => Err(broken),
        }
    }

    fn request(&self, letter: &Letter) -> Option<Request<Full<Bytes>>> {
        let (media, body) = self.body(letter);
        let path = self.target.path_and_query().map_or("/", |p| p.as_str());
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(HOST, self.target.authority()?.as_str())
            .header(USER_AGENT, concat!("authms/", env!("CARGO_PKG_VERSION")))
            .header(CONTENT_TYPE, media);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        request.body(Full::new(Bytes::from(body))).ok()
    }

    fn body(&self, letter: &Letter) -> (&'static str, String) {
        let (to, from, text) = (letter.to.as_str(), self.from.as_str(), letter.text.as_str());
        match &self.form {
            Form::Json(template) => {
                let values = [("{to}", to), ("{from}", from), ("{text}", text)];
                ("application/json", filled(template, &values).to_string())
            }
            Form::Twilio => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.append_pair("To", to).append_pair("From", from).append_pair("Body", text);
                ("application/x-www-form-urlencoded", form.finish())
            }
        }
    }
}

/// Fills the gaps in the texts of a template, each text for itself and in one go: what a message says becomes neither
/// structure nor a gap.
fn filled(template: &Value, values: &[(&str, &str)]) -> Value {
    match template {
        Value::String(text) => Value::from(with_values(text, values)),
        Value::Array(items) => items.iter().map(|item| filled(item, values)).collect(),
        Value::Object(members) => {
            let filled = |(name, member): (&String, &Value)| (name.clone(), filled(member, values));
            Value::Object(members.iter().map(filled).collect())
        }
        other => other.clone(),
    }
}

fn with_values(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match values.iter().find(|(gap, _)| rest.starts_with(gap)) {
            Some((gap, value)) => {
                out.push_str(value);
                rest = &rest[gap.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// Bearer (RFC 6750), or with a user name Basic (RFC 7617).
fn authorization(username: Option<&str>, token: &SecretString) -> Result<HeaderValue, Failure> {
    let text = match username {
        Some(name) => format!("Basic {}", STANDARD.encode(format!("{name}:{}", token.expose()))),
        None => format!("Bearer {}", token.expose()),
    };
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| Failure::new("`sms.token` holds characters that no header may hold"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn tls(sms: &Sms) -> Result<TlsClient, Failure> {
    let pem = match &sms.ca_file {
        Some(path) => Some(std::fs::read(path).map_err(|error| {
            Failure::new(format!("cannot read `sms.ca_file` {}: {error}", path.display()))
        })?),
        None => None,
    };
    authms_crypto::client(pem.as_deref()).map_err(|error| {
        Failure::new(format!(
            "cannot verify the gateway at `sms.url`: {error}; name authorities by `sms.ca_file`"
        ))
    })
}

impl Messenger for Gateway {
    fn send<'a>(&'a self, letter: &'a Letter) -> Fut<'a, Result<(), Undelivered>> {
        Box::pin(async {
            let not_yet = |why: String| Undelivered { for_good: false, why };
            let status = match tokio::time::timeout(WHOLE, self.post(letter)).await {
                Ok(Ok(status)) => status,
                Ok(Err(why)) => return Err(not_yet(why.to_owned())),
                Err(_) => return Err(not_yet("the gateway took too long".to_owned())),
            };
            if status.is_success() {
                return Ok(());
            }
            Err(Undelivered {
                for_good: is_for_good(status),
                why: format!("the gateway answered {}", status.as_u16()),
            })
        })
    }
}

/// A refusal of the message itself is; one of our credentials, our rate or our URL is for the operator to mend.
fn is_for_good(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY)
}

#[cfg(test)]
mod tests {
    use super::filled;
    use serde_json::json;

    #[test]
    fn what_a_message_says_never_becomes_structure() {
        let template = json!({ "to": ["{to}"], "from": "{from}", "content": "authms: {text} {x", "n": 1 });
        let text = "\",\"to\":\"+1900\"} {to} {from}";
        let values = [("{to}", "+8613800138000"), ("{from}", "authms"), ("{text}", text)];
        let wanted = json!({
            "to": ["+8613800138000"], "from": "authms", "content": format!("authms: {text} {{x"), "n": 1,
        });
        assert_eq!(filled(&template, &values), wanted);
    }
}
