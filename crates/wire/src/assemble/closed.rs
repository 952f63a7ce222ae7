//! Whether pieces of JSON make a whole value yet, without parsing them again at each piece.

/// Counts brackets outside strings.
#[derive(Debug, Default)]
pub(super) struct Closed {
    depth: usize,
    in_string: bool,
    escaped: bool,
    begun: bool,
}

impl Closed {
    /// Takes the next piece.
    pub(super) fn feed(&mut self, piece: &str) {
        for byte in piece.bytes() {
            match byte {
                _ if std::mem::take(&mut self.escaped) => {}
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.begun |= !byte.is_ascii_whitespace();
        }
    }

    /// Whether the value may be whole.
    pub(super) fn is_closed(&self) -> bool {
        self.begun && self.depth == 0 && !self.in_string
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_when_a_value_is_whole() {
        let mut closed = Closed::default();
        for (piece, wanted) in [
            (" ", false),
            ("{\"a", false),
            ("}\\", false),
            ("\"}\"", false),
            (":[1]", false),
            ("}", true),
        ] {
            closed.feed(piece);
            assert_eq!(closed.is_closed(), wanted, "{piece}");
        }
    }
}
