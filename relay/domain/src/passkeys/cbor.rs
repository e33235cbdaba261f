//! As much of CBOR (RFC 8949) as CTAP2 writes: definite lengths, integers, strings, lists, maps, true, false, null. Everything else is refused, so that nothing is
//! guessed; the depth is bounded, and no length is believed before its bytes are there.

/// CTAP2 allows four levels; what a statement nests is read over.
const DEPTH: u8 = 8;

/// A value, of the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Int(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Self>),
    Map(Vec<(Self, Self)>),
    Bool(bool),
    Null,
}

impl<'a> Value<'a> {
    /// The member of a map with an integer key.
    pub(super) fn at(&self, key: i64) -> Option<&Self> {
        self.member(|k| *k == Self::Int(key))
    }

    /// The member of a map with a text key.
    pub(super) fn named(&self, key: &str) -> Option<&Self> {
        self.member(|k| matches!(k, Self::Text(text) if *text == key))
    }

    fn member(&self, is_it: impl Fn(&Self) -> bool) -> Option<&Self> {
        let Self::Map(members) = self else { return None };
        let mut found = members.iter().filter(|(key, _)| is_it(key));
        // One that stands there twice is none: readers would differ in which of them counts.
        let first = found.next()?;
        found.next().is_none().then_some(&first.1)
    }

    pub(super) const fn int(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    pub(super) const fn bytes(&self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(*bytes) } else { None }
    }
}

/// The first value of `bytes`, and what comes after it.
pub(super) fn read(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    read_at(bytes, DEPTH)
}

fn read_at(bytes: &[u8], depth: u8) -> Option<(Value<'_>, &[u8])> {
    let depth = depth.checked_sub(1)?;
    let (&head, rest) = bytes.split_first()?;
    let (major, info) = (head >> 5, head & 0x1f);
    if major == 7 {
        let value = match info {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            22 => Value::Null,
            _ => return None,
        };
        return Some((value, rest));
    }
    let (number, rest) = argument(info, rest)?;
    match major {
        0 => Some((Value::Int(i64::try_from(number).ok()?), rest)),
        1 => Some((Value::Int(-1 - i64::try_from(number).ok()?), rest)),
        2 => rest.split_at_checked(usize::try_from(number).ok()?).map(|(text, rest)| (Value::Bytes(text), rest)),
        3 => {
            let (text, rest) = rest.split_at_checked(usize::try_from(number).ok()?)?;
            Some((Value::Text(std::str::from_utf8(text).ok()?), rest))
        }
        4 => {
            let (mut items, mut rest) = (Vec::new(), rest);
            for _ in 0..number {
                let (item, after) = read_at(rest, depth)?;
                items.push(item);
                rest = after;
            }
            Some((Value::List(items), rest))
        }
        5 => {
            let (mut members, mut rest) = (Vec::new(), rest);
            for _ in 0..number {
                let (key, after) = read_at(rest, depth)?;
                let (value, after) = read_at(after, depth)?;
                members.push((key, value));
                rest = after;
            }
            Some((Value::Map(members), rest))
        }
        _ => None,
    }
}

fn argument(info: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let width = match info {
        0..=23 => return Some((u64::from(info), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (number, rest) = rest.split_at_checked(width)?;
    Some((number.iter().fold(0, |all, byte| (all << 8) | u64::from(*byte)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> Option<Value<'_>> {
        read(bytes).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
    }

    /// Of RFC 8949, appendix A.
    #[test]
    fn the_examples_of_the_rfc() {
        for (bytes, value) in [
            (&[0x00][..], Value::Int(0)),
            (&[0x17], Value::Int(23)),
            (&[0x18, 0x64], Value::Int(100)),
            (&[0x1a, 0x00, 0x0f, 0x42, 0x40], Value::Int(1_000_000)),
            (&[0x20], Value::Int(-1)),
            (&[0x39, 0x03, 0xe7], Value::Int(-1000)),
            (&[0x44, 1, 2, 3, 4], Value::Bytes(&[1, 2, 3, 4])),
            (&[0x62, 0xc3, 0xbc, 0x61][..3], Value::Text("ü")),
            (&[0x83, 1, 2, 3], Value::List(vec![Value::Int(1), Value::Int(2), Value::Int(3)])),
            (&[0xa1, 0x61, 0x61, 0xf5], Value::Map(vec![(Value::Text("a"), Value::Bool(true))])),
            (&[0xf6], Value::Null),
        ] {
            assert_eq!(whole(bytes), Some(value), "{bytes:02x?}");
        }
    }

    #[test]
    fn what_is_cut_off_endless_or_deep_is_nothing() {
        for bytes in [
            &[][..],
            &[0x18],
            &[0x44, 1, 2],
            &[0x5f, 0x41, 1, 0xff],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xc0, 0x00],
            &[0xf9, 0x00, 0x00],
            &[0x61, 0xff],
            &[0x81; 64],
        ] {
            assert_eq!(read(bytes), None, "{bytes:02x?}");
        }
        let twice = whole(&[0xa2, 1, 2, 1, 3]).unwrap();
        assert_eq!((twice.at(1), twice.at(2)), (None, None));
    }
}
