//! The binary around [`authms_proof::main`].

fn main() -> std::process::ExitCode {
    authms_proof::main()
}
