//! The page as a whole.

use super::html::{Prose, Text};
use super::operation::{Operation, badge, route};
use crate::codes;
use crate::openapi;
use serde_json::Value;
use std::fmt::{Result, Write};

/// The page's style.
pub(super) const STYLE: &str = include_str!("page.css");
/// The page's script.
pub(super) const SCRIPT: &str = include_str!("page.js");
const INTRODUCTION: &str = include_str!("introduction.html");

/// The groups in the order in which one meets them; others come after.
const ORDER: [&str; 10] = [
    "tickets",
    "sign-in",
    "me",
    "api keys",
    "users",
    "memberships",
    "tenants",
    "clients",
    "discovery",
    "health",
];

/// The page, with examples that call `issuer`.
pub(super) fn html(issuer: &str) -> String {
    let document = serde_json::to_value(openapi::document()).unwrap_or_default();
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write(&mut out, &document, issuer);
    out
}

fn write(out: &mut String, document: &Value, issuer: &str) -> Result {
    let groups = groups(document);
    let version = document["info"]["version"].as_str().unwrap_or_default();
    write!(
        out,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>authms API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><style>{STYLE}</style></head><body>\
         <a class=\"skip\" href=\"#main\">Skip to the content</a>\
         <header><a class=\"brand\" href=\"#main\">authms <small>API {}</small></a></header>",
        Text(version)
    )?;
    write_nav(out, &groups)?;
    write!(
        out,
        "<main id=\"main\" tabindex=\"-1\">{}",
        INTRODUCTION.replace("{issuer}", &Text(issuer).to_string())
    )?;
    for (name, operations) in &groups {
        write!(
            out,
            "<section aria-labelledby=\"g-{0}\"><h2 id=\"g-{0}\">{1}</h2>",
            slug(name),
            Text(&title(name))
        )?;
        for operation in operations {
            operation.write(out, document, issuer)?;
        }
        out.write_str("</section>")?;
    }
    write_codes(out)?;
    writeln!(out, "</main><script>{SCRIPT}</script></body></html>")
}

fn groups(document: &Value) -> Vec<(&str, Vec<Operation<'_>>)> {
    let mut groups: Vec<(&str, Vec<Operation<'_>>)> = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let operations =
            item.as_object().into_iter().flatten().filter(|(_, told)| told["operationId"].is_string());
        for (method, told) in operations {
            let bare = item["servers"].is_array();
            let operation = Operation { method: method.to_uppercase(), path, bare, told };
            match groups.iter_mut().find(|(name, _)| *name == operation.group()) {
                Some((_, group)) => group.push(operation),
                None => groups.push((operation.group(), vec![operation])),
            }
        }
    }
    let place = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
    groups.sort_by_key(|(name, _)| (place(name), *name));
    groups
}

fn write_nav(out: &mut String, groups: &[(&str, Vec<Operation<'_>>)]) -> Result {
    out.write_str(
        "<nav aria-label=\"Endpoints\"><div class=\"search\" hidden><label for=\"q\">Search</label>\
         <input id=\"q\" type=\"search\" placeholder=\"Search ( / )\" autocomplete=\"off\" spellcheck=\"false\">\
         <p id=\"found\" role=\"status\"></p></div><ul><li><a href=\"#main\">Introduction</a></li></ul>",
    )?;
    for (name, operations) in groups {
        write!(out, "<h2>{}</h2><ul>", Text(&title(name)))?;
        for operation in operations {
            let (id, method, path) = (Text(operation.id()), badge(&operation.method), route(operation.path));
            write!(out, "<li><a href=\"#{id}\">{method} <span>{path}</span></a></li>")?;
        }
        out.write_str("</ul>")?;
    }
    out.write_str("<h2>Reference</h2><ul><li><a href=\"#errors\">Error codes</a></li></ul></nav>")
}

fn write_codes(out: &mut String) -> Result {
    out.write_str(
        "<section aria-labelledby=\"errors\"><h2 id=\"errors\">Error codes</h2><p>Branch on <code>code</code>, never on \
         the message. A code always comes with the same status.</p><div class=\"scroll\" tabindex=\"0\"><table><thead><tr>\
         <th scope=\"col\">Code</th><th scope=\"col\">Status</th><th scope=\"col\">Means</th></tr></thead><tbody>",
    )?;
    let mut codes = codes::ALL.to_vec();
    codes.sort_by_key(|code| code.number);
    for code in codes {
        let (number, status) = (code.number, code.status);
        write!(
            out,
            "<tr><td><code>{number}</code></td><td>{status}</td><td>{}</td></tr>",
            Prose(code.message)
        )?;
    }
    out.write_str("</tbody></table></div></section>")
}

fn title(group: &str) -> String {
    let mut letters = group.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn slug(group: &str) -> String {
    group.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}
