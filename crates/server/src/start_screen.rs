//! What a person who starts the server on a terminal sees.

use std::fmt::Write as _;
use std::path::Path;

use authms_crypto::SecretString;

/// A ticket to sign in as the administrator with.
pub struct FirstTicket {
    /// The bearer text: for the screen, never for a log.
    pub ticket: SecretString,
    /// How long it lives, in seconds.
    pub expires_in: i64,
}

/// What the screen tells.
pub struct Facts<'a> {
    /// Where the server is reached from this machine, such as `http://127.0.0.1:8080`.
    pub url: &'a str,
    /// `iss` of every token.
    pub issuer: &'a str,
    /// The store: a file, or a database on a server.
    pub store: &'a str,
    /// The version of its schema.
    pub schema: u32,
    /// The data directory.
    pub data_dir: &'a Path,
    /// Where messages land that are not sent, in development.
    pub mail_folder: Option<&'a Path>,
    /// How old the databases of addresses are.
    pub places: &'a str,
    /// Whether the installation was made just now.
    pub first_start: bool,
    /// The master key's file, if it was made just now.
    pub new_key: Option<&'a Path>,
    /// At the first start.
    pub ticket: Option<FirstTicket>,
}

/// The screen.
pub fn text(facts: &Facts<'_>) -> String {
    let mut screen = String::new();
    // Writing to a String does not fail.
    let _ = write_facts(&mut screen, facts);
    screen
}

fn write_facts(out: &mut String, facts: &Facts<'_>) -> std::fmt::Result {
    let (url, dir) = (facts.url, facts.data_dir.display());
    writeln!(out, "authms {}\n", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "  Address  {url}")?;
    writeln!(out, "  Issuer   {}", facts.issuer)?;
    writeln!(out, "  Store    {}, schema {}", facts.store, facts.schema)?;
    if let Some(folder) = facts.mail_folder {
        writeln!(out, "  Mail     not sent, but put into {}", folder.display())?;
    }
    writeln!(out, "  Places   {}", facts.places)?;
    writeln!(out)?;
    if let Some(key) = facts.new_key {
        writeln!(out, "A master key was made: {}", key.display())?;
        writeln!(out, "Without it the store is worthless: back it up, apart from the store.\n")?;
    }
    if facts.first_start {
        writeln!(
            out,
            "Tokens name the issuer for good; for another, start on an empty data directory with --issuer.\n"
        )?;
    }
    match &facts.ticket {
        Some(FirstTicket { ticket, expires_in }) => {
            let ticket = ticket.expose();
            writeln!(out, "Sign in as the administrator, once, within {expires_in} seconds:\n")?;
            writeln!(out, "  curl -sS {url}/auth/ticket/signin -H 'Content-Type: application/json' \\")?;
            writeln!(out, "    -d '{{\"ticket\":\"{ticket}\"}}'\n")?;
            writeln!(out, "Another such ticket:  authms admin ticket --data-dir {dir}")?;
        }
        None => writeln!(
            out,
            "Next: a ticket to sign in as the administrator:  authms admin ticket --data-dir {dir}"
        )?,
    }
    writeln!(out, "All commands:         authms --help")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(ticket: Option<FirstTicket>) -> Facts<'static> {
        Facts {
            url: "http://127.0.0.1:8080",
            issuer: "https://id.example.org",
            store: "SQLite, ./authms-data/authms.db",
            schema: 1,
            data_dir: Path::new("./authms-data"),
            places: "countries: 12 days old",
            mail_folder: ticket.as_ref().map(|_| Path::new("./authms-data/mail")),
            first_start: ticket.is_some(),
            new_key: ticket.as_ref().map(|_| Path::new("./authms-data/master.key")),
            ticket,
        }
    }

    #[test]
    fn the_first_start_shows_how_to_sign_in() {
        let ticket = FirstTicket { ticket: SecretString::new("tkt_example".into()), expires_in: 300 };
        insta::assert_snapshot!(text(&facts(Some(ticket))));
    }

    #[test]
    fn later_starts_show_the_next_step() {
        insta::assert_snapshot!(text(&facts(None)));
    }
}
