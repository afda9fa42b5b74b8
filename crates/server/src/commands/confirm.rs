//! Asking before what cannot be undone.

use std::io::{self, IsTerminal as _, Write as _};

use crate::failure::Failure;

/// Whether the operator is asked first.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Confirm {
    /// Do it without asking; needed where nobody can be asked, as in scripts
    #[arg(long)]
    yes: bool,
}

impl Confirm {
    /// Returns if the operator agrees to what `question` says.
    ///
    /// # Errors
    /// When they do not, or without a terminal and without `--yes`.
    pub fn ask(self, question: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Err(Failure::refused("nothing was done: without a terminal to ask on, this needs --yes"));
        }
        let mut err = io::stderr();
        let _ = write!(err, "{question} [y/N] ").and_then(|()| err.flush());
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer);
        read.map_err(|error| Failure::new(format!("cannot read the answer: {error}")))?;
        if agrees(&answer) { Ok(()) } else { Err(Failure::refused("nothing was done")) }
    }
}

fn agrees(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for yes in ["y\n", "Y\n", " yes \n", "YES"] {
            assert!(agrees(yes), "{yes:?}");
        }
        for no in ["", "\n", "n\n", "no\n", "yes please\n", "ye\n"] {
            assert!(!agrees(no), "{no:?}");
        }
    }
}
