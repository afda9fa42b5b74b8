//! Text on its way into HTML.

use std::fmt::{self, Write as _};

/// Shown as it is.
pub(super) struct Text<'a>(pub &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A doc comment: what is between backticks is code, an empty line begins a paragraph.
pub(super) struct Prose<'a>(pub &'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, paragraph) in self.0.split("\n\n").enumerate() {
            if at > 0 {
                f.write_str("<br>")?;
            }
            for (at, part) in paragraph.split('`').enumerate() {
                match at % 2 {
                    0 => write!(f, "{}", Text(part))?,
                    _ => write!(f, "<code>{}</code>", Text(part))?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(Text("<b a='1' c=\"&\">").to_string(), "&lt;b a=&#39;1&#39; c=&quot;&amp;&quot;&gt;");
        assert_eq!(Prose("a `<b>` <c>\n\nd").to_string(), "a <code>&lt;b&gt;</code> &lt;c&gt;<br>d");
    }
}
