//! Reading along: finished exchanges are looked at for what they show of who answers, off the hot path. Only
//! forms are kept, never what was said.

use std::cell::LazyCell;
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ::verify::{
    Arrival, Call, CallId, Door, Exchange, Language, Method, Observation, Request, Standing,
    Tables, Words, sight,
};
use base::Timestamp;
use proxy::{Exchange as Passed, Finish, HeaderList};
use tokio_util::sync::CancellationToken;
use wire::{Dialect, encoding};

use crate::app::App;
use crate::priority;
use crate::record;
use crate::settings::SettingsStore;
use crate::sites::Sites;
use crate::view::{ErrorView, StandingNotice, StandingView};

/// Exchanges that wait to be looked at; more are let go.
const WAITING: usize = 64;

/// Pause between two looks: a thread that waits for the very next exchange would have to be woken by each.
const GATHER: Duration = Duration::from_millis(50);

/// Longest body that is looked at: what is longer says nothing more about who answers.
const LONGEST: usize = 1024 * 1024;

/// How often what was learned is written down.
const KEPT: Duration = Duration::from_secs(20);

/// Notices that are kept for each site.
const MOST_NOTICES: usize = 20;

/// What is needed of a finished exchange.
pub(crate) struct Seen {
    exchange: Arc<Passed>,
    /// Id and name.
    site: (String, Arc<str>),
    status: Option<u16>,
    headers: HeaderList,
    body: bytes::Bytes,
    arrivals: Vec<proxy::Arrival>,
    sent_us: u64,
    head_us: Option<u64>,
    last_us: u64,
}

/// What the looking thread is sent.
pub(crate) enum Message {
    Seen(Box<Seen>),
    Stop,
}

/// The end that the proxy's observer holds. Never blocks.
#[derive(Clone)]
pub(crate) struct Watch {
    sender: SyncSender<Message>,
    settings: Arc<SettingsStore>,
    sites: Arc<Sites>,
}

impl Watch {
    pub(crate) fn new(
        settings: Arc<SettingsStore>,
        sites: Arc<Sites>,
    ) -> (Self, Receiver<Message>) {
        let (sender, receiver) = sync_channel(WAITING);
        let watch = Self {
            sender,
            settings,
            sites,
        };
        (watch, receiver)
    }

    /// Takes a look at an exchange that is over, later and somewhere else.
    pub(crate) fn finished(&self, exchange: &Arc<Passed>, finish: &Finish) {
        let is_ours = exchange.dialect == Dialect::Anthropic && finish.translation.is_none();
        let fits = !finish.response_body.is_empty() && finish.response_body.len() <= LONGEST;
        let Some(attempt) = finish.attempts.last() else {
            return;
        };
        if !is_ours || !fits || !self.settings.now().verify.passive {
            return;
        }
        // A host that is no site of the user's has no standing.
        let Some(id) = self.sites.id_of(&attempt.site) else {
            return;
        };
        let seen = Seen {
            exchange: exchange.clone(),
            site: (id, attempt.site.clone()),
            status: finish.status,
            headers: finish.response_headers.clone(),
            body: finish.response_body.clone(),
            arrivals: finish.arrivals.clone(),
            sent_us: finish.times.sent.unwrap_or(0),
            head_us: finish.times.head,
            last_us: finish.times.last_byte,
        };
        // Too many at once: what was not looked at is not missed.
        let _ = self.sender.try_send(Message::Seen(Box::new(seen)));
    }

    /// Ends the looking.
    fn stop(&self) {
        // The thread takes what waits before this.
        let _ = self.sender.send(Message::Stop);
    }
}

