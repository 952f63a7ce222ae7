//! What has to be done now and then.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use store::Retention;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// How often the sizes on screen are renewed.
const SIZES: Duration = Duration::from_secs(5);

/// The allocator gives freed memory back to the system when it next frees a large piece. After a flood
/// nobody does: this much, never written to, is asked for and freed.
const LARGE_PIECE: usize = 8 * 1024 * 1024;

/// Rounds of the above between two clean-ups.
const CLEAN_EVERY: u32 = 60;

/// Renews sizes, forgets what is too old or too much, empties the write-ahead log, until the end.
pub(crate) async fn run(app: Arc<App>, end: CancellationToken) {
    let mut round = 0u32;
    let mut seen = 0;
    loop {
        let clean = round.is_multiple_of(CLEAN_EVERY);
        let app_now = app.clone();
        let work = tokio::task::spawn_blocking(move || app_now.look_at_store(clean, seen));
        match work.await {
            Ok(Ok(exchanges)) => seen = exchanges,
            Ok(Err(error)) => tracing::warn!(%error, "the store could not be looked at"),
            Err(error) => tracing::error!(%error, "housekeeping ended abnormally"),
        }
        std::hint::black_box(Vec::<u8>::with_capacity(LARGE_PIECE));
        tracing::trace!(round, seen, "housekeeping");
        round = round.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(SIZES) => {}
            () = end.cancelled() => return,
        }
    }
}

impl App {
    /// Renews the sizes on screen; with `clean`, also forgets what the retention says. `before`: exchanges
    /// at the last look. Gives how many there are now.
    fn look_at_store(&self, clean: bool, before: u64) -> Result<u64, store::StoreError> {
        // First: where the disk is full, the rest fails as well.
        let trouble = self.recorder().trouble();
        self.live().set_proxy(|proxy| {
            proxy.error = trouble.map(|message| crate::view::ErrorView {
                code: "store_unwritable".to_owned(),
                params: Vec::new(),
                message: Some(message),
            });
        });
        if clean {
            let cleaned = self.store().retain(self.retention())?;
            if cleaned.exchanges + cleaned.bodies > 0 {
                tracing::info!(cleaned.exchanges, cleaned.bodies, "forgot what was too old");
            }
        }
        let size = self.store().size()?;
        self.live().set_kept(size, self.recorder().bodies_lost());
        if size.exchanges == before {
            self.store().release_memory()?;
        }
        Ok(size.exchanges)
    }

    fn retention(&self) -> Retention {
        const DAY: i64 = 24 * 60 * 60 * 1_000_000;
        let capture = &self.settings().capture;
        let (days, mib) = (
            i64::from(capture.retention_days),
            u64::from(capture.retention_mib),
        );
        Retention {
            before: (days > 0).then(|| Timestamp(self.clock().now().0 - days * DAY)),
            bytes: (mib > 0).then_some(mib * 1024 * 1024),
        }
    }
}
