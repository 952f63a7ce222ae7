//! One spelling for texts that are compared.

/// Lower case, full-width signs as their narrow ones, runs of white space as one space.
pub(super) fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for sign in text.chars().map(narrow).flat_map(char::to_lowercase) {
        if sign.is_whitespace() {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push(' ');
            gap = false;
        }
        out.push(sign);
    }
    out
}

fn narrow(sign: char) -> char {
    match sign {
        '。' => '.',
        '、' => ',',
        '’' => '\'',
        '“' | '”' => '"',
        '\u{3000}' => ' ',
        // The full-width block repeats ASCII at a fixed distance.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(sign as u32 - 0xff01 + 0x21).unwrap_or(sign),
        '\u{ffe5}' => '¥',
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_one_spelling() {
        assert_eq!(
            normal("  Credit\n balance IS too\tlow "),
            "credit balance is too low"
        );
        assert_eq!(
            normal("预扣费额度失败， 用户剩余额度：＄0.5"),
            "预扣费额度失败, 用户剩余额度:$0.5"
        );
    }
}
