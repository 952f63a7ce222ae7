//! Just enough of protobuf to look into a message without its description.

/// Fields of one message; no message that is read here has more.
const MOST_FIELDS: usize = 256;

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields<'a>(Vec<(u64, Field<'a>)>);

impl<'a> Fields<'a> {
    /// Reads a whole message; `None` if the bytes are none.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut fields = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            if fields.len() >= MOST_FIELDS {
                return None;
            }
            let tag = varint(&mut rest)?;
            let field = match tag & 7 {
                0 => Field::Number(varint(&mut rest)?),
                1 => Field::Number(u64::from_le_bytes(take(&mut rest, 8)?.try_into().ok()?)),
                2 => {
                    let length = usize::try_from(varint(&mut rest)?).ok()?;
                    Field::Bytes(take(&mut rest, length)?)
                }
                5 => {
                    let word = u32::from_le_bytes(take(&mut rest, 4)?.try_into().ok()?);
                    Field::Number(u64::from(word))
                }
                _ => return None,
            };
            let number = tag >> 3;
            if number == 0 {
                return None;
            }
            fields.push((number, field));
        }
        (!fields.is_empty()).then_some(Self(fields))
    }

    pub(super) fn get(&self, number: u64) -> Option<&Field<'a>> {
        let found = self.0.iter().find(|(known, _)| *known == number);
        found.map(|(_, field)| field)
    }

    pub(super) fn number(&self, number: u64) -> Option<u64> {
        match self.get(number)? {
            Field::Number(value) => Some(*value),
            Field::Bytes(_) => None,
        }
    }

    pub(super) fn bytes(&self, number: u64) -> Option<&'a [u8]> {
        match self.get(number)? {
            Field::Bytes(bytes) => Some(bytes),
            Field::Number(_) => None,
        }
    }
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for place in 0..10 {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f).checked_shl(7 * place)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(head)
}
