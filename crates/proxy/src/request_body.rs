//! The request's body on its way in.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::time::sleep;

use crate::error::ProxyError;

/// Bytes that are set aside for a body because its head says so; a longer one has to prove it first.
const SET_ASIDE: u64 = 4 * 1024 * 1024;

/// A body that came in one piece of at least this length stays where it is: a connection's read buffer has 64 KiB
/// at most, so that little of it is wasted.
const STAYS: usize = 24 * 1024;

/// The whole request body, or why there is none. Usually it is copied into memory of its own: the pieces are
/// slices of the connection's read buffers, and a short body would keep all of such a buffer. `idle`: longest
/// silence between two pieces; zero for no limit.
pub(crate) async fn whole<B>(body: B, limit_mib: usize, idle: Duration) -> Result<Bytes, ProxyError>
where
    B: Body<Data = Bytes>,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let limit = limit_mib * 1024 * 1024;
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(ProxyError::TooLarge { limit_mib });
    }
    let mut whole = Vec::new();
    let mut body = pin!(body);
    while let Some(frame) = next(body.as_mut(), idle).await? {
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if piece.len() > limit - whole.len() {
            return Err(ProxyError::TooLarge { limit_mib });
        }
        if whole.is_empty() {
            if piece.len() >= STAYS && body.is_end_stream() {
                return Ok(piece);
            }
            whole.reserve_exact(announced.min(SET_ASIDE) as usize);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(Bytes::from(whole))
}

/// The next piece; `None` at the end. The timer is made only when there is silence.
async fn next<B>(mut body: Pin<&mut B>, idle: Duration) -> Result<Option<Frame<Bytes>>, ProxyError>
where
    B: Body<Data = Bytes>,
{
    let mut timer = None;
    poll_fn(|context| {
        if let Poll::Ready(frame) = body.as_mut().poll_frame(context) {
            return Poll::Ready(frame.transpose().map_err(|_| ProxyError::RequestCut));
        }
        if idle.is_zero() {
            return Poll::Pending;
        }
        let timer = timer.get_or_insert_with(|| Box::pin(sleep(idle)));
        timer.as_mut().poll(context).map(|()| {
            Err(ProxyError::RequestStalled {
                seconds: idle.as_secs(),
            })
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::task::Context;

    use http_body_util::Full;

    use super::*;

    fn whole_of<B>(body: B) -> Bytes
    where
        B: Body<Data = Bytes>,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let whole = whole(body, 1, Duration::ZERO);
        runtime.unwrap().block_on(whole).unwrap()
    }

    #[test]
    fn only_a_long_body_in_one_piece_stays_where_it_is() {
        for (length, stays) in [(STAYS - 1, false), (STAYS, true)] {
            let sent = Bytes::from(vec![b'x'; length]);
            let whole = whole_of(Full::new(sent.clone()));
            assert_eq!(whole, sent);
            assert_eq!(whole.as_ptr() == sent.as_ptr(), stays, "{length}");
        }
    }

    #[test]
    fn pieces_are_put_together() {
        let pieces = [STAYS, 3, STAYS].map(|length| Bytes::from(vec![b'x'; length]));
        let body = Pieces(Vec::from(pieces).into_iter());
        assert_eq!(whole_of(body).len(), 2 * STAYS + 3);
    }

    /// A body that is always ready and does not say how long it is.
    struct Pieces(std::vec::IntoIter<Bytes>);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece))))
        }
    }
}
