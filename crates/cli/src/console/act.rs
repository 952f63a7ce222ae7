//! What keys do to the model, and what the panel has to do about it.

use super::model::{Layer, Model, Notice};

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// End the program.
    Leave,
    /// Hold the list, or let it go on.
    Pause,
    /// Select so many rows further down (up when negative).
    Move(isize),
    /// Select a page further down (up when negative).
    Page(isize),
    /// Select the newest row.
    First,
    /// Select the oldest row.
    Last,
    /// Scroll the detail.
    Scroll(isize),
    /// Open the detail.
    Open,
    /// Close the top layer.
    Close,
    /// Ask whether to clear the list.
    Clear,
    /// Yes.
    Yes,
    /// No.
    No,
    /// The web panel.
    Browser,
    /// The keys.
    Help,
    /// The log lines.
    Log,
}

/// What the panel cannot do by changing the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing more.
    None,
    /// End the program.
    Leave,
    /// Clear the live list.
    Clear,
    /// Open the web panel.
    Browser,
}

impl Model {
    /// Does what a key asks for. `page`: rows in sight; `now`: ms since 1970.
    pub(crate) fn act(&mut self, action: Action, page: usize, now: i64) -> Effect {
        self.changed = true;
        self.notice = None;
        let page = isize::try_from(page.max(1)).unwrap_or(isize::MAX);
        match (self.layer, action) {
            (_, Action::Leave) => return Effect::Leave,
            (Layer::ClearQuestion, Action::Yes) => {
                self.layer = Layer::List;
                return Effect::Clear;
            }
            (Layer::ClearQuestion, _) => self.layer = Layer::List,
            (_, Action::Browser) => return Effect::Browser,
            (_, Action::Pause) => self.pause(now),
            (_, Action::Clear) => self.layer = Layer::ClearQuestion,
            (_, Action::Help) => self.toggle(Layer::Help),
            (_, Action::Log) => self.toggle(Layer::Log),
            (Layer::List, Action::Close) => self.selected = None,
            (_, Action::Close) => self.layer = Layer::List,
            (Layer::Log, Action::Move(lines)) => self.scroll(-lines),
            (Layer::Log, Action::Page(pages)) => self.scroll(-pages * page),
            (Layer::Log, Action::First) => self.scrolled = self.log.len(),
            (Layer::Log, Action::Last) => self.scrolled = 0,
            (Layer::Help, _) => {}
            (_, Action::Scroll(lines)) => self.scroll(lines),
            (_, Action::Move(rows)) => self.select_further(rows),
            (_, Action::Page(pages)) => self.select_further(pages * page),
            (_, Action::First) => self.select(0),
            (_, Action::Last) => self.select(self.shown().len().saturating_sub(1)),
            (_, Action::Open) => self.open(),
            (_, Action::Yes | Action::No) => {}
        }
        Effect::None
    }

    /// Tells something in the last line.
    pub(crate) fn tell(&mut self, notice: Notice) {
        self.notice = Some(notice);
        self.changed = true;
    }

    fn pause(&mut self, now: i64) {
        self.paused = match self.paused.take() {
            Some(_) => None,
            None => Some((self.rows.clone(), now)),
        };
        self.forget_what_is_gone();
    }

    fn toggle(&mut self, layer: Layer) {
        let open = self.layer == layer;
        self.layer = if open { Layer::List } else { layer };
        self.scrolled = 0;
    }

    fn open(&mut self) {
        if self.selected.is_none() {
            self.select(0);
        }
        if self.selected.is_some() {
            self.layer = Layer::Detail;
        }
    }

    fn scroll(&mut self, lines: isize) {
        self.scrolled = self.scrolled.saturating_add_signed(lines);
    }

    fn select_further(&mut self, rows: isize) {
        let selected = self.selected.as_deref();
        let place = match selected.and_then(|id| self.shown().position(id)) {
            Some(place) => place.saturating_add_signed(rows),
            None => 0,
        };
        self.select(place.min(self.shown().len().saturating_sub(1)));
    }

    fn select(&mut self, place: usize) {
        let row = self.shown().at(place);
        self.selected = row.map(|row| row.id.clone());
        self.stood_at = None;
        self.scrolled = 0;
        self.forget_what_is_gone();
    }
}
