//! The panel's TypeScript types are those of the Rust values.
//!
//! `UPDATE_TYPES=1 cargo nextest run -p relayscope-app types` writes them anew.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use relayscope_app::view::{
    BodyLines, ChartView, ChatAsk, ChatEvent, CheckinRound, ClientKeyView, Comparison, Detail,
    EntryInput, EventList, FoundLines, ImportPlan, InterfaceTrial, InterfaceView, LedgerView,
    Message, NoticeView, Ping, PresetView, RawAnswers, ReconciliationView, RoutesView, SiteList,
    SiteSeries, SpeechView, StandingView, StationList, StationLogs, VerifyAsk, VerifyDetail,
    VerifyRuns,
};
use ts_rs::{Config, TS};
use wire::conversation::Slice;

const GENERATED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/api/generated");

fn write_all(directory: &Path) {
    let config = Config::new()
        .with_out_dir(directory)
        .with_large_int("number");
    Message::export_all(&config).unwrap();
    Detail::export_all(&config).unwrap();
    BodyLines::export_all(&config).unwrap();
    FoundLines::export_all(&config).unwrap();
    EventList::export_all(&config).unwrap();
    Slice::export_all(&config).unwrap();
    SiteList::export_all(&config).unwrap();
    RoutesView::export_all(&config).unwrap();
    ClientKeyView::export_all(&config).unwrap();
    Ping::export_all(&config).unwrap();
    ChartView::export_all(&config).unwrap();
    StationList::export_all(&config).unwrap();
    RawAnswers::export_all(&config).unwrap();
    InterfaceView::export_all(&config).unwrap();
    InterfaceTrial::export_all(&config).unwrap();
    LedgerView::export_all(&config).unwrap();
    EntryInput::export_all(&config).unwrap();
    StationLogs::export_all(&config).unwrap();
    ReconciliationView::export_all(&config).unwrap();
    SiteSeries::export_all(&config).unwrap();
    Comparison::export_all(&config).unwrap();
    CheckinRound::export_all(&config).unwrap();
    ImportPlan::export_all(&config).unwrap();
    SpeechView::export_all(&config).unwrap();
    ChatAsk::export_all(&config).unwrap();
    ChatEvent::export_all(&config).unwrap();
    VerifyAsk::export_all(&config).unwrap();
    VerifyDetail::export_all(&config).unwrap();
    VerifyRuns::export_all(&config).unwrap();
    PresetView::export_all(&config).unwrap();
    NoticeView::export_all(&config).unwrap();
    StandingView::export_all(&config).unwrap();
    verify::Estimate::export_all(&config).unwrap();
    verify::Comparison::export_all(&config).unwrap();
    verify::CallRecord::export_all(&config).unwrap();
}

fn files(directory: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect()
}

#[test]
fn types_of_the_panel_are_current() {
    if std::env::var_os("UPDATE_TYPES").is_some() {
        for name in files(Path::new(GENERATED)).keys() {
            std::fs::remove_file(Path::new(GENERATED).join(name)).unwrap();
        }
        write_all(Path::new(GENERATED));
        return;
    }
    let fresh = tempfile::tempdir().unwrap();
    write_all(fresh.path());
    let (fresh, kept) = (files(fresh.path()), files(Path::new(GENERATED)));
    for (name, text) in &fresh {
        assert!(
            kept.get(name) == Some(text),
            "{name} is stale: run this test with UPDATE_TYPES=1"
        );
    }
    let extra: Vec<_> = kept
        .keys()
        .filter(|name| !fresh.contains_key(*name))
        .collect();
    assert!(extra.is_empty(), "no Rust type stands behind {extra:?}");
}
