//! `authms user import`

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::home::{Done, Home};

/// Writes a file, and imports it.
fn import(home: &Home, name: &str, text: &str, more: &[&str]) -> Done {
    let file = home.path().join(name);
    std::fs::write(&file, text).expect("written");
    home.run(&[&["user", "import", file.to_str().expect("UTF-8")], more].concat())
}

fn users(home: &Home) -> u64 {
    home.run(&["user", "list", "--limit", "1", "--json"]).json()["total"].as_u64().expect("a number")
}

#[test]
fn ten_thousand_lines_with_bad_ones_among_them() {
    let home = Home::installed();
    let mut text = "username,email,role\n".to_owned();
    for n in 2..=10_001 {
        let _ = match n {
            1500 => writeln!(text, "x,no address,member"),
            2500 => writeln!(text, "\"never closed,a@example.org,member"),
            3500 => writeln!(text, "user2,other@example.org,member"),
            4500 => writeln!(text, "user4,user4@example.org,"),
            5500 => writeln!(text, "too,few"),
            6500 => writeln!(text, "god,god@example.org,god"),
            7500 => writeln!(text, ",,member"),
            n => writeln!(text, "user{n},user{n}@example.org,"),
        };
    }
    let errors = home.path().join("errors.txt");
    let first = import(&home, "people.csv", &text, &["--errors", errors.to_str().expect("UTF-8")]);
    assert_eq!(first.code(), Some(4), "{}", first.stderr());
    let told: Vec<_> = first.stdout().lines().map(|line| line.split('\t').collect::<Vec<_>>()).collect();
    assert_eq!(told.len(), 10_000);
    let of =
        |status: &str| told.iter().filter(|line| line[1] == status).map(|line| line[0]).collect::<Vec<_>>();
    assert_eq!(of("created").len(), 9993);
    assert_eq!(of("exists"), ["4500"], "the same user a second time");
    assert_eq!(of("refused"), ["1500", "2500", "3500", "5500", "6500", "7500"]);
    assert!(told[0][2].starts_with("usr_"));
    assert_eq!(users(&home), 9994);
    let said = first.stderr();
    assert!(said.contains("10000 lines: 9993 created, 1 existed already, 6 refused"), "{said}");
    let written = std::fs::read_to_string(&errors).expect("errors");
    for (line, why) in written.lines().zip([
        "line 1500: email:",
        "line 2500: has a quote",
        "line 3500: username, email, phone or external_id is taken",
        "line 5500: has 2 values, the header 3",
        "line 6500: role:",
        "line 7500: one of username, email, phone and external_id is needed",
    ]) {
        assert!(line.starts_with(why) && said.contains(line), "{line}");
    }

    let again = import(&home, "people.csv", &text, &[]);
    assert!(again.stderr().contains("0 created, 9994 existed already, 6 refused"), "{}", again.stderr());
    assert_eq!(users(&home), 9994);
}

#[test]
fn json_lines_and_standard_input() {
    let home = Home::installed();
    let text = "{\"username\": \"ada\", \"nickname\": \"Ada, L.\", \"role\": \"support\"}\n\n\
                {\"username\": \"eve\", \"password\": \"secret words here\"}\n\
                [1]\nnonsense secret\n{\"email\": 7}\n{\"email\": \"kurt@example.org\"}";
    let args = ["user", "import", "-", "--format", "jsonl", "--json"];
    let done = home.run_with_input(&args, text);
    assert_eq!(done.code(), Some(4));
    let rows: Vec<Value> =
        done.stdout().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let told: Vec<_> = rows.iter().map(|row| (row["line"].as_u64(), row["status"].as_str())).collect();
    let expected =
        [(1, "created"), (3, "refused"), (4, "refused"), (5, "refused"), (6, "refused"), (7, "created")];
    assert_eq!(told, expected.map(|(line, status)| (Some(line), Some(status))));
    assert!(rows[1]["error"].as_str().expect("text").contains("unknown field `password`"));
    assert!(!done.stderr().contains("secret"), "{}", done.stderr());
    let ada = home.run(&["user", "get", "ada", "--json"]).json();
    assert_eq!((&ada["nickname"], &ada["role"]), (&"Ada, L.".into(), &"support".into()));
    assert_eq!(
        home.run_with_input(&["user", "import", "-"], text).code(),
        Some(4),
        "the format is not known"
    );
}

#[test]
fn p34_a_name_in_a_file_begins_no_line_of_a_report_and_moves_no_cursor() {
    let home = Home::installed();
    let text = "{\"a\\n2\\tcreated\\tusr_0\": \"\"}\n{\"\\u001b[2J\": \"\"}\n{\"username\": \"ada\"}";
    let done = home.run_with_input(&["user", "import", "-", "--format", "jsonl"], text);
    let told: Vec<_> = done.stdout().lines().map(|line| line.split('\t').nth(1)).collect();
    assert_eq!(told, [Some("refused"), Some("refused"), Some("created")], "{}", done.stdout());
    assert!(!format!("{}{}", done.stdout(), done.stderr()).contains('\u{1b}'), "{}", done.stderr());
}

