//! The body of our answers.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::tee::Tee;
use crate::translation::TranslatedBody;

/// An answer that we wrote, or one that passes through.
#[derive(Debug)]
pub enum ProxyBody {
    /// Ours, or nothing.
    Own(Option<Bytes>),
    /// The upstream's.
    Tee(Box<Tee>),
    /// The upstream's, in the caller's dialect.
    Translated(TranslatedBody),
}

/// The upstream's answer broke: the client's connection is closed without the mark of a proper end.
#[derive(Debug, thiserror::Error)]
#[error("the answer of the upstream broke off")]
pub struct BodyError;

impl Body for ProxyBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut *self {
            Self::Own(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Tee(tee) => tee.poll_frame(context),
            Self::Translated(body) => body.poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(bytes) => bytes.is_none(),
            Self::Tee(tee) => tee.is_end_stream(),
            Self::Translated(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Tee(tee) => tee.size_hint(),
            Self::Translated(_) => SizeHint::default(),
        }
    }
}
