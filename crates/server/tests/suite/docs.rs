//! What the documents promise is there.

use authms_core::ticket::{TicketAct, TicketStatus};
use authms_http::codes;
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

/// The page with the tests of each row that has any; what a row without tests says instead stays.
fn with_tests(page: &str, exist: &BTreeSet<String>) -> String {
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split(" | ").map(str::trim);
        let (id, duty) = (cells.next()?, cells.next()?);
        let mut tests = exist.iter().filter(|name| name.starts_with(&format!("{id}_"))).peekable();
        tests.peek()?;
        let shown: Vec<_> = tests.map(|name| format!("`{name}`")).collect();
        Some(format!("| {id} | {duty} | {} |", shown.join(", ")))
    };
    let is_row = |line: &str| line.starts_with("| s") || line.starts_with("| p");
    let lines = page.lines().map(|l| is_row(l).then(|| row(l)).flatten().unwrap_or_else(|| l.to_owned()));
    lines.collect::<Vec<_>>().join("\n") + "\n"
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
    crate::golden::compare("docs/security.md", &with_tests(&page, &exist), "");
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

/// The life of a ticket as a Mermaid state diagram.
fn ticket_life() -> String {
    let mut drawn = vec!["stateDiagram-v2".to_owned(), "    [*] --> issued: minted".to_owned()];
    for status in TicketStatus::ALL {
        let ways = TicketAct::ALL.into_iter().filter_map(|act| Some((status.after(act)?, act)));
        let ways: Vec<_> = ways.collect();
        drawn.extend(
            ways.iter()
                .map(|(to, act)| format!("    {} --> {}: {}", status.as_str(), to.as_str(), act.as_str())),
        );
        if ways.is_empty() {
            drawn.push(format!("    {} --> [*]", status.as_str()));
        }
    }
    drawn.join("\n")
}

#[test]
fn the_life_of_a_ticket_is_drawn_as_the_code_has_it() {
    let page = read(&root().join("docs/tickets.md"));
    let (before, rest) = page.split_once("```mermaid\n").expect("a diagram");
    let (_, after) = rest.split_once("```\n").expect("its end");
    let drawn = format!("{before}```mermaid\n{}\n```\n{after}", ticket_life());
    crate::golden::compare("docs/tickets.md", &drawn, "");
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    for page in documents() {
        let folder = page.parent().expect("a folder");
        for link in read(&page).split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !link.is_empty() && !link.starts_with("http") {
                assert!(folder.join(link).exists(), "{} links to {link}, which is not there", page.display());
            }
        }
    }
}

fn documents() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).expect("docs").map(|e| e.expect("an entry").path());
    let pages = ["README.md", "ARCHITECTURE.md"].map(|page| root().join(page));
    pages.into_iter().chain(docs.filter(|p| p.extension().is_some_and(|e| e == "md"))).collect()
}

#[test]
fn the_guide_quotes_its_examples_as_they_are() {
    let page = read(&root().join("docs/integrate.md"));
    let mut quoted = BTreeSet::new();
    for fenced in
        page.split("\n```").filter(|part| part.lines().next().is_some_and(|l| l.contains(" examples/")))
    {
        let (head, snippet) = fenced.split_once('\n').expect("a snippet");
        let file = head.split_once(' ').expect("a file").1;
        assert!(read(&root().join(file)).contains(snippet), "{file} does not say:\n{snippet}");
        quoted.insert(file);
    }
    assert_eq!(quoted.len(), 5, "the portal and application B in four languages: {quoted:?}");
}

#[test]
fn the_guides_codes_are_those_of_the_program() {
    let page = read(&root().join("docs/integrate.md"));
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|l| l.starts_with("| 4000"))
        .map(|l| l.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert!(rows.len() > 10, "the table of codes is there");
    for row in rows {
        let known = codes::ALL.iter().find(|c| c.number.to_string() == row[0]);
        let known = known.unwrap_or_else(|| panic!("{} is no code", row[0]));
        assert_eq!(known.status.to_string(), row[1], "{}", row[0]);
    }
}
