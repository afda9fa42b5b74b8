//! Files of users: each line is told once and where it ends, nothing of it is repeated in a refusal, and what was read can
//! be written as CSV and read again.

use crate::input::Input;
use authms_core::user::CreateUser;
use authms_server::records::{Format, Line, Records};

/// One byte says the format; the rest is the file.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let format = input.pick(&[Format::Csv, Format::Jsonl]);
    let Some(lines) = read(input.0, format) else { return };
    let (mut number, mut end) = (0, 0);
    for line in &lines {
        assert!(line.number > number && line.end > end && line.end <= input.0.len() as u64);
        (number, end) = (line.number, line.end);
        if let Err(why) = &line.user {
            assert!(!why.contains(char::is_control), "a refusal of several lines: {why:?}");
        }
    }
    let users: Vec<_> = lines.into_iter().filter_map(|line| line.user.ok()).collect();
    // No CSV value goes over a line's end, and blank ones are none.
    let fits = |user: &&CreateUser| {
        let values = values(user);
        values.iter().any(|v| !v.trim().is_empty()) && !values.iter().any(|v| v.contains(['\n', '\r']))
    };
    let kept: Vec<_> = users.iter().filter(fits).collect();
    let mut csv = "username,email,phone,external_id,nickname,role,password_hash\n".to_owned();
    for user in &kept {
        let quoted: Vec<_> = values(user).iter().map(|v| format!("\"{}\"", v.replace('"', "\"\""))).collect();
        csv.push_str(&format!("{}\n", quoted.join(",")));
    }
    let again = read(csv.as_bytes(), Format::Csv).expect("a good header");
    assert_eq!(again.len(), kept.len(), "{csv}");
    for (line, user) in again.iter().zip(kept) {
        // A line may have grown beyond the limit by its quotes.
        if let Ok(again) = &line.user {
            assert_eq!(values(again), values(user), "{csv}");
        }
    }
}

fn read(file: &[u8], format: Format) -> Option<Vec<Line>> {
    let mut records = Records::new(file, format).ok()?;
    Some(std::iter::from_fn(|| records.next_line().expect("memory can be read")).collect())
}

fn values(user: &CreateUser) -> [String; 7] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        text(&user.username),
        text(&user.email),
        text(&user.phone),
        text(&user.external_id),
        text(&user.nickname),
        user.role.map(|role| role.as_str().to_owned()).unwrap_or_default(),
        user.password_hash.as_ref().map(|hash| hash.expose().to_owned()).unwrap_or_default(),
    ]
}
