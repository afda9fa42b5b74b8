//! One endpoint on the page.

use super::example::{self, Call};
use super::html::{Prose, Text};
use super::schema::{Row, kind, rows};
use serde_json::Value;
use std::fmt::{Result, Write};

/// An endpoint, as the document has it.
pub(super) struct Operation<'a> {
    /// `GET`, `POST`, …
    pub method: String,
    pub path: &'a str,
    /// Whether it is reached without a base path only.
    pub bare: bool,
    pub told: &'a Value,
}

impl<'a> Operation<'a> {
    pub fn id(&self) -> &'a str {
        self.told["operationId"].as_str().unwrap_or_default()
    }

    pub fn group(&self) -> &'a str {
        self.told["tags"][0].as_str().unwrap_or("other")
    }

    pub fn summary(&self) -> &'a str {
        self.told["summary"].as_str().unwrap_or_default()
    }

    fn spelled(&self) -> String {
        if self.bare { self.path.to_owned() } else { format!("/api/v1{}", self.path) }
    }

    fn body(&self) -> Option<&'a Value> {
        self.told.pointer("/requestBody/content/application~1json/schema")
    }

    /// The security schemes of which one is needed, and whether none is enough, too.
    fn security(&self) -> (Vec<&'a str>, bool) {
        let all = self.told["security"].as_array().into_iter().flatten();
        let sets: Vec<_> = all.filter_map(Value::as_object).collect();
        let open = sets.is_empty() || sets.iter().any(|set| set.is_empty());
        (sets.into_iter().flat_map(|set| set.keys()).map(String::as_str).collect(), open)
    }

    /// Writes it.
    pub fn write(&self, out: &mut String, document: &Value, issuer: &str) -> Result {
        let (id, spelled) = (self.id(), self.spelled());
        write!(out, "<article id=\"{0}\" aria-labelledby=\"{0}-t\"><div class=\"told\">", Text(id))?;
        write!(out, "<h3 id=\"{0}-t\"><a href=\"#{0}\">{1}</a></h3>", Text(id), Prose(self.summary()))?;
        write!(out, "<p class=\"route\">{}<code>{}</code></p>", badge(&self.method), route(&spelled))?;
        if let Some(more) = self.told["description"].as_str() {
            write!(out, "<p>{}</p>", Prose(more))?;
        }
        self.write_security(out)?;
        self.write_parameters(out, document)?;
        if let Some(body) = self.body() {
            write_members(out, "Body", &rows(document, body))?;
        }
        self.write_answers(out, document)?;
        out.write_str("</div><div class=\"shown\">")?;
        self.write_examples(out, document, issuer)?;
        out.write_str("</div></article>")
    }

    fn write_security(&self, out: &mut String) -> Result {
        let (schemes, open) = self.security();
        out.write_str("<p class=\"auth\"><b>Who</b> ")?;
        let names = schemes.iter().map(|scheme| match *scheme {
            "bearer" => "a signed-in user",
            "api_key" => "an API key",
            "client" => "a client",
            other => other,
        });
        let names = names.chain(open.then_some("anybody")).collect::<Vec<_>>();
        write!(out, "{}</p>", Text(&names.join(", or ")))
    }

    fn write_parameters(&self, out: &mut String, document: &Value) -> Result {
        let parameters = self.told["parameters"].as_array().into_iter().flatten();
        let rows: Vec<_> = parameters
            .map(|parameter| Row {
                name: parameter["name"].as_str().unwrap_or_default().to_owned(),
                kind: format!(
                    "{}, {}",
                    parameter["in"].as_str().unwrap_or_default(),
                    kind(document, &parameter["schema"])
                ),
                required: parameter["required"] == true,
                told: parameter["description"].as_str().unwrap_or_default().to_owned(),
            })
            .collect();
        write_members(out, "Parameters", &rows)
    }

    fn write_answers(&self, out: &mut String, document: &Value) -> Result {
        out.write_str("<h4>Answers</h4><dl class=\"answers\">")?;
        let mut others = Vec::new();
        for (status, answer) in self.told["responses"].as_object().into_iter().flatten() {
            if answer["$ref"].is_string() {
                others.push(status.as_str());
                continue;
            }
            write!(out, "<dt class=\"s{}\">{}</dt><dd>", &status[..1], Text(status))?;
            write!(out, "{}", Prose(answer["description"].as_str().unwrap_or_default()))?;
            let schema = answer.pointer("/content/application~1json/schema");
            let members = schema.filter(|_| status.starts_with('2')).map(|schema| rows(document, schema));
            if let Some(members) = members.filter(|members| !members.is_empty()) {
                out.write_str("<details><summary>Members</summary>")?;
                write_members(out, "", &members)?;
                out.write_str("</details>")?;
            }
            out.write_str("</dd>")?;
        }
        if !others.is_empty() {
            write!(
                out,
                "<dt>{}</dt><dd>As <a href=\"#errors\">everywhere</a>.</dd>",
                Text(&others.join(" "))
            )?;
        }
        out.write_str("</dl>")
    }

    fn write_examples(&self, out: &mut String, document: &Value, issuer: &str) -> Result {
        let call = Call {
            method: &self.method,
            url: format!("{issuer}{}", self.spelled()),
            security: self.security().0.first().copied().filter(|_| !self.security().1),
            body: self.body().map(|schema| example::request(document, schema)),
        };
        write!(out, "<h4>Call</h4><pre tabindex=\"0\"><code>{}</code></pre>", Text(&example::curl(&call)))?;
        let answers = self.told["responses"].as_object().into_iter().flatten();
        let good = answers.filter(|(status, _)| status.starts_with('2'));
        for (status, answer) in good {
            if let Some(schema) = answer.pointer("/content/application~1json/schema") {
                let body = example::pretty(&example::answer(document, schema));
                write!(
                    out,
                    "<h4>Answer {}</h4><pre tabindex=\"0\"><code>{}</code></pre>",
                    Text(status),
                    Text(&body)
                )?;
            }
        }
        Ok(())
    }
}

/// A method as a coloured word.
pub(super) fn badge(method: &str) -> String {
    format!("<span class=\"m {0}\">{0}</span>", Text(method))
}

/// A path that may break after its slashes.
pub(super) fn route(path: &str) -> String {
    Text(path).to_string().replace('/', "/<wbr>")
}

fn write_members(out: &mut String, title: &str, rows: &[Row]) -> Result {
    if rows.is_empty() {
        return Ok(());
    }
    if !title.is_empty() {
        write!(out, "<h4>{title}</h4>")?;
    }
    out.write_str("<dl class=\"members\">")?;
    for row in rows {
        let needed = if row.required { " <em>required</em>" } else { "" };
        write!(out, "<dt><code>{}</code> <span>{}</span>{needed}</dt>", Text(&row.name), Text(&row.kind))?;
        write!(out, "<dd>{}</dd>", Prose(&row.told))?;
    }
    out.write_str("</dl>")
}
