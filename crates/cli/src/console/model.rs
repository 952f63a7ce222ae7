//! What the panel knows and shows. Messages of the live list change it; keys do so in [`super::act`].

use app::view::{Detail, ExchangeRow, Message, Phase, ProxyView, Totals};

use super::rows::Rows;

/// What lies over or below the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Layer {
    /// The list alone.
    #[default]
    List,
    /// The selected exchange below the list.
    Detail,
    /// The keys.
    Help,
    /// The log lines.
    Log,
    /// Whether the list should be cleared.
    ClearQuestion,
}

/// Something to tell in the last line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// So many rows went.
    Cleared(u32),
    /// The browser shows the panel.
    BrowserOpened,
    /// No browser: the address to open by hand.
    NoBrowser(String),
}

/// Figures in the line at the top, those of the live list that the panel shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    pub(crate) in_flight: u32,
    pub(crate) requests: u32,
    pub(crate) failed: u32,
    pub(crate) ttft_ms: Option<f64>,
    pub(crate) speed: Option<f64>,
    pub(crate) usd: f64,
    pub(crate) cny: f64,
    pub(crate) unpriced: u32,
    pub(crate) cache_hit: Option<f64>,
    pub(crate) bodies_lost: u32,
}

impl From<Totals> for Figures {
    fn from(totals: Totals) -> Self {
        Self {
            in_flight: totals.in_flight,
            requests: totals.requests_today,
            failed: totals.failed_today,
            ttft_ms: totals.ttft_median_ms,
            speed: totals.speed_median,
            usd: totals.cost_today_usd,
            cny: totals.cost_today_cny,
            unpriced: totals.unpriced_today,
            cache_hit: totals.cache_hit_ratio,
            bodies_lost: totals.bodies_lost,
        }
    }
}

/// The panel.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Finished rows that are kept at most.
    pub(crate) limit: usize,
    pub(crate) rows: Rows,
    /// The list as it was when it was paused, and that moment (ms since 1970).
    pub(crate) paused: Option<(Rows, i64)>,
    pub(crate) figures: Figures,
    pub(crate) proxy: Option<ProxyView>,
    pub(crate) layer: Layer,
    /// Id of the selected row; without one the newest rows are in sight.
    pub(crate) selected: Option<String>,
    /// Where the selected row stood when it was last drawn, unless a key has moved the selection since.
    pub(super) stood_at: Option<usize>,
    /// Rows above the first one in sight.
    pub(crate) offset: usize,
    /// Lines of the detail, or of the log (from its end), that are scrolled out of sight.
    pub(crate) scrolled: usize,
    /// The rest of the selected exchange, once it is there.
    pub(crate) detail: Option<Box<Detail>>,
    pub(crate) notice: Option<Notice>,
    /// Log lines: the newest last, only while they are in sight.
    pub(crate) log: Vec<String>,
    /// Log lines that nobody has looked at.
    pub(crate) unread: u64,
    /// Whether what is on screen is out of date.
    pub(crate) changed: bool,
}

impl Model {
    /// An empty panel that keeps so many finished rows.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            changed: true,
            ..Self::default()
        }
    }

    /// Takes a message of the live list.
    pub(crate) fn apply(&mut self, message: Message) {
        match message {
            Message::Snapshot {
                exchanges,
                totals,
                proxy,
                ..
            } => {
                self.rows.replace(exchanges);
                self.figures(totals, proxy);
                self.changed = true;
            }
            Message::Started { exchanges, .. } | Message::Finished { exchanges, .. } => {
                for row in exchanges {
                    self.rows.put(row);
                }
                self.rows.trim(self.limit);
                self.changed = true;
            }
            Message::Progress { exchanges, .. } => {
                for progress in exchanges {
                    self.rows.advance(progress);
                }
                self.changed |= self.paused.is_none();
            }
            Message::Totals { totals, proxy, .. } => self.figures(totals, proxy),
            // The panel shows the name of the route only, which comes with the figures.
            Message::Sites { .. } => {}
            Message::Cleared { .. } => {
                self.rows.trim(0);
                self.changed = true;
            }
        }
        self.forget_what_is_gone();
    }

    fn figures(&mut self, totals: Totals, proxy: ProxyView) {
        let figures = Figures::from(totals);
        self.changed |= figures != self.figures || self.proxy.as_ref() != Some(&proxy);
        self.figures = figures;
        self.proxy = Some(proxy);
    }

    /// A selection without its row, and a detail without its selection, mean nothing.
    pub(super) fn forget_what_is_gone(&mut self) {
        let gone = |id: &String| self.shown().position(id).is_none();
        if self.selected.as_ref().is_some_and(gone) {
            self.selected = None;
            if self.layer == Layer::Detail {
                self.layer = Layer::List;
            }
        }
        let detail = self.detail.as_ref();
        if detail.is_some_and(|detail| Some(&detail.row.id) != self.selected.as_ref()) {
            self.detail = None;
        }
    }

    /// The rows in the list.
    pub(crate) fn shown(&self) -> &Rows {
        self.paused.as_ref().map_or(&self.rows, |(rows, _)| rows)
    }

    /// Rows that wait for the end of the pause.
    pub(crate) fn held_back(&self) -> u64 {
        let Some((shown, _)) = &self.paused else {
            return 0;
        };
        let newest = shown.at(0).map(|row| row.id.as_str()).unwrap_or_default();
        let newer = self.rows.iter().take_while(|row| row.id.as_str() > newest);
        newer.count() as u64
    }

    /// Whether something on screen moves by itself.
    pub(crate) fn moves(&self) -> bool {
        self.paused.is_none() && self.rows.running() > 0
    }

    /// The selected row.
    pub(crate) fn selected_row(&self) -> Option<&ExchangeRow> {
        let place = self.shown().position(self.selected.as_deref()?)?;
        self.shown().at(place)
    }

    /// The exchange whose detail is wanted, and whether it is over: a detail of one that runs is not the
    /// last word.
    pub(crate) fn wanted_detail(&self) -> Option<(String, bool)> {
        let row = self.selected_row()?;
        (self.layer == Layer::Detail).then(|| (row.id.clone(), row.phase == Phase::Finished))
    }

    /// Moves the list so that the selected row is in sight; the rows above it do not push it around.
    pub(crate) fn settle(&mut self, height: usize) {
        let Some(place) = self
            .selected
            .as_deref()
            .and_then(|id| self.shown().position(id))
        else {
            self.offset = 0;
            self.stood_at = None;
            return;
        };
        if let Some(before) = self.stood_at.filter(|_| self.offset > 0) {
            self.offset = (self.offset + place).saturating_sub(before);
        }
        let highest = (place + 1).saturating_sub(height.max(1));
        let last = self.shown().len().saturating_sub(height.max(1));
        self.offset = self
            .offset
            .clamp(highest, place.max(highest))
            .min(last.max(highest));
        self.stood_at = Some(place);
    }
}
