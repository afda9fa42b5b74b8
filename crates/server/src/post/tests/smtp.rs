//! E-mail against a real SMTP server.

use super::letter;
use super::peer::{Begins, Heard, Manners, smtp};
use crate::config::{Smtp, SmtpTls};
use crate::post::eml;
use crate::post::smtp::SmtpMailer;
use crate::scratch::Scratch;
use authms_core::message::Channel;
use authms_core::ports::{Mailer as _, Undelivered};
use authms_crypto::SecretString;
use authms_testkit::TestCertificate;
use std::net::SocketAddr;
use std::time::Duration;

fn settings(address: SocketAddr, tls: SmtpTls) -> Smtp {
    Smtp { host: "localhost".to_owned(), port: address.port(), tls, ca_file: None, credentials: None }
}

async fn send(smtp: &Smtp) -> Result<(), Undelivered> {
    let from = eml::sender(None, "https://id.example.test").expect("a sender");
    let mailer = SmtpMailer::new(smtp, from).expect("a mailer");
    mailer.send(&letter(Channel::Email, "alice@example.test")).await
}

/// What was said in the only conversation, once it is over.
async fn conversation(heard: &Heard) -> String {
    for _ in 0..500 {
        if let Some(said) = heard.lock().expect("unpoisoned").pop() {
            return said;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing was heard")
}

#[tokio::test]
async fn a_letter_arrives_whole_and_only_after_tls_has_begun() {
    let home = Scratch::new();
    let pair = TestCertificate::new();
    let ca = home.path().join("ca.pem");
    std::fs::write(&ca, &pair.cert).expect("writes");
    for (begins, tls) in [(Begins::OnStartTls, SmtpTls::StartTls), (Begins::AtOnce, SmtpTls::Tls)] {
        let (address, heard) =
            smtp(Manners { tls: Some((pair.clone(), begins)), ..Manners::default() }).await;
        let credentials = Some(("mailer".to_owned(), SecretString::new("hunter2".to_owned())));
        send(&Smtp { ca_file: Some(ca.clone()), credentials, ..settings(address, tls) })
            .await
            .expect("is sent");
        let said = conversation(&heard).await;
        let (before, after) = said.split_once("TLS\n").expect("encrypted");
        assert!(!before.contains("AUTH") && !before.contains("MAIL"), "{before}");
        assert!(after.contains("AUTH PLAIN") && after.contains("RCPT TO:<alice@example.test>"), "{after}");
        let id = letter(Channel::Email, "alice@example.test").id;
        for header in [
            "From: authms@id.example.test".to_owned(),
            "To: alice@example.test".to_owned(),
            "Subject: =?utf-8?b?".to_owned(),
            format!("Message-ID: <{id}@id.example.test>"),
            "Auto-Submitted: auto-generated".to_owned(),
        ] {
            assert!(after.contains(&header), "{header}: {after}");
        }
        assert!(after.contains("Your code: 123456\r\n..\r\nGive it to nobody."), "{after}");
    }
}

#[tokio::test]
async fn a_server_whose_certificate_is_wrong_hears_nothing_of_a_letter() {
    let home = Scratch::new();
    let (pair, other) = (TestCertificate::new(), TestCertificate::new());
    let ca = home.path().join("ca.pem");
    std::fs::write(&ca, &other.cert).expect("writes");
    for (begins, tls) in [(Begins::OnStartTls, SmtpTls::StartTls), (Begins::AtOnce, SmtpTls::Tls)] {
        let (address, heard) =
            smtp(Manners { tls: Some((pair.clone(), begins)), ..Manners::default() }).await;
        let refused = send(&Smtp { ca_file: Some(ca.clone()), ..settings(address, tls) }).await;
        let Err(Undelivered { for_good: false, why }) = refused else { panic!("{refused:?}") };
        assert!(why.contains("TLS") || why.contains("reached"), "{why}");
        assert!(!conversation(&heard).await.contains("MAIL"));
    }
}

#[tokio::test]
async fn a_server_without_tls_is_sent_nothing_in_the_clear() {
    let (address, heard) = smtp(Manners::default()).await;
    let home = Scratch::new();
    let ca = home.path().join("ca.pem");
    std::fs::write(&ca, &TestCertificate::new().cert).expect("writes");
    let refused = send(&Smtp { ca_file: Some(ca), ..settings(address, SmtpTls::StartTls) }).await;
    assert!(matches!(refused, Err(Undelivered { for_good: false, .. })), "{refused:?}");
    assert!(!conversation(&heard).await.contains("MAIL"));
    // On this machine it may be asked for.
    send(&settings(address, SmtpTls::None)).await.expect("is sent");
    assert!(conversation(&heard).await.contains("RCPT TO:<alice@example.test>"));
}

#[tokio::test]
async fn refusals_for_good_are_told_from_those_for_now() {
    for (recipient, credentials, for_good) in [
        (Some("550 nobody of that name\r\n"), None, true),
        (Some("450 later\r\n"), None, false),
        (None, Some("535 who are you\r\n"), false),
    ] {
        let manners = Manners { tls: None, to_recipient: recipient, to_credentials: credentials };
        let (address, _) = smtp(manners).await;
        let login = Some(("mailer".to_owned(), SecretString::new("hunter2".to_owned())));
        let credentials = credentials.and(login);
        let refused = send(&Smtp { credentials, ..settings(address, SmtpTls::None) }).await;
        let Err(Undelivered { for_good: found, why }) = refused else { panic!("{refused:?}") };
        assert_eq!(found, for_good, "{why}");
        assert!(!why.contains("nobody") && !why.contains("hunter2"), "in words of our own: {why}");
    }
}

#[tokio::test]
async fn nobody_there_is_for_now() {
    let (address, _) = smtp(Manners::default()).await;
    let nobody = Smtp { port: 1, ..settings(address, SmtpTls::None) };
    assert!(matches!(send(&nobody).await, Err(Undelivered { for_good: false, .. })));
}
