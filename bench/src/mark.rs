//! The mark inside each delta: when it was sent and the how-manieth it is, in a fixed width, so that
//! neither side has to parse JSON to measure.

/// `@`, 19 digits of nanoseconds, `#`, 7 digits of sequence.
pub(crate) const LENGTH: usize = 1 + 19 + 1 + 7;

/// One mark as read from a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// When the mock made the delta ([`crate::clock::now`]).
    pub(crate) sent: u64,
    /// 0 for the first delta of a stream.
    pub(crate) sequence: u64,
}

impl Mark {
    /// As text for the delta.
    pub(crate) fn text(self) -> String {
        format!("@{:019}#{:07}", self.sent, self.sequence)
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse().ok();
        Some(Self {
            sent: number(&text[1..20])?,
            sequence: number(&text[21..LENGTH])?,
        })
    }
}

/// Finds marks in a stream, however it is cut into pieces.
#[derive(Default)]
pub(crate) struct Marks {
    /// The beginning of a mark whose end has not come yet.
    begun: Vec<u8>,
}

impl Marks {
    /// Takes the next piece and gives every mark that it completes.
    pub(crate) fn feed(&mut self, mut piece: &[u8], mut each: impl FnMut(Mark)) {
        if !self.begun.is_empty() {
            let lacking = (LENGTH - self.begun.len()).min(piece.len());
            self.begun.extend_from_slice(&piece[..lacking]);
            piece = &piece[lacking..];
            if self.begun.len() < LENGTH {
                return;
            }
            Mark::parse(&self.begun).into_iter().for_each(&mut each);
            self.begun.clear();
        }
        while let Some(start) = memchr::memchr(b'@', piece) {
            let Some(text) = piece.get(start..start + LENGTH) else {
                self.begun.extend_from_slice(&piece[start..]);
                return;
            };
            Mark::parse(text).into_iter().for_each(&mut each);
            piece = &piece[start + LENGTH..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Mark, Marks};

    #[test]
    fn marks_survive_any_cutting() {
        let sent: Vec<Mark> = (0..3)
            .map(|sequence| Mark {
                sent: 42 + sequence,
                sequence,
            })
            .collect();
        let text: String = sent
            .iter()
            .map(|mark| format!("data: {} prose\n\n", mark.text()))
            .collect();
        for size in 1..text.len() {
            let (mut marks, mut seen) = (Marks::default(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                marks.feed(piece, |mark| seen.push(mark));
            }
            assert_eq!(seen, sent, "in pieces of {size}");
        }
    }
}
