//! Zstandard frames.

use std::io::{self, Write};

use zstd::stream::raw::{Decoder, Operation};

use super::sink::Target;

/// Decoded bytes that are passed on at a time.
const BUFFER: usize = 32 * 1024;

/// Largest window that a frame may ask memory for, as a power of two: 64 MiB, the most that is decoded.
const WINDOW_LOG_MAX: u32 = 26;

/// A decoder of one frame after another.
pub(super) struct Frames {
    pub(super) target: Target,
    decoder: Decoder<'static>,
    buffer: Box<[u8]>,
    /// Whether the last frame is complete.
    is_over: bool,
}

impl Frames {
    pub(super) fn new(target: Target) -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(zstd::stream::raw::DParameter::WindowLogMax(WINDOW_LOG_MAX))?;
        Ok(Self {
            target,
            decoder,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            is_over: false,
        })
    }

    /// Takes bytes and says how many; fewer than there are only where what follows is no frame.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = 0;
        loop {
            let rest = &bytes[taken..];
            if self.is_over {
                if !rest.first().is_some_and(|first| begins(*first)) {
                    return Ok(taken);
                }
                self.decoder.reinit()?;
                self.is_over = false;
            }
            let status = self.decoder.run_on_buffers(rest, &mut self.buffer)?;
            self.target
                .write_all(&self.buffer[..status.bytes_written])?;
            taken += status.bytes_read;
            self.is_over = status.remaining == 0;
            let is_drained = status.bytes_written < self.buffer.len();
            if taken == bytes.len() && is_drained {
                return Ok(taken);
            }
            if status.bytes_read == 0 && status.bytes_written == 0 {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
    }
}

/// Whether a frame, or one that is to be skipped, may begin with this byte.
pub(super) fn begins(first: u8) -> bool {
    first == 0x28 || first & 0xf0 == 0x50
}
