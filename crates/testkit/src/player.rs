//! Plays a script on a socket: the only place that writes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::{Instant, sleep, sleep_until};

use crate::script::{Script, Step};

/// How a script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Played {
    /// To its end; the connection may carry another request.
    Whole,
    /// The script ended the connection.
    Ended,
    /// The client was not there any more.
    Left,
}

/// Plays all steps.
pub(crate) async fn play(script: Script, writer: &mut OwnedWriteHalf) -> Played {
    let began = Instant::now();
    for step in script.steps {
        let written = match step {
            Step::Write(bytes) => writer.write_all(&bytes).await,
            Step::Repeat { piece, times } => repeat(writer, &piece, times).await,
            Step::Drip { bytes, gap } => drip(writer, &bytes, gap).await,
            Step::Stamp { before, after } => {
                let now = format!("{:020}", nanoseconds());
                let bytes = [&before[..], now.as_bytes(), &after[..]].concat();
                writer.write_all(&bytes).await
            }
            Step::Wait(pause) => {
                sleep(pause).await;
                Ok(())
            }
            Step::Until(moment) => {
                sleep_until(began + moment).await;
                Ok(())
            }
            Step::Hang => std::future::pending().await,
            Step::Close => return Played::Ended,
            Step::Reset => {
                // With zero linger the kernel answers the close with RST.
                let _ = writer.as_ref().set_zero_linger();
                return Played::Ended;
            }
        };
        if written.is_err() {
            return Played::Left;
        }
    }
    Played::Whole
}

async fn repeat(writer: &mut OwnedWriteHalf, piece: &Bytes, times: u64) -> std::io::Result<()> {
    for _ in 0..times {
        writer.write_all(piece).await?;
    }
    Ok(())
}

async fn drip(writer: &mut OwnedWriteHalf, bytes: &Bytes, gap: Duration) -> std::io::Result<()> {
    for byte in bytes {
        writer.write_all(&[*byte]).await?;
        // The shortest sleep is a millisecond; without one the other side still gets a chance to read.
        if gap.is_zero() {
            tokio::task::yield_now().await;
        } else {
            sleep(gap).await;
        }
    }
    Ok(())
}

fn nanoseconds() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos()
}
