//! E-mail by SMTP (RFC 5321): one connection a message, over TLS with a certificate that is verified.

use std::time::Duration;

use authms_core::message::Letter;
use authms_core::ports::{Fut, Mailer, Undelivered};
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Category, Code};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::eml;
use crate::config::{Smtp, SmtpTls};
use crate::failure::Failure;

/// How long one answer of the server may take, and how long all of it.
const ANSWER: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(25);

/// Hands e-mails to one server.
pub(super) struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMailer {
    /// Speaks to this server; no connection is made yet.
    pub(super) fn new(smtp: &Smtp, from: Mailbox) -> Result<Self, Failure> {
        let tls = match smtp.tls {
            SmtpTls::StartTls => Tls::Required(tls(smtp)?),
            SmtpTls::Tls => Tls::Wrapper(tls(smtp)?),
            SmtpTls::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .tls(tls)
            .timeout(Some(ANSWER))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        if let Some((name, password)) = &smtp.credentials {
            builder = builder.credentials(Credentials::new(name.clone(), password.expose().to_owned()));
        }
        Ok(Self { transport: builder.build(), from })
    }
}

/// What makes the server believable: the configured authorities, else the system's.
fn tls(smtp: &Smtp) -> Result<TlsParameters, Failure> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if let Some(path) = &smtp.ca_file {
        let path_shown = path.display();
        let pem = std::fs::read(path).map_err(|error| {
            Failure::new(format!("cannot read `mail.smtp.ca_file` {path_shown}: {error}"))
        })?;
        let authorities = Certificate::from_pem(&pem).map_err(|_| {
            Failure::new(format!("`mail.smtp.ca_file` {path_shown} holds no certificates in PEM form"))
        })?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authorities);
    }
    builder.build_rustls().map_err(|_| {
        Failure::new("cannot speak TLS to `mail.smtp.host`: its name or the authorities do not fit")
    })
}

impl Mailer for SmtpMailer {
    fn send<'a>(&'a self, letter: &'a Letter) -> Fut<'a, Result<(), Undelivered>> {
        Box::pin(async {
            let mail = eml::write(letter, &self.from)?;
            match tokio::time::timeout(WHOLE, self.transport.send(mail)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(undelivered(&error)),
                Err(_) => Err(Undelivered { for_good: false, why: "the server took too long".to_owned() }),
            }
        })
    }
}

/// What happened, in words of our own: a server may quote the message.
fn undelivered(error: &Error) -> Undelivered {
    if let Some(code) = error.status() {
        return Undelivered {
            for_good: is_for_good(error, code),
            why: format!("the server answered {code}"),
        };
    }
    let why = match error {
        e if e.is_timeout() => "the server took too long",
        e if e.is_tls() => "TLS failed: the certificate is not believed, or the server speaks none",
        e if e.is_client() => "the server lacks what is asked of it, such as STARTTLS or AUTH",
        _ => "the server cannot be reached",
    };
    Undelivered { for_good: false, why: why.to_owned() }
}

/// A refusal of the message or its address is; one of our own credentials (53x) is for the operator to mend.
fn is_for_good(error: &Error, code: Code) -> bool {
    error.is_permanent() && code.category != Category::Unspecified3
}
