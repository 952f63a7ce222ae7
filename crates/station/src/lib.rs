//! Relay software families: how to tell them apart, and how to read balance, logs and check-in. No IO.
//!
//! A conversation with a station is a pure function from what was [`Heard`] so far to the next [`Step`]: another
//! [`Call`], or the result. [`converse`] carries it out with anything that implements [`Transport`]. A kind of
//! station is an implementation of [`Kind`] in `kinds/`.
//!
//! Nothing here holds a key or a token: calls say where one belongs, and whoever makes them puts it in.

mod call;
mod decimal;
mod detect;
mod evidence;
mod headline;
mod heard;
mod json;
mod kind;
mod kinds;
mod known;
mod moment;
mod phrases;
mod problem;
mod read;
mod redact;
mod run;
mod target;
mod trap;

pub mod balance;
pub mod checkin;
pub mod custom;
pub mod logs;
pub mod reconcile;

pub use balance::{Balance, Purse, Quota, Scope, Spent, State, Unit, Window};
pub use call::{
    Answer, Auth, Bucket, Call, CallFailure, KEPT_HEADERS, KEY, KeyForm, Method, Place, Reply,
};
pub use checkin::{CheckIn, CheckInRecord, CheckInState, CheckInWish};
pub use custom::{Custom, CustomReading};
pub use decimal::{Decimal, product};
pub use detect::{Detection, detect};
pub use evidence::{Trace, evidence};
pub use heard::{Heard, MOST_CALLS, Said, Step};
pub use json::Json;
pub use kind::{Confidence, Kind, NotAKind, Pages, Recognised, StationKind};
pub use known::{Display, Known};
pub use logs::{Breakdown, Grain, LogPage, LogQuery, LogRow, LogTotals, RowType};
pub use problem::{Need, Problem};
pub use read::{Reading, balance, check_in, logs, next_check_in, pages};
pub use run::{Transport, converse, onward};
pub use target::{Account, AccountToken, Address, KeyShape, Target};
