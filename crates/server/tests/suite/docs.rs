//! What the documents promise is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Whether it is `s01_…` or `p38_…`: a test named after an attack.
fn is_attack(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.len() > 4
        && matches!(bytes[0], b's' | b'p')
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_digit()
        && bytes[3] == b'_'
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|e| e == "rs") {
            found.push(entry);
        }
    }
}

fn tests_named_after_attacks() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    let names = files.iter().flat_map(|file| {
        let text = read(file);
        let functions = text.split("fn ").skip(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
        });
        functions.filter(|name| is_attack(name)).collect::<Vec<_>>()
    });
    names.collect()
}

#[test]
fn the_security_page_lists_every_attack_and_only_tests_that_exist() {
    let page = read(&root().join("docs/security.md"));
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|l| l.starts_with("| s") || l.starts_with("| p"))
        .map(|l| l.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let ids: Vec<String> = rows.iter().map(|r| r[0].to_owned()).collect();
    let all = (1..=63).map(|n| format!("s{n:02}")).chain((1..=38).map(|n| format!("p{n:02}")));
    assert_eq!(ids, all.collect::<Vec<_>>(), "every row, once, in order");

    let exist = tests_named_after_attacks();
    let mut listed = BTreeSet::new();
    for row in &rows {
        let shown: Vec<&str> = row[2].split('`').filter(|name| is_attack(name)).collect();
        assert!(!shown.is_empty() || row[2].starts_with("not yet: "), "{}: neither test nor reason", row[0]);
        for name in shown {
            assert!(name.starts_with(row[0]), "{name} stands in row {}", row[0]);
            assert!(exist.contains(name), "{name} is listed, but no test has that name");
            listed.insert(name.to_owned());
        }
    }
    let unlisted: Vec<_> = exist.difference(&listed).collect();
    assert!(unlisted.is_empty(), "tests that docs/security.md does not list: {unlisted:?}");
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    for page in ["README.md", "ARCHITECTURE.md"] {
        let text = read(&root().join(page));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if !link.starts_with("http") {
                assert!(root().join(link).exists(), "{page} links to {link}, which is not there");
            }
        }
    }
}
