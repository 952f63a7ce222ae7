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

/// The whole request body, or why there is none. It is copied into memory of its own: the pieces are
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
    let mut whole = Vec::with_capacity(announced.min(SET_ASIDE) as usize);
    let mut body = pin!(body);
    while let Some(frame) = next(body.as_mut(), idle).await? {
        if let Some(piece) = frame.data_ref() {
            if piece.len() > limit - whole.len() {
                return Err(ProxyError::TooLarge { limit_mib });
            }
            whole.extend_from_slice(piece);
        }
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
