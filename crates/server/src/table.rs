//! Columns for people.

use std::fmt;

/// Rows of cells under a header, if it has one; each column as wide as its widest cell.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Nothing that a cell holds can move the cursor or turn the text around.
    pub fn new(header: &[&str], rows: Vec<Vec<String>>) -> Self {
        let header: Vec<_> = header.iter().map(|name| name.to_uppercase()).collect();
        let all = (!header.is_empty()).then_some(header).into_iter().chain(rows);
        let printable = |row: Vec<String>| row.iter().map(|cell| printable(cell)).collect();
        Self { rows: all.map(printable).collect() }
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell: &String| width(cell)).max()
        };
        (0..columns).map(|column| widest(column).unwrap_or(0)).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, wanted) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', wanted - width(cell) + 2));
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn printable(text: &str) -> String {
    let reorders = |c| matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    text.chars().map(|c| if c.is_control() || reorders(c) { '\u{FFFD}' } else { c }).collect()
}

/// Places on a terminal: two for East Asian wide characters (UAX #11, its large blocks).
fn width(text: &str) -> usize {
    let wide = |c| {
        matches!(c,
            '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}'
            | '\u{FE30}'..='\u{FE6F}' | '\u{FF01}'..='\u{FF60}' | '\u{1F300}'..='\u{1FAFF}' | '\u{20000}'..='\u{3FFFD}')
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(header: &[&str], rows: &[&[&str]]) -> String {
        let owned = |row: &&[&str]| row.iter().map(|cell| (*cell).to_owned()).collect();
        Table::new(header, rows.iter().map(owned).collect()).to_string()
    }

    #[test]
    fn columns_are_aligned_and_lines_end_without_blanks() {
        let table = shown(&["id", "name"], &[&["1", "ada"], &["234", "李雷"], &["5", ""]]);
        assert_eq!(table, "ID   NAME\n1    ada\n234  李雷\n5\n");
        assert_eq!(shown(&[], &[&["李", "x"], &["abc", "y"]]), "李   x\nabc  y\n");
        assert_eq!(shown(&[], &[]), "");
    }

    #[test]
    fn a_cell_commands_no_terminal() {
        let table = shown(&[], &[&["a\u{1b}[2Jb\r\nc\u{202E}d"]]);
        assert_eq!(table, "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}c\u{FFFD}d\n");
    }
}
