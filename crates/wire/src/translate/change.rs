//! What a translation dropped or changed, field by field, for people to look at.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Changes that are listed; more would not be read.
pub const MOST: usize = 400;

/// One field that does not go to the upstream as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Change {
    /// JSON pointer into the caller's body; empty for the body as a whole.
    pub path: String,
    /// What happened.
    pub kind: ChangeKind,
    /// Why or how: a code such as `no_such_field`. Texts are in the locale files.
    pub reason: Reason,
    /// Pointer or short value in the upstream's body, where one stands for it.
    pub to: Option<String>,
}

/// What happened to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is not in the upstream's body.
    Dropped,
    /// Same value, other name.
    Renamed,
    /// Says the same in another form.
    Converted,
    /// Lowered or cut to a limit.
    Clamped,
    /// Stands at another place.
    Moved,
    /// It was not in the caller's body.
    Added,
}

/// Why a field was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The upstream's dialect has no such field.
    NoSuchField,
    /// The dialects write it differently.
    OtherForm,
    /// The upstream cannot do it.
    NotSupported,
    /// The upstream allows less.
    Limit,
    /// The upstream's order of messages is stricter.
    Order,
    /// The upstream demands it.
    Required,
    /// It holds for the caller's own service only.
    CallerOnly,
    /// It could tell who the user is.
    Privacy,
    /// The model shall see it, and there is no other place.
    AsText,
    /// It says nothing.
    Empty,
    /// A tool that is not loaded yet.
    Deferred,
    /// Usage is asked for, so that it is exact.
    Usage,
    /// The conversation would not be whole without it.
    Missing,
    /// It was meant for one turn, which is over.
    Expired,
    /// The route asks for another model.
    Route,
}

/// Collects changes up to [`MOST`].
#[derive(Debug, Default)]
pub(crate) struct Changes {
    list: Vec<Change>,
}

impl Changes {
    /// Notes one change.
    pub(crate) fn note(
        &mut self,
        path: &str,
        kind: ChangeKind,
        reason: Reason,
        to: Option<String>,
    ) {
        if self.list.len() < MOST {
            self.list.push(Change {
                path: path.to_owned(),
                kind,
                reason,
                to,
            });
        }
    }

    /// Notes something that is not passed on.
    pub(crate) fn dropped(&mut self, path: &str, reason: Reason) {
        self.note(path, ChangeKind::Dropped, reason, None);
    }

    /// Notes something that is passed on in another form.
    pub(crate) fn converted(&mut self, path: &str, reason: Reason, to: impl Into<String>) {
        self.note(path, ChangeKind::Converted, reason, Some(to.into()));
    }

    /// The list.
    pub(crate) fn into_list(self) -> Vec<Change> {
        self.list
    }
}
