//! Plain-text tables for people.

/// Renders rows under a header, columns aligned to the right but for the first.
pub(crate) fn render(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let head = header.iter().map(|title| (*title).to_owned()).collect();
    let rule = widths.iter().map(|width| "-".repeat(*width)).collect();
    [head, rule].iter().chain(rows).map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        let pad = " ".repeat(width - cell.chars().count());
        match column {
            0 => text.extend([cell.as_str(), &pad]),
            _ => text.extend(["  ", &pad, cell]),
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// 12345.6 as `12,346`: rates and counts are read more easily so.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.max(0.0));
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Microseconds as milliseconds with as many places as matter.
pub(crate) fn millis(micros: f64) -> String {
    match micros {
        m if m < 10_000.0 => format!("{:.2}", m / 1000.0),
        m => format!("{:.1}", m / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0.4), "0");
        assert_eq!(grouped(999.0), "999");
        assert_eq!(grouped(1234567.0), "1,234,567");
    }

    #[test]
    fn columns_line_up() {
        let text =
            render(&["op", "rate"], &[vec!["redeem".into(), "1".into()], vec!["me".into(), "22".into()]]);
        assert_eq!(text, "op      rate\n------  ----\nredeem     1\nme        22\n");
    }
}
