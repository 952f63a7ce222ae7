//! Server-sent events, in well-formed and in unusual spelling.

/// What an event carries, for pacing and for breaking streams at interesting places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Before the first content.
    Opening,
    /// One token of content.
    Token,
    /// Between or after content.
    Closing,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Text of its `event:` line.
    pub name: Option<String>,
    /// Text of its data.
    pub data: String,
    /// What it carries.
    pub weight: Weight,
}

/// How events are spelled.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// End of line.
    pub line_end: &'static str,
    /// Written between `data:` and the data.
    pub gap: &'static str,
    /// Whether data is broken into several `data:` lines behind each comma of the outermost object.
    pub lines: Lines,
}

/// How many `data:` lines an event has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// One.
    One,
    /// Two, broken at a place where JSON allows white space.
    Two,
}

impl Event {
    /// An event with a name.
    pub fn named(name: &str, weight: Weight, data: &serde_json::Value) -> Self {
        Self {
            name: Some(name.to_owned()),
            data: data.to_string(),
            weight,
        }
    }

    /// An event of data alone.
    pub fn unnamed(weight: Weight, data: impl ToString) -> Self {
        Self {
            name: None,
            data: data.to_string(),
            weight,
        }
    }

    /// Its usual spelling.
    pub fn text(&self) -> String {
        Form::USUAL.text(self)
    }
}

// === impl Form ===

impl Form {
    /// LF, one space, one data line.
    pub const USUAL: Self = Self {
        line_end: "\n",
        gap: " ",
        lines: Lines::One,
    };

    /// The event's bytes, blank line included.
    pub fn text(&self, event: &Event) -> String {
        let Self { line_end, gap, .. } = self;
        let mut text = String::new();
        if let Some(name) = &event.name {
            text.push_str(&format!("event:{gap}{name}{line_end}"));
        }
        for line in self.data_lines(&event.data) {
            text.push_str(&format!("data:{gap}{line}{line_end}"));
        }
        text.push_str(line_end);
        text
    }

    fn data_lines<'a>(&self, data: &'a str) -> Vec<&'a str> {
        match data.strip_prefix('{') {
            Some(rest) if self.lines == Lines::Two => vec!["{", rest],
            _ => vec![data],
        }
    }
}
