//! The table, in Markdown: readable in a terminal, and ready for `docs/benchmarks.md`.

use std::time::Duration;

use crate::contenders::{NGINX, RELAYSCOPE};
use crate::figures::{Goal, Row};

/// Prints everything that was measured.
pub(crate) fn print(
    rows: &[Row],
    contenders: &[&str],
    machine: &str,
    rounds: usize,
    took: Duration,
) {
    let mut lines = vec![heading(contenders)];
    lines.extend(rows.iter().map(|row| line(row, contenders)));
    let width = |column: usize| {
        lines
            .iter()
            .filter_map(|line| line.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    for (number, line) in lines.iter().enumerate() {
        println!("| {} |", padded(line, &widths).join(" | "));
        if number == 0 {
            let rule: Vec<String> = widths
                .iter()
                .enumerate()
                .map(|(column, width)| {
                    if column == 0 {
                        "-".repeat(*width)
                    } else {
                        format!("{}:", "-".repeat(width - 1))
                    }
                })
                .collect();
            println!("| {} |", rule.join(" | "));
        }
    }
    println!(
        "\n{machine}; Relayscope {}, {rounds} interleaved rounds, medians, {:.0} s in all.",
        env!("CARGO_PKG_VERSION"),
        took.as_secs_f64(),
    );
    println!(
        "Ratios compare Relayscope with nginx in this run; absolute figures hold for this machine only."
    );
}

fn heading(contenders: &[&str]) -> Vec<String> {
    let mut cells = vec!["measured".to_string()];
    cells.extend(contenders.iter().map(|name| (*name).to_string()));
    cells.extend(["÷ nginx", "target", "reached"].map(String::from));
    cells
}

fn line(row: &Row, contenders: &[&str]) -> Vec<String> {
    let figure =
        |figure: Option<f64>| figure.map_or_else(|| "–".into(), |figure| number(figure, row.unit));
    let mut cells = vec![row.title.clone()];
    cells.extend(contenders.iter().map(|name| figure(row.median(name))));
    cells.push(
        row.ratio(RELAYSCOPE, NGINX)
            .map_or_else(|| "–".into(), |ratio| format!("{ratio:.2}×")),
    );
    cells.push(goal(row.goal, row.unit));
    cells.push(match row.reached(RELAYSCOPE, NGINX) {
        Some(true) => "yes".into(),
        Some(false) => "no".into(),
        None => "–".into(),
    });
    cells
}

fn goal(goal: Goal, unit: &str) -> String {
    let parts: Vec<String> = [
        goal.ratio.map(|ratio| format!("≤ {ratio}×")),
        goal.most.map(|most| format!("≤ {}", number(most, unit))),
        goal.least.map(|least| format!("≥ {}", number(least, unit))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        "–".into()
    } else {
        parts.join(", ")
    }
}

/// Three digits that mean something, with the unit.
fn number(figure: f64, unit: &str) -> String {
    let text = if figure.abs() >= 100.0 || figure == figure.trunc() {
        grouped(figure)
    } else {
        format!("{figure:.1}")
    };
    if unit.is_empty() {
        text
    } else {
        format!("{text} {unit}")
    }
}

/// A whole number with commas between its thousands.
fn grouped(figure: f64) -> String {
    let digits = format!("{:.0}", figure.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if figure < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

/// Cells of equal width: the first to the left, figures to the right.
fn padded(cells: &[String], widths: &[usize]) -> Vec<String> {
    let pad = |(column, (cell, width)): (usize, (&String, &usize))| {
        let space = " ".repeat(width.saturating_sub(cell.chars().count()));
        if column == 0 {
            format!("{cell}{space}")
        } else {
            format!("{space}{cell}")
        }
    };
    cells.iter().zip(widths).enumerate().map(pad).collect()
}

#[cfg(test)]
mod tests {
    use super::{goal, number};
    use crate::figures::Goal;

    #[test]
    fn figures_are_short_and_say_their_unit() {
        assert_eq!(number(23.456, "µs"), "23.5 µs");
        assert_eq!(number(43_200.4, "/s"), "43,200 /s");
        assert_eq!(number(-1_234.0, ""), "-1,234");
        assert_eq!(number(0.0, ""), "0");
        assert_eq!(goal(Goal::times_nginx(1.3), "µs"), "≤ 1.3×");
        assert_eq!(goal(Goal::at_most(20.0), "MB"), "≤ 20 MB");
        assert_eq!(goal(Goal::NONE, ""), "–");
    }
}
