//! Where decoded bytes go.

use std::io::{self, Write};

use super::layer::Layer;

/// The decoded bytes. Says no inside the write that would go over its limit, so that nothing unfolds further.
#[derive(Default)]
pub(super) struct Sink {
    /// What has not been fetched yet.
    pub(super) bytes: Vec<u8>,
    /// Most bytes in all, fetched or not.
    pub(super) limit: usize,
    /// Whether more came than the limit.
    pub(super) is_full: bool,
    written: usize,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.limit.saturating_sub(self.written).min(bytes.len());
        if room == 0 && !bytes.is_empty() {
            self.is_full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(&bytes[..room]);
        self.written += room;
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a layer writes to: the end, or the layer below it.
pub(super) enum Target {
    Sink(Sink),
    Layer(Box<Layer>),
}

impl Default for Target {
    fn default() -> Self {
        Self::Sink(Sink::default())
    }
}

impl Target {
    pub(super) fn sink(&mut self) -> &mut Sink {
        match self {
            Self::Sink(sink) => sink,
            Self::Layer(layer) => layer.sink(),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Sink(sink) => sink.write(bytes),
            Self::Layer(layer) => layer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Sink(sink) => sink.flush(),
            Self::Layer(layer) => layer.flush(),
        }
    }
}
