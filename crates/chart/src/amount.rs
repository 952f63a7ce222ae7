//! Amounts as labels: few digits on an axis, exact ones beside a bar.

/// From here on only the magnitude can be read.
const HUGE: f64 = 1e15;

/// What is counted: `$` before the number, or ` tok` after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Before the digits, after the sign.
    pub before: String,
    /// After the digits, with its own space.
    pub after: String,
    /// Decimals of an amount that is written out; thousands are shortened where this is 0.
    pub decimals: u8,
}

impl Unit {
    /// Money: the sign before the number, two decimals.
    pub fn money(sign: &str) -> Self {
        Self {
            before: sign.to_owned(),
            after: String::new(),
            decimals: 2,
        }
    }

    /// Things that are counted: a word after the number, thousands shortened.
    pub fn count(word: &str) -> Self {
        Self {
            before: String::new(),
            after: format!("\u{a0}{word}"),
            decimals: 0,
        }
    }

    /// The label of a grid line; `step` is the distance to the next one.
    pub(crate) fn on_axis(&self, value: f64, step: f64) -> String {
        if value.abs() >= HUGE {
            return self.dress(value, &format!("{:.1e}", value.abs()));
        }
        let (scale, letter) = shorten(value.abs().max(step));
        let decimals = decimals_of(step / scale);
        self.dress(
            value,
            &format!("{:.decimals$}{letter}", value.abs() / scale),
        )
    }

    /// The amount written out: `$1,234.50`, `2.41M tok`.
    pub fn exact(&self, value: f64) -> String {
        if value.abs() >= HUGE {
            return self.dress(value, &format!("{:.2e}", value.abs()));
        }
        if self.decimals == 0 || value.abs() >= 1e9 {
            let (scale, letter) = shorten(value.abs());
            let digits = if scale > 1.0 { 2 } else { 0 };
            return self.dress(value, &format!("{:.digits$}{letter}", value.abs() / scale));
        }
        let least = 10_f64.powi(-i32::from(self.decimals));
        if value != 0.0 && value.abs() < least / 2.0 {
            // Something, though not as much as the last decimal.
            let least = format!("{:.*}", usize::from(self.decimals), least);
            return format!("<{}", self.dress(value.abs(), &least));
        }
        let written = format!("{:.*}", usize::from(self.decimals), value.abs());
        self.dress(value, &grouped(&written))
    }

    /// The amount without decimals that say nothing: `$20`.
    pub(crate) fn brief(&self, value: f64) -> String {
        let written = self.exact(value);
        match written.strip_suffix(".00") {
            Some(whole) => whole.to_owned(),
            None => written,
        }
    }

    /// The amount with a sign: `+$50`.
    pub(crate) fn gained(&self, value: f64) -> String {
        let sign = if value >= 0.0 { "+" } else { "" };
        format!("{sign}{}", self.brief(value))
    }

    /// Sign, unit and digits.
    fn dress(&self, value: f64, digits: &str) -> String {
        let nothing = digits.bytes().all(|byte| !(b'1'..=b'9').contains(&byte));
        let sign = if value < 0.0 && !nothing {
            "\u{2212}"
        } else {
            ""
        };
        format!("{sign}{}{digits}{}", self.before, self.after)
    }
}

fn shorten(size: f64) -> (f64, &'static str) {
    match size {
        s if s >= 1e12 => (1e12, "T"),
        s if s >= 1e9 => (1e9, "B"),
        s if s >= 1e6 => (1e6, "M"),
        s if s >= 1e3 => (1e3, "k"),
        _ => (1.0, ""),
    }
}

/// So many decimals that two neighbouring lines differ; never more than nine.
fn decimals_of(step: f64) -> usize {
    let mut decimals = 0;
    let mut step = step;
    while decimals < 9 && (step - step.round()).abs() > 1e-6 * step.abs().max(1e-9) {
        step *= 10.0;
        decimals += 1;
    }
    decimals
}

fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !rest.is_empty() {
        text.push('.');
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_axis_labels_that_differ() {
        let money = Unit::money("$");
        assert_eq!(money.on_axis(0.0, 50.0), "$0");
        assert_eq!(money.on_axis(150.0, 50.0), "$150");
        assert_eq!(money.on_axis(0.25, 0.05), "$0.25");
        assert_eq!(money.on_axis(1500.0, 500.0), "$1.5k");
        assert_eq!(money.on_axis(-20.0, 10.0), "\u{2212}$20");
        assert_eq!(Unit::count("tok").on_axis(2e6, 1e6), "2M\u{a0}tok");
    }

    #[test]
    fn writes_amounts_out() {
        let money = Unit::money("¥");
        assert_eq!(money.exact(1234.5), "¥1,234.50");
        assert_eq!(money.exact(0.0), "¥0.00");
        assert_eq!(money.exact(0.001), "<¥0.01");
        assert_eq!(money.exact(-0.004), "<¥0.01");
        assert_eq!(money.gained(100.0), "+¥100");
        assert_eq!(money.gained(0.5), "+¥0.50");
        assert_eq!(Unit::count("tok").exact(2_410_000.0), "2.41M\u{a0}tok");
        assert_eq!(Unit::count("tok").exact(12.0), "12\u{a0}tok");
    }
}
