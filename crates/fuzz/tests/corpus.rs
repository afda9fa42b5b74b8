//! The corpus, without a fuzzer: all that ever led somewhere, and all that ever crashed, holds on every build.

use authms_fuzz::{TARGETS, Target};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus")
}

fn inputs(target: &Target) -> Vec<PathBuf> {
    let folder = corpus().join(target.name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn replay(name: &str) {
    let target = authms_fuzz::target(name).expect("a target");
    (target.run)(b"");
    let holds = |file: &PathBuf| {
        let bytes = fs::read(file).expect("readable");
        catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes))).is_ok()
    };
    let broken: Vec<_> = inputs(&target).into_iter().filter(|file| !holds(file)).collect();
    assert!(broken.is_empty(), "{name} does not hold for {broken:#?}");
}

#[test]
fn every_target_has_a_corpus_and_every_corpus_a_target() {
    let folders =
        fs::read_dir(corpus()).expect("the corpus").map(|entry| entry.expect("an entry").file_name());
    let mut folders: Vec<_> = folders.map(|name| name.into_string().expect("a name")).collect();
    folders.sort();
    let targets: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(folders, targets);
    assert!(TARGETS.iter().all(|target| !inputs(target).is_empty()));
}

#[test]
fn what_takes_the_whole_application_holds() {
    ["bodies", "requests"].into_iter().for_each(replay);
}

#[test]
fn what_is_parsed_holds() {
    TARGETS
        .iter()
        .filter(|target| !["bodies", "requests"].contains(&target.name))
        .for_each(|t| replay(t.name));
}