/// What is known of sites from their ordinary traffic, by the sites' ids.
#[derive(Default)]
pub(crate) struct Standings {
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Known {
    standing: Standing,
    notices: Vec<StandingNotice>,
    #[serde(skip)]
    is_new: bool,
}

impl Standings {
    fn known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks at what was seen until the end, on a thread that gives way to everything else.
pub(crate) async fn run(
    app: Arc<App>,
    watch: Watch,
    seen: Receiver<Message>,
    end: CancellationToken,
) {
    let looking = std::thread::Builder::new().name("read-along".to_owned());
    let thread = match looking.spawn(move || look_at_all(&app, &seen)) {
        Ok(thread) => thread,
        Err(error) => return tracing::error!(%error, "ordinary answers cannot be looked at"),
    };
    end.cancelled().await;
    let stopped = tokio::task::spawn_blocking(move || {
        watch.stop();
        thread.join().is_ok()
    });
    if !stopped.await.unwrap_or(false) {
        tracing::error!("looking at ordinary answers ended abnormally");
    }
}

fn look_at_all(app: &App, seen: &Receiver<Message>) {
    priority::give_way();
    app.recall_standings();
    // The tables are megabytes: who has no site never needs them.
    let tables = LazyCell::new(Tables::bundled);
    let (mut kept, mut stopped) = (Instant::now(), false);
    while !stopped {
        let first = match seen.recv_timeout(KEPT) {
            Ok(first) => Some(first),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        if matches!(first, Some(Message::Seen(_))) {
            std::thread::sleep(GATHER);
        }
        for message in first.into_iter().chain(seen.try_iter()) {
            let Message::Seen(one) = message else {
                stopped = true;
                continue;
            };
            match &*tables {
                Ok(tables) => app.look(tables, *one),
                Err(error) => {
                    return tracing::error!(%error, "ordinary answers cannot be looked at");
                }
            }
        }
        if kept.elapsed() >= KEPT {
            app.keep_standings();
            kept = Instant::now();
        }
    }
    app.keep_standings();
}

impl App {
    /// What ordinary traffic shows of every site.
    pub fn standings(&self) -> Vec<StandingView> {
        let view = |(site, known): (&String, &Known)| StandingView {
            site_id: site.clone(),
            seen: u32::try_from(known.standing.seen).unwrap_or(u32::MAX),
            contradicted: u32::try_from(known.standing.contradicted).unwrap_or(u32::MAX),
            notices: known.notices.clone(),
        };
        self.tester().standings.known().iter().map(view).collect()
    }

    fn look(&self, tables: &Tables, seen: Seen) {
        let (site_id, site_name) = seen.site.clone();
        let secrets = record::secrets(&seen.exchange.headers, &seen.exchange.path);
        let said = record::Said::by(&seen.exchange, &secrets);
        let model = said.model.unwrap_or_default();
        let now = self.clock().now();
        let sighting = sight(tables, &model, &observation(seen));
        let notices = {
            let mut all = self.tester().standings.known();
            let known = all.entry(site_id).or_default();
            known.is_new = true;
            let notices = known.standing.take(&sighting, now);
            for notice in &notices {
                known.notices.insert(
                    0,
                    StandingNotice {
                        at: now.to_jiff().to_string(),
                        model: notice.model.clone(),
                        claim: notice.claim.clone(),
                        sure: notice.is_sure,
                    },
                );
            }
            known.notices.truncate(MOST_NOTICES);
            notices
        };
        for notice in notices {
            self.tell_sighting(&site_name, &notice);
        }
    }

    fn tell_sighting(&self, site: &str, notice: &::verify::Notice) {
        let code = match notice.is_sure {
            true => "passive_sure",
            false => "passive_changed",
        };
        let language = Language::of(&self.settings().ui.language);
        let what = Words::of(language).map(|words| words.say(&notice.claim));
        let params = vec![
            ("site".to_owned(), site.to_owned()),
            ("model".to_owned(), notice.model.clone()),
            ("what".to_owned(), what.unwrap_or_default()),
        ];
        self.notice_of(
            &ErrorView {
                code: code.to_owned(),
                params,
                message: None,
            },
            Some(notice.claim.clone()),
        );
    }

    fn recall_standings(&self) {
        let stored = match self.sites().store().standings() {
            Ok(stored) => stored,
            Err(error) => return tracing::warn!(%error, "what is known of sites cannot be read"),
        };
        let mut all = self.tester().standings.known();
        for (site, json) in stored {
            // What an older program wrote differently is learned anew.
            all.insert(site, serde_json::from_str(&json).unwrap_or_default());
        }
    }

    fn keep_standings(&self) {
        let changed: Vec<(String, String)> = {
            let mut all = self.tester().standings.known();
            let changed = all.iter_mut().filter(|(_, known)| known.is_new);
            let written = changed.filter_map(|(site, known)| {
                known.is_new = false;
                Some((site.clone(), serde_json::to_string(known).ok()?))
            });
            written.collect()
        };
        for (site, json) in changed {
            if let Err(error) = self.sites().store().put_standing(&site, &json) {
                tracing::warn!(%error, "what is known of a site cannot be written");
            }
        }
    }
}

/// An exchange of the proxy as the tester sees one of its own.
fn observation(seen: Seen) -> Observation {
    let header = |(name, value): (&str, &[u8])| {
        let value = String::from_utf8_lossy(value).into_owned();
        (name.to_owned(), value)
    };
    let encoding = seen.headers.text(&http::header::CONTENT_ENCODING);
    let plain = encoding::decode(encoding, &seen.body).unwrap_or_default();
    // Places in an encoded body are not places in the plain one.
    let arrivals = match encoding {
        None => seen.arrivals.as_slice(),
        Some(_) => &[],
    };
    let since = |at_us: u64| at_us.saturating_sub(seen.sent_us) as f64 / 1_000.0;
    let arrival = |arrival: &proxy::Arrival| Arrival {
        at_ms: since(arrival.at_us),
        bytes: usize::try_from(arrival.end).unwrap_or(usize::MAX),
    };
    let request = Request {
        method: Method::Post,
        path: seen.exchange.path.clone(),
        headers: Vec::new(),
        body: serde_json::from_slice(&seen.exchange.body()).ok(),
        stream: seen.exchange.is_stream(),
    };
    let call = Call {
        id: CallId(0),
        probe: String::new(),
        slot: String::new(),
        door: Door::Site,
        preset: String::new(),
        attempt: 1,
        timeout_ms: 0,
        request,
    };
    let started = seen.exchange.started_at;
    let sent = i64::try_from(seen.sent_us).unwrap_or(0);
    let exchange = Exchange {
        started: Timestamp(started.0 + sent),
        head_ms: seen.head_us.map(since),
        ended_ms: since(seen.last_us),
        status: seen.status,
        headers: seen.headers.iter().map(header).collect(),
        arrivals: arrivals.iter().map(arrival).collect(),
        body: plain,
        failure: None,
    };
    Observation::new(call, exchange)
}
