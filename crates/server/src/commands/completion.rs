//! `authms completion`

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output;

/// Where each shell looks for it.
pub const WHERE: &str = "\
Where to put it:
  bash        authms completion bash > ~/.local/share/bash-completion/completions/authms
  zsh         authms completion zsh > ~/.zfunc/_authms   (with ~/.zfunc in $fpath before compinit)
  fish        authms completion fish > ~/.config/fish/completions/authms.fish
  elvish      authms completion elvish > ~/.config/elvish/lib/authms.elv   (then `use authms` in rc.elv)
  powershell  authms completion powershell >> $PROFILE";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "authms", &mut script);
    output::block(&String::from_utf8_lossy(&script))
}
