//! Text messages against a real HTTP server.

use super::letter;
use super::peer::http;
use crate::config::{Sms, SmsFormat};
use crate::outbound::{Outbound, Reach};
use crate::post::gateway::Gateway;
use crate::scratch::Scratch;
use authms_core::message::Channel;
use authms_core::ports::{Messenger as _, Undelivered};
use authms_crypto::SecretString;
use authms_testkit::TestCertificate;
use serde_json::{Value, json};

fn settings(url: String) -> Sms {
    Sms {
        url,
        format: SmsFormat::Json,
        body: r#"{"to":"{to}","from":"{from}","text":"{text}"}"#.to_owned(),
        from: Some("authms".to_owned()),
        username: None,
        token: Some(SecretString::new("tok-123".to_owned())),
        ca_file: None,
    }
}

async fn send(sms: &Sms) -> Result<(), Undelivered> {
    let here = ["127.0.0.0/8", "::1/128"].map(|network| network.parse().expect("a network"));
    let gateway = Gateway::new(sms, Outbound::new(Reach::new(here.to_vec()))).expect("a gateway");
    gateway.send(&letter(Channel::Sms, "+8613800138000")).await
}

#[tokio::test]
async fn a_text_message_is_posted_as_json_with_a_bearer_token() {
    let (address, heard) = http(None, "HTTP/1.1 202 Accepted").await;
    send(&settings(format!("http://{address}/v1/sms?x=1"))).await.expect("is sent");
    let said = heard.lock().expect("unpoisoned").remove(0);
    assert!(said.starts_with("POST /v1/sms?x=1 HTTP/1.1\r\n"), "{said}");
    for header in [
        format!("host: {address}"),
        "authorization: Bearer tok-123".into(),
        "content-type: application/json".into(),
    ] {
        assert!(said.contains(&header), "{header}: {said}");
    }
    let body: Value = serde_json::from_str(said.lines().last().expect("a body")).expect("JSON");
    let text = "Your code: 123456\n.\nGive it to nobody.\n";
    assert_eq!(body, json!({ "to": "+8613800138000", "from": "authms", "text": text }));
}

#[tokio::test]
async fn twilio_gets_a_form_with_basic_credentials() {
    let (address, heard) = http(None, "HTTP/1.1 201 Created").await;
    let twilio = Sms {
        format: SmsFormat::Twilio,
        username: Some("AC1".to_owned()),
        ..settings(format!("http://{address}/2010-04-01/Accounts/AC1/Messages.json"))
    };
    send(&twilio).await.expect("is sent");
    let said = heard.lock().expect("unpoisoned").remove(0);
    assert!(said.contains("authorization: Basic QUMxOnRvay0xMjM="), "{said}");
    assert!(said.contains("content-type: application/x-www-form-urlencoded"), "{said}");
    assert!(said.contains("To=%2B8613800138000&From=authms&Body=Your+code%3A+123456%0A"), "{said}");
}

#[tokio::test]
async fn a_gateway_is_believed_by_its_certificate_alone() {
    let home = Scratch::new();
    let (pair, other) = (TestCertificate::new(), TestCertificate::new());
    let (address, heard) = http(Some(pair.clone()), "HTTP/1.1 200 OK").await;
    let url = format!("https://localhost:{}/", address.port());
    for (authority, believed) in [(&other, false), (&pair, true)] {
        let ca = home.path().join("ca.pem");
        std::fs::write(&ca, &authority.cert).expect("writes");
        let sent = send(&Sms { ca_file: Some(ca), ..settings(url.clone()) }).await;
        assert_eq!(sent.is_ok(), believed, "{sent:?}");
        assert_eq!(heard.lock().expect("unpoisoned").len(), usize::from(believed));
    }
}

#[tokio::test]
async fn redirects_are_not_followed_and_refusals_are_told_apart() {
    for (head, for_good) in [
        ("HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/", false),
        ("HTTP/1.1 400 Bad Request", true),
        ("HTTP/1.1 401 Unauthorized", false),
        ("HTTP/1.1 429 Too Many Requests", false),
        ("HTTP/1.1 500 Internal Server Error", false),
    ] {
        let (address, heard) = http(None, head).await;
        let refused = send(&settings(format!("http://{address}/"))).await;
        let Err(Undelivered { for_good: found, why }) = refused else { panic!("{head}") };
        assert_eq!(found, for_good, "{head}");
        assert!(why.starts_with("the gateway answered "), "{why}");
        assert_eq!(heard.lock().expect("unpoisoned").len(), 1, "{head}");
    }
    let nobody = send(&settings("http://127.0.0.1:1/".to_owned())).await;
    assert!(matches!(nobody, Err(Undelivered { for_good: false, .. })), "{nobody:?}");
}

#[tokio::test]
async fn a_gateway_in_an_inner_network_must_be_allowed() {
    let nowhere = || Outbound::new(Reach::default());
    for inner in ["https://10.0.0.1/", "https://[fd00::1]/", "https://169.254.169.254/", "http://127.0.0.1/"]
    {
        let refused = Gateway::new(&settings(inner.to_owned()), nowhere()).err().expect(inner).to_string();
        assert!(refused.contains("`sms.url`") && refused.contains("outbound.allowed_networks"), "{refused}");
    }
    let (address, heard) = http(None, "HTTP/1.1 200 OK").await;
    let by_name = settings(format!("http://localhost:{}/", address.port()));
    let gateway = Gateway::new(&by_name, nowhere()).expect("a name may be anything's");
    let refused = gateway.send(&letter(Channel::Sms, "+8613800138000")).await;
    assert!(matches!(refused, Err(Undelivered { for_good: false, .. })), "{refused:?}");
    assert!(heard.lock().expect("unpoisoned").is_empty());
}
