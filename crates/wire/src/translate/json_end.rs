//! Where a JSON value that comes in pieces ends, without parsing it again at each piece.

/// How far a value has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum JsonEnd {
    /// Nothing but white space so far.
    #[default]
    Before,
    /// Inside an object or array.
    Inside {
        /// Brackets that are open.
        depth: u32,
        /// Inside a string.
        in_string: bool,
        /// After a backslash.
        escaped: bool,
    },
    /// All brackets are closed.
    Whole,
    /// It began with something that has no brackets: where it ends cannot be told.
    Other,
}

impl JsonEnd {
    /// Takes the next piece, and gives how many of its bytes belong to the value: what comes behind the last
    /// bracket does not.
    pub(crate) fn feed(&mut self, piece: &str) -> usize {
        for (at, byte) in piece.bytes().enumerate() {
            match self {
                Self::Whole => return at,
                Self::Other => return piece.len(),
                _ => self.step(byte),
            }
        }
        piece.len()
    }

    fn step(&mut self, byte: u8) {
        match self {
            Self::Before => match byte {
                b'{' | b'[' => {
                    *self = Self::Inside {
                        depth: 1,
                        in_string: false,
                        escaped: false,
                    };
                }
                _ if byte.is_ascii_whitespace() => {}
                _ => *self = Self::Other,
            },
            Self::Inside {
                depth,
                in_string,
                escaped,
            } => match byte {
                _ if *escaped => *escaped = false,
                b'\\' if *in_string => *escaped = true,
                b'"' => *in_string = !*in_string,
                _ if *in_string => {}
                b'{' | b'[' => *depth = depth.saturating_add(1),
                b'}' | b']' if *depth == 1 => *self = Self::Whole,
                b'}' | b']' => *depth -= 1,
                _ => {}
            },
            Self::Whole | Self::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_a_value_ends() {
        for (pieces, wanted) in [
            (&["{}"][..], &[2usize][..]),
            (
                &[" ", "{\"a", "}\\", "\"}\"", ":[1]", "} x"],
                &[1, 3, 2, 3, 4, 1],
            ),
            (&["[{}]{}"], &[4]),
            (&["\"text", "}"], &[5, 1]),
            (&["nul", "l"], &[3, 1]),
            (&["{}", "more"], &[2, 0]),
        ] {
            let mut end = JsonEnd::default();
            let taken: Vec<usize> = pieces.iter().map(|piece| end.feed(piece)).collect();
            assert_eq!(taken, wanted, "{pieces:?}");
        }
    }
}
