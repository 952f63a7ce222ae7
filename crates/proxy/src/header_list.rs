//! Headers at rest.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Names and values in one piece of memory of their own. As the HTTP library gives them they are slices of
/// a connection's read buffer, and one kept header would keep all of it; a map takes ten times the memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderList {
    /// Line after line: length of the name (2 bytes), length of the value (4 bytes), name, value.
    lines: Box<[u8]>,
}

/// Bytes before each line's name.
const LENGTHS: usize = 6;

impl HeaderList {
    /// The same lines in the same order.
    pub fn of(headers: &HeaderMap) -> Self {
        let length = |(name, value): (&HeaderName, &HeaderValue)| {
            LENGTHS + name.as_str().len() + value.len()
        };
        let mut lines = Vec::with_capacity(headers.iter().map(length).sum());
        for (name, value) in headers {
            let name = name.as_str().as_bytes();
            // No HTTP library takes longer ones.
            let lengths = (u16::try_from(name.len()), u32::try_from(value.len()));
            if let (Ok(name_length), Ok(value_length)) = lengths {
                lines.extend_from_slice(&name_length.to_le_bytes());
                lines.extend_from_slice(&value_length.to_le_bytes());
                lines.extend_from_slice(name);
                lines.extend_from_slice(value.as_bytes());
            }
        }
        Self {
            lines: lines.into_boxed_slice(),
        }
    }

    /// Names (in lower case) and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.lines()
            .map_while(|(name, value)| Some((std::str::from_utf8(name).ok()?, value)))
    }

    /// Names and values as bytes.
    fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = &*self.lines;
        std::iter::from_fn(move || {
            let (name_length, after) = rest.split_first_chunk::<2>()?;
            let (value_length, after) = after.split_first_chunk::<4>()?;
            let name_length = usize::from(u16::from_le_bytes(*name_length));
            let value_length = u32::from_le_bytes(*value_length) as usize;
            let (name, after) = after.split_at_checked(name_length)?;
            let (value, after) = after.split_at_checked(value_length)?;
            rest = after;
            Some((name, value))
        })
    }

    /// The first value of a header, where it is plain text. `name` in lower case.
    pub fn text(&self, name: &HeaderName) -> Option<&str> {
        let name = name.as_str().as_bytes();
        let (_, value) = self.lines().find(|(found, _)| *found == name)?;
        std::str::from_utf8(value).ok()
    }

    /// As a map again, to be sent.
    pub fn to_map(&self) -> HeaderMap {
        self.lines()
            .filter_map(|(name, value)| {
                let name = HeaderName::from_bytes(name).ok()?;
                Some((name, HeaderValue::from_bytes(value).ok()?))
            })
            .fold(HeaderMap::new(), |mut map, (name, value)| {
                map.append(name, value);
                map
            })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_line_comes_back(
            lines in proptest::collection::vec(("[a-z][a-z-]{0,12}", "[ -~\u{e4}]{0,20}"), 0..12)
        ) {
            let mut map = HeaderMap::new();
            for (name, value) in &lines {
                let value = HeaderValue::from_bytes(value.trim().as_bytes()).unwrap();
                map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
            }
            let list = HeaderList::of(&map);
            prop_assert_eq!(list.iter().count(), map.len());
            prop_assert_eq!(list.to_map(), map);
        }
    }

    #[test]
    fn the_first_of_several_is_told() {
        let mut map = HeaderMap::new();
        map.append("accept", HeaderValue::from_static("a"));
        map.append("accept", HeaderValue::from_static("b"));
        let list = HeaderList::of(&map);
        assert_eq!(list.text(&http::header::ACCEPT), Some("a"));
        assert_eq!(list.text(&http::header::HOST), None);
    }
}
