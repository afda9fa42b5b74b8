//! Signing in with passwords, the users taking turns.

use super::Operation;
use crate::api::path;
use crate::wire::{Request, string_field};

pub(crate) struct Password {
    /// Names and passwords.
    pub(crate) people: Vec<(String, String)>,
}

impl Operation for Password {
    fn write(&self, index: usize, out: &mut Vec<u8>) {
        let (name, password) = &self.people[index % self.people.len()];
        let body = format!(r#"{{"identity":"{name}","password":"{password}"}}"#);
        Request::post(path::LOGIN, &body).write_to(out);
    }

    fn accepts(&self, status: u16, body: &[u8]) -> bool {
        status == 200 && string_field(body, "access_token").is_some()
    }
}
