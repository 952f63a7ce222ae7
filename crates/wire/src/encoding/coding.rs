//! The names in `content-encoding`.

/// A coding that is undone here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn named(name: &str) -> Option<Self> {
        let is = |known: &[&str]| known.iter().any(|known| name.eq_ignore_ascii_case(known));
        match () {
            () if is(&["gzip", "x-gzip"]) => Some(Self::Gzip),
            () if is(&["deflate"]) => Some(Self::Deflate),
            () if is(&["br"]) => Some(Self::Brotli),
            () if is(&["zstd"]) => Some(Self::Zstd),
            () => None,
        }
    }
}

/// The codings of a header's value, in the order in which they were applied. Relays write `none`, `utf-8` and the
/// like for bytes as they are: what is no coding we know changes nothing.
pub(super) fn listed(value: &str) -> Vec<Coding> {
    let names = value.split(',').map(str::trim);
    names.filter_map(Coding::named).collect()
}
