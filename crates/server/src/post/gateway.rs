//! Text messages by an HTTP gateway: one POST a message, over TLS off this machine. Redirects are not followed: a
//! message goes where the operator said, and nowhere else.

use authms_core::message::Letter;
use authms_core::ports::{Fut, Messenger, Undelivered};
use authms_crypto::{SecretString, TlsClient};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;

use crate::config::{Sms, SmsFormat};
use crate::failure::Failure;
use crate::outbound::{self, Outbound, Target};

/// Hands text messages to one gateway.
pub(super) struct Gateway {
    outbound: Outbound,
    target: Target,
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
    pub(super) fn new(sms: &Sms, outbound: Outbound) -> Result<Self, Failure> {
        let target =
            Target::parse(&sms.url).ok_or_else(|| Failure::new("`sms.url` is not understood as a URL"))?;
        if let Some(why) = outbound.refuses(&target) {
            return Err(Failure::new(format!("`sms.url` cannot be reached: {why}")));
        }
        let authorities = sms.ca_file.as_deref();
        let tls = target.is_tls().then(|| outbound::tls("sms.ca_file", authorities)).transpose()?;
        let form = match sms.format {
            SmsFormat::Twilio => Form::Twilio,
            SmsFormat::Json => Form::Json(
                serde_json::from_str(&sms.body).map_err(|_| Failure::new("`sms.body` is no JSON"))?,
            ),
        };
        let authorization = sms.token.as_ref().map(|token| authorization(sms.username.as_deref(), token));
        Ok(Self {
            outbound,
            target,
            tls,
            authorization: authorization.transpose()?,
            from: sms.from.clone().unwrap_or_default(),
            form,
        })
    }

    async fn post(&self, letter: &Letter) -> Result<StatusCode, &'static str> {
        let (media, body) = self.body(letter);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let answered = self.outbound.post(&self.target, self.tls.as_ref(), headers, body.into()).await?;
        StatusCode::from_u16(answered.status).map_err(|_| "the answer is not understood")
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

impl Messenger for Gateway {
    fn send<'a>(&'a self, letter: &'a Letter) -> Fut<'a, Result<(), Undelivered>> {
        Box::pin(async {
            let not_yet = |why: String| Undelivered { for_good: false, why };
            let status = self.post(letter).await.map_err(|why| not_yet(why.to_owned()))?;
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
