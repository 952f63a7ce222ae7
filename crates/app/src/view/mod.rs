//! What the doors show: plain values, ready for JSON and for the panel's TypeScript.
//!
//! Nothing here decides anything. Unknown is `None` (with a basis or a reason beside it), never 0.
//! Times are RFC 3339 in UTC, durations are milliseconds with a fraction, amounts are in the unit
//! that the member is named after.

mod body;
mod chart;
mod chat;
mod detail;
mod ledger;
mod live;
mod moving;
mod ping;
mod row;
mod site;
mod station;
mod verify;

pub use body::{BodyLines, EventList, EventView, FoundLines};
pub use chart::{ChartView, HoverPointView, HoverValueView, PlotView, SeriesView};
pub use chat::{ChatAnswer, ChatAsk, ChatEnd, ChatEvent, ChatImage, ChatRequest, ChatTurn};
pub use detail::{
    AttemptView, BodyView, ConnectionView, Detail, HeaderView, LossView, MarkView, PricingView,
    TimingView, TranslationView,
};
pub use ledger::{
    BalancePoint, ChangeView, CheckinDone, CheckinRound, ComparedSite, Comparison, EntryInput,
    EntryView, LedgerView, ModelFactor, ModelSpend, MonthSum, NotCharged, ReconciliationView,
    SiteSeries, StationLogRow, StationLogTotals, StationLogs,
};
pub use live::{Message, Progress, ProxyView, Totals, Trace};
pub use moving::{ImportPlan, ImportSite, ImportSkip};
pub use ping::{Ping, PingEndpoint, PingKey, PingModel, PingStep};
pub use row::{
    CostBasis, CostView, ErrorView, ExchangeRow, Phase, RowTiming, TokenBasis, TokenView,
};
pub use site::{
    ClientKeyView, CoolingView, KeyView, ModelSpeechView, RoutesView, RuleView, SiteList, SiteView,
    SpeechView, VaultView,
};
pub use station::{
    AccountView, AlertView, AutoQueryView, BalanceView, CheckinView, FiguresView, InterfaceTrial,
    InterfaceView, KindView, PointerReading, PointersView, QueryView, RawAnswer, RawAnswers,
    RoundSite, RoundView, StationList, StationTotals, StationView, TodayView, WindowView,
};
pub use verify::{
    NoticeView, PresetView, StandingNotice, StandingView, VerifyAsk, VerifyDetail, VerifyRun,
    VerifyRuns,
};
