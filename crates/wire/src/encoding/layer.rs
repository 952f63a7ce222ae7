//! One coding being undone.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::MOST_DECODED;
use super::coding::Coding;
use super::sink::{Sink, Target};
use super::{plain, zstd};

/// Working memory of the Brotli decoder.
const BROTLI_BUFFER: usize = 4096;

/// Bytes that tell zlib's wrapping from bare deflate.
const ZLIB_HEADER: usize = 2;

/// First byte of a gzip member.
const GZIP: u8 = 0x1f;

/// Undoes one coding and passes the bytes on.
pub(super) struct Layer {
    state: State,
    /// Bytes so far: what a layer above unfolds is limited too, also where nothing comes of it.
    taken: usize,
}

enum State {
    /// Too little has come to choose; the bytes so far.
    Fresh(Coding, Vec<u8>, Target),
    Gzip(Box<GzDecoder<Target>>),
    Zlib(Box<ZlibDecoder<Target>>),
    Deflate(Box<DeflateDecoder<Target>>),
    Brotli(Box<brotli::DecompressorWriter<Target>>),
    Zstd(Box<zstd::Frames>),
    /// Not encoded after all.
    Plain(Target),
    /// All of it was there; what follows is nothing.
    Over(Target),
}

impl Layer {
    pub(super) fn new(coding: Coding, target: Target) -> Self {
        Self {
            state: State::Fresh(coding, Vec::new(), target),
            taken: 0,
        }
    }

    pub(super) fn sink(&mut self) -> &mut Sink {
        self.target().sink()
    }

    fn target(&mut self) -> &mut Target {
        match &mut self.state {
            State::Fresh(_, _, target) | State::Plain(target) | State::Over(target) => target,
            State::Gzip(decoder) => decoder.get_mut(),
            State::Zlib(decoder) => decoder.get_mut(),
            State::Deflate(decoder) => decoder.get_mut(),
            State::Brotli(decoder) => decoder.get_mut(),
            State::Zstd(frames) => &mut frames.target,
        }
    }

    /// Takes the target out, to put another state over it.
    fn take_target(&mut self) -> Target {
        std::mem::take(self.target())
    }

    /// Chooses by the first bytes.
    fn open(&mut self, coding: Coding, beginning: &[u8]) -> io::Result<()> {
        let target = self.take_target();
        let first = beginning.first().copied().unwrap_or_default();
        let is_plain = match coding {
            Coding::Gzip => first != GZIP && plain::is_text(beginning),
            Coding::Zstd => !zstd::begins(first) && plain::is_text(beginning),
            Coding::Deflate | Coding::Brotli => plain::is_certainly_text(beginning),
        };
        self.state = match coding {
            _ if is_plain => State::Plain(target),
            Coding::Gzip => State::Gzip(Box::new(GzDecoder::new(target))),
            Coding::Deflate if is_zlib(beginning) => {
                State::Zlib(Box::new(ZlibDecoder::new(target)))
            }
            Coding::Deflate => State::Deflate(Box::new(DeflateDecoder::new(target))),
            Coding::Brotli => State::Brotli(Box::new(brotli::DecompressorWriter::new(
                target,
                BROTLI_BUFFER,
            ))),
            Coding::Zstd => State::Zstd(Box::new(zstd::Frames::new(target)?)),
        };
        Ok(())
    }

    /// Passes bytes through the decoder that was chosen.
    fn push(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let taken = match &mut self.state {
                State::Fresh(..) | State::Over(_) => return Ok(()),
                State::Plain(target) => return target.write_all(bytes),
                State::Gzip(decoder) => decoder.write(bytes)?,
                State::Zlib(decoder) => decoder.write(bytes)?,
                State::Deflate(decoder) => decoder.write(bytes)?,
                State::Brotli(decoder) => decoder.write(bytes)?,
                State::Zstd(frames) => frames.push(bytes)?,
            };
            bytes = &bytes[taken..];
            if taken == 0 {
                self.follow(bytes[0])?;
            }
        }
        Ok(())
    }

    /// What was there is complete, and more follows: another member, or nothing that counts.
    fn follow(&mut self, first: u8) -> io::Result<()> {
        self.flush_decoder()?;
        let is_gzip = matches!(self.state, State::Gzip(_));
        let target = self.take_target();
        self.state = match is_gzip && first == GZIP {
            true => State::Gzip(Box::new(GzDecoder::new(target))),
            false => State::Over(target),
        };
        Ok(())
    }

    fn flush_decoder(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Fresh(..) => Ok(()),
            State::Gzip(decoder) => decoder.flush(),
            State::Zlib(decoder) => decoder.flush(),
            State::Deflate(decoder) => decoder.flush(),
            State::Brotli(decoder) => decoder.flush(),
            State::Zstd(frames) => frames.target.flush(),
            State::Plain(target) | State::Over(target) => target.flush(),
        }
    }
}

impl Write for Layer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.taken = self.taken.saturating_add(bytes.len());
        if self.taken > MOST_DECODED {
            self.sink().is_full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        if let State::Fresh(coding, held, _) = &mut self.state {
            let coding = *coding;
            if held.is_empty() && (bytes.len() >= ZLIB_HEADER || coding != Coding::Deflate) {
                self.open(coding, bytes)?;
            } else {
                held.extend_from_slice(bytes);
                if held.len() < ZLIB_HEADER {
                    return Ok(bytes.len());
                }
                let held = std::mem::take(held);
                self.open(coding, &held)?;
                self.push(&held)?;
                return Ok(bytes.len());
            }
        }
        self.push(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flush_decoder()
    }
}

/// Whether zlib's wrapping begins: method 8, and a checksum over both bytes.
fn is_zlib(beginning: &[u8]) -> bool {
    match beginning {
        [method, flags, ..] => {
            method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31)
        }
        _ => false,
    }
}