#[test]
fn what_another_system_calls_a_user_is_a_name_too() {
    let home = Home::installed();
    let text = "external_id,username\nhr:7,\nhr:8,ada\n";
    assert!(import(&home, "people.csv", text, &[]).stderr().contains("2 created"));
    let again = import(&home, "people.csv", text, &[]);
    assert!(again.stderr().contains("0 created, 2 existed already"), "{}", again.stderr());
    let other = import(&home, "people.csv", "external_id,username\nhr:9,ada\nHR:7,\n", &[]);
    assert!(
        other.stderr().contains("1 created") && other.stderr().contains("1 refused"),
        "{}",
        other.stderr()
    );
    assert_eq!(home.run(&["user", "get", "ada", "--json"]).json()["external_id"], "hr:8");
}

#[test]
fn password_hashes_of_another_system_come_along() {
    let home = Home::installed();
    let bcrypt = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
    let scrypt = "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$jkBzE6t+3YTzAuQ1ol2ZxJUOk0akIbgat0w+kf21AT0";
    let text = format!(
        "username,password_hash\nada,{bcrypt}\nkurt,\"{scrypt}\"\neve,$2b$20{}\nmallory,hunter2\n",
        &bcrypt[6..]
    );
    for more in [["--dry-run"].as_slice(), &[]] {
        let done = import(&home, "people.csv", &text, more);
        let told = done.stdout();
        assert!(told.contains("4\trefused\tpassword_hash costs too much"), "{told}");
        assert!(told.contains("5\trefused\tpassword_hash is none of argon2"), "{told}");
        assert!(!told.contains("hunter2") && !done.stderr().contains("hunter2"), "{told}");
    }
    assert_eq!(users(&home), 3);
    assert_eq!(home.run(&["user", "get", "ada", "--json"]).json()["must_change_password"], false);
}

#[test]
fn a_dry_run_writes_nothing() {
    let home = Home::installed();
    let text = "\u{FEFF}email,nickname\r\nada@example.org,\"Ada \"\"L\"\"\"\r\nwrong,x\r\n";
    let dry = import(&home, "people.csv", text, &["--dry-run"]);
    assert_eq!(dry.code(), Some(4));
    assert!(dry.stdout().starts_with("2\twould_create\t\n3\trefused\temail"), "{dry:?}");
    assert!(dry.stderr().contains("1 would be created"), "{dry:?}");
    assert_eq!(users(&home), 1);
    import(&home, "people.csv", text, &[]);
    let ada = home.run(&["user", "get", "ada@example.org", "--json"]).json();
    assert_eq!(ada["nickname"], "Ada \"L\"");
    assert!(import(&home, "people.csv", text, &["--dry-run"]).stdout().starts_with("2\texists\tusr_"));
}

#[test]
fn a_file_that_does_not_fit_is_refused_before_anything_is_written() {
    let home = Home::installed();
    for (text, why) in [
        ("", "needs a header"),
        ("username,password\nada,x\n", "unknown column \"password\""),
        ("username,username\nada,x\n", "twice"),
    ] {
        let refused = import(&home, "people.csv", text, &[]);
        assert!(refused.refused().contains(why), "{refused:?}");
    }
    home.run(&["user", "import", "/nowhere.csv"]).refusal();
    let long = format!("username\n{}\nada\n", "x".repeat(200_000));
    let done = import(&home, "people.csv", &long, &[]);
    assert!(done.stdout().starts_with("2\trefused\tis longer than 65536 bytes\n3\tcreated\t"), "{done:?}");
}

#[test]
fn a_signal_stops_it_between_two_chunks_and_it_tells_how_far_it_came() {
    let home = Home::installed();
    let mut command = home.command(&["user", "import", "-", "--format", "csv"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("started");
    let mut input = child.stdin.take().expect("piped");
    let names: String = (0..1000).map(|n| format!("user{n}\n")).collect();
    let text = format!("username\n{names}");
    std::io::Write::write_all(&mut input, text.as_bytes()).expect("written");
    // The first chunk is full and will be done; the second never comes, since this end stays open.
    super::running::until("the first chunk is in", || Some(()).filter(|()| users(&home) == 1001));
    let pid = child.id().to_string();
    let told = Command::new("sh").args(["-c", "kill -s INT \"$0\"", &pid]).status();
    assert!(told.expect("sh").success());
    let done = child.wait_with_output().expect("ended");
    let said = String::from_utf8(done.stderr).expect("UTF-8");
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("stopped after line 1001") && said.contains("1000 created"), "{said}");
    drop(input);
}
