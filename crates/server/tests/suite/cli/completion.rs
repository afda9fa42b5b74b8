//! Scripts that complete the command line.

use std::process::{Command, Stdio};

use super::home::{Done, Home};

fn script(shell: &str) -> String {
    Done::of(Home::bare(&["completion", shell])).success().to_owned()
}

#[test]
fn every_shell_gets_a_script_that_knows_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = script(shell);
        for word in ["serve", "rotate-secret", "set-password", "data-dir"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(Done::of(Home::bare(&["completion", "tcsh"])).code(), Some(2));
}

#[test]
fn the_scripts_are_of_their_shells_language() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let installed = Command::new(shell).arg("-c").arg("true").stderr(Stdio::null()).status();
        if !installed.is_ok_and(|status| status.success()) {
            // Only what is on this machine can look at its script; bash is everywhere.
            assert_ne!(shell, "bash");
            continue;
        }
        let file = home.path().join(shell);
        std::fs::write(&file, script(shell)).expect("written");
        let checked = Command::new(shell).arg("-n").arg(&file).output().expect("started");
        assert!(checked.status.success() && checked.stderr.is_empty(), "{shell}: {checked:?}");
    }
}

#[test]
fn bash_completes_a_command_and_an_option() {
    let home = Home::new();
    let file = home.path().join("authms.bash");
    std::fs::write(&file, script("bash")).expect("written");
    let complete = |words: &str, cword: usize| {
        let ask = format!(
            "source \"$0\"; COMP_WORDS=({words}); COMP_CWORD={cword}; _authms authms \"${{COMP_WORDS[{cword}]}}\" x; \
             echo \"${{COMPREPLY[*]}}\""
        );
        let asked = Command::new("bash").args(["--norc", "-c", &ask]).arg(&file).output().expect("bash");
        String::from_utf8(asked.stdout).expect("UTF-8").trim().to_owned()
    };
    assert_eq!(complete("authms sess", 1), "session");
    assert_eq!(complete("authms client rot", 2), "rotate-secret");
    assert_eq!(complete("authms user create --user", 3), "--username");
}
